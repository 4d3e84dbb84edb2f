//! Customers: unique by email, counted by their subscriptions, and gone with
//! everything that is theirs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Ruling, credits, queue, schedule, target, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let (id, customer) = target(state, TableName::Customers, asked)?;
    match verb {
        "update" => change(state, asked, id, customer),
        "delete" => {
            delete(state, id);
            Ok(Outcome::Nothing)
        }
        "credit_summary" => Ok(Outcome::One(credits::summary(state, asked.now, id))),
        "delivery_schedule" => schedule::of_customer(state, asked, id, &customer),
        "notify" => notify(state, asked.body, id),
        _ => Err(super::unknown_verb()),
    }
}

/// A customer with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64, stamp: &str) -> Record {
    record::fields([
        ("id", id.into()),
        ("analytics_data", json!({"utm_params": []})),
        ("apply_credit_to_next_checkout_charge", false.into()),
        ("apply_credit_to_next_recurring_charge", false.into()),
        ("created_at", stamp.into()),
        ("email", Value::Null),
        ("external_customer_id", json!({"ecommerce": null})),
        ("first_charge_processed_at", Value::Null),
        ("first_name", Value::Null),
        ("has_payment_method_in_dunning", false.into()),
        ("has_valid_payment_method", false.into()),
        ("hash", hash(id).into()),
        ("last_name", Value::Null),
        ("phone", Value::Null),
        ("reason_payment_method_not_valid", "NOT_VALIDATED".into()),
        ("subscriptions_active_count", 0.into()),
        ("subscriptions_total_count", 0.into()),
        ("subscription_related_charge_streak", 0.into()),
        ("tax_exempt", false.into()),
        ("updated_at", stamp.into()),
    ])
}

/// The text by which the customer portal knows a customer.
pub(crate) fn hash(id: u64) -> String {
    let mixed = id.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    format!("{:016x}", mixed ^ (mixed >> 31))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    check_email(state, asked.body, None)?;
    check_phone(asked.body)?;
    let id = state.next_id(TableName::Customers);
    let mut customer = blank(id, &asked.stamp());
    update(asked, &mut customer);
    state.create(TableName::Customers, id, &customer);
    Ok(Outcome::One(customer))
}

fn change(state: &mut State, asked: &CheckedRequest, id: u64, mut customer: Record) -> Ruling {
    check_email(state, asked.body, Some(id))?;
    check_phone(asked.body)?;
    check_names(asked.body)?;
    update(asked, &mut customer);
    state.change(TableName::Customers, id, &customer, "updated");
    queue::bill_anew(state, id, asked.now);
    Ok(Outcome::One(customer))
}

/// Names may be left out of an update, but not emptied.
fn check_names(body: &Record) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    for name in ["first_name", "last_name"] {
        if body.get(name).is_some_and(|value| value == "") {
            faults.add(name, "Shorter than minimum length 1.");
        }
    }
    faults.check()
}

/// The email must be unique in the store.
fn check_email(state: &State, body: &Record, own: Option<u64>) -> Result<(), Refusal> {
    if !body.contains_key("email") {
        return Ok(());
    }
    let email = record::text(body, "email");
    let whole = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !whole || email.contains(char::is_whitespace) {
        return Err(Refusal::invalid("email", "Not a valid email address."));
    }
    let taken = state.table(TableName::Customers).find("email", email);
    if taken.iter().any(|id| Some(*id) != own) {
        return Err(Refusal::plainly("email", "email already exists on store"));
    }
    Ok(())
}

/// A phone number is international (E.164): a plus sign and up to 15 digits.
fn check_phone(body: &Record) -> Result<(), Refusal> {
    let Some(phone) = body.get("phone").filter(|phone| !phone.is_null()) else {
        return Ok(());
    };
    let digits = phone.as_str().and_then(|phone| phone.strip_prefix('+'));
    let whole = digits.is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if whole {
        Ok(())
    } else {
        Err(Refusal::invalid("phone", "must be in E.164 format"))
    }
}

/// The sandbox sends no email; that the request is in order is the answer. The
/// email on an upcoming charge is about a charge of the customer.
fn notify(state: &State, body: &Record, id: u64) -> Ruling {
    let mut faults = FieldErrors::default();
    if record::text(body, "template_type") == "upcoming_charge" {
        for (field, table, owner) in [
            ("address_id", TableName::Addresses, "customer_id"),
            ("charge_id", TableName::Charges, "customer.id"),
        ] {
            let field = format!("template_vars.{field}");
            let wanted = record::id(body, &field).unwrap_or(0);
            let found = state.get(table, wanted);
            if found.is_none_or(|one| record::id(&one, owner) != Some(id)) {
                let message = format!("the customer has no {} {wanted}", table.object());
                faults.add(&field, message);
            }
        }
    }
    faults.check()?;
    Ok(Outcome::Nothing)
}

