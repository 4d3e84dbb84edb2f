//! The objects of 2021-01: for each its fields as rules, and what other records
//! indicate it.
//!
//! Takes a state and a record of 2021-11; returns the object. What is reported
//! by other records is laid under [`ASIDE`] first, so that the rules can name
//! it by a path like everything else. Knows no requests.

mod charges;
mod goods;
mod items;
mod orders;
mod people;
mod shop;

pub(super) use charges::CHARGE;
pub(super) use goods::{DISCOUNT, METAFIELD, PRODUCT};
pub(super) use items::{ONETIME, SUBSCRIPTION};
pub(super) use orders::ORDER;
pub(super) use people::{ADDRESS, CUSTOMER, payment_sources};
pub(crate) use people::{charged_method, payment_source};
pub(crate) use shop::both as shop;
pub(crate) use shop::shipping_countries;

use serde_json::{Value, json};

use super::fields::{self, Field, from, same};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

/// How an object of 2021-01 is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    fields: &'static [Field],
    /// What other records indicate one.
    aside: fn(&State, u64, &Record) -> Value,
}

/// An object that is the same in 2021-11.
pub(super) const AS_IT_IS: Object = Object {
    fields: &[],
    aside: alone,
};

/// Under this name lies what other records tell. No record has such a field.
const ASIDE: &str = "aside";

impl Object {
    /// The object of a record.
    pub(super) fn of(&self, state: &State, id: u64, mut record: Record) -> Record {
        if self.fields.is_empty() {
            return record;
        }
        let aside = (self.aside)(state, id, &record);
        record::set(&mut record, ASIDE, aside);
        fields::object(self.fields, &record)
    }
}

/// The object of a record of a table.
pub(crate) fn of_table(state: &State, of: TableName, id: u64, record: Record) -> Record {
    let object = match of {
        TableName::Addresses => ADDRESS,
        TableName::Charges => CHARGE,
        TableName::Customers => CUSTOMER,
        TableName::Discounts => DISCOUNT,
        TableName::Onetimes => ONETIME,
        TableName::Orders => ORDER,
        TableName::Products => PRODUCT,
        TableName::Subscriptions => SUBSCRIPTION,
        _ => AS_IT_IS,
    };
    object.of(state, id, record)
}

/// An object that its own record tells whole.
fn alone(_: &State, _: u64, _: &Record) -> Value {
    Value::Null
}

/// An address inside another object.
const POSTAL: &[Field] = &[
    same("address1"),
    same("address2"),
    same("city"),
    same("company"),
    from("country", "country_code").country(),
    same("first_name"),
    same("last_name"),
    same("phone"),
    same("province"),
    same("zip"),
];

/// Discounts on a charge or an order.
const DISCOUNT_CODES: &[Field] = &[
    from("amount", "value").text(),
    same("code"),
    from("recharge_discount_id", "id"),
    from("type", "value_type"),
];

/// Ways of shipping on a charge or an order.
const SHIPPING_LINES: &[Field] = &[same("code"), same("price"), same("source"), same("title")];

/// The customer that a record names, or an empty one.
fn customer(state: &State, record: &Record, path: &str) -> Record {
    let id = record::id(record, path).unwrap_or(0);
    state.get(TableName::Customers, id).unwrap_or_default()
}

/// Who pays: the name on the bill, else that of the customer.
fn payer(state: &State, record: &Record) -> Value {
    let customer = customer(state, record, "customer.id");
    let named = |field: &str| {
        let path = format!("billing_address.{field}");
        let on_bill = record::at(record, &path).filter(|name| !name.is_null());
        on_bill.or_else(|| customer.get(field)).cloned()
    };
    json!({"first_name": named("first_name"), "last_name": named("last_name")})
}
