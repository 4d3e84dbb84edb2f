//! Redeeming: whether a discount can be used, what it counts on, and when it
//! is used up.
//!
//! Takes a discount and where it is to go; returns why not, if so. The families
//! that put discounts somewhere (addresses, charges, checkouts) ask here; what
//! it takes off is reckoned in `totals`.

use jiff::Timestamp;
use serde_json::Value;

use super::{charges, totals};
use crate::storage::shape::NEVER;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

/// Statuses of charges that took their money.
const PAID: &[&str] = &["success", "refunded", "partially_refunded"];

/// Where a discount is to be used.
pub(super) struct Use<'a> {
    pub(super) now: Timestamp,
    /// Who is to have it; no one yet, in the checkout of a stranger.
    pub(super) customer: Option<u64>,
    /// The address that it continues, or whose charge it continues: what it has
    /// there already is not a second use.
    pub(super) address: Option<u64>,
    /// What is bought, where that is known.
    pub(super) items: Option<&'a [Value]>,
}

/// Why a discount cannot be used there, if it cannot.
pub(super) fn obstacle(
    state: &State,
    id: u64,
    discount: &Record,
    place: &Use,
) -> Option<&'static str> {
    let at = |field: &str| time::parse(record::text(discount, field));
    let limit = |name: &str| record::flag(discount, &format!("usage_limits.{name}"));
    if record::text(discount, "status") != "enabled" {
        return Some("the discount is not enabled");
    }
    if at("starts_at").is_some_and(|starts| starts > place.now) {
        return Some("the discount has not begun");
    }
    if at("ends_at").is_some_and(|ends| ends < place.now) {
        return Some("the discount has ended");
    }
    // All that comes in here comes over the API.
    if record::at(discount, "channel_settings.api.can_apply") == Some(&Value::Bool(false)) {
        return Some("the discount cannot be applied over the API");
    }
    if limit("first_time_customer_restriction")
        && place.customer.is_some_and(|one| has_bought(state, one))
    {
        return Some("the discount is for first-time customers");
    }
    if limit("one_application_per_customer")
        && place
            .customer
            .is_some_and(|one| has_used(state, id, one, place.address))
    {
        return Some("the customer has used the discount");
    }
    let items = place.items?;
    if goods(items) < totals::amount(discount, "prerequisite_subtotal_min") {
        return Some("the subtotal is too small for the discount");
    }
    base(state, discount, place.customer, items)
        .is_none()
        .then_some("the discount is for other items")
}

/// What all items cost.
pub(super) fn goods(items: &[Value]) -> Cents {
    items.iter().map(cost).sum()
}

fn cost(item: &Value) -> Cents {
    let price = item.get("unit_price").and_then(Cents::of);
    let quantity = item.get("quantity").and_then(record::whole);
    price.unwrap_or_default().times(quantity.unwrap_or(0))
}

/// What the items cost that a discount counts on, if it counts on any.
pub(super) fn base(
    state: &State,
    discount: &Record,
    customer: Option<u64>,
    items: &[Value],
) -> Option<Cents> {
    let mut counted = items
        .iter()
        .filter(|item| counts_on(state, discount, customer, item))
        .map(cost)
        .peekable();
    counted.peek()?;
    Some(counted.sum())
}

/// Whether a discount counts on every item there is.
pub(super) fn is_for_all(discount: &Record) -> bool {
    is_for_all_kinds(discount)
        && (record::list(discount, "applies_to.ids").is_empty()
            || record::text(discount, "applies_to.resource").is_empty())
}

fn is_for_all_kinds(discount: &Record) -> bool {
    let kind = record::text(discount, "applies_to.purchase_item_type");
    matches!(kind.to_lowercase().as_str(), "" | "all")
}

