//! The customer portal of the store: pages, and the requests that they send.
//!
//! Takes a state and a request; returns a page, JSON, or the way to the login.
//! Routes are the rows of the catalog. Objects have the shapes of 2021-01, as
//! the reference shows them; writes become requests to rules, and concern what
//! belongs to the customer and nothing else.

mod body;
mod context;
mod door;
mod objects;
pub mod pages;
mod plan;
mod related;
mod schema;
mod urls;
mod writes;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{Method, Request};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::objects::Visit;
use self::pages::{PageRequest, Pages, RenderedPage};
use crate::requests::checked_request::{CheckedRequest, query_of};
use crate::requests::envelope::{Answered, Draft};
use crate::requests::refusal::Refusal;
use crate::requests::route::{Route, Routes};
use crate::rules::events;
use crate::storage::state::{State, Token};
use crate::storefront;
use recharge_catalog::portal::{self as catalog, request_objects};

pub(crate) use door::{Door, find, without_secrets};

/// The routes of the portal.
static ROUTES: Routes = Routes::of(&catalog::API);

/// The template of what is not there.
const NOT_FOUND: &str = "404.html";

/// The row that a request to a portal asks for.
pub(crate) fn route(door: &Door, method: &str) -> Result<Route, Refusal> {
    match door {
        Door::Login => Err(Refusal::no_endpoint()),
        Door::Customer { rest, .. } => ROUTES.find(method, rest),
    }
}

/// The methods that rows have for a path.
pub(crate) fn allowed(door: &Door) -> String {
    match door {
        Door::Login => "GET".to_owned(),
        Door::Customer { rest, .. } => ROUTES.allowed(rest),
    }
}

/// Answers a request to a portal. `enter` is given the requests to rules that it
/// comes to.
pub(crate) fn answer(
    state: &mut State,
    now: Timestamp,
    request: &Request<Bytes>,
    door: &Door,
    pages: &dyn Pages,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    let Door::Customer {
        hash,
        rest,
        is_hosted,
    } = door
    else {
        return Ok(html(200, login_page()));
    };
    let mut query = query_of(request);
    let token = query
        .iter()
        .find(|(name, _)| name == catalog::TOKEN.name)
        .map(|(_, token)| token.clone())
        .unwrap_or_default();
    query.retain(|(name, _)| name != catalog::TOKEN.name);
    let Some(customer) = storefront::customer_of_link(state, &token, hash, now) else {
        return Ok(moved(catalog::LOGIN));
    };
    let mut visit = Visit::new(state, now, customer, hash, &token, *is_hosted, query);
    if rest == "/" {
        let first = visit.url("/subscriptions");
        return Ok(moved(&first));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let route = match ROUTES.find(request.method().as_str(), rest) {
        Ok(route) => route,
        Err(refusal) if refusal.status == 404 && reads => return not_found(&mut visit, pages),
        Err(refusal) => return Err(naming_nearest(refusal, request.method().as_str(), rest)),
    };
    let row = route.row;
    let operation = row.operation;
    if let Some(template) = operation.template {
        return match context::of_page(&mut visit, &route, template) {
            Ok((template, context)) => Ok(rendered(&visit, pages, 200, template, &context)),
            Err(refusal) if refusal.status == 404 => not_found(&mut visit, pages),
            Err(refusal) => Err(refusal),
        };
    }
    if std::ptr::eq(operation, &raw const request_objects::GET) {
        return schema::answer(&mut visit).map(|body| Draft::new(200, body.to_string()));
    }
    if operation.method.is_read() {
        // Nothing else is read without a page: the customer leaves.
        storefront::end_link(visit.state, &token);
        return Ok(moved(catalog::LOGIN));
    }
    let body = body::read(request)?;
    let body = writes::carry_out(&mut visit, &route, &body, enter)?;
    events::settle(state, now, &Token::system());
    Ok(Draft::new(operation.success, body.to_string()))
}

fn rendered(
    visit: &Visit,
    pages: &dyn Pages,
    status: u16,
    template: &str,
    context: &Value,
) -> Draft {
    let page = PageRequest {
        template,
        context,
        portal_path: &visit.portal_path,
        token: visit.token,
        query: &visit.query,
        is_hosted: visit.is_hosted,
    };
    match pages.render(&page) {
        Ok(page) => html(status, page),
        Err(error) => {
            let page = error.page.unwrap_or_else(|| {
                pages::plain("This page cannot be rendered", error.message.as_str())
            });
            html(500, page)
        }
    }
}

/// The page for what is not there; a theme may lack one.
fn not_found(visit: &mut Visit, pages: &dyn Pages) -> Answered {
    let context = Value::Object(context::globals(visit)?);
    let page = rendered(visit, pages, 404, NOT_FOUND, &context);
    if page.status == 404 {
        return Ok(page);
    }
    let plain = pages::plain("Not found", "The portal has no such page.");
    Ok(html(404, plain))
}

fn login_page() -> RenderedPage {
    pages::plain(
        "Log in",
        "The link to the portal is missing or has expired. Recharge would mail the customer a new \
         one; the sandbox creates one with: rc --sandbox portal link CUSTOMER",
    )
}

fn html(status: u16, page: RenderedPage) -> Draft {
    let mut draft = Draft::new(status, page.body);
    let kind = HeaderValue::from_static(page.content_type);
    draft.headers.push((CONTENT_TYPE, kind));
    // It shows what belongs to one customer.
    draft
        .headers
        .push((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    draft
}

fn moved(place: &str) -> Draft {
    let mut draft = Draft::new(302, String::new());
    if let Ok(place) = HeaderValue::from_str(place) {
        draft.headers.push((LOCATION, place));
    }
    draft
}

/// The refusal of a route that is not there, with the nearest one.
fn naming_nearest(refusal: Refusal, method: &str, path: &str) -> Refusal {
    if refusal.status != 404 {
        return refusal;
    }
    let near = catalog::API
        .operations()
        .filter(|(_, row)| row.method.name() == method)
        .map(|(_, row)| (strsim::damerau_levenshtein(row.path, path), row.path))
        .min();
    match near {
        Some((_, near)) => Refusal {
            status: 404,
            body: json!({"error": format!("the portal has no such route; the nearest is {method} \
                {near}")}),
        },
        None => refusal,
    }
}
