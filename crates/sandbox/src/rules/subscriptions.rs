//! Subscriptions: their life, from the first day to the last.

use serde_json::{Value, json};

use super::ending::shown;
use super::products::{self, KnownVariant};
use super::rhythm::{check, fill_from_plan, fresh_day, set_next, settle_shape};
use super::skipping::{self, unskip_all};
use super::{
    Ruling, customers, ending, gifting, given, items, named, queue, regeneration, target, touch,
    update,
};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

const INTERVALS: [&str; 3] = [
    "charge_interval_frequency",
    "order_interval_frequency",
    "order_interval_unit",
];

/// The same, as plans name them.
const INTERVALS_OF_PLAN: [&str; 3] = [
    "charge_interval_frequency",
    "order_interval_frequency",
    "interval_unit",
];

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => return create(state, asked),
        "skip_gift" => return gifting::skip_gift(state, asked),
        _ => {}
    }
    let (id, one) = target(state, TableName::Subscriptions, asked)?;
    match verb {
        "update" => change(state, asked, id, one),
        "delete" => {
            ending::delete(state, asked, id, &one);
            Ok(Outcome::Nothing)
        }
        "cancel" => ending::cancel(state, asked, id, one),
        "activate" => ending::activate(state, asked, id, one),
        "set_next_charge_date" => set_next_charge_date(state, asked, id, &one),
        "change_address" => change_address(state, asked, id, one),
        _ => Err(super::unknown_verb()),
    }
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (address_id, address) = named(state, TableName::Addresses, asked.body, "address_id")?;
    items::check_pairs(asked.body, "properties")?;
    let goods = products::goods(state, asked.body);
    goods.check_sold_by_plan(state)?;
    let plan = plan(state, asked)?;
    goods.check_same(asked.body, plan.as_ref())?;
    check_not_past(asked)?;
    let plan = plan.or_else(|| goods.plan(state));
    let id = state.next_id(TableName::Subscriptions);
    let customer = record::id(&address, "customer_id").unwrap_or(0);
    let mut one = blank(id, address_id, customer, &asked.stamp());
    record::set(
        &mut one,
        "presentment_currency",
        given(&address, "presentment_currency"),
    );
    goods.describe(&mut one, plan.as_ref());
    if asked.body.contains_key("plan_id")
        && let Some(plan) = &plan
    {
        check_intervals(plan, asked.body)?;
        fill_from_plan(&mut one, plan, asked.body);
    }
    update(asked, &mut one);
    items::settle_sku(state, &mut one, asked.body);
    settle_shape(&mut one);
    check(&one)?;
    if record::text(&one, "status") == "cancelled" {
        record::set(&mut one, "cancelled_at", asked.stamp());
    }
    if record::text(&one, "status") != "active" {
        record::set(&mut one, "next_charge_scheduled_at", Value::Null);
    }
    state.create(TableName::Subscriptions, id, &one);
    queue::refresh(state, address_id, asked.now);
    customers::recount(state, customer);
    shown(state, id)
}

/// The first charge is not in the past, in the words of a recorded answer.
fn check_not_past(asked: &CheckedRequest) -> Result<(), Refusal> {
    let field = "next_charge_scheduled_at";
    match time::parse_day(record::text(asked.body, field)) {
        Some(day) if day < asked.today() => Err(Refusal::plainly(field, "Cannot be in the past")),
        _ => Ok(()),
    }
}

fn plan(state: &State, asked: &CheckedRequest) -> Result<Option<Record>, Refusal> {
    match record::id(asked.body, "plan_id") {
        Some(id) => {
            super::existing(state, TableName::Plans, id, "plan_id").map(|(_, plan)| Some(plan))
        }
        None => Ok(None),
    }
}

/// A plan that knows no intervals (a one-time plan) leaves them to the body.
fn check_intervals(plan: &Record, body: &Record) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    let both = INTERVALS.iter().zip(INTERVALS_OF_PLAN);
    let missing = both.filter(|(name, of_plan)| {
        let planned = record::at(plan, &format!("subscription_preferences.{of_plan}"));
        record::is_nothing(body.get(**name)) && record::is_nothing(planned)
    });
    let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
    faults.add_missing(&missing);
    faults.check()
}

