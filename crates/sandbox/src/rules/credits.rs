//! Credits: what a customer has to their credit, and how it is spent.
//!
//! Takes the state and a customer, or a charge that was paid; returns the
//! summary, or the debits on the customer's accounts. What a charge costs stays
//! what it is: credit is a way to pay.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::totals;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

/// The wish of a customer to pay the next charge with credit.
const WISH: &str = "apply_credit_to_next_recurring_charge";

/// What a customer can spend today.
pub(super) fn summary(state: &State, now: Timestamp, customer: u64) -> Record {
    let balance: Cents = usable(state, now, customer)
        .iter()
        .map(|(_, account)| totals::amount(account, "available_balance"))
        .sum();
    let currency = state.store.get("currency").cloned().unwrap_or(Value::Null);
    record::object(json!({
        "customer_id": customer,
        "total_available_balance": balance,
        "currency_code": currency,
    }))
}

/// Accounts that have not expired; those that expire first come first.
fn usable(state: &State, now: Timestamp, customer: u64) -> Vec<(u64, Record)> {
    let end = |account: &Record| time::parse(record::text(account, "expires_at"));
    let mut accounts = state.all(TableName::CreditAccounts, "customer_id", customer);
    accounts.retain(|(_, account)| end(account).is_none_or(|end| end > now));
    accounts.sort_by_key(|(id, account)| (end(account).unwrap_or(Timestamp::MAX), *id));
    accounts
}

/// Pays a recurring charge from the credit of a customer who wished so, as far
/// as it goes; the wish is for one charge.
pub(super) fn spend(state: &mut State, customer_id: u64, charge: &Record, now: Timestamp) {
    let Some(mut customer) = state.get(TableName::Customers, customer_id) else {
        return;
    };
    if !record::flag(&customer, WISH) {
        return;
    }
    let mut owed = totals::amount(charge, "total_price");
    for (id, account) in usable(state, now, customer_id) {
        let part = totals::amount(&account, "available_balance").min(owed);
        if part > Cents(0) {
            debit(state, id, account, part, charge, now);
            owed = owed - part;
        }
    }
    record::set(&mut customer, WISH, false);
    record::set(&mut customer, "updated_at", time::stamp(now));
    state.change(TableName::Customers, customer_id, &customer, "updated");
}

/// Takes an amount off an account, and notes for which charge.
fn debit(
    state: &mut State,
    id: u64,
    mut account: Record,
    amount: Cents,
    charge: &Record,
    now: Timestamp,
) {
    let left = totals::amount(&account, "available_balance") - amount;
    record::set(&mut account, "available_balance", left);
    record::set(&mut account, "updated_at", time::stamp(now));
    state.change(TableName::CreditAccounts, id, &account, "updated");
    let adjustment = state.next_id(TableName::CreditAdjustments);
    let number = |path: &str| record::id(charge, path).unwrap_or(0);
    let record = record::object(json!({
        "id": adjustment,
        "credit_account_id": id,
        "amount": amount,
        "created_at": time::stamp(now),
        "currency_code": account.get("currency_code"),
        "ending_balance": left,
        "note": format!("Paid charge {} of address {}", number("id"), number("address_id")),
        "type": "debit",
        "updated_at": time::stamp(now),
    }));
    state.create(TableName::CreditAdjustments, adjustment, &record);
}
