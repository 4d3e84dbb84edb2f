//! What the API refuses without a look into the store is found in rows of each
//! kind of batch, and of the usual requests.

use super::*;

fn found(id: &str, cells: &[(&str, &str)]) -> Vec<String> {
    match one(id, cells) {
        Shaped::Task(_) => Vec::new(),
        wrong => problems(wrong),
    }
}

fn with<'a>(base: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let is_new = |(name, _): &&(&str, &str)| more.iter().all(|(other, _)| other != name);
    let kept = base.iter().filter(is_new);
    kept.chain(more).copied().collect()
}

const DISCOUNT: [(&str, &str); 3] = [("code", "A"), ("value", "5"), ("value_type", "percentage")];
const ONETIME: [(&str, &str); 6] = [
    ("address_id", "7"),
    ("external_variant_id.ecommerce", "1"),
    ("next_charge_scheduled_at", "2027-01-05"),
    ("price", "5"),
    ("product_title", "Gift"),
    ("quantity", "1"),
];
const ADDRESS: [(&str, &str); 9] = [
    ("customer_id", "1"),
    ("first_name", "Ada"),
    ("last_name", "King"),
    ("address1", "1 Main St"),
    ("city", "Boston"),
    ("province", "MA"),
    ("zip", "02134"),
    ("country_code", "US"),
    ("phone", ""),
];

