//! The whole way: commands against the built-in sandbox, whose store is kept
//! between them.

use crate::harness::{Store, rc};

#[test]
fn a_list_is_one_valid_array_with_a_record_a_line() {
    let outcome = rc("subscriptions list").sandboxed().succeeds();
    let records = outcome.json();
    let count = records.as_array().unwrap().len();
    assert!(count > 50);
    assert_eq!(outcome.stdout.lines().count(), count + 2);
}

#[test]
fn every_page_is_followed_in_order_and_once() {
    let store = Store::new();
    let whole = rc("subscriptions list -o ndjson")
        .within(&store)
        .succeeds()
        .stdout;
    for size in [1, 7, 50] {
        let line = format!("subscriptions list -o ndjson --page-size {size}");
        assert_eq!(rc(&line).within(&store).succeeds().stdout, whole, "{size}");
    }
}

#[test]
fn filters_narrow_a_list() {
    let store = Store::new();
    let active = rc("subscriptions list --status active -o ndjson")
        .within(&store)
        .succeeds();
    assert!(
        active
            .records()
            .iter()
            .all(|record| record["status"] == "active")
    );
    let customer = active.records()[0]["customer_id"].clone();
    let line = format!("subscriptions list --customer-id {customer} -o ndjson");
    let mine = rc(&line).within(&store).succeeds().records();
    assert!(!mine.is_empty() && mine.iter().all(|record| record["customer_id"] == customer));
}

#[test]
fn a_subscription_can_be_cancelled_and_brought_back() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    let cancel = format!("subscriptions cancel {id} --reason 'moved away' --yes");
    let cancelled = rc(&cancel).within(&store).succeeds().json();
    assert_eq!(
        (&cancelled["status"], &cancelled["cancellation_reason"]),
        (&"cancelled".into(), &"moved away".into())
    );
    let back = rc(&format!("subscriptions activate {id}"))
        .within(&store)
        .succeeds()
        .json();
    assert_eq!(back["status"], "active");
    assert!(back["cancelled_at"].is_null());
}

#[test]
fn what_was_created_can_be_read_changed_and_deleted() {
    let store = Store::new();
    let create = "discounts create --code TEN --value 10 --value-type percentage";
    let made = rc(create).within(&store).succeeds().json();
    let id = made["id"].to_string();
    rc(create)
        .within(&store)
        .fails(5)
        .shows("sandboxed-what_was_created_can_be_read_changed_and_deleted");
    let update = format!("discounts update {id} --status fully_disabled --yes");
    assert_eq!(
        rc(&update).within(&store).succeeds().json()["status"],
        "fully_disabled"
    );
    rc(&format!("discounts delete {id} --yes"))
        .within(&store)
        .succeeds()
        .prints_nothing();
    rc(&format!("discounts get {id}"))
        .within(&store)
        .fails(4)
        .shows("sandboxed-what_was_created_can_be_read_changed_and_deleted-2");
}

#[test]
fn one_verb_takes_many_ids_and_answers_in_their_order() {
    let store = Store::new();
    let ids = store.ids("customers list -n 20");
    let outcome = rc(&format!("customers get {}", ids.join(" ")))
        .with("-o ndjson")
        .within(&store)
        .succeeds();
    let printed: Vec<String> = outcome
        .records()
        .iter()
        .map(|record| record["id"].to_string())
        .collect();
    assert_eq!(printed, ids);
}

#[test]
fn ids_and_records_can_be_piped_in() {
    let store = Store::new();
    let records = rc("subscriptions list --status active -n 5")
        .within(&store)
        .succeeds()
        .stdout;
    let outcome = rc("subscriptions cancel - --reason x --yes -o ndjson")
        .stdin(&records)
        .within(&store)
        .succeeds();
    assert_eq!(outcome.records().len(), 5);
    assert!(
        outcome
            .records()
            .iter()
            .all(|record| record["status"] == "cancelled")
    );
    let ids: Vec<String> = outcome
        .records()
        .iter()
        .map(|record| record["id"].to_string())
        .collect();
    let ids = ids.join("\n");
    let outcome = rc("subscriptions activate -")
        .stdin(&ids)
        .within(&store)
        .succeeds();
    assert_eq!(outcome.json().as_array().unwrap().len(), 5);
}

