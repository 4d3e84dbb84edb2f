//! Coupons, from the discounts of the shop.

use serde_json::{Value, json};

use super::money::{NOTHING, cents, four_decimals};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record, text};

/// Every coupon, numbered from one.
pub(super) fn all(recharge: &State) -> Vec<Record> {
    let table = recharge.table(TableName::Discounts);
    let discounts = table.ids(..).filter_map(|id| table.get(id));
    let numbered = discounts.zip(1_u64..);
    numbered.map(|(from, id)| coupon(id, &from)).collect()
}

/// Where a coupon can be used. No restriction is an empty list, as PHP writes an
/// empty object; the schemas of a published connector know no other form.
fn restrictions(id: u64) -> Value {
    if id.is_multiple_of(5) {
        json!({"countries": ["US"]})
    } else {
        json!([])
    }
}

fn coupon(id: u64, from: &Record) -> Record {
    let kind = match text(from, "value_type") {
        "percentage" => "percentage_discount",
        "shipping" => "free_shipping",
        _ => "per_total_discount",
    };
    let minimum = record::at(from, "prerequisite_subtotal_min");
    let minimum = minimum.filter(|value| !value.is_null()).map_or_else(
        || NOTHING.to_owned(),
        |_| four_decimals(cents(from, "prerequisite_subtotal_min")),
    );
    let once = record::flag(from, "usage_limits.one_application_per_customer");
    record::object(json!({
        "id": id,
        "date_created": text(from, "created_at"),
        "num_uses": id * 3 % 7,
        "name": format!("Coupon {}", text(from, "code")),
        "type": kind,
        "amount": four_decimals(cents(from, "value")),
        "min_purchase": minimum,
        "expires": text(from, "ends_at"),
        "enabled": text(from, "status") == "enabled",
        "code": text(from, "code"),
        "applies_to": {"entity": "categories", "ids": [0]},
        "max_uses": 0,
        "max_uses_per_customer": i32::from(once),
        "restricted_to": restrictions(id),
        "shipping_methods": [],
    }))
}
