//! Who buys: customers with addresses, payment methods, subscriptions and
//! one-time items.

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Seeder;
use super::names::{FIRST, LAST, PLACES, REASONS, STREETS, plain};
use crate::sandbox::moment;
use crate::sandbox::record::{self, Record};
use crate::sandbox::rules;
use crate::sandbox::tables::Name;

/// A subscription or one-time item on its way into the state.
pub(super) struct Item {
    pub(super) id: u64,
    pub(super) record: Record,
    pub(super) product: usize,
    pub(super) onetime: bool,
}

/// How often: unit, orders every, charges every; prepaid when these differ.
const RHYTHMS: &[(&str, i64, i64)] = &[
    ("month", 1, 1),
    ("month", 1, 1),
    ("month", 1, 1),
    ("day", 30, 30),
    ("month", 2, 2),
    ("week", 2, 2),
    ("day", 15, 15),
    ("month", 3, 3),
    ("month", 1, 3),
];

/// Of a hundred customers, how many have so many subscriptions.
const SUBSCRIPTIONS: &[(u32, u64)] = &[(3, 0), (33, 1), (68, 2), (88, 3), (100, 4)];

impl Seeder {
    /// One customer and everything that is theirs.
    pub(super) fn household(&mut self, place: u32) {
        let id = self.state.next_id(Name::Customers);
        let age = 700 - i64::from(place) * 680 / i64::from(self.customers.max(1));
        let mut customer = self.customer(place, id, age);
        let failing = self.chance(5);
        let method = self.payment_method(id, &customer, age, failing);
        let addresses = if self.chance(14) { 2 } else { 1 };
        let draw = self.random.u32(..100);
        let wanted = SUBSCRIPTIONS
            .iter()
            .find(|(upto, _)| draw < *upto)
            .map_or(1, |(_, count)| *count);
        let (mut total, mut active) = (0, 0);
        for at in 0..addresses {
            let share = if addresses == 1 {
                wanted
            } else {
                u64::midpoint(wanted, at)
            };
            let (address_id, address) = self.address(id, &customer, method, age);
            let items = self.items(id, address_id, age, share, failing);
            let subscriptions = items.iter().filter(|item| !item.onetime);
            total += subscriptions.clone().count();
            active += subscriptions
                .filter(|item| record::text(&item.record, "status") == "active")
                .count();
            self.past(address_id, &address, &mut customer, &items);
            self.queue(address_id, &address, &customer, &items, failing);
            for item in items {
                let table = if item.onetime {
                    Name::Onetimes
                } else {
                    Name::Subscriptions
                };
                self.state.lay(table, item.id, &item.record);
            }
        }
        record::set(&mut customer, "subscriptions_active_count", active);
        record::set(&mut customer, "subscriptions_total_count", total);
        record::set(&mut customer, "has_valid_payment_method", !failing);
        record::set(
            &mut customer,
            "has_payment_method_in_dunning",
            failing && active > 0,
        );
        if active == 0 || failing {
            record::set(&mut customer, "subscription_related_charge_streak", 0);
        }
        self.state.lay(Name::Customers, id, &customer);
    }

    fn customer(&mut self, place: u32, id: u64, age: i64) -> Record {
        let (first, last) = (self.pick(FIRST), self.pick(LAST));
        let stamp = self.stamp_ago(age);
        let mut customer = rules::customer(id, &stamp);
        record::set(&mut customer, "email", email(first, last, place));
        record::set(&mut customer, "first_name", first);
        record::set(&mut customer, "last_name", last);
        record::set(
            &mut customer,
            "external_customer_id",
            json!({"ecommerce": (2_879_413_000_000 + id).to_string()}),
        );
        if self.chance(60) {
            let number = self.random.u32(0..10_000);
            record::set(&mut customer, "phone", format!("+1555010{number:04}"));
        }
        let days = self.random.i64(0..age.clamp(1, 40));
        record::set(&mut customer, "updated_at", self.stamp_ago(days));
        customer
    }

