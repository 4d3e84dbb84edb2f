//! The customer portal: the routes that pages of a customer use.
//!
//! Its reference breaks off in the middle; what it lacks is from themes that
//! merchants published, and from the vendor's client. Each row says which. The
//! base URL of a portal ends with the hash of its customer, and every request
//! carries the token of a link.

pub mod access;
mod addresses;
mod charges;
mod customer;
mod onetimes;
mod orders;
mod payments;
pub mod request_objects;
mod subscriptions;
mod various;

use crate::analysis::Analysis;
use crate::build::{id, post, read, text};
use crate::check;
use crate::model::{
    Api, ApiFamily, Auth, AuthPlace, ErrorForm, Headers, Object, Operation, PageForm, Parameter,
    Rate, Resource, RowSource, Secrets, TimeForm,
};
use crate::recharge::{CONVENTIONS, SECRETS};

/// The versions of the portal: themes name the one that they are made for.
pub static FAMILY: ApiFamily = ApiFamily {
    versions: &[&API],
    analysis: Analysis::NONE,
};

/// The portal.
pub static API: Api = Api {
    name: "portal",
    title: "the customer portal",
    command_group: None,
    version: "novum",
    // The shop is another for each merchant.
    base_url: "https://example.myshopify.com/tools/recurring/portal",
    base_variable: "RECHARGE_BASE_URL",
    auth: Auth {
        place: AuthPlace::Query(TOKEN.name),
        variable: "RECHARGE_PORTAL_TOKEN",
        managed_at: "rc portal link",
    },
    headers: Headers {
        version: None,
        request_id: None,
        client_id: None,
    },
    store: None,
    credential_file: None,
    // No limit is documented and no header states one.
    rate: Rate::Window {
        left: "X-RateLimit-Remaining",
        reset: "X-RateLimit-Reset",
        quota: None,
        length: None,
    },
    times: TimeForm::WithoutOffset,
    zone: "EST5EDT,M3.2.0,M11.1.0",
    page: PageForm::UntilShort {
        parameter: "page",
        page_size: 50,
    },
    page_size: "limit",
    page_number: None,
    maximum_page_size: 250,
    // Scripts of themes read both.
    errors: ErrorForm::Members {
        reasons: &["errors", "error", "message"],
        remarks: &["errors", "error"],
    },
    conventions: &CONVENTIONS,
    secrets: Secrets { ..SECRETS },
    other_scopes: &[],
    events: None,
    resources: RESOURCES,
};

const _: () = check::api(&API);

/// The query parameter with the token of a link.
pub const TOKEN: Parameter = text("token", "the token of a link to the portal");

/// The segment of a URL before the hash of the customer, which is a secret.
pub const SEGMENT: &str = "portal";

/// Where the portal is below the domain of a shop on Shopify, and where Recharge
/// serves it itself.
pub const PREFIXES: &[&str] = &["/tools/recurring/portal", "/portal"];

/// Where requests without a valid token are sent.
pub const LOGIN: &str = "/tools/recurring/login";

/// Every resource, in the order of the help.
pub(crate) const RESOURCES: &[Resource] = &[
    request_objects::RESOURCE,
    customer::RESOURCE,
    addresses::RESOURCE,
    addresses::SHIPPING,
    subscriptions::RESOURCE,
    charges::RESOURCE,
    onetimes::RESOURCE,
    orders::RESOURCE,
    payments::METHODS,
    payments::SOURCES,
    payments::SOURCE,
    payments::CARD,
    various::SCHEDULE,
    various::PRODUCTS,
    various::MEMBERSHIPS,
    various::NOTIFICATIONS,
    various::HOME,
];

/// A page that is made of a template.
const fn page(
    verb: &'static str,
    path: &'static str,
    template: &'static str,
    summary: &'static str,
) -> Operation {
    let mut row = read(verb, path, summary).page(template);
    row.example = "rc portal get 37657002 /subscriptions";
    row
}

/// A write, which has a twin in the Admin API.
const fn write(verb: &'static str, path: &'static str, summary: &'static str) -> Operation {
    let mut row = post(verb, path, summary);
    row.example = "rc portal post 37657002 /subscriptions/89559201/skip -f date=2026-12-24";
    row
}

/// An object of the portal of which only the names of some fields are known.
const fn little_known(name: &'static str, fields: &'static [crate::model::Field]) -> Object {
    Object {
        name,
        fields,
        columns: &["id"],
        conventions: &CONVENTIONS,
    }
}

/// A row that only public themes have.
const THEMES: RowSource = RowSource::PublicThemes;

const ADDRESS_ID: Parameter = id("id", "the address");
const SUBSCRIPTION_ID: Parameter = id("id", "the subscription");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Method;
    use crate::recharge;

    #[test]
    fn write_names_a_twin_that_exists_or_is_known_to_have_none() {
        let mut without = Vec::new();
        for (resource, row) in API.operations() {
            let id = format!("{}.{}", resource.name, row.verb);
            let Some(admin) = row.twin.and_then(|twin| twin.admin) else {
                if !row.method.is_read() {
                    without.push(id);
                }
                continue;
            };
            assert!(recharge::API.operation(admin).is_some(), "{id}: {admin}");
        }
        // Only the vendor's client knows memberships; a code is mailed by the portal alone.
        assert_eq!(
            without,
            [
                "memberships.activate",
                "memberships.cancel",
                "home.send_code",
                "home.check_code",
            ]
        );
    }

    #[test]
    fn read_answers_a_page_or_objects() {
        for (resource, row) in API.operations() {
            let is_door = resource.name == request_objects::RESOURCE.name;
            let ends = row.verb == "logout";
            assert_eq!(
                row.template.is_some(),
                row.method == Method::Get && !is_door && !ends,
                "{}",
                row.path
            );
        }
    }

    #[test]
    fn each_route_is_found_by_its_path() {
        for (_, row) in API.operations() {
            let mut path = row.path.to_owned();
            for parameter in row.path_parameters {
                path = path.replace(&format!("{{{}}}", parameter.name), "12");
            }
            let found = API.matching(row.method, &path);
            assert!(
                found.is_some_and(|found| std::ptr::eq(found, row)),
                "{path}"
            );
        }
    }
}
