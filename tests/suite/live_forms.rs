//! Forms that live stores answer with: `rc` reads each of them, and warns before
//! it sends what they refuse.

use crate::bulk::{bulk, file};
use crate::canned::{Canned, Reply};
use crate::harness::{Store, rc};
use crate::served::Served;

fn page(body: &'static str) -> Canned {
    Canned::serve(vec![Reply::Json(200, body)])
}

#[test]
fn refusals_are_read_nested_and_dotted_and_name_the_same_path() {
    for body in [
        r#"{"errors":{"billing_address":{"address1":["Field may not be null."]}}}"#,
        r#"{"errors":{"billing_address.address1":["Field may not be null."]}}"#,
        r#"{"errors":{"billing_address":{"address1":"Field may not be null."}}}"#,
    ] {
        let server = Canned::serve(vec![Reply::Json(422, body)]);
        rc("payment-methods update 7 --body '{\"default\":true}' -y")
            .against(&server.url)
            .fails(5)
            .shows("live_forms-refusals_are_read_nested_and_dotted_and_name_the_same_path");
    }
}

#[test]
fn nested_refusal_of_the_sandbox_names_its_path() {
    let store = Store::new();
    let id = store.id("payment-methods list");
    let body = r#"{"billing_address":{"address1":null}}"#;
    rc(&format!("payment-methods update {id} --body '{body}' -y"))
        .within(&store)
        .fails(5)
        .shows("live_forms-nested_refusal_of_the_sandbox_names_its_path");
}

#[test]
fn day_in_the_past_is_told_before_it_is_sent() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    let line = format!("subscriptions set-next-charge-date {id} --date");
    rc(&format!("{line} 2026-11-19"))
        .within(&store)
        .fails(5)
        .shows("live_forms-day_in_the_past_is_told_before_it_is_sent");
    let today = rc(&format!("{line} 2026-11-21")).within(&store).succeeds();
    assert!(!today.stderr.contains("in the past"), "{}", today.stderr);
    rc(
        "subscriptions create --address-id 1 --next-charge -3d --quantity 1 --order-every 1 \
        --charge-every 1 --unit month --external-variant-id 7 --dry-run",
    )
    .within(&store)
    .succeeds()
    .says("next_charge_scheduled_at 2026-11-17 is in the past, which the API refuses");
}

#[test]
fn bulk_check_counts_rows_with_a_day_in_the_past() {
    let store = Store::new();
    let rows = "id,date\n1,2026-12-01\n2,2026-11-19\n3,2025-01-01\n";
    let path = file(&store, "days.csv", rows);
    bulk("check subscriptions set-next-charge-date", &path)
        .holding(&store)
        .succeeds()
        .says("2 rows have a day in the past as date, which the API refuses, first on line 3");
    let path = file(&store, "good.csv", "id,date\n1,2026-12-01\n");
    let good = bulk("check subscriptions set-next-charge-date", &path);
    let good = good.holding(&store).succeeds();
    assert!(!good.stderr.contains("in the past"), "{}", good.stderr);
}

#[test]
fn update_that_changes_nothing_is_told_though_it_succeeds() {
    let store = Store::new();
    let id = store.id("subscriptions list --status cancelled");
    let line = format!("subscriptions update {id} --quantity 9");
    rc(&line)
        .within(&store)
        .succeeds()
        .says("shows none of the changes: quantity is ")
        .says(", not 9");
    let forced = rc(&format!("{line} --force-update"))
        .within(&store)
        .succeeds();
    assert!(!forced.stderr.contains("none of the changes"));
}

