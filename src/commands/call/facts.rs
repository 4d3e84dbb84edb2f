//! Reading the objects that a write acts on, before it is sent: for the
//! question, for the whole amount of a refund, and for the reverse command.
//!
//! Objects come by the filter for ids of their list, or one by one.

use std::collections::HashMap;

use serde_json::Value;

use crate::api::client::Client;
use crate::api::request::{self, GivenValue, Now, Request, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{
    Api, FieldRole, Object, Operation, OperationAction, Parameter, ParameterRole, Resource,
};
use crate::error::{Kind, Result};
use crate::stats::Decimal;

/// The most requests that a question may cost.
pub(super) const MOST_REQUESTS: usize = 4;

/// How many objects may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// As many as [`MOST_REQUESTS`] requests give.
    ForQuestion,
    /// All of them: the write needs them.
    All,
}

/// The objects of a call as they were before the write, by their id.
#[derive(Debug, Default)]
pub(super) struct ObjectsBefore {
    records: HashMap<String, Value>,
    /// How many targets were read, from the first on.
    pub(super) read: usize,
}

impl ObjectsBefore {
    /// Reads the objects behind targets of an operation.
    ///
    /// # Errors
    /// What a request fails with. An object that does not exist is left out.
    pub(super) async fn read(
        client: &Client,
        resource: &'static Resource,
        operation: &'static Operation,
        targets: &[String],
        extent: Extent,
        now: &Now,
    ) -> Result<Self> {
        let mut facts = Self::default();
        let Some(get) = getter(resource, operation) else {
            return Ok(facts);
        };
        let list = resource.operation_to(OperationAction::List);
        let filter = list.and_then(|list| Some((list, list.query_for(ParameterRole::Ids)?)));
        let most = match extent {
            Extent::ForQuestion => MOST_REQUESTS,
            Extent::All => usize::MAX,
        };
        match filter {
            Some((list, ids)) if targets.len() > 1 => {
                for chunk in targets
                    .chunks(client.api().maximum_page_size as usize)
                    .take(most)
                {
                    let request = by_ids(client.api(), list, ids, chunk, now)?;
                    facts.take(client, request, list, get).await?;
                    facts.read += chunk.len();
                }
            }
            _ => {
                for target in targets.iter().take(most) {
                    let target = std::slice::from_ref(target);
                    let request = request::fill(get, target, &Values::default(), now)?;
                    facts.take(client, request, get, get).await?;
                    facts.read += 1;
                }
            }
        }
        Ok(facts)
    }

    /// Sends a request and keeps the objects that it gives.
    async fn take(
        &mut self,
        client: &Client,
        request: Request,
        row: &Operation,
        get: &Operation,
    ) -> Result<()> {
        let response = match client.send(&request).await {
            Err(error) if error.kind == Kind::NotFound => return Ok(()),
            response => response?,
        };
        let envelope = Envelope::open(response, Wanted::of(row.response))?;
        for record in envelope.records() {
            let Ok(record) = serde_json::from_str::<Value>(record) else {
                continue;
            };
            if let Some(id) = get
                .path_parameters
                .first()
                .map(|path_parameter| &record[path_parameter.name])
            {
                let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                self.records.insert(id, record);
            }
        }
        Ok(())
    }

    /// The object behind a target, if it was read.
    pub(super) fn of(&self, target: &str) -> Option<&Value> {
        self.records.get(target)
    }
}

/// The operation that reads the object which a target of the operation names.
fn getter(resource: &'static Resource, operation: &Operation) -> Option<&'static Operation> {
    let get = resource.operation_to(OperationAction::Get)?;
    let same = matches!((get.path_parameters, operation.path_parameters),
        ([own], [other]) if own.name == other.name);
    (same && operation.path.starts_with(get.path)).then_some(get)
}

fn by_ids(
    api: &Api,
    list: &'static Operation,
    ids: &'static Parameter,
    targets: &[String],
    now: &Now,
) -> Result<Request> {
    let mut given = vec![GivenValue {
        parameter: ids,
        words: targets.to_vec(),
    }];
    given.extend(
        list.query_for(ParameterRole::PageSize)
            .map(|size| GivenValue {
                parameter: size,
                words: vec![api.maximum_page_size.to_string()],
            }),
    );
    let values = Values {
        given,
        ..Values::default()
    };
    request::fill(list, &[], &values, now)
}

/// The value of a field with that role, as text; empty ones are none.
pub(super) fn text_with(object: &Object, record: &Value, role: FieldRole) -> Option<String> {
    text(&record[object.field_with(role)?.name])
}

/// The amount of an object.
pub(super) fn amount(object: &Object, record: &Value) -> Option<Decimal> {
    Decimal::parse(&text_with(object, record, FieldRole::Amount)?)
}

/// The amount of an object that was not given back yet.
pub(super) fn amount_left(object: &Object, record: &Value) -> Option<Decimal> {
    let refunded = text_with(object, record, FieldRole::Refunded);
    let refunded = refunded.map_or(Some(Decimal::default()), |text| Decimal::parse(&text))?;
    amount(object, record)?.minus(refunded)
}

/// The name that people know the object by.
pub(super) fn name(object: &Object, record: &Value) -> Option<String> {
    let words: Vec<String> = object
        .fields
        .iter()
        .filter_map(|field| match field.role {
            FieldRole::Name([]) => Some(vec![&record[field.name]]),
            FieldRole::Name(parts) => {
                let parts = parts.iter().map(|part| &record[field.name][part]);
                Some(parts.collect())
            }
            _ => None,
        })
        .flatten()
        .filter_map(text)
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The day of the object, after the words that say which day it is.
pub(super) fn day(object: &Object, record: &Value) -> Option<String> {
    let (field, called) = object.day()?;
    let text = text(&record[field.name])?;
    let day = text.split('T').next().unwrap_or_default();
    Some(if called.is_empty() {
        day.to_owned()
    } else {
        format!("{called} {day}")
    })
}

/// A scalar as text; nothing for null, empty texts, objects and lists.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
