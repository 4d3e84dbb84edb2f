//! What the forms of records are filled in with.
//!
//! Takes a household and the place of a record; returns the texts of all that
//! differs between records of one shape. Where in the record they stand is not
//! said here: a specimen tells.

use super::form::Slips;
use super::kinds::Kind;
use super::people::{Home, card_owner, card_token, external_customer, stamp};
use super::plan::{End, Fate, Item, Postal};
use super::printing::Sums;
use crate::rules::{self, Totals};
use crate::values::time;

impl Home<'_> {
    /// What the form of the record of that kind and place is filled in with. A
    /// specimen is asked the same, and so says where the blanks are.
    pub(super) fn slips(&self, kind: Kind, at: usize, sums: &Sums) -> Slips {
        let mut slips = Slips::default();
        let (plan, numbers) = (&self.plan, &self.numbers);
        let id = numbers.of(kind, at);
        slips.number(id);
        match kind {
            Kind::Customer => {
                let (first, last) = self.names();
                slips.plain(stamp(plan.created));
                slips.plain(stamp(plan.updated));
                slips.value(first);
                slips.value(last);
                slips.value(self.phone());
                slips.value(self.first_paid().map(stamp));
                self.customer_slips(&mut slips);
            }
            Kind::Card => {
                let card = &plan.card;
                let customer = numbers.of(Kind::Customer, 0);
                slips.number(customer);
                slips.plain(time::without_offset(&stamp(card.created)));
                slips.plain(card.brand);
                slips.number(card.month);
                slips.number(self.expires());
                slips.plain(card.last4);
                slips.plain(card_owner(customer));
                slips.plain(card_token(id));
                self.postal_slips(&card.postal, &mut slips);
            }
            Kind::Address => {
                slips.number(numbers.of(Kind::Customer, 0));
                slips.number(numbers.of(Kind::Card, 0));
                slips.plain(stamp(plan.dwellings[at].created));
                self.postal_slips(&plan.dwellings[at].postal, &mut slips);
            }
            Kind::Subscription | Kind::Onetime => {
                self.item_slips(self.item_of(kind, at), &mut slips);
            }
            Kind::Charge => self.charge_slips(at, sums, &mut slips),
            Kind::Order => self.order_slips(at, sums, &mut slips),
        }
        slips
    }

    /// The customer as charges and orders name it.
    fn customer_slips(&self, slips: &mut Slips) {
        let customer = self.numbers.of(Kind::Customer, 0);
        slips.number(customer);
        slips.value(self.email());
        slips.plain(external_customer(customer));
        slips.plain(rules::portal_hash(customer));
    }

    fn postal_slips(&self, postal: &Postal, slips: &mut Slips) {
        for (_, value) in self.postal(postal) {
            slips.value(value);
        }
    }

    fn item_slips(&self, item: &Item, slips: &mut Slips) {
        let (unit, orders, charges) = item.rhythm;
        slips.number(self.numbers.of(Kind::Address, item.dwelling));
        slips.number(self.numbers.of(Kind::Customer, 0));
        slips.plain(stamp(item.created));
        slips.plain(stamp(item.updated));
        slips.number(item.quantity);
        slips.plain(unit);
        slips.number(orders);
        slips.number(charges);
        match item.fate {
            Fate::Active { day, .. } | Fate::Cancelled { day, .. } => {
                slips.plain(time::day_text(self.day(day)));
                slips.value(time::beginning(self.day(day)).map(time::stamp));
            }
            Fate::Expired => {}
        }
        if let Fate::Cancelled { reason, .. } = item.fate {
            slips.plain(self.reason(reason));
        }
    }

    fn charge_slips(&self, at: usize, sums: &Sums, slips: &mut Slips) {
        let bill = &self.plan.bills[at];
        let dwelling = &self.plan.dwellings[bill.dwelling];
        let id = self.numbers.of(Kind::Charge, at);
        slips.number(id);
        slips.number(self.numbers.of(Kind::Address, bill.dwelling));
        self.customer_slips(slips);
        self.postal_slips(&dwelling.postal, slips);
        slips.plain(stamp(bill.made));
        slips.plain(time::day_text(self.day(bill.day)));
        slips.number(bill.orders);
        if let End::Skipped { at } | End::Pending { at } | End::Paid { at, .. } = bill.end {
            slips.plain(stamp(at));
        }
        if let End::Paid { .. } = bill.end {
            slips.plain(rules::transaction(id));
            slips.plain(rules::external_number(id));
        }
        total_slips(&sums.charge, slips);
        slips.written(|text| text.push_str(&sums.lines));
    }

    fn order_slips(&self, at: usize, sums: &Sums, slips: &mut Slips) {
        let parcel = &self.plan.parcels[at];
        let id = self.numbers.of(Kind::Order, at);
        self.charge_slips(parcel.bill, sums, slips);
        if self.sent(parcel).is_some() {
            slips.plain(rules::external_number(id));
            slips.plain(rules::short_number(id));
            slips.plain(rules::shop_name(id));
        }
        let day = self.day_of(parcel);
        slips.value(time::beginning(day).map(time::stamp));
        slips.value(time::eastern_midnight(day).map(time::stamp));
        total_slips(&sums.order, slips);
    }
}

fn total_slips(totals: &Totals, slips: &mut Slips) {
    slips.plain(totals.subtotal);
    slips.plain(totals.off);
    slips.plain(totals.goods);
    slips.plain(totals.total);
    slips.number(totals.grams);
}