/// Whether a discount is for an item: for its kind, and for its product, its
/// collection or its buyer.
fn counts_on(state: &State, discount: &Record, customer: Option<u64>, item: &Value) -> bool {
    let kind = record::text(discount, "applies_to.purchase_item_type").to_lowercase();
    let of_item = item.get("purchase_item_type").and_then(Value::as_str);
    if !is_for_all_kinds(discount) && of_item != Some(kind.as_str()) {
        return false;
    }
    let ids: Vec<String> = record::list(discount, "applies_to.ids")
        .iter()
        .filter_map(record::plain)
        .collect();
    let resource = record::text(discount, "applies_to.resource");
    if ids.is_empty() || resource.is_empty() {
        return true;
    }
    let product = item
        .pointer("/external_product_id/ecommerce")
        .and_then(record::plain)
        .unwrap_or_default();
    if resource.contains("collection") {
        let places = state.all(
            TableName::CollectionProducts,
            "external_product_id",
            &product,
        );
        return places.iter().any(|(_, place)| {
            let collection = place.get("collection_id").and_then(record::plain);
            collection.is_some_and(|collection| ids.contains(&collection))
        });
    }
    if resource.contains("customer") {
        return customer.is_some_and(|customer| ids.contains(&customer.to_string()));
    }
    ids.contains(&product)
}

/// Whether a customer has paid for something before.
fn has_bought(state: &State, customer: u64) -> bool {
    let paid = state.ids_in(TableName::Charges, "customer.id", customer, PAID);
    !paid.is_empty()
}

/// Whether a customer has a discount elsewhere, or had it on what was paid.
fn has_used(state: &State, discount: u64, customer: u64, here: Option<u64>) -> bool {
    let carries = |holder: &Record| charges::discount_ids(holder).contains(&discount);
    let elsewhere = state
        .all(TableName::Addresses, "customer_id", customer)
        .iter()
        .any(|(id, address)| Some(*id) != here && carries(address));
    elsewhere
        || state
            .all(TableName::Charges, "customer.id", customer)
            .iter()
            .any(|(_, charge)| carries(charge))
}

/// Takes off an address what the paid charges have used up: a discount is
/// redeemed once, and then as often as it says.
pub(super) fn use_up(state: &mut State, address_id: u64, now: Timestamp) {
    let Some(mut address) = state.get(TableName::Addresses, address_id) else {
        return;
    };
    let limited = |id: u64| Some((id, subsequent(&state.get(TableName::Discounts, id)?)?));
    let limits: Vec<(u64, usize)> = charges::discount_ids(&address)
        .into_iter()
        .filter_map(limited)
        .collect();
    if limits.is_empty() {
        return;
    }
    let paid = state.all_in(TableName::Charges, "address_id", address_id, PAID);
    let times = |id: u64| {
        paid.iter()
            .filter(|(_, charge)| charges::discount_ids(charge).contains(&id))
            .count()
    };
    for (id, more) in limits {
        if times(id) > more {
            take_off(state, address_id, &mut address, id, now);
        }
    }
}

/// How often a discount can be redeemed after the first time; `None` is
/// without end.
pub(super) fn subsequent(discount: &Record) -> Option<usize> {
    let more = record::number(discount, "usage_limits.max_subsequent_redemptions")?;
    usize::try_from(more).ok()
}

/// Takes a discount off an address and its open charges.
fn take_off(state: &mut State, id: u64, address: &mut Record, discount: u64, now: Timestamp) {
    let mut kept = record::list(address, "discounts").to_vec();
    kept.retain(|one| one.get("id").and_then(record::as_id) != Some(discount));
    record::set(address, "discounts", kept);
    record::set(address, "updated_at", time::stamp(now));
    state.change(TableName::Addresses, id, address, "updated");
    charges::strip(state, now, id, discount);
}

/// Discounts that have ended are no longer enabled; says whether there were
/// any. What carries them keeps them.
pub(crate) fn end_due(state: &mut State, now: Timestamp) -> bool {
    let table = state.table(TableName::Discounts);
    let Some(time) = table.time_at("ends_at") else {
        return false;
    };
    // Each end is passed once: only those since the last look are new.
    let from = state.discounts_ended.max(NEVER + 1);
    let until = now.as_second();
    if until <= from {
        return false;
    }
    let due: Vec<u64> = table
        .timed(time, (from, 0)..(until, 0))
        .map(|(_, id)| id)
        .collect();
    state.discounts_ended = until;
    let mut ended = false;
    for id in due {
        let Some(mut discount) = state.get(TableName::Discounts, id) else {
            continue;
        };
        if record::text(&discount, "status") == "enabled" {
            record::set(&mut discount, "status", "disabled");
            record::set(&mut discount, "updated_at", time::stamp(now));
            state.change(TableName::Discounts, id, &discount, "updated");
            ended = true;
        }
    }
    ended
}
