//! `rc tap`: discovery, selection, states, and what is wrong with files.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Copy;
use super::singer::Messages;
use crate::harness::{Rc, rc};
use crate::served::Served;

/// A tap on the sandbox, with files beside it.
struct Tap(Copy);

impl Tap {
    fn new() -> Self {
        Self(Copy::new())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.store.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn rc(&self, flags: &str) -> Rc {
        let folder = self.0.store.path().display().to_string();
        self.0
            .there(rc(&format!("tap {}", flags.replace("DIR", &folder))))
    }

    /// The catalog of discovery with only these streams selected.
    fn catalog(&self, streams: &[&str]) -> Value {
        let mut catalog = self.rc("--discover").succeeds().json();
        for stream in catalog["streams"].as_array_mut().unwrap() {
            let is_selected = streams.iter().any(|name| stream["stream"] == **name);
            stream["metadata"][0]["metadata"]["selected"] = json!(is_selected);
        }
        catalog
    }
}

const CONFIG: &str =
    r#"{"access_token":"sk_sandbox_all","start_date":"2000-01-01T00:00:00Z","user_agent":"me"}"#;

#[test]
fn a_catalog_of_discovery_selects_streams_and_fields() {
    let tap = Tap::new();
    tap.file("config.json", CONFIG);
    let mut catalog = tap.catalog(&["customers", "webhooks"]);
    let streams = catalog["streams"].as_array_mut().unwrap();
    let customers = streams
        .iter_mut()
        .find(|stream| stream["stream"] == "customers")
        .unwrap();
    for entry in customers["metadata"].as_array_mut().unwrap() {
        if entry["breadcrumb"] == json!(["properties", "email"]) {
            entry["metadata"]["selected"] = json!(false);
        }
    }
    tap.file("catalog.json", &catalog.to_string());
    for flag in ["--catalog", "--properties"] {
        let outcome = tap
            .rc(&format!("--config DIR/config.json {flag} DIR/catalog.json"))
            .succeeds();
        let messages = Messages(outcome.records());
        let schemas: Vec<&Value> = messages
            .of_type("SCHEMA")
            .map(|schema| &schema["stream"])
            .collect();
        assert_eq!(schemas.len(), 2, "{schemas:?}");
        assert_eq!(messages.ids("customers").len(), 60);
        for record in messages.records("customers") {
            assert!(
                record.get("email").is_none() && record["id"].is_u64(),
                "{record}"
            );
        }
        let schema = messages
            .of_type("SCHEMA")
            .find(|schema| schema["stream"] == "customers")
            .unwrap();
        assert!(schema["schema"]["properties"].get("email").is_none());
    }
}

#[test]
fn states_of_both_shapes_are_taken_and_that_of_the_sdk_is_written() {
    let tap = Tap::new();
    tap.file("config.json", CONFIG);
    tap.file("catalog.json", &tap.catalog(&["customers"]).to_string());
    let run = |state: &str| {
        tap.file("state.json", state);
        let files = "--config DIR/config.json --catalog DIR/catalog.json --state DIR/state.json";
        Messages(tap.rc(files).succeeds().records())
    };
    let first = run("{}");
    let bookmark = &first.state()["bookmarks"]["customers"];
    let time = bookmark["replication_key_value"].as_str().unwrap();
    let own = json!({"bookmarks": {"customers": bookmark}, "currently_syncing": "x"});
    let other =
        json!({"bookmarks": {"customers": time, "other": {"x": 1}}, "currently_syncing": null});
    for state in [own, other] {
        let second = run(&state.to_string());
        assert!((1..10).contains(&second.ids("customers").len()));
        assert_eq!(
            second.state()["bookmarks"]["customers"]["replication_key_value"],
            time
        );
        assert_eq!(
            second.state()["bookmarks"]["other"],
            state["bookmarks"]["other"]
        );
    }
}

#[test]
fn a_state_beside_discovery_is_taken() {
    let tap = Tap::new();
    tap.file("config.json", CONFIG);
    tap.file("state.json", "{}");
    let catalog = tap
        .rc("--config DIR/config.json --state DIR/state.json --discover")
        .succeeds()
        .json();
    assert!(catalog["streams"].as_array().unwrap().len() > 20);
}

#[test]
fn a_start_date_bounds_the_first_run() {
    let tap = Tap::new();
    tap.file(
        "config.json",
        r#"{"access_token":"x","start_date":"11/15/2026","odd":1}"#,
    );
    tap.file("catalog.json", &tap.catalog(&["subscriptions"]).to_string());
    let outcome = tap
        .rc("--config DIR/config.json --catalog DIR/catalog.json")
        .succeeds();
    let outcome = outcome.says("the configuration has unknown keys, which are ignored: odd");
    let messages = Messages(outcome.records());
    let records = messages.records("subscriptions");
    assert!(
        !records.is_empty() && records.len() < 129,
        "{}",
        records.len()
    );
    for record in records {
        assert!(
            record["updated_at"].as_str().unwrap() >= "2026-11-15",
            "{record}"
        );
    }
}

#[test]
fn files_that_are_wrong_are_named_and_nothing_is_printed() {
    let tap = Tap::new();
    tap.file(
        "token.json",
        r#"{"access_token":"sk_secret","start_date":"soon"}"#,
    );
    tap.file("none.json", r#"{"start_date":"2000-01-01"}"#);
    tap.file("list.json", r#"["sk_secret"]"#);
    tap.file("config.json", CONFIG);
    let field = json!({"streams": [{"tap_stream_id": "charges", "metadata": [
        {"breadcrumb": [], "metadata": {"selected": true}},
        {"breadcrumb": ["properties", "total_prise"], "metadata": {"selected": true}},
    ]}]});
    tap.file("field.json", &field.to_string());
    for (flags, code, said) in [
        ("--config DIR/none.json", 3, "none.json has no access_token"),
        (
            "--config DIR/none.json --test",
            3,
            "none.json has no access_token",
        ),
        (
            "--config DIR/list.json",
            2,
            "list.json is not a JSON object",
        ),
        ("--config DIR/token.json", 2, "\"soon\" is not a date"),
        ("--config DIR/missing.json", 2, "there is no file"),
        (
            "--config DIR/config.json --catalog DIR/field.json",
            2,
            "did you mean total_price?",
        ),
        (
            "--config DIR/config.json --catalog DIR/list.json",
            2,
            "list.json is not a Singer catalog",
        ),
        (
            "--config DIR/config.json --state DIR/list.json",
            2,
            "list.json is not a Singer state",
        ),
        ("--config DIR/config.json --dry-run", 2, "tap only reads"),
        (
            "--config DIR/config.json -o csv",
            2,
            "--output does not apply to tap",
        ),
    ] {
        tap.rc(flags)
            .fails(code)
            .prints_nothing()
            .says(said)
            .does_not_say("sk_secret");
    }
}

#[test]
fn the_token_of_the_configuration_is_the_one_that_is_sent() {
    let served = Served::start();
    let store = crate::harness::Store::new();
    let run = |token: &str| {
        let config = store.path().join("config.json");
        std::fs::write(&config, json!({"access_token": token}).to_string()).unwrap();
        rc(&format!("tap --config {} --test", config.display()))
            .holding(&store)
            .env("RECHARGE_BASE_URL", &served.url)
            .env("RECHARGE_ACCESS_TOKEN", "sk_other")
    };
    run("sk_sandbox_all")
        .succeeds()
        .prints_nothing()
        .says("the token can read recharge store");
    run("sk_wrong").fails(3);
}

#[test]
fn about_says_what_the_tap_takes() {
    let about = rc("tap --about --format json").succeeds().json();
    assert_eq!(about["name"], "tap-recharge");
    assert_eq!(about["settings"]["required"], json!(["access_token"]));
    assert_eq!(
        about["settings"]["properties"]["access_token"]["secret"],
        true
    );
    rc("tap --about")
        .succeeds()
        .prints_in("Capabilities: catalog, discover, state");
}

#[cfg(unix)]
#[test]
fn a_program_called_tap_recharge_is_the_tap() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("tap-recharge");
    std::os::unix::fs::symlink(assert_cmd::cargo::cargo_bin!("rc"), &link).unwrap();
    let config = folder.path().join("config.json");
    std::fs::write(&config, CONFIG).unwrap();
    let output = std::process::Command::new(&link)
        .env_clear()
        .arg("-c")
        .arg(&config)
        .arg("-d")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let catalog: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(catalog["streams"].as_array().unwrap().len() > 20);
}
