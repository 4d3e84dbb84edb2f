//! A store holds together, whatever is asked of it, in whatever order, and by
//! however many at once.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::{Store, request};
use crate::sandbox::State;
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::tables::Name;

/// One write, on whatever the store holds.
struct Walker {
    random: Rng,
    made: u32,
}

/// Something to do, and how often among all.
type Step = (u32, fn(&mut Walker, &State) -> Write);

/// Method, path, body.
type Write = (&'static str, String, Value);

const STEPS: &[Step] = &[
    (4, |walk, state| {
        walk.post(
            state,
            Name::Subscriptions,
            "cancel",
            json!({"cancellation_reason": "enough"}),
        )
    }),
    (4, |walk, state| {
        walk.post(state, Name::Subscriptions, "activate", json!({}))
    }),
    (4, |walk, state| {
        let date = walk.day();
        walk.post(
            state,
            Name::Subscriptions,
            "set_next_charge_date",
            json!({"date": date}),
        )
    }),
    (2, |walk, state| {
        let address_id = walk.id(state, Name::Addresses);
        walk.post(
            state,
            Name::Subscriptions,
            "change_address",
            json!({"address_id": address_id}),
        )
    }),
    (3, |walk, state| {
        let quantity = walk.random.u32(1..4);
        walk.put(
            state,
            Name::Subscriptions,
            json!({"quantity": quantity, "price": "12.50"}),
        )
    }),
    (2, |walk, state| {
        let months = walk.random.u32(1..4);
        let body = json!({"charge_interval_frequency": months, "order_interval_frequency": 1,
                          "order_interval_unit": "month"});
        walk.put(state, Name::Subscriptions, body)
    }),
    (2, |walk, state| walk.delete(state, Name::Subscriptions)),
    (4, |walk, state| {
        let (address, day) = (walk.id(state, Name::Addresses), walk.day());
        let body = json!({
            "address_id": address, "next_charge_scheduled_at": day, "quantity": 1,
            "charge_interval_frequency": 1, "order_interval_frequency": 1,
            "order_interval_unit": "month", "price": "8.00", "product_title": "Tea",
            "external_variant_id": {"ecommerce": "78"},
        });
        ("POST", "/subscriptions".to_owned(), body)
    }),
    (3, |walk, state| {
        let (address, day) = (walk.id(state, Name::Addresses), walk.day());
        let body = json!({
            "address_id": address, "next_charge_scheduled_at": day, "quantity": 1,
            "price": "3.00", "product_title": "Cup", "external_variant_id": {"ecommerce": "79"},
        });
        ("POST", "/onetimes".to_owned(), body)
    }),
    (1, |walk, state| walk.delete(state, Name::Onetimes)),
    (3, |walk, state| {
        walk.post(state, Name::Charges, "skip", json!({}))
    }),
    (2, |walk, state| {
        walk.post(state, Name::Charges, "unskip", json!({}))
    }),
    (3, |walk, state| {
        walk.post(state, Name::Charges, "process", json!({}))
    }),
    (2, |walk, state| {
        walk.post(state, Name::Charges, "refund", json!({"amount": "1.00"}))
    }),
    (1, |walk, state| {
        walk.post(state, Name::Charges, "capture_payment", json!({}))
    }),
    (2, |walk, state| {
        let discount_id = walk.id(state, Name::Discounts);
        walk.post(
            state,
            Name::Charges,
            "apply_discount",
            json!({"discount_id": discount_id}),
        )
    }),
    (1, |walk, state| {
        walk.post(state, Name::Charges, "remove_discount", json!({}))
    }),
    (2, |walk, state| {
        let id = walk.id(state, Name::Addresses);
        let ids = state.table(Name::Subscriptions).find("address_id", id);
        let body = json!({"date": walk.day(), "subscription_ids": ids});
        ("POST", format!("/addresses/{id}/charges/skip"), body)
    }),
    (1, |walk, state| {
        let (target, source) = (
            walk.id(state, Name::Addresses),
            walk.id(state, Name::Addresses),
        );
        let body = json!({"target_address": {"id": target}, "source_addresses": [{"id": source}]});
        ("POST", "/addresses/merge".to_owned(), body)
    }),
    (1, |walk, state| walk.delete(state, Name::Addresses)),
    (1, |walk, state| walk.delete(state, Name::Customers)),
    (2, |walk, state| {
        walk.put(state, Name::Addresses, json!({"city": "Leeds"}))
    }),
    (1, |walk, state| walk.delete(state, Name::PaymentMethods)),
    (1, |walk, state| {
        walk.post(state, Name::Orders, "delay", json!({}))
    }),
    (1, |walk, state| {
        let scheduled_at = walk.day();
        walk.post(
            state,
            Name::Orders,
            "clone",
            json!({"scheduled_at": scheduled_at}),
        )
    }),
    (1, |walk, state| walk.delete(state, Name::Orders)),
    (2, |walk, _| {
        walk.made += 1;
        let email = format!("walker{}-{}@example.com", walk.made, walk.random.u64(..));
        let body = json!({"email": email, "first_name": "W", "last_name": "K"});
        ("POST", "/customers".to_owned(), body)
    }),
    (1, |walk, state| {
        let id = walk.id(state, Name::Subscriptions);
        let recipient = json!({
            "address1": "1 Rue", "city": "Paris", "country_code": "FR", "first_name": "G",
            "last_name": "R", "phone": "", "province": "", "zip": "75001",
        });
        let body = json!({"purchase_item_ids": [id], "recipient_address": recipient});
        ("POST", "/subscriptions/skip_gift".to_owned(), body)
    }),
];

impl Walker {
    fn new(seed: u64) -> Self {
        let random = Rng::with_seed(seed);
        Self { random, made: 0 }
    }

    fn next(&mut self, state: &State) -> Write {
        let all: u32 = STEPS.iter().map(|(often, _)| often).sum();
        let mut ticket = self.random.u32(..all);
        for (often, step) in STEPS {
            match ticket.checked_sub(*often) {
                None => return step(self, state),
                Some(rest) => ticket = rest,
            }
        }
        unreachable!("the ticket is one of the steps'")
    }

    /// Some record; now and then one that is not there.
    fn id(&mut self, state: &State, name: Name) -> u64 {
        let ids: Vec<u64> = state.table(name).ids(..).collect();
        let place = self.random.usize(0..=ids.len());
        ids.get(place).copied().unwrap_or(1)
    }

    fn day(&mut self) -> String {
        format!("2026-12-{:02}", self.random.u32(1..29))
    }

    fn path(&mut self, state: &State, name: Name) -> String {
        let resource = match name {
            Name::Addresses => "addresses".to_owned(),
            name => format!("{}s", name.object()),
        };
        format!("/{resource}/{}", self.id(state, name))
    }

    fn post(&mut self, state: &State, name: Name, verb: &str, body: Value) -> Write {
        ("POST", format!("{}/{verb}", self.path(state, name)), body)
    }

    fn put(&mut self, state: &State, name: Name, body: Value) -> Write {
        ("PUT", self.path(state, name), body)
    }

    fn delete(&mut self, state: &State, name: Name) -> Write {
        ("DELETE", self.path(state, name), Value::Null)
    }

    /// Takes one step; gives the status.
    fn step(&mut self, store: &Store) -> (u16, String) {
        let (method, path, body) = store.0.with_state(|state| self.next(state));
        let answer = store.0.answer(&request(method, &path, &body));
        let told = String::from_utf8_lossy(answer.body()).into_owned();
        (
            answer.status().as_u16(),
            format!("{method} {path} {body}: {told}"),
        )
    }
}

/// What does not hold together, in words.
fn faults(state: &State) -> Vec<String> {
    let mut faults = Vec::new();
    for id in state.table(Name::Addresses).ids(..) {
        address(state, id, &mut faults);
    }
    for id in state.table(Name::Customers).ids(..) {
        customer(state, id, &mut faults);
    }
    for name in [Name::Subscriptions, Name::Onetimes] {
        for id in state.table(name).ids(..) {
            let one = state.get(name, id).unwrap();
            let address = record::id(&one, "address_id").unwrap_or(0);
            let address = state.get(Name::Addresses, address).unwrap_or_default();
            if address.get("customer_id") != one.get("customer_id") {
                faults.push(format!(
                    "{} {id} and its address have two owners",
                    name.object()
                ));
            }
        }
    }
    for id in state.table(Name::Charges).ids(..) {
        charge(state, id, &mut faults);
    }
    faults
}

fn is_open(charge: &Record) -> bool {
    matches!(record::text(charge, "status"), "queued" | "error")
}

/// Each item that is due has a charge on its day, and each day one charge.
fn address(state: &State, id: u64, faults: &mut Vec<String>) {
    let mut days: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (charge_id, charge) in state.all(Name::Charges, "address_id", id) {
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
    for name in [Name::Subscriptions, Name::Onetimes] {
        for (item, one) in state.all(name, "address_id", id) {
            let goes = match name {
                Name::Subscriptions => record::text(&one, "status") == "active",
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
    let one = state.get(Name::Customers, id).unwrap();
    let all = state.all(Name::Subscriptions, "customer_id", id);
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
    let methods = state.all(Name::PaymentMethods, "customer_id", id);
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
    let charge = state.get(Name::Charges, id).unwrap();
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
    if amount("total_line_items_price") != lines || amount("total_price").0 != total.max(0) {
        faults.push(format!("charge {id} does not add up: {charge:?}"));
    }
    if amount("total_refunds").0 > amount("total_price").0 {
        faults.push(format!("more of charge {id} was refunded than paid"));
    }
    if is_open(&charge) {
        let owner = record::id(&charge, "address_id").unwrap_or(0);
        let owner = state.get(Name::Addresses, owner).unwrap_or_default();
        if record::id(&charge, "customer.id") != record::id(&owner, "customer_id") {
            faults.push(format!("charge {id} and its address have two owners"));
        }
    }
}

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
    let mut carried_out = 0;
    for seed in 0..3 {
        let (store, mut walker) = (Store::demo(), Walker::new(seed));
        let mut told = Vec::new();
        for turn in 0..120 {
            let (status, write) = walker.step(&store);
            assert!(status < 500, "seed {seed}: {status} {write}");
            carried_out += u32::from(status < 300);
            told.push(format!("{status} {write:.300}"));
            if turn % 40 == 39 {
                store.advance("2d");
            }
            if turn % 12 == 11 {
                let faults = store.0.with_state(|state| faults(state));
                let last = &told[told.len().saturating_sub(12)..];
                assert!(
                    faults.is_empty(),
                    "seed {seed}: {faults:#?}\nafter {last:#?}"
                );
            }
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
    assert_eq!(
        store.0.with_state(|state| faults(state)),
        Vec::<String>::new()
    );
}
