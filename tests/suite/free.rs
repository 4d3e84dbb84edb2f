//! `rc api`: methods, headers, and what they are not allowed to do.

use crate::canned::{Canned, Reply};
use crate::harness::{Store, rc};
use crate::served::Served;

#[test]
fn path_alone_is_a_get() {
    let store = Store::new();
    let get = rc("api GET /store").within(&store).succeeds();
    rc("api /store")
        .within(&store)
        .succeeds()
        .prints(&get.stdout);
    rc("api /subscriptions -f status=active --paginate -n 2 --jq .status -r")
        .within(&store)
        .succeeds()
        .prints("active\nactive\n");
    rc("api post")
        .within(&store)
        .fails(2)
        .shows("free-path_alone_is_a_get");
    rc("api FETCH /store")
        .within(&store)
        .fails(2)
        .shows("free-path_alone_is_a_get-2");
}

#[test]
fn head_prints_status_and_headers_and_is_not_a_write() {
    for sandbox in [true, false] {
        let store = Store::new();
        let served = Served::start();
        let ask = |line: &str| {
            if sandbox {
                rc(line).within(&store)
            } else {
                rc(line).holding(&store).against(&served.url)
            }
        };
        let head = ask("api HEAD /subscriptions -f limit=1").succeeds().json();
        assert_eq!(head["status"], 200);
        assert_eq!(head["headers"]["content-type"], "application/json");
        let length: u64 = head["headers"]["content-length"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!(length > 100);
        ask("api HEAD /subscriptions/1").fails(4);
        ask("api HEAD /store --body {}")
            .fails(2)
            .says("--body cannot be used with HEAD");
        ask("history list -o ndjson").succeeds().prints_nothing();
    }
}

#[test]
fn head_of_a_protected_store_asks_nothing_and_hides_secrets() {
    let reply = "HTTP/1.1 200 X\r\nSet-Cookie: a=b\r\nX-Plain: c\r\nX-Plain: d\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n";
    let server = Canned::serve(vec![Reply::Raw(reply.to_owned())]);
    let store = Store::new();
    rc("profile set live --protected")
        .holding(&store)
        .succeeds();
    let head = rc("api HEAD /x -o json")
        .holding(&store)
        .env("RECHARGE_PROFILE", "live")
        .against(&server.url)
        .succeeds()
        .json();
    assert_eq!(head["headers"]["set-cookie"], "[redacted]");
    assert_eq!(head["headers"]["x-plain"], "c, d");
    assert_eq!(server.asked()[0].line, "HEAD /x");
}

#[test]
fn patch_is_sent_with_its_fields_and_recorded() {
    let server = Canned::serve(vec![Reply::Json(200, "{\"thing\":{\"id\":7}}")]);
    let store = Store::new();
    rc("api patch /things/7 -f size=2")
        .holding(&store)
        .against(&server.url)
        .succeeds();
    let asked = server.asked();
    assert_eq!(asked[0].line, "PATCH /things/7");
    assert_eq!(asked[0].body, "{\"size\":2}");
    rc("history list --jq .method -r")
        .holding(&store)
        .succeeds()
        .prints("PATCH\n");
}

#[test]
fn patch_that_sets_an_irreversible_value_asks_as_put_does() {
    for method in ["PUT", "PATCH"] {
        let line = format!("api {method} /discounts/1 -f status=fully_disabled");
        rc(&line).sandboxed().fails(2).says("needs a confirmation");
        let harmless = line.replace("fully_disabled", "disabled");
        rc(&harmless)
            .sandboxed()
            .runs()
            .does_not_say("confirmation");
    }
}

#[test]
fn headers_are_added_and_replace_those_of_the_program() {
    let server = Canned::serve(vec![Reply::Json(200, "{\"a\":1}")]);
    rc("api /x -H 'X-Ticket: 4711' --header Accept:text/plain -H 'If-Match: \"a:b\"'")
        .against(&server.url)
        .succeeds();
    let asked = server.asked();
    assert_eq!(asked[0].header("X-Ticket"), Some("4711"));
    assert_eq!(asked[0].header("If-Match"), Some("\"a:b\""));
    let accept = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("accept");
    assert_eq!(asked[0].headers.iter().filter(accept).count(), 1);
    assert_eq!(asked[0].header("Accept"), Some("text/plain"));
}

#[test]
fn header_that_carries_a_token_or_changes_host_or_method_is_refused() {
    for header in [
        "X-Recharge-Access-Token: sk_1",
        "authorization: Bearer sk_1",
        "Cookie: sk_1",
        "Host: sk_1.example.com",
        "X-Forwarded-Host: sk_1",
        "X-HTTP-Method-Override: sk_1",
        "Content-Length: sk_1",
        "X-Recharge-Version: sk_1",
        "sk_1",
    ] {
        for way in ["", "--dry-run", "-o json"] {
            let line = format!("api GET /store -H '{header}' {way}");
            let refused = rc(&line).sandboxed().fails(2).prints_nothing();
            assert!(!refused.stderr.contains("sk_1"), "{refused:?}");
        }
    }
    // Under another name it is found by what it is.
    let server = Canned::serve(Vec::new());
    rc("api GET /x -H 'X-Other: a sk_sandbox_all'")
        .against(&server.url)
        .fails(2)
        .shows("free-header_that_carries_a_token_or_changes_host_or_method_is_refused");
}

#[test]
fn secret_header_is_sent_and_never_shown() {
    let server = Canned::serve(vec![Reply::Json(200, "{\"a\":1}")]);
    let line = "api /x -H 'X-Shop-Api-Key: hush' -H 'X-Ticket: 4711'";
    for form in ["--dry-run", "--dry-run -o json", "--dry-run=curl"] {
        let shown = rc(line).with(form).sandboxed().succeeds();
        assert!(!shown.stdout.contains("hush"), "{shown:?}");
        assert!(shown.stdout.contains("[redacted]"), "{shown:?}");
        assert!(shown.stdout.contains("4711"), "{shown:?}");
    }
    let shown = rc(line).with("-vv").against(&server.url).succeeds();
    assert!(
        !shown.stderr.contains("hush") && shown.stderr.contains("4711"),
        "{shown:?}"
    );
    assert_eq!(server.asked()[0].header("X-Shop-Api-Key"), Some("hush"));
}
