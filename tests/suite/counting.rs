//! `--count`: the number of a list, instead of the list.

use crate::answering::Answering;
use crate::harness::{Store, rc};

fn counted(store: &Store, line: &str) -> String {
    let outcome = rc(&format!("{line} --count")).within(store).succeeds();
    outcome.says_nothing().stdout
}

/// The number of lines that the list prints.
fn lines(store: &Store, line: &str) -> String {
    let outcome = rc(&format!("{line} -o ndjson")).within(store).succeeds();
    format!("{}\n", outcome.stdout.lines().count())
}

#[test]
fn count_is_the_number_of_records_that_the_list_prints() {
    let store = Store::new();
    for line in [
        "subscriptions list",
        "subscriptions list --status cancelled --page-size 7",
        "subscriptions list -n 20 --page-size 7",
        "customers list --email nobody@example.com",
        "charges list --jq 'select(.status == \"success\") | 1, 2'",
        "plans list",
        "history list",
        "bulk list",
        "profile list",
        "api GET /orders --paginate",
    ] {
        assert_eq!(counted(&store, line), lines(&store, line), "{line}");
    }
    assert_ne!(counted(&store, "subscriptions list"), "0\n");
}

#[test]
fn count_is_a_number_in_every_format_and_on_a_terminal() {
    let store = Store::new();
    let expected = counted(&store, "subscriptions list");
    for format in ["table", "json", "ndjson", "csv", "tsv"] {
        let line = format!("subscriptions list -o {format}");
        assert_eq!(counted(&store, &line), expected, "{format}");
    }
    let person = rc("subscriptions list --count").within(&store);
    person.on_terminal(80).succeeds().prints(&expected);
    let none = rc("customers list --email nobody@example.com --count").within(&store);
    none.on_terminal(80).succeeds().prints("0\n").says_nothing();
}

#[test]
fn limit_of_a_profile_is_none_of_a_count() {
    let store = Store::new();
    let page = "{\"customers\":[{\"id\":1},{\"id\":2},{\"id\":3}]}".to_owned();
    let server = Answering::with(move |_| (200, page.clone()));
    for line in [
        "profile set few --limit 2 --columns id --output csv",
        "profile use few",
    ] {
        rc(line).holding(&store).succeeds();
    }
    let list = |flags: &str| {
        let line = format!("customers list {flags}");
        rc(&line).holding(&store).against(&server.url).succeeds()
    };
    list("").prints("id\n1\n2\n");
    list("--count").prints("3\n").says_nothing();
    list("--count -n 2").prints("2\n").says_nothing();
}

#[test]
fn operation_that_counts_is_used_where_the_version_has_it() {
    let count = |line: &str| {
        let server = Answering::with(|_| (200, "{\"count\":1234}".to_owned()));
        let outcome = rc(&format!("{line} --count --api-version 2021-01 -o json"));
        let outcome = outcome.against(&server.url).runs();
        (outcome, server.asked(&["GET"]))
    };
    let (outcome, asked) = count("subscriptions list --status active --page-size 5");
    outcome.prints("1234\n");
    assert_eq!(asked, ["GET /subscriptions/count?status=active"]);
    // It counts neither a part nor what a filter leaves.
    for part in ["-n 5", "--jq ."] {
        let (_, asked) = count(&format!("subscriptions list {part}"));
        assert!(asked[0].starts_with("GET /subscriptions?"), "{asked:?}");
    }
    let dry = rc("subscriptions list --count --dry-run --api-version 2021-01");
    let dry = dry.env("RECHARGE_ACCESS_TOKEN", "sk_1").succeeds();
    assert!(dry.stdout.contains("/subscriptions/count"), "{dry:?}");
}

#[test]
fn list_that_fails_midway_has_no_count() {
    let server = Answering::with(|asked| {
        if asked.line.contains("cursor=") {
            return (422, "{}".to_owned());
        }
        let page = "{\"customers\":[{\"id\":1}],\"next_cursor\":\"n\"}";
        (200, page.to_owned())
    });
    let outcome = rc("customers list --count").against(&server.url).runs();
    assert_eq!(outcome.code, 5, "{outcome:?}");
    outcome.prints_nothing();
}

#[test]
fn flags_that_a_number_has_no_use_for_are_refused() {
    for flags in ["-c id", "--excel", "--no-headers", "--jq . -r"] {
        rc(&format!("customers list --count {flags}"))
            .sandboxed()
            .fails(2)
            .prints_nothing()
            .says("--count prints a number");
    }
    rc("customers list --count --watch 5")
        .sandboxed()
        .fails(2)
        .shows("counting-flags_that_a_number_has_no_use_for_are_refused");
    rc("customers get 1 --count").sandboxed().fails(2);
    rc("api GET /orders --count").sandboxed().fails(2);
}
