//! What is in a lake after runs and changes.

use serde_json::Value;

use super::super::copies::assert_same;
use super::super::of;
use super::{FORMATS, Lake};

#[test]
fn a_lake_has_every_row_and_type_of_the_store() {
    for format in FORMATS {
        let lake = Lake::new(format);
        lake.copy.sync("");
        for table in [
            "charges",
            "customers",
            "orders",
            "subscriptions",
            "webhooks",
        ] {
            assert_same(&lake.copy, table, &format!("{table} list"));
        }
        lake.assert_same_as_index();
        let charges = lake.read("charges");
        for (column, kind) in [
            ("id", "Int64"),
            ("total_price", "Decimal128(18, 4)"),
            ("scheduled_at", "Timestamp(µs, \"UTC\")"),
            ("taxable", "Boolean"),
            ("line_items", "Utf8"),
            ("_synced_at", "Timestamp(µs, \"UTC\")"),
            ("_deleted_at", "Timestamp(µs, \"UTC\")"),
        ] {
            let found = charges.types.get(column).map(String::as_str);
            assert!(
                found == Some(kind)
                    || found.is_some_and(
                        |found| found.starts_with("Timestamp") && kind.starts_with("Timestamp")
                    ),
                "{column}: {found:?}"
            );
        }
    }
}

#[test]
fn changes_and_deletions_reach_a_lake_and_other_tables_are_left_alone() {
    for format in FORMATS {
        let lake = Lake::new(format);
        let tables = "--tables subscriptions,charges,webhooks,onetimes";
        lake.copy.sync(tables);
        let webhooks = lake.versions("webhooks");
        let id = lake.copy.listed("subscriptions list --status active -n 1")[0]["id"].clone();
        lake.copy
            .sandbox(&format!("subscriptions update {id} --quantity 7"));
        let onetime = lake.copy.listed("onetimes list -n 1")[0]["id"].clone();
        lake.copy
            .sandbox(&format!("onetimes delete {onetime} --yes"));
        lake.copy.sync(&format!("{tables} --deletes full --yes"));
        lake.assert_same_as_index();
        let subscriptions = lake.read("subscriptions");
        let rows = subscriptions.by_key(&["id"]);
        assert_eq!(
            rows[&vec![id.to_string()]]["quantity"].as_deref(),
            Some("7")
        );
        let onetimes = lake.read("onetimes");
        let rows = onetimes.by_key(&["id"]);
        assert!(rows[&vec![onetime.to_string()]]["_deleted_at"].is_some());
        assert_eq!(lake.versions("webhooks"), webhooks);
    }
}

#[test]
fn months_that_did_not_change_keep_their_files() {
    let lake = Lake::new("delta");
    lake.copy.sync("--tables subscriptions");
    let id = lake.copy.listed("subscriptions list --status active -n 1")[0]["id"].clone();
    lake.copy
        .sandbox(&format!("subscriptions update {id} --quantity 7"));
    lake.copy.sync("--tables subscriptions");
    let entries = super::reader::entries(&lake.folder().join("subscriptions"));
    let added = |number: u64| {
        entries[&number]
            .iter()
            .filter(|line| line["add"].is_object())
            .count()
    };
    assert!(added(0) > 2, "{}", added(0));
    assert_eq!(added(1), 1);
}

#[test]
fn an_index_that_is_gone_is_made_again_from_the_lake() {
    for format in FORMATS {
        let lake = Lake::new(format);
        let tables = "--tables subscriptions,charges,customers,webhooks,collections";
        let first = lake.copy.sync(tables);
        let names = [
            "subscriptions",
            "charges",
            "customers",
            "webhooks",
            "subscriptions_history",
        ];
        let versions = names.map(|name| lake.versions(name));
        lake.lose_index();
        let second = lake.copy.sync(&format!("{tables} --deletes full"));
        for table in ["subscriptions", "charges", "customers", "webhooks"] {
            let (first, second) = (of(&first, table), of(&second, table));
            assert_eq!(second["bookmark"], first["bookmark"], "{table}");
            assert_eq!(second["changed"], 0, "{format} {table}");
        }
        assert_eq!(names.map(|name| lake.versions(name)), versions);
        lake.assert_same_as_index();
        assert_same(&lake.copy, "charges", "charges list");
        // It goes on from there.
        let id = lake.copy.listed("subscriptions list --status active -n 1")[0]["id"].clone();
        lake.copy
            .sandbox(&format!("subscriptions update {id} --quantity 9"));
        lake.copy.sync(tables);
        lake.assert_same_as_index();
        assert_ne!(lake.versions("subscriptions"), versions[0]);
    }
}

#[test]
fn an_index_of_an_older_version_is_made_again() {
    let lake = Lake::new("delta");
    lake.copy.sync("--tables subscriptions,webhooks");
    let old = std::fs::read(lake.folder().join(".copy.db")).unwrap();
    let id = lake.copy.listed("subscriptions list --status active -n 1")[0]["id"].clone();
    lake.copy
        .sandbox(&format!("subscriptions update {id} --quantity 9"));
    lake.copy.sync("--tables subscriptions,webhooks");
    lake.lose_index();
    std::fs::write(lake.folder().join(".copy.db"), old).unwrap();
    lake.copy.sync("--tables subscriptions,webhooks");
    lake.assert_same_as_index();
    assert_same(&lake.copy, "subscriptions", "subscriptions list");
}

#[test]
fn tables_that_somebody_removed_are_written_again() {
    for format in FORMATS {
        let lake = Lake::new(format);
        lake.copy.sync("--tables webhooks,customers");
        let file = lake.folder().join("webhooks.parquet");
        let table = lake.folder().join("webhooks");
        let _ = std::fs::remove_file(file);
        let _ = std::fs::remove_dir_all(table);
        lake.copy.sync("--tables webhooks,customers");
        lake.assert_same_as_index();
    }
}

#[test]
fn the_status_of_a_lake_is_read_from_its_tables() {
    for format in FORMATS {
        let lake = Lake::new(format);
        lake.copy.sync("--tables customers,subscriptions");
        lake.lose_index();
        let line = "sync status --to DB -o ndjson";
        let status: Vec<Value> = lake.copy.rc(line).succeeds().records();
        assert_eq!(of(&status, "customers")["rows"], 60);
        assert_eq!(
            of(&status, "subscriptions")["bookmark"],
            "2026-11-20T10:54:28Z"
        );
        assert_eq!(status.len(), 2);
    }
}

#[test]
fn the_page_on_lakes_shows_what_happens() {
    let text = include_str!("../../../../docs/lake.md");
    assert!(crate::console::steps(text).len() >= 2);
    crate::console::check("docs/lake.md", text);
}
