//! What reaches a terminal cannot steer it: questions, dry runs, and all that
//! is reported, anyone who wrote the text. What goes to a pipe is to the
//! letter.

use serde_json::Value;

use crate::harness::{Outcome, Rc, Ring, Store, rc, rc_of};
use crate::login::{ALL, Desk};
use crate::secure::{Listening, ok};

/// Of each kind that steers, reorders or hides: escapes, C1 controls, DEL,
/// overrides of direction, separators of lines, tags.
const HOSTILE: &str =
    "x\u{1b}]0;t\u{7}\u{9b}2J\u{85}\u{7f}\u{202e}\u{2066}\u{2028}\u{200b}\u{e0041}y";

/// Characters that no terminal may get; colours of our own are none.
#[track_caller]
fn steers_nothing(text: &str, what: &str) {
    let hostile = |letter: &char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || matches!(letter, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || ('\u{e0000}'..='\u{e007f}').contains(letter)
    };
    let found: Vec<char> = text.chars().filter(hostile).collect();
    assert!(found.is_empty(), "{found:?} in {what}: {text:?}");
}

fn plain(run: Rc) -> Rc {
    run.env("NO_COLOR", "1")
}

#[test]
fn a_question_shows_names_of_a_server_and_is_not_steered_by_them() {
    let desk = Desk::logged_in(Ring::open());
    desk.rc("auth login --profile evil --with-token")
        .stdin(ALL)
        .succeeds();
    let notes = desk.store.path().join("logins.json");
    let text = std::fs::read_to_string(&notes).unwrap();
    let name = Value::from(HOSTILE).to_string();
    std::fs::write(&notes, text.replace("\"The Sandbox Store\"", &name)).unwrap();
    let asked = |outcome: Outcome| {
        assert!(outcome.questions.contains('y'), "{outcome:?}");
        assert!(outcome.questions.contains("\\u{202e}"), "{outcome:?}");
        let said = format!("{}{}", outcome.questions, outcome.screen);
        steers_nothing(&said, "a question");
    };
    for line in [
        "profile remove evil",
        "customers delete 1",
        "api DELETE /customers/1",
    ] {
        let run = plain(desk.rc(line)).on_terminal(100).answering(&["n"]);
        asked(run.runs());
    }
    let run = plain(desk.rc("auth login")).on_terminal(100);
    asked(run.typing(ALL).answering(&["n"]).runs());
    // Where no one can be asked, the question is an error.
    let refused = desk.rc("profile remove evil").runs();
    steers_nothing(&refused.stderr, "an error");
}

#[test]
fn a_dry_run_on_a_terminal_shows_hostile_words_and_means_the_same() {
    let body = format!("{{\"note\":{}}}", Value::from(HOSTILE));
    let raw = format!(
        "{{\r\n\"a\":\r\"{}\"}}",
        &HOSTILE.replace(['\u{1b}', '\u{7}'], "")
    );
    let store = Store::new();
    for form in ["--dry-run", "--dry-run=curl", "--dry-run=request -o json"] {
        for (words, meant) in [
            (vec!["api", "POST", "/x", "--body", &raw], &raw),
            (vec!["customers", "update", "1", "--body", &body], &body),
        ] {
            if form.contains("request") && form.contains('=') {
                continue;
            }
            let run = || {
                let words = words.iter().map(|word| (*word).to_owned());
                rc_of(words).with(form).holding(&store)
            };
            let shown = plain(run()).showing(100).succeeds();
            steers_nothing(&shown.screen, form);
            let (from, to) = (shown.stdout.find('{'), shown.stdout.rfind('}'));
            let json = &shown.stdout[from.unwrap()..=to.unwrap()];
            let read: Value = serde_json::from_str(json).unwrap();
            assert_eq!(read, serde_json::from_str::<Value>(meant).unwrap());
            // To a pipe it goes as it was typed.
            assert!(run().succeeds().stdout.contains('\u{202e}'), "{form}");
        }
    }
    let json = rc_of(["api", "POST", "/x", "--body", &raw].map(str::to_owned));
    let json = plain(json.with("--dry-run -o json").holding(&store));
    let shown = json.showing(100).succeeds();
    steers_nothing(&shown.screen, "a dry run as JSON");
    let read: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(read["body"], serde_json::from_str::<Value>(&raw).unwrap());
}

