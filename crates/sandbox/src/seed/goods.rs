//! What the demo store sells: products with variants, plans, collections,
//! discounts.

use serde_json::{Value, json};

use super::Seeder;
use crate::rules;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

/// A product: title, what it is, and its variants with price in cents and
/// weight in grams.
type Article = (
    &'static str,
    &'static str,
    &'static [(&'static str, i64, i64)],
);

/// The first product has the number that the reference's examples use, so that
/// they can be tried as they stand.
const FIRST_NUMBER: u64 = 2_103_271_587_891;
const FIRST_VARIANT: u64 = 18_261_278_883_891;

const ARTICLES: &[Article] = &[
    (
        "Sumatra Coffee",
        "Dark, slow and earthy",
        &[
            ("250 g / whole bean", 1400, 250),
            ("250 g / drip", 1400, 250),
            ("1 kg / whole bean", 4800, 1000),
        ],
    ),
    (
        "Morning Espresso",
        "Chocolate and orange peel",
        &[("250 g", 1350, 250), ("500 g", 2500, 500)],
    ),
    (
        "Decaf, Really",
        "All of the taste at any hour",
        &[("250 g", 1500, 250)],
    ),
    (
        "Powder Milk",
        "For tents and sudden guests",
        &[("1 / Powder", 500, 400), ("3 / Powder", 1350, 1200)],
    ),
    (
        "Oat Drink",
        "Six cartons, nothing added",
        &[("6 × 1 l", 1680, 6200)],
    ),
    (
        "Jarred Pickles",
        "Crunchy, with dill",
        &[("Small", 690, 450), ("Large", 1190, 900)],
    ),
    (
        "Green Tea Sencha",
        "First harvest, steamed",
        &[("100 g", 1250, 100), ("Refill large", 2900, 300)],
    ),
    (
        "Bergamot Soap",
        "Three bars, no plastic",
        &[("Set of 3", 1800, 330)],
    ),
    (
        "Shampoo Bar",
        "Rosemary and nettle",
        &[("Normal", 990, 80), ("Dry", 990, 80)],
    ),
    (
        "Vitamin D Drops",
        "Enough for a winter",
        &[("20 ml", 1190, 60)],
    ),
    (
        "Cat Treats",
        "Salmon, and only salmon",
        &[("Single bag", 450, 70), ("Six bags", 2400, 420)],
    ),
    (
        "Dog Food, Chicken",
        "For dogs of ten kilos and more",
        &[("2 kg", 2190, 2000), ("12 kg", 8990, 12000)],
    ),
    (
        "Razor Refills",
        "Eight blades, recycled steel",
        &[("8 blades", 1600, 60)],
    ),
    (
        "Sourdough Flour",
        "Stone-ground, type 80",
        &[("2.5 kg", 1090, 2500)],
    ),
    (
        "Monthly Snack Box",
        "Twelve things that you did not know",
        &[("Surprise", 2995, 1500), ("Vegan surprise", 2995, 1500)],
    ),
    (
        "Wine Club Trio",
        "Three bottles, one letter",
        &[
            ("Red", 5400, 4200),
            ("White", 5400, 4200),
            ("Mixed", 5600, 4200),
        ],
    ),
];

/// How often a product can be had: unit, orders every, charges every.
const RHYTHMS: &[(&str, i64, i64)] = &[
    ("month", 1, 1),
    ("day", 30, 30),
    ("month", 2, 2),
    ("week", 2, 2),
];

impl Seeder {
    pub(super) fn goods(&mut self) {
        for (place, article) in (0_u64..).zip(ARTICLES) {
            let id = self.state.next_id(TableName::Products);
            let product = self.product(place, article);
            self.state.lay(TableName::Products, id, &product);
            self.plans(&product, article.0.contains("Wine"));
            self.products.push(product);
        }
        self.collections();
    }

    fn product(&mut self, place: u64, (title, about, variants): &Article) -> Record {
        let number = FIRST_NUMBER + place * 1_310_721;
        let created = self.stamp_ago(900);
        let picture = |size: &str| format!("https://cdn.example.com/{number}_{size}.png");
        let images = json!({
            "large": picture("large"),
            "medium": picture("medium"),
            "original": picture("original"),
            "small": picture("small"),
        });
        let labels: Vec<Value> = (0_u64..)
            .zip(*variants)
            .map(|(position, (label, ..))| json!({"label": label, "position": position}))
            .collect();
        let variants: Vec<Value> = (0_u64..)
            .zip(*variants)
            .map(|(at, (label, cents, grams))| {
                json!({
                    "dimensions": {"weight": grams, "weight_unit": "g"},
                    "external_variant_id": (FIRST_VARIANT + place * 7_340_032 + at * 32_768).to_string(),
                    "image": images,
                    "option_values": [{"label": label}],
                    "prices": {"compare_at_price": null, "unit_price": Cents(*cents)},
                    "sku": format!("{}-{at}", title.chars().filter(char::is_ascii_uppercase).collect::<String>() + &place.to_string()),
                    "tax_code": null,
                    "taxable": false,
                    "title": label,
                    "requires_shipping": true,
                })
            })
            .collect();
        record::object(json!({
            "brand": "Sandbox Goods",
            "description": about,
            "external_created_at": created,
            "external_product_id": number.to_string(),
            "external_updated_at": created,
            "images": [images],
            "options": [{"name": "Variant", "position": 0, "values": labels}],
            "published_at": created,
            "requires_shipping": true,
            "title": title,
            "variants": variants,
            "vendor": "The Sandbox Store",
        }))
    }

