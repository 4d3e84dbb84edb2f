//! Undo of what a write changes beside its object: discounts of queued charges
//! and skips of days to come.

use serde_json::Value;

use crate::harness::{Outcome, Store, rc};

fn records(store: &Store, command: &str) -> Vec<Value> {
    rc(&format!("{command} -o ndjson"))
        .within(store)
        .succeeds()
        .records()
}

fn job(outcome: &Outcome) -> String {
    outcome.json()["id"].as_str().unwrap().to_owned()
}

fn ids_file(store: &Store, id: &str) -> String {
    let path = store.path().join("ids.txt");
    std::fs::write(&path, format!("{id}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A queued charge without a discount of the only subscription in it, and that.
fn queued(store: &Store) -> (String, String) {
    let charges = records(store, "charges list --status queued");
    let found = charges.iter().find(|charge| {
        let items = charge["line_items"].as_array().unwrap();
        items.len() == 1
            && items[0]["purchase_item_type"] == "subscription"
            && charge["discounts"] == serde_json::json!([])
    });
    let charge = found.expect("a charge of one subscription");
    let item = &charge["line_items"][0]["purchase_item_id"];
    (charge["id"].to_string(), item.to_string())
}

fn discounts(store: &Store, subscription: &str) -> Vec<Value> {
    let charges = records(
        store,
        &format!("charges list --status queued --purchase-item-ids {subscription}"),
    );
    assert_eq!(charges.len(), 1, "{charges:?}");
    charges[0]["discounts"].as_array().unwrap().clone()
}

fn pass_a_minute(store: &Store) {
    rc("sandbox clock advance 1m").within(store).succeeds();
}

fn discounted(store: &Store) -> (String, String) {
    let (charge, subscription) = queued(store);
    rc("discounts create --code BACK --value 10 --value-type percentage")
        .within(store)
        .succeeds();
    rc(&format!(
        "charges apply-discount {charge} --discount-code BACK"
    ))
    .within(store)
    .succeeds();
    (charge, subscription)
}

#[test]
fn a_discount_that_a_queued_charge_loses_is_counted_and_put_back() {
    let store = Store::new();
    let (_, subscription) = discounted(&store);
    let before = discounts(&store, &subscription);
    assert_eq!(before.len(), 1);
    let path = ids_file(&store, &subscription);
    let done = rc(&format!(
        "bulk subscriptions update --ids {path} --set quantity=9"
    ))
    .within(&store)
    .succeeds()
    .says("discounts of queued charges: this may remove 1; rc bulk undo restores them");
    // Charges follow an update later.
    pass_a_minute(&store);
    assert_eq!(discounts(&store, &subscription), Vec::<Value>::new());
    let undone = rc(&format!("bulk undo {}", job(&done)))
        .within(&store)
        .succeeds()
        .says("discounts of queued charges: 1 to restore where they are missing");
    assert_eq!(undone.json()["ok"], 1);
    assert_eq!(discounts(&store, &subscription), before);
    pass_a_minute(&store);
    assert_eq!(discounts(&store, &subscription), before);
    // The ledger says the old values of the object alone.
    let changes = records(&store, &format!("bulk diff {}", job(&done)));
    assert!(
        changes
            .iter()
            .all(|one| one["field"] != "charges.apply_discount"),
        "{changes:?}"
    );
}

#[test]
fn a_discount_of_a_charge_that_is_gone_is_put_on_the_new_one() {
    let store = Store::new();
    let (charge, subscription) = discounted(&store);
    let path = ids_file(&store, &subscription);
    let done = rc(&format!(
        "bulk subscriptions cancel --ids {path} --set cancellation_reason=moved --yes"
    ))
    .within(&store)
    .succeeds()
    .says("discounts of queued charges: this may remove 1");
    // With the subscription its charge goes; the undo makes another one.
    rc(&format!("charges get {charge}")).within(&store).fails(4);
    let undone = rc(&format!("bulk undo {} --yes", job(&done)))
        .within(&store)
        .succeeds();
    assert_eq!(undone.json()["ok"], 1);
    let back = discounts(&store, &subscription);
    assert_eq!(back.len(), 1);
    assert_eq!(back[0]["code"], "BACK");
}

#[test]
fn a_later_skip_that_a_cancellation_took_away_is_skipped_again() {
    for is_removed in [true, false] {
        let store = Store::new();
        let (_, id) = queued(&store);
        let one = rc(&format!("subscriptions get {id} -o json"))
            .within(&store)
            .succeeds()
            .json();
        let next: jiff::civil::Date = one["next_charge_scheduled_at"].as_str().unwrap()[..10]
            .parse()
            .unwrap();
        let every = one["charge_interval_frequency"].as_i64().unwrap();
        let later = match one["order_interval_unit"].as_str().unwrap() {
            "day" => next.saturating_add(jiff::Span::new().days(every)),
            "week" => next.saturating_add(jiff::Span::new().weeks(every)),
            _ => next.saturating_add(jiff::Span::new().months(every)),
        };
        rc(&format!(
            "addresses skip-charge {} --date {later} --purchase-item-ids {id}",
            one["address_id"]
        ))
        .within(&store)
        .succeeds();
        let skipped = || {
            records(
                &store,
                &format!(
                    "charges list --status skipped --purchase-item-ids {id} --scheduled-at {later}"
                ),
            )
        };
        let charge = skipped()[0]["id"].to_string();
        let path = ids_file(&store, &id);
        let done = rc(&format!(
            "bulk subscriptions cancel --ids {path} --set cancellation_reason=moved --yes"
        ))
        .within(&store)
        .succeeds()
        .says("skips of later days: this may remove 1; rc bulk undo restores them");
        if is_removed {
            // Some stores remove skips with the cancellation.
            for command in [
                format!("subscriptions activate {id}"),
                format!("charges unskip {charge}"),
                format!("subscriptions cancel {id} --cancellation-reason moved --yes"),
            ] {
                rc(&command).within(&store).succeeds();
            }
            assert!(skipped().is_empty());
        }
        rc(&format!("bulk undo {} --yes", job(&done)))
            .within(&store)
            .succeeds()
            .says("skips of later days: 1 to restore where they are missing");
        let again = skipped();
        assert_eq!(again.len(), 1, "{is_removed}: {again:?}");
        assert_eq!(again[0]["id"].as_u64() == charge.parse().ok(), !is_removed);
    }
}
