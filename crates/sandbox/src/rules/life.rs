//! What time brings: once a day charges that are due are processed, failed ones
//! are tried again, prepaid orders are sent, and what lies ahead is announced.
//!
//! Takes a store and the moment up to which it is to live; returns the store as
//! of then. Everything happens in the order of time, and within a day in the
//! order of the numbers, so that the same store always comes to the same.

use std::ops::AddAssign;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Serialize;

use super::{orders, processing, regeneration};
use crate::rules::events;
use crate::storage::state::{State, Token};
use crate::storage::table::Table;
use crate::storage::tables::TableName;
use crate::values::record;
use crate::values::time;

/// When the day's work is done, in hours after midnight UTC: early in the
/// morning of the store.
const HOUR: i64 = 8;

/// Charges and orders are announced this many days before, as shops have it
/// unless they choose otherwise.
const DAYS_AHEAD: i64 = 3;

/// A payment that was authorised and not captured is informed of after this many
/// days.
const DAYS_UNCAPTURED: i64 = 6;

/// How much happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Happened {
    charges_paid: u64,
    charges_failed: u64,
    orders_processed: u64,
    announced: u64,
}

impl AddAssign for Happened {
    fn add_assign(&mut self, more: Self) {
        self.charges_paid += more.charges_paid;
        self.charges_failed += more.charges_failed;
        self.orders_processed += more.orders_processed;
        self.announced += more.announced;
    }
}

/// The first moment after `lived` at which something may happen, up to `now`.
pub(crate) fn next_run(lived: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let today = run_of(time::day_of(lived))?;
    let next = if today > lived {
        today
    } else {
        run_of(time::day_of(lived).tomorrow().ok()?)?
    };
    (next <= now).then_some(next)
}

fn run_of(day: Date) -> Option<Timestamp> {
    let midnight = time::beginning(day)?;
    midnight.checked_add(Span::new().hours(HOUR)).ok()
}

/// Does the work of the day whose run is at that moment.
pub(crate) fn run(state: &mut State, at: Timestamp, token: &Token) -> Happened {
    let day = time::day_of(at);
    if regeneration::run_due(state, at) {
        events::settle(state, at, token);
    }
    let mut happened = Happened {
        announced: announce(state, TableName::Charges, day)
            + announce(state, TableName::Orders, day),
        ..Happened::default()
    };
    remind_of_captures(state, day);
    events::settle(state, at, token);
    for id in due_charges(state, day) {
        if let Some(charge) = state.get(TableName::Charges, id) {
            let charge = processing::take(state, id, charge, at);
            if record::text(&charge, "status") == "error" {
                happened.charges_failed += 1;
            } else {
                happened.charges_paid += 1;
            }
            // Charge by charge, so that the journal of a day stays small.
            events::settle(state, at, token);
        }
    }
    for id in scheduled(state, TableName::Orders, "queued", None, day) {
        orders::send(state, id, at);
        happened.orders_processed += 1;
        events::settle(state, at, token);
    }
    happened
}

/// Tells of what is queued for some days later; says how much that is.
fn announce(state: &mut State, name: TableName, today: Date) -> u64 {
    let day = later(today, DAYS_AHEAD);
    let mut count = 0;
    for id in scheduled(state, name, "queued", Some(day), day) {
        state.tell(name, id, "upcoming");
        count += 1;
    }
    count
}

fn remind_of_captures(state: &mut State, today: Date) {
    for id in state.table(TableName::Charges).find("status", "pending") {
        let charge = state.get(TableName::Charges, id).unwrap_or_default();
        let authorised = time::parse_day(record::text(&charge, "updated_at"));
        if authorised.is_some_and(|day| later(day, DAYS_UNCAPTURED) == today) {
            state.tell(TableName::Charges, id, "uncaptured");
        }
    }
}

/// Charges to process on a day: those queued for it or missed before, and
/// failed ones whose next try has come.
fn due_charges(state: &State, day: Date) -> Vec<u64> {
    let mut due = scheduled(state, TableName::Charges, "queued", None, day);
    let failed = state.table(TableName::Charges).find("status", "error");
    due.extend(failed.into_iter().filter(|id| {
        let charge = state.get(TableName::Charges, *id).unwrap_or_default();
        time::parse_day(record::text(&charge, "retry_date")).is_some_and(|retry| retry <= day)
    }));
    due
}

/// Records of a status that are scheduled up to the end of a day, in order;
/// since a day, where one is given.
fn scheduled(
    state: &State,
    name: TableName,
    status: &str,
    since: Option<Date>,
    until: Date,
) -> Vec<u64> {
    let table = state.table(name);
    let seconds = |day: Date| time::beginning(day).map_or(i64::MIN, Timestamp::as_second);
    let range = (
        since.map_or(i64::MIN + 1, seconds),
        seconds(later(until, 1)),
    );
    in_status(table, status, range)
}

fn in_status(table: &Table, status: &str, (from, to): (i64, i64)) -> Vec<u64> {
    use crate::values::key::Key;
    let (Some(time), Some(lookup)) = (table.time_at("scheduled_at"), table.lookup_at("status"))
    else {
        return Vec::new();
    };
    let hash = status.hashed();
    let all = table.timed(time, (from, 0)..(to, 0)).map(|(_, id)| id);
    all.filter(|id| table.has(lookup, hash, *id)).collect()
}

fn later(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_day_has_one_run_and_none_is_left_out() {
        let (mut lived, end) = (at("2026-11-20T12:00:00Z"), at("2026-11-23T08:00:00Z"));
        let mut runs = Vec::new();
        while let Some(run) = next_run(lived, end) {
            runs.push(run.to_string());
            lived = run;
        }
        let expected = ["2026-11-21", "2026-11-22", "2026-11-23"];
        assert_eq!(runs, expected.map(|day| format!("{day}T08:00:00Z")));
        assert_eq!(
            next_run(at("2026-11-20T07:59:59Z"), at("2026-11-20T08:00:00Z")),
            Some(at("2026-11-20T08:00:00Z"))
        );
        assert_eq!(
            next_run(at("2026-11-20T08:00:00Z"), at("2026-11-21T07:59:59Z")),
            None
        );
    }
}