    /// Three rhythms for each product, or one prepaid plan.
    fn plans(&mut self, product: &Record, prepaid: bool) {
        let rhythms: &[(&str, i64, i64)] = if prepaid {
            &[("month", 1, 3)]
        } else {
            &RHYTHMS[..3]
        };
        let off = if prepaid { Cents(1000) } else { Cents(500) };
        for (order, (unit, orders, charges)) in (1_u64..).zip(rhythms) {
            let id = self.state.next_id(TableName::Plans);
            let stamp = self.stamp_ago(600);
            let mut plan = rules::plan(id, &stamp);
            record::set(&mut plan, "discount_amount", off);
            record::set(&mut plan, "discount_type", "percentage");
            record::set(
                &mut plan,
                "external_product_id",
                json!({"ecommerce": record::text(product, "external_product_id")}),
            );
            record::set(&mut plan, "sort_order", order);
            record::set(&mut plan, "title", record::text(product, "title"));
            record::set(
                &mut plan,
                "type",
                if prepaid { "prepaid" } else { "subscription" },
            );
            record::set(
                &mut plan,
                "external_plan_id",
                (690_100_000_000 + id).to_string(),
            );
            record::set(
                &mut plan,
                "external_plan_name",
                format!("every {orders} {unit}"),
            );
            if let Some(Value::Object(preferences)) = plan.get_mut("subscription_preferences") {
                record::set(preferences, "charge_interval_frequency", *charges);
                record::set(preferences, "order_interval_frequency", *orders);
                record::set(preferences, "interval_unit", *unit);
            }
            self.state.lay(TableName::Plans, id, &plan);
        }
    }

    fn collections(&mut self) {
        let titles = [
            ("Coffee & Tea", "What the day begins with"),
            ("Bathroom", "Bars, blades and bergamot"),
            ("Cats Summer Collection", "August 2021 cat products"),
        ];
        for (place, (title, about)) in titles.iter().enumerate() {
            let id = self.state.next_id(TableName::Collections);
            let stamp = self.stamp_ago(300);
            let mut collection = rules::collection(id, &stamp);
            record::set(&mut collection, "title", *title);
            record::set(&mut collection, "description", *about);
            self.state.lay(TableName::Collections, id, &collection);
            for product in self.products.clone().iter().skip(place * 5).take(5) {
                let standing = self.state.next_id(TableName::CollectionProducts);
                let number = record::text(product, "external_product_id");
                let record = rules::collection_place(id, number, &stamp);
                self.state
                    .lay(TableName::CollectionProducts, standing, &record);
            }
        }
    }

    pub(super) fn discounts(&mut self) {
        let wanted = [
            ("WELCOME10", "10.00", "percentage", "enabled"),
            ("FIVEOFF", "5.00", "fixed_amount", "enabled"),
            ("SHIPFREE", "100.00", "shipping", "enabled"),
            ("SPRING25", "25.00", "percentage", "disabled"),
            ("OLDFRIENDS", "15.00", "percentage", "fully_disabled"),
            ("VIP20", "20.00", "percentage", "enabled"),
        ];
        for (code, value, kind, status) in wanted {
            let id = self.state.next_id(TableName::Discounts);
            let days = self.random.i64(20..500);
            let stamp = self.stamp_ago(days);
            let mut discount = rules::discount(id, &stamp);
            if kind == "percentage" {
                let day = time::parse_day(&stamp).and_then(time::eastern_midnight);
                record::set(&mut discount, "starts_at", day.map(time::stamp));
            }
            for (field, value) in [
                ("code", code),
                ("value", value),
                ("value_type", kind),
                ("status", status),
            ] {
                record::set(&mut discount, field, value);
            }
            self.state.lay(TableName::Discounts, id, &discount);
            if status == "enabled" {
                self.discounts.push(rules::applied(id, &discount));
            }
        }
    }
}
