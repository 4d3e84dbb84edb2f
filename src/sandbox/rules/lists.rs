//! Rules of lists that a field alone cannot tell: what is left out by itself,
//! and filters that look at other records.

use jiff::{Span, Timestamp};

use crate::sandbox::Asked;
use crate::sandbox::check::Query;
use crate::sandbox::events;
use crate::sandbox::filter::Test;
use crate::sandbox::moment;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::table::Table;
use crate::sandbox::tables::Name;

/// A question about a record that needs the state.
pub(in crate::sandbox) type Special = fn(&State, u64, &Record) -> bool;

/// A filter by such a question.
pub(in crate::sandbox) struct Question {
    special: Special,
    /// What is wanted when the request does not say.
    usual: Option<bool>,
    /// The answer that asks for nothing: with it, every record is listed.
    open: Option<bool>,
}

impl Question {
    /// The test that a request asks for, if any.
    pub(in crate::sandbox) fn test(&self, wanted: Option<bool>) -> Option<Test> {
        let wanted = wanted.or(self.usual)?;
        let narrows = self.open != Some(wanted);
        narrows.then_some(Test::Special {
            special: self.special,
            wanted,
        })
    }
}

/// The question behind a list parameter that names no field.
pub(in crate::sandbox) fn special(parameter: &str) -> Option<Question> {
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

fn is_cancelled_onetime(_: &State, _: u64, onetime: &Record) -> bool {
    record::flag(onetime, "is_cancelled")
}

fn has_active_subscriptions(state: &State, address: u64, _: &Record) -> bool {
    state
        .all(Name::Subscriptions, "address_id", address)
        .iter()
        .any(|(_, one)| record::text(one, "status") == "active")
}

fn has_external_order(_: &State, _: u64, order: &Record) -> bool {
    !record::is_nothing(record::at(order, "external_order_id.ecommerce"))
}

/// One-time items are never cancelled subscriptions.
fn is_of_active_item(state: &State, _: u64, selection: &Record) -> bool {
    let item = record::id(selection, "purchase_item_id").unwrap_or(0);
    state
        .get(Name::Subscriptions, item)
        .map_or(state.table(Name::Onetimes).holds(item), |one| {
            record::text(&one, "status") == "active"
        })
}

/// Charges that succeeded are shown for this long.
const DAYS_OF_CHARGES: i64 = 90;

/// What a list never shows because it is too old.
pub(in crate::sandbox) fn window(now: Timestamp, table: &Table) -> Option<Test> {
    let (path, begins) = match table.shape().object {
        "charge" => {
            let span = Span::new().hours(24 * DAYS_OF_CHARGES);
            (
                "processed_at",
                now.checked_sub(span).unwrap_or(Timestamp::MIN),
            )
        }
        "event" => ("created_at", events::oldest(now)),
        _ => return None,
    };
    let time = table.time_at(path)?;
    Some(Test::NotBefore {
        time,
        from: begins.as_second(),
    })
}

/// Whether a record that is there may still be shown.
pub(in crate::sandbox) fn shows(now: Timestamp, state: &State, table: &Table, id: u64) -> bool {
    window(now, table).is_none_or(|window| window.passes(state, table, id))
}

/// What a list refuses to be asked.
pub(in crate::sandbox) fn check(asked: &Asked, query: &Query) -> Result<(), Refusal> {
    let given = |parameter: &str| {
        query
            .iter()
            .find(|(name, _)| name == parameter)
            .map(|(_, value)| value.as_str())
    };
    if asked.row.resource.name == "events"
        && let Some(from) = given("created_at_min").and_then(moment::parse)
        && from < events::oldest(asked.now)
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