/// Deletes a customer and all that is under it.
fn delete(state: &mut State, id: u64) {
    for (table, path) in [
        (TableName::Subscriptions, "customer_id"),
        (TableName::Onetimes, "customer_id"),
        (TableName::Charges, "customer.id"),
        (TableName::Orders, "customer.id"),
        (TableName::Addresses, "customer_id"),
        (TableName::PaymentMethods, "customer_id"),
        (TableName::CreditAccounts, "customer_id"),
    ] {
        for child in state.table(table).find(path, id) {
            delete_child(state, table, child);
        }
    }
    super::metafields::delete_of(state, "customer", id);
    state.delete(TableName::Customers, id);
}

fn delete_child(state: &mut State, table: TableName, id: u64) {
    super::metafields::delete_of(state, table.object(), id);
    if matches!(table, TableName::Subscriptions | TableName::Onetimes) {
        super::bundles::delete_of(state, id);
    }
    if table == TableName::CreditAccounts {
        for adjustment in state
            .table(TableName::CreditAdjustments)
            .find("credit_account_id", id)
        {
            state.delete(TableName::CreditAdjustments, adjustment);
        }
    }
    state.delete(table, id);
}

/// Counts the subscriptions of a customer again; a customer whose last one
/// ended begins a new streak.
pub(crate) fn recount(state: &mut State, id: u64) {
    let Some(mut customer) = state.get(TableName::Customers, id) else {
        return;
    };
    let all = state.all(TableName::Subscriptions, "customer_id", id);
    let active = all
        .iter()
        .filter(|(_, one)| record::text(one, "status") == "active")
        .count();
    let was_active = record::number(&customer, "subscriptions_active_count").unwrap_or(0) > 0;
    record::set(&mut customer, "subscriptions_active_count", active);
    record::set(&mut customer, "subscriptions_total_count", all.len());
    if active == 0 {
        record::set(&mut customer, "subscription_related_charge_streak", 0);
    }
    let verb = match (was_active, active > 0) {
        (false, true) => "activated",
        (true, false) => "deactivated",
        _ => QUIETLY,
    };
    state.change(TableName::Customers, id, &customer, verb);
}

/// What a paid charge means for its customer. Only charges that hold a
/// subscription make the streak longer.
pub(super) fn note_paid(state: &mut State, id: u64, charge: &Record, now: Timestamp) {
    let Some(mut customer) = state.get(TableName::Customers, id) else {
        return;
    };
    if record::is_nothing(customer.get("first_charge_processed_at")) {
        record::set(&mut customer, "first_charge_processed_at", time::stamp(now));
    }
    let of_subscription = record::list(charge, "line_items")
        .iter()
        .any(|line| line["purchase_item_type"] == "subscription");
    let active = record::number(&customer, "subscriptions_active_count").unwrap_or(0) > 0;
    if of_subscription && active {
        let streak = record::number(&customer, "subscription_related_charge_streak").unwrap_or(0);
        record::set(
            &mut customer,
            "subscription_related_charge_streak",
            streak + 1,
        );
    }
    record::set(
        &mut customer,
        "has_payment_method_in_dunning",
        has_failed_charge(state, id),
    );
    state.change(TableName::Customers, id, &customer, QUIETLY);
}

/// Whether a customer is in dunning, after a charge failed or a failed one
/// left the queue. The streak lasts: only the end of all subscriptions ends it.
pub(super) fn note_dunning(state: &mut State, id: u64) {
    if let Some(mut customer) = state.get(TableName::Customers, id) {
        record::set(
            &mut customer,
            "has_payment_method_in_dunning",
            has_failed_charge(state, id),
        );
        state.change(TableName::Customers, id, &customer, QUIETLY);
    }
}

fn has_failed_charge(state: &State, id: u64) -> bool {
    let failed = state.ids_in(TableName::Charges, "customer.id", id, &["error"]);
    !failed.is_empty()
}

/// A customer knows whether any of its payment methods is good.
pub(crate) fn note_payment_methods(state: &mut State, id: u64) {
    let methods = state.all(TableName::PaymentMethods, "customer_id", id);
    let valid = methods
        .iter()
        .any(|(_, method)| record::text(method, "status") == "valid");
    if let Some(mut customer) = state.get(TableName::Customers, id) {
        record::set(&mut customer, "has_valid_payment_method", valid);
        let reason = methods.is_empty().then_some("NOT_VALIDATED");
        record::set(&mut customer, "reason_payment_method_not_valid", reason);
        state.change(TableName::Customers, id, &customer, QUIETLY);
    }
}
