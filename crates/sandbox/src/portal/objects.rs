//! Objects as the portal shows them: those of 2021-01, with what the reference
//! of the portal shows besides.

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::requests::check::Query;
use crate::requests::refusal::Refusal;
use crate::storage::state::{State, owner};
use crate::storage::tables::TableName;
use crate::v2021_01;
use crate::values::record::{self, Record};
use recharge_catalog::portal::{PREFIXES, TOKEN};

/// A request of a customer to the own portal.
pub(super) struct Visit<'a> {
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) customer: u64,
    pub(super) token: &'a str,
    pub(super) portal_path: String,
    pub(super) is_hosted: bool,
    /// Without the token.
    pub(super) query: Query,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        state: &'a mut State,
        now: Timestamp,
        customer: u64,
        hash: &str,
        token: &'a str,
        is_hosted: bool,
        query: Query,
    ) -> Self {
        let prefix = PREFIXES[usize::from(is_hosted)];
        Self {
            state,
            now,
            customer,
            token,
            portal_path: format!("{prefix}/{hash}"),
            is_hosted,
            query,
        }
    }

    /// The address of a page of the portal.
    pub(super) fn url(&self, path: &str) -> String {
        let sign = if path.contains('?') { '&' } else { '?' };
        let token = utf8_percent_encode(self.token, NON_ALPHANUMERIC);
        // Tokens of the sandbox have no other signs than this one.
        let token = token.to_string().replace("%5F", "_");
        format!("{}{path}{sign}{}={token}", self.portal_path, TOKEN.name)
    }

    /// A parameter of the query.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        let found = query.find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    /// A record of the customer; what belongs to others is not there.
    pub(super) fn own(&self, of: TableName, id: u64) -> Result<Record, Refusal> {
        let found = self.state.get(of, id).ok_or_else(Refusal::not_found)?;
        if owner(of, id, &found) == Some(self.customer) {
            Ok(found)
        } else {
            Err(Refusal::not_found())
        }
    }
}

/// A record as the portal shows it.
pub(super) fn shown(state: &State, of: TableName, id: u64, record: Record) -> Record {
    let source = record.clone();
    let mut object = v2021_01::of_table(state, of, id, record);
    match of {
        TableName::Addresses => {
            let method = record::id(&source, "payment_method_id");
            let methods: Vec<Value> = method
                .and_then(|id| Some((id, state.get(TableName::PaymentMethods, id)?)))
                .map(|(id, method)| shown(state, TableName::PaymentMethods, id, method).into())
                .into_iter()
                .collect();
            record::set(&mut object, "deleted_at", Value::Null);
            record::set(&mut object, "include", json!({"payment_methods": methods}));
            let delivery = json!({"external_location_id": null, "type": "SHIPPING"});
            record::set(&mut object, "delivery_method", delivery);
            let method = method.map_or(Value::Null, Value::from);
            record::set(&mut object, "payment_method_id", method);
        }
        TableName::Customers => {
            record::set(&mut object, "can_add_payment_method", false);
            record::set(&mut object, "deleted_at", Value::Null);
            record::set(&mut object, "external_sync", Value::Null);
            let methods: Vec<Value> = state
                .all(TableName::PaymentMethods, "customer_id", id)
                .into_iter()
                .map(|(id, method)| shown(state, TableName::PaymentMethods, id, method).into())
                .collect();
            record::set(&mut object, "include", json!({"payment_methods": methods}));
        }
        TableName::PaymentMethods => {
            if let Some(Value::Object(bill)) = object.get_mut("billing_address") {
                let country = v2021_01::country_name(record::text(bill, "country_code")).to_owned();
                record::set(bill, "country", country);
            }
        }
        TableName::Products => product(&source, &mut object),
        TableName::RetentionStrategies => {
            let reason = source.get("reason").cloned().unwrap_or_default();
            record::set(&mut object, "cancellation_reason", reason);
        }
        TableName::Memberships => {
            let program = record::id(&source, "membership_program_id").unwrap_or(0);
            let program = state.get(TableName::MembershipPrograms, program);
            record::set(
                &mut object,
                "membership_program",
                program.map_or(Value::Null, Value::Object),
            );
        }
        _ => {}
    }
    object
}

