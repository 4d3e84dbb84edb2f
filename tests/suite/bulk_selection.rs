//! `rc bulk` over a selection: conditions, new values, plans, drift, and undo.

use serde_json::Value;

use crate::harness::{Outcome, Store, rc};
use crate::outcome::{without_port, without_request_id};

/// Subscriptions by id, with some fields.
fn subscriptions(store: &Store) -> Vec<Value> {
    let listed = rc("subscriptions list --sort-by id-asc -o ndjson")
        .within(store)
        .succeeds();
    listed.records()
}

fn file(store: &Store, name: &str, text: &str) -> String {
    crate::bulk::file(store, name, text).display().to_string()
}

fn active(store: &Store, count: usize) -> Vec<String> {
    store.ids(&format!("subscriptions list --status active -n {count}"))
}

fn ids_file(store: &Store, ids: &[String]) -> String {
    file(store, "ids.txt", &format!("{}\n", ids.join("\n")))
}

fn get(store: &Store, id: &str, field: &str) -> Value {
    let got = rc(&format!("subscriptions get {id} -o json"))
        .within(store)
        .succeeds();
    got.json()[field].clone()
}

/// All that a command says, with what differs each time masked.
fn message(store: &Store, outcome: &Outcome) -> String {
    let path = store.path().display().to_string();
    let said = without_port(&without_request_id(&outcome.stderr)).replace(&path, "[store]");
    let ids = said
        .lines()
        .filter_map(|line| line.strip_prefix("note: this is job "));
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    ids.iter().fold(said, |said, id| said.replace(id, "[job]"))
}

