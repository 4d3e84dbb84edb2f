//! `rc sync --layout`: views with the tables of another service.

use recharge_cli::catalog::{LayoutView, ViewType, recharge};
use serde_json::{Value, json};

use super::{Copy, of};
use crate::harness::{rc, rc_of};

fn views() -> &'static [LayoutView] {
    recharge::FAMILY.analysis.layout("fivetran").unwrap().views
}

fn laid_out() -> Copy {
    let copy = Copy::new();
    copy.sync("--layout fivetran");
    copy
}

#[test]
fn views_have_the_columns_and_types_of_the_mapping() {
    let copy = laid_out();
    assert_eq!(views().len(), 16);
    for view in views() {
        let columns = copy.sql(&format!(
            "SELECT name, type FROM pragma_table_info('recharge_{}')",
            view.name
        ));
        let expected = view.columns.iter().map(|column| {
            let kind = match column.kind {
                ViewType::Integer | ViewType::Boolean => "INT",
                ViewType::Decimal => "REAL",
                ViewType::Text | ViewType::Time => "TEXT",
            };
            json!({"name": column.name, "type": kind})
        });
        assert_eq!(columns, expected.collect::<Vec<_>>(), "{}", view.name);
        // All cells of the view, by one query.
        let wrong = view.columns.iter().map(|column| {
            let allowed = match column.kind {
                ViewType::Integer | ViewType::Boolean => "integer",
                ViewType::Decimal => "real",
                ViewType::Text | ViewType::Time => "text",
            };
            let name = column.name;
            format!("sum(typeof(\"{name}\") NOT IN ('{allowed}', 'null')) AS \"{name}\"")
        });
        let wrong = wrong.collect::<Vec<_>>().join(", ");
        let counts = copy.sql(&format!("SELECT {wrong} FROM recharge_{}", view.name));
        for (name, count) in counts[0].as_object().unwrap() {
            assert!(
                count.as_u64().unwrap_or_default() == 0,
                "{}.{name}",
                view.name
            );
        }
    }
}

/// Columns that have no value in any row of the sandbox.
const EMPTY: &[&str] = &[
    "address.country",
    "address.company",
    "charge.external_variant_id_not_found",
    "charge.client_details_browser_ip",
    "charge.client_details_user_agent",
    "charge_line_item.vendor",
    "customer.billing_company",
    "discount.ends_at",
    "discount.usage_limits",
    "discount.applies_to_resource",
    "orders.shipped_date",
];

#[test]
fn every_column_of_a_view_has_values_where_the_store_has_them() {
    let copy = laid_out();
    let mut unexpected = Vec::new();
    for view in views() {
        let counts = view.columns.iter().map(|column| {
            let name = column.name;
            format!("count(\"{name}\") AS \"{name}\"")
        });
        let counts = counts.collect::<Vec<_>>().join(", ");
        let name = view.name;
        let row = &copy.sql(&format!(
            "SELECT count(*) AS \"*\", {counts} FROM recharge_{name}"
        ))[0];
        let empty = row
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, count)| **count == 0);
        let empty = empty.map(|(column, _)| format!("{name}.{column}"));
        unexpected.extend(empty.filter(|_| row["*"] != 0));
    }
    unexpected.retain(|column| !EMPTY.contains(&column.as_str()) && !may_be_empty(column));
    assert_eq!(unexpected, Vec::<String>::new());
}

/// Fields that few records of any store have.
fn may_be_empty(column: &str) -> bool {
    [
        "order_day_of_week",
        "order_day_of_month",
        "minimum_order_amount",
        "cancellation_reason_comments",
    ]
    .iter()
    .any(|name| column.ends_with(name))
}

