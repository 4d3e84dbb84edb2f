//! Who buys: the records of customers, addresses, payment methods,
//! subscriptions and one-time items, from their plan.
//!
//! Nothing is drawn here: the same household is the same records each time.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::ground::Ground;
use super::kinds::{Kind, Numbers};
use super::names::{FIRST, LAST, PLACES, REASONS, STREETS, plain};
use super::plan::{End, Fate, Household, Item, Postal};
use crate::rules;
use crate::values::record::{self, Record};
use crate::values::time;

/// A household whose records are wanted.
pub(super) struct Home<'a> {
    pub(super) ground: &'a Ground,
    pub(super) place: u32,
    /// How many addresses the store has before this household's.
    pub(super) addresses_before: usize,
    pub(super) plan: Household,
    pub(super) numbers: Numbers,
    /// Marks replaces what differs from household to household.
    pub(super) marked: bool,
}

impl Home<'_> {
    pub(super) fn customer(&self) -> Record {
        let plan = &self.plan;
        let id = self.numbers.of(Kind::Customer, 0);
        let mut customer = rules::customer(id, &stamp(plan.created));
        let (first, last) = self.names();
        record::set(&mut customer, "email", self.email());
        record::set(&mut customer, "first_name", first);
        record::set(&mut customer, "last_name", last);
        record::set(
            &mut customer,
            "external_customer_id",
            json!({"ecommerce": external_customer(id)}),
        );
        record::set(&mut customer, "phone", self.phone());
        record::set(&mut customer, "updated_at", stamp(plan.updated));
        let paid = self.first_paid().map(stamp);
        record::set(&mut customer, "first_charge_processed_at", paid);
        let active = self.active();
        record::set(&mut customer, "subscriptions_active_count", active);
        record::set(
            &mut customer,
            "subscriptions_total_count",
            plan.subscriptions,
        );
        record::set(&mut customer, "has_valid_payment_method", !plan.failing);
        record::set(
            &mut customer,
            "reason_payment_method_not_valid",
            Value::Null,
        );
        record::set(
            &mut customer,
            "has_payment_method_in_dunning",
            plan.failing && active > 0,
        );
        let broken = active == 0 || plan.failing;
        record::set(
            &mut customer,
            "subscription_related_charge_streak",
            if broken { 0 } else { plan.streak },
        );
        customer
    }

    /// When a charge was first paid.
    pub(super) fn first_paid(&self) -> Option<i64> {
        self.plan.bills.iter().find_map(|bill| match bill.end {
            End::Paid { at, .. } => Some(at),
            _ => None,
        })
    }

    /// How many subscriptions are active.
    pub(super) fn active(&self) -> usize {
        let subscriptions = self.plan.items.iter().filter(|item| !item.onetime);
        subscriptions
            .filter(|item| matches!(item.fate, Fate::Active { .. }))
            .count()
    }

    pub(super) fn names(&self) -> (&'static str, &'static str) {
        if self.marked {
            return ("‹first name›", "‹last name›");
        }
        (FIRST[self.plan.first_name], LAST[self.plan.last_name])
    }

    pub(super) fn phone(&self) -> Option<String> {
        if self.marked {
            return Some("‹phone›".to_owned());
        }
        self.plan.phone.map(|number| format!("+1555010{number:04}"))
    }

    pub(super) fn card(&self) -> Record {
        let card = &self.plan.card;
        let id = self.numbers.of(Kind::Card, 0);
        let customer = self.numbers.of(Kind::Customer, 0);
        let mut method = rules::payment_method(id, customer, &stamp(card.created));
        let billing = record::fields(self.postal(&card.postal));
        record::set(&mut method, "billing_address", billing);
        record::set(&mut method, "default", true);
        record::set(
            &mut method,
            "payment_details",
            json!({
                "brand": card.brand,
                "exp_month": card.month,
                "exp_year": self.expires(),
                "last4": card.last4.to_string(),
            }),
        );
        record::set(
            &mut method,
            "processor_customer_token",
            card_owner(customer),
        );
        record::set(
            &mut method,
            "processor_payment_method_token",
            card_token(id),
        );
        if self.plan.failing {
            record::set(&mut method, "status", "invalid");
            record::set(&mut method, "status_reason", "card_declined");
        }
        method
    }

    /// The year in which the card expires.
    pub(super) fn expires(&self) -> i64 {
        i64::from(self.today().year()) + self.plan.card.years
    }

    /// The parts of a postal address, in the order in which records have them.
    pub(super) fn postal(&self, postal: &Postal) -> [(&'static str, Value); 10] {
        let place = PLACES[postal.place];
        let suite = postal.suite.map(|number| format!("Suite {number}"));
        let company = postal.company.then_some("Penrose & Daughters");
        let parts = [
            (
                "address1",
                format!("{} {}", postal.number, STREETS[postal.street]).into(),
            ),
            ("address2", suite.unwrap_or_default().into()),
            ("city", place.city.into()),
            ("company", company.into()),
            ("country_code", place.country.into()),
            ("first_name", self.names().0.into()),
            ("last_name", self.names().1.into()),
            ("phone", self.phone().unwrap_or_default().into()),
            ("province", place.province.into()),
            ("zip", place.zip.into()),
        ];
        if self.marked {
            return parts.map(|(part, _)| (part, format!("‹{part}›").into()));
        }
        parts
    }

    pub(super) fn address(&self, at: usize) -> Record {
        let dwelling = &self.plan.dwellings[at];
        let id = self.numbers.of(Kind::Address, at);
        let customer = self.numbers.of(Kind::Customer, 0);
        let mut address = rules::address(id, customer, "USD", &stamp(dwelling.created));
        for (part, value) in self.postal(&dwelling.postal) {
            record::set(&mut address, part, value);
        }
        let method = self.numbers.of(Kind::Card, 0);
        record::set(&mut address, "payment_method_id", method);
        if let Some(discount) = self.ground.discount(self.addresses_before + at) {
            let discount = self.ground.discounts[discount].clone();
            record::set(&mut address, "discounts", vec![discount]);
        }
        if dwelling.noted {
            record::set(
                &mut address,
                "order_note",
                "Please leave it with the neighbour’s cat 🐈",
            );
        }
        address
    }

    /// The household's subscription, or one-time item, of that place.
    pub(super) fn item_of(&self, kind: Kind, place: usize) -> &Item {
        let onetime = kind == Kind::Onetime;
        let mut items = self.plan.items.iter();
        items
            .find(|item| item.onetime == onetime && item.place as usize == place)
            .expect("places are those of the plan")
    }

    pub(super) fn item(&self, item: &Item) -> Record {
        if item.onetime {
            self.onetime(item)
        } else {
            self.subscription(item)
        }
    }

    /// The number of an item.
    pub(super) fn item_id(&self, item: &Item) -> u64 {
        let kind = if item.onetime {
            Kind::Onetime
        } else {
            Kind::Subscription
        };
        self.numbers.of(kind, item.place as usize)
    }

    /// Whether the open charge of an item has failed.
    pub(super) fn in_dunning(&self, item: &Item) -> bool {
        let plan = &self.plan;
        let same = |at: &usize| {
            let other = &plan.items[*at];
            other.place == item.place && other.onetime == item.onetime
        };
        plan.failing
            && plan
                .bills
                .iter()
                .any(|bill| matches!(bill.end, End::Failed) && bill.items.iter().any(same))
    }

    fn subscription(&self, item: &Item) -> Record {
        let address = self.numbers.of(Kind::Address, item.dwelling);
        let customer = self.numbers.of(Kind::Customer, 0);
        let created = stamp(item.created);
        let mut one = rules::subscription(self.item_id(item), address, customer, &created);
        self.ground.describe(item, &mut one);
        let (unit, orders, charges) = item.rhythm;
        record::set(&mut one, "charge_interval_frequency", charges);
        record::set(&mut one, "order_interval_frequency", orders);
        record::set(&mut one, "order_interval_unit", unit);
        rules::settle_shape(&mut one);
        let updated = stamp(item.updated);
        record::set(&mut one, "updated_at", updated.as_str());
        match item.fate {
            Fate::Active { day, ends } => {
                let next = time::day_text(self.day(day));
                record::set(&mut one, "next_charge_scheduled_at", next);
                record::set(&mut one, "has_queued_charges", !self.in_dunning(item));
                if ends {
                    record::set(&mut one, "expire_after_specific_number_of_charges", 12);
                }
            }
            Fate::Cancelled { reason, .. } => {
                record::set(&mut one, "status", "cancelled");
                record::set(&mut one, "cancellation_reason", self.reason(reason));
                record::set(&mut one, "cancelled_at", updated);
            }
            Fate::Expired => {
                record::set(&mut one, "status", "expired");
                record::set(&mut one, "expire_after_specific_number_of_charges", 3);
            }
        }
        one
    }

    fn onetime(&self, item: &Item) -> Record {
        let address = self.numbers.of(Kind::Address, item.dwelling);
        let customer = self.numbers.of(Kind::Customer, 0);
        let created = stamp(item.created);
        let mut one = rules::onetime(self.item_id(item), address, customer, &created);
        self.ground.describe(item, &mut one);
        let (cancelled, day) = match item.fate {
            Fate::Cancelled { day, .. } => (true, day),
            Fate::Active { day, .. } => (false, day),
            Fate::Expired => (false, 0),
        };
        record::set(&mut one, "is_cancelled", cancelled);
        record::set(
            &mut one,
            "next_charge_scheduled_at",
            time::beginning(self.day(day)).map(time::stamp),
        );
        one
    }

    /// Of the customer, what charges and orders carry.
    pub(super) fn reference(&self) -> Record {
        let id = self.numbers.of(Kind::Customer, 0);
        record::fields([
            ("id", id.into()),
            ("email", self.email().into()),
            (
                "external_customer_id",
                json!({"ecommerce": external_customer(id)}),
            ),
            ("hash", rules::portal_hash(id).into()),
        ])
    }

    pub(super) fn reason(&self, reason: usize) -> &'static str {
        if self.marked {
            "‹reason›"
        } else {
            REASONS[reason]
        }
    }

    pub(super) fn email(&self) -> String {
        if self.marked {
            return "‹email›".to_owned();
        }
        let (first, last) = (FIRST[self.plan.first_name], LAST[self.plan.last_name]);
        email(&plain(first), &plain(last), self.place)
    }

    pub(super) fn today(&self) -> Date {
        self.ground.today
    }

    /// The day so many days from today.
    pub(super) fn day(&self, days: i64) -> Date {
        self.today().saturating_add(Span::new().days(days))
    }
}

