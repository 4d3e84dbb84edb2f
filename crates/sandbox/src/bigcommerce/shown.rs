//! What a request sees of a stored record: the times of its generation, links in
//! the place of parts, parts that were asked for, fields that were asked for.

use serde_json::{Value, json};

use super::STORE_HASH;
use super::dates::{rfc_2822, zulu};
use super::lists::given;
use super::responses::{Generation, Rejection};
use super::seed::{LINES, NOTHING, SHIPPING_ADDRESS};
use crate::requests::check::Query;
use crate::row::Row;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use recharge_catalog::ParameterRole;

/// Words of `include` that name a field otherwise.
const INCLUDED_AS: &[(&str, &str)] = &[
    ("storecredit", "store_credit_amounts"),
    ("formfields", "form_fields"),
];

/// Parts of an order that have a list of their own.
const PARTS_OF_ORDERS: &[(&str, &str)] = &[
    ("consignments", "consignments"),
    ("products", "products"),
    ("shipping_addresses", "shippingaddresses"),
    ("coupons", "coupons"),
    ("fees", "fees"),
];

/// How records of an answer are shown.
pub(super) struct ShownRecord<'a> {
    generation: Generation,
    /// Where links begin.
    host: &'a str,
    /// Parts that only a request that names them sees.
    optional: &'static [&'static str],
    included: Vec<&'static str>,
    only: Option<Vec<String>>,
}

impl<'a> ShownRecord<'a> {
    /// # Errors
    /// When the row has no such part.
    pub(super) fn of(
        row: Row,
        query: &Query,
        generation: Generation,
        host: &'a str,
    ) -> Result<Self, Rejection> {
        let mut shown = Self {
            generation,
            host,
            optional: &[],
            included: Vec::new(),
            only: None,
        };
        if let Some(parameter) = row.operation.query_for(ParameterRole::Include) {
            shown.optional = parameter.values;
            for word in given(query, parameter.name).unwrap_or_default().split(',') {
                let word = word.trim();
                if word.is_empty() {
                    continue;
                }
                let known = parameter.values.iter().find(|known| **known == word);
                let invalid = || Rejection::invalid(generation, parameter.name);
                shown.included.push(known.ok_or_else(invalid)?);
            }
        }
        let only = row.operation.query_for(ParameterRole::OnlyFields);
        if let Some(fields) = only.and_then(|parameter| given(query, parameter.name)) {
            let fields = fields.split(',').map(|field| field.trim().to_owned());
            // The number is always there.
            let fields = fields.chain(["id".to_owned()]);
            shown.only = Some(fields.collect());
        }
        Ok(shown)
    }

    /// Records of a table, by their numbers.
    pub(super) fn records(
        &self,
        state: &State,
        table: TableName,
        keys: &[(i64, u64)],
    ) -> Vec<Value> {
        let found = keys.iter().filter_map(|(_, id)| state.get(table, *id));
        found.map(|record| self.record(table, record)).collect()
    }

    /// A record of a table.
    pub(super) fn record(&self, table: TableName, mut stored: Record) -> Value {
        for word in self.optional {
            if !self.included.contains(word) {
                stored.shift_remove(field_of(word));
            }
        }
        match (self.generation, table) {
            (Generation::V2, TableName::BigcommerceCustomers) => {
                stored = older_customer(&stored, self.host);
            }
            (Generation::V2, TableName::BigcommerceOrders) => {
                stored.shift_remove(LINES);
                stored.shift_remove(SHIPPING_ADDRESS);
                self.link_parts(&mut stored);
            }
            (Generation::V2, _) | (Generation::V3, TableName::BigcommerceProducts) => {}
            (Generation::V3, _) => rewrite(&mut stored, V3_TIMES, zulu),
        }
        if self.generation == Generation::V2 {
            rewrite(&mut stored, V2_TIMES, rfc_2822);
        }
        if let Some(only) = &self.only {
            stored.retain(|name, _| only.iter().any(|field| field == name));
        }
        Value::Object(stored)
    }

    fn link_parts(&self, order: &mut Record) {
        let id = record::id(order, "id").unwrap_or(0);
        for (field, path) in PARTS_OF_ORDERS {
            record::set(
                order,
                field,
                link(self.host, &format!("/orders/{id}/{path}")),
            );
        }
    }
}

/// Times that the older generation writes otherwise than they are stored.
const V2_TIMES: &[&str] = &["date_created", "date_modified", "date_shipped", "expires"];

/// Times that the newer generation writes with a `Z`; those of products have an
/// offset.
const V3_TIMES: &[&str] = &["date_created", "date_modified", "created"];

fn rewrite(stored: &mut Record, times: &[&str], written: fn(&str) -> String) {
    for name in times {
        if let Some(value) = stored.get_mut(*name) {
            *value = written(value.as_str().unwrap_or_default()).into();
        }
    }
}

fn field_of(word: &str) -> &str {
    let found = INCLUDED_AS.iter().find(|(known, _)| *known == word);
    found.map_or(word, |(_, field)| field)
}

/// The place of a list that belongs to a record.
fn link(host: &str, path: &str) -> Value {
    json!({"url": format!("{host}/stores/{STORE_HASH}/v2{path}"), "resource": path})
}

/// A customer as the older generation shows it.
fn older_customer(from: &Record, host: &str) -> Record {
    let copied = |name: &str| from.get(name).cloned().unwrap_or_default();
    let id = record::id(from, "id").unwrap_or(0);
    record::object(json!({
        "id": id,
        "_authentication": {"force_reset": false, "password": null, "password_confirmation": null},
        "company": copied("company"),
        "first_name": copied("first_name"),
        "last_name": copied("last_name"),
        "email": copied("email"),
        "phone": copied("phone"),
        "date_created": copied("date_created"),
        "date_modified": copied("date_modified"),
        "store_credit": NOTHING,
        "registration_ip_address": copied("registration_ip_address"),
        "customer_group_id": copied("customer_group_id"),
        "notes": copied("notes"),
        "tax_exempt_category": copied("tax_exempt_category"),
        "reset_pass_on_login": false,
        "accepts_marketing": copied("accepts_product_review_abandoned_cart_emails"),
        "addresses": link(host, &format!("/customers/{id}/addresses")),
        "form_fields": [],
    }))
}
