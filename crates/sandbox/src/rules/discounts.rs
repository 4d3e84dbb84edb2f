//! Discounts: unique codes, settings that make sense; `fully_disabled` takes
//! them off what is queued. When they can be used is in `redeeming`.

use serde_json::{Value, json};

use super::{Ruling, charges, given, target, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::requests::write;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "update" => change(state, asked),
        "delete" => delete(state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A discount with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, stamp: &str) -> Record {
    record::object(json!({
        "id": id,
        "applies_to": {"ids": [], "purchase_item_type": "ALL", "resource": null},
        "channel_settings": {
            "api": {"can_apply": true},
            "checkout_page": {"can_apply": true},
            "customer_portal": {"can_apply": true},
            "merchant_portal": {"can_apply": true},
        },
        "code": null,
        "created_at": stamp,
        "ends_at": null,
        "external_discount_id": {"ecommerce": null},
        "external_discount_source": null,
        "prerequisite_subtotal_min": null,
        "starts_at": null,
        "status": "enabled",
        "updated_at": stamp,
        "usage_limits": {
            "first_time_customer_restriction": false,
            "max_subsequent_redemptions": null,
            "one_application_per_customer": false,
        },
        "value": "0.00",
        "value_type": "percentage",
    }))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let id = state.next_id(TableName::Discounts);
    let mut discount = blank(id, &asked.stamp());
    fill(state, asked, id, &mut discount)?;
    if has_ended(asked, &discount) && record::text(&discount, "status") == "enabled" {
        // As if it had been made in time: old ones can be imported.
        record::set(&mut discount, "status", "disabled");
    }
    look_from(state, asked);
    state.create(TableName::Discounts, id, &discount);
    Ok(Outcome::One(discount))
}

fn change(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, mut discount) = target(state, TableName::Discounts, asked)?;
    fill(state, asked, id, &mut discount)?;
    if has_ended(asked, &discount) && record::text(&discount, "status") == "enabled" {
        if asked.body.contains_key("status") {
            let message = "an ended discount cannot be enabled";
            return Err(Refusal::invalid("ends_at", message));
        }
        record::set(&mut discount, "status", "disabled");
    }
    look_from(state, asked);
    state.change(TableName::Discounts, id, &discount, "updated");
    if record::text(&discount, "status") == "fully_disabled" {
        take_off(state, asked, id);
    }
    Ok(Outcome::One(discount))
}

/// An end that is set now lies ahead, wherever the clock stood before.
fn look_from(state: &mut State, asked: &CheckedRequest) {
    let now = asked.now.as_second();
    state.discounts_ended = state.discounts_ended.min(now);
}

fn has_ended(asked: &CheckedRequest, discount: &Record) -> bool {
    time::parse(record::text(discount, "ends_at")).is_some_and(|end| end < asked.now)
}

/// The fields of the body; settings are laid over those that are there.
fn fill(
    state: &State,
    asked: &CheckedRequest,
    id: u64,
    discount: &mut Record,
) -> Result<(), Refusal> {
    let mut plain = asked.body.clone();
    for nested in ["applies_to", "channel_settings", "usage_limits"] {
        if let (Some(given), Some(target)) = (plain.remove(nested), discount.get_mut(nested))
            && given.is_object()
        {
            write::overlay(target, &given);
        }
    }
    write::fill(
        discount,
        asked.row.operation,
        asked.row.resource.object,
        &plain,
    );
    touch(asked, discount);
    let mut faults = FieldErrors::default();
    check_code(state, asked.body, id, &mut faults);
    check_value(discount, &mut faults);
    check_dates(discount, &mut faults);
    check_settings(discount, &mut faults);
    faults.check()
}

/// The code must be unique in the store.
fn check_code(state: &State, body: &Record, own: u64, faults: &mut FieldErrors) {
    if !body.contains_key("code") {
        return;
    }
    let code = record::text(body, "code").trim();
    if code.is_empty() {
        faults.add("code", "Shorter than minimum length 1.");
        return;
    }
    let others = state.table(TableName::Discounts).find("code", code);
    if others.iter().any(|id| *id != own) {
        faults.add("code", "code already exists on store");
    }
}

