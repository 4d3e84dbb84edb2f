//! Edits under way. The API refuses a write that reaches an address, or
//! something that hangs on it, while another write there is not answered yet.
//!
//! Takes rows and requests; returns the addresses that they edit: those that
//! the path and the body name, and those on which a named subscription, charge
//! or other item hangs. Which parameters name what follows from the rows. Knows
//! nothing of sockets: anyone who takes an address gives it back when the
//! answer leaves.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::requests::checked_request::CheckedRequest;
use crate::requests::named::{ids_in, tables_of};
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use recharge_catalog::Effect;

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
