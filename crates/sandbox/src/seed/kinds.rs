//! Kinds of made-up records, and the numbers of one household's.

use crate::storage::tables::TableName;

/// Kinds of records that households have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Customer,
    Card,
    Address,
    Subscription,
    Onetime,
    Charge,
    Order,
}

/// Every kind with its table, in the order of the enumeration.
pub(super) const KINDS: [(Kind, TableName); 7] = [
    (Kind::Customer, TableName::Customers),
    (Kind::Card, TableName::PaymentMethods),
    (Kind::Address, TableName::Addresses),
    (Kind::Subscription, TableName::Subscriptions),
    (Kind::Onetime, TableName::Onetimes),
    (Kind::Charge, TableName::Charges),
    (Kind::Order, TableName::Orders),
];

/// The numbers of a household's records.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) all: Vec<u64>,
    /// Where those of each kind begin.
    pub(super) begins: [usize; 7],
}

impl Numbers {
    /// The number of the household's record of that kind and place.
    pub(super) fn of(&self, kind: Kind, place: usize) -> u64 {
        self.all[self.begins[kind as usize] + place]
    }
}
