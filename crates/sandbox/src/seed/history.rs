//! What was charged and what is queued: the records of charges and orders,
//! from the plan of a household.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::ground::Ground;
use super::kinds::Kind;
use super::people::{Home, stamp};
use super::plan::{Back, End, Item, Parcel};
use crate::rules::{self, Parts, Slot};
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

/// What is given back of a charge that is partially refunded.
const PART: Cents = Cents(150);

impl Home<'_> {
    pub(super) fn charge(&self, at: usize) -> Record {
        let mut charge = self.queued(at);
        rules::settle(&self.ground.goods, &mut charge);
        self.close(&mut charge, at);
        charge
    }

    /// The result of a charge that is queued and has its totals.
    pub(super) fn close(&self, charge: &mut Record, place: usize) {
        let bill = &self.plan.bills[place];
        match bill.end {
            End::Queued => {}
            End::Failed => {
                record::set(charge, "status", "error");
                record::set(charge, "error", "Your card was declined.");
                record::set(charge, "error_type", "CARD_DECLINED");
                record::set(charge, "retry_date", time::day_text(self.day(1)));
                let last = time::beginning(self.today()).map(time::stamp);
                rules::note_attempts(charge, 1, &last.unwrap_or_default());
            }
            End::Skipped { at } => {
                record::set(charge, "status", "skipped");
                record::set(charge, "updated_at", stamp(at));
            }
            End::Pending { at } => {
                record::set(charge, "status", "pending");
                record::set(charge, "updated_at", stamp(at));
            }
            End::Paid { at, back } => {
                let paid = Timestamp::from_second(at).unwrap_or_default();
                rules::mark_paid(charge, self.numbers.of(Kind::Charge, place), paid);
                give_back(charge, back);
                record::set(charge, "orders_count", bill.orders);
            }
        }
    }

    /// A queued charge; its totals are still to be settled.
    pub(super) fn queued(&self, at: usize) -> Record {
        let bill = &self.plan.bills[at];
        let items = bill.items.iter().map(|at| &self.plan.items[*at]);
        let items = items.map(|item| line(self.ground, item, self.item_id(item)));
        let address = self.address(bill.dwelling);
        rules::charge(Parts {
            id: self.numbers.of(Kind::Charge, at),
            address_id: self.numbers.of(Kind::Address, bill.dwelling),
            address: &address,
            customer: &self.reference(),
            billing: rules::postal(&address),
            items: items.collect(),
            day: self.day(bill.day),
            now: Timestamp::from_second(bill.made).unwrap_or_default(),
            kind: "recurring",
        })
    }

    pub(super) fn order(&self, at: usize) -> Record {
        self.order_of(&self.charge(self.plan.parcels[at].bill), at)
    }

    /// The order of that place, of its charge.
    pub(super) fn order_of(&self, charge: &Record, at: usize) -> Record {
        let parcel = &self.plan.parcels[at];
        let items = parcel.items.iter().map(|at| &self.plan.items[*at]);
        let slot = Slot {
            day: self.day_of(parcel),
            items: items.map(|item| self.item_id(item)).collect(),
            prepaid: parcel.prepaid,
            sent: self
                .sent(parcel)
                .and_then(|at| Timestamp::from_second(at).ok()),
        };
        let id = self.numbers.of(Kind::Order, at);
        let mut order = rules::order(&self.ground.goods, id, charge, &slot);
        if parcel.months == 0 {
            // As in the rules, the first order shows the refunds of its charge.
            let refunds = charge.get("total_refunds").cloned().unwrap_or(Value::Null);
            record::set(&mut order, "total_refunds", refunds);
        }
        if slot.sent.is_none() && slot.day <= self.today() {
            let sent = time::beginning(slot.day).map(time::stamp);
            record::set(&mut order, "status", "success");
            record::set(&mut order, "processed_at", json!(sent));
        }
        order
    }

    /// The day for which an order is scheduled.
    pub(super) fn day_of(&self, parcel: &Parcel) -> Date {
        let months = Span::new().months(parcel.months);
        self.day(self.plan.bills[parcel.bill].day)
            .saturating_add(months)
    }

    /// When an order was sent with its charge.
    pub(super) fn sent(&self, parcel: &Parcel) -> Option<i64> {
        match self.plan.bills[parcel.bill].end {
            End::Paid { at, .. } if parcel.months == 0 => Some(at),
            _ => None,
        }
    }
}

/// The line of a charge for an item of that number.
pub(super) fn line(ground: &Ground, item: &Item, id: u64) -> Value {
    let kind = if item.onetime {
        "onetime"
    } else {
        "subscription"
    };
    let product = &ground.products[item.product];
    rules::line(kind, id, &ground.described(item), product)
}

/// Everything that the store sells costs more than the part.
fn give_back(charge: &mut Record, back: Back) {
    match back {
        Back::Nothing => {}
        Back::Part => {
            record::set(charge, "status", "partially_refunded");
            record::set(charge, "total_refunds", PART);
        }
        Back::All => {
            let total = record::at(charge, "total_price")
                .and_then(Cents::of)
                .unwrap_or_default();
            record::set(charge, "status", "refunded");
            record::set(charge, "total_refunds", total);
        }
    }
}
