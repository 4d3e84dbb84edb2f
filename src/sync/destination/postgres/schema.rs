//! The tables of a database: those of the program, and those of the copy.

use std::fmt::Write as _;

use tokio_postgres::{Client, GenericClient};

use super::{
    PostgresFailure, SchemaPolicy, StoreKey, SyncTable, TableState, TableStatus, Writer, quoted,
};
use crate::error::{Error, Kind};
use crate::sync::destination::columns::{self, ExistingTable};
use crate::sync::destination::{DELETED_AT, EXTRA, SYNCED_AT};
use crate::sync::table::ColumnType;

/// The number of the advisory lock, within a database: `rc sync`.
const LOCK: i64 = 0x7263_7379_6e63;

/// The program's own tables.
const OWN: &str = "
CREATE TABLE IF NOT EXISTS _sync_store (
    form int NOT NULL, api text NOT NULL, store text NOT NULL, host text NOT NULL
);
CREATE TABLE IF NOT EXISTS _sync_tables (
    name text PRIMARY KEY, state jsonb NOT NULL, columns text[] NOT NULL DEFAULT '{}'
);
";

/// What a table looks like in the database.
#[derive(Debug)]
pub(super) struct PostgresTable {
    /// The columns of records that it has.
    pub(super) columns: Vec<String>,
    /// How far it is.
    pub(super) state: TableState,
}

/// Takes the lock, and compares the store.
pub(super) async fn begin(
    client: &mut Client,
    name: &str,
    store: &StoreKey,
    writer: &Writer,
) -> Result<(), PostgresFailure> {
    let taken = "SELECT pg_try_advisory_lock($1)";
    let is_mine: bool = client.query_one(taken, &[&LOCK]).await?.get(0);
    if !is_mine {
        return Err(held(client, name).await?.into());
    }
    let called = format!("rc sync, process {} on {}", writer.process, writer.host);
    client
        .execute(
            "SELECT set_config('application_name', $1, false)",
            &[&called],
        )
        .await?;
    client
        .batch_execute("SET client_min_messages = warning")
        .await?;
    client.batch_execute(OWN).await?;
    let Some(known) = self::store(client).await? else {
        let insert = "INSERT INTO _sync_store (form, api, store, host) VALUES (1, $1, $2, $3)";
        let StoreKey { api, store, host } = store;
        client.execute(insert, &[api, store, host]).await?;
        return Ok(());
    };
    if known == *store {
        return Ok(());
    }
    release(client).await?;
    Err(
        Error::usage(format!("{name} is a copy of {known}, and this is {store}"))
            .hint("nothing was written; --to names another database")
            .into(),
    )
}

/// The error that names who has the lock.
async fn held(client: &Client, name: &str) -> Result<Error, tokio_postgres::Error> {
    let who = "SELECT a.application_name, to_char(a.backend_start AT TIME ZONE 'UTC',
                   'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
               FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
               WHERE l.locktype = 'advisory' AND l.granted
                 AND (l.classid::bigint << 32) + l.objid::bigint = $1
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let row = client.query_opt(who, &[&LOCK]).await?;
    let by = row.map_or_else(
        || "another process".to_owned(),
        |row| {
            let (who, since): (String, Option<String>) = (row.get(0), row.get(1));
            format!("{who}, since {}", since.unwrap_or_default())
        },
    );
    Ok(
        Error::new(Kind::Partial, format!("{name} is being written by {by}"))
            .hint("nothing was written; wait until it has ended"),
    )
}

/// Lets the next writer in.
pub(super) async fn release(client: &Client) -> Result<(), tokio_postgres::Error> {
    client
        .execute("SELECT pg_advisory_unlock_all()", &[])
        .await
        .map(drop)
}

/// Keeps the state of a table.
pub(super) async fn keep_state(
    client: &impl GenericClient,
    table: &str,
    state: &TableState,
) -> Result<(), PostgresFailure> {
    let text = serde_json::to_string(state)
        .map_err(|error| Error::unexpected("the state of a table").caused_by(error))?;
    let update = "INSERT INTO _sync_tables (name, state) VALUES ($1, $2::text::jsonb)
                  ON CONFLICT (name) DO UPDATE SET state = excluded.state";
    client.execute(update, &[&table, &text]).await?;
    Ok(())
}

