//! Merging addresses: the subscriptions of several move to one.

use serde_json::Value;

use super::{Ruling, existing, given, onetimes, queue, removal, skipping, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// The reference's limit for sources of one merge.
const MOST_SOURCES: usize = 10;

pub(super) fn merge(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let field = "source_addresses";
    let target_id = record::id(asked.body, "target_address.id").unwrap_or(0);
    let (_, target) = existing(state, TableName::Addresses, target_id, "target_address")?;
    let sources: Vec<u64> = record::list(asked.body, field)
        .iter()
        .filter_map(|source| record::as_id(source.get("id")?))
        .collect();
    if sources.is_empty() || sources.len() > MOST_SOURCES {
        return Err(Refusal::invalid(
            field,
            format!("must be 1 to {MOST_SOURCES} addresses"),
        ));
    }
    for source in &sources {
        let (_, address) = existing(state, TableName::Addresses, *source, field)?;
        check_fits(*source, &address, target_id, &target)?;
    }
    let day = asked
        .body
        .get("next_charge_date")
        .and_then(Value::as_str)
        .and_then(time::parse_day)
        .map(time::day_text);
    for source in sources {
        move_subscriptions(state, asked, source, target_id, day.as_deref());
        onetimes::move_all(state, asked, source, target_id);
        if record::flag(asked.body, "delete_source_addresses") {
            removal::remove(state, asked, source);
        } else {
            queue::refresh(state, source, asked.now);
        }
    }
    queue::refresh(state, target_id, asked.now);
    let (_, target) = existing(state, TableName::Addresses, target_id, "target_address")?;
    Ok(Outcome::One(target))
}

/// One address that does not fit refuses the whole merge.
fn check_fits(id: u64, source: &Record, target_id: u64, target: &Record) -> Result<(), Refusal> {
    let same = |field: &str| given(source, field) == given(target, field);
    let fault = if id == target_id {
        "is the target too"
    } else if !same("presentment_currency") {
        "has another presentment currency"
    } else if !same("customer_id") {
        "belongs to another customer"
    } else {
        return Ok(());
    };
    Err(Refusal::invalid(
        "source_addresses",
        format!("{id} {fault}"),
    ))
}

fn move_subscriptions(
    state: &mut State,
    asked: &CheckedRequest,
    from: u64,
    to: u64,
    day: Option<&str>,
) {
    for (id, mut one) in state.all(TableName::Subscriptions, "address_id", from) {
        record::set(&mut one, "address_id", to);
        if let Some(day) = day
            .as_ref()
            .filter(|_| record::text(&one, "status") == "active")
        {
            record::set(&mut one, "next_charge_scheduled_at", *day);
        }
        touch(asked, &mut one);
        state.change(TableName::Subscriptions, id, &one, "updated");
        skipping::follow(state, asked, id, to);
    }
}
