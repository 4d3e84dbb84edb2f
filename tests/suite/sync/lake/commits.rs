//! Commits within a run, values that do not fit, and logs that are made short.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use recharge_cli::catalog;
use recharge_cli::sync::destination::lake::{Lake as LakeDestination, LakeFiles};
use recharge_cli::sync::destination::{
    Advance, Destination, LakeFormat, RecordPage, SchemaPolicy, Writer,
};
use recharge_cli::sync::{Micros, StoreKey, SyncTable, tables};

use super::reader::{entries, read};
use super::{FORMATS, Lake, assert_same_as_index};

const BEGUN: &str = "2026-11-20T12:00:00Z";

fn at(text: &str) -> Micros {
    text.parse().unwrap()
}

fn subscriptions() -> SyncTable {
    let mut all = tables(catalog::family("recharge").unwrap(), None).into_iter();
    all.find(|table| table.name == "subscriptions").unwrap()
}

fn open(folder: &Path, format: &str) -> LakeDestination {
    let format = if format == "delta" {
        LakeFormat::Delta
    } else {
        LakeFormat::Parquet
    };
    let files = LakeFiles::of_folder(folder);
    let index = folder.join(".copy.db");
    LakeDestination::open(files, format, (&index, false), false).unwrap()
}

fn begin(lake: &mut LakeDestination) -> SyncTable {
    let store = StoreKey {
        api: "recharge".to_owned(),
        store: "1".to_owned(),
        host: "sandbox".to_owned(),
    };
    let writer = Writer {
        process: std::process::id(),
        host: "here".to_owned(),
    };
    lake.begin(&store, &writer, at(BEGUN)).unwrap();
    let table = subscriptions();
    lake.prepare(&table, SchemaPolicy::Evolve).unwrap();
    table
}

/// A run that begins after all changes.
fn with_page() -> Advance {
    Advance::WithPage {
        begun: at("2027-01-01T00:00:00Z"),
    }
}

fn page(time: &str, records: &[String]) -> RecordPage {
    let mut page = RecordPage::new(at(time));
    for record in records {
        page.push(record);
    }
    page
}

fn record(id: u64, price: &str, updated: &str) -> String {
    format!(
        r#"{{"id":{id},"price":"{price}","created_at":"2026-0{}-01T00:00:00+00:00","updated_at":"{updated}"}}"#,
        id % 3 + 1
    )
}

#[test]
fn a_long_run_is_committed_every_ten_minutes_with_its_bookmark() {
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let mut lake = open(folder.path(), format);
        begin(&mut lake);
        let write = |lake: &mut LakeDestination, time: &str, ids: std::ops::Range<u64>| {
            let updated = time.replace('Z', "+00:00");
            let records: Vec<String> = ids.map(|id| record(id, "10.00", &updated)).collect();
            let page = page(time, &records);
            lake.write("subscriptions", &page, with_page()).unwrap();
        };
        write(&mut lake, "2026-11-20T12:09:59Z", 1..40);
        assert!(read(folder.path(), format, "subscriptions").is_none());
        write(&mut lake, "2026-11-20T12:10:00Z", 40..60);
        let seen = read(folder.path(), format, "subscriptions").unwrap();
        assert_eq!(seen.rows.len(), 59);
        assert_eq!(seen.bookmark().as_deref(), Some("2026-11-20T12:10:00Z"));
        write(&mut lake, "2026-11-20T12:19:00Z", 50..70);
        let seen = read(folder.path(), format, "subscriptions").unwrap();
        assert_eq!(seen.rows.len(), 59);
        // The run ends here, as if it were killed; another machine goes on.
        drop(lake);
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(folder.path().join(format!(".copy.db{end}")));
        }
        let mut lake = open(folder.path(), format);
        let table = subscriptions();
        begin(&mut lake);
        let state = lake.prepare(&table, SchemaPolicy::Evolve).unwrap();
        assert_eq!(state.bookmark, Some(at("2026-11-20T12:10:00Z")));
        write(&mut lake, "2026-11-20T12:25:00Z", 50..70);
        let seen = read(folder.path(), format, "subscriptions").unwrap();
        assert_eq!(seen.rows.len(), 69);
        lake.finish().unwrap();
        assert_same_as_index(folder.path(), format);
    }
}

