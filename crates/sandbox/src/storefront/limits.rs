//! What a session of a customer may ask: the operations of the vendor's client,
//! and only for what belongs to the customer.
//!
//! Takes a request that has found its row; returns the query that lists the
//! customer's own records, or a refusal. What a request names is read off its
//! row.

use super::forbidden;
use crate::requests::check::Query;
use crate::requests::checked_request::CheckedRequest;
use crate::requests::named::{ids_in, tables_of};
use crate::requests::refusal::Refusal;
use crate::storage::state::{State, owner};
use crate::storage::tables::TableName;
use crate::values::record;

/// The operations that the client uses.
const ALLOWED: &[&str] = &[
    "addresses.list",
    "addresses.get",
    "addresses.create",
    "addresses.update",
    "addresses.delete",
    "addresses.merge",
    "addresses.skip_charge",
    "bundle_selections.list",
    "bundle_selections.get",
    "bundle_selections.create",
    "bundle_selections.update",
    "bundle_selections.delete",
    "charges.list",
    "charges.get",
    "charges.apply_discount",
    "charges.remove_discount",
    "charges.skip",
    "charges.unskip",
    "charges.process",
    "collections.list",
    "collections.get",
    "credit_accounts.list",
    "customers.get",
    "customers.update",
    "customers.delivery_schedule",
    "customers.credit_summary",
    "customers.notify",
    "metafields.create",
    "metafields.update",
    "metafields.delete",
    "onetimes.list",
    "onetimes.get",
    "onetimes.create",
    "onetimes.update",
    "onetimes.delete",
    "orders.list",
    "orders.get",
    "orders.delay",
    "payment_methods.list",
    "payment_methods.get",
    "payment_methods.create",
    "payment_methods.update",
    "plans.list",
    "subscriptions.list",
    "subscriptions.get",
    "subscriptions.create",
    "subscriptions.update",
    "subscriptions.set_next_charge_date",
    "subscriptions.change_address",
    "subscriptions.cancel",
    "subscriptions.activate",
    "subscriptions.skip_gift",
];

/// What belongs to the store, not to a customer.
const OF_THE_STORE: &[&str] = &["collections", "plans"];

/// The query parameter by which lists are those of a customer.
const OWNER: &str = "customer_id";

/// Checks a request of a session, and gives the query to carry it out with.
pub(crate) fn check(
    state: &State,
    asked: &CheckedRequest,
    customer: u64,
) -> Result<Query, Refusal> {
    let (resource, operation) = (asked.row.resource, asked.row.operation);
    let id = format!("{}.{}", resource.name, operation.verb);
    if !ALLOWED.contains(&id.as_str()) {
        return Err(forbidden("a session of a customer may not do this"));
    }
    let mut query = asked.query.clone();
    if OF_THE_STORE.contains(&resource.name) {
        return Ok(query);
    }
    let mut names_something = false;
    for (of, id) in named(asked) {
        names_something = true;
        check_one(state, &of, id, customer)?;
    }
    let takes_owner = operation.query.iter().any(|known| known.name == OWNER);
    if operation.response.is_page() && takes_owner {
        query.retain(|(name, _)| name != OWNER);
        // A cursor carries its filters, and was given to the same customer.
        let cursor = query.iter().find(|(name, _)| name == "cursor");
        match cursor {
            Some((_, cursor)) if !is_of(cursor, customer) => {
                return Err(forbidden("the cursor is of another list"));
            }
            Some(_) => {}
            None => query.push((OWNER.to_owned(), customer.to_string())),
        }
    } else if !names_something {
        return Err(forbidden("it names nothing of the customer"));
    }
    Ok(query)
}

/// Whether the filters in a cursor are those of the customer.
fn is_of(cursor: &str, customer: u64) -> bool {
    let filters = crate::requests::cursor::Cursor::open(cursor).map(|cursor| cursor.filters);
    filters.is_some_and(|filters| {
        let owner = filters.iter().find(|(name, _)| name == OWNER);
        owner.is_some_and(|(_, value)| *value == customer.to_string())
    })
}

/// Everything that a request names by number: the tables in which it may be, and
/// the number.
fn named(asked: &CheckedRequest) -> Vec<(Vec<TableName>, u64)> {
    let (resource, operation) = (asked.row.resource, asked.row.operation);
    let mut found = Vec::new();
    for (hole, value) in operation.path_parameters.iter().zip(asked.holes) {
        let of: Vec<TableName> = match hole.name {
            "id" => TableName::of(resource.object).into_iter().collect(),
            name => tables_of(name),
        };
        found.push((of, value.parse().unwrap_or(0)));
    }
    for parameter in operation.body.iter().chain(operation.query) {
        let of = match parameter.name {
            // Of any kind; the kind is beside it.
            "owner_id" => {
                let kind = record::text(asked.body, "owner_resource");
                TableName::named(kind).into_iter().collect()
            }
            // Prices and programs of the store may be named by anyone.
            "plan_id" | "discount_id" => continue,
            "ids" => TableName::of(resource.object).into_iter().collect(),
            name => tables_of(name),
        };
        let ids = ids_in(asked, parameter);
        if parameter.name == "owner_id" || !of.is_empty() {
            found.extend(ids.into_iter().map(|id| (of.clone(), id)));
        }
    }
    found
}

/// A record that is not there is refused by the rule, as for everyone.
fn check_one(state: &State, of: &[TableName], id: u64, customer: u64) -> Result<(), Refusal> {
    if of.is_empty() {
        return Err(forbidden("it names nothing of the customer"));
    }
    let found = of.iter().find_map(|of| Some((*of, state.get(*of, id)?)));
    let Some((of, record)) = found else {
        return Ok(());
    };
    let of_record = owner(of, id, &record)
        .or_else(|| through(state, &record, "purchase_item_id"))
        .or_else(|| {
            let kind = TableName::named(record::text(&record, "owner_resource"))?;
            let id = record::id(&record, "owner_id")?;
            owner(kind, id, &state.get(kind, id)?)
        });
    if of_record == Some(customer) {
        Ok(())
    } else {
        Err(forbidden("the session belongs to another customer"))
    }
}

/// The customer of the item that a record hangs on.
fn through(state: &State, record: &record::Record, field: &str) -> Option<u64> {
    let item = record::id(record, field)?;
    let tables = [TableName::Subscriptions, TableName::Onetimes];
    tables
        .iter()
        .find_map(|of| owner(*of, item, &state.get(*of, item)?))
}