#[test]
fn views_show_what_the_store_lists() {
    let copy = laid_out();
    let charges = copy.listed("charges list");
    let rows = copy.sql("SELECT * FROM recharge_charge ORDER BY id");
    let lines = copy.sql("SELECT * FROM recharge_charge_line_item ORDER BY charge_id, \"index\"");
    assert_eq!(rows.len(), charges.len());
    for charge in &charges {
        let id = &charge["id"];
        let row = rows.iter().find(|row| row["id"] == *id).unwrap();
        assert_eq!(row["customer_id"], charge["customer"]["id"]);
        assert_eq!(row["email"], charge["customer"]["email"]);
        let price: f64 = charge["total_price"].as_str().unwrap().parse().unwrap();
        assert_eq!(
            row["total_price"].as_f64().unwrap().to_bits(),
            price.to_bits()
        );
        let lines: Vec<&Value> = lines
            .iter()
            .filter(|line| line["charge_id"] == *id)
            .collect();
        let items = charge["line_items"].as_array().unwrap();
        assert_eq!(lines.len(), items.len());
        for (at, (line, item)) in lines.iter().zip(items).enumerate() {
            assert_eq!(line["index"], at);
            assert_eq!(line["purchase_item_id"], item["purchase_item_id"]);
            assert_eq!(line["title"], item["title"]);
        }
    }
    let deleted = "SELECT count(*) FROM recharge_charge WHERE _fivetran_deleted";
    assert_eq!(copy.value(deleted), 0);
    copy.write("UPDATE charges SET _deleted_at = '2026-11-20T00:00:00Z' WHERE status = 'queued'");
    let queued = copy.value("SELECT count(*) FROM charges WHERE status = 'queued'");
    assert_eq!(copy.value(deleted), queued);
    // The status of the charge is that of its own table, and of the order without it.
    let statuses = "SELECT group_concat(DISTINCT charge_status) FROM recharge_orders";
    copy.write("UPDATE charges SET status = 'seen'");
    assert_eq!(copy.value(statuses), "seen");
    // Billing names are those of the default payment method.
    let other = "SELECT count(*) FROM recharge_customer AS c JOIN payment_methods AS m
        ON m.customer_id = c.id AND m.\"default\"
        WHERE c.billing_city IS NOT m.billing_address ->> '$.city'";
    assert_eq!(copy.value(other), 0);
    let rows = copy.value("SELECT count(*) FROM recharge_customer");
    assert_eq!(rows, copy.value("SELECT count(*) FROM customers"));
}

#[test]
fn values_of_another_type_are_null_and_do_not_break_a_view() {
    let copy = laid_out();
    copy.write(
        r#"UPDATE charges SET line_items = '[7, "x", {"quantity": "many", "grams": "1.5", "unit_price": "-2.50"}]',
             discounts = '{"id": 1}', external_order_id = '{"ecommerce": "A-17"}',
             tax_lines = '[{"price": "1.10"}, {"price": "2.20"}, {"price": null}]'"#,
    );
    let line = &copy.sql("SELECT quantity, grams, unit_price FROM recharge_charge_line_item WHERE \"index\" = 2 LIMIT 1")[0];
    assert_eq!(
        *line,
        json!({"quantity": null, "grams": 1.5, "unit_price": -2.5})
    );
    assert_eq!(
        copy.value("SELECT count(*) FROM recharge_charge_discount"),
        0
    );
    let charge = "SELECT external_order_id_ecommerce AS id, round(tax_lines, 2) AS tax FROM recharge_charge LIMIT 1";
    assert_eq!(copy.sql(charge)[0], json!({"id": null, "tax": 3.3}));
}

#[test]
fn the_history_of_subscriptions_has_a_row_for_each_version() {
    let copy = laid_out();
    copy.write("INSERT INTO subscriptions_history (id, updated_at, status, _synced_at) SELECT id, '2020-01-01T00:00:00Z', 'active', '2026-11-20T00:00:00Z' FROM subscriptions");
    let count = |table: &str| copy.value(&format!("SELECT count(*) FROM {table}"));
    let (versions, rows) = (
        count("recharge_subscription_history"),
        count("subscriptions"),
    );
    assert_eq!(versions.as_u64().unwrap(), rows.as_u64().unwrap() * 2);
    assert_eq!(count("recharge_subscription"), rows);
}

/// The definitions of all views.
fn definitions(copy: &Copy) -> Vec<Value> {
    copy.sql("SELECT rowid, name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY name")
}

