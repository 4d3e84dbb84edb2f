//! Jobs of `rc bulk` that are under way: left, gone on with, given up, and
//! worked on by one process at a time, at their own store.

use std::sync::Arc;

use recharge_cli::bulk::Engine;
use recharge_cli::bulk::ledger::{JobStore, JobSubject, Jobs};
use recharge_cli::bulk::row::Task;
use serde_json::{Value, json};

use crate::answering::Answering;
use crate::harness::{NOW, Store, rc};

/// A job of a sandbox of which nothing was sent.
fn waiting(store: &Store, sandbox: bool) -> (Jobs, String) {
    begun(store, sandbox, "http://127.0.0.1:4010", "Garden")
}

/// A job of which nothing was sent, by a token that no one has any more.
fn begun(store: &Store, sandbox: bool, url: &str, name: &str) -> (Jobs, String) {
    let now: jiff::Timestamp = NOW.parse().unwrap();
    let jobs = Jobs::below(Some(store.path()), Arc::new(move || now)).unwrap();
    let subject = JobSubject {
        operation: "discounts.create".to_owned(),
        engine: Engine::Requests,
        input: "spring.csv".to_owned(),
        header: Some(vec!["code".to_owned()]),
        store: JobStore {
            profile: None,
            base_url: url.to_owned(),
            sandbox,
            api: "recharge".to_owned(),
            api_version: "2021-11".to_owned(),
            name: Some(name.to_owned()),
            fingerprint: (!sandbox).then(|| "0123456789abcdef".to_owned()),
            identity: None,
        },
        guard: recharge_cli::bulk::ledger::Guard::Absent,
        undoes: None,
    };
    let mut draft = jobs.begin(subject).unwrap();
    let task = Task {
        target: "/discounts".to_owned(),
        body: Some("{\"code\":\"A\",\"value\":\"1\",\"value_type\":\"percentage\"}".to_owned()),
    };
    draft.add(2, "[\"A\"]", &task).unwrap();
    let (ledger, _) = draft.finish().unwrap();
    let id = ledger.id().to_owned();
    (jobs, id)
}

#[test]
fn a_job_is_worked_on_by_one_process_at_a_time() {
    let store = Store::new();
    let (jobs, id) = waiting(&store, true);
    let (ledger, _) = jobs.open(&id).unwrap().lock().unwrap();
    for verb in ["resume", "abandon"] {
        rc(&format!("bulk {verb} {id} --yes"))
            .within(&store)
            .fails(2)
            .says("another process is running job");
    }
    let status = rc(&format!("bulk status {id}")).within(&store).succeeds();
    assert_eq!(status.json()["state"], "running");
    drop(ledger);
    rc(&format!("bulk resume {id}")).within(&store).succeeds();
}

#[test]
fn a_job_goes_on_at_its_own_store_only() {
    let store = Store::new();
    let (_, id) = waiting(&store, false);
    rc(&format!("bulk resume {id}"))
        .within(&store)
        .fails(2)
        .says("but this command uses the sandbox")
        .says("--base-url http://127.0.0.1:4010");
    // No one is asked which store it is, as the address is another one.
    rc(&format!("bulk resume {id} --base-url http://127.0.0.1:1"))
        .holding(&store)
        .env("RECHARGE_ACCESS_TOKEN", "sk_1")
        .fails(2)
        .says("but this command uses http://127.0.0.1:1");
}

#[test]
fn with_another_token_a_job_goes_on_only_where_the_store_is_the_same() {
    let served = crate::served::Served::start();
    let store = Store::new();
    let at = |line: &str| rc(line).holding(&store).against(&served.url);
    let name = at("store get --jq .name -r").succeeds().stdout;
    let (_, other) = begun(&store, false, &served.url, "Garden");
    at(&format!("bulk resume {other}"))
        .fails(2)
        .says("uses Garden, but this token belongs to");
    // Another store can have the same name: only a person can tell.
    let (_, same) = begun(&store, false, &served.url, name.trim());
    let resume = format!("bulk resume {same} --yes");
    at(&resume)
        .fails(2)
        .says("was started with another token")
        .says("use the token that the job was started with");
    at(&resume)
        .on_terminal(100)
        .answering(&["n"])
        .fails(130)
        .says("cancelled; nothing was sent");
    let done = at(&resume).on_terminal(100).answering(&["y"]).succeeds();
    assert!(done.stdout.contains(&same), "{done:?}");
}

