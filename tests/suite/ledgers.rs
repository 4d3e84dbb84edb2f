//! Ledgers of version 0.1.0: each of them is listed, resumed and refused as if
//! it had been made today. See `tests/ledgers/README.md`.

use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::answering::Answering;
use crate::harness::{Outcome, Rc, Store, rc};

/// The token that the jobs began with.
const TOKEN: &str = "sk_test_0123456789abcdef";

/// The number that the API gave to the batch of each job.
const BATCH: u64 = 1001;

/// Each ledger, its state, and its rows: open, ok, failed, invalid, unknown. Rows
/// that were at the API when the job was abandoned are unknown.
const LEDGERS: [(&str, &str, [u64; 5]); 23] = [
    ("batches-abandoned", "abandoned", [4, 0, 0, 0, 0]),
    ("batches-collecting", "stopped", [4, 0, 0, 1, 0]),
    ("batches-done", "done", [0, 3, 1, 0, 0]),
    ("batches-failed", "done", [0, 0, 4, 0, 0]),
    ("batches-filled", "stopped", [4, 0, 0, 1, 0]),
    ("batches-filling", "stopped", [4, 0, 0, 1, 0]),
    ("batches-open", "stopped", [4, 0, 0, 0, 0]),
    ("batches-planned", "ready", [4, 0, 0, 1, 0]),
    (
        "batches-retry-abandoned-running",
        "abandoned",
        [0, 0, 0, 0, 4],
    ),
    ("batches-retry-done", "done", [0, 0, 1, 0, 0]),
    ("batches-running", "stopped", [4, 0, 0, 1, 0]),
    ("batches-starting", "stopped", [4, 0, 0, 1, 0]),
    ("batches-unknown", "done", [0, 0, 0, 0, 3]),
    ("requests-abandoned", "abandoned", [4, 2, 0, 0, 0]),
    ("requests-abandoned-sending", "abandoned", [0, 2, 0, 0, 4]),
    ("requests-done", "done", [0, 2, 2, 0, 0]),
    ("requests-failed", "done", [0, 2, 2, 0, 0]),
    ("requests-ready", "ready", [4, 0, 0, 0, 0]),
    ("requests-retry-abandoned", "abandoned", [2, 0, 0, 0, 0]),
    ("requests-retry-done", "done", [0, 0, 2, 0, 0]),
    ("requests-sending-onetimes", "stopped", [4, 2, 0, 0, 0]),
    ("requests-sending-subscriptions", "stopped", [4, 2, 0, 0, 0]),
    ("requests-stopped", "stopped", [4, 2, 0, 0, 0]),
];

/// The ledgers, in a state folder, and the API that their jobs work on.
struct Shelf {
    store: Store,
    api: Answering,
}

impl Shelf {
    /// These ledgers, and an API whose batch is so far and so full.
    fn of(names: &[&str], status: &'static str, tasks: usize) -> Self {
        let shelf = Self {
            store: Store::new(),
            api: api(status, tasks),
        };
        for name in names {
            shelf.put(name);
        }
        shelf
    }

    /// Puts a ledger on the shelf. Its job works on the API of the shelf.
    fn put(&self, name: &str) {
        let (file, id) = find(name);
        self.put_file(&file, &id);
    }

    fn put_file(&self, file: &Path, id: &str) {
        let jobs = self.store.path().join("jobs");
        std::fs::create_dir_all(&jobs).unwrap();
        let path = jobs.join(format!("{id}.db"));
        std::fs::copy(file, &path).unwrap();
        let ledger = rusqlite::Connection::open(&path).unwrap();
        let store: String = ledger
            .query_row("SELECT store FROM job", [], |row| row.get(0))
            .unwrap();
        let mut store: Value = serde_json::from_str(&store).unwrap();
        store["base_url"] = self.api.url.clone().into();
        // The token says the store then.
        store["identity"] = Value::Null;
        ledger
            .execute("UPDATE job SET store = ?1", [store.to_string()])
            .unwrap();
    }

    fn rc(&self, line: &str) -> Rc {
        rc(line)
            .holding(&self.store)
            .against(&self.api.url)
            .env("RECHARGE_ACCESS_TOKEN", TOKEN)
    }

