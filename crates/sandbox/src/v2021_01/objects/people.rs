//! Customers and their addresses.

use serde_json::{Value, json};

use super::Object;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::v2021_01::fields::{Field, from, object, same};
use crate::values::record::{self, Record};

pub(in crate::v2021_01) const CUSTOMER: Object = Object {
    fields: &[
        same("id"),
        same("accepts_marketing"),
        same("analytics_data"),
        from("billing_address1", "aside.bill.address1"),
        from("billing_address2", "aside.bill.address2"),
        from("billing_city", "aside.bill.city"),
        from("billing_company", "aside.bill.company"),
        from("billing_country", "aside.bill.country_code").country(),
        from("billing_first_name", "aside.bill.first_name"),
        from("billing_last_name", "aside.bill.last_name"),
        from("billing_phone", "aside.bill.phone"),
        from("billing_province", "aside.bill.province"),
        from("billing_zip", "aside.bill.zip"),
        from("braintree_customer_token", "aside.tokens.braintree"),
        same("created_at").moment(),
        same("email"),
        same("first_charge_processed_at").moment(),
        same("first_name"),
        from("has_card_error_in_dunning", "has_payment_method_in_dunning"),
        same("has_valid_payment_method"),
        same("hash"),
        same("last_name"),
        from("number_active_subscriptions", "subscriptions_active_count"),
        from("number_subscriptions", "subscriptions_total_count"),
        from("paypal_customer_token", "aside.tokens.paypal"),
        same("phone"),
        from("processor_type", "aside.processor"),
        from("reason_payment_method_not_valid", "aside.reason"),
        from("shopify_customer_id", "external_customer_id.ecommerce").text(),
        from("status", "aside.status"),
        from("stripe_customer_token", "aside.tokens.stripe"),
        same("tax_exempt"),
        same("updated_at").moment(),
    ],
    aside: around_customer,
};

/// 2021-01 has no payment methods: what matters of the one that is charged is
/// on the customer.
fn around_customer(state: &State, id: u64, customer: &Record) -> Value {
    let method = charged_method(state, id);
    let processor = record::text(&method, "processor_name");
    let token = method.get("processor_customer_token").cloned();
    let mut tokens = Record::new();
    record::set(&mut tokens, processor, token.unwrap_or_default());
    json!({
        "bill": method.get("billing_address"),
        "processor": method.get("processor_name"),
        "reason": method.get("status_reason"),
        "status": if is_active(customer) { "ACTIVE" } else { "INACTIVE" },
        "tokens": tokens,
    })
}

/// Whether a customer counts as active: one subscription that runs is enough.
fn is_active(customer: &Record) -> bool {
    record::number(customer, "subscriptions_active_count").unwrap_or(0) > 0
}

/// The default payment method, else the oldest.
pub(crate) fn charged_method(state: &State, customer: u64) -> Record {
    let mut methods = state.all(TableName::PaymentMethods, "customer_id", customer);
    let default = methods
        .iter()
        .position(|(_, method)| record::flag(method, "default"));
    if methods.is_empty() {
        return Record::new();
    }
    methods.swap_remove(default.unwrap_or(0)).1
}

pub(in crate::v2021_01) const ADDRESS: Object = Object {
    fields: &[
        same("id"),
        same("address1"),
        same("address2"),
        from("cart_attributes", "order_attributes"),
        from("cart_note", "order_note"),
        same("city"),
        same("company"),
        from("country", "country_code").country(),
        same("country_code"),
        same("created_at").moment(),
        same("customer_id"),
        from("discount_id", "aside.discount.id"),
        same("first_name"),
        same("last_name"),
        from("note_attributes", "order_attributes"),
        from("original_shipping_lines", "shipping_lines_conserved").each(RATES),
        same("phone"),
        same("presentment_currency"),
        same("province"),
        same("shipping_lines_override")
            .each(RATES)
            .null_when_empty(),
        same("updated_at").moment(),
        same("zip"),
    ],
    aside: |_, _, address| json!({"discount": record::list(address, "discounts").first()}),
};

const RATES: &[Field] = &[same("code"), same("price"), same("title")];

/// What a customer pays with: payment methods under their former name, with the
/// card beside the rest.
pub(in crate::v2021_01) fn payment_sources(state: &State, customer: u64) -> Vec<Record> {
    let methods = state.all(TableName::PaymentMethods, "customer_id", customer);
    let shown = |(_, method): (u64, Record)| payment_source(state, method);
    methods.into_iter().map(shown).collect()
}

/// A payment method under its former name.
pub(crate) fn payment_source(state: &State, mut method: Record) -> Record {
    let owner = record::id(&method, "customer_id").unwrap_or(0);
    let owner = state.get(TableName::Customers, owner).unwrap_or_default();
    let in_dunning = record::flag(&owner, "has_payment_method_in_dunning");
    record::set(&mut method, super::ASIDE, json!({"in_dunning": in_dunning}));
    object(PAYMENT_SOURCE, &method)
}

const PAYMENT_SOURCE: &[Field] = &[
    same("billing_address").part(super::POSTAL),
    from("card_brand", "payment_details.brand"),
    from("card_exp_month", "payment_details.exp_month"),
    from("card_exp_year", "payment_details.exp_year"),
    from("card_last4", "payment_details.last4"),
    from("cardholder_name", "billing_address.first_name"),
    same("customer_id"),
    from("has_card_error_in_dunning", "aside.in_dunning"),
    same("payment_type"),
    same("processor_name"),
    same("status"),
    same("status_reason"),
];
