//! The tables of version 2021-01, one file per resource. Lists continue by the
//! header `Link`. Pages that both versions share are those of 2021-11.

pub mod addresses;
pub mod charges;
pub mod checkouts;
pub mod collections;
pub mod customers;
pub mod discounts;
pub mod metafields;
pub mod onetimes;
pub mod orders;
pub mod products;
pub mod shop;
pub mod subscriptions;

use crate::build::text;
use crate::model::{Api, PageForm, Parameter, ParameterRole, Resource};

use super::v2021_11::parameters::ID;
use super::v2021_11::parameters::{
    BY_ID_CREATED_OR_UPDATED, CREATED_AT_MAX, UPDATED_AT_MAX, UPDATED_AT_MIN,
};
use super::{CREATED_AT_MIN, CURSOR, LIMIT, PAGE};

/// The API in this version.
pub static API: Api = super::api(VERSION, ZONE, PAGE_FORM, RESOURCES);

/// The version that these tables describe.
pub const VERSION: &str = "2021-01";

/// Times have no offset and are of the eastern United States.
pub(super) const ZONE: &str = "EST5EDT,M3.2.0,M11.1.0";

/// The reference of the version: "Link" headers, with a cursor in them.
pub(super) const PAGE_FORM: PageForm = PageForm::LinkHeader {
    parameter: CURSOR.name,
};

/// Order of a list.
const SORT_BY: Parameter = text("sort_by", "order of the list")
    .role(ParameterRole::Sort)
    .values(BY_ID_CREATED_OR_UPDATED)
    .common();

/// Every resource, in the order of the help.
pub(super) const RESOURCES: &[Resource] = &[
    addresses::RESOURCE,
    super::v2021_11::async_batches::RESOURCE,
    charges::RESOURCE,
    checkouts::RESOURCE,
    collections::RESOURCE,
    customers::RESOURCE,
    discounts::RESOURCE,
    metafields::RESOURCE,
    onetimes::RESOURCE,
    orders::RESOURCE,
    products::RESOURCE,
    subscriptions::RESOURCE,
    shop::RESOURCE,
    super::v2021_11::token_information::RESOURCE,
    super::v2021_11::webhooks::RESOURCE,
];