#[test]
fn discounts_that_would_be_refused_are_found() {
    assert_eq!(found("discounts.create", &DISCOUNT), [""; 0]);
    for (cells, problem) in [
        (vec![("value", "101")], "value: a percentage above 100"),
        (vec![("value", "-1")], "value: a negative amount"),
        (
            vec![("starts_at", "2027-02-01"), ("ends_at", "2027-01-01")],
            "ends_at: not after its start, 2027-02-01",
        ),
        (
            vec![("usage_limits.one_application_per_customer", "WAHR")],
            "usage_limits.one_application_per_customer: neither true nor false; write true",
        ),
        (
            vec![("usage_limits", r#"{"max_subsequent_redemptions":"two"}"#)],
            "usage_limits: usage_limits.max_subsequent_redemptions: not a whole number",
        ),
        (
            vec![("channel_settings", r#"{"api":{"can_apply":"yes"}}"#)],
            "channel_settings: channel_settings.api.can_apply: neither true nor false; write true",
        ),
        (
            vec![("value_type", "Fixed amount")],
            "value_type: not one of fixed_amount, percentage, shipping; write fixed_amount",
        ),
        (
            vec![("value", "10%")],
            "value: a percent sign; where value_type is percentage, write 10",
        ),
    ] {
        let cells = with(&DISCOUNT, &cells);
        assert_eq!(found("discounts.create", &cells), [problem]);
    }
    let update = [("id", "7"), ("value", "200"), ("value_type", "percentage")];
    assert_eq!(
        found("discounts.update", &update),
        ["value: a percentage above 100"]
    );
    assert_eq!(found("discounts.delete", &[("id", "0")]), ["id: not an id"]);
}

#[test]
fn ids_in_one_cell_are_a_list() {
    let cells = with(&DISCOUNT, &[("applies_to.ids", "7, 8")]);
    let body = body(one("discounts.create", &cells));
    assert_eq!(body["applies_to"]["ids"], serde_json::json!([7, 8]));
    let cells = with(&DISCOUNT, &[("applies_to.ids", "soap")]);
    let found = found("discounts.create", &cells);
    assert_eq!(
        found,
        ["applies_to.ids: not a list; write ids with commas between them"]
    );
}

#[test]
fn onetimes_that_would_be_refused_are_found() {
    assert_eq!(found("onetimes.create", &ONETIME), [""; 0]);
    for (cells, problem) in [
        (vec![("quantity", "0")], "quantity: less than 1"),
        (vec![("price", "-1")], "price: a negative amount"),
        (
            vec![("price", "50%")],
            "price: a percentage, but it is an amount",
        ),
        (
            vec![("add_to_next_charge", "true")],
            "add_to_next_charge: cannot be combined with next_charge_scheduled_at; leave one of \
             them \
             empty",
        ),
    ] {
        assert_eq!(found("onetimes.create", &with(&ONETIME, &cells)), [problem]);
    }
}

#[test]
fn plans_that_would_be_refused_are_found() {
    let plan = [("id", "7"), ("external_product_id.ecommerce", "1")];
    for (cells, problem) in [
        (
            vec![("discount_amount", "101")],
            "discount_amount: a percentage above 100",
        ),
        (
            vec![("subscription_preferences.charge_interval_frequency", "0")],
            "subscription_preferences.charge_interval_frequency: not from 1 to 1000",
        ),
        (
            vec![
                ("subscription_preferences.charge_interval_frequency", "3"),
                ("subscription_preferences.order_interval_frequency", "2"),
            ],
            "subscription_preferences.charge_interval_frequency: not a multiple of the order \
             interval (2)",
        ),
        (
            vec![("subscription_preferences.interval_unit", "Month")],
            "subscription_preferences.interval_unit: not one of day, week, month; write month",
        ),
    ] {
        assert_eq!(found("plans.update", &with(&plan, &cells)), [problem]);
    }
}

#[test]
fn people_and_addresses_that_would_be_refused_are_found() {
    assert_eq!(found("addresses.create", &ADDRESS), [""; 0]);
    for (cells, problem) in [
        (vec![("province", "")], "province: required in US"),
        (
            vec![("zip", "2134")],
            "zip: not a zip code of US; a spreadsheet removed the leading zeros; write 02134",
        ),
        (
            vec![("country_code", "USA")],
            "country_code: not a country code of two letters, like US",
        ),
    ] {
        assert_eq!(
            found("addresses.create", &with(&ADDRESS, &cells)),
            [problem]
        );
    }
    let customer = [("id", "7"), ("email", "ada@example"), ("phone", "030 12")];
    assert_eq!(
        found("customers.update", &customer),
        [
            "email: not an email address",
            "phone: not an international phone number, like +14155550123",
        ]
    );
}

#[test]
fn days_in_the_past_and_codes_like_dates_are_noted_once() {
    let header = ["id", "date"];
    let mut shaper = shaper(
        "subscriptions.set_next_charge_date",
        &header,
        Shaping::default(),
    )
    .unwrap();
    for day in ["2026-11-19", "2026-11-20", "2026-10-01", "yesterday"] {
        assert!(matches!(row(&mut shaper, &["7", day]), Shaped::Task(_)));
    }
    assert_eq!(
        shaper.notes(),
        ["3 rows have a day in the past as date, which the API refuses, first on line 2"]
    );
    let mut shaper = self::shaper(
        "discounts.create",
        &["code", "value", "value_type"],
        Shaping::default(),
    )
    .unwrap();
    for code in ["MAR10", "10-Mar", "SALE"] {
        assert!(matches!(
            row(&mut shaper, &[code, "5", "percentage"]),
            Shaped::Task(_)
        ));
    }
    assert_eq!(
        shaper.notes(),
        ["1 value looks like a date, as a spreadsheet makes of MAR10, first on line 2: 10-Mar"]
    );
}

#[test]
fn named_decimal_mark_keeps_the_percent_sign_in_mind() {
    let decimal = || Shaping {
        decimal: Some(DecimalMark::Comma),
        ..Shaping::default()
    };
    let header = ["code", "value", "value_type"];
    let mut shaper = self::shaper("discounts.create", &header, decimal()).unwrap();
    assert_eq!(
        body(row(&mut shaper, &["A", "12,5 %", "percentage"]))["value"],
        "12.5"
    );
    assert_eq!(
        problems(row(&mut shaper, &["A", "12,5 %", "fixed_amount"])),
        ["value: shown as a percentage, but value_type is not percentage"]
    );
}
