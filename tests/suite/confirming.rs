//! What a person is asked before a write, and told after it: the amount, the
//! object, the store, the result, and the command that takes it back.

use serde_json::Value;

use crate::answering::Answering;
use crate::canned::{Canned, Reply};
use crate::harness::{Outcome, Rc, Store, rc};
use crate::secure::{Listening, ok};

/// The charges of that status, as the demo store has them.
fn charges(store: &Store, status: &str) -> Vec<Value> {
    let list = format!("charges list --status {status} -n 3 -o ndjson");
    rc(&list).within(store).succeeds().records()
}

fn id(record: &Value) -> String {
    record["id"].to_string()
}

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap()
}

fn person(record: &Value) -> String {
    let address = &record["billing_address"];
    format!(
        "{} {}",
        text(address, "first_name"),
        text(address, "last_name")
    )
}

fn day(record: &Value) -> &str {
    &text(record, "scheduled_at")[..10]
}

fn asked(store: &Store, line: &str) -> Outcome {
    let refused = rc(line).within(store).on_terminal(100).answering(&["n"]);
    refused.fails(130).says("cancelled; nothing was sent")
}

fn plain(run: Rc) -> Rc {
    run.env("NO_COLOR", "1")
}

#[test]
fn refund_asks_with_amount_person_and_day() {
    let store = Store::new();
    let charge = &charges(&store, "success")[0];
    let outcome = asked(
        &store,
        &format!("charges refund {} --amount 1.00", id(charge)),
    );
    let expected = format!(
        "Refund 1.00 of {} {} on charge {} ({}, {}) in the sandbox [local]? [y/N]\n",
        text(charge, "total_price"),
        text(charge, "currency"),
        id(charge),
        person(charge),
        day(charge),
    );
    assert_eq!(outcome.questions, expected);
}

#[test]
fn refund_of_several_asks_with_count_sum_and_names() {
    let store = Store::new();
    let found = charges(&store, "success");
    let ids: Vec<String> = found.iter().map(id).collect();
    let outcome = asked(
        &store,
        &format!("charges refund {} --amount 1.10", ids.join(" ")),
    );
    let sum = format!("3.30 {} in total", text(&found[0], "currency"));
    let expected = format!("Refund 1.10 each on 3 charges, {sum} (");
    assert!(outcome.questions.starts_with(&expected), "{outcome:?}");
    for charge in &found {
        assert!(outcome.questions.contains(&person(charge)), "{outcome:?}");
    }
}

#[test]
fn full_refund_alone_gives_back_what_is_left() {
    let store = Store::new();
    let charge = &charges(&store, "success")[0];
    let id = id(charge);
    rc(&format!("charges refund {id} --amount 1.00 --yes"))
        .within(&store)
        .succeeds();
    let refund = rc(&format!(
        "charges refund {id} --full-refund --yes -o json -vv"
    ));
    let outcome = refund.within(&store).succeeds();
    let record = outcome.json();
    assert_eq!(record["status"], "refunded");
    assert_eq!(record["total_refunds"], charge["total_price"]);
    assert!(outcome.stderr.contains("amount"), "{outcome:?}");
    rc("charges refund 1 --full-refund --yes")
        .within(&store)
        .fails(4)
        .shows("confirming-full_refund_alone_gives_back_what_is_left");
}

#[test]
fn effect_of_a_value_and_a_mail_to_a_customer_ask() {
    let store = Store::new();
    let id = store.id("discounts list");
    let outcome = asked(
        &store,
        &format!("discounts update {id} --status fully_disabled"),
    );
    let with = " with status fully_disabled in the sandbox [local]? [y/N]\n";
    assert!(outcome.questions.ends_with(with), "{outcome:?}");
    rc(&format!("discounts update {id} --status disabled"))
        .within(&store)
        .succeeds();
    let id = store.id("customers list");
    let line = "--type email --template-type get_account_access";
    let outcome = asked(&store, &format!("customers notify {id} {line}"));
    let begin = format!("Notify customer {id} (");
    assert!(outcome.questions.starts_with(&begin), "{outcome:?}");
}

