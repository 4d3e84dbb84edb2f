//! A store holds together, whatever is asked of it, in whatever order, and by
//! however many at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Store;
use super::walker::Walker;
use crate::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};

/// What does not hold together, in words.
fn faults(state: &State) -> Vec<String> {
    let mut faults = Vec::new();
    for id in state.table(TableName::Addresses).ids(..) {
        address(state, id, &mut faults);
    }
    for id in state.table(TableName::Customers).ids(..) {
        customer(state, id, &mut faults);
    }
    for name in [TableName::Subscriptions, TableName::Onetimes] {
        for id in state.table(name).ids(..) {
            let one = state.get(name, id).unwrap();
            let address = record::id(&one, "address_id").unwrap_or(0);
            let address = state.get(TableName::Addresses, address).unwrap_or_default();
            if address.get("customer_id") != one.get("customer_id") {
                faults.push(format!(
                    "{} {id} and its address have two owners",
                    name.object()
                ));
            }
        }
    }
    for id in state.table(TableName::Charges).ids(..) {
        charge(state, id, &mut faults);
    }
    for id in state.table(TableName::Orders).ids(..) {
        order(state, id, &mut faults);
    }
    faults
}

fn is_open(charge: &Record) -> bool {
    matches!(record::text(charge, "status"), "queued" | "error")
}

/// Each item that is due has a charge on its day, and each day one charge.
fn address(state: &State, id: u64, faults: &mut Vec<String>) {
    let mut days: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (charge_id, charge) in state.all(TableName::Charges, "address_id", id) {
        if !is_open(&charge) {
            continue;
        }
        let day = record::text(&charge, "scheduled_at").to_owned();
        let items = record::list(&charge, "line_items").iter();
        let items = items.filter_map(|line| record::as_id(line.get("purchase_item_id")?));
        if days.insert(day.clone(), items.collect()).is_some() {
            faults.push(format!(
                "address {id} has two charges on {day}, {charge_id} is one"
            ));
        }
    }
    let mut due: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for name in [TableName::Subscriptions, TableName::Onetimes] {
        for (item, one) in state.all(name, "address_id", id) {
            let goes = match name {
                TableName::Subscriptions => record::text(&one, "status") == "active",
                _ => !record::flag(&one, "is_cancelled"),
            };
            let day = record::text(&one, "next_charge_scheduled_at");
            if goes && day.len() >= 10 {
                due.entry(day[..10].to_owned()).or_default().push(item);
            }
        }
    }
    for items in days.values_mut().chain(due.values_mut()) {
        items.sort_unstable();
    }
    if days != due {
        faults.push(format!(
            "address {id}: due are {due:?}, queued are {days:?}"
        ));
    }
}

fn customer(state: &State, id: u64, faults: &mut Vec<String>) {
    let one = state.get(TableName::Customers, id).unwrap();
    let all = state.all(TableName::Subscriptions, "customer_id", id);
    let active = all
        .iter()
        .filter(|(_, one)| record::text(one, "status") == "active");
    let (active, total) = (active.count(), all.len());
    let told = |field: &str| record::id(&one, field);
    if told("subscriptions_active_count") != Some(active as u64)
        || told("subscriptions_total_count") != Some(total as u64)
    {
        faults.push(format!(
            "customer {id} has {active} of {total} active: {one:?}"
        ));
    }
    let methods = state.all(TableName::PaymentMethods, "customer_id", id);
    let defaults = methods
        .iter()
        .filter(|(_, method)| record::flag(method, "default"));
    if defaults.count() != usize::from(!methods.is_empty()) {
        faults.push(format!("customer {id} has not one default payment method"));
    }
}

/// The sums of a charge are those of its parts, and its owner is there while it
/// can still be paid.
fn charge(state: &State, id: u64, faults: &mut Vec<String>) {
    let charge = state.get(TableName::Charges, id).unwrap();
    let amount = |field: &str| charge.get(field).and_then(Cents::of).unwrap();
    let lines = record::list(&charge, "line_items").iter();
    let lines: Cents = lines
        .map(|line| Cents::of(&line["total_price"]).unwrap())
        .sum();
    let shipping = record::list(&charge, "shipping_lines").iter();
    let shipping: Cents = shipping
        .map(|line| Cents::of(&line["price"]).unwrap())
        .sum();
    let total = lines.0 + shipping.0 + amount("total_tax").0 - amount("total_discounts").0;
    if amount("total_line_items_price") != lines
        || amount("subtotal_price") != lines
        || amount("total_price").0 != total.max(0)
    {
        faults.push(format!("charge {id} does not add up: {charge:?}"));
    }
    if amount("total_refunds").0 > amount("total_price").0 {
        faults.push(format!("more of charge {id} was refunded than paid"));
    }
    if is_open(&charge) {
        let owner = record::id(&charge, "address_id").unwrap_or(0);
        let owner = state.get(TableName::Addresses, owner).unwrap_or_default();
        if record::id(&charge, "customer.id") != record::id(&owner, "customer_id") {
            faults.push(format!("charge {id} and its address have two owners"));
        }
    }
}

/// An order gives back no more than it took.
fn order(state: &State, id: u64, faults: &mut Vec<String>) {
    let order = state.get(TableName::Orders, id).unwrap();
    let amount = |field: &str| order.get(field).and_then(Cents::of).unwrap();
    if amount("total_refunds").0 > amount("total_price").0 {
        faults.push(format!("more of order {id} was refunded than paid"));
    }
}

/// So many make a walk.
const REQUESTS: u32 = 500;

#[test]
fn the_demo_store_holds_together() {
    let store = Store::demo();
    assert_eq!(
        store.0.with_state(|state| faults(state)),
        Vec::<String>::new()
    );
}

#[test]
fn a_store_holds_together_after_each_of_many_writes() {
    // `.ci/full` walks many more.
    let walks = std::env::var("RC_WALKS").ok();
    let walks: u64 = walks.map_or(1, |count| count.parse().expect("RC_WALKS is a number"));
    let next = AtomicU64::new(0);
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= walks {
                        return;
                    }
                    walk(seed);
                }
            });
        }
    });
}

/// A walk on a store of its own, which must hold together all the time.
fn walk(seed: u64) {
    let (store, mut walker) = (Store::demo(), Walker::new(seed));
    let (mut told, mut carried_out) = (Vec::new(), 0);
    for turn in 0..REQUESTS {
        let (status, write) = walker.watched_step(&store);
        assert!(status < 500, "seed {seed}: {status} {write}");
        carried_out += u32::from(status < 300);
        told.push(format!("{status} {write:.300}"));
        if turn % 40 == 39 {
            store.advance("2d");
        }
        if turn % 12 == 11 {
            // What is not committed yet is then.
            store.advance("5s");
            let faults = store.0.with_state(|state| faults(state));
            let last = &told[told.len().saturating_sub(12)..];
            assert!(
                faults.is_empty(),
                "seed {seed}: {faults:#?}\nafter {last:#?}"
            );
        }
    }
    assert!(carried_out > 150, "only {carried_out} were carried out");
}

#[test]
fn a_store_holds_together_when_many_write_at_once() {
    let store = Store::demo();
    std::thread::scope(|scope| {
        for seed in 0..8 {
            let store = &store;
            scope.spawn(move || {
                let mut walker = Walker::new(100 + seed);
                for _ in 0..40 {
                    let (status, write) = walker.step(store);
                    assert!(status < 500, "{status} {write}");
                }
            });
        }
    });
    store.advance("5s");
    assert_eq!(
        store.0.with_state(|state| faults(state)),
        Vec::<String>::new()
    );
}
