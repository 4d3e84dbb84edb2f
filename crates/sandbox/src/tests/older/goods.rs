//! Fields and their types, as schemas and recorded answers that others
//! published have them: charges, orders, discounts, products.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{POSTAL, Store, each, has, is, is_local_time, keys, names, read};

/// What every charge has; those that failed have more.
const CHARGE: &str = "id address_id analytics_data billing_address client_details created_at \
     currency customer_hash customer_id discount_codes email first_name has_uncommited_changes \
     last_name line_items note note_attributes processed_at processor_name requires_shipping \
     scheduled_at shipments_count shipping_address shipping_lines shopify_order_id status \
     sub_total subtotal_price tags tax_lines total_discounts total_duties \
     total_line_items_price total_price total_refunds total_tax total_weight transaction_id type \
     updated_at";

#[test]
fn charges() {
    let store = Store::demo();
    each(&store, "charges", "charge", "", |one| {
        let failed = names(
            "error error_type retry_date number_times_tried \
             last_charge_attempt_date shopify_variant_id_not_found",
        );
        let more: BTreeSet<String> = keys(one).difference(&names(CHARGE)).cloned().collect();
        assert!(keys(one).is_superset(&names(CHARGE)), "{one}");
        assert!(more.is_subset(&failed), "{more:?}");
        assert_eq!(
            one["status"] == "ERROR",
            more.contains("error_type"),
            "{one}"
        );
        is(
            one,
            "customer_id total_weight shipments_count",
            Value::is_u64,
        );
        is(
            one,
            "total_price total_line_items_price shopify_order_id",
            Value::is_string,
        );
        is(one, "tax_lines total_tax", Value::is_f64);
        is(
            one,
            "created_at updated_at scheduled_at processed_at",
            is_local_time,
        );
        has(&one["shipping_address"], POSTAL);
        for line in one["line_items"].as_array().unwrap() {
            has(
                line,
                "grams images original_price price properties quantity shopify_product_id \
                 shopify_variant_id sku subscription_id tax_lines title type variant_title vendor",
            );
            is(
                line,
                "shopify_product_id shopify_variant_id price",
                Value::is_string,
            );
        }
    });
    let discounted = read(&store, "/charges?limit=250")["charges"].clone();
    let all = discounted.as_array().unwrap().iter();
    let mut codes = all.flat_map(|one| one["discount_codes"].as_array().unwrap());
    has(
        codes.next().unwrap(),
        "amount code recharge_discount_id type",
    );
}

#[test]
fn orders() {
    each(&Store::demo(), "orders", "order", "", |one| {
        has(
            one,
            "id address_id address_is_active billing_address browser_ip charge_id charge_status \
             created_at currency customer customer_id discount_codes email error first_name hash \
             is_prepaid last_name line_items note note_attributes payment_processor processed_at \
             scheduled_at shipped_date shipping_address shipping_date shipping_lines \
             shopify_cart_token shopify_customer_id shopify_id shopify_order_id \
             shopify_order_number status subtotal_price tags tax_lines total_discounts \
             total_duties total_line_items_price total_price total_refunds total_tax \
             total_weight transaction_id type updated_at",
        );
        is(
            one,
            "subtotal_price total_discounts total_line_items_price total_price",
            Value::is_f64,
        );
        is(
            one,
            "total_duties total_tax shopify_id shopify_order_id",
            Value::is_string,
        );
        is(
            one,
            "address_is_active is_prepaid shopify_order_number charge_id",
            Value::is_u64,
        );
        is(
            one,
            "created_at processed_at scheduled_at shipped_date shipping_date",
            is_local_time,
        );
        is(one, "charge_status", |status| {
            ["SUCCESS", "REFUNDED", "PARTIALLY_REFUNDED"].contains(&status.as_str().unwrap())
        });
        has(&one["billing_address"], POSTAL);
        has(
            &one["customer"],
            "accepts_marketing email first_name last_name phone send_email_welcome verified_email",
        );
        has(&one["shipping_lines"][0], "code price source title");
        has(
            &one["line_items"][0],
            "external_inventory_policy grams images original_price price product_title properties \
             quantity shopify_product_id shopify_variant_id sku subscription_id tax_lines title \
             variant_title",
        );
        is(&one["line_items"][0], "price original_price", Value::is_f64);
    });
}

#[test]
fn discounts() {
    each(&Store::demo(), "discounts", "discount", "", |one| {
        has(
            one,
            "id applies_to applies_to_id applies_to_product_type applies_to_resource \
             channel_settings code created_at discount_type duration duration_usage_limit ends_at \
             first_time_customer_restriction once_per_customer prerequisite_subtotal_min starts_at \
             status times_used updated_at usage_limit value",
        );
        is(one, "value", Value::is_f64);
        is(one, "times_used duration_usage_limit", Value::is_u64);
    });
}

#[test]
fn how_long_a_discount_lasts_follows_from_its_limits() {
    let store = Store::empty();
    for (later, duration, limit) in [
        (json!(null), "forever", json!(null)),
        (json!(0), "single_use", json!(null)),
        (json!(2), "usage_limit", json!(3)),
    ] {
        let body = json!({
            "code": format!("CODE{later}"), "value": "10.00", "value_type": "percentage",
            "usage_limits": {"max_subsequent_redemptions": later},
            "applies_to": {"ids": ["77"], "resource": "external_product"},
        });
        let id = store.post("/discounts", &body)["discount"]["id"].clone();
        let older = read(&store, &format!("/discounts/{id}"))["discount"].clone();
        assert_eq!(
            (&older["duration"], &older["duration_usage_limit"]),
            (&json!(duration), &limit)
        );
        assert_eq!(
            (&older["applies_to_id"], &older["applies_to_resource"]),
            (&json!(77), &json!("shopify_product"))
        );
    }
}

#[test]
fn products() {
    let store = Store::demo();
    each(&store, "products", "product", "", |one| {
        has(
            one,
            "id collection_id created_at discount_amount discount_type handle images product_id \
             shopify_product_id subscription_defaults title updated_at",
        );
        has(&one["images"], "large medium original small");
        is(
            one,
            "id product_id shopify_product_id collection_id",
            Value::is_u64,
        );
        is(one, "discount_amount", Value::is_f64);
        let terms = &one["subscription_defaults"];
        has(
            terms,
            "apply_cutoff_date_to_checkout charge_interval_frequency cutoff_day_of_month \
             cutoff_day_of_week expire_after_specific_number_of_charges modifiable_properties \
             number_charges_until_expiration order_day_of_month order_day_of_week \
             order_interval_frequency_options order_interval_unit storefront_purchase_options",
        );
        let options = terms["order_interval_frequency_options"]
            .as_array()
            .unwrap();
        assert!(options.iter().all(Value::is_string), "{terms}");
        assert_eq!(
            options.is_empty(),
            terms["storefront_purchase_options"] == "inactive",
            "{terms}"
        );
    });
}
