//! What goes wrong on purpose, and what `rc` makes of it: over the network, and
//! with the sandbox of `--sandbox`.

use serde_json::Value;

use crate::harness::{Outcome, Store, rc};
use crate::served::Served;

const CREATE: &str = "customers create --email ada@example.com --first-name Ada --last-name King";

/// Said of a write of which no one knows whether it was carried out.
const UNKNOWN: &str = "it is unknown whether the API carried it out";

fn ask(served: &Served, line: &str) -> Outcome {
    rc(line).against(&served.url).runs()
}

/// The requests of one operation, as the sandbox noted them.
fn noted(served: &Served, operation: &str) -> Vec<Value> {
    let outcome = ask(served, "sandbox requests -o ndjson");
    let mut notes = outcome.records();
    notes.retain(|note| note["operation"] == operation);
    notes
}

fn ada(served: &Served) -> usize {
    let list = ask(served, "customers list --email ada@example.com --jq .id");
    list.stdout.lines().count()
}

#[test]
fn a_write_whose_answer_is_lost_is_told_as_unknown_and_sent_once() {
    for (spec, said, applied) in [
        ("reset=@1", "the connection broke", false),
        ("after-commit=@1", "the connection broke", true),
        ("truncate=@1", "the response was cut off", true),
        ("502=@1", "502", false),
        ("after-commit.500=@1", "500", true),
    ] {
        let spec = spec.replace('=', ":customers.create=");
        let served = Served::with(&["--faults", &spec]);
        let outcome = rc(CREATE).against(&served.url).fails(6);
        outcome.says(said).says(UNKNOWN);
        let notes = noted(&served, "customers.create");
        assert_eq!(notes.len(), 1, "{spec}: {notes:?}");
        assert_eq!(notes[0]["applied"], applied, "{spec}");
        assert_eq!(notes[0]["fault"], spec.as_str());
        assert_eq!(ada(&served), usize::from(applied), "{spec}");
    }
}

#[test]
fn reads_get_through_whatever_goes_wrong_and_a_busy_api_is_asked_again() {
    let spec = "429=@1 reset=@2 502=@3 truncate=@4 429:writes=@1,3s";
    let served = Served::with(&["--faults", spec]);
    let outcome = ask(&served, "customers list -n 3 -o ndjson");
    assert_eq!(
        (outcome.code, outcome.records().len()),
        (0, 3),
        "{outcome:?}"
    );
    let statuses: Vec<Value> = noted(&served, "customers.list")
        .iter()
        .map(|note| note["answer"].clone())
        .collect();
    assert_eq!(statuses, ["whole", "reset", "whole", "cut", "whole"]);
    // A refusal for being busy says that nothing was done.
    rc(CREATE).against(&served.url).succeeds();
    assert_eq!(noted(&served, "customers.create").len(), 2);
    assert_eq!(ada(&served), 1);
}

#[test]
fn the_sandbox_of_one_command_counts_over_commands() {
    let store = Store::new();
    let set = "sandbox faults set after-commit:customers.create=@2";
    rc(set).within(&store).succeeds();
    rc("customers list -n 1").within(&store).succeeds();
    rc(CREATE).within(&store).succeeds();
    let second = CREATE.replace("ada@", "grace@");
    let outcome = rc(&second).within(&store).fails(6);
    outcome.says("the connection broke").says(UNKNOWN);
    // It was carried out all the same.
    let outcome = rc(&second).within(&store).fails(5);
    outcome.says("email");
    let shown = rc("sandbox faults show").within(&store).succeeds().json();
    assert_eq!(
        shown["terms"][0],
        serde_json::json!({"term": "after-commit:customers.create=@2", "requests": 3, "faults": 1})
    );
    rc("sandbox faults off").within(&store).succeeds();
    rc("sandbox faults show --jq .spec -r")
        .within(&store)
        .succeeds()
        .prints("\n");
}

#[test]
fn what_never_answers_is_given_up_and_what_is_late_is_waited_for() {
    let store = Store::new();
    rc("sandbox faults set 'hang:writes=@1 slow=1s truncate:reads=@1'")
        .within(&store)
        .succeeds();
    rc(CREATE)
        .within(&store)
        .fails(6)
        .shows("faults-what_never_answers_is_given_up_and_what_is_late_is_waited_for")
        .says(UNKNOWN);
    let list = "customers list --email ada@example.com";
    rc(list).within(&store).succeeds().prints("[]\n");
    rc(CREATE).within(&store).succeeds();
    rc("sandbox faults set slow:writes=40s")
        .within(&store)
        .succeeds();
    let second = CREATE.replace("ada@", "grace@");
    rc(&second)
        .within(&store)
        .fails(6)
        .shows("faults-what_never_answers_is_given_up_and_what_is_late_is_waited_for-2");
    let list = "customers list --email grace@example.com --jq .email -r";
    rc(list)
        .within(&store)
        .succeeds()
        .prints("grace@example.com\n");
}