/// Makes a table ready: creates it, or compares it with what it is to be.
pub(super) async fn prepare(
    client: &mut Client,
    name: &str,
    table: &SyncTable,
    policy: SchemaPolicy,
) -> Result<PostgresTable, PostgresFailure> {
    let transaction = client.transaction().await?;
    let kept = "SELECT state::text, columns FROM _sync_tables WHERE name = $1";
    let kept = transaction.query_opt(kept, &[&table.name]).await?;
    let (state, known): (TableState, Vec<String>) = match kept {
        None => (TableState::default(), Vec::new()),
        Some(row) => {
            let text: String = row.get(0);
            let state = columns::state_of(name, &table.name, &text, policy)?;
            (state, row.get(1))
        }
    };
    let mut kept = Vec::new();
    let names = std::iter::once(table.name.clone()).chain(table.history_name());
    for (at, own) in names.enumerate() {
        let is_history = at == 1;
        let mut there = columns_of(&transaction, &own).await?;
        if there.is_empty() {
            transaction
                .batch_execute(&create(table, &own, is_history))
                .await?;
            there = columns_of(&transaction, &own).await?;
        }
        let existing = ExistingTable {
            place: name,
            name: &own,
            columns: &there,
            known: &known,
            is_history,
        };
        for at in columns::to_add(table, &existing, policy)? {
            let column = &table.columns[at];
            let (own, quoted, kind) = (quoted(&own), quoted(column.name), type_of(column.kind));
            let add = format!("ALTER TABLE {own} ADD COLUMN {quoted} {kind}");
            transaction.batch_execute(&add).await?;
            there.push(column.name.to_owned());
        }
        if !is_history {
            kept = there;
        }
    }
    kept.retain(|column| table.column(column).is_some());
    keep_state(&transaction, &table.name, &state).await?;
    let update = "UPDATE _sync_tables SET columns = $2 WHERE name = $1";
    transaction.execute(update, &[&table.name, &kept]).await?;
    transaction.commit().await?;
    Ok(PostgresTable {
        columns: kept,
        state,
    })
}

/// The names of the columns; none where there is no table.
async fn columns_of(
    client: &impl GenericClient,
    table: &str,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let query = "SELECT attname::text FROM pg_attribute
                 WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
                 ORDER BY attnum";
    let rows = client.query(query, &[&quoted(table)]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The statement that creates a table.
fn create(table: &SyncTable, own: &str, is_history: bool) -> String {
    let mut sql = format!("CREATE TABLE {} (", quoted(own));
    for column in &table.columns {
        let _ = write!(sql, "{} {}, ", quoted(column.name), type_of(column.kind));
    }
    let _ = write!(sql, "{EXTRA} jsonb, {SYNCED_AT} timestamptz NOT NULL");
    let key = quoted(table.key);
    match table.method.field().filter(|_| is_history) {
        Some(field) => {
            let _ = write!(sql, ", PRIMARY KEY ({key}, {}))", quoted(field));
        }
        None => {
            let _ = write!(sql, ", {DELETED_AT} timestamptz, PRIMARY KEY ({key}))");
        }
    }
    sql
}

/// The type of a column.
pub(super) const fn type_of(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer => "bigint",
        ColumnType::Text => "text",
        ColumnType::Boolean => "boolean",
        ColumnType::Time => "timestamptz",
        ColumnType::Date => "date",
        ColumnType::Decimal => "numeric",
        ColumnType::Json => "jsonb",
    }
}

/// The store that the database has a copy of.
pub(super) async fn store(client: &Client) -> Result<Option<StoreKey>, tokio_postgres::Error> {
    let there = "SELECT to_regclass('_sync_store') IS NOT NULL";
    let is_copy: bool = client.query_one(there, &[]).await?.get(0);
    if !is_copy {
        return Ok(None);
    }
    let row = client
        .query_opt("SELECT api, store, host FROM _sync_store", &[])
        .await?;
    Ok(row.map(|row| StoreKey {
        api: row.get(0),
        store: row.get(1),
        host: row.get(2),
    }))
}

/// What the database has of each table.
pub(super) async fn status(client: &Client) -> Result<Vec<TableStatus>, PostgresFailure> {
    if store(client).await?.is_none() {
        return Ok(Vec::new());
    }
    let names = "SELECT name, state::text FROM _sync_tables ORDER BY name";
    let mut all = Vec::new();
    for row in client.query(names, &[]).await? {
        let (name, state): (String, String) = (row.get(0), row.get(1));
        let count = format!(
            "SELECT count(*) FILTER (WHERE {DELETED_AT} IS NULL), count({DELETED_AT}) FROM {}",
            quoted(&name)
        );
        let counts = client.query_one(&count, &[]).await?;
        let (rows, deleted): (i64, i64) = (counts.get(0), counts.get(1));
        all.push(TableStatus {
            name,
            rows: rows.unsigned_abs(),
            deleted: deleted.unsigned_abs(),
            state: serde_json::from_str(&state).unwrap_or_default(),
        });
    }
    Ok(all)
}