    /// Resumes a job; what was sent that could change the store.
    fn resume(&self, name: &str) -> (Outcome, Vec<String>) {
        let outcome = self.rc(&format!("bulk resume {}", id(name))).runs();
        (outcome, self.api.asked(&["POST", "PUT", "DELETE"]))
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledgers/0.1.0")
}

/// The file of a ledger and the name of its job.
fn find(name: &str) -> (std::path::PathBuf, String) {
    let mut files = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path());
    let beginning = format!("{name}.");
    let file = files
        .find(|path| {
            let own = path.file_name().unwrap().to_str().unwrap();
            own.starts_with(&beginning)
        })
        .unwrap();
    let id = file.file_stem().unwrap().to_str().unwrap();
    let id = id.rsplit('.').next().unwrap().to_owned();
    (file, id)
}

fn id(name: &str) -> String {
    find(name).1
}

/// A store with one batch that is so far and contains so many tasks. Updates
/// are carried out, and so are new batches.
fn api(status: &'static str, tasks: usize) -> Answering {
    let batch = Mutex::new((status, tasks));
    Answering::with(move |asked| {
        let mut batch = batch.lock().unwrap();
        let path = asked.line.split(['?', ' ']).nth(1).unwrap();
        let words: Vec<&str> = path.split('/').skip(1).collect();
        let (status, answer) = match (asked.line.split(' ').next().unwrap(), words.as_slice()) {
            ("GET", ["store"]) => (
                200,
                json!({"store": {"id": 1, "name": "S", "identifier": "s.example"}}),
            ),
            ("GET", ["token_information"]) => (
                200,
                json!({"token_information": {"scopes": [
                "write_discounts", "write_subscriptions", "write_orders", "write_batches",
                "read_batches", "read_discounts"]}}),
            ),
            ("POST", ["async_batches"]) => {
                *batch = ("not_started", 0);
                (201, shown(*batch))
            }
            ("POST", ["async_batches", _, "tasks"]) => {
                let body: Value = serde_json::from_str(&asked.body).unwrap();
                batch.1 += body["tasks"].as_array().unwrap().len();
                (200, json!({"count": batch.1}))
            }
            ("POST", ["async_batches", _, "process"]) if batch.0 != "not_started" => {
                (422, json!({"errors": "was started already"}))
            }
            ("POST", ["async_batches", _, "process"]) => {
                batch.0 = "completed";
                (201, shown(*batch))
            }
            ("GET", ["async_batches", "1001", "tasks"]) => (
                200,
                json!({
                    "async_batch_tasks": (1..=batch.1).map(task).collect::<Vec<_>>(),
                    "next_cursor": null
                }),
            ),
            ("GET", ["async_batches", "1001"]) => (200, shown(*batch)),
            ("PUT", ["subscriptions", id]) => {
                let id: u64 = id.parse().unwrap();
                (200, json!({"subscription": {"id": id, "price": "5.00"}}))
            }
            _ => (404, json!({"errors": "Not Found"})),
        };
        (status, answer.to_string())
    })
}

fn shown((status, tasks): (&str, usize)) -> Value {
    let done = if status == "completed" { tasks } else { 0 };
    json!({"async_batch": {"id": BATCH, "status": status, "total_task_count": tasks,
        "success_task_count": done, "fail_task_count": 0}})
}

fn task(number: usize) -> Value {
    let body = json!({"code": format!("C{number}"), "value": "5", "value_type": "percentage"});
    json!({"id": number, "body": body, "status": "success",
        "result": {"status_code": 201, "output": {"discount": {"id": 500 + number}}}})
}

