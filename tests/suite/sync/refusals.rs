//! What a run refuses, and what it leaves as it was.

use super::{Copy, hostname};
use crate::harness::rc;
use crate::served::Served;

#[test]
fn a_copy_of_one_store_takes_nothing_of_another() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    let before = std::fs::read(copy.path()).unwrap();
    let served = Served::start();
    let line = format!("sync --to {}", copy.file());
    let refused = rc(&line).holding(&copy.store).against(&served.url).fails(2);
    let refused = refused.says("copy.db is a copy of recharge store ");
    refused.says(" at sandbox, and this is recharge store ");
    assert_eq!(std::fs::read(copy.path()).unwrap(), before);
}

#[test]
fn a_table_that_does_not_exist_is_named_with_the_nearest() {
    let copy = Copy::new();
    for flag in ["--tables", "--refresh"] {
        copy.try_sync(&format!("{flag} charge"))
            .fails(2)
            .says("there is no table charge")
            .says("did you mean charges?");
    }
    assert!(!std::path::Path::new(&copy.path()).exists());
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let copy = Copy::new();
    let text = "id,name\n".repeat(200);
    std::fs::write(copy.path(), &text).unwrap();
    copy.try_sync("")
        .fails(2)
        .shows("sync_refusals-a_file_that_is_no_database_is_left_alone");
    assert_eq!(std::fs::read_to_string(copy.path()).unwrap(), text);
}

#[test]
fn a_folder_that_does_not_exist_is_said() {
    let copy = Copy::new();
    let line = "sync --to sqlite:/nonexistent/x.db";
    copy.rc(line)
        .sandboxed()
        .fails(2)
        .shows("sync_refusals-a_folder_that_does_not_exist_is_said");
}

#[test]
fn a_table_that_somebody_altered_is_named() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    copy.write("ALTER TABLE webhooks DROP COLUMN topic");
    copy.try_sync("--tables webhooks")
        .fails(2)
        .shows("sync_refusals-a_table_that_somebody_altered_is_named");
    copy.sync("--tables webhooks --refresh webhooks");
    assert_eq!(copy.value("SELECT count(topic) FROM webhooks"), 3);
}

#[test]
fn columns_that_somebody_added_stay() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    copy.write("ALTER TABLE webhooks ADD COLUMN remark TEXT");
    copy.write("UPDATE webhooks SET remark = 'mine'");
    copy.sync("--tables webhooks");
    assert_eq!(copy.value("SELECT count(remark) FROM webhooks"), 3);
}

#[test]
fn a_bookmark_in_the_future_is_named_and_a_refresh_mends_it() {
    let copy = Copy::new();
    copy.sync("--tables customers");
    copy.write(
        "UPDATE _sync_tables SET state = json_set(state, '$.bookmark', '2031-01-01T00:00:00Z')",
    );
    copy.try_sync("--tables customers")
        .fails(7)
        .shows("sync_refusals-a_bookmark_in_the_future_is_named_and_a_refresh_mends_it");
    copy.sync("--tables customers --refresh customers");
    let reports = copy.sync("--tables customers");
    assert_eq!(super::of(&reports, "customers")["state"], "current");
}

#[test]
fn a_second_writer_is_refused_while_the_first_one_is_alive() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    let alive = std::process::id();
    let lock = |process: u32, host: &str, beat: &str| {
        copy.write(&format!(
            "INSERT INTO _sync_lock VALUES (1, {process}, {host}, '2026-11-20T11:00:00Z', '{beat}')"
        ));
    };
    let own = "(SELECT trim('HOST'))".replace("HOST", &hostname());
    lock(alive, &own, "2026-11-20T11:59:30Z");
    copy.try_sync("--tables webhooks").fails(7).says(&format!(
        "is being written by process {alive} on {}, since 2026-11-20T11:00:00Z",
        hostname()
    ));
    copy.write("DELETE FROM _sync_lock");
    // Its process is gone: no process has so large a number.
    lock(4_194_305, &own, "2026-11-20T11:59:30Z");
    copy.sync("--tables webhooks");
    // Its host is another one, and it is silent.
    lock(1, "'elsewhere'", "2026-11-20T11:30:00Z");
    copy.sync("--tables webhooks");
    lock(1, "'elsewhere'", "2026-11-20T11:59:30Z");
    copy.try_sync("--tables webhooks")
        .fails(7)
        .shows("sync_refusals-a_second_writer_is_refused_while_the_first_one_is_alive");
}

#[test]
fn queries_that_do_not_read_are_refused() {
    let copy = Copy::new();
    copy.sync("--tables webhooks");
    for query in [
        "DELETE FROM webhooks",
        "DROP TABLE webhooks",
        "CREATE TABLE x (y)",
        "PRAGMA user_version = 7",
    ] {
        copy.asked(query).fails(2);
    }
    copy.asked("SELECT 1; SELECT 2")
        .fails(2)
        .shows("sync_refusals-queries_that_do_not_read_are_refused");
    copy.asked("SELECT colour FROM webhooks")
        .fails(2)
        .shows("sync_refusals-queries_that_do_not_read_are_refused-2");
    assert_eq!(copy.value("SELECT count(*) FROM webhooks"), 3);
}

#[test]
fn a_copy_that_is_not_there_is_said_with_what_makes_one() {
    let copy = Copy::new();
    copy.asked("SELECT 1")
        .fails(4)
        .shows("sync_refusals-a_copy_that_is_not_there_is_said_with_what_makes_one");
    copy.rc("sync status --to DB")
        .fails(4)
        .shows("sync_refusals-a_copy_that_is_not_there_is_said_with_what_makes_one-2");
}

#[test]
fn destinations_and_dates_that_cannot_be_read_are_usage_errors() {
    let copy = Copy::new();
    for (words, what) in [
        ("--to mysql:x", "\"mysql\" is not a destination"),
        ("--to sqlite:", "--to sqlite: names no file or folder"),
        ("--start-date 31/12/2026", "\"31/12/2026\" is not a date"),
        (
            "--api-version 2021-01",
            "sync chooses the version of the API itself",
        ),
        ("--dry-run", "sync only reads"),
    ] {
        copy.rc(&format!("sync {words}"))
            .sandboxed()
            .fails(2)
            .says(what);
    }
}

#[cfg(not(feature = "lake"))]
#[test]
fn a_build_without_lakes_says_what_builds_one() {
    let copy = Copy::new();
    for to in ["parquet:x", "delta:s3://bucket/x"] {
        let line = format!("sync --to {to}");
        copy.rc(&line)
            .sandboxed()
            .fails(2)
            .says("this build does not copy to ")
            .says("--features lake builds one that does");
    }
}