fn job(outcome: &Outcome) -> String {
    outcome.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_condition_selects_and_a_filter_computes_new_values() {
    let store = Store::new();
    let before = subscriptions(&store);
    let is_meant = |one: &Value| one["status"] == "active" && one["quantity"] == 1;
    let meant = before.iter().filter(|one| is_meant(one)).count();
    assert!(meant > 1);
    let done = rc("bulk subscriptions update --where '.quantity == 1' --filter status=active")
        .with("--set-jq '{quantity: (.quantity + 2)}'")
        .within(&store)
        .succeeds()
        .says(&format!("{meant} to change"))
        .says("quantity: ")
        .says("rc bulk undo can undo it, except: ");
    assert_eq!(done.json()["ok"], meant);
    for (old, new) in before.iter().zip(subscriptions(&store)) {
        let wanted = if is_meant(old) {
            &Value::from(3)
        } else {
            &old["quantity"]
        };
        assert_eq!(&new["quantity"], wanted, "{}", old["id"]);
    }
    // Nothing is left to do.
    rc("bulk subscriptions update --where '.quantity == 3' --filter status=active --set quantity=3")
        .within(&store)
        .succeeds()
        .prints_nothing()
        .says("already have the new values");
}

#[test]
fn an_update_is_taken_back_without_its_input() {
    let store = Store::new();
    let ids = active(&store, 3);
    let path = ids_file(&store, &ids);
    let before = subscriptions(&store);
    let update = format!("bulk subscriptions update --ids {path} --set quantity=7 --set price=5.5");
    let id = job(&rc(&update).within(&store).succeeds());
    std::fs::remove_file(&path).unwrap();
    assert_eq!(get(&store, &ids[0], "quantity"), 7);
    let changes = rc(&format!("bulk diff {id} -o ndjson"))
        .within(&store)
        .succeeds()
        .records();
    let change = changes
        .iter()
        .find(|one| one["id"] == ids[0].as_str() && one["field"] == "quantity");
    assert_eq!(change.unwrap()["after"], 7);
    let undone = rc(&format!("bulk undo {id}"))
        .within(&store)
        .succeeds()
        .says("an undo does not restore: a discount of a queued charge");
    assert_eq!(undone.json()["ok"], 3);
    for (old, new) in before.iter().zip(subscriptions(&store)) {
        for field in ["quantity", "price", "status", "next_charge_scheduled_at"] {
            assert_eq!(old[field], new[field], "{} {field}", old["id"]);
        }
    }
    rc(&format!("bulk undo {id}"))
        .within(&store)
        .fails(2)
        .says(&format!("job {id} was undone already, as job "));
    rc(&format!("bulk undo {}", job(&undone)))
        .within(&store)
        .fails(2)
        .says("is itself the undo of job");
}

#[test]
fn a_cancellation_is_taken_back_with_the_day_of_the_next_charge() {
    let store = Store::new();
    let ids = active(&store, 2);
    let path = ids_file(&store, &ids);
    let day = get(&store, &ids[1], "next_charge_scheduled_at");
    let cancel =
        format!("bulk subscriptions cancel --ids {path} --set cancellation_reason=moved --yes");
    let outcome = rc(&cancel)
        .within(&store)
        .succeeds()
        .says("the store may notify the customer of each row");
    assert_eq!(get(&store, &ids[1], "status"), "cancelled");
    rc(&format!("bulk undo {}", job(&outcome)))
        .within(&store)
        .succeeds();
    assert_eq!(get(&store, &ids[1], "status"), "active");
    assert_eq!(get(&store, &ids[1], "next_charge_scheduled_at"), day);
    assert_eq!(get(&store, &ids[1], "cancellation_reason"), Value::Null);
}

#[test]
fn what_was_created_is_deleted_again() {
    let store = Store::new();
    let rows = file(
        &store,
        "new.csv",
        "code,value,value_type\nUNDO1,10,percentage\nUNDO2,5,percentage\n",
    );
    for engine in ["batches", "requests"] {
        let create = format!("bulk discounts create {rows} --engine {engine}");
        let id = job(&rc(&create).within(&store).succeeds());
        rc(&format!("bulk undo {id} --yes"))
            .within(&store)
            .succeeds();
        rc("discounts list --discount-code UNDO1 --count")
            .within(&store)
            .succeeds()
            .prints("0\n");
    }
}

#[test]
fn a_plan_is_pruned_and_applied_and_refuses_what_changed_since() {
    let store = Store::new();
    let ids = active(&store, 3);
    let path = ids_file(&store, &ids);
    let plan = store.path().join("raise.csv");
    let plan = plan.to_str().unwrap();
    rc(&format!(
        "bulk subscriptions update --ids {path} --set quantity=4 --plan {plan}"
    ))
    .within(&store)
    .succeeds()
    .prints_nothing()
    .says(&format!(
        "3 rows in {plan}; nothing was sent: rc bulk apply {plan}"
    ));
    assert_ne!(get(&store, &ids[0], "quantity"), 4);
    let text = std::fs::read_to_string(plan).unwrap();
    assert!(
        text.starts_with("# rc bulk plan operation=subscriptions.update "),
        "{text}"
    );
    assert_eq!(
        text.lines().nth(1).unwrap(),
        "id,quantity now,quantity new,row,check"
    );
    let pruned: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with(&ids[1]))
        .collect();
    std::fs::write(plan, format!("{}\n", pruned.join("\n"))).unwrap();
    // Somebody changes the first one meanwhile.
    rc(&format!("subscriptions update {} --quantity 9", ids[0]))
        .within(&store)
        .succeeds();
    let applied = rc(&format!("bulk apply {plan}"))
        .within(&store)
        .fails(7)
        .says(&format!(
            "subscription {} was changed meanwhile: quantity was ",
            ids[0]
        ))
        .says("and is 9; it is left as it is");
    assert_eq!(
        (&applied.json()["ok"], &applied.json()["failed"]),
        (&1.into(), &1.into())
    );
    assert_eq!(get(&store, &ids[0], "quantity"), 9);
    assert_eq!(get(&store, &ids[2], "quantity"), 4);
    rc(&format!("bulk apply {plan} --force"))
        .within(&store)
        .succeeds();
    assert_eq!(get(&store, &ids[0], "quantity"), 4);
}

#[test]
fn an_undo_leaves_what_was_changed_since_unless_it_is_forced() {
    let store = Store::new();
    let ids = active(&store, 2);
    let path = ids_file(&store, &ids);
    let old: Vec<Value> = ids.iter().map(|id| get(&store, id, "price")).collect();
    let update = format!("bulk subscriptions update --ids {path} --set price=77");
    let id = job(&rc(&update).within(&store).succeeds());
    rc(&format!("subscriptions update {} --price 78", ids[0]))
        .within(&store)
        .succeeds();
    rc(&format!("bulk undo {id}"))
        .within(&store)
        .fails(7)
        .says(&format!(
            "subscription {} was changed meanwhile: price was 77.00 and is 78.00",
            ids[0]
        ));
    assert_eq!(get(&store, &ids[0], "price"), "78.00");
    assert_eq!(get(&store, &ids[1], "price"), old[1]);
}

