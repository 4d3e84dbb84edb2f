//! Whole outcomes as users see them: standard output, standard error and exit code.
//!
//! After a change that is meant, `INSTA_UPDATE=always cargo test` writes them anew.

use insta::assert_snapshot;

use crate::harness::rc;
use crate::outcome::Outcome;

fn whole(outcome: &Outcome) -> String {
    format!(
        "exit code: {}\n----- stdout -----\n{}----- stderr -----\n{}",
        outcome.code,
        outcome.stdout,
        without_request_id(&outcome.stderr)
    )
}

/// The text with each id of 32 hexadecimal digits masked, which differs each time.
fn without_request_id(text: &str) -> String {
    let is_id = |word: &&str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(is_id).fold(text.to_owned(), |masked, id| {
        masked.replace(id, "[request id]")
    })
}

/// Runs a line against the demo store; the text of what came of it.
fn outcome(line: &str) -> String {
    whole(&rc(line).sandboxed().runs())
}

#[test]
fn root_help_is_shown_at_80_columns() {
    assert_snapshot!(whole(&rc("--help").on_terminal(80).runs()));
}

#[test]
fn help_of_a_resource_is_shown_at_80_columns() {
    assert_snapshot!(whole(&rc("subscriptions --help").on_terminal(80).runs()));
}

#[test]
fn usage_errors_name_the_mistake_and_the_way_out() {
    for (name, line) in [
        ("unknown_command", "subscriptoins list"),
        ("unknown_flag", "subscriptions list --limt 3"),
        ("unknown_column", "subscriptions list -c id,staus"),
        (
            "unknown_part",
            "subscriptions list -c external_product_id.ecomerce",
        ),
        ("missing_include", "subscriptions list -c customer.email"),
        ("missing_id", "subscriptions get"),
        (
            "filter_that_cannot_be_read",
            "subscriptions list --jq '{id'",
        ),
        (
            "no_headers_of_json",
            "subscriptions list -o json --no-headers",
        ),
    ] {
        assert_snapshot!(name, outcome(line));
    }
}

#[test]
fn errors_of_requests_say_what_failed() {
    assert_snapshot!("not_found", outcome("subscriptions get 1"));
    assert_snapshot!(
        "refused",
        outcome("customers create --email nonsense --first-name A --last-name B")
    );
    assert_snapshot!(
        "failing_filter",
        outcome("subscriptions list -n 1 --jq '.[].id'")
    );
    assert_snapshot!("no_token", whole(&rc("subscriptions list").runs()));
    assert_snapshot!(
        "unreachable",
        whole(
            &rc("subscriptions list --max-retries 0")
                .env("RECHARGE_ACCESS_TOKEN", "sk_test")
                .against("http://127.0.0.1:9")
                .runs()
        )
    );
}

#[test]
fn errors_as_json_are_one_object() {
    assert_snapshot!(outcome("subscriptions get 1 --errors json"));
}
