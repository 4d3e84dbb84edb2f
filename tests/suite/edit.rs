//! `rc RESOURCE edit` and `--dry-run=diff`: what changes is shown, and only that
//! is sent.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::harness::{Rc, Store, rc};

/// An editor: a script of the shell that gets the file as `$1`.
fn editor(store: &Store, script: &str) -> String {
    let path = store.path().join("editor");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    format!("'{}'", path.display())
}

fn active(store: &Store) -> String {
    store.id("subscriptions list --status active -n 1")
}

fn edit(store: &Store, id: &str, script: &str) -> Rc {
    rc(&format!("subscriptions edit {id}"))
        .within(store)
        .env("EDITOR", &editor(store, script))
        .env("PATH", "/usr/bin:/bin")
}

const QUANTITY: &str = r#"sed -i 's/"quantity": [0-9]*/"quantity": 7/' "$1""#;

/// How many writes were sent.
fn writes(store: &Store) -> usize {
    let listed = rc("history list -o ndjson").holding(store).succeeds();
    listed.stdout.lines().count()
}

/// The file that a message says is kept.
fn kept(said: &str) -> PathBuf {
    let (_, path) = said.split_once("the edited file is kept: ").expect(said);
    path.lines().next().unwrap().into()
}

#[test]
fn edit_sends_the_changed_field_when_the_answer_is_yes() {
    let store = Store::new();
    let id = active(&store);
    let outcome = edit(&store, &id, QUANTITY)
        .with("--trace")
        .with(&store.path().join("trace.json").display().to_string())
        .on_terminal(120)
        .answering(&["y"])
        .succeeds()
        .says(&format!("subscription {id}:\n  quantity  "))
        .says(" → 7");
    assert!(
        outcome
            .questions
            .starts_with(&format!("Change 1 field of subscription {id} in ")),
        "{}",
        outcome.questions
    );
    let trace = std::fs::read_to_string(store.path().join("trace.json")).unwrap();
    assert!(trace.contains(r#"{\"quantity\":7}"#), "{trace}");
    let now = rc(&format!("subscriptions get {id} --jq .quantity"));
    now.within(&store).succeeds().prints("7\n");
}

#[test]
fn edit_sends_nothing_when_the_answer_is_no() {
    let store = Store::new();
    let id = active(&store);
    let outcome = edit(&store, &id, QUANTITY)
        .on_terminal(120)
        .answering(&["n"])
        .fails(130);
    let file = kept(&outcome.stderr);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"quantity\": 7"), "{text}");
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_file(file).unwrap();
    assert_eq!(writes(&store), 0);
}

#[test]
fn edit_sends_nothing_when_nothing_was_changed() {
    let store = Store::new();
    let id = active(&store);
    edit(&store, &id, "true")
        .succeeds()
        .says("note: no field was changed; nothing was sent\n");
    assert_eq!(writes(&store), 0);
}

#[test]
fn edit_needs_no_terminal_with_an_editor_and_yes() {
    let store = Store::new();
    let id = active(&store);
    edit(&store, &id, QUANTITY)
        .with("--yes --jq .quantity")
        .succeeds()
        .prints("7\n");
    let outcome = edit(&store, &id, "sed -i 's/: 7/: 8/' \"$1\"").fails(2);
    std::fs::remove_file(kept(&outcome.stderr)).unwrap();
    assert_eq!(writes(&store), 1);
}

#[test]
fn edit_is_refused_when_there_is_neither_terminal_nor_editor() {
    let store = Store::new();
    rc("subscriptions edit 1")
        .within(&store)
        .fails(2)
        .says("there is no terminal to edit on")
        .says("EDITOR");
    rc("subscriptions edit 1")
        .within(&store)
        .env("VISUAL", "/nonexistent/editor")
        .fails(4);
    let id = active(&store);
    let outcome = rc(&format!("subscriptions edit {id}"))
        .within(&store)
        .env("VISUAL", "/nonexistent/editor")
        .fails(2)
        .says("the editor /nonexistent/editor cannot be run");
    std::fs::remove_file(kept(&outcome.stderr)).unwrap();
}

