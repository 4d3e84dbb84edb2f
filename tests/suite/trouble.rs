//! Trouble midway: what `rc` says when a token is refused, an answer says
//! nothing, output breaks off, or a list ends before its end.

use crate::answers::{answered, page};
use crate::canned::{Canned, Reply};
use crate::harness::rc;

#[test]
fn a_token_that_a_server_repeats_is_not_repeated() {
    for form in ["text", "json"] {
        let body = "{\"error\":\"bad token sk_sandbox_all\"}";
        let (outcome, _) = answered(&format!("orders list --errors {form}"), page(400, body));
        assert_eq!(outcome.code, 5);
        assert!(!outcome.stderr.contains("sk_sandbox_all"), "{outcome:?}");
        outcome.says("[redacted]");
    }
}

#[test]
fn a_refused_token_stops_many_ids() {
    let replies = || {
        (0..8)
            .map(|_| Reply::Json(401, "{\"error\":\"bad authentication\"}"))
            .collect()
    };
    let server = Canned::serve(replies());
    let ids: Vec<String> = (1..200).map(|id| id.to_string()).collect();
    let line = format!("subscriptions activate {}", ids.join(" "));
    rc(&line)
        .against(&server.url)
        .fails(3)
        .says("refused the token")
        .says("the remaining ids were not sent");
}

#[test]
fn a_write_whose_answer_tells_nothing_may_have_happened() {
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, "{}"),
        (408, ""),
        (500, ""),
        (503, "<html>"),
    ] {
        let (outcome, asked) = answered("orders delay 1", page(status, body));
        assert_eq!(asked, 1, "{status}");
        outcome
            .says("unknown whether the API carried it out: check before")
            .says("rc orders get 1");
    }
    let (outcome, _) = answered("store get", page(200, "{}"));
    assert!(!outcome.stderr.contains("unknown"), "{outcome:?}");
}

#[test]
fn accepted_is_done_only_where_the_operation_answers_so() {
    let (outcome, _) = answered("products delete 5 --yes", page(202, ""));
    assert_eq!(outcome.code, 6, "{outcome:?}");
    outcome.says("unknown whether");
    let line = "api POST /products -f external_product_id=5";
    let body = "{\"product\":{\"external_product_id\":\"5\"}}";
    let (outcome, _) = answered(line, page(202, body));
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn going_on_later_goes_on_with_the_same_flags() {
    let replies = vec![
        Reply::Json(200, "{\"next_cursor\":\"a b\",\"charges\":[{\"id\":1}]}"),
        Reply::Json(403, "{\"error\":\"gone\"}"),
    ];
    let server = Canned::serve(replies);
    let line = format!(
        "charges list --base-url {} -o csv -c id --api-version 2021-11",
        server.url
    );
    let outcome = rc(&line).against(&server.url).fails(3);
    outcome.says(&format!(
        "rc charges list --cursor 'a b' --base-url {} --api-version 2021-11 -o csv -c id",
        server.url
    ));
}

#[test]
fn going_on_later_asks_for_what_is_left_of_the_limit() {
    let replies = vec![
        Reply::Json(
            200,
            "{\"next_cursor\":\"abc\",\"charges\":[{\"id\":1},{\"id\":2}]}",
        ),
        Reply::Json(403, "{\"error\":\"gone\"}"),
    ];
    let server = Canned::serve(replies);
    let flags = "--limit 7 --page-size 2 --jq 'select(.id == 1)' -o ndjson --max-retries 3 \
                 --max-time 20s --timeout 5s --errors text --color never --out -";
    let outcome = rc(&format!("charges list {flags}"))
        .against(&server.url)
        .fails(3);
    let outcome = outcome.says(
        "rc charges list --cursor abc --limit 5 --page-size 2 --timeout 5000ms --max-retries 3 \
         --max-time 20000ms -o ndjson -q 'select(.id == 1)' --color never --errors text\n",
    );
    // The hint can be pasted.
    let hint = outcome.stderr.split("continue with: ").nth(1).unwrap();
    let hint = hint.lines().next().unwrap();
    let going_on = Canned::serve(vec![Reply::Json(200, "{\"charges\":[{\"id\":1}]}")]);
    rc(hint)
        .against(&going_on.url)
        .succeeds()
        .prints("{\"id\":1}\n");
}

#[test]
fn going_on_later_is_not_advised_where_nothing_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("late.csv");
    for flags in [
        format!("--out {}", file.display()),
        "--slurp --jq length".to_owned(),
    ] {
        let (outcome, _) = answered(
            &format!("charges list {flags}"),
            vec![
                Reply::Json(200, "{\"next_cursor\":\"abc\",\"charges\":[{\"id\":1}]}"),
                Reply::Json(403, "{\"error\":\"gone\"}"),
            ],
        );
        assert_eq!(outcome.code, 3);
        assert!(!outcome.stderr.contains("continue with"), "{outcome:?}");
    }
}

#[test]
fn an_array_that_breaks_off_ends_its_line() {
    let (outcome, _) = answered(
        "charges list",
        vec![
            Reply::Json(200, "{\"next_cursor\":\"abc\",\"charges\":[{\"id\":1}]}"),
            Reply::Json(403, "{\"error\":\"gone\"}"),
        ],
    );
    assert_eq!(outcome.stdout, "[\n{\"id\":1}\n");
}

#[test]
fn a_free_request_asks_where_its_verb_would_ask() {
    let nowhere = "http://127.0.0.1:9";
    for line in [
        "api POST /subscriptions/1/cancel -f cancellation_reason=x",
        "api POST /charges/1/refund -f amount=1",
        "api POST /subscriptions/1/cancel/ -f cancellation_reason=x",
        "api POST /subscriptions/1/%63ancel -f cancellation_reason=x",
        "api DELETE /unknown/1",
    ] {
        rc(line).against(nowhere).fails(2).says("--yes");
    }
    rc("api POST /subscriptions/1/activate")
        .against(nowhere)
        .fails(6);
}

#[test]
fn many_writes_whose_output_breaks_say_what_was_done() {
    let replies = || {
        (0..9)
            .map(|_| Reply::Json(200, "{\"subscription\":{\"id\":1}}"))
            .collect()
    };
    let server = Canned::serve(replies());
    // The answers are all about one.
    let ids = vec!["1"; 99];
    let line = format!(
        "subscriptions activate {} --jq 'error(\"x\")'",
        ids.join(" ")
    );
    let outcome = rc(&line).against(&server.url).fails(7);
    outcome.says("done, 0 failed; the remaining ids were not sent");
}

#[test]
fn an_api_that_is_busy_for_ever_is_given_up() {
    let replies = (0..4)
        .map(|_| Reply::Json(429, "{\"warning\":\"too many requests\"}"))
        .collect();
    let (outcome, asked) = answered("store get --max-retries 3", replies);
    assert_eq!((outcome.code, asked), (6, 4));
    outcome.says("too many requests (429) (tried 4 times in");
}
