//! The tables of version 2021-11: one file per resource, with its operations,
//! their parameters, and the fields of its objects.

pub mod accounts;
pub mod addresses;
pub mod async_batches;
pub mod bundle_selections;
pub mod charges;
pub mod checkouts;
pub mod collections;
pub mod credit_accounts;
pub mod credit_adjustments;
pub mod customers;
pub mod discounts;
pub mod event_topics;
pub mod events;
pub mod metafields;
pub mod onetimes;
pub mod orders;
pub(super) mod parameters;
pub mod payment_methods;
pub mod plans;
mod polled_topics;
pub mod products;
pub mod retention_strategies;
pub mod store;
pub mod subscriptions;
pub mod token_information;
mod webhook_topics;
pub mod webhooks;

pub use parameters::{
    ADDRESS_PARTS, CREATED_AT, CREATED_AT_MIN, CURSOR, EXTERNAL_ID_PREFIX, INCLUDE, INCLUDED,
    LIMIT, PAGE, SCHEDULED_AT, UPDATED_AT,
};

use crate::model::{Api, PageForm, Resource};

/// The API in this version.
pub static API: Api = Api {
    events: Some(&event_topics::EVENT_FEED),
    ..super::api(VERSION, ZONE, PAGE_FORM, RESOURCES)
};

/// The version that these tables describe.
pub const VERSION: &str = "2021-11";

/// Some records have times without an offset, which are UTC.
pub(super) const ZONE: &str = "UTC0";

pub(super) const PAGE_FORM: PageForm = PageForm::BodyCursor {
    parameter: CURSOR.name,
    field: "next_cursor",
};

/// Every resource, in the order of the help.
pub(super) const RESOURCES: &[Resource] = &[
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