#[test]
fn a_success_that_changed_nothing_is_not_ok() {
    let store = Store::new();
    let ids = store.ids("subscriptions list --status cancelled -n 1");
    let path = ids_file(&store, &ids);
    let update = format!("bulk subscriptions update --ids {path} --set quantity=6");
    rc(&update)
        .within(&store)
        .fails(7)
        .says("the API reported success, but changed nothing: quantity is ");
    // The same from a file.
    let rows = file(&store, "rows.csv", &format!("id,quantity\n{},6\n", ids[0]));
    rc(&format!("bulk subscriptions update {rows}"))
        .within(&store)
        .fails(7)
        .says("the API reported success, but changed nothing");
    let forced = rc(&format!("{update} --set force_update=true"))
        .within(&store)
        .succeeds();
    assert_eq!(get(&store, &ids[0], "quantity"), 6);
    rc(&format!("bulk undo {}", job(&forced)))
        .within(&store)
        .succeeds();
    assert_ne!(get(&store, &ids[0], "quantity"), 6);
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let store = Store::new();
    let ids = active(&store, 2);
    let path = ids_file(&store, &ids);
    let plan = store.path().join("plan.csv");
    let name = plan.to_str().unwrap();
    rc(&format!(
        "bulk subscriptions update --ids {path} --set quantity=4 --plan {name}"
    ))
    .within(&store)
    .succeeds();
    let text = std::fs::read_to_string(&plan).unwrap();
    let row = text.lines().nth(2).unwrap();
    let cell = format!("{},", ids[0]);
    let mut messages = String::new();
    for (edited, says) in [
        (
            text.replacen(",4,", ",5,", 1),
            ":3: quantity new was altered: it says 5, and the plan has 4",
        ),
        (
            text.replacen("quantity new", "price new", 1),
            "the first line or the header of the plan was altered",
        ),
        (
            text.replacen("subscriptions.update", "subscriptions.cancel", 1),
            "the first line or the header of the plan was altered",
        ),
        (format!("{text}{row}\n"), "is in the plan twice"),
        (text.replacen(&cell, "17,", 1), "id was altered: it says 17"),
        (
            text.replacen("\"\"quantity\"\"", "\"\"sku\"\"", 1),
            ":3: the row was altered; nothing was sent",
        ),
        (
            "id,quantity\n1,2\n".to_owned(),
            "is not a plan: its first line is not the header of a plan",
        ),
        (
            String::new(),
            "is not a plan: its first line is not the header of a plan",
        ),
        (
            text.replacen("fingerprint=", "finger=", 1),
            "the first line of the plan was altered",
        ),
        (
            format!(
                "{}\n{}\n{}\n",
                text.lines().next().unwrap(),
                text.lines().nth(1).unwrap(),
                ids[0]
            ),
            ":3: the row has too few cells",
        ),
    ] {
        std::fs::write(&plan, &edited).unwrap();
        let refused = rc(&format!("bulk apply {name}"))
            .within(&store)
            .fails(2)
            .prints_nothing()
            .says(says);
        messages.push_str(&message(&store, &refused));
        messages.push('\n');
    }
    insta::assert_snapshot!("edited_plans", messages);
    // What a spreadsheet does to it is not an edit: quotes, empty cells,
    // sorting.
    let lines: Vec<&str> = text.lines().collect();
    let sorted = format!(
        "{},,,,\n{}\n{}\n{}\n,,,,\n",
        lines[0], lines[1], lines[3], lines[2]
    );
    std::fs::write(&plan, sorted).unwrap();
    rc(&format!("bulk apply {name}")).within(&store).succeeds();
    assert_ne!(get(&store, &ids[0], "quantity"), 5);
}

