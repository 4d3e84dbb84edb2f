//! The objects that pages show: their fields, and what lies behind a field.
//!
//! The fields are those of the reference, of its example answers, of the
//! vendor's client and of public themes, united.

/// An object: its name, and its fields in order. A field may be `name:object`,
/// and `[]` at its end means a list.
type ObjectRow = (&'static str, &'static str);

const OBJECTS: &[ObjectRow] = &[
    (
        "address",
        "address1 address2 cart_attributes[] cart_note city company country country_code created_at customer_id deleted_at delivery_method discount:discount discount_id discounts:discount[] first_name id include last_name note_attributes[] onetimes:onetime[] order_attributes[] order_note original_shipping_lines[] payment_method:payment_method payment_method_id phone presentment_currency province shipping_lines_conserved[] shipping_lines_override[] subscriptions:subscription[] updated_at zip",
    ),
    (
        "place",
        "address1 address2 city company country country_code first_name last_name phone province zip",
    ),
    (
        "charge",
        "address_id analytics_data billing_address:place client_details created_at currency customer customer_hash customer_id discount_codes:discount_code[] discounts:discount[] email error error_type external_order_id external_transaction_id first_name has_uncommited_changes id include last_charge_attempt_date last_name line_items:line_item[] note note_attributes[] number_times_tried order_count payment_processor processed_at processor_name requires_shipping retry_date scheduled_at shipments_count shipping_address:place shipping_lines:shipping_line[] shopify_order_id shopify_variant_id_not_found status subtotal_price tags tax_lines:tax_line[] total_discounts total_duties total_line_items_price total_price total_refunds total_tax total_weight total_weight_grams transaction_id type updated_at",
    ),
    (
        "customer",
        "accepts_marketing analytics_data billing_address1 billing_address2 billing_city billing_company billing_country billing_phone billing_province billing_zip can_add_payment_method created_at deleted_at email external_sync first_charge_processed_at first_name has_card_error_in_dunning has_valid_payment_method hash id include:customer_include last_name number_active_subscriptions number_subscriptions phone processor_type reason_payment_method_not_valid shopify_customer_id status tax_exempt updated_at",
    ),
    ("customer_include", "payment_methods:payment_method[]"),
    (
        "discount",
        "applies_to applies_to_id applies_to_product_type applies_to_resource channel_settings code created_at discount_type duration duration_usage_limit ends_at external_discount_id external_discount_source first_time_customer_restriction id once_per_customer prerequisite_subtotal_min starts_at status times_used updated_at usage_limit value",
    ),
    ("discount_code", "amount code recharge_discount_id type"),
    (
        "line_item",
        "external_inventory_policy grams images:images price product_title properties:property[] quantity shopify_product_id shopify_variant_id sku subscription_id tax_lines:tax_line[] title type variant_title vendor",
    ),
    (
        "shipping_line",
        "code description price source tax_lines:tax_line[] title",
    ),
    ("tax_line", "price rate title"),
    ("property", "name value"),
    ("images", "large medium original small"),
    (
        "onetime",
        "address:address address_id created_at customer_id id next_charge_scheduled_at presentment_currency price product:product product_title properties:property[] quantity recharge_product_id shopify_product_id shopify_variant_id sku status updated_at variant_title",
    ),
    (
        "order",
        "address_id address_is_active billing_address:place browser_ip charge_id charge_status created_at currency customer customer_id discount_codes:discount_code[] discounts:discount[] email error external_cart_token first_name hash id include is_prepaid last_name line_items:line_item[] note note_attributes[] order_attributes[] payment_processor processed_at scheduled_at shipped_date shipping_address:place shipping_date shipping_lines:shipping_line[] shopify_cart_token shopify_customer_id shopify_id shopify_order_id shopify_order_number status subtotal_price tags tax_lines:tax_line[] taxable total_discounts total_duties total_line_items_price total_price total_refunds total_tax total_weight total_weight_grams transaction_id type updated_at",
    ),
    (
        "payment_method",
        "billing_address:place created_at customer_id default id include memberships[] payment_details:payment_details payment_type processor_customer_token processor_name processor_payment_method_token status status_reason subscriptions:subscription[] updated_at",
    ),
    (
        "payment_details",
        "brand exp_month exp_year last4 wallet_type",
    ),
    (
        "payment_source",
        "billing_address:place card_brand card_exp_month card_exp_year card_last4 cardholder_name customer_id has_card_error_in_dunning id payment_method_id payment_token payment_type processor_name status status_reason",
    ),
    (
        "settings",
        "customer_portal:customer_portal has_shopify_connector multicurrency_enabled shop_id",
    ),
    (
        "customer_portal",
        "collection_ids[] custom_code:custom_code discount_input edit_shipping_address enable_membership_programs force_customer_portal_accounts hosted_customer_portal inventory_behaviour membership:membership_settings onetime:onetime_settings show_credits subscription:subscription_settings view_memberships view_order_schedule view_recharge_payment_methods view_subscriptions",
    ),
    (
        "custom_code",
        "backend_portal credit_cart_update_page footer header header_logo_url",
    ),
    (
        "membership_settings",
        "allow_membership_cancellation_after membership_cancellation_reason_optional",
    ),
    (
        "onetime_settings",
        "available_products enabled shopify_collection_id zero_inventory_purchase",
    ),
    (
        "subscription_settings",
        "add_product cancel_subscription cancellation_email_contact cancellation_enable_pause_options cancellation_enable_pause_options_values cancellation_minimum_order_count cancellation_reason_optional change_product change_quantity change_variant edit_order_frequency edit_scheduled_date reactivate_subscription skip_prepaid_order skip_scheduled_order zero_inventory_purchase",
    ),
    (
        "store",
        "bundles_enabled checkout_logo_url checkout_platform created_at currency customer_portal_domain disabled_currencies_historical[] domain email enabled_presentment_currencies[] enabled_presentment_currencies_symbols:currency_symbol[] external_platform has_preview_customer iana_timezone id migrated_to_shopify_checkout_integration my_shopify_domain name payment_processor platform_domain shop_email shop_phone subscriptions_enabled test_mode timezone updated_at use_single_payment_method",
    ),
    ("currency_symbol", "currency location suffix symbol"),
    (
        "shipping_country",
        "code country_id id name provinces:province[]",
    ),
    ("province", "code id name"),
    (
        "subscription",
        "address:address address_id analytics_data bundle_selections[] cancellation_reason cancellation_reason_comments cancelled_at charge_interval_frequency commit_update created_at customer_id email expire_after_specific_number_of_charges external_product_id external_variant_id first_name has_queued_charges id is_prepaid is_skippable is_swappable last_name locked_pending_commit_id max_retries_reached next_charge_scheduled_at order_day_of_month order_day_of_week order_interval_frequency order_interval_frequency_options[] order_interval_unit order_interval_unit_type presentment_currency price product:product product_title properties:property[] quantity recharge_product_id shopify_product_id shopify_variant_id sku sku_override status type updated_at variant_title",
    ),
    (
        "product",
        "collection_id collection_ids[] created_at discount_amount discount_type handle id images:images inventory_policy:inventory_policy minimum_variant_price shopify_details:shopify_details shopify_product_id subscription_defaults:subscription_defaults title updated_at",
    ),
    ("inventory_policy", "one_time subscription"),
    (
        "shopify_details",
        "body_html created_at handle id image:shopify_image images:shopify_image[] options:shopify_option[] product_type published_at shopify_id tags template_suffix title updated_at variants:shopify_variant[] vendor",
    ),
    (
        "shopify_image",
        "alt height id position shopify_id src width",
    ),
    ("shopify_option", "id name position shopify_id values[]"),
    (
        "shopify_variant",
        "barcode compare_at_price fulfillment_service grams id image_id inventory_policy inventory_quantity option1 option2 option3 options[] position price requires_shipping shopify_id shopify_image_id sku taxable title weight weight_unit",
    ),
    (
        "subscription_defaults",
        "apply_cutoff_date_to_checkout charge_interval_frequency cutoff_day_of_month cutoff_day_of_week expire_after_specific_number_of_charges modifiable_properties[] number_charges_until_expiration order_day_of_month order_day_of_week order_interval_frequency order_interval_frequency_options[] order_interval_unit storefront_purchase_options",
    ),
    (
        "retention_strategy",
        "cancellation_flow_type cancellation_reason created_at discount_code id incentive_type prevention_text reason updated_at",
    ),
    ("schedule", "date orders:scheduled_order[]"),
    (
        "scheduled_order",
        "charge:charge is_skippable is_skipped subscription:subscription",
    ),
    (
        "membership",
        "activated_at cancellation_reason cancelled_at created_at customer_id expires_at id include membership_program:membership_program membership_program_id origin_contract_id renewed_at status updated_at",
    ),
    (
        "membership_program",
        "created_at description id name perks rules status updated_at",
    ),
    (
        "quick_actions",
        "action_url contact_info[] greeting images[]",
    ),
    ("form", "data q:form_field"),
    ("form_field", "data"),
];

