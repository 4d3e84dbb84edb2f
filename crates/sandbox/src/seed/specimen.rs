//! Specimens: records of a household with marks in place of everything that
//! differs between records of one shape.
//!
//! They are made by the same functions as the records themselves, from a plan
//! whose numbers, times, days and names are marks: values that no record has.

use super::kinds::{Kind, Numbers};
use super::people::Home;
use super::plan::{End, Fate};
use super::printing::{ORDER_MARKS, Sums};
use crate::values::record::{self, Record};

/// Times from here on, in the year 9000, are marks.
const TIME: i64 = 221_845_392_000;

/// Days from today that are marks: the present ends before one and begins
/// after the other.
const LATER: i64 = 2_100_000;
const EARLIER: i64 = -600_000;

/// Counts from here on are marks.
const COUNT: i64 = 7_100_000;

impl Home<'_> {
    /// The record of that kind and place, from marks.
    pub(super) fn specimen(&self, kind: Kind, at: usize) -> (Self, Record) {
        let marked = self.marked(kind, at);
        let marks = Sums::marks();
        let closed = |at: usize| {
            let mut charge = marked.queued(at);
            marks.charge.put(&mut charge);
            marked.close(&mut charge, at);
            charge
        };
        let lines = vec![marks.lines.trim_matches('"')];
        let record = match kind {
            Kind::Charge => {
                let mut charge = closed(at);
                record::set(&mut charge, "line_items", lines);
                charge
            }
            Kind::Order => {
                let charge = closed(marked.plan.parcels[at].bill);
                let mut order = marked.order_of(&charge, at);
                ORDER_MARKS.put(&mut order);
                record::set(&mut order, "line_items", lines);
                order
            }
            _ => marked.record(kind, at),
        };
        (marked, record)
    }

    /// The household with marks. A day that is over stays one.
    fn marked(&self, kind: Kind, at: usize) -> Self {
        let over = kind == Kind::Order && self.day_of(&self.plan.parcels[at]) <= self.today();
        let due = if over { EARLIER } else { LATER };
        let mut plan = self.plan.clone();
        (plan.created, plan.updated) = (TIME, TIME + 1);
        let card = &mut plan.card;
        card.created = TIME + 2;
        card.brand = "‹brand›";
        card.last4 = 4_000_000_001;
        (card.years, card.month) = (COUNT, COUNT + 1);
        for dwelling in &mut plan.dwellings {
            dwelling.created = TIME + 3;
        }
        for item in &mut plan.items {
            (item.created, item.updated) = (TIME + 4, TIME + 5);
            item.quantity = COUNT + 2;
            // What is prepaid is charged less often than it is sent.
            let charges = if item.is_prepaid() { 6 } else { 4 };
            item.rhythm = ("‹unit›", COUNT + 5, COUNT + charges);
            if let Fate::Active { day, .. } | Fate::Cancelled { day, .. } = &mut item.fate {
                *day = LATER + 1;
            }
        }
        for bill in &mut plan.bills {
            (bill.made, bill.day) = (TIME + 6, due);
            bill.orders = 7_200_000;
            if let End::Skipped { at } | End::Pending { at } | End::Paid { at, .. } = &mut bill.end
            {
                *at = TIME + 7;
            }
        }
        Self {
            ground: self.ground,
            place: self.place,
            addresses_before: self.addresses_before,
            plan,
            numbers: self.numbers.marked(),
            marked: true,
        }
    }
}

impl Numbers {
    /// As many numbers, which no record has.
    fn marked(&self) -> Self {
        let marks = 900_000_000_000_000..;
        Self {
            all: marks.take(self.all.len()).collect(),
            begins: self.begins,
        }
    }
}
