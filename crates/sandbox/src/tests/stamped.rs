//! Copies read what changed by the time of the last change: it moves with every change
//! of a record, whatever is asked of a store, but for fields that are named here.

use std::collections::{BTreeMap, BTreeSet};

use super::walker::Walker;
use super::{Store, clock, present};
use crate::seed::Seed;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::{Sandbox, State};

/// Tables that copies read in the order of changes.
const TABLES: [TableName; 7] = [
    TableName::Addresses,
    TableName::Charges,
    TableName::Customers,
    TableName::Discounts,
    TableName::Onetimes,
    TableName::Orders,
    TableName::Subscriptions,
];

/// Fields that follow changes of other records.
const UNSTAMPED: [(TableName, &str); 7] = [
    (TableName::Customers, "first_charge_processed_at"),
    (TableName::Customers, "has_payment_method_in_dunning"),
    (TableName::Customers, "subscription_related_charge_streak"),
    (TableName::Customers, "subscriptions_active_count"),
    (TableName::Customers, "subscriptions_total_count"),
    (TableName::Subscriptions, "has_queued_charges"),
    (TableName::Subscriptions, "max_retries_reached"),
];

type Records = BTreeMap<(String, u64), (TableName, Record)>;

fn records(state: &State) -> Records {
    let mut records = Records::new();
    for name in TABLES {
        for id in state.table(name).ids(..) {
            let key = (format!("{name:?}"), id);
            records.insert(key, (name, state.get(name, id).unwrap()));
        }
    }
    records
}

/// The fields that changed in records whose time stayed.
fn unstamped(before: &Records, after: &Records) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (key, (name, after)) in after {
        let Some((_, before)) = before.get(key) else {
            continue;
        };
        if record::text(before, "updated_at") != record::text(after, "updated_at") {
            continue;
        }
        for (field, value) in after {
            let is_exempt = UNSTAMPED.contains(&(*name, field.as_str()));
            if before.get(field) != Some(value) && !is_exempt {
                found.insert(format!("{}.{field}", key.0));
            }
        }
    }
    found
}

#[test]
fn whatever_changes_a_record_moves_the_time_of_its_last_change() {
    let few = Seed {
        customers: 12,
        seed: 5,
    };
    let state = State::seeded(&few, present());
    for seed in 0..2 {
        let store = Store(Sandbox::new(state.clone(), clock()));
        let mut walker = Walker::new(seed);
        let mut found = BTreeMap::new();
        let mut before = store.0.with_state(|state| records(state));
        for turn in 0..60 {
            let (_, told) = walker.watched_step(&store);
            // What follows later is done by then.
            store.advance(if turn % 20 == 19 { "2d" } else { "7s" });
            let after = store.0.with_state(|state| records(state));
            for field in unstamped(&before, &after) {
                found.entry(field).or_insert_with(|| format!("{told:.200}"));
            }
            before = after;
        }
        assert!(found.is_empty(), "seed {seed}: {found:#?}");
    }
}
