//! Whole outcomes as users see them: standard output, standard error and exit code.
//!
//! After a change that is meant, `INSTA_UPDATE=always cargo test` writes them
//! again.

use insta::assert_snapshot;

use crate::bulk::{bulk, file};
use crate::canned::{Canned, Reply};
use crate::harness::{Rc, Ring, Store, rc};
use crate::login::{ALL, Desk};
use crate::outcome::{Outcome, without_port};

fn whole(outcome: &Outcome) -> String {
    outcome.whole()
}

/// As [`whole`], with the questions that were asked.
fn whole_with_questions(outcome: &Outcome) -> String {
    let questions = without_port(&outcome.questions);
    format!("----- asked -----\n{questions}{}", whole(outcome))
}

/// A person at a terminal of 80 columns without colour.
fn attended(run: Rc) -> Rc {
    run.on_terminal(80).env("NO_COLOR", "1")
}

/// Runs a line against the demo store; the text of the result of it.
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

#[test]
fn response_that_is_not_that_of_the_operation_is_unexpected() {
    let server = Canned::serve(vec![Reply::Json(200, "{\"other\":1}")]);
    let outcome = rc("customers get 1").against(&server.url).runs();
    assert_snapshot!("unexpected", whole(&outcome));
}

#[test]
fn access_that_is_refused_says_which_scope_is_missing() {
    let reply = "{\"error\":\"Your token does not have the required permissions\"}";
    let server = Canned::serve(vec![Reply::Json(403, reply)]);
    let outcome = rc("customers get 1").against(&server.url).runs();
    assert_snapshot!("access", whole(&outcome));
}

#[test]
fn some_of_many_ids_that_fail_are_named() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    let line = format!("subscriptions update 1 {id} 2 --quantity 2 --jq .quantity");
    assert_snapshot!("partial", whole(&rc(&line).within(&store).runs()));
}

#[test]
fn write_without_an_answer_is_unknown() {
    let server = Canned::serve(vec![Reply::HangUp]);
    let create = rc("collections create --title A --description B").with("--max-retries 0");
    let text = whole(&create.against(&server.url).runs());
    // How a connection ends is reported in the words of the system.
    let (before, rest) = text.split_once("the connection broke (").unwrap();
    let (_, after) = rest.split_once(")\n").unwrap();
    let masked = format!("{before}the connection broke ([cause])\n{after}");
    assert_snapshot!("unknown", masked);
}

#[test]
fn reader_that_goes_away_ends_a_read_and_is_told_after_writes() {
    let list = rc("subscriptions list -o ndjson").sandboxed().closed();
    assert_snapshot!("closed_pipe_of_a_list", whole(&list.runs()));
    let store = Store::new();
    let ids = store.ids("charges list --status queued -n 3").join(" ");
    let skip = rc(&format!("charges skip {ids}")).within(&store).closed();
    assert_snapshot!("closed_pipe_of_writes", whole(&skip.runs()));
}

#[test]
fn questions_name_the_object_the_count_and_the_store() {
    let store = Store::new();
    let asked = |line: &str| {
        let outcome = attended(rc(line)).within(&store).answering(&["n"]).runs();
        whole_with_questions(&outcome)
    };
    let charges = store.ids("charges list --status success -n 7").join(" ");
    let charge = store.id("charges list --status success");
    assert_snapshot!(
        "question_about_one",
        asked(&format!("charges refund {charge} --amount 5"))
    );
    assert_snapshot!(
        "question_about_many",
        asked(&format!("charges refund {charges} --amount 5"))
    );
    assert_snapshot!("question_of_api", asked("api DELETE /customers/1"));
    assert_snapshot!("question_of_a_reset", asked("sandbox reset"));
    let rows = file(
        &store,
        "rows.csv",
        "code,value,value_type\nA,1,percentage\n",
    );
    let line = format!("bulk discounts create '{}'", rows.display());
    let bulk = rc(&line)
        .within(&store)
        .on_terminal(80)
        .with_wide_messages();
    let outcome = bulk.env("NO_COLOR", "1").answering(&["n"]).runs();
    assert_snapshot!("question_of_bulk", whole_with_questions(&outcome));
}

