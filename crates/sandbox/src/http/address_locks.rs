//! Edits under way. The API refuses a write that reaches an address, or
//! something that hangs on it, while another write there is not answered yet.
//!
//! In come rows and requests, out come the addresses that they edit: those that
//! the path and the body name, and those on which a named subscription, charge
//! or other item hangs. Which parameters name what follows from the rows.
//! Knows nothing of sockets: whoever takes an address gives it back when the
//! answer leaves.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::requests::checked_request::CheckedRequest;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use recharge_catalog::{Effect, Parameter, ValueKind};

/// The addresses that are being edited.
#[derive(Debug, Clone, Default)]
pub(crate) struct AddressLocks(Arc<Mutex<BTreeSet<u64>>>);

/// Addresses that a request edits; others are kept off until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    addresses: BTreeSet<u64>,
    trees: AddressLocks,
}

impl AddressLocks {
    /// Takes all addresses that requests edit, or none of them.
    pub(crate) fn enter(&self, state: &State, asked: &[CheckedRequest]) -> Result<Held, Refusal> {
        let addresses: BTreeSet<u64> = asked
            .iter()
            .flat_map(|asked| edited(state, asked))
            .collect();
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !taken.is_disjoint(&addresses) {
            return Err(in_progress());
        }
        taken.extend(&addresses);
        drop(taken);
        Ok(Held {
            addresses,
            trees: self.clone(),
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut taken = self.trees.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|address| !self.addresses.contains(address));
    }
}

/// What is said to a write that comes amid another one.
pub(crate) fn in_progress() -> Refusal {
    Refusal::error(409, "A call to this route is already in progress.")
}

/// The addresses that a request edits. Reads edit nothing.
fn edited(state: &State, asked: &CheckedRequest) -> BTreeSet<u64> {
    let (resource, operation) = (asked.row.resource, asked.row.operation);
    let mut found = BTreeSet::new();
    if operation.effect == Effect::Reads {
        return found;
    }
    for (hole, value) in operation.path_parameters.iter().zip(asked.holes) {
        let named = if hole.name == "id" {
            TableName::of(resource.object).into_iter().collect()
        } else {
            tables_of(hole.name)
        };
        found.extend(value.parse().ok().and_then(|id| home(state, &named, id)));
    }
    for parameter in operation.body.iter().chain(operation.query) {
        let named = tables_of(parameter.name);
        if !named.is_empty() {
            let ids = ids_in(asked, parameter);
            found.extend(ids.into_iter().filter_map(|id| home(state, &named, id)));
        }
    }
    found
}

/// The tables in which a parameter names something by number, by its name:
/// `subscription_ids`, `target_address`, `purchase_item_id`.
fn tables_of(parameter: &str) -> Vec<TableName> {
    let name = parameter
        .strip_suffix("_ids")
        .or_else(|| parameter.strip_suffix("_id"))
        .unwrap_or(parameter);
    let name = name
        .strip_prefix("target_")
        .or_else(|| name.strip_prefix("source_"))
        .unwrap_or(name);
    match name {
        "address" | "addresses" => vec![TableName::Addresses],
        "purchase_item" => vec![TableName::Subscriptions, TableName::Onetimes],
        _ if name == parameter => Vec::new(),
        _ => TableName::named(name).into_iter().collect(),
    }
}

/// The numbers that a request gives for a parameter.
fn ids_in(asked: &CheckedRequest, parameter: &Parameter) -> Vec<u64> {
    let from_query = asked.asked_for(parameter.name).unwrap_or_default();
    let mut ids: Vec<u64> = from_query
        .split(',')
        .filter_map(|word| word.trim().parse().ok())
        .collect();
    let path = match parameter.kind {
        ValueKind::Reference(field) => format!("{}.{field}", parameter.name),
        ValueKind::References(field) => format!("{}.*.{field}", parameter.name),
        ValueKind::Ids => format!("{}.*", parameter.name),
        _ => parameter.name.to_owned(),
    };
    let mut see = |value: &Value| ids.extend(record::as_id(value));
    record::each(asked.body, &path, &mut see);
    ids
}

/// The address on which a record hangs; it may be that address itself.
fn home(state: &State, tables: &[TableName], id: u64) -> Option<u64> {
    tables.iter().find_map(|name| {
        let record = state.get(*name, id)?;
        if *name == TableName::Addresses {
            return Some(id);
        }
        record::id(&record, "address_id").or_else(|| home_of_item(state, &record))
    })
}

fn home_of_item(state: &State, record: &Record) -> Option<u64> {
    let item = record::id(record, "purchase_item_id")?;
    home(
        state,
        &[TableName::Subscriptions, TableName::Onetimes],
        item,
    )
}
