//! Reads what a write may change beside its object: before the write, so that
//! its undo can put it back, and for the question before the job.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::look::is_forbidden;
use crate::api::client::Client;
use crate::api::pages::{Pages, RecordSink};
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::bulk::undo::beside::{self, MOST};
use crate::bulk::values::ObjectValues;
use crate::catalog::{Beside, Operation, Parameter};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;

/// Ids that are asked for with one request, so that its address stays short.
const AT_A_TIME: usize = 100;

/// What was found beside objects, by their ids.
pub type ValuesById = HashMap<String, ObjectValues>;

/// Reads what an operation may change beside objects. A token that may not read
/// it is not an error: nothing is kept then.
///
/// # Errors
/// A list cannot be read.
pub async fn read(
    client: &Arc<Client>,
    operation: &'static Operation,
    ids: &[String],
) -> Result<ValuesById> {
    let mut found = ValuesById::new();
    for beside in operation.undo.beside {
        for some in ids.chunks(AT_A_TIME) {
            each(client, beside, some, |record, ids| {
                let Some(kept) = beside::kept(beside, record) else {
                    return;
                };
                for id in ids.iter().filter(|id| some.contains(id)) {
                    let of_id = found.entry(id.clone()).or_default();
                    let records = of_id
                        .entry(beside.operation)
                        .or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(records) = records
                        && records.len() < MOST
                    {
                        records.push(Value::Object(kept.clone()));
                    }
                }
            })
            .await?;
        }
    }
    Ok(found)
}

/// How many records there are to put back beside objects, for each part of an
/// operation; each record counts once.
///
/// # Errors
/// As for [`read`].
pub async fn count(
    client: &Arc<Client>,
    operation: &'static Operation,
    ids: &[String],
) -> Result<Vec<(&'static str, u64)>> {
    let mut counts = Vec::new();
    for beside in operation.undo.beside {
        let mut seen = std::collections::HashSet::new();
        for some in ids.chunks(AT_A_TIME) {
            each(client, beside, some, |record, ids| {
                if let Some(kept) = beside::kept(beside, record) {
                    // A charge of several items is found for each of them.
                    seen.insert((ids.to_vec(), Value::Object(kept).to_string()));
                }
            })
            .await?;
        }
        counts.push((beside.called, seen.len() as u64));
    }
    Ok(counts)
}

/// Hands on the records beside some objects, with the ids that they name.
async fn each(
    client: &Arc<Client>,
    beside: &'static Beside,
    ids: &[String],
    mut take: impl FnMut(&Value, &[String]) + Send,
) -> Result<()> {
    let (_, list) = client.api().operation(beside.list).ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("this version of the API has no {}", beside.list),
        )
    })?;
    let Some(filter) = beside::filter_of(list, beside) else {
        return Ok(());
    };
    let mut request = Request::composed(list, list.path, None);
    request.set_query(filter.name, ids.join(","));
    for (name, value) in beside.having {
        request.set_query(name, (*value).to_owned());
    }
    let api = client.api();
    request.set_query(api.page_size, api.maximum_page_size.to_string());
    let mut sink = BesideSink {
        filter,
        take: &mut take,
    };
    let mut pages = Pages::new(Arc::clone(client), request, Wanted::of(list.response));
    match pages.records(None, &mut sink).await {
        Ok(_) => Ok(()),
        Err(failure) => match failure.into_error() {
            error if is_forbidden(&error) => Ok(()),
            error => Err(error),
        },
    }
}

struct BesideSink<'a, F> {
    filter: &'static Parameter,
    take: &'a mut F,
}

impl<F: FnMut(&Value, &[String]) + Send> RecordSink for BesideSink<'_, F> {
    fn record(&mut self, record: &str) -> Result<Flow> {
        if let Ok(record) = serde_json::from_str::<Value>(record) {
            (self.take)(&record, &beside::ids_in(self.filter, &record));
        }
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        Ok(Flow::More)
    }
}
