//! Charges: discounts on them, refunds; skipping and processing live beside.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Ruling, customers, given, processing, queue, redeeming, skipping, target, totals, touch,
};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, charge) = target(state, TableName::Charges, asked)?;
    match verb {
        "apply_discount" => apply_discount(state, asked, id, charge),
        "remove_discount" => remove_discount(state, asked, id, charge),
        "skip" => skipping::skip(state, asked, id, charge),
        "unskip" => skipping::unskip(state, asked, id, charge),
        "refund" => refund(state, asked, id, charge),
        "process" => processing::process(state, asked, id, charge),
        "capture_payment" => processing::capture(state, asked, id, charge),
        _ => Err(super::unknown_verb()),
    }
}

/// One discount for a queued charge, unless it or its address has one.
fn apply_discount(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    mut charge: Record,
) -> Ruling {
    let (discount_id, discount) = wanted_discount(state, asked.body)?;
    if record::text(&charge, "status") != "queued" {
        return Err(Refusal::invalid(
            "status",
            "discounts go on queued charges only",
        ));
    }
    let address =
        record::id(&charge, "address_id").and_then(|id| state.get(TableName::Addresses, id));
    let taken = |holder: &Record| !record::list(holder, "discounts").is_empty();
    if taken(&charge) || address.as_ref().is_some_and(taken) {
        return Err(Refusal::invalid(
            "discount",
            "the charge or its address already has a discount",
        ));
    }
    let place = redeeming::Use {
        now: asked.now,
        customer: record::id(&charge, "customer.id"),
        address: record::id(&charge, "address_id"),
        items: Some(record::list(&charge, "line_items")),
    };
    if let Some(obstacle) = redeeming::obstacle(state, discount_id, &discount, &place) {
        return Err(Refusal::invalid("discount", obstacle));
    }
    record::set(
        &mut charge,
        "discounts",
        vec![totals::applied(discount_id, &discount)],
    );
    totals::settle(state, &mut charge);
    touch(asked, &mut charge);
    state.change(TableName::Charges, id, &charge, "updated");
    Ok(Outcome::One(charge))
}

/// The discount that the body names; the number counts before the code.
fn wanted_discount(state: &State, body: &Record) -> Result<(u64, Record), Refusal> {
    if let Some(id) = record::id(body, "discount_id") {
        return super::existing(state, TableName::Discounts, id, "discount_id");
    }
    match record::text(body, "discount_code") {
        "" => Err(Refusal::invalid(
            "_schema",
            "discount_id or discount_code is required",
        )),
        code => state
            .table(TableName::Discounts)
            .find_one("code", code)
            .ok_or_else(|| {
                Refusal::invalid("discount_code", format!("no discount has the code {code}"))
            }),
    }
}

/// From the charge alone, or, with an address, from it and all its charges.
fn remove_discount(
    state: &mut State,
    asked: &CheckedRequest,
    id: u64,
    mut charge: Record,
) -> Ruling {
    let own = record::id(&charge, "address_id").unwrap_or(0);
    if let Some(address_id) = record::id(asked.body, "address_id") {
        if address_id != own {
            return Err(Refusal::invalid(
                "address_id",
                "the charge belongs to another address",
            ));
        }
        clear_address(state, asked, address_id)?;
        return target(state, TableName::Charges, asked).map(|(_, charge)| Outcome::One(charge));
    }
    if record::list(&charge, "discounts").is_empty() {
        return Err(Refusal::invalid("discount", "the charge has no discount"));
    }
    if !matches!(
        record::text(&charge, "status"),
        "queued" | "error" | "skipped"
    ) {
        return Err(Refusal::invalid("status", "the charge has been paid"));
    }
    let address = state.get(TableName::Addresses, own).unwrap_or_default();
    if !record::list(&address, "discounts").is_empty() {
        return Err(Refusal::invalid(
            "address_id",
            "the discount is on the address: give its id",
        ));
    }
    record::set(&mut charge, "discounts", Vec::<Value>::new());
    totals::settle(state, &mut charge);
    touch(asked, &mut charge);
    state.change(TableName::Charges, id, &charge, "updated");
    Ok(Outcome::One(charge))
}

fn clear_address(
    state: &mut State,
    asked: &CheckedRequest,
    address_id: u64,
) -> Result<(), Refusal> {
    let (_, mut address) = super::existing(state, TableName::Addresses, address_id, "address_id")?;
    let taken: Vec<u64> = discount_ids(&address);
    if taken.is_empty() {
        return Err(Refusal::invalid("discount", "the address has no discount"));
    }
    record::set(&mut address, "discounts", Vec::<Value>::new());
    touch(asked, &mut address);
    state.change(TableName::Addresses, address_id, &address, "updated");
    for discount in taken {
        strip(state, asked.now, address_id, discount);
    }
    Ok(())
}