impl Ground {
    /// Of an item, what its line in a charge is written from.
    pub(super) fn described(&self, item: &Item) -> Record {
        let mut one = Record::with_capacity(8);
        record::set(&mut one, "properties", Value::Array(Vec::new()));
        self.describe(item, &mut one);
        one
    }

    /// What an item is of.
    fn describe(&self, item: &Item, one: &mut Record) {
        let product = &self.products[item.product];
        let variant = &record::list(product, "variants")[item.variant];
        let number = record::text(product, "external_product_id");
        let title = record::text(product, "title");
        let of = |field: &str| variant.get(field).cloned().unwrap_or(Value::Null);
        let price = variant
            .pointer("/prices/unit_price")
            .cloned()
            .unwrap_or(Value::Null);
        let variant_id = of("external_variant_id");
        record::set(one, "external_product_id", json!({"ecommerce": number}));
        record::set(one, "external_variant_id", json!({"ecommerce": variant_id}));
        record::set(one, "product_title", title);
        record::set(one, "variant_title", of("title"));
        record::set(one, "sku", of("sku"));
        record::set(one, "price", price);
        record::set(one, "quantity", item.quantity);
        if item.ground {
            record::set(
                one,
                "properties",
                json!([{"name": "grind", "value": "drip"}]),
            );
        }
    }
}

/// Seconds as records carry them.
pub(super) fn stamp(seconds: i64) -> String {
    time::stamp(Timestamp::from_second(seconds).unwrap_or_default())
}

/// The numbers of a customer and of a card at the processor.
pub(super) fn card_owner(customer: u64) -> String {
    format!("cus_{:014X}", customer * 7_919)
}

pub(super) fn card_token(id: u64) -> String {
    format!("pm_{:020x}", u128::from(id) * 104_729)
}

/// The number of a customer in the shop.
pub(super) fn external_customer(id: u64) -> String {
    (2_879_413_000_000 + id).to_string()
}

/// An address under a name reserved for examples; the place in the row of
/// customers keeps it unique. Names come in the letters of email addresses.
pub(super) fn email(first: &str, last: &str, place: u32) -> String {
    let host = ["example.com", "example.org", "example.net"][place as usize % 3];
    let dot = if first.is_empty() || last.is_empty() {
        ""
    } else {
        "."
    };
    if first.is_empty() && last.is_empty() {
        format!("customer{place}@{host}")
    } else {
        format!("{first}{dot}{last}{place}@{host}")
    }
}
