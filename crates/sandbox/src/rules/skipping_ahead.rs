//! Skipping a charge before it exists: `POST /addresses/{id}/charges/skip`.
//!
//! Takes an address, a day and subscriptions; returns the skipped charge of
//! that day. Subscriptions jump over the day when their turn comes.

use jiff::civil::Date;
use serde_json::Value;

use super::rhythm::{next_after, remaining_charges};
use super::skipping::{check_skippable, queued_on, skip_items};
use super::{Ruling, existing, lines, numbers, queue, target, totals};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// Skips a charge of the future: the next one, or one that does not exist yet
/// and is made as skipped.
pub(super) fn skip_future(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (address_id, _) = target(state, TableName::Addresses, asked)?;
    let body = asked.body;
    let day = time::parse_day(record::text(body, "date")).unwrap_or(Date::MIN);
    let field = if body.contains_key("purchase_item_ids") {
        "purchase_item_ids"
    } else {
        "subscription_ids"
    };
    let items = numbers(body, field);
    if items.is_empty() {
        return Err(Refusal::invalid(
            field,
            "must name at least one subscription",
        ));
    }
    if day <= asked.today() {
        return Err(Refusal::invalid("date", "must be in the future"));
    }
    // Items that are queued on that day, and items whose turn comes later.
    let (mut queued, mut ahead) = (Vec::new(), Vec::new());
    for item in &items {
        let (_, one) = existing(state, TableName::Subscriptions, *item, field)?;
        check_skippable(state, *item, field)?;
        if record::id(&one, "address_id") != Some(address_id)
            || record::text(&one, "status") != "active"
        {
            let message = format!("{item} is not an active subscription of the address");
            return Err(Refusal::invalid(field, message));
        }
        if !falls_on(state, *item, &one, day) {
            return Err(Refusal::invalid(
                "date",
                "is not in the delivery schedule of the customer",
            ));
        }
        if queue::next_day(&one) == Some(day) {
            queued.push(*item);
        } else {
            ahead.push(*item);
        }
    }
    let charge = queued_on(state, address_id, day).filter(|_| !queued.is_empty());
    let Some(charge) = charge else {
        return make_skipped(state, asked, address_id, day, &items).map(Outcome::One);
    };
    let id = record::id(&charge, "id").unwrap_or(0);
    let mut skipped = skip_items(state, asked, id, charge, &queued);
    if !ahead.is_empty() {
        let mut lines = record::list(&skipped, "line_items").to_vec();
        lines.extend(lines_of(state, &ahead));
        record::set(&mut skipped, "line_items", lines);
        totals::settle(state, &mut skipped);
        let id = record::id(&skipped, "id").unwrap_or(0);
        state.change(TableName::Charges, id, &skipped, "updated");
    }
    Ok(Outcome::One(skipped))
}

fn lines_of(state: &State, items: &[u64]) -> Vec<Value> {
    items
        .iter()
        .filter_map(|item| {
            let one = state.get(TableName::Subscriptions, *item)?;
            Some(lines::line_item(state, "subscription", *item, &one))
        })
        .collect()
}

/// Whether a day is in the schedule of a subscription, looking a year ahead.
fn falls_on(state: &State, id: u64, one: &Record, day: Date) -> bool {
    let mut next = queue::next_day(one);
    for _ in 0..remaining_charges(state, id, one)
        .unwrap_or(u32::MAX)
        .min(367)
    {
        match next {
            Some(next) if next == day => return true,
            Some(next) if next > day => return false,
            _ => {}
        }
        next = next.map(|next| next_after(state, id, one, next));
    }
    false
}

/// A skipped charge on a day that has no charge yet. The subscriptions jump
/// over that day when their turn comes.
fn make_skipped(
    state: &mut State,
    asked: &CheckedRequest,
    address_id: u64,
    day: Date,
    items: &[u64],
) -> Result<Record, Refusal> {
    let (_, address) = existing(state, TableName::Addresses, address_id, "id")?;
    let customer =
        record::id(&address, "customer_id").and_then(|id| state.get(TableName::Customers, id));
    let lines = lines_of(state, items);
    let id = state.next_id(TableName::Charges);
    let mut charge = queue::build(queue::Parts {
        id,
        address_id,
        address: &address,
        customer: &customer.unwrap_or_default(),
        billing: queue::shipping_address(&address),
        items: lines,
        day,
        now: asked.now,
        kind: "recurring",
    });
    record::set(&mut charge, "status", "skipped");
    totals::settle(state, &mut charge);
    state.create(TableName::Charges, id, &charge);
    Ok(charge)
}