#[test]
fn views_stay_as_they_are_until_they_are_to_be_otherwise() {
    let copy = laid_out();
    let before = definitions(&copy);
    copy.try_sync("--layout fivetran")
        .succeeds()
        .says("16 views in")
        .says("; 0 made or replaced");
    assert_eq!(definitions(&copy), before);
    // A run without the flag leaves them.
    copy.sync("");
    assert_eq!(definitions(&copy), before);
    // A view of an older mapping is replaced.
    copy.write("DROP VIEW recharge_charge; CREATE VIEW recharge_charge AS /* rc sync --layout fivetran */ SELECT 1 AS id");
    copy.try_sync("--layout fivetran")
        .succeeds()
        .says("; 1 made or replaced");
    let sql = |rows: Vec<Value>| {
        rows.iter()
            .map(|row| row["sql"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(sql(definitions(&copy)), sql(before));
}

#[test]
fn what_somebody_else_made_is_left_alone_and_the_tables_are_copied() {
    let copy = Copy::new();
    copy.sync("--tables customers");
    copy.write("CREATE TABLE recharge_charge (mine)");
    let outcome = copy
        .try_sync("--layout fivetran")
        .fails(7)
        .says("has a recharge_charge that rc sync did not create; no view was changed")
        .says("the tables are copied");
    assert_eq!(of(&outcome.records(), "charges")["state"], "current");
    assert_eq!(definitions(&copy), Vec::<Value>::new());
    assert_eq!(copy.value("SELECT count(*) FROM recharge_charge"), 0);
}

#[test]
fn views_over_tables_that_the_copy_lacks_are_left_out_and_named() {
    let copy = Copy::new();
    copy.try_sync("--tables orders,customers --layout fivetran").succeeds()
        .says("3 views in")
        .says("without the tables addresses, charges, discounts, onetimes, subscriptions, subscriptions_history there are no views");
    // What would be joined is null, or what the order says itself.
    let named = "SELECT count(*) FROM recharge_customer WHERE billing_city IS NOT NULL";
    assert_eq!(copy.value(named), 0);
    let unknown = "SELECT count(*) FROM recharge_orders WHERE charge_status IS NULL";
    assert_eq!(copy.value(unknown), 0);
    // They come with their tables.
    copy.try_sync("--layout fivetran")
        .succeeds()
        .says("16 views in");
}

#[test]
fn layouts_are_for_databases_and_for_the_api_that_has_them() {
    let copy = Copy::new();
    let folder = copy.store.path().join("out");
    let line = format!("sync --to ndjson:{} --layout fivetran", folder.display());
    copy.there(rc(&line))
        .fails(2)
        .says("--layout fivetran makes views in a database, and files have none");
    assert!(!folder.exists());
    let line = format!(
        "sync --from bigcommerce --store-hash sandbox --to {} --layout fivetran",
        copy.file()
    );
    copy.there(rc(&line))
        .fails(2)
        .says("there is no layout fivetran of BigCommerce");
    copy.try_sync("--layout fivtran").fails(2).says("fivetran");
}

#[test]
fn statements_for_duckdb_read_the_parquet_files_of_a_folder() {
    let store = crate::harness::Store::new();
    let folder = store.path().join("it's here");
    let print = |engine: &str| {
        let folder = folder.display().to_string();
        let words = ["sync", "--print-views", engine, &folder];
        rc_of(words.map(str::to_owned)).holding(&store)
    };
    print("duckdb")
        .fails(4)
        .says("contains no Parquet files of a copy");
    std::fs::create_dir(&folder).unwrap();
    for table in ["charges", "orders"] {
        std::fs::write(folder.join(format!("{table}.parquet")), "").unwrap();
    }
    let outcome = print("duckdb").succeeds()
        .says("without the tables addresses, customers, discounts, onetimes, subscriptions, subscriptions_history there are no views");
    let sql = outcome.stdout;
    assert!(sql.starts_with("CREATE SCHEMA IF NOT EXISTS \"recharge\";\n"));
    let begin = "CREATE OR REPLACE VIEW \"recharge\".";
    let names: Vec<&str> = sql
        .lines()
        .filter_map(|line| line.strip_prefix(begin))
        .collect();
    let expected: Vec<String> = views()
        .iter()
        .filter(|view| ["charges", "orders"].contains(&view.table))
        .map(|view| format!("\"{}\" AS", view.name))
        .collect();
    assert_eq!(names, expected);
    let file = format!("read_parquet('{}/charges.parquet')", folder.display());
    assert!(sql.contains(&file.replace("it's", "it''s")), "{sql}");
    print("spark").fails(2).says("there are no views for spark");
}