#[test]
fn a_wrong_spec_names_the_term_and_what_is_allowed() {
    let store = Store::new();
    for (line, said) in [
        (
            "sandbox faults set '429=5% rest=1%'",
            "rest=1%: there is no fault rest (did you mean reset?)",
        ),
        (
            "sandbox faults set 500:charges.refnd=1%",
            "did you mean charges.refund?",
        ),
        ("sandbox faults set ''", "the spec is empty"),
        (
            "sandbox serve --port 0 --faults 429=5",
            "--faults 429=5: 5 is neither a rate",
        ),
        (
            "sandbox serve --port 0 --latency soon",
            "--latency soon is not a duration",
        ),
        ("sandbox serve --port 0 --host here", "here"),
        ("sandbox requests", "only a served sandbox records requests"),
    ] {
        rc(line).within(&store).fails(2).says(said);
    }
    let shown = rc("sandbox faults show").within(&store).succeeds().json();
    assert_eq!(shown["spec"], "");
}

#[test]
fn requests_are_told_from_a_number_on_the_newest_or_forgotten() {
    let served = Served::start();
    for _ in 0..3 {
        rc("store get").against(&served.url).succeeds();
    }
    let numbers =
        |flags: &str| ask(&served, &format!("sandbox requests {flags} --jq .number")).stdout;
    assert_eq!(numbers(""), "1\n2\n3\n");
    assert_eq!(numbers("--after 1"), "2\n3\n");
    assert_eq!(numbers("--last 1"), "3\n");
    rc("sandbox requests --clear")
        .against(&served.url)
        .succeeds()
        .prints_nothing();
    assert_eq!(numbers(""), "");
}

#[test]
fn faults_are_kept_with_a_served_store_and_told_when_it_is_served_again() {
    let store = Store::new();
    let file = store.path().join("data.json");
    let flags = ["--data", file.to_str().unwrap(), "--customers", "3"];
    let served = Served::with(&flags);
    rc("sandbox faults set 500:store=@1")
        .against(&served.url)
        .succeeds();
    drop(served);
    let (served, said) = Served::telling(&flags, 1);
    assert!(
        said.contains("faults are simulated: 500:store=@1"),
        "{said}"
    );
    rc("store get").against(&served.url).succeeds();
    assert_eq!(noted(&served, "store.get")[0]["status"], 500);
}

#[test]
fn a_sandbox_that_others_can_reach_says_so_and_loopback_says_nothing() {
    let (served, said) = Served::telling(&["--host", "0.0.0.0"], 1);
    assert!(
        said.contains("0.0.0.0") && said.contains("this machine only"),
        "{said}"
    );
    // It names an address that this machine can use.
    assert!(
        served.url.starts_with("http://127.0.0.1:"),
        "{}",
        served.url
    );
    rc("store get").against(&served.url).succeeds();
    let elsewhere = "sandbox serve --host 192.0.2.1 --port 0";
    rc(elsewhere)
        .fails(1)
        .shows("faults-a_sandbox_that_others_can_reach_says_so_and_loopback_says_nothing");
}

/// The commands of the page's section on faults.
fn documented() -> impl Iterator<Item = &'static str> {
    let text = include_str!("../../docs/sandbox.md");
    let (_, rest) = text.split_once("## Inject faults").expect("the chapter");
    let mut inside = false;
    rest.lines().filter(move |line| {
        if line.starts_with("```") {
            inside = *line == "```sh";
            return false;
        }
        inside
    })
}

#[test]
fn every_command_of_the_chapter_on_faults_runs() {
    let mut served = Served::start();
    let mut run = 0;
    for line in documented() {
        if let Some(flags) = line.strip_prefix("rc sandbox serve ") {
            let flags = shell_words::split(flags).unwrap();
            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
            served = Served::with(&flags);
        } else {
            rc(line).against(&served.url).succeeds();
        }
        run += 1;
    }
    assert!(run >= 6, "{run}");
}
