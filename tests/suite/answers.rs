//! What `rc` makes of answers: good ones to the letter, bad ones as errors
//! with status and request id, never a panic.

use crate::canned::{Canned, Reply};
use crate::harness::{Outcome, rc};

pub fn answered(line: &str, replies: Vec<Reply>) -> (Outcome, usize) {
    let server = Canned::serve(replies);
    let outcome = rc(line).against(&server.url).runs();
    (outcome, server.asked().len())
}

pub fn page(status: u16, body: &'static str) -> Vec<Reply> {
    vec![Reply::Json(status, body)]
}

#[test]
fn an_object_is_printed_without_its_wrapping_and_to_the_letter() {
    let body = "{\"order\":{\"id\":123456789012345678901,\"total_price\":10.00,\"n\":\"\\u00e9\"}}";
    let (outcome, _) = answered("orders get 1", page(200, body));
    outcome.prints("{\"id\":123456789012345678901,\"total_price\":10.00,\"n\":\"\\u00e9\"}\n");
}

#[test]
fn token_and_version_travel_in_their_headers() {
    let server = Canned::serve(page(200, "{\"store\":{\"id\":1}}"));
    rc("store get").against(&server.url).succeeds();
    let asked = server.asked();
    assert_eq!(asked[0].line, "GET /store");
    assert_eq!(
        asked[0].header("X-Recharge-Access-Token"),
        Some("sk_sandbox_all")
    );
    assert_eq!(asked[0].header("X-Recharge-Version"), Some("2021-11"));
    let agent = format!("recharge-cli/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(asked[0].header("User-Agent"), Some(agent.as_str()));
}

#[test]
fn only_limit_goes_with_a_cursor() {
    let server = Canned::serve(vec![
        Reply::Json(200, "{\"next_cursor\":\"abc\",\"charges\":[{\"id\":1}]}"),
        Reply::Json(200, "{\"next_cursor\":\"def\",\"charges\":[{\"id\":2}]}"),
        Reply::Json(200, "{\"next_cursor\":null,\"charges\":[{\"id\":3}]}"),
    ]);
    let line = "charges list --status queued,error --page-size 1 -o ndjson";
    rc(line)
        .against(&server.url)
        .succeeds()
        .prints("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
    let asked: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        asked,
        [
            "GET /charges?status=queued,error&limit=1",
            "GET /charges?limit=1&cursor=abc",
            "GET /charges?limit=1&cursor=def",
        ]
    );
}

#[test]
fn nothing_is_fetched_that_no_one_reads() {
    let body = "{\"next_cursor\":\"abc\",\"charges\":[{\"id\":1},{\"id\":2}]}";
    let server = Canned::serve(page(200, body));
    rc("charges list -n 2 -o ndjson")
        .against(&server.url)
        .succeeds();
    let asked = server.asked();
    assert_eq!(
        (asked.len(), asked[0].line.as_str()),
        (1, "GET /charges?limit=2")
    );
}

#[test]
fn one_page_by_number_is_not_followed() {
    let server = Canned::serve(page(
        200,
        "{\"next_cursor\":\"abc\",\"charges\":[{\"id\":1}]}",
    ));
    rc("charges list --page 3 -o ndjson")
        .against(&server.url)
        .succeeds()
        .prints("{\"id\":1}\n");
    assert_eq!(server.asked()[0].line, "GET /charges?page=3&limit=250");
}

/// One page of a list: the ids of its records, and its cursor.
fn listed(ids: &[usize], cursor: &str) -> Reply {
    let records: Vec<String> = ids.iter().map(|id| format!("{{\"id\":{id}}}")).collect();
    let body = format!(
        "{{\"next_cursor\":{cursor},\"charges\":[{}]}}",
        records.join(",")
    );
    Reply::Raw(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
}

#[test]
fn circle_of_cursors_of_any_length_ends_with_every_page_printed() {
    for length in [1, 2, 16, 17, 40] {
        let pages = (0..=length).map(|at| listed(&[at], &format!("\"c{}\"", at % length)));
        let (outcome, asked) = answered("charges list -o ndjson", pages.collect());
        assert_eq!((outcome.code, asked), (6, length + 1));
        assert_eq!(outcome.stdout.lines().count(), length + 1);
        assert!(!outcome.stderr.contains("continue with"), "{outcome:?}");
        outcome.says("the API gave the same cursor twice");
    }
}

#[test]
fn pages_may_come_again_and_be_empty_as_long_as_the_list_ends() {
    let mut pages: Vec<Reply> = (0..40)
        .map(|at| listed(&[1, 2], &format!("\"same{at}\"")))
        .collect();
    pages.extend((0..40).map(|at| listed(&[], &format!("\"empty{at}\""))));
    pages.push(listed(&[3], "null"));
    let (outcome, asked) = answered("charges list -o ndjson", pages);
    assert_eq!((outcome.code, asked), (0, 81));
    assert_eq!(outcome.stdout.lines().count(), 81);
}

#[test]
fn a_thousand_pages_without_anything_new_end_the_list() {
    for (ids, count) in [(&[][..], 1_001), (&[1, 2], 1_002)] {
        let pages = (0..count).map(|at| listed(ids, &format!("\"c{at}\"")));
        let (outcome, _) = answered("charges list -o ndjson", pages.collect());
        assert_eq!(outcome.code, 6);
        outcome.says("without new records");
    }
}

#[test]
fn empty_cursor_ends_the_list() {
    for cursor in ["\"\"", "\"  \"", "null"] {
        let (outcome, asked) = answered("charges list -o ndjson", vec![listed(&[1], cursor)]);
        assert_eq!((outcome.code, asked), (0, 1), "{cursor}");
        assert_eq!(outcome.stdout, "{\"id\":1}\n");
    }
}

#[test]
fn cursor_of_another_type_is_an_error() {
    let (outcome, _) = answered("charges list -o ndjson", vec![listed(&[1], "7")]);
    assert_eq!(outcome.code, 6);
    assert_eq!(outcome.stdout, "{\"id\":1}\n");
    outcome.says("the page has an unexpected format: its cursor is not a string");
}

#[test]
fn list_of_the_older_version_is_followed_by_its_link() {
    let page = |id: usize, link: &str| {
        let body = format!("{{\"orders\":[{{\"id\":{id}}}]}}");
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{link}");
        Reply::Raw(format!("{head}Connection: close\r\n\r\n{body}"))
    };
    let link = "Link: <http://elsewhere.example/orders?limit=250&cursor=n%3D>; rel=\"next\"\r\n";
    let line = "api GET /orders --paginate --api-version 2021-01 -o ndjson";
    let server = Canned::serve(vec![page(1, link), page(2, "")]);
    let outcome = rc(line).against(&server.url).succeeds();
    assert_eq!(outcome.stdout, "{\"id\":1}\n{\"id\":2}\n");
    assert_eq!(server.asked()[1].line, "GET /orders?limit=250&cursor=n%3D");
}

#[test]
fn each_refusal_has_its_exit_code() {
    for (status, code) in [
        (400, 5),
        (401, 3),
        (402, 5),
        (403, 3),
        (404, 4),
        (405, 5),
        (406, 5),
        (409, 5),
        (415, 5),
        (422, 5),
        (426, 5),
        (500, 6),
        (501, 5),
        (503, 6),
    ] {
        let server = Canned::serve(page(status, "{\"errors\":\"no\"}"));
        let line = "subscriptions update 1 --quantity 2 --max-retries 0";
        let outcome = rc(line).against(&server.url).fails(code).prints_nothing();
        outcome.says("request id: req-7");
        assert_eq!(server.asked().len(), 1, "it is sent once: {status}");
    }
}

#[test]
fn what_the_api_says_is_put_into_words_and_into_json() {
    let body = "{\"errors\":{\"email\":\"email already exists on store\"}}";
    let line = "customers update 1 --email a@example.com";
    let (outcome, _) = answered(line, page(422, body));
    outcome.says("email: email already exists on store");
    let (outcome, _) = answered(&format!("{line} -o json"), page(422, body));
    let error: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(error["kind"], "refused");
    assert_eq!(error["status"], 422);
    assert_eq!(error["request_id"], "req-7");
    assert_eq!(error["errors"]["email"], "email already exists on store");
}

#[test]
fn a_missing_scope_is_named() {
    let (outcome, _) = answered("discounts list", page(403, "{\"error\":\"no\"}"));
    outcome.says("read_discounts");
}

#[test]
fn answers_that_are_no_json_or_broken_off_are_no_answers() {
    for body in [
        "<html>busy</html>",
        "",
        "{\"orders\":[{\"id\":1}",
        "{\"orders\":[{]}",
    ] {
        let (outcome, _) = answered("orders list", page(200, body));
        assert_eq!(outcome.code, 6, "{outcome:?}");
        outcome.says("status 200").says("req-7");
    }
}

#[test]
fn an_answer_without_the_list_is_unexpected() {
    let (outcome, _) = answered("orders list", page(200, "{\"things\":[]}"));
    assert_eq!(outcome.code, 1);
    outcome
        .says("no list under \"orders\"")
        .says("status 200")
        .says("req-7");
}

#[test]
fn a_read_that_broke_off_is_asked_again() {
    let short =
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{\"store\":{\"id\"";
    let (outcome, asked) = answered(
        "store get",
        vec![
            Reply::HangUp,
            Reply::Raw(short.to_owned()),
            Reply::Json(503, "<html>"),
            Reply::Json(429, "{\"warning\":\"too many requests\"}"),
            Reply::Json(200, "{\"store\":{\"id\":1}}"),
        ],
    );
    assert_eq!(asked, 5);
    outcome.prints("{\"id\":1}\n");
}

#[test]
fn an_address_where_nobody_ever_answered_is_soon_given_up() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let tried = |line: &str, says: &str| {
        let outcome = rc(line).against(&url).fails(6);
        outcome.says("cannot connect").says(says);
    };
    tried("store get", "(tried 4 times in ");
    tried("store get --max-retries 5", "(tried 6 times in ");
}

#[test]
fn a_read_is_not_asked_for_ever() {
    let replies = (0..9).map(|_| Reply::Json(500, "")).collect();
    let (outcome, asked) = answered("store get", replies);
    assert_eq!((outcome.code, asked), (6, 9));
    outcome.says("(tried 9 times in ");
}

#[test]
fn a_write_whose_answer_is_lost_is_never_sent_twice() {
    let line = "charges refund 1 --amount 5 --yes";
    let (outcome, asked) = answered(line, vec![Reply::HangUp]);
    assert_eq!((outcome.code, asked), (6, 1));
    outcome.says("unknown whether");
}

#[test]
fn a_write_that_the_api_was_too_busy_for_is_sent_again() {
    let line = "subscriptions activate 1";
    let busy = Reply::Json(429, "{\"warning\":\"too many requests\"}");
    let done = Reply::Json(200, "{\"subscription\":{\"id\":1}}");
    let (outcome, asked) = answered(line, vec![busy, done]);
    assert_eq!((outcome.code, asked), (0, 2));
}

#[test]
fn a_redirect_is_not_followed_with_the_token() {
    let to = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/x\r\nContent-Length: \
        0\r\nConnection: close\r\n\r\n";
    let (outcome, asked) = answered("subscriptions activate 1", vec![Reply::Raw(to.to_owned())]);
    assert_eq!((outcome.code, asked), (6, 1));
    outcome.says("redirects (302)");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    rc("store get")
        .against("http://127.0.0.1:1")
        .fails(6)
        .says("127.0.0.1:1")
        .says("nothing was sent");
}

#[test]
fn a_remark_beside_the_data_is_shown() {
    let body = "{\"warning\":\"going away\",\"orders\":[]}";
    let (outcome, _) = answered("orders list -o ndjson", page(200, body));
    assert_eq!(outcome.code, 0);
    outcome.says("going away");
}

#[test]
fn a_list_that_fails_midway_says_how_to_go_on() {
    let (outcome, _) = answered(
        "charges list -o ndjson --page-size 1",
        vec![
            Reply::Json(200, "{\"next_cursor\":\"abc\",\"charges\":[{\"id\":1}]}"),
            Reply::Json(403, "{\"error\":\"gone\"}"),
        ],
    );
    assert_eq!((outcome.code, outcome.stdout.as_str()), (3, "{\"id\":1}\n"));
    outcome
        .says("1 records were printed up to there")
        .says("rc charges list --cursor abc");
}

#[test]
fn a_free_request_goes_anywhere() {
    let server = Canned::serve(page(200, "{\"shop\":{\"id\":1}}"));
    rc("api get shop --api-version 2021-01 -f a='b c'")
        .against(&server.url)
        .succeeds()
        .prints("{\"shop\":{\"id\":1}}\n");
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "GET /shop?a=b%20c");
    assert_eq!(asked.header("X-Recharge-Version"), Some("2021-01"));
    let server = Canned::serve(page(200, "{\"x\":1}"));
    rc("api POST /x --body '{\"a\":1}' -f b.c=true")
        .against(&server.url)
        .succeeds();
    assert_eq!(server.asked()[0].body, "{\"a\":1,\"b\":{\"c\":true}}");
}

#[test]
fn a_free_list_is_followed_when_asked_to() {
    let server = Canned::serve(vec![
        Reply::Json(200, "{\"next_cursor\":\"abc\",\"things\":[1,2]}"),
        Reply::Json(200, "{\"things\":[3]}"),
    ]);
    rc("api GET /things?kind=a --paginate -o ndjson")
        .against(&server.url)
        .succeeds()
        .prints("1\n2\n3\n");
    let asked: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        asked,
        [
            "GET /things?kind=a&limit=250",
            "GET /things?limit=250&cursor=abc"
        ]
    );
}

#[test]
fn the_token_is_in_no_output() {
    let token = "sk_secret_token_9f2";
    for line in [
        "store get",
        "store get --dry-run",
        "store get --dry-run -o json",
        "store get --dry-run=curl",
        "store get -o json --errors json",
    ] {
        let server = Canned::serve(page(401, "{\"error\":\"bad authentication\"}"));
        let outcome = rc(line)
            .against(&server.url)
            .env("RECHARGE_ACCESS_TOKEN", token)
            .runs();
        assert!(!format!("{outcome:?}").contains(token), "{line}");
    }
}
