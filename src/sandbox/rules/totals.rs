//! The arithmetic of charges and orders: line items, discounts, shipping.
//!
//! In comes a record with its items, discounts and shipping lines; its totals
//! are set anew. Amounts are exact. The sandbox charges no tax.

use serde_json::{Value, json};

use super::redeeming;
use crate::sandbox::money::Cents;
use crate::sandbox::record::{self, Record};
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;

/// What shipping costs unless an address says otherwise.
pub(super) const SHIPPING: Cents = Cents(490);

/// The amount at a path; nothing when there is none.
pub(in crate::sandbox) fn amount(record: &Record, path: &str) -> Cents {
    record::at(record, path)
        .and_then(Cents::of)
        .unwrap_or_default()
}

fn amount_in(value: &Value, field: &str) -> Cents {
    value.get(field).and_then(Cents::of).unwrap_or_default()
}

/// The usual shipping line.
pub(super) fn shipping_line() -> Value {
    json!({
        "code": "Standard",
        "price": SHIPPING,
        "source": "recharge",
        "taxable": false,
        "tax_lines": [],
        "title": "Standard",
    })
}

impl serde::Serialize for Cents {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// Sets the totals of a charge or an order from what it holds.
pub(in crate::sandbox) fn settle(state: &State, record: &mut Record) {
    let items = record::list(record, "line_items");
    let goods: Cents = items.iter().map(item_total).sum();
    let grams: i64 = items
        .iter()
        .map(|item| whole(item, "grams").saturating_mul(whole(item, "quantity")))
        .fold(0, i64::saturating_add);
    let shipping: Cents = record::list(record, "shipping_lines")
        .iter()
        .map(|line| amount_in(line, "price"))
        .sum();
    let (off_goods, off_shipping) = discounts(state, record, goods, shipping);
    let subtotal = goods - off_goods;
    let total = subtotal + shipping - off_shipping;
    record::set(record, "subtotal_price", subtotal);
    record::set(record, "total_discounts", off_goods + off_shipping);
    record::set(record, "total_line_items_price", goods);
    record::set(record, "total_price", total);
    record::set(record, "total_tax", Cents(0));
    record::set(record, "total_weight_grams", grams);
}

fn item_total(item: &Value) -> Cents {
    amount_in(item, "unit_price").times(whole(item, "quantity"))
}

fn whole(item: &Value, field: &str) -> i64 {
    item.get(field).and_then(record::whole).unwrap_or(0)
}

/// What the discounts take off the goods and off the shipping; never more
/// than there is.
fn discounts(state: &State, record: &Record, goods: Cents, shipping: Cents) -> (Cents, Cents) {
    let (mut off_goods, mut off_shipping) = (Cents(0), Cents(0));
    for applied in record::list(record, "discounts") {
        let Some(base) = base(state, record, applied, goods) else {
            continue;
        };
        let value = amount_in(applied, "value");
        match applied.get("value_type").and_then(Value::as_str) {
            Some("percentage") => off_goods = off_goods + base.percent(value),
            Some("fixed_amount") => off_goods = off_goods + value.min(base),
            Some("shipping") => off_shipping = off_shipping + shipping.percent(value),
            _ => {}
        }
    }
    (off_goods.min(goods), off_shipping.min(shipping))
}

/// What an applied discount counts on, if on anything: not below its smallest
/// subtotal. One that is gone counts on everything.
fn base(state: &State, record: &Record, applied: &Value, goods: Cents) -> Option<Cents> {
    let id = applied.get("id").and_then(record::as_id).unwrap_or(0);
    let Some(discount) = state.get(Name::Discounts, id) else {
        return Some(goods);
    };
    if goods < amount(&discount, "prerequisite_subtotal_min") {
        return None;
    }
    let customer = record::id(record, "customer.id");
    redeeming::base(
        state,
        &discount,
        customer,
        record::list(record, "line_items"),
    )
}

/// A discount as addresses, charges and orders carry it.
pub(in crate::sandbox) fn applied(id: u64, discount: &Record) -> Value {
    json!({
        "id": id,
        "code": record::text(discount, "code"),
        "value": amount(discount, "value"),
        "value_type": record::text(discount, "value_type"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn charge(discounts: &Value) -> Record {
        let state = State::empty(Timestamp::UNIX_EPOCH);
        let mut charge = record::object(json!({
            "line_items": [
                {"unit_price": "19.99", "quantity": 3, "grams": 454},
                {"unit_price": "0.01", "quantity": 1, "grams": 1},
            ],
            "shipping_lines": [{"price": "4.90"}],
            "discounts": discounts,
        }));
        settle(&state, &mut charge);
        charge
    }

    #[test]
    fn totals_add_up_to_the_cent() {
        let plain = charge(&json!([]));
        assert_eq!(plain["total_line_items_price"], "59.98");
        assert_eq!(plain["total_price"], "64.88");
        assert_eq!(plain["total_weight_grams"], 1363);
        let tenth = charge(&json!([{"id": 1, "value": "10.00", "value_type": "percentage"}]));
        assert_eq!(tenth["total_discounts"], "6.00");
        assert_eq!(tenth["total_price"], "58.88");
    }

    #[test]
    fn a_discount_takes_off_no_more_than_there_is() {
        let free = charge(&json!([{"id": 1, "value": "100.00", "value_type": "fixed_amount"}]));
        assert_eq!(free["subtotal_price"], "0.00");
        assert_eq!(free["total_price"], "4.90");
        let shipped = charge(&json!([{"id": 1, "value": "100", "value_type": "shipping"}]));
        assert_eq!(shipped["total_price"], "59.98");
    }
}
