//! The older version of the API, 2021-01: the same store, read by those who
//! have not moved on.
//!
//! In come a state and a request, out comes an answer in the shapes of 2021-01:
//! its names, its numbers and capitals, its clock, and cursors in a `Link`
//! header. Records are found by the lists of 2021-11; nothing is kept for this
//! version, and nothing can be changed through it.

mod countries;
mod eastern;
mod fields;
mod filters;
mod link;
mod objects;
mod resources;
mod route;

use std::sync::LazyLock;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::requests::check::{self, Query};
use crate::requests::checked_request::check_scopes;
use crate::requests::checked_request::{CheckedRequest, query_of};
use crate::requests::envelope::{Answered, Draft};
use crate::requests::list;
use crate::requests::lists;
use crate::requests::refusal::Refusal;
use crate::requests::route::routed_as;
use crate::row::Row;
use crate::rules::store::token_information;
use crate::storage::state::State;
use crate::storage::state::Token;
use crate::storage::tables::TableName;
use crate::values::record::Record;
use recharge_catalog as catalog;
use resources::{RESOURCES, Resource};
use route::ReadRoute;

/// How requests name the version.
pub(super) const VERSION: &str = "2021-01";

/// One request.
struct Reading<'a> {
    state: &'a State,
    now: Timestamp,
    token: &'a Token,
    request: &'a Request<Bytes>,
    query: Query,
}

/// Answers a request in 2021-01.
pub(super) fn answer(
    state: &State,
    now: Timestamp,
    token: &Token,
    request: &Request<Bytes>,
) -> Answered {
    let route = route::find(routed_as(request.method().as_str()), request.uri().path())?;
    let reading = Reading {
        state,
        now,
        token,
        request,
        query: query_of(request),
    };
    match route {
        ReadRoute::Shop => reading.shop(),
        ReadRoute::Token => {
            let token = token_information(state, token);
            Ok(body(&json!({"token_information": token})))
        }
        ReadRoute::Page(resource) => reading.page(resource),
        ReadRoute::AddressesOf(customer) => reading.addresses_of(customer),
        ReadRoute::Count(resource) => reading.count(resource),
        ReadRoute::One(resource, id) => reading.one(resource, id),
    }
}

/// Parameters that say how to show a list, and mean nothing to its count.
const SHOW: &[&str] = &["cursor", "limit", "page", "sort_by"];

impl Reading<'_> {
    fn shop(&self) -> Answered {
        check_scopes(row("store.get"), self.token)?;
        Ok(body(&objects::shop(&self.state.store)))
    }

    fn page(&self, resource: &Resource) -> Answered {
        let row = self.may_read(resource)?;
        let query = filters::translated(self.state, resource.filters, &self.query);
        let page = self
            .checked(row, &query)
            .and_then(|asked| list::select(self.state, &asked, resource.of, resource.further))
            .map_err(|refusal| filters::told_back(refusal, resource.filters, &self.query))?;
        let shown: Vec<Record> = page
            .ids
            .iter()
            .filter_map(|id| self.shown(resource, *id))
            .collect();
        let mut reply = body(&json!({resource.many: shown}));
        reply.headers.extend(link::header(self.request, &page));
        Ok(reply)
    }

    fn addresses_of(mut self, customer: u64) -> Answered {
        let addresses = RESOURCES
            .iter()
            .find(|resource| resource.of == TableName::Addresses)
            .ok_or_else(Refusal::no_endpoint)?;
        self.may_read(addresses)?;
        if !self.state.table(TableName::Customers).holds(customer) {
            return Err(Refusal::not_found());
        }
        // A cursor carries the customer already.
        self.query.retain(|(name, _)| name != "customer_id");
        if !self.query.iter().any(|(name, _)| name == "cursor") {
            self.query
                .push(("customer_id".into(), customer.to_string()));
        }
        self.page(addresses)
    }

    fn count(&self, resource: &Resource) -> Answered {
        let row = self.may_read(resource)?;
        let mut query = filters::translated(self.state, resource.filters, &self.query);
        query.retain(|(name, _)| !SHOW.contains(&name.as_str()));
        let count = self
            .checked(row, &query)
            .and_then(|asked| list::count(self.state, &asked, resource.of, resource.further))
            .map_err(|refusal| filters::told_back(refusal, resource.filters, &self.query))?;
        Ok(body(&json!({"count": count})))
    }

    fn one(&self, resource: &Resource, id: u64) -> Answered {
        self.may_read(resource)?;
        let table = self.state.table(resource.of);
        let shown = self
            .shown(resource, id)
            .filter(|_| lists::shows(self.now, self.state, table, id))
            .ok_or_else(Refusal::not_found)?;
        Ok(body(&json!({resource.one: shown})))
    }

    fn shown(&self, resource: &Resource, id: u64) -> Option<Record> {
        let record = self.state.get(resource.of, id)?;
        Some(resource.object.of(self.state, id, record))
    }

    /// The 2021-11 row that lists the same, when the token may read it.
    fn may_read(&self, resource: &Resource) -> Result<Row, Refusal> {
        let row = row(&format!("{}.list", resource.many));
        check_scopes(row, self.token)?;
        Ok(row)
    }

    /// The question to the 2021-11 list, when it keeps to its row.
    fn checked<'a>(&'a self, row: Row, query: &'a Query) -> Result<CheckedRequest<'a>, Refusal> {
        static NOTHING: LazyLock<Record> = LazyLock::new(Record::new);
        check::query(row.operation, query)?;
        Ok(CheckedRequest {
            row,
            holes: &[],
            query,
            body: &NOTHING,
            now: self.now,
            token: self.token,
        })
    }
}

fn row(id: &str) -> Row {
    let (resource, operation) = catalog::recharge::API
        .operation(id)
        .expect("the catalogue has the row");
    Row {
        resource,
        operation,
    }
}

fn body(value: &Value) -> Draft {
    Draft::new(200, value.to_string())
}
