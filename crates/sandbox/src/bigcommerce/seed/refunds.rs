//! Refunds of orders whose charge was paid back, in part or whole.

use serde_json::json;

use super::money::{cents, number};
use super::orders;
use super::source::Shop;
use crate::storage::tables::TableName;
use crate::values::money::Cents;
use crate::values::record::{self, Record, text};

/// Statuses of charges of which money was given back.
const PAID_BACK: &[&str] = &["refunded", "partially_refunded"];

/// Every refund, by the number of its order.
pub(super) fn all(shop: &Shop) -> Vec<Record> {
    let recharge = shop.recharge();
    let charges = recharge.table(TableName::Charges);
    let charges = PAID_BACK
        .iter()
        .flat_map(|status| charges.find("status", *status));
    let mut found: Vec<(u64, Record)> = charges
        .flat_map(|charge| recharge.all(TableName::Orders, "charge.id", charge))
        .filter(|(_, order)| cents(order, "total_refunds") > Cents(0))
        .collect();
    found.sort_by_key(|(id, _)| *id);
    found.dedup_by_key(|(id, _)| *id);
    let numbered = found.into_iter().zip(5_u64..);
    numbered
        .map(|((order, from), id)| refund(shop, id, order, &from))
        .collect()
}

fn refund(shop: &Shop, id: u64, order: u64, from: &Record) -> Record {
    let amount = number(cents(from, "total_refunds"));
    let whole = cents(from, "total_refunds") >= cents(from, "total_price");
    let lines = orders::lines(shop, order, from);
    let items = if whole {
        lines
            .iter()
            .map(|line| {
                json!({
                    "item_type": "PRODUCT",
                    "item_id": line["id"],
                    "reason": "",
                    "quantity": line["quantity"],
                    "requested_amount": null,
                })
            })
            .collect()
    } else {
        vec![json!({
            "item_type": "ORDER",
            "item_id": order,
            "reason": "",
            "quantity": 1,
            "requested_amount": amount,
        })]
    };
    record::object(json!({
        "id": id,
        "order_id": order,
        "user_id": 1,
        "created": text(from, "updated_at"),
        "reason": "",
        "total_amount": amount,
        "total_tax": 0,
        "uses_merchant_override_values": false,
        "items": items,
        "payments": [{
            "id": id,
            "provider_id": "stripe",
            "amount": amount,
            "offline": false,
            "is_declined": false,
            "declined_message": "",
            "transaction_id": "",
        }],
    }))
}
