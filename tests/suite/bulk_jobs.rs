//! `rc bulk` at work: jobs in a sandbox, from the question before the first
//! request to the results, and what can be done with them afterwards.

use serde_json::Value;

use crate::bulk::{bulk, file};
use crate::harness::{Outcome, Store, rc};

const GOOD: &str = "code,value,value_type\nSPRING,10,percentage\nSUMMER,2.50,fixed_amount\n";

/// Jobs in the folder of a store.
fn jobs(store: &Store) -> Vec<Value> {
    let listed = rc("bulk list -o ndjson").within(store).succeeds();
    listed.records()
}

/// A job of three discounts, two of which are there already.
fn half_failed(store: &Store) -> (Outcome, String) {
    let first = file(store, "first.csv", GOOD);
    bulk("discounts create", &first).within(store).succeeds();
    let second = file(store, "second.csv", &format!("{GOOD}NEW,5,percentage\n"));
    let outcome = bulk("discounts create", &second).within(store).fails(7);
    let id = outcome.json()["id"].as_str().unwrap().to_owned();
    (outcome, id)
}

#[test]
fn a_file_becomes_discounts_by_way_of_a_batch() {
    let store = Store::new();
    let path = file(&store, "spring.csv", GOOD);
    let done = bulk("discounts create", &path)
        .within(&store)
        .succeeds()
        .says("discounts create for 2 rows of")
        .says("in the sandbox: 1 batch, 5 requests");
    let record = done.json();
    let fields: Vec<&String> = record.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "id",
            "operation",
            "engine",
            "input",
            "state",
            "rows",
            "ok",
            "failed",
            "invalid",
            "unknown",
            "created_at",
            "updated_at"
        ]
    );
    assert_eq!(
        (&record["state"], &record["ok"]),
        (&"done".into(), &2.into())
    );
    let code = rc("discounts list --discount-code SPRING --jq .value -r");
    code.within(&store).succeeds().prints("10.00\n");
}

