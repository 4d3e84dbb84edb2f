//! Copies in `PostgreSQL`. They need a server, which `.ci/full postgres` starts: the
//! variable names a database whose user may create others.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use super::{Copy, of};
use crate::harness::{Rc, rc};

/// A database of its own for a test.
pub(super) struct Database {
    runtime: Runtime,
    client: Client,
    pub(super) url: String,
}

impl Database {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("RC_POSTGRES").expect("the URL of a server");
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("rc_{}_{number}", std::process::id());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let connect = |url: &str| {
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
                tokio::spawn(connection);
                client
            })
        };
        let admin = connect(&server);
        let create = format!("CREATE DATABASE {name}");
        runtime.block_on(admin.batch_execute(&create)).unwrap();
        let (before, _) = server.rsplit_once('/').unwrap();
        let url = format!("{before}/{name}");
        let client = connect(&url);
        runtime
            .block_on(client.batch_execute("SET timezone = 'UTC'"))
            .unwrap();
        Self {
            runtime,
            client,
            url,
        }
    }

    pub(super) fn copy(&self) -> Copy {
        Copy {
            to: Some(self.url.clone()),
            ..Copy::new()
        }
    }

    pub(super) fn write(&self, statement: &str) {
        self.runtime
            .block_on(self.client.batch_execute(statement))
            .unwrap();
    }

    pub(super) fn count(&self, query: &str) -> i64 {
        let row = self.runtime.block_on(self.client.query_one(query, &[]));
        row.unwrap().get(0)
    }

    /// The texts that a query answers, one for each row.
    pub(super) fn texts(&self, query: &str) -> Vec<String> {
        let rows = self.runtime.block_on(self.client.query(query, &[]));
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// The versions in the history of a table.
    fn versions(&self, table: &str) -> Vec<(u64, String)> {
        let query = format!(
            "SELECT id, to_char(updated_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM {table}_history"
        );
        let rows = self.runtime.block_on(self.client.query(&query, &[]));
        let version =
            |row: &tokio_postgres::Row| (row.get::<_, i64>(0).cast_unsigned(), row.get(1));
        rows.unwrap().iter().map(version).collect()
    }

    /// The rows of a table as JSON, by their ids.
    fn rows(&self, table: &str) -> BTreeMap<String, Value> {
        let query = format!("SELECT to_jsonb(t)::text FROM {table} AS t WHERE _deleted_at IS NULL");
        let rows = self
            .runtime
            .block_on(self.client.query(&query, &[]))
            .unwrap();
        let parsed = rows.iter().map(|row| {
            let row: Value = serde_json::from_str(row.get(0)).unwrap();
            (row["id"].to_string(), row)
        });
        parsed.collect()
    }

    /// Compares a table with the list of its resource.
    fn assert_same(&self, copy: &Copy, table: &str, list: &str) {
        self.assert_records(table, copy.listed(list));
    }

    /// Compares a table with records, row by row and field by field.
    fn assert_records(&self, table: &str, records: Vec<Value>) {
        let rows = self.rows(table);
        assert_eq!(rows.len(), records.len(), "{table}");
        for record in records {
            let row = &rows[&record["id"].to_string()];
            for (name, value) in record.as_object().unwrap() {
                if let Some(cell) = row.get(name) {
                    assert!(is_same(cell, value), "{table}.{name}: {cell}, not {value}");
                }
            }
        }
    }
}

/// Whether a cell is the value of a field.
fn is_same(cell: &Value, value: &Value) -> bool {
    match (cell, value) {
        (Value::Number(cell), Value::Number(value)) => cell.as_f64() == value.as_f64(),
        (Value::String(cell), Value::Number(value)) => *cell == value.to_string(),
        (Value::Number(cell), Value::String(value)) => cell.as_f64() == value.parse::<f64>().ok(),
        (Value::Null, Value::String(value)) => value.is_empty(),
        (Value::String(cell), Value::String(value)) if cell != value => {
            let mail = |text: &str| Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp());
            let time = |text: &str| text.parse().ok().or_else(|| mail(text));
            let with_offset = [
                value.clone(),
                format!("{value}Z"),
                format!("{value}T00:00:00Z"),
            ];
            with_offset
                .iter()
                .any(|value| time(value) == time(cell) && time(cell).is_some())
        }
        _ => cell == value,
    }
}

