//! `rc bulk` before anything is sent: its command line, its help, templates,
//! checks and dry runs. None of this needs a token.

use std::path::PathBuf;

use crate::harness::{Rc, Store, rc};

/// A file in the folder of a store.
pub fn file(store: &Store, name: &str, text: &str) -> PathBuf {
    let path = store.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A run of `bulk` with a file.
pub fn bulk(words: &str, path: &std::path::Path) -> Rc {
    rc(&format!("bulk {words} '{}'", path.display()))
}

const GOOD: &str = "code,value,value_type\nSPRING,10,percentage\nSUMMER,2.50,fixed_amount\n";

#[test]
fn what_only_reads_has_no_place_in_bulk() {
    rc("bulk customers list x.csv")
        .fails(2)
        .shows("bulk-what_only_reads_has_no_place_in_bulk");
    rc("bulk events list x.csv")
        .fails(2)
        .shows("bulk-what_only_reads_has_no_place_in_bulk-2");
    rc("bulk template subscriptions get")
        .fails(2)
        .shows("bulk-what_only_reads_has_no_place_in_bulk-3");
}

#[test]
fn mistyped_words_get_the_nearest_name() {
    rc("bulk discuonts create x.csv")
        .fails(2)
        .shows("bulk-mistyped_words_get_the_nearest_name");
    rc("bulk discounts creat x.csv")
        .fails(2)
        .shows("bulk-mistyped_words_get_the_nearest_name-2");
    rc("bulk statu x")
        .fails(2)
        .shows("bulk-mistyped_words_get_the_nearest_name-3");
    rc("bulk discounts create x.csv --skip-invald")
        .fails(2)
        .shows("bulk-mistyped_words_get_the_nearest_name-4");
    rc("bulk discounts create x.csv --engine batch")
        .fails(2)
        .shows("bulk-mistyped_words_get_the_nearest_name-5");
}

#[test]
fn what_is_missing_is_asked_for() {
    rc("bulk")
        .fails(2)
        .shows("bulk-what_is_missing_is_asked_for");
    rc("bulk check")
        .fails(2)
        .shows("bulk-what_is_missing_is_asked_for-2");
    rc("bulk discounts")
        .fails(2)
        .shows("bulk-what_is_missing_is_asked_for-3");
    rc("bulk discounts create")
        .fails(2)
        .shows("bulk-what_is_missing_is_asked_for-4");
    rc("bulk resume")
        .fails(2)
        .shows("bulk-what_is_missing_is_asked_for-5");
}

#[test]
fn a_flag_that_could_not_be_kept_is_refused() {
    for words in [
        "discounts create x.csv",
        "check discounts create x.csv",
        "resume x",
    ] {
        rc(&format!("bulk {words} --fail-fast"))
            .fails(2)
            .shows("bulk-a_flag_that_could_not_be_kept_is_refused");
    }
}

#[test]
fn a_wrong_value_of_a_flag_is_named() {
    for (words, flag, why) in [
        ("--parallel 11", "--parallel", "1 to 10"),
        ("--delimiter ab", "--delimiter", "field separator"),
        ("--encoding ebcdic", "--encoding", "windows-1252"),
        ("--map Code", "--map", "--map 'Promo Code=code'"),
        ("--const =x", "--const", "--const status=enabled"),
        ("--const a=1 --const a=2", "--const", "names a twice"),
        ("--raw", "--raw", "builds each row"),
        ("--slurp", "--slurp", "builds each row"),
    ] {
        rc(&format!("bulk discounts create x.csv {words}"))
            .fails(2)
            .says(flag)
            .says(why);
    }
    rc("bulk customers delete x.csv --engine batches")
        .fails(2)
        .says("there is no async batch for customers delete");
    rc("bulk customers delete x.csv --no-wait")
        .fails(2)
        .says("--no-wait needs async batches");
    rc("bulk customers delete x.csv --no-wait --wait --dry-run")
        .fails(2)
        .says("cannot read x.csv");
    rc("bulk results x --status good")
        .fails(2)
        .says("ok, failed, invalid, unknown");
}

#[test]
fn help_says_what_is_done_and_shows_how() {
    rc("--help").succeeds().prints_in("bulk ");
    rc("bulk --help")
        .succeeds()
        .prints_in("each row exactly once")
        .prints_in("abandon")
        .prints_in("discounts,")
        .prints_in("rc bulk template discounts create > spring.csv");
    rc("bulk discounts create --help")
        .succeeds()
        .prints_in("async batches (discount_create)")
        .prints_in("Required: code, value, value_type")
        .prints_in("builds each row")
        .prints_in("write_batches");
    rc("bulk subscription cancel -h")
        .succeeds()
        .prints_in("default: requests")
        .prints_in("asks for confirmation")
        .prints_in("rc help flags");
    rc("bulk results -h")
        .succeeds()
        .prints_in("rc bulk results");
}

#[test]
fn every_template_is_a_good_input() {
    use recharge_cli::catalog::{Effect, kebab, recharge::API};
    for (resource, operation) in API.operations() {
        if operation.effect == Effect::Reads {
            continue;
        }
        let named = format!("{} {}", kebab(resource.name), kebab(operation.verb));
        let template = rc(&format!("bulk template {named}")).succeeds();
        let checked = rc(&format!("bulk check {named} -"))
            .stdin(&template.stdout)
            .succeeds();
        assert_eq!(checked.json()["rows"], 1, "{named}: {template:?}");
    }
}

#[test]
fn a_template_can_go_into_a_file_and_is_csv_always() {
    let store = Store::new();
    let path = store.path().join("spring.csv");
    rc(&format!(
        "bulk template discounts create --out '{}'",
        path.display()
    ))
    .succeeds()
    .prints_nothing();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("code,value,value_type,"), "{text}");
    rc("bulk template discounts create -o json")
        .fails(2)
        .shows("bulk-a_template_can_go_into_a_file_and_is_csv_always");
}

