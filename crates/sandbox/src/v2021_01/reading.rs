//! Reads of 2021-01.
//!
//! Takes a state and a request; returns an answer in the shapes of that
//! version, with cursors in a `Link` header. Records are found by the lists of
//! 2021-11.

use std::sync::LazyLock;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::resources::{RESOURCES, Resource};
use super::{filters, link, objects};
use crate::combined::row;
use crate::requests::check::{self, Query};
use crate::requests::checked_request::{CheckedRequest, check_scopes, query_of};
use crate::requests::envelope::{Answered, Draft};
use crate::requests::list;
use crate::requests::lists;
use crate::requests::refusal::Refusal;
use crate::requests::route::Route;
use crate::row::Row;
use crate::rules::store::token_information;
use crate::storage::state::{State, Token};
use crate::storage::tables::TableName;
use crate::values::record::Record;

/// One request.
struct Reading<'a> {
    state: &'a State,
    now: Timestamp,
    token: &'a Token,
    request: &'a Request<Bytes>,
    query: Query,
}

/// Answers a read, where the row is one.
pub(super) fn answer(
    state: &State,
    now: Timestamp,
    token: &Token,
    request: &Request<Bytes>,
    route: &Route,
) -> Option<Answered> {
    let reading = Reading {
        state,
        now,
        token,
        request,
        query: query_of(request),
    };
    let Route { row, holes } = route;
    let id = || holes.first().and_then(|id| id.parse().ok()).unwrap_or(0);
    Some(match (row.resource.name, row.operation.verb) {
        ("shop", "get") => reading.shop(),
        ("shop", "shipping_countries") => reading.shipping_countries(),
        ("token_information", _) => {
            let token = token_information(state, token);
            Ok(body(&json!({"token_information": token})))
        }
        ("addresses", "list_subscriptions") => {
            reading.belonging_to(TableName::Addresses, id(), TableName::Subscriptions)
        }
        ("customers", "list_addresses") => {
            reading.belonging_to(TableName::Customers, id(), TableName::Addresses)
        }
        ("customers", "list_payment_sources") => reading.payment_sources(id()),
        (name, "list") => reading.page(resource(name)?),
        (name, "count") => reading.count(resource(name)?),
        (name, "get") => reading.one(resource(name)?, id()),
        _ => return None,
    })
}

fn resource(name: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.many == name)
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

    fn shipping_countries(&self) -> Answered {
        check_scopes(row("store.get"), self.token)?;
        Ok(body(
            &json!({"shipping_countries": objects::shipping_countries()}),
        ))
    }

    fn payment_sources(&self, customer: u64) -> Answered {
        check_scopes(row("customers.get"), self.token)?;
        if !self.state.table(TableName::Customers).holds(customer) {
            return Err(Refusal::not_found());
        }
        let sources = objects::payment_sources(self.state, customer);
        Ok(body(&json!({"payment_sources": sources})))
    }

    /// A page of the records that belong to another one.
    fn belonging_to(mut self, owner: TableName, id: u64, of: TableName) -> Answered {
        let listed = RESOURCES
            .iter()
            .find(|resource| resource.of == of)
            .ok_or_else(Refusal::no_endpoint)?;
        self.may_read(listed)?;
        if !self.state.table(owner).holds(id) {
            return Err(Refusal::not_found());
        }
        let filter = format!("{}_id", owner.object());
        // A cursor carries the owner already.
        self.query.retain(|(name, _)| *name != filter);
        if !self.query.iter().any(|(name, _)| name == "cursor") {
            self.query.push((filter, id.to_string()));
        }
        self.page(listed)
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

fn body(value: &Value) -> Draft {
    Draft::new(200, value.to_string())
}
