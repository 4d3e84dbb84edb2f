//! The shop: what 2021-11 calls the store.

use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use crate::v2021_01::countries;
use crate::v2021_01::fields::{Field, from, object, same};
use crate::values::record::{self, Record};
use crate::values::time;

const STORE: &[Field] = &[
    same("id"),
    same("checkout_logo_url"),
    same("checkout_platform"),
    from("created_at", "aside.created_at"),
    same("currency"),
    from("customer_portal_domain", "aside.customer_portal_domain"),
    same("disabled_currencies_historical"),
    from("domain", "aside.domain"),
    same("email"),
    same("enabled_presentment_currencies"),
    same("enabled_presentment_currencies_symbols"),
    same("external_platform"),
    from("iana_timezone", "timezone.iana_name"),
    from("my_shopify_domain", "aside.domain"),
    same("name"),
    from("payment_processor", "aside.payment_processor"),
    from("platform_domain", "aside.domain"),
    from("shop_email", "email"),
    from("shop_phone", "phone"),
    from("subscriptions_enabled", "aside.yes").bit(),
    from("test_mode", "aside.yes"),
    from("timezone", "timezone.name"),
    from("updated_at", "aside.updated_at"),
];

/// The shop with the one setting that stands only there.
const SHOP: &[Field] = &[from("allow_customers_to_skip_delivery", "aside.yes").bit()];

/// The body of the answer. It contains the settings twice, under the old name
/// and under the new one.
pub(crate) fn both(store: &Record) -> Value {
    let mut record = store.clone();
    let identifier = record::text(store, "identifier");
    let aside = json!({
        "created_at": dated(store, "created_at"),
        "customer_portal_domain": "",
        "domain": format!("{identifier}.example.com"),
        "payment_processor": "stripe",
        "updated_at": dated(store, "updated_at"),
        "yes": true,
    });
    record::set(&mut record, super::ASIDE, aside);
    let store = object(STORE, &record);
    let mut shop = object(SHOP, &record);
    shop.extend(store.clone());
    shop.shift_remove("checkout_platform");
    json!({"shop": shop, "store": store})
}

/// The shop alone has its times as HTTP writes them.
fn dated(store: &Record, field: &str) -> Option<String> {
    let moment = time::parse(record::text(store, field))?;
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&moment)
        .ok()
}

/// Every country, with the provinces that the sandbox knows of it. The numbers
/// follow from the place in the list.
pub(crate) fn shipping_countries() -> Vec<Value> {
    let country = |(place, (code, name)): (u64, (&str, &str))| {
        let id = FIRST_COUNTRY + place;
        let provinces: Vec<Value> = countries::provinces(code)
            .iter()
            .zip(id * 100..)
            .map(|((code, name), id)| json!({"id": id, "country_id": id / 100, "code": code, "name": name}))
            .collect();
        json!({"id": id, "code": code, "country_id": id, "name": name, "provinces": provinces})
    };
    (0..).zip(countries::all()).map(country).collect()
}

/// The number of the first country.
const FIRST_COUNTRY: u64 = 70_001;