/// What the shop knows of a product, under the names of the shop.
fn product(source: &Record, object: &mut Record) {
    let number = record::id(source, "external_product_id");
    let title = record::text(source, "title");
    let images: Vec<Value> = record::list(source, "images")
        .iter()
        .map(|image| json!({"src": image.get("original"), "alt": null, "shopify_product_id": number}))
        .collect();
    let variants: Vec<Value> = record::list(source, "variants")
        .iter()
        .map(|variant| variant_of_shop(number, variant))
        .collect();
    let options: Vec<Value> = record::list(source, "options")
        .iter()
        .map(|option| {
            let values = option.get("values").and_then(Value::as_array);
            let labels = values.into_iter().flatten().map(|value| value.get("label"));
            json!({
                "name": option.get("name"), "position": option.get("position"),
                "shopify_id": number, "shopify_product_id": number,
                "values": labels.collect::<Vec<_>>(),
            })
        })
        .collect();
    let details = json!({
        "body_html": source.get("description"), "created_at": source.get("external_created_at"),
        "handle": object.get("handle"), "image": images.first(), "images": images,
        "options": options, "product_type": "", "published_at": source.get("published_at"),
        "shopify_id": number, "tags": "", "title": title,
        "updated_at": source.get("external_updated_at"), "variants": variants,
        "vendor": source.get("vendor"),
    });
    record::set(object, "shopify_details", details);
    record::set(
        object,
        "inventory_policy",
        json!({"one_time": "1", "subscription": "1"}),
    );
    let collections: Vec<Value> = object.get("collection_id").into_iter().cloned().collect();
    record::set(object, "collection_ids", collections);
    // The reference has a list of sizes, themes ask for the sizes of one picture:
    // scripts find both.
    if let Some(Value::Object(sizes)) = object.get_mut("images") {
        let first = Value::Object(sizes.clone());
        sizes.insert("0".to_owned(), first);
    }
}

fn variant_of_shop(product: Option<u64>, variant: &Value) -> Value {
    let number = variant.get("external_variant_id").and_then(record::as_id);
    let label = variant.pointer("/option_values/0/label");
    json!({
        "shopify_id": number, "shopify_product_id": product, "shopify_image_id": null,
        "title": variant.get("title"), "price": variant.pointer("/prices/unit_price"),
        "compare_at_price": variant.pointer("/prices/compare_at_price"),
        "sku": variant.get("sku"), "option1": label, "option2": null, "option3": null,
        "grams": variant.pointer("/dimensions/weight"), "inventory_policy": "deny",
        "inventory_quantity": 100, "requires_shipping": variant.get("requires_shipping"),
        "taxable": variant.get("taxable"),
    })
}

/// A payment method under its former name. The reference numbers it 1; themes
/// put its number into URLs.
pub(super) fn payment_source(state: &State, id: u64, method: Record) -> Record {
    let mut source = v2021_01::payment_source(state, method);
    source.shift_insert(0, "id".to_owned(), id.into());
    source
}

/// The settings of the store, as the reference of the portal shows them.
pub(super) fn settings(state: &State) -> Value {
    json!({
        "customer_portal": {
            "collection_ids": [],
            "custom_code": {
                "backend_portal": "", "credit_cart_update_page": "", "footer": "", "header": "",
                "header_logo_url": "",
            },
            "discount_input": true, "edit_shipping_address": true,
            "enable_membership_programs": true, "force_customer_portal_accounts": false,
            "hosted_customer_portal": true, "inventory_behaviour": "bypass",
            "membership": {
                "allow_membership_cancellation_after": 0,
                "membership_cancellation_reason_optional": 1,
            },
            "onetime": {
                "available_products": "recharge_products", "enabled": true,
                "shopify_collection_id": null, "zero_inventory_purchase": true,
            },
            "show_credits": false,
            "subscription": {
                "add_product": true, "cancel_subscription": true,
                "cancellation_email_contact": "", "cancellation_enable_pause_options": true,
                "cancellation_enable_pause_options_values": "{}",
                "cancellation_minimum_order_count": 0, "cancellation_reason_optional": true,
                "change_product": true, "change_quantity": true, "change_variant": true,
                "edit_order_frequency": "Any", "edit_scheduled_date": true,
                "reactivate_subscription": true, "skip_scheduled_order": true,
                "zero_inventory_purchase": true,
            },
            "view_memberships": true, "view_order_schedule": true,
            "view_recharge_payment_methods": true, "view_subscriptions": true,
        },
        "has_shopify_connector": false, "multicurrency_enabled": false,
        "shop_id": state.store.get("id"),
    })
}

/// The store, as the reference of the portal shows it.
pub(super) fn store(state: &State) -> Value {
    let mut both = v2021_01::shop(&state.store);
    let store = both.get_mut("store").map(Value::take).unwrap_or_default();
    let mut store = record::object(store);
    record::set(&mut store, "bundles_enabled", true);
    record::set(&mut store, "has_preview_customer", false);
    record::set(&mut store, "migrated_to_shopify_checkout_integration", 0);
    record::set(&mut store, "use_single_payment_method", 0);
    Value::Object(store)
}

/// The variables of an object that a page shows as it is.
pub(super) fn nothing() -> Value {
    Value::Object(Map::new())
}