#[test]
fn discount_values_are_read_as_numbers_and_as_text() {
    for (flags, printed) in [(&["--numbers"][..], "10.0"), (&[], "\"10.00\"")] {
        let served = Served::with(flags);
        let output = served
            .rc(&[
                "addresses",
                "list",
                "--discount-code",
                "WELCOME10",
                "--limit",
                "1",
                "--jq",
                ".discounts[0].value",
            ])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let number = text.trim().trim_matches('"').parse::<f64>();
        assert_eq!(number, Ok(10.0), "{text} for {printed}");
        assert_eq!(text.contains('"'), printed.contains('"'), "{text}");
        let csv = served.rc(&["charges", "list", "--limit", "5", "-o", "csv"]);
        assert!({ csv }.output().unwrap().status.success());
    }
}

#[test]
fn times_are_read_with_and_without_offset_and_with_microseconds() {
    let body = r#"{"subscriptions":[
        {"id":1,"status":"cancelled","created_at":"2026-10-02T03:04:05","cancelled_at":"2026-11-01T10:00:00.482913+00:00"},
        {"id":2,"status":"cancelled","created_at":"2026-10-03T00:00:00+00:00","cancelled_at":"2026-11-02T10:00:00"},
        {"id":3,"status":"cancelled","created_at":"2026-10-03","cancelled_at":null}]}"#;
    let server = page(body);
    let line = "subscriptions list -o table -c id,created_at,cancelled_at";
    let table = rc(line).against(&server.url).succeeds().stdout;
    for day in ["2026-10-02", "2026-10-03", "2026-11-01", "2026-11-02"] {
        assert!(table.contains(day), "{day}: {table}");
    }
    let server = page(body);
    let line = "stats subscriptions --by month --on cancelled_at -o json";
    let counted = rc(line).against(&server.url).runs();
    assert_eq!(counted.code, 0, "{}", counted.stderr);
    assert!(counted.stdout.contains("2026-11"), "{}", counted.stdout);
}

#[test]
fn csv_names_fields_that_it_leaves_out_and_takes_them_when_asked() {
    let body = r#"{"customers":[{"id":1,"email":"a@example.com","loyalty":{"tier":"gold"}}]}"#;
    let server = page(body);
    let plain = rc("customers list -o csv").against(&server.url).succeeds();
    let plain = plain.says("left out, as rc does not know them: loyalty; --all-columns adds them");
    assert!(!plain.stdout.contains("gold"));
    let server = page(body);
    let all = rc("customers list -o csv --all-columns").against(&server.url);
    let all = all.succeeds();
    assert!(all.stdout.lines().next().unwrap().ends_with(",loyalty"));
    assert!(all.stdout.contains("gold"));
    assert!(!all.stderr.contains("left out"), "{}", all.stderr);
    rc("customers list --all-columns -o json")
        .sandboxed()
        .fails(2)
        .shows("live_forms-csv_names_fields_that_it_leaves_out_and_takes_them_when_asked");
}

#[test]
fn csv_of_the_demo_store_leaves_out_only_what_no_type_lists() {
    let store = Store::new();
    for list in [
        "charges",
        "orders",
        "customers",
        "subscriptions",
        "bundle-selections",
    ] {
        let told = rc(&format!("{list} list -o csv")).within(&store).succeeds();
        assert!(!told.stderr.contains("left out"), "{list}: {}", told.stderr);
    }
    rc("payment-methods list -o csv")
        .within(&store)
        .succeeds()
        .says("left out, as rc does not know them: billing_address.country;");
}

#[test]
fn topic_header_is_sent_only_when_it_is_asked_for() {
    let served = Served::with(&["--topic-header", "--retry-any-status"]);
    let state = served.rc(&["sandbox", "state", "--jq", ".behaviour"]);
    let state = { state }.output().unwrap();
    let behaviour: serde_json::Value = serde_json::from_slice(&state.stdout).unwrap();
    assert_eq!(behaviour["topic_header"], true);
    assert_eq!(behaviour["retry_any_status"], true);
    let served = Served::start();
    let state = served.rc(&["sandbox", "state", "--jq", ".behaviour"]);
    let state = { state }.output().unwrap();
    let behaviour: serde_json::Value = serde_json::from_slice(&state.stdout).unwrap();
    assert_eq!(behaviour["topic_header"], false);
}