#[test]
fn amounts_with_too_many_digits_are_kept_as_they_were_sent() {
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let records = [
            record(1, "19.99", "2026-11-01T00:00:00+00:00"),
            record(2, "0.123456", "2026-11-01T00:00:00+00:00"),
            record(3, "123456789012345.00", "2026-11-01T00:00:00+00:00"),
        ];
        let page = page(BEGUN, &records);
        let mut lake = open(folder.path(), format);
        begin(&mut lake);
        lake.write("subscriptions", &page, with_page()).unwrap();
        lake.finish().unwrap();
        let seen = read(folder.path(), format, "subscriptions").unwrap();
        let rows = seen.by_key(&["id"]);
        let row = |id: &str| rows[&vec![id.to_owned()]];
        assert_eq!(row("1")["price"].as_deref(), Some("19.99"));
        assert_eq!(row("1")["_extra"], None);
        assert_eq!(row("2")["price"], None);
        assert_eq!(
            row("2")["_extra"].as_deref(),
            Some(r#"{"price":"0.123456"}"#)
        );
        assert_eq!(
            row("3")["_extra"].as_deref(),
            Some(r#"{"price":"123456789012345.00"}"#)
        );
        // Another machine has the same rows: nothing is new to it.
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(folder.path().join(format!(".copy.db{end}")));
        }
        let mut lake = open(folder.path(), format);
        begin(&mut lake);
        let written = lake.write("subscriptions", &page, with_page()).unwrap();
        assert_eq!((written.rows, written.changed), (3, 0));
        lake.finish().unwrap();
    }
}

#[test]
fn a_row_whose_time_of_creation_changed_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut lake = open(folder.path(), "delta");
    let created = |created: &str, updated: &str| {
        let created = match created {
            "" => "null".to_owned(),
            time => format!("\"{time}\""),
        };
        format!(
            r#"{{"id":1,"created_at":{created},"updated_at":"2026-11-{updated}T00:00:00+00:00"}}"#
        )
    };
    let other = record(2, "1.00", "2026-11-01T00:00:00+00:00");
    for (created_at, updated) in [
        ("2026-01-01T00:00:00+00:00", "01"),
        ("2026-02-01T00:00:00+00:00", "02"),
        ("", "03"),
        ("2026-01-05T00:00:00+00:00", "04"),
    ] {
        begin(&mut lake);
        let page = page(BEGUN, &[created(created_at, updated), other.clone()]);
        lake.write("subscriptions", &page, with_page()).unwrap();
        lake.finish().unwrap();
        let seen = read(folder.path(), "delta", "subscriptions").unwrap();
        assert_eq!(seen.by_key(&["id"]).len(), 2);
    }
    let seen = read(folder.path(), "delta", "subscriptions_history").unwrap();
    assert_eq!(seen.rows.len(), 5);
}

#[test]
fn an_entry_that_another_process_wrote_meanwhile_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut lake = open(folder.path(), "delta");
    begin(&mut lake);
    let records = [record(1, "1.00", "2026-11-01T00:00:00+00:00")];
    lake.write("subscriptions", &page(BEGUN, &records), with_page())
        .unwrap();
    let entry = "subscriptions/_delta_log/00000000000000000000.json";
    let path = folder.path().join(entry);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "{}").unwrap();
    let error = lake.finish().unwrap_err();
    assert_eq!(recharge_cli::exit::code(error.kind), 7);
    assert!(
        error.message.contains("another process has written"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
}

/// Makes files as old as those that may be removed.
fn age(folder: &Path) {
    let old: jiff::Timestamp = "2026-11-10T00:00:00Z".parse().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            age(&path);
        } else {
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(SystemTime::from(old)).unwrap();
        }
    }
}

fn data_files(folder: &Path) -> usize {
    let mut number = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            number += data_files(&path);
        } else {
            let name = path.to_string_lossy().into_owned();
            number += usize::from(name.ends_with(".parquet") && !name.contains("_delta_log"));
        }
    }
    number
}

#[test]
fn a_log_that_is_made_short_has_the_same_table_and_loses_what_is_old() {
    let lake = Lake::new("delta");
    let table = lake.folder().join("subscriptions");
    let id = lake.copy.listed("subscriptions list --status active -n 1")[0]["id"].clone();
    for quantity in 2..6 {
        lake.copy.sync("--tables subscriptions");
        lake.copy
            .sandbox(&format!("subscriptions update {id} --quantity {quantity}"));
    }
    // A run that ended before its entry left a file.
    fs::write(table.join("part-00000-orphan.parquet"), "half a file").unwrap();
    let before = data_files(&table);
    lake.copy.sync("--tables subscriptions --compact");
    lake.assert_same_as_index();
    let log = table.join("_delta_log");
    let last = fs::read_to_string(log.join("_last_checkpoint")).unwrap();
    assert!(last.contains("\"version\":5"), "{last}");
    assert!(log.join("00000000000000000005.checkpoint.parquet").exists());
    // Nothing is old yet but in the log.
    assert_eq!(entries(&table).len(), 6);
    assert_eq!(data_files(&table), before + 1);
    // Files that were removed from the table a short time ago stay, whatever their age.
    age(&table);
    lake.copy.sync("--tables subscriptions --compact");
    assert_eq!(entries(&table).len(), 1);
    assert_eq!(data_files(&table), before);
    lake.assert_same_as_index();
    lake.lose_index();
    lake.copy
        .sandbox(&format!("subscriptions update {id} --quantity 8"));
    lake.copy.sync("--tables subscriptions");
    lake.assert_same_as_index();
    let row = lake.read("subscriptions");
    let rows = row.by_key(&["id"]);
    assert_eq!(
        rows[&vec![id.to_string()]]["quantity"].as_deref(),
        Some("8")
    );
}