    fn payment_method(
        &mut self,
        customer_id: u64,
        customer: &Record,
        age: i64,
        failing: bool,
    ) -> u64 {
        let id = self.state.next_id(Name::PaymentMethods);
        let stamp = self.stamp_ago(age);
        let mut method = rules::payment_method(id, customer_id, &stamp);
        let brand = self.pick(&["visa", "mastercard", "amex", "discover"]);
        let last4 = self.random.u32(1000..10_000);
        let year = i64::from(self.today().year()) + self.random.i64(0..5);
        let month = self.random.i64(1..13);
        let billing = self.postal(customer);
        record::set(&mut method, "billing_address", billing);
        record::set(&mut method, "default", true);
        record::set(
            &mut method,
            "payment_details",
            json!({"brand": brand, "exp_month": month, "exp_year": year, "last4": last4.to_string()}),
        );
        record::set(
            &mut method,
            "processor_customer_token",
            format!("cus_{:014X}", customer_id * 7_919),
        );
        record::set(
            &mut method,
            "processor_payment_method_token",
            format!("pm_{:020x}", u128::from(id) * 104_729),
        );
        if failing {
            record::set(&mut method, "status", "invalid");
            record::set(&mut method, "status_reason", "card_declined");
        }
        self.state.lay(Name::PaymentMethods, id, &method);
        id
    }

    fn postal(&mut self, customer: &Record) -> Value {
        let place = self.pick(PLACES);
        let number = self.random.u32(1..4_000);
        let street = self.pick(STREETS);
        let flat = if self.chance(25) {
            format!("Suite {}", self.random.u32(1..400))
        } else {
            String::new()
        };
        let company = if self.chance(8) {
            json!("Penrose & Daughters")
        } else {
            Value::Null
        };
        json!({
            "address1": format!("{number} {street}"),
            "address2": flat,
            "city": place.city,
            "company": company,
            "country_code": place.country,
            "first_name": record::text(customer, "first_name"),
            "last_name": record::text(customer, "last_name"),
            "phone": record::text(customer, "phone"),
            "province": place.province,
            "zip": place.zip,
        })
    }

    fn address(
        &mut self,
        customer_id: u64,
        customer: &Record,
        method: u64,
        age: i64,
    ) -> (u64, Record) {
        let id = self.state.next_id(Name::Addresses);
        let stamp = self.stamp_ago(age);
        let mut address = rules::address(id, customer_id, "USD", &stamp);
        for (part, value) in record::object(self.postal(customer)) {
            record::set(&mut address, &part, value);
        }
        record::set(&mut address, "payment_method_id", method);
        // Every ninth address, and each code in its turn: small stores show all.
        let count = self.state.table(Name::Addresses).len();
        if count % 9 == 4 {
            let discount = self.discounts[count / 9 % self.discounts.len()].clone();
            record::set(&mut address, "discounts", vec![discount]);
        }
        if self.chance(6) {
            record::set(
                &mut address,
                "order_note",
                "Please leave it with the neighbour’s cat 🐈",
            );
        }
        self.state.lay(Name::Addresses, id, &address);
        (id, address)
    }

    fn items(
        &mut self,
        customer: u64,
        address: u64,
        age: i64,
        count: u64,
        failing: bool,
    ) -> Vec<Item> {
        let mut items = Vec::new();
        let mut shared: Option<Date> = None;
        for _ in 0..count {
            let item = self.subscription(customer, address, age, shared, failing);
            shared = shared.or_else(|| {
                moment::parse_day(record::text(&item.record, "next_charge_scheduled_at"))
            });
            items.push(item);
        }
        if let Some(day) = shared.filter(|_| self.chance(12)) {
            items.push(self.onetime(customer, address, day));
        }
        items
    }

