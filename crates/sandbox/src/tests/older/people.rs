//! Fields and their types, as schemas and recorded answers that others
//! published have them: the shop, customers, addresses, items, metafields.

use serde_json::Value;

use super::{Store, each, has, is, is_local_time, read};

#[test]
fn the_shop() {
    let body = read(&Store::demo(), "/shop");
    let both = "id checkout_logo_url created_at currency customer_portal_domain \
         disabled_currencies_historical domain email enabled_presentment_currencies \
         enabled_presentment_currencies_symbols external_platform iana_timezone my_shopify_domain \
         name payment_processor platform_domain shop_email shop_phone subscriptions_enabled \
         test_mode timezone updated_at";
    has(
        &body["shop"],
        &format!("{both} allow_customers_to_skip_delivery"),
    );
    has(&body["store"], &format!("{both} checkout_platform"));
}

#[test]
fn customers() {
    each(&Store::demo(), "customers", "customer", "", |one| {
        has(
            one,
            "id accepts_marketing analytics_data billing_address1 billing_address2 billing_city \
             billing_company billing_country billing_first_name billing_last_name billing_phone \
             billing_province billing_zip braintree_customer_token created_at email \
             first_charge_processed_at first_name has_card_error_in_dunning \
             has_valid_payment_method hash last_name number_active_subscriptions \
             number_subscriptions paypal_customer_token phone processor_type \
             reason_payment_method_not_valid shopify_customer_id status stripe_customer_token \
             tax_exempt updated_at",
        );
        is(
            one,
            "created_at updated_at first_charge_processed_at",
            is_local_time,
        );
        is(one, "shopify_customer_id hash", Value::is_string);
        is(
            one,
            "number_active_subscriptions number_subscriptions",
            Value::is_u64,
        );
        assert_eq!(
            one["status"] == "ACTIVE",
            one["number_active_subscriptions"] != 0
        );
    });
}

#[test]
fn a_customer_carries_what_is_known_of_its_card() {
    let store = Store::empty();
    let (customer, _, _) = store.subscriber("2026-12-05");
    let older = read(&store, &format!("/customers/{}", customer["id"]))["customer"].clone();
    assert_eq!(older["processor_type"], "stripe");
    assert_eq!(older["stripe_customer_token"], "cus_JGYtLWi2HS8ymD");
    assert_eq!(older["braintree_customer_token"], Value::Null);
    assert_eq!(older["status"], "ACTIVE");
}

#[test]
fn addresses() {
    each(&Store::demo(), "addresses", "address", "", |one| {
        has(
            one,
            "id address1 address2 cart_attributes cart_note city company country country_code \
             created_at customer_id discount_id first_name last_name note_attributes \
             original_shipping_lines phone presentment_currency province shipping_lines_override \
             updated_at zip",
        );
        is(one, "id customer_id discount_id", Value::is_u64);
        is(one, "created_at updated_at", is_local_time);
        assert!(one["country"].as_str().unwrap().len() > 2, "{one}");
    });
}

#[test]
fn subscriptions() {
    each(&Store::demo(), "subscriptions", "subscription", "", |one| {
        has(
            one,
            "id address_id analytics_data cancellation_reason cancellation_reason_comments \
             cancelled_at charge_interval_frequency created_at customer_id email \
             expire_after_specific_number_of_charges has_queued_charges is_prepaid is_skippable \
             is_swappable max_retries_reached next_charge_scheduled_at order_day_of_month \
             order_day_of_week order_interval_frequency order_interval_unit presentment_currency \
             price product_title properties quantity recharge_product_id shopify_product_id \
             shopify_variant_id sku sku_override status updated_at variant_title",
        );
        is(
            one,
            "recharge_product_id shopify_product_id shopify_variant_id",
            Value::is_u64,
        );
        is(
            one,
            "quantity has_queued_charges max_retries_reached",
            Value::is_u64,
        );
        is(
            one,
            "charge_interval_frequency order_interval_frequency email",
            Value::is_string,
        );
        is(one, "price", Value::is_f64);
        is(
            one,
            "created_at updated_at next_charge_scheduled_at cancelled_at",
            is_local_time,
        );
        assert!(one["shopify_variant_id"].is_u64(), "{one}");
    });
}

#[test]
fn onetimes() {
    each(&Store::demo(), "onetimes", "onetime", "", |one| {
        has(
            one,
            "id address_id created_at customer_id next_charge_scheduled_at presentment_currency \
             price product_title properties quantity recharge_product_id shopify_product_id \
             shopify_variant_id sku status updated_at variant_title",
        );
        is(
            one,
            "recharge_product_id shopify_product_id shopify_variant_id",
            Value::is_u64,
        );
        is(one, "price", Value::is_f64);
        assert_eq!(one["status"], "ONETIME");
    });
}

#[test]
fn metafields() {
    each(
        &Store::demo(),
        "metafields",
        "metafield",
        "owner_resource=subscription",
        |one| {
            has(
                one,
                "id created_at description key namespace owner_id owner_resource updated_at value \
             value_type",
            );
            is(one, "owner_id", Value::is_u64);
            is(one, "value", Value::is_string);
        },
    );
}
