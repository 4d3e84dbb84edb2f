//! The arithmetic of charges and orders: line items, discounts, shipping.
//!
//! In comes a record with its items, discounts and shipping lines; its totals
//! are set again. Amounts are exact. The sandbox charges no tax.

use serde_json::{Value, json};

use super::redeeming;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record};

/// What shipping costs unless an address says otherwise.
pub(super) const SHIPPING: Cents = Cents(490);

/// The amount at a path; nothing when there is none.
pub(crate) fn amount(record: &Record, path: &str) -> Cents {
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
        "retrieved_at": null,
        "source": "recharge",
        "status": "active",
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
pub(crate) fn settle(state: &State, record: &mut Record) {
    let load = Load::of(record::list(record, "line_items"));
    Terms::of(state, record).totals(load).put(record);
}

/// What line items come to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    goods: Cents,
    grams: i64,
}

impl Load {
    pub(crate) fn of(items: &[Value]) -> Self {
        items.iter().map(Self::of_one).sum()
    }

    fn of_one(item: &Value) -> Self {
        let quantity = whole(item, "quantity");
        Self {
            goods: amount_in(item, "unit_price").times(quantity),
            grams: whole(item, "grams").saturating_mul(quantity),
        }
    }
}

impl std::iter::Sum for Load {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            goods: sum.goods + one.goods,
            grams: sum.grams.saturating_add(one.grams),
        })
    }
}

/// What is added to the goods and taken off them.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    shipping: Cents,
    cuts: Vec<Cut>,
}

/// A discount, as far as totals go.
#[derive(Debug, Clone)]
struct Cut {
    value: Cents,
    off: Off,
    /// What it counts on.
    on: On,
    /// Goods for less than this are not discounted.
    minimum: Option<Cents>,
}

/// What a discount counts on.
#[derive(Debug, Clone, Copy)]
enum On {
    All,
    /// Goods of this price among all.
    Some(Cents),
}

#[derive(Debug, Clone, Copy)]
enum Off {
    Share,
    Amount,
    Shipping,
}

/// The totals of a charge or an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) subtotal: Cents,
    pub(crate) off: Cents,
    pub(crate) goods: Cents,
    pub(crate) total: Cents,
    pub(crate) grams: i64,
}

impl Terms {
    /// The terms that a charge or an order names.
    pub(crate) fn of(state: &State, record: &Record) -> Self {
        let lines = record::list(record, "shipping_lines").iter();
        let applied = record::list(record, "discounts").iter();
        Self {
            shipping: lines.map(|line| amount_in(line, "price")).sum(),
            cuts: applied
                .filter_map(|one| Cut::of(state, record, one))
                .collect(),
        }
    }

    /// The totals of what is sold on these terms.
    pub(crate) fn totals(&self, load: Load) -> Totals {
        let (off_goods, off_shipping) = self.off(load.goods);
        Totals {
            // "The combined price of all line items": before discounts.
            subtotal: load.goods,
            off: off_goods + off_shipping,
            goods: load.goods,
            total: load.goods - off_goods + self.shipping - off_shipping,
            grams: load.grams,
        }
    }

    /// What the discounts take off the goods and off the shipping; never more
    /// than there is.
    fn off(&self, goods: Cents) -> (Cents, Cents) {
        let (mut off_goods, mut off_shipping) = (Cents(0), Cents(0));
        for cut in &self.cuts {
            if cut.minimum.is_some_and(|minimum| goods < minimum) {
                continue;
            }
            let base = match cut.on {
                On::All => goods,
                On::Some(base) => base,
            };
            match cut.off {
                Off::Share => off_goods = off_goods + base.percent(cut.value),
                Off::Amount => off_goods = off_goods + cut.value.min(base),
                Off::Shipping => off_shipping = off_shipping + self.shipping.percent(cut.value),
            }
        }
        (off_goods.min(goods), off_shipping.min(self.shipping))
    }
}

impl Cut {
    /// A discount that a record names, if it counts on anything there. One that
    /// is gone counts on everything.
    fn of(state: &State, record: &Record, applied: &Value) -> Option<Self> {
        let off = match applied.get("value_type").and_then(Value::as_str) {
            Some("percentage") => Off::Share,
            Some("fixed_amount") => Off::Amount,
            Some("shipping") => Off::Shipping,
            _ => return None,
        };
        let id = applied.get("id").and_then(record::as_id).unwrap_or(0);
        let discount = state.get(TableName::Discounts, id);
        let on = match &discount {
            Some(discount) if !redeeming::is_for_all(discount) => {
                let customer = record::id(record, "customer.id");
                let items = record::list(record, "line_items");
                On::Some(redeeming::base(state, discount, customer, items)?)
            }
            _ => On::All,
        };
        Some(Self {
            value: amount_in(applied, "value"),
            off,
            on,
            minimum: discount.map(|discount| amount(&discount, "prerequisite_subtotal_min")),
        })
    }
}

impl Totals {
    pub(crate) fn put(&self, record: &mut Record) {
        record::set(record, "subtotal_price", self.subtotal);
        record::set(record, "total_discounts", self.off);
        record::set(record, "total_line_items_price", self.goods);
        record::set(record, "total_price", self.total);
        record::set(record, "total_tax", Cents(0));
        record::set(record, "total_weight_grams", self.grams);
    }
}

fn whole(item: &Value, field: &str) -> i64 {
    item.get(field).and_then(record::whole).unwrap_or(0)
}

/// A discount as addresses, charges and orders carry it.
pub(crate) fn applied(id: u64, discount: &Record) -> Value {
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
        assert_eq!(tenth["subtotal_price"], "59.98");
        assert_eq!(tenth["total_price"], "58.88");
    }

    #[test]
    fn a_discount_takes_off_no_more_than_there_is() {
        let free = charge(&json!([{"id": 1, "value": "100.00", "value_type": "fixed_amount"}]));
        assert_eq!(free["subtotal_price"], "59.98");
        assert_eq!(free["total_price"], "4.90");
        let shipped = charge(&json!([{"id": 1, "value": "100", "value_type": "shipping"}]));
        assert_eq!(shipped["total_price"], "59.98");
    }
}