#[test]
fn a_good_file_is_checked_without_a_token_and_leaves_no_report() {
    let store = Store::new();
    let path = file(&store, "spring.csv", GOOD);
    let checked = bulk("check discounts create", &path)
        .holding(&store)
        .succeeds()
        .says_nothing();
    let record = checked.json();
    assert_eq!(record["operation"], "discounts.create");
    assert_eq!(record["engine"], "batches");
    assert_eq!(record["rows"], 2);
    assert_eq!(record["batches"], 1);
    assert_eq!(record["requests"], 5);
    assert!(!store.path().join("reports").exists());
    let fields: Vec<&String> = record.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "operation",
            "engine",
            "input",
            "rows",
            "invalid",
            "blank",
            "left_out",
            "batches",
            "requests",
            "seconds"
        ]
    );
}

#[test]
fn the_time_is_that_of_the_token() {
    let store = Store::new();
    let rows: Vec<String> = (1..=1240).map(|id| id.to_string()).collect();
    let path = file(&store, "ids.csv", &format!("id\n{}", rows.join("\n")));
    let seconds = |token: &str| {
        let checked = bulk("check subscriptions activate", &path)
            .env("RECHARGE_ACCESS_TOKEN", token)
            .succeeds();
        checked.json()["seconds"].as_f64().unwrap()
    };
    assert!((seconds("sk_1x1_a") - 600.0).abs() < 0.1);
    assert!((seconds("sk_2x1_a") - 300.0).abs() < 0.1);
}

