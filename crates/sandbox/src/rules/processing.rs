//! Processing: a charge takes the money, becomes orders, and queues the next.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::rhythm::{interval, next_after, paid_charges};
use super::skipping::items_of;
use super::{Ruling, credits, customers, orders, queue, redeeming, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time::{self, Interval};

/// An authorised payment can be captured for this long.
const DAYS_TO_CAPTURE: i64 = 7;

/// A failed charge is tried again after this many days.
const DAYS_TO_RETRY: i64 = 2;

/// After this many tries, a charge that fails is left alone.
const MOST_TRIES: i64 = 8;

/// How a charge fails that is not tried again.
const CLOSED: &str = "CLOSED_MAX_RETRIES_REACHED";

/// Charges now what is queued or failed. A payment that is declined leaves the
/// charge in error; that too is an answer, not a refusal.
pub(super) fn process(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    charge: Record,
) -> Ruling {
    if !matches!(record::text(&charge, "status"), "queued" | "error") {
        return Err(Refusal::invalid(
            "status",
            "only queued and failed charges can be processed",
        ));
    }
    let charge = take(state, id, charge, asked.now);
    Ok(Outcome::One(charge))
}

/// Captures a payment that was authorised.
pub(super) fn capture(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    charge: Record,
) -> Ruling {
    if record::text(&charge, "status") != "pending" {
        return Err(Refusal::invalid(
            "status",
            "only authorised charges can be captured",
        ));
    }
    let authorised = time::parse(record::text(&charge, "updated_at")).unwrap_or(Timestamp::MIN);
    let end = authorised.checked_add(Span::new().hours(24 * DAYS_TO_CAPTURE));
    if end.is_ok_and(|end| end < asked.now) {
        return Err(Refusal::error(
            400,
            "the authorisation is older than 7 days",
        ));
    }
    let charge = succeed(state, id, charge, asked.now);
    Ok(Outcome::One(charge))
}

/// Takes the money of an open charge, if the payment method gives it.
pub(super) fn take(state: &mut State, id: u64, charge: Record, now: Timestamp) -> Record {
    let address = record::id(&charge, "address_id")
        .and_then(|id| state.get(TableName::Addresses, id))
        .unwrap_or_default();
    match queue::payment_method(state, &address) {
        None => fail(
            state,
            id,
            charge,
            now,
            "no payment method",
            "MISSING_PAYMENT_METHOD",
        ),
        Some(method) if matches!(record::text(&method, "status"), "invalid" | "empty") => fail(
            state,
            id,
            charge,
            now,
            "Your card was declined.",
            "CARD_DECLINED",
        ),
        Some(_) => succeed(state, id, charge, now),
    }
}

/// The day on which a charge that failed is tried again.
pub(super) fn retry_day(now: Timestamp) -> String {
    time::day_text(time::day_of(now).saturating_add(Span::new().days(DAYS_TO_RETRY)))
}

fn fail(
    state: &mut State,
    id: u64,
    mut charge: Record,
    now: Timestamp,
    error: &str,
    kind: &str,
) -> Record {
    let tries = count_try(state, id);
    let last = tries >= MOST_TRIES;
    let retry = (!last).then(|| retry_day(now));
    let kind = if last { CLOSED } else { kind };
    record::set(&mut charge, "status", "error");
    record::set(&mut charge, "error", error);
    record::set(&mut charge, "error_type", kind);
    record::set(&mut charge, "retry_date", retry);
    note_attempts(&mut charge, tries, &time::stamp(now));
    record::set(&mut charge, "updated_at", time::stamp(now));
    state.change(TableName::Charges, id, &charge, "failed");
    note_last_try(state, &charge, last);
    if last {
        state.tell(TableName::Charges, id, "max_retries_reached");
    }
    let customer = record::id(&charge, "customer.id").unwrap_or(0);
    customers::note_dunning(state, customer);
    charge
}

/// What only charges carry that failed.
pub(crate) fn note_attempts(charge: &mut Record, tries: i64, last: &str) {
    record::set(charge, "charge_attempts", tries);
    record::set(charge, "last_charge_attempt", last);
    record::set(charge, "external_variant_not_found", Value::Null);
}

/// One more try has failed; gives how many that makes.
fn count_try(state: &mut State, charge: u64) -> i64 {
    let before = state
        .get(TableName::ChargeTries, charge)
        .unwrap_or_default();
    let tries = record::number(&before, "tries").unwrap_or(0) + 1;
    let after = record::object(json!({"id": charge, "tries": tries}));
    state.change(TableName::ChargeTries, charge, &after, QUIETLY);
    tries
}

/// Subscriptions know whether the last try to charge them has failed. They are
/// not cancelled for it: what a shop does then is its own setting.
fn note_last_try(state: &mut State, charge: &Record, reached: bool) {
    for item in items_of(charge) {
        if let Some(mut one) = state.get(TableName::Subscriptions, item) {
            record::set(&mut one, "max_retries_reached", reached);
            if record::text(charge, "status") == "error" {
                record::set(&mut one, "has_queued_charges", false);
            }
            state.change(TableName::Subscriptions, item, &one, QUIETLY);
        }
    }
}

fn succeed(state: &mut State, id: u64, mut charge: Record, now: Timestamp) -> Record {
    let was_open = matches!(record::text(&charge, "status"), "queued" | "error");
    let again = state.all(TableName::Orders, "charge.id", id);
    mark_paid(&mut charge, id, now);
    // A new transaction: what was given back belonged to the one before.
    record::set(&mut charge, "total_refunds", "0.00");
    if again.is_empty() {
        make_orders(state, id, &mut charge, was_open, now);
    } else {
        state.change(TableName::Charges, id, &charge, "paid");
        orders::submit_again(state, again, &charge, now);
    }
    let customer = record::id(&charge, "customer.id").unwrap_or(0);
    customers::note_paid(state, customer, &charge, now);
    note_last_try(state, &charge, false);
    state.drop_quietly(TableName::ChargeTries, id);
    if was_open && record::text(&charge, "type") == "recurring" {
        credits::spend(state, customer, &charge, now);
    }
    let address = record::id(&charge, "address_id").unwrap_or(0);
    redeeming::use_up(state, address, now);
    queue::refresh(state, address, now);
    charge
}

/// A charge paid for the first time becomes its orders, and what it was for
/// moves on.
fn make_orders(state: &mut State, id: u64, charge: &mut Record, was_open: bool, now: Timestamp) {
    let items = items_of(charge);
    let slots = slots(state, charge, &items, now);
    record::set(charge, "orders_count", slots.len());
    state.change(TableName::Charges, id, charge, "paid");
    for slot in slots {
        let order = state.next_id(TableName::Orders);
        let record = orders::of_charge(state, order, charge, &slot);
        state.create(TableName::Orders, order, &record);
    }
    let day = time::parse_day(record::text(charge, "scheduled_at"));
    if was_open {
        for item in items {
            advance(state, item, day.unwrap_or(Date::MIN), now);
        }
    }
}

/// The fields of a charge that was paid.
pub(crate) fn mark_paid(charge: &mut Record, id: u64, now: Timestamp) {
    record::set(charge, "status", "success");
    record::set(charge, "processed_at", time::stamp(now));
    record::set(charge, "updated_at", time::stamp(now));
    for cleared in ["error", "error_type", "retry_date"] {
        record::set(charge, cleared, Value::Null);
    }
    record::set(
        charge,
        "external_transaction_id",
        json!({"payment_processor": transaction(id)}),
    );
    record::set(
        charge,
        "external_order_id",
        json!({"ecommerce": orders::external_number(id)}),
    );
}

/// The number of a payment at the processor.
pub(crate) fn transaction(id: u64) -> String {
    format!("ch_{:024x}", u128::from(id) * 0x9e37_79b9_7f4a_7c15)
}

/// The orders that a charge pays for: one now, and for prepaid subscriptions
/// one more for each interval until the next charge.
fn slots(state: &State, charge: &Record, items: &[u64], now: Timestamp) -> Vec<orders::Slot> {
    let day = time::parse_day(record::text(charge, "scheduled_at")).unwrap_or(Date::MIN);
    let mut slots = vec![orders::Slot {
        day,
        items: items.to_vec(),
        prepaid: false,
        sent: Some(now),
    }];
    for item in items {
        let Some(one) = state.get(TableName::Subscriptions, *item) else {
            continue;
        };
        if !record::flag(&one, "is_prepaid") {
            continue;
        }
        slots[0].prepaid = true;
        let orders = interval(&one, "order_interval_frequency");
        let charges = interval(&one, "charge_interval_frequency");
        for place in 1..(charges.count / orders.count.max(1)).max(1) {
            // Each is counted from the charge, so that the 31st stays one.
            let step = Interval {
                count: orders.count.saturating_mul(place),
                ..orders
            };
            slots.push(orders::Slot {
                day: step.after(day),
                items: vec![*item],
                prepaid: true,
                sent: None,
            });
        }
    }
    slots
}

/// A subscription that was charged moves on, or ends when it has had all its
/// charges; a one-time item is done.
fn advance(state: &mut State, item: u64, day: Date, now: Timestamp) {
    if let Some(mut onetime) = state.get(TableName::Onetimes, item) {
        record::set(&mut onetime, "next_charge_scheduled_at", Value::Null);
        record::set(&mut onetime, "updated_at", time::stamp(now));
        state.change(TableName::Onetimes, item, &onetime, "updated");
        return;
    }
    let Some(mut one) = state.get(TableName::Subscriptions, item) else {
        return;
    };
    record::set(&mut one, "updated_at", time::stamp(now));
    let last = record::number(&one, "expire_after_specific_number_of_charges");
    if last.is_some_and(|last| paid_charges(state, item) >= last) {
        record::set(&mut one, "status", "expired");
        record::set(&mut one, "next_charge_scheduled_at", Value::Null);
        record::set(&mut one, "has_queued_charges", false);
        state.change(TableName::Subscriptions, item, &one, "expired");
    } else {
        let mut next = next_after(state, item, &one, day);
        // Paid late, after dunning: the days that were missed are not made up.
        while next <= time::day_of(now) {
            next = next_after(state, item, &one, next);
        }
        record::set(&mut one, "next_charge_scheduled_at", time::day_text(next));
        state.change(TableName::Subscriptions, item, &one, "updated");
    }
    let customer = record::id(&one, "customer_id").unwrap_or(0);
    customers::recount(state, customer);
}

/// Failed charges of a customer are tried again today.
pub(super) fn retry_failed(state: &mut State, asked: &CheckedRequest, customer: u64) {
    for (id, mut charge) in state.all(TableName::Charges, "customer.id", customer) {
        if record::text(&charge, "status") == "error" {
            record::set(&mut charge, "retry_date", time::day_text(asked.today()));
            touch(asked, &mut charge);
            state.change(TableName::Charges, id, &charge, "updated");
        }
    }
}