    fn subscription(
        &mut self,
        customer: u64,
        address: u64,
        age: i64,
        shared: Option<Date>,
        failing: bool,
    ) -> Item {
        let id = self.state.next_id(Name::Subscriptions);
        let days = self.random.i64(0..age.max(1));
        let stamp = self.stamp_ago(days);
        let mut one = rules::subscription(id, address, customer, &stamp);
        let product = self.describe(&mut one);
        let (unit, orders, charges) = self.pick(RHYTHMS);
        record::set(&mut one, "charge_interval_frequency", charges);
        record::set(&mut one, "order_interval_frequency", orders);
        record::set(&mut one, "order_interval_unit", unit);
        rules::settle_shape(&mut one);
        let days = self.random.i64(0..days.clamp(1, 60));
        record::set(&mut one, "updated_at", self.stamp_ago(days));
        match self.random.u32(..100) {
            0..=77 => {
                let next = self.next_day(shared, unit, charges, failing);
                record::set(&mut one, "next_charge_scheduled_at", moment::day_text(next));
                record::set(&mut one, "has_queued_charges", true);
                if self.chance(10) {
                    record::set(&mut one, "expire_after_specific_number_of_charges", 12);
                }
            }
            78..=94 => {
                let reason = self.pick(REASONS);
                record::set(&mut one, "status", "cancelled");
                record::set(&mut one, "cancellation_reason", reason);
                let ended = record::text(&one, "updated_at").to_owned();
                record::set(&mut one, "cancelled_at", ended);
            }
            _ => {
                record::set(&mut one, "status", "expired");
                record::set(&mut one, "expire_after_specific_number_of_charges", 3);
            }
        }
        Item {
            id,
            record: one,
            product,
            onetime: false,
        }
    }

    /// Within one interval from now; often together with another one. Where the
    /// card fails, the last charge is still open.
    fn next_day(&mut self, shared: Option<Date>, unit: &str, charges: i64, failing: bool) -> Date {
        if let Some(day) = shared.filter(|_| failing || self.chance(40)) {
            return day;
        }
        if failing {
            return self.today().saturating_add(Span::new().days(-2));
        }
        let days = charges
            * match unit {
                "month" => 30,
                "week" => 7,
                _ => 1,
            };
        self.today()
            .saturating_add(Span::new().days(self.random.i64(1..=days.max(1))))
    }

    fn onetime(&mut self, customer: u64, address: u64, day: Date) -> Item {
        let id = self.state.next_id(Name::Onetimes);
        let days = self.random.i64(0..30);
        let stamp = self.stamp_ago(days);
        let mut one = rules::onetime(id, address, customer, &stamp);
        let product = self.describe(&mut one);
        let cancelled = self.chance(15);
        record::set(&mut one, "is_cancelled", cancelled);
        record::set(
            &mut one,
            "next_charge_scheduled_at",
            moment::beginning(day).map(moment::stamp),
        );
        Item {
            id,
            record: one,
            product,
            onetime: true,
        }
    }

    /// Chooses a product and a variant for an item.
    fn describe(&mut self, item: &mut Record) -> usize {
        let place = self.random.usize(..self.products.len());
        let product = &self.products[place];
        let variants = record::list(product, "variants");
        let variant = &variants[self.random.usize(..variants.len())];
        let number = record::text(product, "external_product_id").to_owned();
        let title = record::text(product, "title").to_owned();
        let of = |field: &str| variant.get(field).cloned().unwrap_or(Value::Null);
        let price = variant
            .pointer("/prices/unit_price")
            .cloned()
            .unwrap_or(Value::Null);
        let (variant_id, variant_title, sku) = (of("external_variant_id"), of("title"), of("sku"));
        record::set(item, "external_product_id", json!({"ecommerce": number}));
        record::set(
            item,
            "external_variant_id",
            json!({"ecommerce": variant_id}),
        );
        record::set(item, "product_title", title);
        record::set(item, "variant_title", variant_title);
        record::set(item, "sku", sku);
        record::set(item, "price", price);
        let quantity = self.pick(&[1, 1, 1, 1, 2, 2, 3]);
        record::set(item, "quantity", quantity);
        if self.chance(20) {
            record::set(
                item,
                "properties",
                json!([{"name": "grind", "value": "drip"}]),
            );
        }
        place
    }
}

/// An address under a name reserved for examples; the place in the row of
/// customers keeps it unique.
fn email(first: &str, last: &str, place: u32) -> String {
    let name = [plain(first), plain(last)].join(".");
    let name = name.trim_matches('.');
    let host = ["example.com", "example.org", "example.net"][place as usize % 3];
    match name {
        "" => format!("customer{place}@{host}"),
        name => format!("{name}{place}@{host}"),
    }
}