#[test]
fn what_is_wrong_is_told_with_line_and_column_and_all_of_it_is_in_a_report() {
    let store = Store::new();
    let wrong: Vec<String> = (0..30)
        .map(|at| format!("WRONG{at},many,percentage"))
        .collect();
    let path = file(
        &store,
        "spring.csv",
        &format!("{GOOD}{}\n", wrong.join("\n")),
    );
    let told = bulk("check discounts create", &path)
        .holding(&store)
        .fails(2)
        .shows("bulk-what_is_wrong_is_told_with_line_and_column_and_all_of_it_is_in_a_report");
    assert_eq!(told.json()["invalid"], 30);
    assert_eq!(told.stderr.matches("many: ").count(), 20);
    let mut reports = std::fs::read_dir(store.path().join("reports")).unwrap();
    let report = reports.next().unwrap().unwrap().path();
    assert!(told.stderr.contains(report.to_str().unwrap()));
    let report_text = std::fs::read_to_string(&report).unwrap();
    let mut lines = report_text.lines();
    assert_eq!(lines.next(), Some("line,column,value,problem"));
    assert!(lines.next().unwrap().starts_with("4,value,many,"));
    assert_eq!(lines.count(), 29);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&report).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_report_goes_where_it_is_wanted_and_findings_can_be_json() {
    let store = Store::new();
    let path = file(
        &store,
        "spring.csv",
        "code,value,value_type\nA,x,percentage\n",
    );
    let report = store.path().join("wrong.csv");
    let told = bulk("check discounts create", &path)
        .holding(&store)
        .with(&format!("-o json --report '{}'", report.display()))
        .fails(2);
    let line: serde_json::Value =
        serde_json::from_str(told.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(line["kind"], "finding");
    assert_eq!(line["line"], 2);
    assert_eq!(line["column"], "value");
    assert!(report.exists());
    assert!(!store.path().join("reports").exists());
}

#[test]
fn an_input_with_the_longest_name_is_reported_on() {
    let store = Store::new();
    for letter in ["x", "é"] {
        let name = format!("{}.csv", letter.repeat(240 / letter.len()));
        let path = file(&store, &name, &format!("{GOOD}many,x,percentage\n"));
        bulk("check discounts create", &path)
            .holding(&store)
            .fails(2)
            .says("value: x");
    }
    let reports = std::fs::read_dir(store.path().join("reports")).unwrap();
    assert_eq!(reports.count(), 2);
}

#[test]
fn what_is_to_be_skipped_does_not_fail_a_check() {
    let store = Store::new();
    let path = file(&store, "spring.csv", &format!("{GOOD}A,x,percentage\n,,\n"));
    bulk("check discounts create", &path)
        .holding(&store)
        .with("--skip-invalid")
        .succeeds()
        .says("1 row wrong and left out")
        .says("1 row without any value left out");
}

#[test]
fn a_header_that_is_wrong_is_an_error_before_any_row() {
    let store = Store::new();
    let path = file(
        &store,
        "spring.csv",
        "cod,value,value_type\nA,1,percentage\n",
    );
    bulk("check discounts create", &path)
        .fails(2)
        .shows("bulk-a_header_that_is_wrong_is_an_error_before_any_row");
    rc("bulk check discounts create /nowhere/x.csv")
        .fails(2)
        .shows("bulk-a_header_that_is_wrong_is_an_error_before_any_row-2");
}

#[test]
fn columns_are_mapped_constants_put_and_rows_made_anew() {
    let store = Store::new();
    let path = file(&store, "spring.csv", "Promo Code;Off\nA;10\nB;\n");
    bulk("discounts create", &path)
        .with("--map 'Promo Code=code' --map Off=value --const value_type=percentage")
        .with("--skip-invalid --dry-run --engine requests")
        .holding(&store)
        .succeeds()
        .prints_in("POST https://api.rechargeapps.com/discounts")
        .prints_in("\"code\":\"A\",\"value\":\"10\"")
        .prints_in("\"value_type\":\"percentage\"");
    bulk("check discounts create", &path)
        .with(
            "-q 'select(.Off != \"\") | {code: .\"Promo Code\", value: .Off, value_type: \
            \"percentage\"}'",
        )
        .succeeds()
        .says("1 row left out by --jq");
}

#[test]
fn a_dry_run_prints_every_request_and_sends_none() {
    let store = Store::new();
    let path = file(&store, "spring.csv", GOOD);
    let printed = bulk("discounts create", &path)
        .with("--dry-run -o json")
        .holding(&store)
        .succeeds();
    let requests = printed.records();
    let urls: Vec<&str> = requests
        .iter()
        .map(|request| request["url"].as_str().unwrap())
        .collect();
    assert_eq!(
        urls,
        [
            "https://api.rechargeapps.com/async_batches",
            "https://api.rechargeapps.com/async_batches/BATCH/tasks",
            "https://api.rechargeapps.com/async_batches/BATCH/process",
        ]
    );
    assert_eq!(requests[1]["body"]["tasks"][1]["body"]["code"], "SUMMER");
    assert!(!store.path().join("jobs").exists());
    rc("bulk subscriptions cancel - --const cancellation_reason=moved --dry-run=curl")
        .stdin("id\n7\n8\n")
        .succeeds()
        .prints_in("curl")
        .prints_in("/subscriptions/8/cancel");
    rc("bulk status x --dry-run")
        .fails(2)
        .shows("bulk-a_dry_run_prints_every_request_and_sends_none");
}