/// The numbers of the discounts that a record carries.
pub(super) fn discount_ids(record: &Record) -> Vec<u64> {
    let discounts = record::list(record, "discounts").iter();
    discounts
        .filter_map(|one| record::as_id(one.get("id")?))
        .collect()
}

/// Takes a discount off the open charges of an address.
pub(super) fn strip(state: &mut State, now: Timestamp, address_id: u64, discount: u64) {
    for (id, charge) in queue::open_charges(state, address_id) {
        strip_charge(state, now, id, charge, discount);
    }
}

/// Takes a discount off one charge.
pub(super) fn strip_charge(
    state: &mut State,
    now: Timestamp,
    id: u64,
    mut charge: Record,
    discount: u64,
) {
    let discounts = record::list(&charge, "discounts");
    let kept: Vec<Value> = discounts
        .iter()
        .filter(|one| one.get("id").and_then(record::as_id) != Some(discount))
        .cloned()
        .collect();
    if kept.len() == discounts.len() {
        return;
    }
    record::set(&mut charge, "discounts", kept);
    totals::settle(state, &mut charge);
    record::set(&mut charge, "updated_at", time::stamp(now));
    state.change(TableName::Charges, id, &charge, "updated");
}

/// Gives money back: part of it or all of it; with `retry` the charge is set
/// to error so that it is tried again.
fn refund(state: &mut State, asked: &CheckedRequest, id: u64, mut charge: Record) -> Ruling {
    if !matches!(
        record::text(&charge, "status"),
        "success" | "partially_refunded"
    ) {
        return Err(Refusal::invalid(
            "status",
            "only charges that succeeded can be refunded",
        ));
    }
    let remaining =
        totals::amount(&charge, "total_price") - totals::amount(&charge, "total_refunds");
    let full = record::flag(asked.body, "full_refund");
    let amount = if full {
        remaining
    } else {
        totals::amount(asked.body, "amount")
    };
    if amount <= Cents(0) || amount > remaining {
        let message = format!("must be more than 0.00 and not more than {remaining}");
        return Err(Refusal::invalid("amount", message));
    }
    let retry = record::flag(asked.body, "retry");
    if retry {
        check_retry(asked.body, full)?;
    }
    if !full && !Cents::is_exact(asked.body.get("amount")) {
        return Err(Refusal::invalid(
            "amount",
            "must not have more than two decimals",
        ));
    }
    let refunded = totals::amount(&charge, "total_refunds") + amount;
    record::set(&mut charge, "total_refunds", refunded);
    let status = if amount == remaining {
        "refunded"
    } else {
        "partially_refunded"
    };
    record::set(&mut charge, "status", status);
    if retry {
        record::set(&mut charge, "status", "error");
        record::set(&mut charge, "error", given(asked.body, "error"));
        record::set(&mut charge, "error_type", given(asked.body, "error_type"));
        record::set(&mut charge, "processed_at", Value::Null);
        record::set(&mut charge, "retry_date", processing::retry_day(asked.now));
    }
    touch(asked, &mut charge);
    state.change(TableName::Charges, id, &charge, "refunded");
    refund_orders(state, asked, id, &charge);
    if retry {
        customers::note_dunning(state, record::id(&charge, "customer.id").unwrap_or(0));
    }
    Ok(Outcome::One(charge))
}

fn check_retry(body: &Record, full: bool) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    if !full {
        faults.add(
            "full_refund",
            "a charge is retried after a full refund only",
        );
    }
    let mut needed = vec!["error", "error_type"];
    needed.retain(|name| record::text(body, name).is_empty());
    faults.add_missing(&needed);
    faults.check()
}

/// The first order of a charge shows what was given back; when the charge is
/// tried again, that order is the one that the shop did not take.
fn refund_orders(state: &mut State, asked: &CheckedRequest, charge_id: u64, charge: &Record) {
    let orders = state.all(TableName::Orders, "charge.id", charge_id);
    if let Some((id, mut order)) = orders.into_iter().next() {
        record::set(&mut order, "total_refunds", given(charge, "total_refunds"));
        if let Some(Value::Object(of_charge)) = order.get_mut("charge") {
            record::set(of_charge, "status", given(charge, "status"));
        }
        if record::text(charge, "status") == "error" {
            record::set(&mut order, "status", "error");
            record::set(&mut order, "error", given(charge, "error"));
        }
        touch(asked, &mut order);
        state.change(TableName::Orders, id, &order, "updated");
    }
}
