//! The rhythm of a subscription: its intervals, and where its next charge falls.

use jiff::civil::Date;
use serde_json::Value;

use super::{queue, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time::{self, Interval, Unit};

/// The reference's limit for intervals, in units.
const LONGEST_INTERVAL: i64 = 1000;

/// After how many charges a subscription ends.
const EXPIRY: &str = "expire_after_specific_number_of_charges";

/// The interval of charges or of orders.
pub(super) fn interval(one: &Record, frequency: &str) -> Interval {
    Interval {
        count: record::number(one, frequency).unwrap_or(1),
        unit: Unit::named(record::text(one, "order_interval_unit")),
        day_of_month: record::number(one, "order_day_of_month").filter(|day| *day > 0),
        day_of_week: record::number(one, "order_day_of_week"),
    }
}

/// The day of the charge after a day, jumping over days that were skipped
/// before their charge existed.
pub(super) fn next_after(state: &State, id: u64, one: &Record, day: Date) -> Date {
    let step = interval(one, "charge_interval_frequency");
    let skipped = skipped_days(state, id);
    let mut next = step.after(day);
    // A year of days bounds the walk, whatever was skipped.
    for _ in 0..366 {
        if !skipped.contains(&next) {
            break;
        }
        next = step.after(next);
    }
    next
}

/// How many charges are left before a subscription expires; `None` is without
/// end.
pub(super) fn remaining_charges(state: &State, id: u64, one: &Record) -> Option<u32> {
    let last = record::number(one, EXPIRY)?;
    let left = last.saturating_sub(paid_charges(state, id));
    Some(u32::try_from(left.max(0)).unwrap_or(u32::MAX))
}

/// How often a subscription has been paid for.
pub(super) fn paid_charges(state: &State, subscription: u64) -> i64 {
    let item = "line_items.*.purchase_item_id";
    let paid = state.ids_in(TableName::Charges, item, subscription, &PAID);
    i64::try_from(paid.len()).unwrap_or(i64::MAX)
}

fn skipped_days(state: &State, id: u64) -> Vec<Date> {
    let item = "line_items.*.purchase_item_id";
    state
        .all_in(TableName::Charges, item, id, &["skipped"])
        .iter()
        .filter_map(|(_, charge)| time::parse_day(record::text(charge, "scheduled_at")))
        .collect()
}

/// Sets the day of the next charge; the verb says why. Anyone who calls
/// refreshes the queue.
pub(super) fn set_next(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    day: Option<Date>,
    verb: &'static str,
) {
    if let Some(mut one) = state.get(TableName::Subscriptions, id) {
        record::set(
            &mut one,
            "next_charge_scheduled_at",
            day.map(time::day_text),
        );
        touch(asked, &mut one);
        state.change(TableName::Subscriptions, id, &one, verb);
    }
}

/// The days on which charges of an address fall, ascending.
pub(super) fn next_days(state: &State, address: u64) -> Vec<Date> {
    let mut days: Vec<Date> = state
        .all(TableName::Subscriptions, "address_id", address)
        .iter()
        .filter(|(_, one)| record::text(one, "status") == "active")
        .filter_map(|(_, one)| queue::next_day(one))
        .collect();
    days.sort_unstable();
    days
}

/// What follows from the intervals: prepaid is charged less often than it is
/// sent, and cannot be skipped.
pub(crate) fn settle_shape(one: &mut Record) {
    let charges = interval(one, "charge_interval_frequency").count;
    let orders = interval(one, "order_interval_frequency").count;
    let prepaid = charges > orders;
    record::set(one, "is_prepaid", prepaid);
    record::set(one, "is_skippable", !prepaid);
    record::set(one, "is_swappable", !prepaid);
}

pub(super) fn fill_from_plan(one: &mut Record, plan: &Record, body: &Record) {
    let preferences = plan
        .get("subscription_preferences")
        .and_then(Value::as_object);
    let Some(preferences) = preferences else {
        return;
    };
    for name in [
        "charge_interval_frequency",
        "order_interval_frequency",
        EXPIRY,
        "order_day_of_month",
        "order_day_of_week",
    ] {
        if !body.contains_key(name)
            && let Some(value) = preferences.get(name).filter(|value| !value.is_null())
        {
            record::set(one, name, value.clone());
        }
    }
    if !body.contains_key("order_interval_unit")
        && let Some(unit) = preferences
            .get("interval_unit")
            .filter(|unit| unit.is_string())
    {
        record::set(one, "order_interval_unit", unit.clone());
    }
}

/// Whether a subscription can be as it is; all faults at once.
pub(super) fn check(one: &Record) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    if record::number(one, "quantity").unwrap_or(0) < 1 {
        faults.add("quantity", "must be at least 1");
    }
    for name in ["charge_interval_frequency", "order_interval_frequency"] {
        let count = record::number(one, name).unwrap_or(0);
        if !(1..=LONGEST_INTERVAL).contains(&count) {
            faults.add(name, format!("must be between 1 and {LONGEST_INTERVAL}"));
        }
    }
    if record::number(one, EXPIRY).is_some_and(|charges| charges < 1) {
        faults.add(EXPIRY, "must be at least 1");
    }
    // Day 0 of the month is the default: no strict day.
    for (name, last) in [("order_day_of_month", 31), ("order_day_of_week", 6)] {
        if record::number(one, name).is_some_and(|day| !(0..=last).contains(&day)) {
            faults.add(name, format!("must be between 0 and {last}"));
        }
    }
    let charges = interval(one, "charge_interval_frequency").count;
    let orders = interval(one, "order_interval_frequency").count;
    if orders > 0 && charges % orders != 0 {
        faults.add(
            "charge_interval_frequency",
            "must be a multiple of order_interval_frequency",
        );
    }
    faults.check()
}

/// Charges of these statuses took their money, whatever was given back later.
pub(super) const PAID: [&str; 3] = ["success", "refunded", "partially_refunded"];

/// The day of the next charge, reckoned from the last paid one, or from the
/// creation; never today or before.
pub(super) fn fresh_day(state: &State, asked: &CheckedRequest, id: u64, one: &Record) -> Date {
    let item = "line_items.*.purchase_item_id";
    let paid = state
        .all_in(TableName::Charges, item, id, &PAID)
        .iter()
        .filter_map(|(_, charge)| time::parse_day(record::text(charge, "scheduled_at")))
        .max();
    let created = time::parse_day(record::text(one, "created_at"));
    let step = interval(one, "charge_interval_frequency");
    let mut next = step.after(paid.or(created).unwrap_or_else(|| asked.today()));
    while next <= asked.today() {
        next = step.after(next);
    }
    next
}