fn check_value(discount: &Record, faults: &mut FieldErrors) {
    for needed in ["value", "value_type", "status"] {
        if record::is_nothing(discount.get(needed)) {
            faults.add(needed, "Field may not be null.");
        }
    }
    let value = Cents::of(&given(discount, "value")).unwrap_or_default();
    if record::text(discount, "value_type") == "percentage" && value > Cents(10_000) {
        faults.add("value", "a percentage must not be more than 100");
    }
}

fn check_dates(discount: &Record, faults: &mut FieldErrors) {
    let at = |field: &str| time::parse(record::text(discount, field));
    if let (Some(starts), Some(ends)) = (at("starts_at"), at("ends_at"))
        && ends <= starts
    {
        faults.add("ends_at", "must be after starts_at");
    }
}

/// What applies, where, and how often: the settings inside the objects.
fn check_settings(discount: &Record, faults: &mut FieldErrors) {
    let mut flag = |path: &str| {
        if !record::at(discount, path).is_none_or(Value::is_boolean) {
            faults.add(path, "Not a valid boolean.");
        }
    };
    for channel in ["api", "checkout_page", "customer_portal", "merchant_portal"] {
        flag(&format!("channel_settings.{channel}.can_apply"));
    }
    flag("usage_limits.first_time_customer_restriction");
    flag("usage_limits.one_application_per_customer");
    let more = "usage_limits.max_subsequent_redemptions";
    let times = record::at(discount, more).filter(|value| !value.is_null());
    if times.is_some_and(|times| record::as_id(times).is_none()) {
        faults.add(more, "Not a valid integer.");
    }
    if record::at(discount, "applies_to.ids").is_some_and(|ids| !ids.is_array() && !ids.is_null()) {
        faults.add("applies_to.ids", "Not a valid list.");
    }
    let kind = given_at(discount, "applies_to.purchase_item_type");
    if !matches!(kind.as_str(), "" | "ALL" | "ONETIME" | "SUBSCRIPTION") {
        faults.add(
            "applies_to.purchase_item_type",
            format!("'{kind}' is not one of ALL, ONETIME, SUBSCRIPTION"),
        );
    }
    // What cannot be distinguished could not be limited either.
    let resource = given_at(discount, "applies_to.resource");
    let known = ["product", "collection", "customer"];
    if !resource.is_empty() && !known.iter().any(|known| resource.contains(known)) {
        faults.add(
            "applies_to.resource",
            format!("'{resource}' is no product, collection or customer"),
        );
    }
}

/// The text of a setting; what is not text shows as it is.
fn given_at(discount: &Record, path: &str) -> String {
    match record::at(discount, path) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Off every address and every charge that is still to be paid, for good.
fn take_off(state: &mut State, asked: &CheckedRequest, discount: u64) {
    for (id, mut address) in state.all(TableName::Addresses, "discounts.*.id", discount) {
        let kept: Vec<Value> = record::list(&address, "discounts")
            .iter()
            .filter(|one| one.get("id").and_then(record::as_id) != Some(discount))
            .cloned()
            .collect();
        record::set(&mut address, "discounts", kept);
        touch(asked, &mut address);
        state.change(TableName::Addresses, id, &address, "updated");
    }
    for (id, charge) in state.all(TableName::Charges, "discounts.*.id", discount) {
        if matches!(
            record::text(&charge, "status"),
            "queued" | "error" | "skipped"
        ) {
            charges::strip_charge(state, asked.now, id, charge, discount);
        }
    }
}

fn delete(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, discount) = target(state, TableName::Discounts, asked)?;
    if record::text(&discount, "status") != "fully_disabled" {
        return Err(Refusal::invalid(
            "status",
            "only fully_disabled discounts can be deleted",
        ));
    }
    state.delete(TableName::Discounts, id);
    Ok(Outcome::Nothing)
}