#[test]
fn a_job_goes_on_with_a_token_of_its_own_store_only() {
    // Two stores of one name, by their tokens; both stop after two gifts.
    let api = Answering::with(|asked| {
        let live = asked.header("X-Recharge-Access-Token") == Some("sk_live_0123456789");
        let store = if live {
            ("2", "live.example")
        } else {
            ("1", "dev.example")
        };
        let (status, body) = match asked.line.as_str() {
            "GET /store" => {
                let store = json!({"id": store.0, "identifier": store.1, "name": "Coffee Club"});
                (200, json!({ "store": store }))
            }
            "GET /token_information" => (
                200,
                json!({"token_information": {"scopes": ["write_subscriptions", "write_orders"]}}),
            ),
            _ if asked.body.contains("\"G3\"") && !live => {
                (401, json!({"error": "bad authentication"}))
            }
            _ => (201, json!({"onetime": {"id": 1}})),
        };
        (status, body.to_string())
    });
    let store = Store::new();
    let rows = (1..=6).map(|n| format!("{n},2027-01-01,G{n},0,1,18261322956851\n"));
    let text = format!(
        "address_id,next_charge_scheduled_at,product_title,price,quantity,external_variant_id.ecommerce\n{}",
        rows.collect::<String>()
    );
    let path = crate::bulk::file(&store, "gifts.csv", &text);
    let at = |line: &str, token: &str| {
        let run = rc(line).holding(&store).against(&api.url);
        run.env("RECHARGE_ACCESS_TOKEN", token)
    };
    crate::bulk::bulk("onetimes create", &path)
        .with("--engine requests --yes")
        .holding(&store)
        .against(&api.url)
        .env("RECHARGE_ACCESS_TOKEN", "sk_dev_0123456789")
        .fails(3);
    let id = at("bulk list --jq .id -r", "sk_dev_0123456789")
        .succeeds()
        .stdout;
    let before = api.asked(&["POST"]).len();
    at(&format!("bulk resume {id} --yes"), "sk_live_0123456789")
        .on_terminal(100)
        .answering(&["y"])
        .fails(2)
        .says("uses Coffee Club (dev.example), but this token belongs to Coffee Club");
    assert_eq!(api.asked(&["POST"]).len(), before);
}

#[test]
fn what_the_network_stops_goes_on_when_it_is_there_again() {
    let store = Store::new();
    let text = "code,value,value_type\nSPRING,10,percentage\n";
    let path = crate::bulk::file(&store, "spring.csv", text);
    rc("sandbox faults set 503=100%").holding(&store).succeeds();
    let cut = crate::bulk::bulk("discounts create", &path)
        .with("--max-retries 0")
        .within(&store)
        .fails(6)
        .prints_in("\"state\":\"ready\"");
    let resume = cut.stderr.split("resume with: rc ").nth(1).unwrap();
    let resume = resume.lines().next().unwrap();
    rc("sandbox faults off").holding(&store).succeeds();
    let done = rc(resume).holding(&store).succeeds();
    assert_eq!(done.json()["ok"], 1);
}

#[test]
fn an_abandoned_job_is_over() {
    let store = Store::new();
    let (_, id) = waiting(&store, true);
    rc(&format!("bulk abandon {id}"))
        .within(&store)
        .fails(2)
        .says("1 of 1 rows of discounts.create have no result");
    let over = rc(&format!("bulk abandon {id} --yes"))
        .within(&store)
        .succeeds();
    assert_eq!(over.json()["state"], "abandoned");
    rc(&format!("bulk resume {id}"))
        .within(&store)
        .succeeds()
        .says("was abandoned");
    rc("discounts list --discount-code A -o ndjson")
        .within(&store)
        .succeeds()
        .prints_nothing();
}

#[test]
fn jobs_are_listed_in_every_format() {
    let store = Store::new();
    rc("bulk list -o json")
        .within(&store)
        .succeeds()
        .prints("[]\n");
    rc("bulk status x")
        .within(&store)
        .fails(4)
        .shows("bulk_going-jobs_are_listed_in_every_format");
    let (_, id) = waiting(&store, true);
    for format in ["json", "ndjson", "csv", "tsv", "table"] {
        rc(&format!("bulk list -o {format}"))
            .within(&store)
            .succeeds()
            .prints_in(&id)
            .prints_in("discounts.create");
    }
    rc("bulk list --jq .state -r")
        .within(&store)
        .succeeds()
        .prints("ready\n");
}

#[cfg(unix)]
#[test]
fn ctrl_c_detaches_and_the_job_goes_on_where_it_was() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    use crate::bulk::file;
    use crate::served::Served;

    let store = Store::new();
    let rows: Vec<String> = (0..200).map(|at| format!("C{at},1,percentage")).collect();
    let path = file(
        &store,
        "many.csv",
        &format!("code,value,value_type\n{}\n", rows.join("\n")),
    );
    let served = Served::with(&["--no-limit", "--latency", "20ms"]);
    let mut child = served
        .rc(&["bulk", "discounts", "create", path.to_str().unwrap(), "-v"])
        .args(["--engine", "requests"])
        .env("RECHARGE_STATE_DIR", store.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    // Once requests are answered it is working.
    let answered = |line: &String| line.starts_with("POST /discounts → 201");
    assert!(
        stderr
            .by_ref()
            .map(Result::unwrap)
            .any(|line| answered(&line))
    );
    let kill = ["-INT", &child.id().to_string()];
    let killed = std::process::Command::new("kill").args(kill).status();
    assert!(killed.unwrap().success());
    let said: Vec<String> = stderr.map(Result::unwrap).collect();
    let said = said.join("\n");
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("detached: "), "{said}");
    assert!(said.contains("resume with: rc bulk resume "), "{said}");
    let resume = said.split("resume with: rc ").nth(1).unwrap();
    let resume: Vec<&str> = resume.lines().next().unwrap().split(' ').collect();
    let output = served
        .rc(&resume)
        .env("RECHARGE_STATE_DIR", store.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["ok"], 200);
}