#[test]
fn the_plan_of_another_store_is_refused() {
    let store = Store::new();
    let ids = active(&store, 1);
    let path = ids_file(&store, &ids);
    let name = store.path().join("plan.csv");
    let name = name.to_str().unwrap();
    rc(&format!(
        "bulk subscriptions update --ids {path} --set quantity=4 --plan {name}"
    ))
    .within(&store)
    .succeeds();
    let server = crate::answering::Answering::with(|_| (200, "{}".to_owned()));
    let refused = rc(&format!("bulk apply {name}"))
        .holding(&store)
        .against(&server.url)
        .fails(2)
        .shows("bulk_selection-the_plan_of_another_store_is_refused");
    insta::assert_snapshot!("plan_of_another_store", message(&store, &refused));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of refusals")]
fn wrong_selections_and_values_are_refused_before_anything_is_sent() {
    let store = Store::new();
    let id = active(&store, 1).remove(0);
    let path = ids_file(&store, &[id.clone(), "987654321".to_owned()]);
    let update = "bulk subscriptions update";
    let mut messages = String::new();
    for (line, code, says) in [
        (
            format!("{update} --where '.sku | test(\"x\")' --set quantity=2"),
            2,
            "--where fails on subscription ",
        ),
        (
            format!("{update} --where '.quantity ==' --set quantity=2"),
            2,
            "jq",
        ),
        (
            format!("{update} --where true --set-jq '{{status: \"cancelled\"}}'"),
            2,
            "subscriptions update does not set status; rc bulk subscriptions activate or rc bulk \
             subscriptions cancel does",
        ),
        (
            format!("{update} --where true --set next_charge_scheduled_at=2027-01-01"),
            2,
            "--set next_charge_scheduled_at: subscriptions update does not set \
             next_charge_scheduled_at; rc bulk subscriptions",
        ),
        (
            format!("{update} --where true --set prize=3"),
            2,
            "takes no field prize; did you mean price?",
        ),
        (
            format!("{update} --where true --set-jq '{{created_at: 1}}'"),
            2,
            "and no other command does",
        ),
        (
            format!("{update} --where true --set quantity=x"),
            2,
            "--set quantity=x: ",
        ),
        (
            format!("{update} --where true --set-jq 7"),
            2,
            "--set-jq gave 7, which is not an object of fields",
        ),
        (
            format!("{update} --where true --set-jq '{{quantity: 1}}, {{}}'"),
            2,
            "--set-jq gave 2 results; expected one",
        ),
        (
            format!("{update} --ids {path} --set quantity=2"),
            4,
            "there is no subscription 987654321; nothing was sent",
        ),
        (
            format!("{update} --where true --filter colour=red"),
            2,
            "the list of subscriptions has no such filter",
        ),
        (
            format!("{update} --where true --filter status=odd"),
            2,
            "--filter status=odd: ",
        ),
        (
            format!("{update} --set quantity=2"),
            2,
            "change a selection, and none is given",
        ),
        (
            update.to_owned(),
            2,
            "bulk subscriptions update needs a file, or a selection",
        ),
        (
            format!("{update} {path} --where true"),
            2,
            "a file and a selection are two inputs",
        ),
        (
            format!("{update} {path} --force"),
            2,
            "--force needs a selection, a plan or an undo",
        ),
        (
            "bulk subscriptions create --where true".to_owned(),
            2,
            "creates objects, but a selection consists of existing ones",
        ),
        ("bulk undo zzzzzz".to_owned(), 4, "there is no job zzzzzz"),
    ] {
        let refused = rc(&line)
            .within(&store)
            .fails(code)
            .prints_nothing()
            .says(says);
        let shown = line.replace(&path, "[ids]");
        let told = message(&store, &refused);
        messages.push_str(&["rc ", &shown, "\n", &told, "\n"].concat());
    }
    insta::assert_snapshot!("wrong_selections", messages);
    let listed = rc("bulk list --count").within(&store).succeeds();
    assert_eq!(listed.stdout, "0\n");
}

#[test]
fn an_object_that_is_gone_fails_its_row_alone() {
    let store = Store::new();
    let ids = store.ids("onetimes list -n 2");
    let path = ids_file(&store, &ids);
    let plan = store.path().join("plan.csv");
    let name = plan.to_str().unwrap();
    rc(&format!(
        "bulk onetimes update --ids {path} --set quantity=4 --plan {name}"
    ))
    .within(&store)
    .succeeds();
    rc(&format!("onetimes delete {} --yes", ids[0]))
        .within(&store)
        .succeeds();
    let applied = rc(&format!("bulk apply {name}"))
        .within(&store)
        .fails(7)
        .says(&format!("{} no longer exists", ids[0]));
    insta::assert_snapshot!("object_that_is_gone", message(&store, &applied));
    assert_eq!(applied.json()["ok"], 1);
}

#[test]
fn what_nothing_takes_back_is_said_first_and_asked_twice() {
    let store = Store::new();
    let id = store.id("charges list --status success -n 1");
    let path = ids_file(&store, &[id]);
    let refund = format!("bulk charges refund --ids {path} --set full_refund=true");
    rc(&refund)
        .within(&store)
        .on_terminal(200)
        .answering(&["y", "n"])
        .fails(130)
        .says("this cannot be undone: a refund cannot be reversed");
    let done = rc(&refund).with("--yes").within(&store).succeeds();
    rc(&format!("bulk undo {}", job(&done)))
        .within(&store)
        .fails(2)
        .says("cannot be undone: a refund cannot be reversed");
}
