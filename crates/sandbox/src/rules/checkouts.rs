//! Checkouts: carts on their way to payment.

use serde_json::{Value, json};

use super::{Ruling, carts, given, purchases};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::{QUIETLY, State};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let found = state
        .table(TableName::Checkouts)
        .find_one("token", asked.hole());
    let (id, checkout) = found.ok_or_else(Refusal::not_found)?;
    match verb {
        "update" => change(state, asked, id, checkout),
        "process" => purchases::process(state, asked, id, checkout),
        "shipping_rates" => Ok(Outcome::Many(rates(state, id, checkout))),
        _ => Err(super::unknown_verb()),
    }
}

/// A checkout with everything in its place and nothing chosen.
pub(crate) fn blank(token: &str, stamp: &str) -> Record {
    record::object(json!({
        "charge_id": null,
        "analytics_data": {"utm_params": []},
        "applied_discount": null,
        "applied_discounts": [],
        "applied_shipping_rate": null,
        "available_shipping_rates": [],
        "billing_address": null,
        "buyer_accepts_marketing": false,
        "completed_at": null,
        "created_at": stamp,
        "currency": "USD",
        "discount_code": null,
        "email": null,
        "external_checkout_id": null,
        "external_checkout_source": null,
        "external_customer_id": {"ecommerce": null, "payment_processor": null},
        "external_transaction_id": {"payment_processor": null},
        "line_items": [],
        "note": null,
        "notification_preferences": {"email": channel(), "sms": channel()},
        "order_attributes": [],
        "payment_processor": null,
        "payment_processor_customer_id": null,
        "payment_processor_transaction_id": null,
        "phone": null,
        "requires_shipping": true,
        "shipping_address": null,
        "shipping_address_validations": {
            "country_is_supported": true,
            "ups": false,
        },
        "shipping_line": null,
        "shipping_lines": [],
        "shipping_rate": null,
        "subtotal_price": "0.00",
        "tax_lines": [],
        "taxable": false,
        "taxes_included": false,
        "token": token,
        "total_price": "0.00",
        "total_tax": "0.00",
        "updated_at": stamp,
    }))
}

fn channel() -> Value {
    let open = json!({
        "last_opt_in_at": null,
        "last_opt_in_source": null,
        "last_opt_out_at": null,
        "last_opt_out_source": null,
        "status": "unspecified",
    });
    json!({"promotional": open, "replenishment": open, "transactional": open})
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let id = state.next_id(TableName::Checkouts);
    let token = format!(
        "{:032x}",
        u128::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    );
    let mut checkout = blank(&token, &asked.stamp());
    record::set(&mut checkout, "currency", given(&state.store, "currency"));
    carts::fill(state, asked, &mut checkout)?;
    state.create(TableName::Checkouts, id, &checkout);
    Ok(Outcome::One(checkout))
}

fn change(state: &mut State, asked: &CheckedRequest, id: u64, mut checkout: Record) -> Ruling {
    purchases::check_open(&checkout)?;
    carts::fill(state, asked, &mut checkout)?;
    state.change(TableName::Checkouts, id, &checkout, "updated");
    Ok(Outcome::One(checkout))
}

/// What shipping would cost; the checkout remembers, so that a rate can be
/// chosen.
fn rates(state: &mut State, id: u64, mut checkout: Record) -> Vec<Record> {
    let rates = carts::rates(&checkout);
    if purchases::check_open(&checkout).is_ok() {
        let kept: Vec<Value> = rates.iter().cloned().map(Value::Object).collect();
        record::set(&mut checkout, "available_shipping_rates", kept);
        state.change(TableName::Checkouts, id, &checkout, QUIETLY);
    }
    rates
}
