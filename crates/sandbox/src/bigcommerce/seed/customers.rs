//! Customers with their addresses.

use serde_json::{Value, json};

use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::v2021_01::country_name;
use crate::values::record::{self, Record, text};

/// A customer, from that of Recharge with this number.
pub(super) fn customer(recharge: &State, id: u64, from: &Record) -> Record {
    let addresses = recharge.all(TableName::Addresses, "customer_id", id);
    let company = addresses
        .first()
        .map_or("", |(_, first)| text(first, "company"));
    let addresses: Vec<Value> = addresses
        .iter()
        .map(|(number, from)| address(id, *number, from))
        .collect();
    record::object(json!({
        "email": text(from, "email"),
        "first_name": text(from, "first_name"),
        "last_name": text(from, "last_name"),
        "company": company,
        "phone": text(from, "phone"),
        "registration_ip_address": "",
        "notes": "",
        "tax_exempt_category": "",
        "customer_group_id": if id.is_multiple_of(5) { 2 } else { 0 },
        "id": id,
        "date_modified": text(from, "updated_at"),
        "date_created": text(from, "created_at"),
        "address_count": addresses.len(),
        "attribute_count": 0,
        "authentication": {"force_password_reset": false},
        "addresses": addresses,
        "attributes": [],
        "form_fields": [],
        "store_credit_amounts": [{"amount": 0}],
        "accepts_product_review_abandoned_cart_emails": !id.is_multiple_of(3),
        "origin_channel_id": 1,
        "channel_ids": null,
    }))
}

fn address(customer: u64, id: u64, from: &Record) -> Value {
    let code = text(from, "country_code");
    json!({
        "id": id,
        "customer_id": customer,
        "first_name": text(from, "first_name"),
        "last_name": text(from, "last_name"),
        "company": text(from, "company"),
        "address1": text(from, "address1"),
        "address2": text(from, "address2"),
        "city": text(from, "city"),
        "state_or_province": text(from, "province"),
        "postal_code": text(from, "zip"),
        "country": country_name(code),
        "country_code": code,
        "phone": text(from, "phone"),
        "address_type": if text(from, "company").is_empty() { "residential" } else { "commercial" },
    })
}