#[test]
fn edit_names_the_line_and_opens_again_when_the_document_is_wrong() {
    let store = Store::new();
    let id = active(&store);
    // The first time it breaks the file, the second time it writes a good one.
    let script = r#"if grep -q quantiti "$1"; then echo '{"quantity": 7}' > "$1"; else printf '{\n"quantiti": 7}' > "$1"; fi"#;
    edit(&store, &id, script)
        .on_terminal(120)
        .answering(&["", "y"])
        .succeeds()
        .says("line 2: quantiti is not a field that can be changed")
        .says("did you mean quantity?");
    assert_eq!(writes(&store), 1);
    let outcome = edit(&store, &id, "echo '{' > \"$1\"")
        .with("--yes")
        .fails(2)
        .says("line 2: the document is not valid JSON");
    let file = kept(&outcome.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\n");
    std::fs::remove_file(file).unwrap();
    assert_eq!(writes(&store), 1);
}

#[test]
fn edit_sends_nothing_when_the_object_was_changed_meanwhile() {
    let served = crate::served::Served::start();
    let store = Store::new();
    let listed = rc("subscriptions list --status active -n 1 --jq .id")
        .holding(&store)
        .against(&served.url)
        .succeeds();
    let id = listed.stdout.trim();
    let other = format!(
        "RECHARGE_STATE_DIR={0} RECHARGE_CONFIG_DIR={0} RECHARGE_BASE_URL={1} RECHARGE_ACCESS_TOKEN=sk_sandbox_all '{2}' subscriptions update {id} --price 33.00 > /dev/null",
        store.path().display(),
        served.url,
        env!("CARGO_BIN_EXE_rc")
    );
    let outcome = rc(&format!("subscriptions edit {id} --yes"))
        .holding(&store)
        .against(&served.url)
        .env("EDITOR", &editor(&store, &format!("{QUANTITY}\n{other}")))
        .env("PATH", "/usr/bin:/bin")
        .fails(7)
        .says("changed meanwhile by others:")
        .says("→ \"33.00\"")
        .says("your changes:")
        .says("was changed meanwhile; nothing was sent");
    std::fs::remove_file(kept(&outcome.stderr)).unwrap();
    let now = rc(&format!("subscriptions get {id} --jq .quantity"));
    let now = now.holding(&store).against(&served.url).succeeds();
    assert_ne!(now.stdout, "7\n");
}

#[test]
fn edit_sends_nothing_in_a_dry_run() {
    let store = Store::new();
    let id = active(&store);
    edit(&store, &id, QUANTITY)
        .with("--dry-run")
        .succeeds()
        .prints_in(&format!("/subscriptions/{id}"))
        .prints_in("{\"quantity\":7}");
    edit(&store, &id, QUANTITY)
        .with("--dry-run=diff")
        .succeeds()
        .prints_in("→ 7");
    assert_eq!(writes(&store), 0);
}

#[test]
fn edit_is_a_verb_where_objects_can_be_read_and_changed() {
    rc("charges edit 1")
        .fails(2)
        .shows("edit-edit_is_a_verb_where_objects_can_be_read_and_changed");
    rc("subscriptions --help").succeeds().prints_in("  edit ");
    rc("customers edit --help")
        .succeeds()
        .prints_in("rc customers edit 12345");
    rc("subscriptions edit x")
        .fails(2)
        .shows("edit-edit_is_a_verb_where_objects_can_be_read_and_changed-2");
}

#[test]
fn dry_run_diff_shows_what_an_update_changes_and_writes_nothing() {
    let store = Store::new();
    let id = active(&store);
    let before = rc(&format!("subscriptions get {id} -o json"))
        .within(&store)
        .succeeds();
    let before = before.json();
    let (quantity, price) = (&before["quantity"], before["price"].as_str().unwrap());
    rc(&format!(
        "subscriptions update {id} --quantity 7 --price {price} --dry-run=diff"
    ))
    .within(&store)
    .succeeds()
    .prints(&format!(
        "PUT /subscriptions/{id}\n  quantity  {quantity} → 7\n"
    ))
    .says("1 request read the object; nothing was written");
    let ids = format!("{id}\n{id}\n");
    let records = rc("subscriptions update - --quantity 7 --dry-run=diff -o json")
        .within(&store)
        .stdin(&ids)
        .succeeds()
        .says("2 requests read the objects");
    let records = records.records();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["changes"][0]["before"], *quantity);
    assert_eq!(records[0]["changes"][0]["after"], 7);
    assert_eq!(writes(&store), 0);
}

#[test]
fn dry_run_diff_is_refused_where_nothing_is_compared() {
    for line in [
        "subscriptions cancel 1 --reason x --dry-run=diff",
        "subscriptions list --dry-run=diff",
        "api PUT /subscriptions/1 -f quantity=2 --dry-run=diff",
        "profile set x --protected --dry-run=diff",
    ] {
        rc(line).sandboxed().fails(2).says("--dry-run=diff");
    }
    rc("subscriptions update 1 --quantity 2 --dry-run=diff").fails(3);
    rc("subscriptions update 1 --quantity 2 --dry-run").succeeds();
}
