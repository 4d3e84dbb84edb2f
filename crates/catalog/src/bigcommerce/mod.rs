//! The BigCommerce store management API, as far as a copy of a store reads it.
//!
//! Two generations answer under one base URL, distinguished by the first segment
//! of the path: `/v2` (bare lists that end at a short page or at 204, errors in
//! a list) and `/v3` (`data` and `meta`, counted pages, errors in an object).
//! Rows of v2 state their forms; those of v3 have the forms of the API.
//!
//! Sources: the published specifications of the vendor for fields and filters;
//! answers recorded by public client libraries where they show more.

pub mod coupons;
pub mod customers;
pub mod order_products;
pub mod order_refunds;
pub mod orders;
mod parameters;
pub mod product_variants;
pub mod products;

use crate::analysis::Analysis;
use crate::check;
use crate::model::{
    Api, ApiFamily, Auth, AuthPlace, ClientId, Conventions, CredentialFile, ErrorForm, Headers,
    PageForm, Rate, Secrets, StoreAddress, TimeForm,
};
use crate::secrets::{SecretFields, secret_fields};

/// The API; it has one version.
pub static FAMILY: ApiFamily = ApiFamily {
    versions: &[&API],
    analysis: Analysis::NONE,
};

/// The API as a value.
pub static API: Api = VALUE;

const _: () = check::api(&VALUE);

/// The request header that carries the token.
pub const TOKEN_HEADER: &str = "X-Auth-Token";

/// The request header with the id of the program.
pub const CLIENT_HEADER: &str = "X-Auth-Client";

/// The response header with the requests that are left in the window.
pub const LEFT_HEADER: &str = "X-Rate-Limit-Requests-Left";

/// The response header with the milliseconds until the next window.
pub const RESET_HEADER: &str = "X-Rate-Limit-Time-Reset-Ms";

/// The response header with the requests of a whole window.
pub const QUOTA_HEADER: &str = "X-Rate-Limit-Requests-Quota";

/// The response header with the length of a window in milliseconds.
pub const WINDOW_HEADER: &str = "X-Rate-Limit-Time-Window-Ms";

/// Most records of a page; the API refuses more with 413.
pub const MAXIMUM_PAGE_SIZE: u32 = 250;

/// Records of a page for which no size is asked.
pub const DEFAULT_PAGE_SIZE: u32 = 50;

/// How lists of v2 continue: they state neither a number of pages nor a next page.
pub const V2_PAGES: PageForm = PageForm::UntilShort {
    parameter: "page",
    page_size: DEFAULT_PAGE_SIZE,
};

/// How v2 states errors: `[{"status": 404, "message": "…"}]`.
pub const V2_ERRORS: ErrorForm = ErrorForm::List { message: "message" };

/// What field names mean in records.
pub(crate) static CONVENTIONS: Conventions = Conventions {
    id: "id",
    created: Some("date_created"),
    updated: Some("date_modified"),
    address_parts: &[
        "first_name",
        "last_name",
        "company",
        "street_1",
        "street_2",
        "city",
        "state",
        "zip",
        "country",
        "country_iso2",
        "phone",
        "email",
    ],
    ..Conventions::PLAIN
};

static SECRET_FIELDS: SecretFields = secret_fields(RESOURCES);

const RESOURCES: &[crate::model::Resource] = &[
    coupons::RESOURCE,
    customers::RESOURCE,
    orders::RESOURCE,
    products::RESOURCE,
    order_products::RESOURCE,
    order_refunds::RESOURCE,
    product_variants::RESOURCE,
];

const VALUE: Api = Api {
    name: "bigcommerce",
    title: "BigCommerce",
    command_group: Some("bigcommerce"),
    version: "3",
    base_url: "https://api.bigcommerce.com/stores/{store_hash}",
    base_variable: "BIGCOMMERCE_BASE_URL",
    auth: Auth {
        place: AuthPlace::Header(TOKEN_HEADER),
        variable: "BIGCOMMERCE_ACCESS_TOKEN",
        managed_at: "BigCommerce: Advanced Settings, API Accounts",
    },
    headers: Headers {
        version: None,
        request_id: None,
        client_id: Some(ClientId {
            header: CLIENT_HEADER,
            variable: "BIGCOMMERCE_CLIENT_ID",
        }),
    },
    store: Some(StoreAddress {
        path_parameter: "{store_hash}",
        title: "store hash",
        flag: "store-hash",
        variable: "BIGCOMMERCE_STORE_HASH",
        found_at: "in the API path, between stores/ and /v3/",
    }),
    credential_file: Some(CredentialFile {
        token: "ACCESS TOKEN",
        client_id: "CLIENT ID",
        url: "API PATH",
    }),
    rate: Rate::Window {
        left: LEFT_HEADER,
        reset: RESET_HEADER,
        quota: Some(QUOTA_HEADER),
        length: Some(WINDOW_HEADER),
    },
    times: TimeForm::Zulu,
    zone: "UTC0",
    page: PageForm::Counted {
        parameter: "page",
        total: "meta.pagination.total_pages",
    },
    page_size: "limit",
    page_number: Some("page"),
    maximum_page_size: MAXIMUM_PAGE_SIZE,
    errors: ErrorForm::Members {
        reasons: &["errors", "detail", "title"],
        remarks: &[],
    },
    conventions: &CONVENTIONS,
    secrets: Secrets {
        fields: SECRET_FIELDS.names(),
        names: &["authentication", "access_token", "client_secret"],
        prefixes: &[],
        suffixes: &["password"],
    },
    other_scopes: &[],
    events: None,
    resources: RESOURCES,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_v2_state_their_forms_and_rows_of_v3_have_those_of_the_api() {
        for (resource, operation) in API.operations() {
            let is_v2 = operation.path.starts_with("/v2/");
            assert!(is_v2 || operation.path.starts_with("/v3/"));
            let named = (resource.name, operation.verb);
            assert_eq!(operation.error_form == Some(V2_ERRORS), is_v2, "{named:?}");
            let states_pages = operation.page_form.is_some();
            assert_eq!(states_pages, is_v2 && operation.pages(), "{named:?}");
        }
    }

    #[test]
    fn every_operation_reads_and_names_its_scope() {
        for (_, operation) in API.operations() {
            assert!(operation.method.is_read() && operation.scope.is_some());
        }
    }

    #[test]
    fn a_parent_is_a_resource_and_its_id_is_the_only_part_of_the_path() {
        for (_, operation) in API.operations() {
            let Some(parent) = operation.replication.parent else {
                continue;
            };
            assert!(API.resource(parent).is_some());
            assert_eq!(operation.path_parameters.len(), 1);
            let object = operation.response.object().unwrap();
            assert!(object.field(operation.path_parameters[0].name).is_some());
        }
    }
}
