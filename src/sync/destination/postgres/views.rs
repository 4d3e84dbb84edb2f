//! Views in a database, in a separate schema.
//!
//! Other sessions read them while tables are written: a view is replaced only if its
//! statement has changed, and no step waits long for its readers. Objects that depend on
//! a view are never dropped with it.

use std::collections::HashMap;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, GenericClient, Transaction};

use super::{PostgresFailure, quoted};
use crate::error::{Error, Kind};
use crate::sync::layout::{Dialect, LaidOut, SourceTable, TableLayout, ViewStatement};
use crate::sync::table::ColumnType;

/// The default schema of a copy.
const USUAL_SCHEMA: &str = "public";

/// How long the replacement of a view waits for its readers.
const PATIENCE: &str = "SET LOCAL lock_timeout = '10s'";

/// Makes the views of a layout in one transaction.
pub(super) async fn lay_out(
    client: &mut Client,
    name: &str,
    layout: &TableLayout,
) -> Result<LaidOut, PostgresFailure> {
    let mut transaction = client.transaction().await?;
    transaction.batch_execute(PATIENCE).await?;
    let home = home(&transaction).await?;
    let schema = match home.as_str() {
        USUAL_SCHEMA => layout.layout.schema.to_owned(),
        other => format!("{}_{other}", layout.layout.schema),
    };
    let tables = tables(&transaction, &home).await?;
    let statements = layout.statements(Dialect::Postgres, |table| {
        let columns = tables.get(table).cloned();
        Ok::<_, Error>(columns.map(|columns| SourceTable {
            from: format!("{}.{}", quoted(&home), quoted(table)),
            columns,
        }))
    })?;
    create_schema(&transaction, &schema).await?;
    let mut laid_out = LaidOut {
        place: format!("the schema {schema}"),
        ..LaidOut::default()
    };
    let place = ViewPlace {
        database: name,
        schema: &schema,
        layout: layout.layout.name,
    };
    for statement in &statements {
        match place.replace(&mut transaction, statement).await? {
            Change::Made => laid_out.changed += 1,
            Change::None => {}
        }
        match statement.select {
            Ok(_) => laid_out.views += 1,
            Err(table) => laid_out.lacking.push((statement.name, table)),
        }
    }
    transaction.commit().await?;
    Ok(laid_out)
}

/// The schema of the copy.
async fn home(client: &impl GenericClient) -> Result<String, tokio_postgres::Error> {
    let query = "SELECT n.nspname::text FROM pg_class AS c
                 JOIN pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE c.oid = to_regclass('_sync_store')";
    Ok(client.query_one(query, &[]).await?.get(0))
}

/// The tables of the copy with their columns. Types are the actual ones, in case one
/// was changed.
async fn tables(
    client: &impl GenericClient,
    home: &str,
) -> Result<HashMap<String, Vec<(String, ColumnType)>>, tokio_postgres::Error> {
    let query = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL)
                 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                 JOIN pg_attribute AS a ON a.attrelid = c.oid
                 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
                   AND a.attnum > 0 AND NOT a.attisdropped
                 ORDER BY c.relname, a.attnum";
    let mut tables: HashMap<String, Vec<_>> = HashMap::new();
    for row in client.query(query, &[&home]).await? {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let columns = tables.entry(table).or_default();
        columns.push((column, column_type(&kind)));
    }
    Ok(tables)
}

/// The type of a column by its name in the database.
fn column_type(name: &str) -> ColumnType {
    match name {
        "bigint" | "integer" | "smallint" => ColumnType::Integer,
        "boolean" => ColumnType::Boolean,
        "timestamp with time zone" => ColumnType::Time,
        "date" => ColumnType::Date,
        "numeric" => ColumnType::Decimal,
        "jsonb" => ColumnType::Json,
        _ => ColumnType::Text,
    }
}

/// Creates the schema, unless it is there. The right to create schemas is not needed
/// then.
async fn create_schema(client: &impl GenericClient, schema: &str) -> Result<(), PostgresFailure> {
    let there = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";
    if !client.query_one(there, &[&schema]).await?.get::<_, bool>(0) {
        let create = format!("CREATE SCHEMA {}", quoted(schema));
        client.batch_execute(&create).await?;
    }
    Ok(())
}

