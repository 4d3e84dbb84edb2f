//! What a run refuses, and what it leaves as it was.

use std::fs;

use super::super::hostname;
use super::{FORMATS, Lake};
use crate::harness::rc;
use crate::served::Served;

#[test]
fn a_lake_of_one_store_takes_nothing_of_another() {
    for format in FORMATS {
        let lake = Lake::new(format);
        lake.copy.sync("--tables webhooks");
        let version = lake.versions("webhooks");
        lake.lose_index();
        let served = Served::start();
        let line = format!("sync --to {}", lake.copy.file());
        let refused = rc(&line)
            .holding(&lake.copy.store)
            .against(&served.url)
            .fails(2);
        refused
            .says("lake is a copy of recharge store ")
            .says(" at sandbox, and this is recharge store ");
        assert_eq!(lake.versions("webhooks"), version);
    }
}

#[test]
fn a_folder_with_a_copy_in_another_format_is_refused() {
    let lake = Lake::new("parquet");
    lake.copy.sync("--tables webhooks");
    for other in ["delta", "ndjson"] {
        let line = format!(
            "sync --tables webhooks --to {other}:{}",
            lake.folder().display()
        );
        lake.copy
            .there(rc(&line))
            .fails(2)
            .says("already contains a copy in parquet")
            .says("--to parquet:");
    }
}

#[test]
fn a_log_that_another_program_wrote_is_left_alone() {
    let foreign = [
        r#"{"commitInfo":{"timestamp":1,"operation":"WRITE","engineInfo":"other"}}"#,
        r#"{"domainMetadata":{"domain":"x","configuration":"{}","removed":false}}"#,
        "not JSON",
    ];
    for text in foreign {
        let lake = Lake::new("delta");
        lake.copy.sync("--tables webhooks");
        let log = lake.folder().join("webhooks/_delta_log");
        let entry = log.join("00000000000000000001.json");
        fs::write(&entry, text).unwrap();
        lake.copy
            .try_sync("--tables webhooks")
            .fails(2)
            .says("webhooks has a log that rc sync cannot continue");
        assert_eq!(fs::read_to_string(&entry).unwrap(), text);
        assert_eq!(fs::read_dir(&log).unwrap().count(), 2);
        // An entry that is missing is no better.
        fs::rename(&entry, log.join("00000000000000000002.json")).unwrap();
        lake.copy
            .try_sync("--tables webhooks")
            .fails(2)
            .says("it lacks the entry 1");
    }
}

#[test]
fn a_file_that_another_program_wrote_is_left_alone() {
    let lake = Lake::new("parquet");
    lake.copy.sync("--tables customers");
    for text in ["PAR1", "", "id,name\n1,2\n"] {
        let file = lake.folder().join("webhooks.parquet");
        fs::write(&file, text).unwrap();
        lake.copy
            .try_sync("--tables webhooks")
            .fails(2)
            .says("webhooks.parquet was not written by rc sync");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

/// Changes what the last entry of a log says of the table.
fn tamper(lake: &Lake, table: &str, from: &str, to: &str) {
    let entry = lake
        .folder()
        .join(format!("{table}/_delta_log/00000000000000000000.json"));
    let text = fs::read_to_string(&entry).unwrap();
    let changed = text.replace(from, to);
    assert_ne!(changed, text);
    fs::write(&entry, changed).unwrap();
}

#[test]
fn a_column_whose_type_changed_is_refused() {
    let lake = Lake::new("delta");
    lake.copy.sync("--tables subscriptions");
    let column = |kind: &str| format!(r#"{{\"name\":\"quantity\",\"kind\":\"{kind}\"}}"#);
    tamper(&lake, "subscriptions", &column("integer"), &column("text"));
    lake.copy
        .try_sync("--tables subscriptions")
        .fails(2)
        .says("the column quantity of subscriptions would change its type from text to integer")
        .says("--to must name another place");
    assert_eq!(lake.entries("subscriptions"), 1);
}

#[test]
fn a_column_that_the_catalog_no_longer_has_stays() {
    let lake = Lake::new("delta");
    lake.copy.sync("--tables subscriptions");
    let own = r#"{\"name\":\"quantity\",\"kind\":\"integer\"}"#;
    let both = format!(r#"{own},{{\"name\":\"former\",\"kind\":\"decimal\"}}"#);
    tamper(&lake, "subscriptions", own, &both);
    lake.lose_index();
    let id = lake.copy.listed("subscriptions list --status active -n 1")[0]["id"].clone();
    lake.copy
        .sandbox(&format!("subscriptions update {id} --quantity 9"));
    lake.copy.sync("--tables subscriptions");
    lake.copy.sync("--tables subscriptions");
    let entries = super::reader::entries(&lake.folder().join("subscriptions"));
    let schemas = entries[&1]
        .iter()
        .filter_map(|line| line["metaData"]["schemaString"].as_str());
    let schemas: Vec<&str> = schemas.collect();
    assert_eq!(schemas.len(), 1);
    assert!(
        schemas[0].contains(r#""name":"former","nullable":true,"type":"decimal(18,4)""#)
            || schemas[0].contains(r#""name":"former","type":"decimal(18,4)""#),
        "{}",
        schemas[0]
    );
}

#[test]
fn a_second_writer_is_refused_while_the_first_one_is_alive() {
    for format in FORMATS {
        let lake = Lake::new(format);
        lake.copy.sync("--tables webhooks");
        let alive = std::process::id();
        lake.copy.write(&format!(
            "INSERT INTO _sync_lock VALUES (1, {alive}, '{}', '2026-11-20T11:00:00Z', '2026-11-20T11:59:30Z')",
            hostname()
        ));
        lake.copy
            .try_sync("--tables webhooks")
            .fails(7)
            .says(&format!("lake is being written by process {alive} on "));
    }
}

#[test]
fn a_log_is_made_short_only_where_there_is_one() {
    for to in ["parquet:x", "sqlite:x.db", "ndjson:x"] {
        rc(&format!("sync --compact --to {to}"))
            .sandboxed()
            .fails(2)
            .says("--compact is for copies that have a log");
    }
}

/// What a full disk does, a limit on the size of files does, too.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_what_readers_see_and_the_next_run_goes_on() {
    for format in FORMATS {
        let served = Served::with(&["--no-limit"]);
        let mut lake = Lake::new(format);
        lake.copy.url = Some(served.url.clone());
        lake.copy.sync("--tables webhooks,customers");
        let before = lake.versions("customers");
        let mut stopped = 0;
        for blocks in [32, 128, 512] {
            let mut limited = std::process::Command::new("sh");
            limited
                .args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\""])
                .arg(blocks.to_string())
                .arg(assert_cmd::cargo::cargo_bin!("rc"))
                .args(["sync", "--to", &lake.copy.file()])
                .env_clear()
                .envs(super::super::environment(&served.url))
                .env("RECHARGE_STATE_DIR", lake.copy.store.path().join("state"));
            let output = limited.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.code() == Some(1) {
                assert!(
                    said.contains("full") || said.contains("cannot be"),
                    "{said}"
                );
                stopped += 1;
            }
            assert_eq!(lake.versions("customers"), before, "{said}");
        }
        assert!(stopped > 0);
        lake.copy.sync("");
        lake.assert_same_as_index();
    }
}
