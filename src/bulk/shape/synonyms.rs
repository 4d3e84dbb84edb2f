//! Headings of Recharge's templates and lists, and of spreadsheets that people
//! keep, with the names of the API that they mean.
//!
//! A heading is never replaced without the user's word: the names are for
//! hints, and for mappings that the user confirms.

use super::names::{Meaning, Names};
use crate::catalog::kebab;
use crate::catalog::recharge::{customers, discounts, onetimes, subscriptions};

/// A resource (nothing means any), the name that the API has, and headings
/// that mean it, in the form of [`folded`].
type Synonyms = (&'static str, &'static str, &'static [&'static str]);

const SYNONYMS: &[Synonyms] = &[
    (
        discounts::RESOURCE.name,
        "code",
        &[
            "promo_code",
            "promotion_code",
            "discount_code",
            "coupon",
            "coupon_code",
            "voucher",
            "voucher_code",
        ],
    ),
    (
        discounts::RESOURCE.name,
        "value",
        &[
            "discount",
            "discount_value",
            "discount_amount",
            "amount",
            "percent",
            "percentage",
        ],
    ),
    (
        discounts::RESOURCE.name,
        "value_type",
        &["discount_type", "type", "kind", "type_of_discount"],
    ),
    (
        discounts::RESOURCE.name,
        "starts_at",
        &[
            "start",
            "starts",
            "start_date",
            "start_day",
            "valid_from",
            "active_from",
        ],
    ),
    (
        discounts::RESOURCE.name,
        "ends_at",
        &[
            "end",
            "ends",
            "end_date",
            "end_day",
            "valid_until",
            "valid_to",
            "expires",
            "expires_at",
            "expiry",
            "expiry_date",
            "expiration_date",
        ],
    ),
    (
        discounts::RESOURCE.name,
        "usage_limits.one_application_per_customer",
        &[
            "once_per_customer",
            "one_per_customer",
            "one_use_per_customer",
        ],
    ),
    (
        discounts::RESOURCE.name,
        "usage_limits.first_time_customer_restriction",
        &[
            "first_time_customer_restriction",
            "first_time_customers_only",
            "new_customers_only",
        ],
    ),
    (
        discounts::RESOURCE.name,
        "applies_to.resource",
        &["applies_to_resource", "applies_to_type"],
    ),
    (
        discounts::RESOURCE.name,
        "applies_to.ids",
        &["applies_to_id", "applies_to_ids"],
    ),
    (
        discounts::RESOURCE.name,
        "applies_to.purchase_item_type",
        &["applies_to_product_type", "applies_to_purchase_item_type"],
    ),
    (
        discounts::RESOURCE.name,
        "prerequisite_subtotal_min",
        &[
            "minimum_subtotal",
            "minimum_order",
            "minimum_order_value",
            "min_subtotal",
        ],
    ),
    (
        subscriptions::RESOURCE.name,
        "price",
        &[
            "recurring_price",
            "subscription_price",
            "unit_price",
            "item_price",
        ],
    ),
    (
        subscriptions::RESOURCE.name,
        "next_charge_scheduled_at",
        &["next_charge_date", "next_order_date", "next_charge"],
    ),
    (
        subscriptions::RESOURCE.name,
        "external_variant_id.ecommerce",
        &[
            "variant",
            "variant_id",
            "shopify_variant_id",
            "external_variant_id",
        ],
    ),
    (
        subscriptions::RESOURCE.name,
        "external_product_id.ecommerce",
        &["product_id", "shopify_product_id", "external_product_id"],
    ),
    (
        subscriptions::RESOURCE.name,
        "product_title",
        &["product", "product_name", "title", "item"],
    ),
    (
        subscriptions::RESOURCE.name,
        "order_interval_unit",
        &["interval_unit", "frequency_unit", "order_frequency_unit"],
    ),
    (
        subscriptions::RESOURCE.name,
        "order_interval_frequency",
        &["order_frequency", "delivery_frequency", "ship_every"],
    ),
    (
        subscriptions::RESOURCE.name,
        "charge_interval_frequency",
        &["charge_frequency", "charge_every", "billing_frequency"],
    ),
    (
        onetimes::RESOURCE.name,
        "external_variant_id.ecommerce",
        &["variant", "variant_id", "shopify_variant_id"],
    ),
    (
        onetimes::RESOURCE.name,
        "next_charge_scheduled_at",
        &["next_charge_date", "charge_date"],
    ),
    (
        customers::RESOURCE.name,
        "external_customer_id.ecommerce",
        &["shopify_customer_id", "external_customer_id"],
    ),
    (
        "",
        "quantity",
        &["qty", "count", "number_of_items", "units"],
    ),
    (
        "",
        "email",
        &[
            "customer_email",
            "e_mail",
            "mail",
            "email_address",
            "e_mail_address",
        ],
    ),
    ("", "price", &["unit_price", "item_price"]),
    ("", "first_name", &["firstname", "given_name", "forename"]),
    ("", "last_name", &["lastname", "surname", "family_name"]),
    ("", "phone", &["telephone", "tel", "mobile", "phone_number"]),
    (
        "",
        "address1",
        &["address", "street", "address_1", "address_line_1"],
    ),
    ("", "address2", &["address_2", "address_line_2"]),
    ("", "city", &["town"]),
    ("", "province", &["state", "region", "county"]),
    (
        "",
        "zip",
        &["zip_code", "postcode", "postal_code", "post_code"],
    ),
    ("", "country_code", &["country"]),
    (
        "",
        "customer_id",
        &["recharge_customer_id", "customer_number"],
    ),
    (
        "",
        "address_id",
        &["recharge_address_id", "shipping_address_id"],
    ),
];

