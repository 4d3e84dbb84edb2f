//! Faults compared with kinds of operations: how a command ends, how often the
//! sandbox was asked, and how often it did what was asked.

use serde_json::Value;

use crate::harness::{Outcome, Store, rc};
use crate::served::Served;

/// A fault, and what is so when it has befallen a request.
struct Fault {
    spec: &'static str,
    /// The request was carried out.
    done: bool,
    /// The answer says that it was not.
    certain: bool,
}

const fn fault(spec: &'static str, done: bool, certain: bool) -> Fault {
    Fault {
        spec,
        done,
        certain,
    }
}

const FAULTS: &[Fault] = &[
    fault("429:W=@N", false, true),
    fault("429:W=@N,2s", false, true),
    fault("409:W=@N", false, true),
    fault("500:W=@N", false, false),
    fault("502:W=@N", false, false),
    fault("503:W=@N,2s", false, false),
    fault("504:W=@N", false, false),
    fault("reset:W=@N", false, false),
    fault("truncate:W=@N", true, false),
    fault("after-commit:W=@N", true, false),
    fault("after-commit.500:W=@N", true, false),
    fault("after-commit.504:W=@N", true, false),
];

/// A kind of operation: how it is asked for, and whether a second time is the
/// same.
struct Kind {
    operation: &'static str,
    line: &'static str,
    same: bool,
}

const SINGLE: &[Kind] = &[
    Kind {
        operation: "store.get",
        line: "store get",
        same: true,
    },
    Kind {
        operation: "customers.update",
        line: "customers update ID --first-name NAME",
        same: true,
    },
    // Refused the second time.
    Kind {
        operation: "customers.create",
        line: "customers create --email ada@example.com --first-name Ada --last-name King",
        same: false,
    },
    // Done twice when sent twice.
    Kind {
        operation: "collections.create",
        line: "collections create --title NAME --description Leaves",
        same: false,
    },
];

const UNKNOWN: &str = "it is unknown whether the API carried it out";

impl Fault {
    fn at(&self, operation: &str, number: u32) -> String {
        let spec = self.spec.replace('W', operation);
        spec.replace('N', &number.to_string())
    }
}

/// A served sandbox, and some of its customers.
struct Ground {
    served: Served,
    ids: Vec<String>,
}

impl Ground {
    fn new() -> Self {
        let served = Served::with(&["--no-limit"]);
        let listed = rc("customers list --jq .id")
            .against(&served.url)
            .succeeds();
        let ids = listed.stdout.lines().map(str::to_owned).collect();
        Self { served, ids }
    }

    fn run(&self, spec: &str, line: &str) -> Outcome {
        let set = format!("sandbox faults set '{spec}'");
        rc(&set).against(&self.served.url).succeeds();
        rc("sandbox requests --clear")
            .against(&self.served.url)
            .succeeds();
        // A name that no one has yet, so that setting it is a change.
        let name = spec.replace(|letter: char| !letter.is_ascii_alphanumeric(), "");
        let line = line.replace("ID", &self.ids[0]).replace("NAME", &name);
        rc(&line).against(&self.served.url).runs()
    }

    /// How often an operation was asked for, and how often it was done.
    fn counts(&self, operation: &str) -> (usize, usize) {
        let told = rc("sandbox requests -o ndjson")
            .against(&self.served.url)
            .succeeds();
        let mut notes = told.records();
        notes.retain(|note| note["operation"] == operation);
        let applied = |note: &&Value| note["applied"] == true;
        (notes.len(), notes.iter().filter(applied).count())
    }
}

/// Holds how often something was asked for and done against what it must be. What is
/// done a second time changes nothing any more, but for the time of the last change
/// where a second has passed since the first.
#[track_caller]
fn assert_repeated(
    counts: (usize, usize),
    expected: (usize, usize),
    is_repeated: bool,
    spec: &str,
) {
    let (asked, done) = expected;
    let is_moved = is_repeated && counts == (asked, done + 1);
    assert!(
        counts == expected || is_moved,
        "{spec}: {counts:?}, not {expected:?}"
    );
}

#[test]
fn one_request_meets_each_fault_and_is_done_as_often_as_it_may() {
    for kind in SINGLE {
        let mut ground = Ground::new();
        let reads = kind.operation == "store.get";
        for fault in FAULTS {
            if kind.operation == "customers.create" {
                ground = Ground::new();
            }
            let spec = fault.at(kind.operation, 1);
            let outcome = ground.run(&spec, kind.line);
            let repeated = kind.same || fault.certain;
            let asked = 1 + usize::from(repeated);
            let done = usize::from(!reads && (fault.done || repeated));
            let counts = ground.counts(kind.operation);
            assert_repeated(counts, (asked, done), fault.done && repeated, &spec);
            assert_eq!(
                outcome.code,
                if repeated { 0 } else { 6 },
                "{spec} {outcome:?}"
            );
            if repeated {
                outcome.says_nothing();
            } else {
                outcome.says(UNKNOWN).says("check with: rc ");
            }
        }
    }
}