#[test]
fn ids_on_standard_input_are_checked_before_the_first_write() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    let cancel = || rc("subscriptions cancel - --reason x").within(&store);
    cancel()
        .with("--yes")
        .stdin(&format!("{id}\nseven\n"))
        .fails(2)
        .shows("confirming-ids_on_standard_input_are_checked_before_the_first_write");
    let get = rc(&format!("subscriptions get {id} -o json"));
    assert_eq!(get.within(&store).succeeds().json()["status"], "active");
    // The question comes on the terminal, as standard input carries the ids.
    let outcome = cancel()
        .stdin(&id)
        .showing(100)
        .controlled()
        .answering(&["y"])
        .succeeds();
    let begin = format!("Cancel subscription {id} (");
    assert!(outcome.questions.starts_with(&begin), "{outcome:?}");
    // Without one it needs --yes.
    cancel()
        .stdin(&id)
        .showing(100)
        .fails(2)
        .shows("confirming-ids_on_standard_input_are_checked_before_the_first_write-2");
}

#[test]
fn write_on_a_terminal_ends_with_its_result_and_the_reverse_command() {
    let store = Store::new();
    let id = store.id("charges list --status queued");
    let skip = plain(rc(&format!("charges skip {id}"))).within(&store);
    let outcome = skip.on_terminal(100).succeeds();
    // The items of the charge are due again in another one.
    let get = rc(&format!(
        "charges get {id} -r --jq '.line_items[].purchase_item_id'"
    ));
    let items = get.within(&store).succeeds().stdout.replace('\n', ",");
    let items = items.trim_end_matches(',');
    let next = rc(&format!(
        "charges list --status queued --purchase-item-ids {items} --sort-by scheduled_at-asc \
         -n 1 -r --jq '.scheduled_at[:10]'"
    ));
    let next = next.within(&store).succeeds().stdout;
    let expected = format!(
        "✓ charge {id} skipped; next charge {}\n  undo: rc charges unskip {id}\n",
        next.trim()
    );
    assert_eq!(outcome.stderr, expected);
    assert!(outcome.stdout.lines().count() <= 10, "{outcome:?}");
    // The old state is another now, so that the reverse would be wrong.
    let again = plain(rc(&format!("charges skip {id}"))).within(&store);
    let outcome = again.on_terminal(100).runs();
    assert!(!outcome.stderr.contains("undo:"), "{outcome:?}");
}

