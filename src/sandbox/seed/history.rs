//! What was charged and what is queued: charges and orders of demo stores.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::Seeder;
use super::people::Item;
use crate::sandbox::moment;
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::rules::{self, Parts, Slot};
use crate::sandbox::tables::Name;

/// Small stores show more of the past.
const SMALL: u32 = 1_000;

impl Seeder {
    /// The open charges of an address: one a day.
    pub(super) fn queue(
        &mut self,
        address_id: u64,
        address: &Record,
        customer: &Record,
        items: &[Item],
        failing: bool,
    ) {
        let mut days: BTreeMap<Date, Vec<&Item>> = BTreeMap::new();
        for item in items.iter().filter(|item| is_due(item)) {
            if let Some(day) =
                moment::parse_day(record::text(&item.record, "next_charge_scheduled_at"))
            {
                days.entry(day).or_default().push(item);
            }
        }
        for (day, items) in days {
            let id = self.state.next_id(Name::Charges);
            let age = self.random.i64(1..20);
            let made = self.ago(age);
            let mut charge = self.charge(id, address_id, address, customer, &items, day, made);
            if failing {
                let retry = self.today().saturating_add(Span::new().days(1));
                record::set(&mut charge, "status", "error");
                record::set(&mut charge, "error", "Your card was declined.");
                record::set(&mut charge, "error_type", "CARD_DECLINED");
                record::set(&mut charge, "retry_date", moment::day_text(retry));
            }
            self.state.lay(Name::Charges, id, &charge);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each names one part of a charge")]
    fn charge(
        &self,
        id: u64,
        address_id: u64,
        address: &Record,
        customer: &Record,
        items: &[&Item],
        day: Date,
        made: Timestamp,
    ) -> Record {
        let lines = items
            .iter()
            .map(|item| {
                let kind = if item.onetime {
                    "onetime"
                } else {
                    "subscription"
                };
                rules::line(kind, item.id, &item.record, &self.products[item.product])
            })
            .collect();
        let billing = rules::postal(address);
        let mut charge = rules::charge(Parts {
            id,
            address_id,
            address,
            customer,
            billing,
            items: lines,
            day,
            now: made,
            kind: "recurring",
        });
        rules::settle(&self.state, &mut charge);
        charge
    }

    /// Earlier charges of an address, each on its own day, with their orders.
    pub(super) fn past(
        &mut self,
        address_id: u64,
        address: &Record,
        customer: &mut Record,
        items: &[Item],
    ) {
        let past: Vec<&Item> = items.iter().filter(|item| !item.onetime).collect();
        if past.is_empty() || self.chance(if self.customers > SMALL { 45 } else { 8 }) {
            return;
        }
        let times = if self.customers > SMALL {
            1
        } else {
            self.random.i64(1..3)
        };
        let first = self.random.i64(2..24);
        for turn in (0..times).rev() {
            let days = first + turn * 28;
            let day = self.today().saturating_add(Span::new().days(-days));
            let id = self.state.next_id(Name::Charges);
            let made = self.ago(days + 20);
            let charge = self.charge(id, address_id, address, customer, &past, day, made);
            self.end(id, charge, &past, day, customer);
        }
        record::set(customer, "subscription_related_charge_streak", times);
    }

    /// How a past charge ended.
    fn end(
        &mut self,
        id: u64,
        mut charge: Record,
        items: &[&Item],
        day: Date,
        customer: &mut Record,
    ) {
        let paid = moment::beginning(day).unwrap_or(self.now);
        let paid = paid
            .checked_add(Span::new().hours(7).seconds(self.random.i64(0..9_000)))
            .unwrap_or(paid);
        let draw = self.random.u32(..100);
        if draw < 8 {
            record::set(&mut charge, "status", "skipped");
            record::set(&mut charge, "updated_at", moment::stamp(paid));
            self.state.lay(Name::Charges, id, &charge);
            return;
        }
        if draw < 10 {
            let authorised = self.ago(1);
            record::set(&mut charge, "status", "pending");
            record::set(&mut charge, "updated_at", moment::stamp(authorised));
            self.state.lay(Name::Charges, id, &charge);
            return;
        }
        rules::mark_paid(&mut charge, id, paid);
        if record::is_nothing(customer.get("first_charge_processed_at")) {
            record::set(customer, "first_charge_processed_at", moment::stamp(paid));
        }
        let total = record::at(&charge, "total_price")
            .and_then(Cents::of)
            .unwrap_or_default();
        match draw {
            10..=16 => {
                record::set(&mut charge, "status", "refunded");
                record::set(&mut charge, "total_refunds", total);
            }
            17..=21 if total > Cents(200) => {
                record::set(&mut charge, "status", "partially_refunded");
                record::set(&mut charge, "total_refunds", Cents(150));
            }
            _ => {}
        }
        let slots = slots(items, day, paid);
        record::set(&mut charge, "orders_count", slots.len());
        self.state.lay(Name::Charges, id, &charge);
        for slot in slots {
            let order = self.state.next_id(Name::Orders);
            let mut record = rules::order(&self.state, order, &charge, &slot);
            let refunds = charge.get("total_refunds").cloned().unwrap_or(Value::Null);
            record::set(&mut record, "total_refunds", refunds);
            if slot.sent.is_none() && slot.day <= self.today() {
                let sent = moment::beginning(slot.day).map(moment::stamp);
                record::set(&mut record, "status", "success");
                record::set(&mut record, "processed_at", json!(sent));
            }
            self.state.lay(Name::Orders, order, &record);
        }
    }
}

fn is_due(item: &Item) -> bool {
    if item.onetime {
        !record::flag(&item.record, "is_cancelled")
    } else {
        record::text(&item.record, "status") == "active"
    }
}

/// One order at once, and for what is prepaid one more for each month paid.
fn slots(items: &[&Item], day: Date, paid: Timestamp) -> Vec<Slot> {
    let all = items.iter().map(|item| item.id).collect();
    let prepaid: Vec<u64> = items
        .iter()
        .filter(|item| record::flag(&item.record, "is_prepaid"))
        .map(|item| item.id)
        .collect();
    let mut slots = vec![Slot {
        day,
        items: all,
        prepaid: !prepaid.is_empty(),
        sent: Some(paid),
    }];
    if !prepaid.is_empty() {
        for month in 1..3 {
            let day = day.saturating_add(Span::new().months(month));
            slots.push(Slot {
                day,
                items: prepaid.clone(),
                prepaid: true,
                sent: None,
            });
        }
    }
    slots
}
