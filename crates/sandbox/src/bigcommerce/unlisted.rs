//! Paths that published clients ask for and no row has: the time of the store, the
//! older list of customers, and what an order links to.
//!
//! Takes a request that found no row; returns its answer, or nothing. They need
//! the scope of the row next to them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::lists::{self, PageAsked};
use super::responses::{BodyOrRejection, Generation, Rejection};
use super::seed::SHIPPING_ADDRESS;
use crate::requests::check::Query;
use crate::row::Row;
use crate::storage::state::{State, Token};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use recharge_catalog::bigcommerce as rows;

/// Answers such a path; `None` where there is none.
pub(super) fn answer(
    state: &State,
    token: &Token,
    path: &str,
    query: &Query,
    now: Timestamp,
    host: &str,
) -> Option<BodyOrRejection> {
    let words: Vec<&str> = path.trim_matches('/').split('/').collect();
    let scope = match words.as_slice() {
        ["v2", "time"] => return Some(Ok(Some(json!({"time": now.as_second()})))),
        ["v2", "customers"] => rows::customers::LIST.scope,
        ["v2", "orders", _, _] => rows::orders::LIST.scope,
        _ => return None,
    };
    if scope.is_some_and(|scope| !token.may(scope)) {
        return Some(Err(Rejection::no_scope()));
    }
    match words.as_slice() {
        ["v2", "customers"] => Some(customers(state, query, now, host)),
        ["v2", "orders", id, part] => {
            let order = id
                .parse()
                .ok()
                .and_then(|id| state.get(TableName::BigcommerceOrders, id));
            let part = order
                .as_ref()
                .map_or(Some(Err(())), |order| Some(Ok(part_of(order, part)?)))?;
            Some(match part {
                Ok(Value::Array(items)) => PageAsked::of(query, Generation::V2)
                    .map(|page| PageAsked::bare(page.cut(&items).to_vec())),
                Ok(part) => Ok(Some(part)),
                Err(()) => Err(Rejection::not_found()),
            })
        }
        _ => None,
    }
}

/// The list of customers in v2: its parameters of time, numbers and pages are those
/// of orders.
fn customers(state: &State, query: &Query, now: Timestamp, host: &str) -> BodyOrRejection {
    let row = Row {
        resource: &rows::API.resources[0],
        operation: &rows::orders::LIST,
    };
    let at = (Generation::V2, now);
    lists::list(state, row, TableName::BigcommerceCustomers, query, at, host)
}

/// What an order links to, besides its lines.
fn part_of(order: &Record, part: &str) -> Option<Value> {
    let id = record::id(order, "id").unwrap_or(0);
    Some(match part {
        "shippingaddresses" => json!([shipping_address(order, id)]),
        "consignments" => json!({
            "pickups": [],
            "shipping": [],
            "downloads": [],
            "email": {"gift_certificates": []},
        }),
        // Discounts of orders are not kept by coupon, and nothing costs a fee.
        "coupons" | "fees" => json!([]),
        _ => return None,
    })
}

fn shipping_address(order: &Record, id: u64) -> Value {
    let mut address = record::object(json!({"id": id + 7, "order_id": id}));
    if let Some(Value::Object(postal)) = order.get(SHIPPING_ADDRESS) {
        address.extend(postal.clone());
    }
    let copied = |name: &str| order.get(name).cloned().unwrap_or_default();
    address.extend(record::object(json!({
        "items_total": copied("items_total"),
        "items_shipped": copied("items_shipped"),
        "shipping_method": "Standard",
        "base_cost": copied("base_shipping_cost"),
        "cost_ex_tax": copied("shipping_cost_ex_tax"),
        "cost_inc_tax": copied("shipping_cost_inc_tax"),
        "cost_tax": copied("shipping_cost_tax"),
        "cost_tax_class_id": copied("shipping_cost_tax_class_id"),
        "shipping_zone_id": 1,
        "shipping_zone_name": "All",
    })));
    Value::Object(address)
}