#[test]
fn next_charge_is_told_only_where_a_list_has_one() {
    let skipped = "{\"charge\":{\"id\":7,\"status\":\"skipped\",\
                   \"line_items\":[{\"purchase_item_id\":3}]}}";
    let found = "{\"charges\":[{\"id\":8,\"scheduled_at\":\"2026-12-20T00:00:00\"}]}";
    let queued = "{\"charge\":{\"id\":7,\"status\":\"queued\"}}";
    for (list, told) in [
        (
            Reply::Json(200, found),
            "✓ charge 7 skipped; next charge 2026-12-20\n",
        ),
        (Reply::Json(200, "{\"charges\":[]}"), "✓ charge 7 skipped\n"),
        (
            Reply::Json(404, "{\"error\":\"x\"}"),
            "✓ charge 7 skipped\n",
        ),
    ] {
        let replies = [Reply::Json(200, queued), Reply::Json(200, skipped), list];
        let server = Canned::serve(replies.into_iter().collect());
        let skip = plain(rc("charges skip 7")).against(&server.url);
        let outcome = skip.on_terminal(100).succeeds();
        assert!(outcome.stderr.starts_with(told), "{outcome:?}");
        let asked = server.asked();
        let query = "purchase_item_ids=3&status=queued&sort_by=scheduled_at-asc&limit=1";
        assert_eq!(asked[2].line, format!("GET /charges?{query}"));
    }
    // A pipe gets the record, and nothing more is read.
    let server = Canned::serve(vec![Reply::Json(200, skipped)]);
    rc("charges skip 7").against(&server.url).succeeds();
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn old_date_is_the_reverse_of_a_new_one() {
    let store = Store::new();
    let list = rc("subscriptions list --status active -n 1 -o ndjson");
    let found = list.within(&store).succeeds().records();
    let (id, old) = (id(&found[0]), text(&found[0], "next_charge_scheduled_at"));
    let line = format!("subscriptions set-next-charge-date {id} --date 2027-01-15");
    let outcome = plain(rc(&line)).within(&store).on_terminal(100).succeeds();
    let expected = format!(
        "✓ subscription {id} moved; next charge 2027-01-15\n  \
         undo: rc subscriptions set-next-charge-date {id} --date={old}\n"
    );
    assert_eq!(outcome.stderr, expected);
}

#[test]
fn undo_names_the_store_as_the_command_did() {
    let store = Store::new();
    let id = &store.ids("charges list --status queued")[0];
    let line = plain(rc(&format!("charges skip {id} --sandbox")));
    let outcome = line.holding(&store).on_terminal(100).succeeds();
    outcome.says(&format!("undo: rc charges unskip {id} --sandbox"));
}

#[test]
fn write_to_a_pipe_or_as_json_prints_the_record() {
    let store = Store::new();
    let ids = store.ids("charges list --status queued");
    let piped = rc(&format!("charges skip {}", ids[0])).within(&store);
    let outcome = piped.succeeds().says_nothing();
    assert_eq!(outcome.json()["status"], "skipped");
    let json = rc(&format!("charges skip {} -o json", ids[1]));
    let outcome = plain(json).within(&store).on_terminal(100).succeeds();
    assert_eq!(outcome.json()["status"], "skipped");
    assert!(outcome.stderr.is_empty(), "{outcome:?}");
}

#[test]
fn prompt_lists_the_choices_and_repeats_on_an_empty_answer() {
    let store = Store::new();
    let id = store.id("customers list");
    let line = format!("customers notify {id} --yes --type email");
    let outcome = rc(&line)
        .within(&store)
        .on_terminal(100)
        .answering(&["", "get_account_access"])
        .succeeds();
    let question = "upcoming_charge, get_account_access, shopify_update_payment_information";
    assert_eq!(outcome.questions.matches(question).count(), 2);
    assert!(outcome.stderr.contains("a value is needed"), "{outcome:?}");
}

/// Answers each request with an empty list or, for one object, with the object.
fn answering(request: &crate::canned::Asked) -> (u16, String) {
    let path = request.line.split(' ').nth(1).unwrap();
    let list = path
        .split_once('?')
        .map(|(list, _)| list.trim_start_matches('/'));
    match list {
        Some(list) => (200, format!("{{\"{list}\":[],\"next_cursor\":null}}")),
        None => (404, "{}".to_owned()),
    }
}

#[test]
fn question_costs_four_requests_at_most_and_none_with_yes() {
    let ids: Vec<String> = (1..=1_200).map(|id| id.to_string()).collect();
    let ids = ids.join("\n");
    for (line, path) in [
        // By the filter for ids of its list, and one by one where it has none.
        ("subscriptions cancel - --reason x", "GET /subscriptions?"),
        ("webhooks delete -", "GET /webhooks/"),
    ] {
        let server = Answering::with(answering);
        let refused = rc(line)
            .stdin(&ids)
            .against(&server.url)
            .showing(100)
            .controlled()
            .answering(&["n"])
            .fails(130);
        assert!(refused.questions.contains("1,200 ") || refused.questions.contains("1200 "));
        let read = server.asked(&["GET"]);
        let facts = read.iter().filter(|line| line.starts_with(path));
        assert_eq!(facts.count(), 4, "{read:?}");
        assert!(server.asked(&["POST", "PUT", "DELETE"]).is_empty());
    }
    let server = Answering::with(answering);
    let outcome = rc("webhooks delete 1 2 3 --yes")
        .against(&server.url)
        .runs();
    let read = server.asked(&["GET /webhooks/"]);
    assert!(read.is_empty(), "{read:?} {outcome:?}");
}

#[test]
fn prompts_of_an_address_come_in_the_order_of_an_envelope() {
    let store = Store::new();
    let outcome = rc("addresses create")
        .within(&store)
        .on_terminal(100)
        .answering(&[
            "1",
            "Ada",
            "King",
            "12 St James Sq",
            "London",
            "",
            "SW1Y4JH",
            "GB",
            "",
        ])
        .runs();
    let flags: Vec<&str> = outcome
        .questions
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let expected = [
        "--customer-id",
        "--first-name",
        "--last-name",
        "--address1",
        "--city",
        "--province",
        "--zip",
        "--country-code",
        "--phone",
    ];
    assert_eq!(flags, expected);
}

#[test]
fn retries_are_shown_on_a_terminal_and_not_in_a_pipe() {
    let server = Listening::plain(ok("{}").replacen("200 OK", "503 X", 1));
    let list = || plain(rc("customers list")).against(&server.url("http"));
    let outcome = list().on_terminal(100).fails(6);
    let shown = outcome
        .stderr
        .contains("note: the API answered 503; retrying in ");
    assert!(shown && outcome.stderr.contains(" of 9)\n"), "{outcome:?}");
    assert!(!outcome.stderr.contains("server errors"), "{outcome:?}");
    let outcome = list().fails(6);
    assert!(!outcome.stderr.contains("retrying in"), "{outcome:?}");
}