/// The result for a view.
#[derive(PartialEq, Eq)]
enum Change {
    /// It was created or replaced.
    Made,
    /// It is unchanged, or cannot be created.
    None,
}

/// Where views go.
struct ViewPlace<'a> {
    database: &'a str,
    schema: &'a str,
    layout: &'a str,
}

impl ViewPlace<'_> {
    /// Creates or replaces a view.
    async fn replace(
        &self,
        transaction: &mut Transaction<'_>,
        statement: &ViewStatement,
    ) -> Result<Change, PostgresFailure> {
        let view = format!("{}.{}", quoted(self.schema), quoted(statement.name));
        let there = "SELECT relkind::text, obj_description(oid, 'pg_class')
                     FROM pg_class WHERE oid = to_regclass($1)";
        let there = transaction.query_opt(there, &[&view]).await?;
        let there: Option<(String, Option<String>)> = there.map(|row| (row.get(0), row.get(1)));
        // The comment contains the whole statement: the database stores views in its own
        // spelling.
        let begin = format!("rc sync --layout {}:", self.layout);
        let is_ours = |kind: &str, comment: &Option<String>| {
            kind == "v"
                && comment
                    .as_ref()
                    .is_some_and(|text| text.starts_with(&begin))
        };
        if let Some((kind, comment)) = &there
            && !is_ours(kind, comment)
        {
            return Err(self.taken(statement.name).into());
        }
        let Ok(select) = &statement.select else {
            return Ok(Change::None);
        };
        let comment = format!("{begin}\n{select}");
        let known = there.as_ref().and_then(|(_, comment)| comment.as_ref());
        if known == Some(&comment) {
            return Ok(Change::None);
        }
        let attempt = transaction.transaction().await?;
        let replace = format!("CREATE OR REPLACE VIEW {view} AS\n{select}");
        match attempt.batch_execute(&replace).await {
            Ok(()) => attempt.commit().await?,
            // Columns disappeared or have other types: the view is created again.
            Err(error) if error.code() == Some(&SqlState::INVALID_TABLE_DEFINITION) => {
                attempt.rollback().await?;
                let recreate = format!("DROP VIEW {view};\nCREATE VIEW {view} AS\n{select}");
                let made = transaction.batch_execute(&recreate).await;
                made.map_err(|error| self.in_use(statement.name, error))?;
            }
            Err(error) => return Err(self.in_use(statement.name, error)),
        }
        let text = comment.replace('\'', "''");
        let remark = format!("COMMENT ON VIEW {view} IS '{text}'");
        transaction.batch_execute(&remark).await?;
        Ok(Change::Made)
    }

    /// The error of a name that another object has.
    fn taken(&self, view: &str) -> Error {
        let Self {
            database, schema, ..
        } = self;
        Error::usage(format!(
            "{database} has a {schema}.{view} that rc sync did not create; no view was changed"
        ))
        .hint(format!(
            "rename the schema {schema}, or sync to another database"
        ))
    }

    /// The error of a view that other sessions use.
    fn in_use(&self, view: &str, error: tokio_postgres::Error) -> PostgresFailure {
        let schema = self.schema;
        let what = match error.code() {
            Some(&SqlState::DEPENDENT_OBJECTS_STILL_EXIST) => "other views read it",
            Some(&SqlState::LOCK_NOT_AVAILABLE) => "it is being read",
            _ => return error.into(),
        };
        let message = format!("the view {schema}.{view} was not replaced: {what}");
        let hint = match error.code() {
            Some(&SqlState::DEPENDENT_OBJECTS_STILL_EXIST) => format!(
                "DROP VIEW {}.{} CASCADE drops them as well; create them again after the next run",
                quoted(schema),
                quoted(view)
            ),
            _ => "run this again when no session reads it".to_owned(),
        };
        Error::new(Kind::Partial, message).hint(hint).into()
    }
}