/// An object of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortalObject {
    /// Its name.
    pub name: &'static str,
    fields: &'static str,
}

/// A field of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortalField {
    /// Its name.
    pub name: &'static str,
    /// The object behind it, where it is known.
    pub object: Option<&'static str>,
    /// Whether it is a list.
    pub is_list: bool,
}

/// Every object.
pub fn objects() -> impl Iterator<Item = PortalObject> {
    OBJECTS
        .iter()
        .map(|(name, fields)| PortalObject { name, fields })
}

/// The object of that name.
#[must_use]
pub fn object(name: &str) -> Option<PortalObject> {
    objects().find(|object| object.name == name)
}

impl PortalObject {
    /// Its fields.
    pub fn fields(&self) -> impl Iterator<Item = PortalField> + use<> {
        self.fields.split(' ').map(|field| {
            let (field, is_list) = match field.strip_suffix("[]") {
                Some(field) => (field, true),
                None => (field, false),
            };
            let (name, object) = match field.split_once(':') {
                Some((name, object)) => (name, Some(object)),
                None => (field, None),
            };
            PortalField {
                name,
                object,
                is_list,
            }
        })
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<PortalField> {
        self.fields().find(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_behind_a_field_exists() {
        for each in objects() {
            for field in each.fields() {
                assert!(
                    field.object.is_none_or(|name| object(name).is_some()),
                    "{}.{}",
                    each.name,
                    field.name
                );
            }
        }
    }
}