#[test]
fn every_ledger_of_0_1_0_is_listed_with_its_state_and_rows() {
    // Two of them are of one job, before and after it was abandoned.
    for (name, state, [open, ok, failed, invalid, unknown]) in LEDGERS {
        let shelf = Shelf::of(&[name], "completed", 4);
        let job = shelf
            .rc("bulk list -o ndjson")
            .succeeds()
            .records()
            .remove(0);
        assert_eq!(job["id"], id(name).as_str());
        assert_eq!(job["state"], state, "{name}");
        let rows = open + ok + failed + invalid + unknown;
        let counts = ["rows", "ok", "failed", "invalid", "unknown"].map(|key| job[key].clone());
        assert_eq!(counts, [rows, ok, failed, invalid, unknown], "{name}");
        let results = shelf.rc(&format!("bulk results {} -o ndjson", id(name)));
        assert_eq!(results.succeeds().records().len() as u64, rows, "{name}");
        assert!(shelf.api.asked(&["GET", "POST", "PUT"]).is_empty());
    }
    let files = std::fs::read_dir(folder()).unwrap().count();
    assert_eq!(files, LEDGERS.len(), "each ledger has its line");
}

#[test]
fn a_batch_of_0_1_0_is_taken_up_at_its_stage_and_never_filled_or_started_twice() {
    let (create, add, process) = (
        "POST /async_batches",
        "POST /async_batches/1001/tasks",
        "POST /async_batches/1001/process",
    );
    for (name, status, tasks, sent) in [
        (
            "batches-planned",
            "not_started",
            0,
            &[create, add, process][..],
        ),
        ("batches-open", "not_started", 0, &[add, process]),
        ("batches-filling", "not_started", 4, &[process]),
        // The part that was on its way did not arrive: another batch is filled.
        ("batches-filling", "not_started", 0, &[create, add, process]),
        ("batches-filled", "not_started", 4, &[process]),
        // The start arrived, or did not.
        ("batches-starting", "completed", 4, &[process]),
        ("batches-starting", "not_started", 4, &[process]),
        ("batches-running", "completed", 4, &[]),
        ("batches-collecting", "completed", 4, &[]),
    ] {
        let shelf = Shelf::of(&[name], status, tasks);
        let (outcome, asked) = shelf.resume(name);
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        assert_eq!(outcome.json()["ok"], 4, "{name}");
        assert_eq!(asked, sent, "{name}, {status}, {tasks}");
    }
}

#[test]
fn rows_of_0_1_0_that_were_on_their_way_are_sent_again_only_where_that_is_harmless() {
    let puts = |rows: &[u64]| -> Vec<String> {
        let path = |row| format!("PUT /subscriptions/{row}");
        rows.iter().map(path).collect()
    };
    for (name, code, ok, unknown, sent) in [
        ("requests-ready", 0, 4, 0, puts(&[101, 102, 103, 104])),
        ("requests-stopped", 0, 6, 0, puts(&[102, 104, 105, 106])),
        (
            "requests-sending-subscriptions",
            0,
            6,
            0,
            puts(&[101, 103, 105, 106]),
        ),
        ("requests-sending-onetimes", 7, 2, 4, Vec::new()),
    ] {
        let shelf = Shelf::of(&[name], "completed", 4);
        let (outcome, mut asked) = shelf.resume(name);
        asked.sort();
        assert_eq!(outcome.code, code, "{name}: {outcome:?}");
        let job = shelf
            .rc(&format!("bulk status {}", id(name)))
            .succeeds()
            .json();
        assert_eq!(
            (&job["ok"], &job["unknown"]),
            (&ok.into(), &unknown.into()),
            "{name}"
        );
        assert_eq!(asked, sent, "{name}");
    }
}

#[test]
fn a_job_of_0_1_0_that_is_over_stays_over() {
    for (name, state, _) in LEDGERS {
        if !matches!(state, "done" | "abandoned") {
            continue;
        }
        let shelf = Shelf::of(&[name], "completed", 4);
        for verb in ["resume", "abandon"] {
            let over = shelf
                .rc(&format!("bulk {verb} {} --yes", id(name)))
                .succeeds();
            assert_eq!(over.json()["state"], state, "{name}");
            over.says("there is nothing left to do");
        }
        assert!(
            shelf.api.asked(&["GET", "POST", "PUT"]).is_empty(),
            "{name}"
        );
    }
}

