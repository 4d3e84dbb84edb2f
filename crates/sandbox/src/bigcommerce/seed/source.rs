//! The shop as a source: customers and orders of `BigCommerce`, each made from
//! that of Recharge with the same number when it is read.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::products::ShopProducts;
use super::{customers, orders};
use crate::seed::section_of;
use crate::storage::layer::Layer;
use crate::storage::source::{Origin, Source};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::Record;

/// Tables that the shop fills, and the tables of Recharge that it reads, by
/// section.
pub(super) const SECTIONS: [(TableName, TableName); 2] = [
    (TableName::BigcommerceCustomers, TableName::Customers),
    (TableName::BigcommerceOrders, TableName::Orders),
];

/// The made-up shop.
#[derive(Debug)]
pub(super) struct Shop {
    recharge: State,
    /// What made its records.
    made_by: Arc<dyn Source>,
    /// For each section, that of the source.
    sections: [usize; 2],
    pub(super) goods: ShopProducts,
    pub(super) now: Timestamp,
}

impl Shop {
    /// The shop of a seeded store.
    pub(super) fn new(recharge: State, goods: ShopProducts, now: Timestamp) -> Self {
        let made_by = recharge.source.clone();
        Self {
            made_by: made_by.expect("a seeded store has a source"),
            sections: SECTIONS
                .map(|(_, from)| section_of(from).expect("the source fills these tables")),
            recharge,
            goods,
            now,
        }
    }

    /// The store that it is made from.
    pub(super) const fn recharge(&self) -> &State {
        &self.recharge
    }

    /// The record of a section with that number, if the shop has it.
    pub(super) fn made(&self, section: usize, id: u64) -> Option<Record> {
        let (table, from) = SECTIONS[section];
        let record = self.recharge.get(from, id)?;
        Some(if table == TableName::BigcommerceOrders {
            orders::order(self, id, &record)
        } else {
            customers::customer(&self.recharge, id, &record)
        })
    }
}

impl Source for Shop {
    fn layer(&self, section: usize) -> &Layer {
        self.made_by.layer(self.sections[section])
    }

    fn record(&self, section: usize, rank: u32) -> Record {
        let id = self.layer(section).id(rank);
        self.made(section, id).unwrap_or_default()
    }

    fn write(&self, section: usize, rank: u32, out: &mut String) {
        let record = self.record(section, rank);
        out.push_str(&Value::Object(record).to_string());
    }

    fn origin(&self) -> Origin {
        self.made_by.origin()
    }
}