#[test]
fn a_wrong_row_stops_the_job_before_it_is_one() {
    let store = Store::new();
    let path = file(&store, "spring.csv", &format!("{GOOD}A,x,percentage\n"));
    bulk("discounts create", &path)
        .within(&store)
        .fails(2)
        .shows("bulk_jobs-a_wrong_row_stops_the_job_before_it_is_one");
    assert!(jobs(&store).is_empty());
    let left: Vec<_> = std::fs::read_dir(store.path().join("jobs"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
    bulk("discounts create", &path)
        .with("--skip-invalid")
        .within(&store)
        .succeeds();
    let job = &jobs(&store)[0];
    assert_eq!((&job["ok"], &job["invalid"]), (&2.into(), &1.into()));
    let wrong = format!("bulk results {} --status invalid -o json", job["id"]);
    let wrong = rc(&wrong).within(&store).succeeds().json();
    assert_eq!(wrong[0]["_line"], 4);
    assert_eq!(wrong[0]["value"], "x");
}

#[test]
fn what_cannot_be_taken_back_wants_a_yes_also_in_bulk() {
    let store = Store::new();
    let list = "subscriptions list --status active --limit 3 --jq '{id}' -o csv";
    let ids = rc(list).within(&store).succeeds().stdout;
    let cancel = "bulk subscriptions cancel - --const cancellation_reason=moved";
    rc(cancel)
        .stdin(&ids)
        .within(&store)
        .fails(2)
        .shows("bulk_jobs-what_cannot_be_taken_back_wants_a_yes_also_in_bulk");
    assert!(jobs(&store).is_empty());
    let done = rc(cancel)
        .with("--yes")
        .stdin(&ids)
        .within(&store)
        .succeeds();
    let record = done.json();
    assert_eq!(
        (&record["engine"], &record["ok"]),
        (&"requests".into(), &3.into())
    );
    let id = ids.lines().nth(1).unwrap();
    rc(&format!("subscriptions get {id} --jq .status -r"))
        .within(&store)
        .succeeds()
        .prints("cancelled\n");
}

#[test]
fn a_person_is_always_asked() {
    let store = Store::new();
    let path = file(&store, "spring.csv", GOOD);
    bulk("discounts create", &path)
        .within(&store)
        .on_terminal(100)
        .answering(&["n"])
        .fails(130)
        .says("cancelled; nothing was sent");
    assert!(jobs(&store).is_empty());
    bulk("discounts create", &path)
        .within(&store)
        .on_terminal(100)
        .answering(&["y"])
        .succeeds()
        .says("done: discounts create for 2 rows")
        .prints_in("spring.csv");
}

#[test]
fn the_line_lives_while_the_batch_does_and_is_gone_at_the_end() {
    let store = Store::new();
    let path = file(&store, "spring.csv", GOOD);
    let run = || bulk("discounts create", &path).with("--yes").within(&store);
    let shown = run().on_terminal(100).succeeds();
    assert!(shown.stderr.contains(" of 2 rows"), "{shown:?}");
    let (before, after) = shown.stderr.rsplit_once("\r\u{1b}[2K").unwrap();
    assert!(before.contains("waiting for the batch"), "{shown:?}");
    assert!(!after.contains(" of 2 rows"), "{shown:?}");
    let dumb = run().on_terminal(100).env("TERM", "dumb").fails(7);
    assert!(!dumb.stderr.contains('\u{1b}'), "{dumb:?}");
    let piped = run().fails(7);
    assert!(!piped.stderr.contains('\u{1b}'), "{piped:?}");
    let plain = run().on_terminal(100).env("NO_COLOR", "1").fails(7);
    assert!(!plain.stderr.contains("\u{1b}[3"), "{plain:?}");
}

#[test]
fn batch_is_waited_for_by_name_and_time() {
    let store = Store::new();
    let rows = (0..700).map(|row| format!("\nC{row},1,percentage"));
    let rows = format!("code,value,value_type{}", rows.collect::<String>());
    let path = file(&store, "spring.csv", &rows);
    let run = bulk("discounts create", &path).with("--yes").within(&store);
    let shown = run.on_terminal(100).succeeds();
    for seconds in [2, 4] {
        let waits = format!("waiting for the batch for {seconds} s\r");
        assert!(shown.stderr.contains(&waits), "{seconds} s: {shown:?}");
    }
}

#[test]
fn what_failed_is_told_once_for_each_error_and_is_an_input_again() {
    let store = Store::new();
    let (outcome, id) = half_failed(&store);
    let record = outcome.json();
    assert_eq!((&record["ok"], &record["failed"]), (&1.into(), &2.into()));
    let outcome = outcome
        .says("2 × code already exists on store\n")
        .says("of 3 rows, 2 failed")
        .says(&format!("rc bulk results {id} --status failed -o csv"))
        .says("fail again until the rows or the store are corrected");
    let next = format!("rc bulk results {id} --status failed -o csv");
    let listed = jobs(&store);
    let job = listed.iter().find(|job| job["id"] == id).unwrap();
    assert_eq!(job["next"], next);
    // The same rows would fail again.
    assert!(!outcome.stderr.contains("bulk retry"), "{outcome:?}");
    let failed = rc(&format!("bulk results {id} --status failed -o csv"))
        .within(&store)
        .succeeds();
    let mut lines = failed.stdout.lines();
    assert_eq!(
        lines.next(),
        Some("code,value,value_type,_line,_status,_id,_http_status,_error")
    );
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("SPRING,10,percentage,2,failed,,422,")
    );
    assert_eq!(lines.count(), 1);
    let checked = rc("bulk check discounts create -")
        .stdin(&failed.stdout)
        .succeeds();
    assert_eq!(checked.json()["rows"], 2);
    for format in ["json", "ndjson", "tsv", "table"] {
        rc(&format!("bulk results {id} -o {format}"))
            .within(&store)
            .succeeds()
            .prints_in("SUMMER");
    }
    rc(&format!("bulk results {id} --status ok --jq .code -r"))
        .within(&store)
        .succeeds()
        .prints("NEW\n");
}

#[test]
fn what_failed_is_retried_once() {
    let store = Store::new();
    let (_, id) = half_failed(&store);
    let spring = store.id("discounts list --discount-code SPRING");
    for gone in ["update {} --status fully_disabled --yes", "delete {} --yes"] {
        let gone = gone.replace("{}", &spring);
        rc(&format!("discounts {gone}")).within(&store).succeeds();
    }
    let retried = rc(&format!("bulk retry {id}")).within(&store).fails(7);
    let record = retried.json();
    assert_eq!((&record["ok"], &record["failed"]), (&1.into(), &1.into()));
    assert_eq!(record["input"], format!("retry of {id}"));
    let other = record["id"].as_str().unwrap();
    rc(&format!("bulk retry {id}"))
        .within(&store)
        .fails(2)
        .says(&format!("was retried already, as job {other}"));
    let line = rc(&format!("bulk results {other} --status failed --jq ._line"));
    line.within(&store).succeeds().prints("3\n");
}

#[test]
fn a_job_that_is_done_has_nothing_to_resume_retry_or_abandon() {
    let store = Store::new();
    let path = file(&store, "spring.csv", GOOD);
    let done = bulk("discounts create", &path)
        .within(&store)
        .succeeds()
        .json();
    let id = done["id"].as_str().unwrap();
    for verb in ["resume", "abandon"] {
        let again = rc(&format!("bulk {verb} {id}")).within(&store).succeeds();
        assert_eq!(again.json()["ok"], 2);
        again.says("is done; there is nothing left to do");
    }
    rc(&format!("bulk retry {id}"))
        .within(&store)
        .succeeds()
        .says("no row of job");
    assert_eq!(jobs(&store).len(), 1);
}

#[test]
fn batches_go_on_by_themselves_and_their_results_are_fetched_later() {
    let store = Store::new();
    let path = file(&store, "spring.csv", GOOD);
    let left = bulk("discounts create", &path)
        .with("--no-wait")
        .within(&store)
        .succeeds()
        .says("fetches the results");
    let record = left.json();
    assert_eq!(record["state"], "stopped");
    let id = record["id"].as_str().unwrap();
    let status = rc(&format!("bulk status {}", &id[..4]))
        .within(&store)
        .succeeds();
    let status = status.json();
    assert_eq!(status["id"], id);
    assert_eq!(status["store"], "the sandbox");
    assert_eq!((&status["left"], &status["at_api"]), (&2.into(), &2.into()));
    assert_eq!(status["next"], format!("rc bulk resume {id} --sandbox"));
    let resumed = rc(&format!("bulk resume {id}")).within(&store).succeeds();
    assert_eq!(resumed.json()["ok"], 2);
    let done = &jobs(&store)[0];
    assert_eq!(done["state"], "done");
    assert_eq!((&done["left"], &done["at_api"]), (&0.into(), &0.into()));
    assert!(done["next"].is_null(), "{done}");
}

#[test]
fn what_a_list_prints_as_csv_is_an_input_for_update() {
    let store = Store::new();
    for resource in ["discounts", "customers", "subscriptions", "onetimes"] {
        let listed = rc(&format!("{resource} list --limit 5 -o csv"))
            .within(&store)
            .succeeds();
        let checked = rc(&format!("bulk check {resource} update -"))
            .stdin(&listed.stdout)
            .succeeds();
        let rows = listed.stdout.lines().count() as u64 - 1;
        assert_eq!(checked.json()["rows"], rows, "{resource}");
    }
}

#[test]
fn an_input_without_rows_is_done_at_once() {
    let store = Store::new();
    rc("bulk discounts create -")
        .stdin("code,value,value_type\n")
        .within(&store)
        .succeeds()
        .prints_nothing()
        .says("nothing to send: no rows in standard input");
    assert!(jobs(&store).is_empty());
}

#[test]
fn columns_of_results_are_those_of_the_input_whatever_they_are_called() {
    let store = Store::new();
    let text = "Promo, Code;value.off;value_type\nA;10;percentage\n";
    let path = file(&store, "odd.csv", text);
    let map = "--map 'Promo, Code=code' --map value.off=value";
    let done = bulk("discounts create", &path).with(map).within(&store);
    let id = done.succeeds().json()["id"].as_str().unwrap().to_owned();
    let results = |flags: &str| rc(&format!("bulk results {id} {flags}")).within(&store);
    let header = "\"Promo, Code\",value.off,value_type,_line,_status,_id,_http_status,_error\n";
    results("-o csv")
        .succeeds()
        .prints_in(&format!("{header}A,10,percentage,2,ok,"));
    // Also where no row is to be shown.
    results("-o csv --status failed").succeeds().prints(header);
    results("-o csv -c value.off,_status")
        .succeeds()
        .prints("value.off,_status\n10,ok\n");
    results("-o csv -c value.of")
        .fails(2)
        .shows("bulk_jobs-columns_of_results_are_those_of_the_input_whatever_they_are_called");
    let lines = file(
        &store,
        "odd.ndjson",
        "{\"code\":\"B\",\"value.off\":\"5\",\"value_type\":\"percentage\"}\n",
    );
    let done = bulk("discounts create", &lines)
        .with("--map value.off=value")
        .within(&store);
    let id = done.succeeds().json()["id"].as_str().unwrap().to_owned();
    let results = rc(&format!("bulk results {id} -o csv -c value.off,_status")).within(&store);
    results.succeeds().prints("value.off,_status\n5,ok\n");
}

#[test]
fn what_a_list_prints_for_spreadsheets_changes_nothing_when_it_comes_back() {
    let store = Store::new();
    let id = store.id("onetimes list");
    let odd = ["=1+1", "'=x", "-20% off", "it's \"odd\", isn't; it", "Grün"];
    for (at, title) in odd.iter().enumerate() {
        let line = format!("onetimes update {id} --sku x{at}");
        let title_flag = format!("--product-title={title}");
        let update = rc(&line).with(&shell_words::join([title_flag]));
        update.within(&store).succeeds();
        let list = || {
            let list = rc("onetimes list -o csv --excel -c id,product_title,sku,price,quantity");
            list.within(&store).succeeds().stdout
        };
        let before = list();
        let path = file(&store, "onetimes.csv", &before);
        let done = bulk("onetimes update", &path).within(&store).succeeds();
        assert_eq!(done.json()["failed"], 0);
        assert_eq!(list(), before);
        let title_now = rc(&format!("onetimes get {id} --jq .product_title -r"));
        title_now
            .within(&store)
            .succeeds()
            .prints(&format!("{title}\n"));
    }
}

#[test]
fn irreversible_value_in_rows_asks_as_the_single_call_does() {
    let store = Store::new();
    let ids = store.ids("discounts list -n 3");
    let rows = |statuses: [&str; 3]| {
        let rows = ids.iter().zip(statuses);
        let rows: Vec<String> = rows
            .map(|(id, status)| format!("{id},{status}\n"))
            .collect();
        let text = format!("id,status\n{}", rows.concat());
        file(&store, "rows.csv", &text)
    };
    let update = |path: &std::path::Path| bulk("discounts update", path).within(&store);
    let path = rows(["disabled", "fully_disabled", "fully_disabled"]);
    update(&path)
        .fails(2)
        .shows("bulk_jobs-irreversible_value_in_rows_asks_as_the_single_call_does");
    let asked = update(&path).on_terminal(100).answering(&["n"]).fails(130);
    assert!(
        asked.questions.contains("2 of them with status"),
        "{asked:?}"
    );
    assert!(jobs(&store).is_empty());
    let path = rows(["fully_disabled"; 3]);
    update(&path)
        .fails(2)
        .shows("bulk_jobs-irreversible_value_in_rows_asks_as_the_single_call_does-2");
    // As a value for every row it is the same.
    let path = file(&store, "ids.csv", &format!("id\n{}\n", ids[0]));
    let constant = update(&path).with("--const status=fully_disabled");
    constant
        .fails(2)
        .shows("bulk_jobs-irreversible_value_in_rows_asks_as_the_single_call_does-3");
    let path = rows(["disabled"; 3]);
    update(&path).succeeds();
    update(&rows(["enabled", "enabled", "fully_disabled"]))
        .with("--yes")
        .succeeds();
}

#[test]
fn columns_of_jobs_are_listed_as_of_other_lists() {
    let columns = rc("bulk list -c help").sandboxed().succeeds().stdout;
    assert!(
        columns.starts_with("id\n") && columns.contains("\nstate\n"),
        "{columns}"
    );
}