fn sync(copy: &Copy, flags: &str) -> Rc {
    copy.there(rc(&format!("sync --to {} -o ndjson {flags}", copy.file())))
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn a_database_has_every_row_and_field_of_the_store() {
    let database = Database::new();
    let copy = database.copy();
    let reports = sync(&copy, "").succeeds().records();
    for (table, list) in [
        ("addresses", "addresses list"),
        ("charges", "charges list"),
        ("customers", "customers list"),
        ("discounts", "discounts list"),
        ("events", "events list"),
        ("onetimes", "onetimes list"),
        ("orders", "orders list"),
        ("payment_methods", "payment-methods list"),
        ("plans", "plans list"),
        ("subscriptions", "subscriptions list"),
        ("webhooks", "webhooks list"),
    ] {
        database.assert_same(&copy, table, list);
        assert_eq!(of(&reports, table)["state"], "current");
    }
    let again = sync(&copy, "").succeeds().records();
    assert!(again.iter().all(|report| report["changed"] == 0));
    let status = copy
        .rc("sync status --to DB -o ndjson")
        .succeeds()
        .records();
    assert_eq!(
        of(&status, "customers")["rows"],
        of(&reports, "customers")["rows"]
    );
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn deletions_and_versions_reach_the_database() {
    let database = Database::new();
    let copy = database.copy();
    sync(&copy, "--tables subscriptions,charges").succeeds();
    let id = copy.store.id("subscriptions list --status active");
    copy.sandbox("sandbox clock advance 1h");
    copy.sandbox(&format!(
        "subscriptions update {id} --quantity 8 --commit true"
    ));
    copy.sandbox(&format!(
        "subscriptions cancel {id} --cancellation-reason test --yes"
    ));
    let reports = sync(&copy, "--tables subscriptions,charges")
        .succeeds()
        .records();
    assert!(of(&reports, "charges")["deleted"].as_u64().unwrap() >= 1);
    database.assert_same(&copy, "charges", "charges list");
    database.assert_same(&copy, "subscriptions", "subscriptions list");
    let versions = format!("SELECT count(*) FROM subscriptions_history WHERE id = {id}");
    assert!(database.count(&versions) >= 2);
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn a_database_is_refused_for_another_store_and_while_somebody_writes() {
    let database = Database::new();
    let copy = database.copy();
    sync(&copy, "--tables webhooks").succeeds();
    database.write("SET application_name = 'somebody'; SELECT pg_advisory_lock(125771464666723)");
    sync(&copy, "--tables webhooks")
        .fails(7)
        .says("is being written by somebody, since 20");
    database.write("SELECT pg_advisory_unlock_all()");
    database.write("UPDATE _sync_store SET store = '1'");
    sync(&copy, "--tables webhooks")
        .fails(2)
        .says("is a copy of recharge store 1 at sandbox");
    assert_eq!(database.count("SELECT count(*) FROM webhooks"), 3);
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn what_is_wrong_with_a_database_is_said_without_a_secret() {
    let database = Database::new();
    let copy = database.copy();
    let at = |url: &str| {
        let line = format!("sync --to {url} --tables webhooks");
        rc(&line).within(&copy.store)
    };
    let (before, _) = database.url.rsplit_once('/').unwrap();
    at(&format!("{before}/nothing"))
        .fails(2)
        .says("create the database first");
    at("postgres://ada@127.0.0.1:1/shop")
        .fails(6)
        .says("shop at 127.0.0.1 cannot be reached");
    let secret = "postgres://ada:hunter2@127.0.0.1:1/shop";
    let refused = at(secret).fails(2);
    let refused = refused.says("the password in the URL can be seen in the list of processes");
    assert!(!refused.stderr.contains("hunter2"));
    sync(&copy, "--tables webhooks").succeeds();
    database.write("ALTER TABLE webhooks DROP COLUMN topic");
    sync(&copy, "--tables webhooks")
        .fails(2)
        .says("the table webhooks was altered: its column topic is missing");
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn a_database_is_the_store_after_kills_faults_and_changes() {
    let database = Database::new();
    let proof = super::proof::copied_under_kills(Some(database.url.clone()));
    for table in super::proof::TABLES.split(',') {
        database.assert_same(&proof.copy, table, &format!("{table} list"));
    }
    proof.assert_history(|table| database.versions(table));
}

#[cfg(feature = "sandbox")]
#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn a_database_is_the_store_of_the_second_api_after_kills_faults_and_changes() {
    use crate::bigcommerce::sandbox;
    let database = Database::new();
    let proof = sandbox::copied_under_kills(Some(database.url.clone()));
    for (table, records) in sandbox::tables(&proof.copy) {
        database.assert_records(table, records);
    }
}