#[test]
fn nothing_that_is_told_on_a_terminal_steers_it() {
    let record = format!(
        "{{\"id\":1,\"status\":{0},{0}:[{0}]}}",
        Value::from(HOSTILE)
    );
    let answer = format!(
        "{{\"subscriptions\":[{record}],\"subscription\":{record},\"warning\":{0},\
         \"store\":{{\"id\":1,\"name\":{0}}},\
         \"token_information\":{{\"name\":{0},\"scopes\":[{0}]}}}}",
        Value::from(HOSTILE)
    );
    let server = Listening::plain(ok(&answer));
    let error = answer.replace("\"warning\"", "\"errors\"");
    let failing = Listening::plain(ok(&error).replacen("200 OK", "422 X", 1));
    let folder = tempfile::tempdir().unwrap();
    let file = folder
        .path()
        .join(format!("{}.csv", HOSTILE.replace('/', "")));
    std::fs::write(&file, format!("code,{HOSTILE}\n{HOSTILE},{HOSTILE}\n")).unwrap();
    let file = file.display().to_string();
    let lines: Vec<Vec<&str>> = vec![
        vec!["subscriptions", "list"],
        vec!["subscriptions", "list", "-o", "json"],
        vec!["subscriptions", "list", "-o", "ndjson"],
        vec!["subscriptions", "list", "-o", "csv"],
        vec!["subscriptions", "list", "-o", "tsv"],
        vec!["subscriptions", "list", "-q", ".status", "-r"],
        vec!["subscriptions", "list", "-q", HOSTILE],
        vec!["subscriptions", "list", "-c", HOSTILE],
        vec!["subscriptions", "list", "-vv"],
        vec!["subscriptions", "get", "1"],
        vec!["subscriptions", "get", HOSTILE],
        vec!["subscriptions", HOSTILE],
        vec![HOSTILE],
        vec!["subscriptions", "list", "--profile", HOSTILE],
        vec!["subscriptions", "list", "--base-url", HOSTILE],
        vec!["subscriptions", "list", "--limit", HOSTILE],
        vec!["subscriptions", "list", &HOSTILE[1..]],
        vec!["subscriptions", "update", "1", "--body", HOSTILE],
        vec!["api", "GET", HOSTILE],
        vec!["stats", "subscriptions", "--by", "status"],
        vec!["auth", "status"],
        vec!["doctor"],
        vec!["help", HOSTILE],
        vec!["sandbox", "load", HOSTILE],
        vec!["bulk", "discounts", "create", &file],
        vec!["bulk", "discounts", "create", &file, "--check"],
        vec!["bulk", "status", HOSTILE],
        vec!["subscriptions", "list", "--out", "/no/such\u{202e}\u{9b}/x"],
        vec!["subscriptions", "list", "--ca-file", HOSTILE],
    ];
    for server in [&server, &failing] {
        for words in &lines {
            let run = rc_of(words.iter().map(|word| (*word).to_owned()));
            let run = plain(run.against(&server.url("http")));
            let outcome = run.on_terminal(100).runs();
            let said = format!("{}{}", outcome.questions, outcome.screen);
            steers_nothing(&said, &words.join(" "));
        }
    }
}

#[test]
fn a_store_of_the_sandbox_is_dumped_to_a_terminal_as_the_same_json() {
    let store = Store::new();
    rc("customers create --email a@example.com --last-name x")
        .with("--first-name \"a\u{202e}b\u{9b}c\"")
        .within(&store)
        .succeeds();
    let dump = || rc("sandbox dump").within(&store);
    let shown = dump().showing(100).succeeds();
    steers_nothing(&shown.stdout, "a dump");
    let piped = dump().succeeds();
    assert!(piped.stdout.contains('\u{202e}'));
    assert_eq!(shown.json(), piped.json());
}
