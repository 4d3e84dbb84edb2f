//! What was charged and what is queued: the records of charges and orders,
//! from the plan of a household.

use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::ground::Kind;
use super::people::{Home, stamp};
use super::plan::{Back, Bill, End};
use crate::sandbox::moment;
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::rules::{self, Parts, Slot};

/// What is given back of a charge that is partially refunded.
const PART: Cents = Cents(150);

impl Home<'_> {
    pub(super) fn charge(&self, at: usize) -> Record {
        let bill = &self.plan.bills[at];
        let id = self.numbers.of(Kind::Charge, at);
        let mut charge = self.queued(id, bill);
        match bill.end {
            End::Queued => {}
            End::Failed => {
                record::set(&mut charge, "status", "error");
                record::set(&mut charge, "error", "Your card was declined.");
                record::set(&mut charge, "error_type", "CARD_DECLINED");
                record::set(&mut charge, "retry_date", moment::day_text(self.day(1)));
            }
            End::Skipped { at } => {
                record::set(&mut charge, "status", "skipped");
                record::set(&mut charge, "updated_at", stamp(at));
            }
            End::Pending { at } => {
                record::set(&mut charge, "status", "pending");
                record::set(&mut charge, "updated_at", stamp(at));
            }
            End::Paid { at, back } => {
                let paid = Timestamp::from_second(at).unwrap_or_default();
                rules::mark_paid(&mut charge, id, paid);
                give_back(&mut charge, back);
                record::set(&mut charge, "orders_count", bill.orders);
            }
        }
        charge
    }

    fn queued(&self, id: u64, bill: &Bill) -> Record {
        let items = bill.items.iter().map(|at| {
            let item = &self.plan.items[*at];
            let kind = if item.onetime {
                "onetime"
            } else {
                "subscription"
            };
            let product = &self.ground.products[item.product];
            rules::line(kind, self.item_id(item), &self.described(item), product)
        });
        let address = self.address(bill.dwelling);
        let mut charge = rules::charge(Parts {
            id,
            address_id: self.numbers.of(Kind::Address, bill.dwelling),
            address: &address,
            customer: &self.reference(),
            billing: rules::postal(&address),
            items: items.collect(),
            day: self.day(bill.day),
            now: Timestamp::from_second(bill.made).unwrap_or_default(),
            kind: "recurring",
        });
        rules::settle(&self.ground.goods, &mut charge);
        charge
    }

    pub(super) fn order(&self, at: usize) -> Record {
        let parcel = &self.plan.parcels[at];
        let bill = &self.plan.bills[parcel.bill];
        let charge = self.charge(parcel.bill);
        let first = parcel.months == 0;
        let sent = match bill.end {
            End::Paid { at, .. } if first => Timestamp::from_second(at).ok(),
            _ => None,
        };
        let items = parcel.items.iter().map(|at| &self.plan.items[*at]);
        let slot = Slot {
            day: self
                .day(bill.day)
                .saturating_add(Span::new().months(parcel.months)),
            items: items.map(|item| self.item_id(item)).collect(),
            prepaid: parcel.prepaid,
            sent,
        };
        let id = self.numbers.of(Kind::Order, at);
        let mut order = rules::order(&self.ground.goods, id, &charge, &slot);
        let refunds = charge.get("total_refunds").cloned().unwrap_or(Value::Null);
        record::set(&mut order, "total_refunds", refunds);
        if slot.sent.is_none() && slot.day <= self.today() {
            let sent = moment::beginning(slot.day).map(moment::stamp);
            record::set(&mut order, "status", "success");
            record::set(&mut order, "processed_at", json!(sent));
        }
        order
    }
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