#[test]
fn question_where_nobody_can_be_asked_is_an_error() {
    let store = Store::new();
    let id = store.id("customers list");
    let delete = rc(&format!("customers delete {id}")).within(&store);
    assert_snapshot!("question_without_a_terminal", whole(&delete.runs()));
}

#[test]
fn questions_of_profiles_name_the_store_and_where_it_is() {
    let desk = Desk::logged_in(Ring::open());
    desk.rc("auth login --profile garden --with-token")
        .stdin(ALL)
        .succeeds();
    desk.rc("profile set garden --protected").succeeds();
    let remove = desk
        .rc("profile remove garden")
        .on_terminal(80)
        .env("NO_COLOR", "1");
    let outcome = remove.answering(&["n"]).runs();
    assert_snapshot!("question_of_profile_remove", whole_with_questions(&outcome));
}

#[test]
fn prompts_for_values_list_the_choices_and_repeat() {
    let store = Store::new();
    let id = store.id("customers list");
    let notify = rc(&format!("customers notify {id} --yes")).within(&store);
    let answers = ["email", "", "other", "get_account_access"];
    let outcome = attended(notify).answering(&answers).runs();
    assert_snapshot!("prompt_for_values", whole_with_questions(&outcome));
}

#[test]
fn result_of_a_write_is_a_line_key_fields_and_the_reverse() {
    let store = Store::new();
    let id = store.id("charges list --status queued");
    let skip = attended(rc(&format!("charges skip {id}"))).within(&store);
    assert_snapshot!("result_of_a_write", whole(&skip.runs()));
}

#[test]
fn long_messages_wrap_at_words_on_a_terminal_only() {
    let store = Store::new();
    let rows = file(&store, "rows.csv", "Promo Code,Type\nA,percent\n");
    let run = || {
        bulk("check discounts create", &rows)
            .within(&store)
            .env("NO_COLOR", "1")
    };
    let shown = run().on_terminal(60).answering(&["n"]).runs();
    assert_snapshot!("wrapped_messages", whole(&shown));
    let piped = run().runs();
    let wide = run()
        .on_terminal(60)
        .with_wide_messages()
        .answering(&["n"])
        .runs();
    for line in wide
        .stderr
        .lines()
        .filter(|line| line.starts_with("error:"))
    {
        assert!(piped.stderr.contains(line), "{piped:?}");
    }
}

#[test]
fn help_of_a_verb_is_shown_at_80_columns() {
    let help = |line: &str| whole(&attended(rc(line)).runs());
    assert_snapshot!("help_of_a_verb", help("charges skip --help"));
    assert_snapshot!("help_of_api", help("api -h"));
    assert_snapshot!("help_of_stats", help("stats charges -h"));
}

/// Ctrl-C is a signal to a process, so that it is one of its own.
#[cfg(unix)]
#[test]
fn interruption_says_what_the_command_was_doing() {
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    // A server that takes the connection and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    for (name, words) in [
        ("interrupted_read", vec!["store", "get"]),
        (
            "interrupted_write",
            vec![
                "collections",
                "create",
                "--title",
                "A",
                "--description",
                "B",
            ],
        ),
    ] {
        let child = crate::served::rc(&words)
            .env("RECHARGE_BASE_URL", &url)
            .env("RECHARGE_ACCESS_TOKEN", "sk_1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Once it is connected and asks, it is waiting.
        let (mut stream, _) = silent.accept().unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        let id = child.id().to_string();
        let killed = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        let text = format!(
            "exit code: {}\n----- stdout -----\n{}----- stderr -----\n{}",
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            without_port(&String::from_utf8(output.stderr).unwrap()),
        );
        assert_snapshot!(name, text);
    }
}
