//! Gifts: a skipped delivery goes to someone else, once.

use super::skipping::{check_skippable, queued_on, skip_items};
use super::{Ruling, existing, numbers, queue};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record;

/// The next delivery of each subscription goes to someone else, once: it is
/// skipped, and a one-time item takes its place at the recipient's address.
pub(super) fn skip_gift(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let items = numbers(asked.body, "purchase_item_ids");
    if items.is_empty() {
        return Err(Refusal::invalid(
            "purchase_item_ids",
            "must name at least one subscription",
        ));
    }
    let mut gifts = Vec::new();
    let mut addresses: Vec<(u64, u64)> = Vec::new();
    for item in items {
        let (_, one) = existing(state, TableName::Subscriptions, item, "purchase_item_ids")?;
        check_skippable(state, item, "purchase_item_ids")?;
        let day = queue::next_day(&one).filter(|_| record::text(&one, "status") == "active");
        let Some(day) = day else {
            let message = format!("{item} has no charge to skip");
            return Err(Refusal::invalid("purchase_item_ids", message));
        };
        let home = record::id(&one, "address_id").unwrap_or(0);
        let customer = record::id(&one, "customer_id").unwrap_or(0);
        if let Some(charge) = queued_on(state, home, day) {
            let id = record::id(&charge, "id").unwrap_or(0);
            skip_items(state, asked, id, charge, &[item]);
        }
        let known = addresses
            .iter()
            .find(|(owner, _)| *owner == customer)
            .map(|(_, id)| *id);
        let recipient = match known {
            Some(id) => id,
            None => super::addresses::of_recipient(state, asked, customer)?,
        };
        addresses.push((customer, recipient));
        gifts.push(super::onetimes::gift(state, asked, &one, recipient, day));
    }
    for (_, recipient) in addresses {
        queue::refresh(state, recipient, asked.now);
    }
    Ok(Outcome::Many(gifts))
}