#[test]
fn a_failure_among_many_is_told_and_the_rest_goes_on() {
    let store = Store::new();
    let id = store.id("customers list");
    let outcome = rc(&format!("customers get 1 {id} 2 -o ndjson"))
        .within(&store)
        .fails(7);
    assert_eq!(outcome.records().len(), 1);
    outcome
        .says("customer 1: nothing at")
        .says("customer 2: nothing at")
        .says("2 of 3 failed");
    let outcome = rc(&format!("customers get 1 {id} --fail-fast --errors text"))
        .within(&store)
        .fails(7);
    outcome.prints("[]\n");
}

#[test]
fn nothing_read_is_done_nothing() {
    rc("subscriptions cancel - --reason x --yes")
        .stdin("")
        .sandboxed()
        .succeeds()
        .prints("[]\n");
    rc("subscriptions get -")
        .stdin("junk")
        .sandboxed()
        .fails(2)
        .shows("sandboxed-nothing_read_is_done_nothing");
}

#[test]
fn a_table_is_for_people_and_json_for_pipes() {
    let table = rc("subscriptions list -n 3 --color never")
        .on_terminal(120)
        .sandboxed()
        .succeeds();
    assert!(table.stdout.trim_start().starts_with("ID "), "{table:?}");
    assert_eq!(table.stdout.lines().count(), 4);
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 120));
    rc("subscriptions list -n 3").sandboxed().succeeds().json();
}

#[test]
fn an_empty_list_is_done_and_people_are_told() {
    let line = "subscriptions list --created-at-max 2000-01-01";
    rc(line)
        .sandboxed()
        .succeeds()
        .prints("[]\n")
        .says_nothing();
    rc(line)
        .on_terminal(80)
        .sandboxed()
        .succeeds()
        .prints_nothing()
        .says("no subscriptions match");
}

#[test]
fn csv_has_a_stable_header_and_chosen_columns() {
    let store = Store::new();
    let chosen = rc("customers list -n 2 -o csv -c id,email")
        .within(&store)
        .succeeds()
        .stdout;
    assert!(chosen.starts_with("id,email\n"), "{chosen}");
    let all = rc("subscriptions list -n 1 -o csv")
        .within(&store)
        .succeeds()
        .stdout;
    assert!(all.starts_with("id,address_id,customer_id,"), "{all}");
    assert!(all.contains("external_variant_id.ecommerce"));
    let none = rc("subscriptions list --created-at-max 2000-01-01 -o csv")
        .within(&store)
        .succeeds();
    assert_eq!(none.stdout.lines().next(), all.lines().next());
}

#[test]
fn columns_help_lists_what_there_is() {
    let help = rc("customers list --columns help")
        .succeeds()
        .says_nothing()
        .stdout;
    assert!(help.lines().any(|line| line == "email"));
    assert!(
        help.lines()
            .any(|line| line == "external_customer_id.ecommerce")
    );
}

#[test]
fn jq_runs_over_each_record_and_slurp_over_all() {
    let store = Store::new();
    let ids = store.ids("customers list");
    let line = "customers list --slurp --jq length";
    rc(line)
        .within(&store)
        .succeeds()
        .prints(&format!("{}\n", ids.len()));
    let raw = rc("customers list -n 1 --jq .email -r")
        .within(&store)
        .succeeds()
        .stdout;
    assert!(!raw.contains('"'));
    let outcome = rc("customers list -n 1 --jq '.id + {}'")
        .within(&store)
        .fails(1);
    outcome.says("record 1");
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let store = Store::new();
    let file = store.path().join("out.csv");
    let file = file.to_str().unwrap();
    let line = format!("customers list -o csv -c id --out {file}");
    rc(&line).within(&store).succeeds().prints_nothing();
    assert!(std::fs::read_to_string(file).unwrap().starts_with("id\n"));
    std::fs::remove_file(file).unwrap();
    rc(&format!("customers list --jq '.id + {{}}' --out {file}"))
        .within(&store)
        .fails(1);
    assert!(!std::path::Path::new(file).exists());
    rc("customers list --out /no/such/folder/x")
        .within(&store)
        .fails(2)
        .shows("sandboxed-a_file_appears_whole_or_not_at_all");
}

#[test]
fn a_dry_run_sends_nothing_and_needs_no_token() {
    let outcome = rc("subscriptions cancel 1 2 --reason x --dry-run -o json")
        .succeeds()
        .says_nothing();
    let requests = outcome.records();
    assert_eq!(requests.len(), 2);
    assert_eq!(
        requests[1]["url"],
        "https://api.rechargeapps.com/subscriptions/2/cancel"
    );
    assert_eq!(
        requests[1]["headers"]["X-Recharge-Access-Token"],
        "[redacted]"
    );
}

