//! Forms that live stores answer with now and then: nulls, times of other
//! forms, fields that few records have.
//!
//! Takes a seeded store and changes some of its records: those of past charges and
//! orders only, so that the store stays coherent.

use serde_json::{Value, json};

use super::Seeder;
use crate::rules;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

impl Seeder {
    pub(super) fn rarities(&mut self) {
        self.past_charges();
        self.past_orders();
        self.subscriptions_that_ended();
        self.addresses_without_parts();
        self.payment_methods();
        self.bundle_that_was_bought();
    }

    /// Changes the first record of a table that fits, if there is one.
    fn touch_up(
        &mut self,
        name: TableName,
        fits: impl Fn(&Record) -> bool,
        change: impl FnOnce(&mut Record),
    ) -> Option<Record> {
        let table = self.state.table(name);
        let (id, mut found) = table
            .ids(..)
            .take(MOST_SEARCHED)
            .filter_map(|id| Some((id, table.get(id)?)))
            .find(|(_, record)| fits(record))?;
        change(&mut found);
        self.state.lay(name, id, &found);
        Some(found)
    }

    /// A charge that took in another one, and one of a digital product: it has
    /// no shipping address, and little of its line is known.
    fn past_charges(&mut self) {
        let merged = self.stamp_ago(40);
        let paid = |charge: &Record| record::text(charge, "status") == "success";
        self.touch_up(TableName::Charges, paid, |charge| {
            record::set(charge, "merged_at", merged.as_str());
            if let Some(Value::Array(lines)) = charge.get_mut("shipping_lines") {
                for line in lines.iter_mut().filter_map(Value::as_object_mut) {
                    record::set(line, "retrieved_at", merged.as_str());
                }
            }
        });
        let other = |charge: &Record| paid(charge) && !charge["merged_at"].is_string();
        self.touch_up(TableName::Charges, other, |charge| {
            without_parts(charge, "shipping_address");
            bare_lines(charge);
        });
    }

    /// An order that the shop cancelled, and one of a digital product.
    fn past_orders(&mut self) {
        let sent = |order: &Record| record::text(order, "status") == "success";
        self.touch_up(TableName::Orders, sent, |order| {
            record::set(order, "status", "cancelled");
        });
        self.touch_up(TableName::Orders, sent, |order| {
            without_parts(order, "shipping_address");
            bare_lines(order);
        });
    }

    /// One was cancelled at a time with microseconds; one has no sku.
    fn subscriptions_that_ended(&mut self) {
        let ended = |one: &Record| record::text(one, "status") == "cancelled";
        self.touch_up(TableName::Subscriptions, ended, |one| {
            let at = record::text(one, "cancelled_at").replace('+', ".482913+");
            record::set(one, "cancelled_at", at);
            record::set(one, "sku", Value::Null);
            record::set(one, "presentment_currency", Value::Null);
        });
    }

    /// Addresses without what many countries lack.
    fn addresses_without_parts(&mut self) {
        let foreign = |one: &Record| {
            let country = record::text(one, "country_code");
            !matches!(country, "US" | "CA" | "AU") && record::text(one, "address2").is_empty()
        };
        self.touch_up(TableName::Addresses, foreign, |address| {
            for part in ["address2", "province", "presentment_currency"] {
                record::set(address, part, Value::Null);
            }
        });
    }

    /// One names its country in full. A customer has another one of which only
    /// the processor is known, and a customer has none.
    fn payment_methods(&mut self) {
        let billed = |method: &Record| record::text(method, "billing_address.country_code") == "US";
        let named = self.touch_up(TableName::PaymentMethods, billed, |method| {
            if let Some(Value::Object(address)) = method.get_mut("billing_address") {
                record::set(address, "country", "United States");
            }
        });
        if let Some(customer) = named.and_then(|method| record::id(&method, "customer_id")) {
            let id = self.state.next_id(TableName::PaymentMethods);
            let stamp = self.stamp_ago(300);
            let mut empty = rules::payment_method(id, customer, &stamp);
            for field in ["payment_type", "payment_details"] {
                record::set(&mut empty, field, Value::Null);
            }
            record::set(&mut empty, "status", "empty");
            self.state.lay(TableName::PaymentMethods, id, &empty);
        }
        let gone = |one: &Record| {
            record::number(one, "subscriptions_active_count") == Some(0)
                && !record::flag(one, "has_payment_method_in_dunning")
        };
        let bare = self.touch_up(TableName::Customers, gone, |customer| {
            record::set(customer, "has_valid_payment_method", false);
            record::set(customer, "reason_payment_method_not_valid", "NOT_VALIDATED");
        });
        let Some(id) = bare.and_then(|customer| record::id(&customer, "id")) else {
            return;
        };
        for method in self
            .state
            .table(TableName::PaymentMethods)
            .find("customer_id", id)
        {
            self.state.forget(TableName::PaymentMethods, method);
        }
        for (address, mut one) in self.state.all(TableName::Addresses, "customer_id", id) {
            record::set(&mut one, "payment_method_id", Value::Null);
            self.state.lay(TableName::Addresses, address, &one);
        }
    }

    /// The contents of a bundle as they were bought.
    fn bundle_that_was_bought(&mut self) {
        let order = self.state.table(TableName::Orders).ids(..).next();
        let order = order.and_then(|id| self.state.get(TableName::Orders, id));
        let Some(order) = order else {
            return;
        };
        self.touch_up(
            TableName::BundleSelections,
            |_| true,
            |selection| {
                record::set(selection, "is_fallback", true);
                record::set(selection, "order_id", order["id"].clone());
                record::set(selection, "charge_id", order["charge"]["id"].clone());
                if let Some(Value::Array(items)) = selection.get_mut("items") {
                    for item in items.iter_mut().filter_map(Value::as_object_mut) {
                        record::set(item, "price", "4.50");
                    }
                }
            },
        );
    }
}

/// In a large store the first thousands have all there is.
const MOST_SEARCHED: usize = 5_000;

fn without_parts(record: &mut Record, address: &str) {
    if let Some(Value::Object(parts)) = record.get_mut(address) {
        for part in parts.values_mut() {
            *part = Value::Null;
        }
    }
}

fn bare_lines(record: &mut Record) {
    let Some(Value::Array(lines)) = record.get_mut("line_items") else {
        return;
    };
    for line in lines.iter_mut().filter_map(Value::as_object_mut) {
        for (field, value) in [
            ("grams", Value::Null),
            ("handle", Value::Null),
            ("images", json!({})),
            ("sku", Value::Null),
        ] {
            record::set(line, field, value);
        }
    }
}