#[test]
fn a_retry_of_0_1_0_counts_unless_nothing_of_it_was_sent() {
    for (parent, retry) in [
        ("batches-done", "batches-retry-done"),
        // It was handed over and then abandoned: the API continues it.
        ("batches-failed", "batches-retry-abandoned-running"),
        ("requests-done", "requests-retry-done"),
    ] {
        let shelf = Shelf::of(&[parent, retry], "completed", 4);
        shelf
            .rc(&format!("bulk retry {} --yes", id(parent)))
            .fails(2)
            .says(&format!("was retried already, as job {}", id(retry)));
        assert!(shelf.api.asked(&["POST", "PUT"]).is_empty(), "{parent}");
    }
    let shelf = Shelf::of(
        &["requests-failed", "requests-retry-abandoned"],
        "completed",
        4,
    );
    let again = shelf
        .rc(&format!("bulk retry {}", id("requests-failed")))
        .succeeds();
    assert_eq!(again.json()["ok"], 2);
    assert_eq!(shelf.api.asked(&["PUT"]).len(), 2);
}

#[test]
fn a_job_of_0_1_0_is_not_resumed_with_another_token_unless_a_person_says_so() {
    let shelf = Shelf::of(&["requests-ready"], "completed", 4);
    let other = |line: &str| {
        shelf
            .rc(line)
            .env("RECHARGE_ACCESS_TOKEN", "sk_test_fedcba9876543210")
    };
    let resume = format!("bulk resume {} --yes", id("requests-ready"));
    other(&resume)
        .fails(2)
        .shows("ledgers-a_job_of_0_1_0_is_not_resumed_with_another_token_unless_a_person_says_so");
    assert!(shelf.api.asked(&["PUT"]).is_empty());
    other(&resume).on_terminal(100).answering(&["y"]).succeeds();
    assert_eq!(shelf.api.asked(&["PUT"]).len(), 4);
}

#[test]
fn job_of_0_1_0_is_not_resumed_when_the_address_is_another() {
    let shelf = Shelf::of(&["requests-ready", "batches-filled"], "completed", 4);
    let other = api("completed", 4);
    let settings = format!("[profiles.other]\nbase_url = \"{}\"\n", other.url);
    std::fs::create_dir_all(shelf.store.path().join("config")).unwrap();
    std::fs::write(shelf.store.path().join("config/config.toml"), settings).unwrap();
    for name in ["requests-ready", "batches-filled"] {
        for way in [
            format!("--base-url {}", other.url),
            "--profile other".to_owned(),
            "--sandbox".to_owned(),
        ] {
            rc(&format!("bulk resume {} --yes {way}", id(name)))
                .holding(&shelf.store)
                .env("RECHARGE_ACCESS_TOKEN", TOKEN)
                .on_terminal(100)
                .answering(&["y"])
                .fails(2)
                .says(&format!("job {} uses {}", id(name), shelf.api.url));
        }
    }
    for api in [&other, &shelf.api] {
        assert!(api.asked(&["GET", "POST", "PUT"]).is_empty());
    }
    // At its own address it is.
    let resumed = shelf.rc(&format!("bulk resume {}", id("requests-ready")));
    assert_eq!(resumed.succeeds().json()["ok"], 4);
}

#[test]
fn a_job_of_form_2_is_resumed_and_has_no_old_values_to_undo() {
    let shelf = Shelf::of(&[], "completed", 4);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledgers/form-2");
    for (file, id) in [
        ("requests-done.6qfsn5.db", "6qfsn5"),
        ("requests-stopped.74r22f.db", "74r22f"),
    ] {
        shelf.put_file(&root.join(file), id);
    }
    let listed = shelf.rc("bulk list -o ndjson").succeeds().records();
    assert_eq!(listed.len(), 2);
    shelf
        .rc("bulk undo 6qfsn5 --yes")
        .fails(2)
        .shows("ledgers-a_job_of_form_2_is_resumed_and_has_no_old_values_to_undo");
    shelf
        .rc("bulk undo 74r22f --yes")
        .fails(2)
        .shows("ledgers-a_job_of_form_2_is_resumed_and_has_no_old_values_to_undo-2");
    let resumed = shelf.rc("bulk resume 74r22f").succeeds().json();
    assert_eq!(
        (&resumed["ok"], &resumed["state"]),
        (&6.into(), &"done".into())
    );
    // Four rows were left.
    assert_eq!(shelf.api.asked(&["PUT"]).len(), 4);
}
