//! Which change is reported under a topic, and about which records.
//!
//! Takes a change of the journal with the record before and after; returns
//! whether a row of the topics indicates it, and the records that the messages
//! carry. Knows nothing of how messages are kept or sent.

use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

/// Changes that are reported.
#[derive(Debug)]
pub(super) struct ToldChanges {
    table: TableName,
    /// The verb of the change; `None` takes any.
    verb: Option<&'static str>,
    only: fn(&SeenChange) -> bool,
    about: About,
}

/// Which records the messages carry.
#[derive(Debug, Clone, Copy)]
pub(super) enum About {
    /// The one that changed.
    Itself,
    /// The address that it belongs to.
    Address,
    /// The customer that it belongs to.
    Customer,
    /// The orders of a charge.
    Orders,
    /// The subscriptions that were skipped with a charge, or brought back.
    Subscriptions,
}

/// A change, with the result of the record.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenChange<'a> {
    pub(super) table: TableName,
    pub(super) id: u64,
    pub(super) verb: &'a str,
    pub(super) before: Option<&'a Record>,
    pub(super) after: Option<&'a Record>,
}

impl SeenChange<'_> {
    pub(super) fn before(&self, path: &str) -> &str {
        self.before.map_or("", |record| record::text(record, path))
    }

    pub(super) fn after(&self, path: &str) -> &str {
        self.after.map_or("", |record| record::text(record, path))
    }

    /// Whether the record has come to that status just now.
    pub(super) fn came_to(&self, status: &str) -> bool {
        self.after("status") == status && self.before("status") != status
    }
}

impl ToldChanges {
    /// Any change of such records.
    pub(super) const fn of(table: TableName) -> Self {
        Self {
            table,
            verb: None,
            only: |_| true,
            about: About::Itself,
        }
    }

    pub(super) const fn verb(mut self, verb: &'static str) -> Self {
        self.verb = Some(verb);
        self
    }

    pub(super) const fn only(mut self, only: fn(&SeenChange) -> bool) -> Self {
        self.only = only;
        self
    }

    pub(super) const fn about(mut self, about: About) -> Self {
        self.about = about;
        self
    }

    /// Whether a change is reported.
    pub(super) fn fits(&self, seen: &SeenChange) -> bool {
        self.table == seen.table
            && self.verb.is_none_or(|verb| verb == seen.verb)
            && (self.only)(seen)
    }

    /// The records that its messages carry.
    pub(super) fn subjects(&self, state: &State, seen: &SeenChange) -> Vec<(TableName, u64)> {
        let record = seen.after.or(seen.before);
        let number = |path: &str| record.and_then(|record| record::id(record, path));
        match self.about {
            About::Itself => vec![(seen.table, seen.id)],
            About::Address => one(TableName::Addresses, number("address_id")),
            About::Customer => one(TableName::Customers, number("customer_id")),
            About::Orders => {
                let orders = state.table(TableName::Orders).find("charge.id", seen.id);
                orders
                    .into_iter()
                    .map(|id| (TableName::Orders, id))
                    .collect()
            }
            About::Subscriptions => skipped(state, seen),
        }
    }
}

fn one(table: TableName, id: Option<u64>) -> Vec<(TableName, u64)> {
    id.map(|id| (table, id)).into_iter().collect()
}

/// The subscriptions that are in a charge that was skipped; of one that was
/// unskipped, those that left it.
fn skipped(state: &State, seen: &SeenChange) -> Vec<(TableName, u64)> {
    let skipped = |record: Option<&Record>| -> Vec<u64> {
        let charge = record.filter(|charge| record::text(charge, "status") == "skipped");
        let lines = charge.map_or(&[][..], |charge| record::list(charge, "line_items"));
        let items = lines.iter().filter_map(|line| line.get("purchase_item_id"));
        items.filter_map(record::as_id).collect()
    };
    let (before, after) = (skipped(seen.before), skipped(seen.after));
    let (all, less) = if seen.verb == "unskipped" {
        (before, after)
    } else {
        (after, Vec::new())
    };
    let subscriptions = state.table(TableName::Subscriptions);
    all.into_iter()
        .filter(|id| !less.contains(id) && subscriptions.holds(*id))
        .map(|id| (TableName::Subscriptions, id))
        .collect()
}
