//! The Recharge Admin API: facts that all its versions share, and the tables
//! of each version.

mod fivetran;
mod limits;
mod reports;
mod secrets;
pub mod v2021_01;
pub mod v2021_11;

pub use limits::{bucket, multiplier};
pub use v2021_11::*;

pub(crate) use secrets::SECRETS;

use crate::check;
use crate::model::{
    Api, ApiFamily, Auth, AuthPlace, Conventions, ErrorForm, Headers, PageForm, Rate, Resource,
    TimeForm,
};

/// The versions of the API.
pub static FAMILY: ApiFamily = ApiFamily {
    versions: &[&v2021_11::API, &v2021_01::API],
    analysis: reports::ANALYSIS,
};

const _: () = check::api(&api(
    v2021_11::VERSION,
    v2021_11::ZONE,
    v2021_11::PAGE_FORM,
    v2021_11::RESOURCES,
));
const _: () = check::api(&api(
    v2021_01::VERSION,
    v2021_01::ZONE,
    v2021_01::PAGE_FORM,
    v2021_01::RESOURCES,
));

/// Base URL of the API.
pub const BASE_URL: &str = "https://api.rechargeapps.com";

/// The request header that carries the token.
pub const TOKEN_HEADER: &str = "X-Recharge-Access-Token";

/// The request header that chooses the version of the API.
pub const VERSION_HEADER: &str = "X-Recharge-Version";

/// The response header that identifies a request to Recharge support.
pub const REQUEST_ID_HEADER: &str = "X-Request-Id";

/// The response header with the fill level of the token's bucket (`39/40`).
pub const LIMIT_HEADER: &str = "X-Recharge-Limit";

/// What field names mean in records of all versions.
pub(crate) static CONVENTIONS: Conventions = Conventions {
    id: "id",
    created: Some(CREATED_AT),
    updated: Some(UPDATED_AT),
    due: Some(SCHEDULED_AT),
    included: Some(INCLUDED),
    related: &[
        "address",
        "addresses",
        "bundle_product",
        "bundle_selections",
        "charge_activities",
        "customer",
        "discount",
        "metafields",
        "payment_methods",
        "subscriptions",
    ],
    external_prefix: Some(EXTERNAL_ID_PREFIX),
    address_parts: ADDRESS_PARTS,
};

/// A version of the API. All versions share everything but these four.
const fn api(
    version: &'static str,
    zone: &'static str,
    page: PageForm,
    resources: &'static [Resource],
) -> Api {
    Api {
        name: "recharge",
        title: "Recharge",
        command_group: None,
        version,
        base_url: BASE_URL,
        base_variable: "RECHARGE_BASE_URL",
        auth: Auth {
            place: AuthPlace::Header(TOKEN_HEADER),
            variable: "RECHARGE_ACCESS_TOKEN",
            managed_at: "Recharge: Tools & apps, API tokens",
        },
        headers: Headers {
            version: Some(VERSION_HEADER),
            request_id: Some(REQUEST_ID_HEADER),
            client_id: None,
        },
        store: None,
        credential_file: None,
        rate: Rate::Bucket {
            header: LIMIT_HEADER,
            of: bucket,
        },
        times: TimeForm::WithOffset,
        zone,
        page,
        page_size: LIMIT.name,
        page_number: Some(PAGE.name),
        maximum_page_size: 250,
        errors: ErrorForm::Members {
            reasons: &["errors", "error", "warning", "message"],
            remarks: &["errors", "error", "warning"],
        },
        conventions: &CONVENTIONS,
        secrets: SECRETS,
        // The reference names them for tokens and for topics of webhooks.
        other_scopes: &["store_info"],
        events: None,
        resources,
    }
}
