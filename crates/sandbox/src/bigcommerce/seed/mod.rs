//! The store of a seed: products, coupons and refunds are made at once, customers
//! and orders when they are read.
//!
//! Takes the made-up store of Recharge; returns that of the same shop on
//! `BigCommerce`. Both have the same customers and orders, with the same numbers.

mod coupons;
mod customers;
mod money;
mod orders;
mod products;
mod refunds;
mod source;

pub(super) use money::NOTHING;
pub(super) use orders::{LINES, SHIPPING_ADDRESS};

use std::sync::Arc;

use jiff::Timestamp;

use crate::storage::source::Source;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::platform::Platform;
use source::{SECTIONS, Shop};

/// The store of the same shop on `BigCommerce`.
pub(crate) fn store_of(recharge: State, now: Timestamp) -> State {
    let mut state = State {
        platform: Platform::Bigcommerce,
        ..State::empty(now)
    };
    let catalog = products::all(&recharge);
    for product in &catalog.products {
        add(&mut state, TableName::BigcommerceProducts, product);
    }
    for variant in &catalog.variants {
        add(&mut state, TableName::BigcommerceVariants, variant);
    }
    for coupon in coupons::all(&recharge) {
        add(&mut state, TableName::BigcommerceCoupons, &coupon);
    }
    let shop = Shop::new(recharge, catalog, now);
    for refund in refunds::all(&shop) {
        add(&mut state, TableName::BigcommerceRefunds, &refund);
    }
    let shop = Arc::new(shop);
    for (section, (table, from)) in SECTIONS.into_iter().enumerate() {
        state.next[table as usize] = shop.recharge().next[from as usize];
        let source: Arc<dyn Source> = shop.clone();
        state.tables[table as usize].fill_from(source, section);
    }
    for (table, next) in state.tables.iter_mut().zip(&state.next) {
        table.settle(*next);
    }
    // Records that the seed changed once all stood are not as its layers say.
    for (section, (table, from)) in SECTIONS.into_iter().enumerate() {
        let changed: Vec<u64> = shop.recharge().table(from).touched().collect();
        for id in changed {
            match shop.made(section, id) {
                Some(record) => state.lay(table, id, &record),
                None => state.forget(table, id),
            }
        }
    }
    state.source = Some(shop);
    state.journal.clear();
    state.fresh.clear();
    state
}

/// Adds a record of the past under the number that it states.
fn add(state: &mut State, table: TableName, record: &crate::values::record::Record) {
    let Some(id) = crate::values::record::id(record, "id") else {
        return;
    };
    state.lay(table, id, record);
    let next = &mut state.next[table as usize];
    *next = (*next).max(id + 1);
}
