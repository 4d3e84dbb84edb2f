//! Objects that were changed and deleted before a listener looked.

use serde_json::Value;

use super::Shop;
use super::receiver::Receiver;
use crate::harness::rc;

/// A charge that is queued, and its address.
fn queued_charge(shop: &Shop) -> (String, String) {
    let id = &shop.subscription;
    let line = format!("charges list --status queued --purchase-item-id {id} -n 1");
    let charge = shop.store.id(&line);
    let line = format!("charges get {charge} --jq .address_id -r");
    let address = rc(&line).within(&shop.store).succeeds().stdout;
    (charge, address.trim().to_owned())
}

/// Deletes the charges of an address, as the store does when nothing is left to send.
fn cancel_all(shop: &Shop, address: &str) {
    let line = format!("subscriptions list --status active --address-id {address} --jq .id");
    for id in shop.store.ids(&line) {
        rc(&format!(
            "subscriptions cancel {id} --cancellation-reason test --yes"
        ))
        .within(&shop.store)
        .succeeds();
    }
}

fn update(shop: &Shop, address: &str, floor: u32) {
    rc(&format!(
        "addresses update {address} --address2 Floor{floor}"
    ))
    .within(&shop.store)
    .succeeds();
}

/// A charge, without what no event tells.
fn charge(text: &str) -> Value {
    let mut charge: Value = serde_json::from_str(text).unwrap();
    for field in ["updated_at", "has_uncommitted_changes"] {
        charge[field] = Value::Null;
    }
    charge
}

fn read(shop: &Shop, id: &str) -> Value {
    let line = format!("charges get {id} -o json");
    charge(&rc(&line).within(&shop.store).succeeds().stdout)
}

#[test]
fn charge_that_was_changed_and_deleted_between_two_looks_is_told_as_of_each_event() {
    let shop = Shop::open();
    let (id, address) = queued_charge(&shop);
    let mut wanted = Vec::new();
    for floor in 1..4 {
        update(&shop, &address, floor);
        wanted.push(read(&shop, &id));
    }
    cancel_all(&shop, &address);
    rc(&format!("charges get {id}"))
        .within(&shop.store)
        .fails(4);
    shop.listen("--topics charge/updated").succeeds();
    let arrived = shop.receiver.arrived();
    let of_charge = arrived.iter().filter(|one| one.object().to_string() == id);
    let mut told = Vec::new();
    for one in of_charge {
        assert_eq!(one.header("X-Rc-Body"), "as-of");
        told.push(charge(&one.json()["charge"].to_string()));
    }
    assert_eq!(told[..3], wanted);
}

#[test]
fn deleted_charge_is_told_as_it_was_last_seen() {
    let shop = Shop::open();
    let (id, address) = queued_charge(&shop);
    let was = read(&shop, &id);
    cancel_all(&shop, &address);
    shop.listen("--topics charge/deleted").succeeds();
    let arrived = shop.receiver.arrived();
    let gone = arrived.iter().find(|one| one.object().to_string() == id);
    let gone = gone.unwrap();
    // What a webhook carries of it is not documented, however sure its body is.
    assert_eq!(gone.header("X-Rc-Body"), "last-seen");
    let told = charge(&gone.json()["charge"].to_string());
    assert_eq!(told["shipping_address"], was["shipping_address"]);
}

#[test]
fn body_is_not_claimed_where_a_change_may_have_been_missed() {
    let shop = Shop::open();
    let (id, address) = queued_charge(&shop);
    let other = Receiver::start();
    let url = other.url();
    let listen = |topics: &str| {
        rc(&format!(
            "webhooks listen --once --topics {topics} --forward-to {url}"
        ))
        .in_time_of(&shop.store)
        .within(&shop.store)
        .env("RECHARGE_CLIENT_SECRET", "of the shop")
        .succeeds()
    };
    rc("events tail")
        .in_time_of(&shop.store)
        .within(&shop.store)
        .until(600)
        .succeeds();
    // It begins after the charge was read, and reads none itself.
    listen("plan/deleted");
    let line = format!("addresses update {address} --address2 Floor1");
    rc(&line)
        .in_time_of(&shop.store)
        .within(&shop.store)
        .succeeds();
    for id in shop.store.ids(&format!(
        "subscriptions list --status active --address-id {address} --jq .id"
    )) {
        let line = format!("subscriptions cancel {id} --cancellation-reason test --yes");
        rc(&line)
            .in_time_of(&shop.store)
            .within(&shop.store)
            .succeeds();
    }
    listen("charge/updated");
    let arrived = other.arrived();
    let first = arrived.iter().find(|one| one.object().to_string() == id);
    assert_eq!(first.unwrap().header("X-Rc-Body"), "last-seen");
}
