//! By what the records of a household are found, without writing them.
//!
//! Takes a plan with its numbers; returns times and hashes, table by table, in
//! the order of the table's shape. They are what the written records would
//! give; a test contains them together.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::Value;

use super::ground::Ground;
use super::kinds::{Kind, Numbers};
use super::names::{FIRST, LAST, plain};
use super::people;
use super::plan::{Back, Bill, End, Fate, Household, Item, Parcel};
use crate::rules;
use crate::storage::layer::Laying;
use crate::storage::shape::NEVER;
use crate::values::key::{hash, hash_of, hash_of_number};
use crate::values::record;
use crate::values::time;

const DAY: i64 = 86_400;

/// What is worked out once for all households.
pub(super) struct Facts {
    today: Date,
    beginning: i64,
    first_names: Vec<String>,
    last_names: Vec<String>,
    /// Hashes of the number of each variant of each product.
    variants: Vec<Vec<u64>>,
    /// Hashes of number and code of each discount.
    discounts: Vec<(u64, u64)>,
    words: Words,
}

/// Hashes of words that records are found by.
struct Words {
    active: u64,
    cancelled: u64,
    expired: u64,
    queued: u64,
    error: u64,
    skipped: u64,
    pending: u64,
    success: u64,
    refunded: u64,
    partially_refunded: u64,
    recurring: u64,
    yes: u64,
    no: u64,
}

impl Facts {
    pub(super) fn new(ground: &Ground) -> Self {
        let letters = |names: &[&str]| names.iter().map(|name| plain(name)).collect();
        let part = |value: &Value, field: &str| value.get(field).and_then(hash_of).unwrap_or(0);
        Self {
            today: ground.today,
            beginning: ground.setting.today,
            first_names: letters(FIRST),
            last_names: letters(LAST),
            variants: ground
                .products
                .iter()
                .map(|product| {
                    let variants = record::list(product, "variants").iter();
                    variants
                        .map(|variant| part(variant, "external_variant_id"))
                        .collect()
                })
                .collect(),
            discounts: ground
                .discounts
                .iter()
                .map(|discount| (part(discount, "id"), part(discount, "code")))
                .collect(),
            words: Words {
                active: hash("active"),
                cancelled: hash("cancelled"),
                expired: hash("expired"),
                queued: hash("queued"),
                error: hash("error"),
                skipped: hash("skipped"),
                pending: hash("pending"),
                success: hash("success"),
                refunded: hash("refunded"),
                partially_refunded: hash("partially_refunded"),
                recurring: hash("recurring"),
                yes: hash("true"),
                no: hash("false"),
            },
        }
    }

    /// Tells each layer of the household's records, in the order of their
    /// numbers. Discounts are carried as [`Ground::discount`] says.
    pub(super) fn tell(
        &self,
        laying: &mut [Laying; 7],
        place: u32,
        plan: &Household,
        numbers: &Numbers,
        carried: impl Fn(usize) -> Option<usize>,
    ) {
        let customer = numbers.of(Kind::Customer, 0);
        let home = IndexedHome {
            plan,
            numbers,
            customer: hash_of_number(customer),
            external: hash(&people::external_customer(customer)),
            carried: [0, 1].map(|dwelling| {
                carried(dwelling).and_then(|discount| self.discounts.get(discount).copied())
            }),
        };
        let layer = &mut laying[Kind::Customer as usize];
        layer.row([plan.created, plan.updated]);
        let first = &self.first_names[plan.first_name];
        let last = &self.last_names[plan.last_name];
        layer.found(0, hash(&people::email(first, last, place)));
        layer.found(1, hash(&rules::portal_hash(customer)));
        layer.found(2, home.external);
        let layer = &mut laying[Kind::Card as usize];
        layer.row([plan.card.created]);
        layer.found(0, home.customer);
        let layer = &mut laying[Kind::Address as usize];
        for (dwelling, discount) in plan.dwellings.iter().zip(home.carried) {
            layer.row([dwelling.created; 2]);
            layer.found(0, home.customer);
            layer.found(1, hash_of_number(numbers.of(Kind::Card, 0)));
            if let Some((id, code)) = discount {
                layer.found(2, id);
                layer.found(3, code);
            }
        }
        for item in &plan.items {
            self.tell_item(laying, &home, item);
        }
        for (at, bill) in plan.bills.iter().enumerate() {
            let id = numbers.of(Kind::Charge, at);
            self.tell_charge(&mut laying[Kind::Charge as usize], &home, bill, id);
        }
        for (at, parcel) in plan.parcels.iter().enumerate() {
            let id = numbers.of(Kind::Order, at);
            self.tell_order(&mut laying[Kind::Order as usize], &home, parcel, id);
        }
    }