/// A subscription with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, address: u64, customer: u64, stamp: &str) -> Record {
    record::fields([
        ("id", id.into()),
        ("address_id", address.into()),
        ("customer_id", customer.into()),
        ("analytics_data", json!({"utm_params": []})),
        ("cancellation_reason", Value::Null),
        ("cancellation_reason_comments", Value::Null),
        ("cancelled_at", Value::Null),
        ("charge_interval_frequency", 1.into()),
        ("created_at", stamp.into()),
        ("expire_after_specific_number_of_charges", Value::Null),
        ("external_product_id", json!({"ecommerce": null})),
        ("external_variant_id", json!({"ecommerce": null})),
        ("has_queued_charges", false.into()),
        ("is_prepaid", false.into()),
        ("is_skippable", true.into()),
        ("is_swappable", false.into()),
        ("max_retries_reached", false.into()),
        ("next_charge_scheduled_at", Value::Null),
        ("order_day_of_month", Value::Null),
        ("order_day_of_week", Value::Null),
        ("order_interval_frequency", 1.into()),
        ("order_interval_unit", "month".into()),
        ("presentment_currency", "USD".into()),
        ("price", "0.00".into()),
        ("product_title", Value::Null),
        ("properties", json!([])),
        ("quantity", 1.into()),
        ("sku", Value::Null),
        ("sku_override", false.into()),
        ("status", "active".into()),
        ("updated_at", stamp.into()),
        ("variant_title", Value::Null),
    ])
}

fn change(state: &mut State, asked: &CheckedRequest, id: u64, mut one: Record) -> Ruling {
    let forced = regeneration::is_true(asked.asked_for("force_update"));
    if record::text(&one, "status") != "active" && !forced {
        // "Only active subscriptions will be updated": a success that changes
        // nothing, as its answer shows.
        return Ok(Outcome::One(one));
    }
    check_status(asked.body, &one)?;
    items::check_pairs(asked.body, "properties")?;
    let given_intervals = INTERVALS
        .iter()
        .filter(|name| asked.body.contains_key(**name))
        .count();
    if given_intervals != 0 && given_intervals != INTERVALS.len() {
        return Err(Refusal::invalid(
            "_schema",
            format!("{} go together", INTERVALS.join(", ")),
        ));
    }
    let before = one.clone();
    let plan = plan(state, asked)?;
    if let Some(plan) = &plan {
        let variant = if asked.body.contains_key("external_variant_id") {
            asked.body
        } else {
            &before
        };
        products::goods(state, variant).check_same(asked.body, Some(plan))?;
        fill_from_plan(&mut one, plan, asked.body);
    }
    if asked.body.contains_key("external_variant_id") {
        swap(state, asked, &mut one, plan.as_ref());
        if given(&one, "external_variant_id") != given(&before, "external_variant_id") {
            // A swap is reported by itself, before what else the request
            // changes.
            state.change(TableName::Subscriptions, id, &one, "swapped");
        }
    }
    update(asked, &mut one);
    items::settle_sku(state, &mut one, asked.body);
    settle_shape(&mut one);
    check(&one)?;
    let revived = ending::revive(asked, &mut one);
    let active = record::text(&one, "status") == "active";
    if revived || active && interval_fields(&before) != interval_fields(&one) {
        unskip_all(state, asked, id);
        let next = fresh_day(state, asked, id, &one);
        record::set(&mut one, "next_charge_scheduled_at", time::day_text(next));
    }
    let verb = if revived { "activated" } else { "updated" };
    state.change(TableName::Subscriptions, id, &one, verb);
    if revived {
        ending::settle(state, asked, &one);
        ending::tell_address(state, asked, &one);
    } else {
        let address = record::id(&one, "address_id").unwrap_or(0);
        regeneration::follow_update(state, asked, address, id);
    }
    shown(state, id)
}