/// A field that another operation of its resource changes.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        subscriptions::RESOURCE.name,
        "next_charge_scheduled_at",
        subscriptions::SET_NEXT_CHARGE_DATE.verb,
    ),
    (
        subscriptions::RESOURCE.name,
        "address_id",
        subscriptions::CHANGE_ADDRESS.verb,
    ),
];

/// The name of the API that a heading means, if the operation takes it.
pub(super) fn of_heading(names: &Names, heading: &str) -> Option<&'static str> {
    let folded = folded(heading);
    let mut fitting = SYNONYMS.iter().filter(|(resource, _, headings)| {
        (resource.is_empty() || *resource == names.resource.name)
            && headings.contains(&folded.as_str())
    });
    let is_place = |name: &str| matches!(names.meaning(name), Meaning::Place(_));
    fitting
        .find(|(_, name, _)| is_place(name))
        .map(|(_, name, _)| *name)
}

/// Whether a heading means a name of the API, for whatever resource.
pub(super) fn means(heading: &str, name: &str) -> bool {
    let folded = folded(heading);
    SYNONYMS
        .iter()
        .any(|(_, known, headings)| *known == name && headings.contains(&folded.as_str()))
}

/// A heading in lower case, with one underscore between its words.
fn folded(heading: &str) -> String {
    let words = heading.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}

/// Names under which the operation takes fields that are left out as they are.
pub(super) fn in_parts(names: &Names, fields: &[&str]) -> Vec<String> {
    let said = |field: &&str| {
        let name = of_heading(names, field)?;
        let flag = super::layout::quoted(&format!("{field}={name}"));
        Some(format!("if {field} is {name}, add: --map {flag}"))
    };
    fields.iter().filter_map(said).collect()
}

/// The commands that change fields which this operation leaves as they are.
pub(super) fn elsewhere(names: &Names, fields: &[&str]) -> Vec<String> {
    let own = |(resource, _, verb): &&(&str, &str, &str)| {
        *resource == names.resource.name
            && names.operation.verb == "update"
            && names.resource.operation(verb).is_some()
    };
    let given = |field: &str| {
        fields
            .iter()
            .any(|known| super::names::normal(known) == field)
    };
    ELSEWHERE
        .iter()
        .filter(own)
        .filter(|(_, field, _)| given(field))
        .map(|(resource, field, verb)| {
            format!(
                "rc bulk {} {} changes {field}",
                kebab(resource),
                kebab(verb)
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::Engine;
    use crate::catalog;

    fn names(id: &str) -> Names {
        let (resource, operation) = catalog::recharge::API.operation(id).unwrap();
        Names {
            resource,
            operation,
            engine: Engine::of(operation),
        }
    }

    #[test]
    fn headings_of_templates_and_lists_mean_names_of_the_api() {
        for (id, heading, name) in [
            ("discounts.create", "Promo Code", "code"),
            ("discounts.create", "discount_type", "value_type"),
            ("discounts.create", "Valid until", "ends_at"),
            ("subscriptions.update", "recurring_price", "price"),
            ("subscriptions.create", "Qty", "quantity"),
            ("customers.create", "Customer email", "email"),
            ("customers.create", "E-Mail", "email"),
        ] {
            assert_eq!(of_heading(&names(id), heading), Some(name), "{heading}");
        }
        assert_eq!(of_heading(&names("discounts.create"), "colour"), None);
        assert_eq!(of_heading(&names("discounts.create"), "qty"), None);
    }

    #[test]
    fn every_row_of_the_table_can_be_used() {
        for (resource, name, headings) in SYNONYMS {
            assert!(!headings.is_empty());
            for heading in *headings {
                assert_eq!(folded(heading), *heading, "{heading}");
            }
            let resources = catalog::recharge::API
                .resources
                .iter()
                .filter(|known| resource.is_empty() || known.name == *resource);
            let mut operations = resources.flat_map(|resource| {
                let operations = resource.operations.iter();
                operations.map(move |operation| Names {
                    resource,
                    operation,
                    engine: Engine::of(operation),
                })
            });
            let is_place = |names: Names| matches!(names.meaning(name), Meaning::Place(_));
            assert!(operations.any(is_place), "{resource} {name}");
        }
    }

    #[test]
    fn operations_that_change_a_field_elsewhere_are_in_the_catalogue() {
        for (resource, field, verb) in ELSEWHERE {
            let resource = catalog::recharge::API.resource(resource).unwrap();
            assert!(resource.object.field(field).is_some(), "{field}");
            assert!(resource.operation(verb).is_some(), "{verb}");
        }
    }
}
