//! Removing an address with what is left under it.

use super::{metafields, queue};
use crate::requests::checked_request::CheckedRequest;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record;

/// Removes an address with what is left under it.
pub(super) fn remove(state: &mut State, asked: &CheckedRequest, id: u64) {
    let customer = state
        .get(TableName::Addresses, id)
        .and_then(|address| record::id(&address, "customer_id"));
    for table in [TableName::Subscriptions, TableName::Onetimes] {
        for child in state.table(table).find("address_id", id) {
            metafields::delete_of(state, table.object(), child);
            super::bundles::delete_of(state, child);
            state.delete(table, child);
        }
    }
    metafields::delete_of(state, "address", id);
    state.delete(TableName::Addresses, id);
    queue::refresh(state, id, asked.now);
    for skipped in state.ids_in(TableName::Charges, "address_id", id, &["skipped"]) {
        queue::remove(state, skipped);
    }
    super::customers::recount(state, customer.unwrap_or(0));
}
