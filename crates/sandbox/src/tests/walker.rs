//! A random walk over the writes of a store: each step is something that the
//! store, as it is just then, may carry out or refuse.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::{Store, request};
use crate::State;
use crate::storage::tables::TableName;
use crate::values::record;

/// One write, on whatever the store holds.
pub(super) struct Walker {
    random: Rng,
    made: u32,
}

/// Something to do, and how often among all.
type WalkerStep = (u32, fn(&mut Walker, &State) -> WalkerWrite);

/// Method, path, body.
type WalkerWrite = (&'static str, String, Value);

const STEPS: &[WalkerStep] = &[
    (4, |walk, state| {
        walk.post(
            state,
            TableName::Subscriptions,
            "cancel",
            json!({"cancellation_reason": "enough"}),
        )
    }),
    (4, |walk, state| {
        walk.post(state, TableName::Subscriptions, "activate", json!({}))
    }),
    (4, |walk, state| {
        let date = walk.day();
        walk.post(
            state,
            TableName::Subscriptions,
            "set_next_charge_date",
            json!({"date": date}),
        )
    }),
    (2, |walk, state| {
        let address_id = walk.id(state, TableName::Addresses);
        walk.post(
            state,
            TableName::Subscriptions,
            "change_address",
            json!({"address_id": address_id}),
        )
    }),
    (3, |walk, state| {
        let quantity = walk.random.u32(1..4);
        walk.put(
            state,
            TableName::Subscriptions,
            json!({"quantity": quantity, "price": "12.50"}),
        )
    }),
    (2, |walk, state| {
        let months = walk.random.u32(1..4);
        let body = json!({"charge_interval_frequency": months, "order_interval_frequency": 1,
                          "order_interval_unit": "month"});
        walk.put(state, TableName::Subscriptions, body)
    }),
    (2, |walk, state| {
        walk.delete(state, TableName::Subscriptions)
    }),
    (4, |walk, state| {
        let (address, day) = (walk.id(state, TableName::Addresses), walk.day());
        let body = json!({
            "address_id": address, "next_charge_scheduled_at": day, "quantity": 1,
            "charge_interval_frequency": 1, "order_interval_frequency": 1,
            "order_interval_unit": "month", "price": "8.00", "product_title": "Tea",
            "external_variant_id": {"ecommerce": "78"},
        });
        ("POST", "/subscriptions".to_owned(), body)
    }),
    (3, |walk, state| {
        let (address, day) = (walk.id(state, TableName::Addresses), walk.day());
        let body = json!({
            "address_id": address, "next_charge_scheduled_at": day, "quantity": 1,
            "price": "3.00", "product_title": "Cup", "external_variant_id": {"ecommerce": "79"},
        });
        ("POST", "/onetimes".to_owned(), body)
    }),
    (1, |walk, state| walk.delete(state, TableName::Onetimes)),
    (3, |walk, state| {
        walk.post(state, TableName::Charges, "skip", json!({}))
    }),
    (2, |walk, state| {
        walk.post(state, TableName::Charges, "unskip", json!({}))
    }),
    (3, |walk, state| {
        walk.post(state, TableName::Charges, "process", json!({}))
    }),
    (2, |walk, state| {
        walk.post(
            state,
            TableName::Charges,
            "refund",
            json!({"amount": "1.00"}),
        )
    }),
    (1, |walk, state| {
        walk.post(state, TableName::Charges, "capture_payment", json!({}))
    }),
    (2, |walk, state| {
        let discount_id = walk.id(state, TableName::Discounts);
        walk.post(
            state,
            TableName::Charges,
            "apply_discount",
            json!({"discount_id": discount_id}),
        )
    }),
    (1, |walk, state| {
        walk.post(state, TableName::Charges, "remove_discount", json!({}))
    }),
    (2, |walk, state| {
        let id = walk.id(state, TableName::Addresses);
        let ids = state.table(TableName::Subscriptions).find("address_id", id);
        let body = json!({"date": walk.day(), "subscription_ids": ids});
        ("POST", format!("/addresses/{id}/charges/skip"), body)
    }),
    (1, |walk, state| {
        let (target, source) = (
            walk.id(state, TableName::Addresses),
            walk.id(state, TableName::Addresses),
        );
        let body = json!({"target_address": {"id": target}, "source_addresses": [{"id": source}]});
        ("POST", "/addresses/merge".to_owned(), body)
    }),
    (1, |walk, state| walk.delete(state, TableName::Addresses)),
    (1, |walk, state| walk.delete(state, TableName::Customers)),
    (2, |walk, state| {
        walk.put(state, TableName::Addresses, json!({"city": "Leeds"}))
    }),
    (1, |walk, state| {
        walk.delete(state, TableName::PaymentMethods)
    }),
    (1, |walk, state| {
        walk.post(state, TableName::Orders, "delay", json!({}))
    }),
    (1, |walk, state| {
        let scheduled_at = walk.day();
        walk.post(
            state,
            TableName::Orders,
            "clone",
            json!({"scheduled_at": scheduled_at}),
        )
    }),
    (1, |walk, state| walk.delete(state, TableName::Orders)),
    (2, |walk, _| {
        walk.made += 1;
        let email = format!("walker{}-{}@example.com", walk.made, walk.random.u64(..));
        let body = json!({"email": email, "first_name": "W", "last_name": "K"});
        ("POST", "/customers".to_owned(), body)
    }),
    (1, |walk, state| {
        let id = walk.id(state, TableName::Subscriptions);
        let recipient = json!({
            "address1": "1 Rue", "city": "Paris", "country_code": "FR", "first_name": "G",
            "last_name": "R", "phone": "", "province": "", "zip": "75001",
        });
        let body = json!({"purchase_item_ids": [id], "recipient_address": recipient});
        ("POST", "/subscriptions/skip_gift".to_owned(), body)
    }),
];

impl Walker {
    pub(super) fn new(seed: u64) -> Self {
        let random = Rng::with_seed(seed);
        Self { random, made: 0 }
    }

    fn next(&mut self, state: &State) -> WalkerWrite {
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
    fn id(&mut self, state: &State, name: TableName) -> u64 {
        let ids: Vec<u64> = state.table(name).ids(..).collect();
        let place = self.random.usize(0..=ids.len());
        ids.get(place).copied().unwrap_or(1)
    }

    fn day(&mut self) -> String {
        format!("2026-12-{:02}", self.random.u32(1..29))
    }

    fn path(&mut self, state: &State, name: TableName) -> String {
        let resource = match name {
            TableName::Addresses => "addresses".to_owned(),
            name => format!("{}s", name.object()),
        };
        format!("/{resource}/{}", self.id(state, name))
    }

    fn post(&mut self, state: &State, name: TableName, verb: &str, body: Value) -> WalkerWrite {
        ("POST", format!("{}/{verb}", self.path(state, name)), body)
    }

    fn put(&mut self, state: &State, name: TableName, body: Value) -> WalkerWrite {
        ("PUT", self.path(state, name), body)
    }

    fn delete(&mut self, state: &State, name: TableName) -> WalkerWrite {
        ("DELETE", self.path(state, name), Value::Null)
    }

    /// Takes one step; gives the status, and in words what was asked and told.
    pub(super) fn step(&mut self, store: &Store) -> (u16, String) {
        let (method, path, body) = store.0.with_state(|state| self.next(state));
        let answer = store.0.answer(&request(method, &path, &body));
        let told = String::from_utf8_lossy(answer.body()).into_owned();
        (
            answer.status().as_u16(),
            format!("{method} {path} {body}: {told}"),
        )
    }

    /// As [`Self::step`], and contains the answer against what must be so of
    /// each request, as long as no one else asks.
    pub(super) fn watched_step(&mut self, store: &Store) -> (u16, String) {
        let (method, path, body) = store.0.with_state(|state| self.next(state));
        let unskips = path.ends_with("/unskip");
        let before = if unskips {
            next_days(store)
        } else {
            BTreeMap::new()
        };
        let (status, answer) = store.ask(method, &path, &body);
        let told = format!("{method} {path} {body}: {answer}");
        if unskips && status < 300 {
            for (id, day) in next_days(store) {
                let was = before.get(&id);
                let later = was.is_some_and(|was| !was.is_empty() && day > *was);
                assert!(!later, "{id} goes from {was:?} to {day}: {told}");
            }
        }
        if let Some(id) = answer["charge"]["id"].as_u64().filter(|_| status < 300) {
            let (found, charge) = store.ask("GET", &format!("/charges/{id}"), &Value::Null);
            let is_old = store.0.with_state(|state| is_too_old(state, id));
            assert!(found == 200 || is_old, "{found} {charge} after {told}");
        }
        (status, told)
    }
}

/// The day of the next charge of each subscription.
fn next_days(store: &Store) -> BTreeMap<u64, String> {
    store.0.with_state(|state| {
        let table = state.table(TableName::Subscriptions);
        let day = |id| {
            let one = table.get(id).unwrap_or_default();
            record::text(&one, "next_charge_scheduled_at").to_owned()
        };
        table.ids(..).map(|id| (id, day(id))).collect()
    })
}

/// Charges that were processed long ago are not shown any more.
fn is_too_old(state: &State, id: u64) -> bool {
    let charge = state.get(TableName::Charges, id).unwrap_or_default();
    let day = record::text(&charge, "processed_at");
    !day.is_empty() && day < "2026-09-20"
}
