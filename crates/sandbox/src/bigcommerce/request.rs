//! A request to a store: which store, token and row it is for, and its answer.
//!
//! Takes a state and a request; returns a body or a rejection. The rows only read, so
//! nothing is changed here.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::lists::{self, PageAsked};
use super::responses::{BodyOrRejection, Generation, Rejection};
use super::seed::LINES;
use super::shown::ShownRecord;
use super::{STORE_HASH, table_of, unlisted};
use crate::requests::check::Query;
use crate::requests::checked_request::query_of;
use crate::requests::route::{Route, Routes};
use crate::row::Row;
use crate::storage::state::{State, Token};
use crate::storage::tables::TableName;
use crate::values::record;
use recharge_catalog::{OperationAction, bigcommerce as rows};

/// The rows of the API.
static ROUTES: Routes = Routes::of(&rows::API);

/// A request below its store.
pub(crate) struct StoreRequest<'a> {
    /// The store that the path names, if it names one.
    store: Option<&'a str>,
    /// The path below it.
    path: String,
    is_read: bool,
    pub(crate) generation: Generation,
    route: Result<Route, Rejection>,
    pub(crate) token: Result<Token, Rejection>,
    query: Query,
    /// Where links of the answer begin.
    host: String,
}

impl<'a> StoreRequest<'a> {
    /// What a request to a store asks for.
    pub(crate) fn of(state: &State, request: &'a Request<Bytes>) -> Self {
        let whole = request.uri().path();
        let below = whole.strip_prefix("/stores/");
        let (store, path) = match below.and_then(|below| below.split_once('/')) {
            Some((store, path)) => (Some(store), format!("/{path}")),
            None => (None, whole.to_owned()),
        };
        let route = ROUTES.find(request.method().as_str(), &path);
        let route = route.map_err(|refusal| match refusal.status {
            405 => Rejection::new(405, "Method not allowed"),
            _ => Rejection::not_found(),
        });
        Self {
            store,
            generation: Generation::of(&path),
            path,
            is_read: request.method() == http::Method::GET,
            route,
            token: token_of(state, request),
            query: query_of(request),
            host: host_of(request),
        }
    }

    /// The row that it asks for, if there is one.
    pub(crate) fn row(&self) -> Option<Row> {
        self.route.as_ref().ok().map(|route| route.row)
    }

    /// What it is answered with, as of a present.
    pub(crate) fn answer(&self, state: &State, now: Timestamp) -> BodyOrRejection {
        let token = self.token.clone()?;
        if self.store != Some(STORE_HASH) {
            return Err(Rejection::not_found());
        }
        let unlisted = || {
            let (path, host) = (self.path.as_str(), self.host.as_str());
            unlisted::answer(state, &token, path, &self.query, now, host)
        };
        let route = match &self.route {
            Ok(route) => route,
            Err(rejection) if self.is_read => {
                return unlisted().unwrap_or_else(|| Err(rejection.clone()));
            }
            Err(rejection) => return Err(rejection.clone()),
        };
        let scope = route.row.operation.scope;
        if scope.is_some_and(|scope| !token.may(scope)) {
            return Err(Rejection::no_scope());
        }
        let object = route.row.operation.response.object();
        let object = object.unwrap_or(route.row.resource.object);
        match table_of(object) {
            Some(table) if route.row.operation.action == OperationAction::List => lists::list(
                state,
                route.row,
                table,
                &self.query,
                (self.generation, now),
                &self.host,
            ),
            Some(table) => self.one(state, route, table),
            None => self.lines(state, route),
        }
    }

    /// One record, by the number in the path.
    fn one(&self, state: &State, route: &Route, table: TableName) -> BodyOrRejection {
        let shown = ShownRecord::of(route.row, &self.query, self.generation, &self.host)?;
        let id = route.holes.first().and_then(|id| id.parse().ok());
        let found = id.and_then(|id: u64| state.get(table, id));
        let record = shown.record(table, found.ok_or_else(Rejection::not_found)?);
        Ok(Some(match self.generation {
            Generation::V2 => record,
            Generation::V3 => json!({"data": record, "meta": {}}),
        }))
    }

    /// The lines of an order.
    fn lines(&self, state: &State, route: &Route) -> BodyOrRejection {
        let page = PageAsked::of(&self.query, self.generation)?;
        let id = route.holes.first().and_then(|id| id.parse().ok());
        let order = id.and_then(|id: u64| state.get(TableName::BigcommerceOrders, id));
        let order = order.ok_or_else(Rejection::not_found)?;
        let lines = page.cut(record::list(&order, LINES)).to_vec();
        Ok(PageAsked::bare(lines))
    }
}

/// What the root of the stand-in says of itself.
pub(crate) fn welcome() -> Value {
    json!({
        "sandbox": true,
        "about": "This is a local stand-in for the BigCommerce API, not BigCommerce itself.",
        "store_hash": STORE_HASH,
    })
}

fn token_of(state: &State, request: &Request<Bytes>) -> Result<Token, Rejection> {
    let given = request.headers().get(rows::TOKEN_HEADER);
    let given = given.and_then(|value| value.to_str().ok());
    let known = state
        .tokens
        .iter()
        .find(|token| given == Some(token.secret.as_str()));
    let message = "Authentication credentials are required to access the API.";
    known.cloned().ok_or_else(|| Rejection::new(401, message))
}

/// Where the client reached the stand-in: links lead there, and not to the vendor,
/// who must not be sent a token of the sandbox.
fn host_of(request: &Request<Bytes>) -> String {
    let host = request.headers().get(http::header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    host.map_or_else(String::new, |host| format!("http://{host}"))
}
