//! Moving a queued charge to another day: everything on it moves.
//!
//! Takes a charge; returns requests to rules for its subscriptions and one-time
//! items. Nothing is changed here.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::RuleRequest;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time::{self, Interval, Unit};

/// A queued charge with its subscriptions and one-time items.
pub(crate) struct Moving {
    day: Date,
    subscriptions: Vec<(u64, Record)>,
    onetimes: Vec<u64>,
}

impl Moving {
    /// The charge of that number, while it is queued.
    pub(crate) fn of(state: &State, charge: u64) -> Result<Self, Refusal> {
        let charge = state.get(TableName::Charges, charge);
        let charge = charge.ok_or_else(Refusal::not_found)?;
        if record::text(&charge, "status") != "queued" {
            return Err(Refusal::invalid(
                "status",
                "only queued charges can be moved",
            ));
        }
        let day = time::parse_day(record::text(&charge, "scheduled_at"));
        let mut moving = Self {
            day: day.ok_or_else(Refusal::not_found)?,
            subscriptions: Vec::new(),
            onetimes: Vec::new(),
        };
        for line in record::list(&charge, "line_items") {
            let Some(id) = line.get("purchase_item_id").and_then(record::as_id) else {
                continue;
            };
            if let Some(one) = state.get(TableName::Subscriptions, id) {
                moving.subscriptions.push((id, one));
            } else if state.table(TableName::Onetimes).holds(id) {
                moving.onetimes.push(id);
            }
        }
        Ok(moving)
    }

    /// The numbers of all items.
    pub(crate) fn items(&self) -> Vec<u64> {
        let subscriptions = self.subscriptions.iter().map(|(id, _)| *id);
        subscriptions.chain(self.onetimes.iter().copied()).collect()
    }

    /// The requests that move each subscription to its day, and one-time items
    /// along with the first of them.
    pub(crate) fn requests(&self, day_of: impl Fn(&Record) -> Value) -> Vec<RuleRequest> {
        let first = self.subscriptions.first();
        let of_onetimes = day_of(&first.map(|(_, one)| one.clone()).unwrap_or_default());
        let moved = self.subscriptions.iter().map(|(id, one)| {
            let body = json!({"date": day_of(one)});
            RuleRequest::to("subscriptions.set_next_charge_date", *id, body)
        });
        let along = self.onetimes.iter().map(|id| {
            let body = json!({"next_charge_scheduled_at": of_onetimes});
            RuleRequest::to("onetimes.update", *id, body)
        });
        moved.chain(along).collect()
    }

    /// The day one interval of a subscription after that of the charge.
    pub(crate) fn day_after(&self, subscription: &Record) -> Date {
        let interval = Interval {
            count: record::number(subscription, "charge_interval_frequency").unwrap_or(1),
            unit: Unit::named(record::text(subscription, "order_interval_unit")),
            day_of_month: record::number(subscription, "order_day_of_month").filter(|day| *day > 0),
            day_of_week: record::number(subscription, "order_day_of_week"),
        };
        interval.after(self.day)
    }
}

/// The queued charge that has one of these items, the earliest of several.
pub(crate) fn charge_with(state: &State, items: &[u64]) -> Option<u64> {
    let charges = items.iter().flat_map(|item| {
        let path = "line_items.*.purchase_item_id";
        state.all_in(TableName::Charges, path, *item, &["queued"])
    });
    let first =
        charges.min_by_key(|(id, charge)| (record::text(charge, "scheduled_at").to_owned(), *id));
    first.map(|(id, _)| id)
}
