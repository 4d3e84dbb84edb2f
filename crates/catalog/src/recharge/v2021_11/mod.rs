//! The tables of version 2021-11: one file per resource, with its operations,
//! their parameters, and the fields of its objects.

mod accounts;
mod addresses;
mod async_batches;
mod bundle_selections;
mod charges;
mod checkouts;
mod collections;
mod credit_accounts;
mod credit_adjustments;
mod customers;
mod discounts;
mod events;
mod metafields;
mod onetimes;
mod orders;
mod parameters;
mod payment_methods;
mod plans;
mod products;
mod retention_strategies;
mod store;
mod subscriptions;
mod token_information;
mod webhooks;

pub use parameters::ADDRESS_PARTS;

use crate::model::Resource;

/// The version that these tables describe.
pub const VERSION: &str = "2021-11";

/// Every resource, in the order of the help.
pub const RESOURCES: &[Resource] = &[
    accounts::RESOURCE,
    addresses::RESOURCE,
    async_batches::RESOURCE,
    bundle_selections::RESOURCE,
    charges::RESOURCE,
    checkouts::RESOURCE,
    collections::RESOURCE,
    credit_accounts::RESOURCE,
    credit_adjustments::RESOURCE,
    customers::RESOURCE,
    discounts::RESOURCE,
    events::RESOURCE,
    metafields::RESOURCE,
    onetimes::RESOURCE,
    orders::RESOURCE,
    payment_methods::RESOURCE,
    plans::RESOURCE,
    products::RESOURCE,
    retention_strategies::RESOURCE,
    store::RESOURCE,
    subscriptions::RESOURCE,
    token_information::RESOURCE,
    webhooks::RESOURCE,
];