#[test]
fn a_reset_brings_the_demo_store_back() {
    let store = Store::new();
    let id = store.id("webhooks list");
    rc(&format!("webhooks delete {id} --yes"))
        .within(&store)
        .succeeds();
    rc("sandbox reset")
        .within(&store)
        .fails(2)
        .shows("sandboxed-a_reset_brings_the_demo_store_back");
    rc("sandbox reset --yes").within(&store).succeeds();
    rc(&format!("webhooks get {id}")).within(&store).succeeds();
}

#[test]
fn a_damaged_store_is_named_and_left_alone() {
    let store = Store::new();
    let file = store.path().join("sandbox.json");
    std::fs::write(&file, "{not json").unwrap();
    rc("store get")
        .within(&store)
        .fails(1)
        .shows("sandboxed-a_damaged_store_is_named_and_left_alone");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{not json");
    rc("sandbox reset --yes").within(&store).succeeds();
    rc("store get").within(&store).succeeds();
}

#[test]
fn the_examples_of_the_catalogue_are_commands_that_run() {
    for (_, operation) in recharge_cli::catalog::recharge::API.operations() {
        let example = operation.example.replace("@items.json", "[]").replace("@plans.json", "[]")
            .replace("@friend.json", "{}").replace("@shirt.json", "'{\"title\":\"x\",\"external_product_id\":\"1\",\"options\":[],\"variants\":[],\"vendor\":\"x\"}'");
        rc(&example).with("--dry-run").succeeds().says_nothing();
    }
}

#[test]
fn a_person_is_asked_before_what_cannot_be_taken_back() {
    let store = Store::new();
    let id = store.id("customers list");
    let line = format!("customers delete {id}");
    rc(&line)
        .on_terminal(80)
        .answering(&["why?"])
        .within(&store)
        .fails(130)
        .says("cancelled; nothing was sent");
    rc(&format!("customers get {id}")).within(&store).succeeds();
    rc(&line)
        .on_terminal(80)
        .answering(&["y"])
        .within(&store)
        .succeeds()
        .says("deleted");
    rc(&format!("customers get {id}")).within(&store).fails(4);
}

#[test]
fn a_person_is_asked_for_what_is_missing() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    let line = format!("subscriptions cancel {id} --yes -o json --color never");
    rc(&line)
        .on_terminal(80)
        .answering(&["moved away"])
        .within(&store)
        .succeeds();
    let line = format!("subscriptions get {id} --jq .cancellation_reason");
    rc(&line)
        .within(&store)
        .succeeds()
        .prints("\"moved away\"\n");
    let create = "discounts create --code NEW --value-type percentage -o json --errors text";
    let asked = rc(create)
        .on_terminal(80)
        .answering(&["much", "15"])
        .within(&store)
        .succeeds();
    asked.says("much: not an amount");
}

#[test]
fn a_long_list_shows_how_far_it_is_where_its_records_do_not_show_it() {
    let store = Store::new();
    let faults = rc("sandbox faults set slow=600ms");
    faults.within(&store).succeeds();
    let list = || rc("customers list --page-size 5").within(&store);
    let path = store.path().join("customers.json");
    let out = format!("--out {}", path.display());
    let shown = list().with(&out).on_terminal(80).succeeds();
    assert!(shown.stderr.contains("10 records"), "{shown:?}");
    assert!(shown.stderr.ends_with("\r\u{1b}[2K"), "{shown:?}");
    let gathered = list().with("--slurp --jq length").on_terminal(80);
    let gathered = gathered.succeeds();
    assert!(gathered.stderr.contains("10 records"), "{gathered:?}");
    // Records that run over the terminal say it themselves.
    list().on_terminal(120).succeeds().says_nothing();
    // Off a terminal no one watches.
    list().with(&out).succeeds().says_nothing();
    let ids = store
        .ids("subscriptions list --status active -n 3")
        .join(" ");
    let line = format!("subscriptions get {ids} --out {}", path.display());
    let several = rc(&line).within(&store).on_terminal(80).succeeds();
    assert!(several.stderr.contains(" of 3 records, "), "{several:?}");
}
