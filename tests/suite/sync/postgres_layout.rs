//! Views in `PostgreSQL`, compared with those in `SQLite`. They need a server, as the
//! other tests of copies there.

use std::collections::BTreeMap;

use recharge_cli::catalog::{LayoutView, ViewType, recharge};
use serde_json::Value;

use super::postgres::Database;
use super::{Copy, of};
use crate::harness::rc;

fn views() -> &'static [LayoutView] {
    recharge::FAMILY.analysis.layout("fivetran").unwrap().views
}

/// A row in the form that both databases have: without the time of the copy, numbers
/// as such, times without a zone.
fn plain(view: &LayoutView, mut row: Value) -> String {
    let cells = view.columns.iter().map(|column| {
        let cell = &mut row[column.name];
        match (column.kind, cell.take()) {
            _ if column.name == "_fivetran_synced" => Value::Null,
            (ViewType::Boolean, Value::Number(number)) => Value::from(number.as_i64() == Some(1)),
            (ViewType::Decimal, Value::Number(number)) => {
                Value::from(format!("{:.4}", number.as_f64().unwrap()))
            }
            (ViewType::Time, Value::String(text)) => Value::from(text.trim_end_matches('Z')),
            // Keys of objects have another order there.
            (ViewType::Text, Value::String(text)) if text.starts_with('{') => {
                let members: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
                serde_json::to_value(members).unwrap()
            }
            (_, value) => value,
        }
    });
    Value::Array(cells.collect()).to_string()
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn views_in_postgres_are_those_in_sqlite() {
    let database = Database::new();
    let copy = database.copy();
    copy.sync("--layout fivetran");
    let other = Copy {
        to: None,
        store: copy.store,
        url: None,
    };
    other.sync("--layout fivetran");
    for view in views() {
        let name = view.name;
        let columns = database.texts(&format!(
            "SELECT column_name || ' ' || data_type FROM information_schema.columns
             WHERE table_schema = 'recharge' AND table_name = '{name}' ORDER BY ordinal_position"
        ));
        let expected = view.columns.iter().map(|column| {
            let kind = match column.kind {
                ViewType::Integer => "bigint",
                ViewType::Boolean => "boolean",
                ViewType::Decimal => "numeric",
                ViewType::Text => "text",
                ViewType::Time => "timestamp without time zone",
            };
            format!("{} {kind}", column.name)
        });
        assert_eq!(columns, expected.collect::<Vec<_>>(), "{name}");
        let there = database.texts(&format!(
            "SELECT to_jsonb(v)::text FROM recharge.{name} AS v"
        ));
        let there = there.iter().map(|row| serde_json::from_str(row).unwrap());
        let mut there: Vec<String> = there.map(|row| plain(view, row)).collect();
        let here = other.sql(&format!("SELECT * FROM recharge_{name}"));
        let mut here: Vec<String> = here.into_iter().map(|row| plain(view, row)).collect();
        there.sort_unstable();
        here.sort_unstable();
        assert_eq!(there, here, "{name}");
    }
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn values_of_another_type_do_not_break_views_in_postgres() {
    let database = Database::new();
    database.copy().sync("--layout fivetran");
    database.write(
        r#"UPDATE charges SET line_items = '[7, "x", {"quantity": "many", "unit_price": "-2.50", "taxable": "perhaps"}]',
             discounts = '{"id": 1}', external_order_id = '{"ecommerce": "99999999999999999999"}',
             tax_lines = '[{"price": "1.10"}, {"price": "none"}]';
           UPDATE orders SET _extra = '{"shipped_date": "2026-02-31T10:00:00Z"}';"#,
    );
    for view in views() {
        database.texts(&format!(
            "SELECT to_jsonb(v)::text FROM recharge.{} AS v",
            view.name
        ));
    }
    let sum = "SELECT DISTINCT tax_lines::text FROM recharge.charge";
    assert_eq!(database.texts(sum), ["1.10"]);
    assert_eq!(
        database.count("SELECT count(*) FROM recharge.charge_discount"),
        0
    );
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn views_in_postgres_are_replaced_only_where_they_differ_and_never_with_their_readers() {
    let database = Database::new();
    let copy = database.copy();
    copy.sync("--layout fivetran");
    let oids = || {
        database.texts(
            "SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_class WHERE relkind = 'v'",
        )
    };
    let before = oids();
    copy.try_sync("--layout fivetran")
        .succeeds()
        .says("16 views in the schema recharge; 0 made or replaced");
    assert_eq!(oids(), before);
    // A column that a later version adds, while somebody reads the views.
    database.write("CREATE VIEW mine AS SELECT * FROM recharge.charge; ALTER TABLE charges DROP COLUMN merged_at");
    copy.try_sync("--layout fivetran --refresh charges")
        .succeeds()
        .says("; 0 made or replaced");
    assert!(database.count("SELECT count(merged_at) FROM charges") > 0);
    // One that was dropped with all that reads it.
    database.write("ALTER TABLE charges DROP COLUMN note CASCADE");
    copy.try_sync("--layout fivetran --refresh charges")
        .succeeds()
        .says("; 1 made or replaced");
    // A view of an older mapping that others read: it stays, and the tables are copied.
    database.write(
        "DROP VIEW recharge.charge CASCADE;
         CREATE VIEW recharge.charge AS SELECT 1 AS older;
         COMMENT ON VIEW recharge.charge IS 'rc sync --layout fivetran: older';
         CREATE VIEW mine AS SELECT * FROM recharge.charge;",
    );
    let outcome = copy
        .try_sync("--layout fivetran")
        .fails(7)
        .says("the view recharge.charge was not replaced: other views read it")
        .says("the tables are copied");
    assert_eq!(of(&outcome.records(), "charges")["state"], "current");
    assert_eq!(database.count("SELECT count(*) FROM mine"), 1);
    database.write("DROP VIEW mine");
    copy.try_sync("--layout fivetran")
        .succeeds()
        .says("; 1 made or replaced");
}

#[test]
#[ignore = "needs a server of PostgreSQL; .ci/full postgres starts one"]
fn tables_of_another_service_are_left_alone_in_postgres() {
    let database = Database::new();
    let copy = database.copy();
    database.write("CREATE SCHEMA recharge; CREATE TABLE recharge.orders (id int)");
    copy.try_sync("--layout fivetran --tables charges,orders")
        .fails(7)
        .says("has a recharge.orders that rc sync did not create; no view was changed");
    let made = "SELECT count(*) FROM pg_views WHERE schemaname = 'recharge'";
    assert_eq!(database.count(made), 0);
    assert!(database.count("SELECT count(*) FROM orders") > 0);
    // A copy in a schema of its own has views of its own.
    database.write("CREATE SCHEMA shop");
    let to = format!("{}?options=-csearch_path%3Dshop", database.url);
    let line = format!("sync --to {to} --tables charges,orders --layout fivetran");
    copy.there(rc(&line))
        .succeeds()
        .says("views in the schema recharge_shop");
    assert!(database.count("SELECT count(*) FROM recharge_shop.orders") > 0);
}
