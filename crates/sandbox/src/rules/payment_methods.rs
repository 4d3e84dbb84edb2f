//! Payment methods: each customer with any has exactly one default.

use serde_json::{Value, json};

use super::{Ruling, customers, named, processing, queue, target, touch, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::requests::write;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// The processor whose payment methods only the shop changes.
const READ_ONLY: &str = "shopify_payments";

/// Parts of a billing address that cannot be taken away.
const BILLED: [&str; 5] = [
    "address1",
    "city",
    "country_code",
    "first_name",
    "last_name",
];

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "update" => change(state, asked),
        "delete" => delete(state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A payment method with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, customer: u64, stamp: &str) -> Record {
    let stamp = time::without_offset(stamp);
    record::fields([
        ("id", id.into()),
        ("customer_id", customer.into()),
        ("billing_address", Value::Null),
        ("created_at", stamp.into()),
        ("default", false.into()),
        (
            "payment_details",
            json!({"brand": null, "exp_month": null, "exp_year": null, "last4": null}),
        ),
        ("payment_type", "CREDIT_CARD".into()),
        ("processor_customer_token", Value::Null),
        ("processor_name", "stripe".into()),
        ("processor_payment_method_token", Value::Null),
        ("retry_date", Value::Null),
        ("status", "valid".into()),
        ("status_reason", Value::Null),
        ("updated_at", stamp.into()),
    ])
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (customer, _) = named(state, TableName::Customers, asked.body, "customer_id")?;
    let token = record::text(asked.body, "processor_customer_token");
    check(asked.body, token)?;
    let id = state.next_id(TableName::PaymentMethods);
    let mut method = blank(id, customer, &asked.stamp());
    update(asked, &mut method);
    let alone = state
        .table(TableName::PaymentMethods)
        .find("customer_id", customer)
        .is_empty();
    if alone {
        record::set(&mut method, "default", true);
    }
    state.create(TableName::PaymentMethods, id, &method);
    if record::flag(&method, "default") {
        make_only_default(state, asked, customer, id);
    }
    customers::note_payment_methods(state, customer);
    queue::bill_anew(state, customer, asked.now);
    if record::flag(asked.body, "retry_charges") {
        processing::retry_failed(state, asked, customer);
    }
    Ok(Outcome::One(method))
}

/// What a request may say of the processor and the billing address; all faults
/// at once.
fn check(body: &Record, token: &str) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    match record::text(body, "processor_name") {
        READ_ONLY => faults.add("processor_name", format!("{READ_ONLY} is read-only")),
        "stripe" if !token.starts_with("cus_") => {
            let message = "must begin with cus_ for stripe";
            faults.add("processor_customer_token", message);
        }
        _ => {}
    }
    for part in BILLED {
        let field = format!("billing_address.{part}");
        if record::at(body, &field).is_some_and(Value::is_null) {
            faults.add(&field, "Field may not be null.");
        }
    }
    faults.check()
}

/// What belongs to the shop is managed there.
fn check_own(method: &Record) -> Result<(), Refusal> {
    if record::text(method, "processor_name") == READ_ONLY {
        let message = format!("{READ_ONLY} is read-only");
        return Err(Refusal::invalid("processor_name", message));
    }
    Ok(())
}

fn make_only_default(state: &mut State, asked: &CheckedRequest, customer: u64, default: u64) {
    for (id, mut method) in state.all(TableName::PaymentMethods, "customer_id", customer) {
        let wanted = id == default;
        if record::flag(&method, "default") != wanted {
            record::set(&mut method, "default", wanted);
            touch(asked, &mut method);
            state.change(TableName::PaymentMethods, id, &method, "updated");
        }
    }
}

fn change(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, mut method) = target(state, TableName::PaymentMethods, asked)?;
    check_own(&method)?;
    check(
        asked.body,
        record::text(&method, "processor_customer_token"),
    )?;
    let was_default = record::flag(&method, "default");
    if was_default && asked.body.get("default") == Some(&Value::Bool(false)) {
        let message = "a customer has exactly one default: make another one the default";
        return Err(Refusal::invalid("default", message));
    }
    let mut plain = asked.body.clone();
    if let (Some(given), Some(target)) = (
        plain.remove("billing_address"),
        method.get_mut("billing_address"),
    ) {
        write::overlay(target, &given);
    }
    write::fill(
        &mut method,
        asked.row.operation,
        asked.row.resource.object,
        &plain,
    );
    touch(asked, &mut method);
    state.change(TableName::PaymentMethods, id, &method, "updated");
    if record::flag(&method, "default") && !was_default {
        make_only_default(
            state,
            asked,
            record::id(&method, "customer_id").unwrap_or(0),
            id,
        );
    }
    let customer = record::id(&method, "customer_id").unwrap_or(0);
    queue::bill_anew(state, customer, asked.now);
    Ok(Outcome::One(method))
}

/// Addresses that paid with it pay with the default from now on; when it was
/// the default, the oldest one left becomes it.
fn delete(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, method) = target(state, TableName::PaymentMethods, asked)?;
    check_own(&method)?;
    let customer = record::id(&method, "customer_id").unwrap_or(0);
    let users = state
        .table(TableName::Addresses)
        .find("payment_method_id", id);
    if !users.is_empty() {
        return Err(Refusal::invalid(
            "address",
            "Can not delete payment method associated with addresses",
        ));
    }
    state.delete(TableName::PaymentMethods, id);
    let left = state
        .table(TableName::PaymentMethods)
        .find("customer_id", customer);
    if let (true, Some(oldest)) = (record::flag(&method, "default"), left.first()) {
        make_only_default(state, asked, customer, *oldest);
    }
    customers::note_payment_methods(state, customer);
    queue::bill_anew(state, customer, asked.now);
    Ok(Outcome::Nothing)
}