#[test]
fn a_list_meets_each_fault_midway_and_is_whole() {
    let ground = Ground::new();
    let line = "customers list --page-size 15 --jq .id";
    for fault in FAULTS {
        let spec = fault.at("customers.list", 3);
        let outcome = ground.run(&spec, line);
        assert_eq!(outcome.code, 0, "{spec} {outcome:?}");
        let ids: Vec<&str> = outcome.stdout.lines().collect();
        assert_eq!(ids, ground.ids, "{spec}");
        assert_eq!(ground.counts("customers.list").0, 5, "{spec}");
    }
}

#[test]
fn many_ids_meet_each_fault_and_only_the_one_is_in_doubt() {
    let ground = Ground::new();
    let ids = ground.ids[..6].join(" ");
    for fault in FAULTS {
        let line = format!("customers update {ids} --first-name NAME");
        let spec = fault.at("customers.update", 3);
        let outcome = ground.run(&spec, &line);
        assert_eq!(outcome.code, 0, "{spec} {outcome:?}");
        let counts = ground.counts("customers.update");
        assert_repeated(counts, (7, 6), fault.done, &spec);
    }
    for fault in FAULTS {
        let ground = Ground::new();
        let ids = ground.ids[..6].join(" ");
        let spec = fault.at("customers.delete", 3);
        let outcome = ground.run(&spec, &format!("customers delete {ids} --yes"));
        let (asked, done) = ground.counts("customers.delete");
        if fault.certain {
            assert_eq!((outcome.code, asked, done), (0, 7, 6), "{spec} {outcome:?}");
        } else {
            let expected = (7, 6, 5 + usize::from(fault.done));
            assert_eq!((outcome.code, asked, done), expected, "{spec} {outcome:?}");
            outcome.says("1 of 6 unknown").says(UNKNOWN);
        }
    }
}

/// An answer that never comes is waited for as long as it takes, so that this
/// is tried where waiting takes no time.
#[test]
fn an_answer_that_never_comes_is_asked_for_again_where_that_is_safe() {
    for kind in SINGLE {
        for after in ["", "after-commit."] {
            let store = Store::new();
            let id = store.id("customers list");
            let set = format!("sandbox faults set {after}hang:{}=@1", kind.operation);
            rc(&set).within(&store).succeeds();
            let line = kind.line.replace("ID", &id);
            let outcome = rc(&line).within(&store).runs();
            assert_eq!(outcome.code, if kind.same { 0 } else { 6 }, "{outcome:?}");
            if !kind.same {
                outcome.says("it took too long").says(UNKNOWN);
            }
        }
    }
}

#[test]
fn what_never_ends_well_is_given_up_and_says_how_often_it_was_tried() {
    let ground = Ground::new();
    for (fault, code, said) in [
        ("429", 6, "too many requests (429)"),
        ("409", 5, "refused the request (409)"),
        ("500", 6, "failed with a server error (500)"),
        ("reset", 6, "the connection broke"),
    ] {
        let spec = format!("{fault}:customers.update=100%");
        let line = "customers update ID --first-name Zed --max-retries 3";
        let outcome = ground.run(&spec, line);
        assert_eq!(outcome.code, code, "{outcome:?}");
        outcome.says(said).says("(tried 4 times in ");
        assert_eq!(ground.counts("customers.update"), (4, 0), "{fault}");
    }
}

#[test]
fn a_budget_is_set_by_flag_or_environment() {
    let ground = Ground::new();
    let spec = "503:store=100%,30s";
    let asked = |line: &str| {
        let outcome = ground.run(spec, line);
        assert_eq!(outcome.code, 6, "{outcome:?}");
        (ground.counts("store.get").0, outcome)
    };
    assert_eq!(asked("store get --max-retries 0").0, 1);
    // Four waits of thirty seconds are two minutes.
    assert_eq!(asked("store get").0, 5);
    assert_eq!(asked("store get --max-time 65s").0, 3);
    let (times, outcome) = asked("store get --max-time 20s");
    assert_eq!(times, 1);
    outcome.says("asks to wait 30 s, which is longer than --max-time allows");
    let set = |name: &str, value: &str| {
        rc("sandbox requests --clear")
            .against(&ground.served.url)
            .succeeds();
        let run = rc("store get").against(&ground.served.url);
        (run.env(name, value).runs(), ground.counts("store.get").0)
    };
    assert_eq!(set("RECHARGE_MAX_RETRIES", "1").1, 2);
    assert_eq!(set("RECHARGE_MAX_TIME", "65s").1, 3);
    let (wrong, asked) = set("RECHARGE_MAX_TIME", "soon");
    assert_eq!((wrong.code, asked), (2, 0));
    wrong.says("RECHARGE_MAX_TIME is \"soon\"");
}