/// An update changes no status, but that a cancelled subscription comes back.
fn check_status(body: &Record, one: &Record) -> Result<(), Refusal> {
    let wanted = record::text(body, "status");
    let comes_back = wanted == "active" && record::text(one, "status") == "cancelled";
    if body.contains_key("status") && wanted != record::text(one, "status") && !comes_back {
        let message = "cannot be set by an update: cancel or activate the subscription";
        return Err(Refusal::invalid("status", message));
    }
    Ok(())
}

/// A unit goes with its frequencies: refused before all else, under the name
/// that a recorded answer gives, and with a bare text.
pub(super) fn check_unit(verb: &str, body: &Record) -> Result<(), Refusal> {
    let [frequencies @ .., unit] = INTERVALS;
    let lacks = frequencies
        .iter()
        .any(|name| record::is_nothing(body.get(*name)));
    let by_plan = verb == "create" && body.contains_key("plan_id");
    let is_unit = matches!(record::text(body, unit), "day" | "week" | "month");
    if lacks && !by_plan && is_unit {
        let message = format!("{} are required with it", frequencies.join(" and "));
        return Err(Refusal::plainly("charge_interval_unit_type", &message));
    }
    Ok(())
}

fn interval_fields(one: &Record) -> Vec<Value> {
    let days = ["order_day_of_month", "order_day_of_week"];
    INTERVALS
        .iter()
        .chain(&days)
        .map(|name| given(one, name))
        .collect()
}

/// Another variant brings its product, its title and, unless overridden, its
/// sku; its price only when asked for.
fn swap(state: &State, asked: &CheckedRequest, one: &mut Record, plan: Option<&Record>) {
    let goods: KnownVariant = products::goods(state, asked.body);
    if !goods.is_known() {
        // The update itself takes over the number of the variant.
        return;
    }
    let price = given(one, "price");
    let sku = given(one, "sku");
    let own_plan = goods.plan(state);
    goods.describe(one, plan.or(own_plan.as_ref()));
    if !record::flag(asked.body, "use_external_variant_defaults") {
        record::set(one, "price", price);
    }
    record::set(one, "sku", sku);
}

fn check_active(one: &Record) -> Result<(), Refusal> {
    if record::text(one, "status") == "active" {
        Ok(())
    } else {
        Err(Refusal::invalid("status", "the subscription is not active"))
    }
}

fn set_next_charge_date(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    one: &Record,
) -> Ruling {
    check_active(one)?;
    let day = time::parse_day(record::text(asked.body, "date"));
    if day == queue::next_day(one) {
        return shown(state, id);
    }
    if day.is_none_or(|day| day < asked.today()) {
        let message = "date is not far enough in the future";
        return Err(Refusal::invalid("date", message));
    }
    set_next(state, asked, id, day, "updated");
    queue::refresh_merging(
        state,
        record::id(one, "address_id").unwrap_or(0),
        asked.now,
        day,
    );
    shown(state, id)
}

fn change_address(state: &mut State, asked: &CheckedRequest, id: u64, mut one: Record) -> Ruling {
    let (address_id, address) = named(state, TableName::Addresses, asked.body, "address_id")?;
    if record::id(&address, "customer_id") != record::id(&one, "customer_id") {
        return Err(Refusal::invalid(
            "address_id",
            "the address belongs to another customer",
        ));
    }
    if given(&address, "presentment_currency") != given(&one, "presentment_currency") {
        return Err(Refusal::invalid(
            "address_id",
            "the address has another presentment currency",
        ));
    }
    let left = record::id(&one, "address_id").unwrap_or(0);
    record::set(&mut one, "address_id", address_id);
    if record::text(&one, "status") == "active" {
        let day = time::parse_day(record::text(asked.body, "next_charge_scheduled_at"));
        if let Some(day) = day {
            record::set(&mut one, "next_charge_scheduled_at", time::day_text(day));
        }
    }
    touch(asked, &mut one);
    state.change(TableName::Subscriptions, id, &one, "updated");
    skipping::follow(state, asked, id, address_id);
    queue::refresh(state, left, asked.now);
    queue::refresh(state, address_id, asked.now);
    shown(state, id)
}
