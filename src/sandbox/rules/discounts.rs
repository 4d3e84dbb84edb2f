//! Discounts: unique codes; `fully_disabled` takes them off what is queued.

use serde_json::{Value, json};

use super::{Ruling, charges, given, target, touch};
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;
use crate::sandbox::write;
use crate::sandbox::{Asked, Outcome};

pub(super) fn act(verb: &str, state: &mut State, asked: &Asked) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "update" => change(state, asked),
        "delete" => delete(state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A discount with everything in its place and nothing chosen.
pub(in crate::sandbox) fn blank(id: u64, stamp: &str) -> Record {
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

fn create(state: &mut State, asked: &Asked) -> Ruling {
    check_code(state, asked.body, None)?;
    let id = state.next_id(Name::Discounts);
    let mut discount = blank(id, &asked.stamp());
    fill(asked, &mut discount)?;
    state.create(Name::Discounts, id, &discount);
    Ok(Outcome::One(discount))
}

fn change(state: &mut State, asked: &Asked) -> Ruling {
    let (id, mut discount) = target(state, Name::Discounts, asked)?;
    check_code(state, asked.body, Some(id))?;
    fill(asked, &mut discount)?;
    state.change(Name::Discounts, id, &discount, "updated");
    if record::text(&discount, "status") == "fully_disabled" {
        take_off(state, asked, id);
    }
    Ok(Outcome::One(discount))
}

/// The fields of the body; settings are laid over those that are there.
fn fill(asked: &Asked, discount: &mut Record) -> Result<(), Refusal> {
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
    let value = Cents::of(&given(discount, "value")).unwrap_or_default();
    if record::text(discount, "value_type") == "percentage" && value > Cents(10_000) {
        return Err(Refusal::invalid(
            "value",
            "a percentage must not be more than 100",
        ));
    }
    Ok(())
}

/// No two discounts of a store have the same code.
fn check_code(state: &State, body: &Record, own: Option<u64>) -> Result<(), Refusal> {
    if !body.contains_key("code") {
        return Ok(());
    }
    let code = record::text(body, "code");
    if code.is_empty() {
        return Err(Refusal::invalid("code", "Shorter than minimum length 1."));
    }
    if state
        .table(Name::Discounts)
        .find("code", code)
        .iter()
        .any(|id| Some(*id) != own)
    {
        return Err(Refusal::invalid("code", "code already exists on store"));
    }
    Ok(())
}

/// Off every address and every queued charge, for good.
fn take_off(state: &mut State, asked: &Asked, discount: u64) {
    for (id, mut address) in state.all(Name::Addresses, "discounts.*.id", discount) {
        let kept: Vec<Value> = record::list(&address, "discounts")
            .iter()
            .filter(|one| one.get("id").and_then(record::as_id) != Some(discount))
            .cloned()
            .collect();
        record::set(&mut address, "discounts", kept);
        touch(asked, &mut address);
        state.change(Name::Addresses, id, &address, "updated");
    }
    for (id, charge) in state.all(Name::Charges, "discounts.*.id", discount) {
        if record::text(&charge, "status") == "queued" {
            charges::strip_charge(state, asked, id, charge, discount);
        }
    }
}

fn delete(state: &mut State, asked: &Asked) -> Ruling {
    let (id, discount) = target(state, Name::Discounts, asked)?;
    if record::text(&discount, "status") != "fully_disabled" {
        return Err(Refusal::invalid(
            "status",
            "only fully_disabled discounts can be deleted",
        ));
    }
    state.delete(Name::Discounts, id);
    Ok(Outcome::Nothing)
}
