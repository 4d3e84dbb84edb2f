//! Rules of lists that a field alone cannot tell: what is left out by itself,
//! and filters that look at other records.

use jiff::{SignedDuration, Span, Timestamp};

use crate::requests::check::Query;
use crate::requests::checked_request::CheckedRequest;
use crate::requests::condition::{Special, Test};
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::table::Table;
use crate::storage::tables::TableName;
use crate::values::record;
use crate::values::time;
use recharge_catalog as catalog;

/// Events are listed for this long.
const DAYS_LISTED: i64 = 7;

/// Clients ask for exactly seven days, by their own clock and some time before
/// the request arrives.
const LENIENCE: SignedDuration = SignedDuration::from_hours(1);

/// The beginning of the events that are listed.
pub(crate) fn oldest(now: Timestamp) -> Timestamp {
    days_before(now, DAYS_LISTED)
}

/// A time so many days before another one.
pub(crate) fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.checked_sub(Span::new().hours(24 * days))
        .unwrap_or(Timestamp::MIN)
}

/// A filter by such a question.
pub(crate) struct Question {
    special: Special,
    /// What is wanted when the request does not say.
    usual: Option<bool>,
    /// The answer that asks for nothing: with it, every record is listed.
    open: Option<bool>,
}

impl Question {
    /// The test that a request asks for, if any.
    pub(crate) fn test(&self, wanted: Option<bool>) -> Option<Test> {
        let wanted = wanted.or(self.usual)?;
        let narrows = self.open != Some(wanted);
        narrows.then_some(Test::Special {
            special: self.special,
            wanted,
        })
    }
}

/// The question behind a list parameter that names no field.
pub(crate) fn special(parameter: &str) -> Option<Question> {
    let (special, usual, open): (Special, _, _) = match parameter {
        "is_active" => (has_active_subscriptions, None, None),
        "has_external_order" => (has_external_order, None, None),
        "active_purchase_items" => (is_of_active_item, None, Some(false)),
        "include_cancelled" => (is_cancelled_onetime, Some(false), Some(true)),
        _ => return None,
    };
    Some(Question {
        special,
        usual,
        open,
    })
}

fn is_cancelled_onetime(state: &State, onetime: u64) -> bool {
    let table = state.table(TableName::Onetimes);
    table.says(onetime, "is_cancelled", "true")
}

fn is_active(state: &State, subscription: u64) -> bool {
    let table = state.table(TableName::Subscriptions);
    table.says(subscription, "status", "active")
}

fn has_active_subscriptions(state: &State, address: u64) -> bool {
    let table = state.table(TableName::Subscriptions);
    let mut ids = table.find("address_id", address).into_iter();
    ids.any(|id| is_active(state, id))
}

fn has_external_order(state: &State, order: u64) -> bool {
    let table = state.table(TableName::Orders);
    table.says_any(order, "external_order_id.ecommerce")
}

/// One-time items are never cancelled subscriptions.
fn is_of_active_item(state: &State, selection: u64) -> bool {
    let selection = state.get(TableName::BundleSelections, selection);
    let item = selection.and_then(|one| record::id(&one, "purchase_item_id"));
    let item = item.unwrap_or(0);
    if state.table(TableName::Subscriptions).holds(item) {
        is_active(state, item)
    } else {
        state.table(TableName::Onetimes).holds(item)
    }
}

/// A value as records hold it: events are asked for by the names of resources
/// (`customers`) as well as of objects (`customer`).
pub(crate) fn spelled<'a>(parameter: &str, value: &'a str) -> &'a str {
    let resource = (parameter == "object_type")
        .then(|| {
            catalog::recharge::API
                .resources
                .iter()
                .find(|one| one.name == value)
        })
        .flatten();
    resource.map_or(value, |resource| resource.singular)
}

/// Charges that succeeded are shown for this long.
const DAYS_OF_CHARGES: i64 = 90;

/// Batches are kept for a month.
const DAYS_OF_BATCHES: i64 = 31;

/// What a list never shows because it is too old.
pub(crate) fn window(now: Timestamp, table: &Table) -> Option<Test> {
    let ago = |days: i64| {
        let span = Span::new().hours(24 * days);
        now.checked_sub(span).unwrap_or(Timestamp::MIN)
    };
    let (path, begins) = match table.shape().object {
        "charge" => ("processed_at", ago(DAYS_OF_CHARGES)),
        "async_batch" => ("created_at", ago(DAYS_OF_BATCHES)),
        "event" => ("created_at", oldest(now)),
        _ => return None,
    };
    let time = table.time_at(path)?;
    Some(Test::NotBefore {
        time,
        from: begins.as_second(),
    })
}

/// Whether a record that is there may still be shown.
pub(crate) fn shows(now: Timestamp, state: &State, table: &Table, id: u64) -> bool {
    window(now, table).is_none_or(|window| window.passes(state, table, id))
}

/// What a list refuses to be asked.
pub(crate) fn check(asked: &CheckedRequest, query: &Query) -> Result<(), Refusal> {
    let given = |parameter: &str| {
        query
            .iter()
            .find(|(name, _)| name == parameter)
            .map(|(_, value)| value.as_str())
    };
    if asked.row.resource.name == "events"
        && let Some(from) = given("created_at_min").and_then(time::parse)
        && from < oldest(asked.now.checked_sub(LENIENCE).unwrap_or(asked.now))
    {
        return Err(Refusal::invalid(
            "_schema",
            "created_at_min must be less than 7 days ago",
        ));
    }
    if given("address_id").is_some() && given("address_ids").is_some() {
        return Err(Refusal::invalid(
            "address_ids",
            "cannot be used with address_id",
        ));
    }
    Ok(())
}