    fn tell_item(&self, laying: &mut [Laying; 7], home: &IndexedHome, item: &Item) {
        let kind = if item.onetime {
            Kind::Onetime
        } else {
            Kind::Subscription
        };
        let layer = &mut laying[kind as usize];
        layer.row([item.created, item.updated]);
        layer.found(0, home.address(item.dwelling));
        layer.found(1, home.customer);
        let variant = self.variants[item.product][item.variant];
        if item.onetime {
            let cancelled = matches!(item.fate, Fate::Cancelled { .. });
            let words = (self.words.yes, self.words.no);
            layer.found(2, variant);
            layer.found(3, if cancelled { words.0 } else { words.1 });
        } else {
            layer.found(
                2,
                match item.fate {
                    Fate::Active { .. } => self.words.active,
                    Fate::Cancelled { .. } => self.words.cancelled,
                    Fate::Expired => self.words.expired,
                },
            );
            layer.found(3, variant);
        }
    }

    fn tell_charge(&self, layer: &mut Laying, home: &IndexedHome, bill: &Bill, id: u64) {
        let words = &self.words;
        let (status, updated, processed) = match bill.end {
            End::Queued => (words.queued, bill.made, NEVER),
            End::Failed => (words.error, bill.made, NEVER),
            End::Skipped { at } => (words.skipped, at, NEVER),
            End::Pending { at } => (words.pending, at, NEVER),
            End::Paid { at, back } => {
                let status = match back {
                    Back::Nothing => words.success,
                    Back::Part => words.partially_refunded,
                    Back::All => words.refunded,
                };
                (status, at, at)
            }
        };
        let scheduled = self.beginning + bill.day * DAY;
        layer.row([bill.made, updated, scheduled, processed]);
        layer.found(0, home.customer);
        layer.found(1, home.address(bill.dwelling));
        layer.found(2, status);
        if matches!(bill.end, End::Paid { .. }) {
            layer.found(3, hash(&rules::orders::external_number(id)));
        }
        if let Some((id, code)) = home.carried[bill.dwelling] {
            layer.found(4, id);
            layer.found(5, code);
        }
        for item in &bill.items {
            layer.found(6, home.item(*item));
        }
    }

    fn tell_order(&self, layer: &mut Laying, home: &IndexedHome, parcel: &Parcel, id: u64) {
        let bill = &home.plan.bills[parcel.bill];
        let End::Paid { at: paid, .. } = bill.end else {
            return;
        };
        let day = self.today.saturating_add(Span::new().days(bill.day));
        let day = day.saturating_add(Span::new().months(parcel.months));
        let begins = time::beginning(day).map_or(NEVER, Timestamp::as_second);
        let scheduled = time::eastern_midnight(day).map_or(NEVER, Timestamp::as_second);
        let (status, processed) = if parcel.months == 0 {
            (self.words.success, paid)
        } else if begins <= self.beginning {
            (self.words.success, begins)
        } else {
            (self.words.queued, NEVER)
        };
        layer.row([paid, paid, processed, scheduled]);
        layer.found(0, home.customer);
        layer.found(1, home.external);
        layer.found(2, home.address(bill.dwelling));
        layer.found(
            3,
            hash_of_number(home.numbers.of(Kind::Charge, parcel.bill)),
        );
        layer.found(4, status);
        layer.found(5, self.words.recurring);
        if parcel.months == 0 {
            layer.found(6, hash(&rules::orders::external_number(id)));
        }
        for item in &parcel.items {
            layer.found(7, home.item(*item));
        }
    }
}

/// A household with what several of its records are found by.
struct IndexedHome<'a> {
    plan: &'a Household,
    numbers: &'a Numbers,
    customer: u64,
    external: u64,
    /// Hashes of number and code of the discount of each address.
    carried: [Option<(u64, u64)>; 2],
}

impl IndexedHome<'_> {
    fn address(&self, dwelling: usize) -> u64 {
        hash_of_number(self.numbers.of(Kind::Address, dwelling))
    }

    fn item(&self, at: usize) -> u64 {
        let item = &self.plan.items[at];
        let kind = if item.onetime {
            Kind::Onetime
        } else {
            Kind::Subscription
        };
        hash_of_number(self.numbers.of(kind, item.place as usize))
    }
}
