//! Selection: the objects of a store that a job changes, by a condition over
//! the list of their resource or by their ids.
//!
//! Takes filters, a condition or ids; returns records, one after the other.
//! Pages are read as they come, and no record is kept.

use std::sync::Arc;

use serde_json::Value;

use super::run::look::{id_of, read_objects};
use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::catalog::{Operation, Resource};
use crate::error::{Error, Kind, Result};
use crate::filter::{Flow, Jq, write_json};

/// Ids that are read with one request.
const AT_A_TIME: usize = 100;

/// Takes the records of a selection.
pub trait SelectionSink {
    /// Takes the next record, and its id.
    ///
    /// # Errors
    /// It cannot be used; the selection stops.
    fn take(&mut self, id: &str, record: &Value) -> Result<()>;

    /// Learns how many records were read so far.
    fn read(&mut self, _: u64) {}
}

/// A condition that a record must fulfil.
#[derive(Debug)]
pub struct Condition<'a> {
    /// The filter; a record that it gives anything but `false` and `null` for
    /// is selected.
    pub jq: &'a Jq,
    /// How messages name the objects.
    pub singular: &'a str,
}

impl Condition<'_> {
    /// Whether a record is selected.
    ///
    /// # Errors
    /// Of kind `Usage`: the filter fails on the record, which is named.
    pub fn holds(&self, id: &str, record: &str) -> Result<bool> {
        let mut is_met = false;
        let ran = self.jq.run(record.as_bytes(), &mut |value| {
            let mut text = String::new();
            write_json(value, &mut text)?;
            is_met |= !matches!(text.as_str(), "false" | "null");
            Ok(())
        });
        match ran {
            Ok(_) => Ok(is_met),
            Err(error) => {
                Err(
                    Error::usage(format!("--where fails on {} {id}: {error}", self.singular)).hint(
                        "nothing was sent; allow for missing fields in the condition, as in \
                (.sku // \"\")",
                    ),
                )
            }
        }
    }
}

/// Reads the whole list, and hands on the records that fulfil the condition.
///
/// # Errors
/// The list cannot be read, the condition fails on a record, or the sink does
/// not take one.
pub async fn of_list(
    client: &Arc<Client>,
    resource: &'static Resource,
    request: Request,
    list: &'static Operation,
    condition: Option<&Condition<'_>>,
    sink: &mut dyn SelectionSink,
) -> Result<u64> {
    let mut records = Records {
        id: resource.object.conventions.id,
        condition,
        sink,
        read: 0,
    };
    let mut pages = Pages::new(Arc::clone(client), request, Wanted::of(list.response));
    let read = pages.records(None, &mut records).await;
    read.map_err(ListFailure::into_error)?;
    Ok(records.read)
}

struct Records<'a> {
    id: &'static str,
    condition: Option<&'a Condition<'a>>,
    sink: &'a mut dyn SelectionSink,
    read: u64,
}

impl RecordSink for Records<'_> {
    fn record(&mut self, text: &str) -> Result<Flow> {
        self.read += 1;
        let record: Value = serde_json::from_str(text).map_err(|error| {
            Error::new(Kind::Unexpected, "the list has a record that is not JSON").caused_by(error)
        })?;
        let id = id_of(&record, self.id)
            .ok_or_else(|| Error::new(Kind::Unexpected, "the list has a record without an id"))?;
        let is_met = self
            .condition
            .map_or(Ok(true), |condition| condition.holds(&id, text))?;
        if is_met {
            self.sink.take(&id, &record)?;
        }
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        self.sink.read(self.read);
        Ok(Flow::More)
    }
}

/// Reads the objects of ids, in their order.
///
/// # Errors
/// They cannot be read, one of them is not there, or the sink does not take
/// one.
pub async fn of_ids(
    client: &Arc<Client>,
    resource: &'static Resource,
    ids: &[String],
    condition: Option<&Condition<'_>>,
    sink: &mut dyn SelectionSink,
) -> Result<u64> {
    let mut read = 0;
    for some in ids.chunks(AT_A_TIME) {
        let found = read_objects(client, resource, some).await?;
        for id in some {
            let singular = resource.singular.replace('_', " ");
            let record = found.get(id).ok_or_else(|| {
                Error::new(
                    Kind::NotFound,
                    format!("there is no {singular} {id}; nothing was sent"),
                )
                .hint("remove it from the ids")
            })?;
            read += 1;
            let is_met = match condition {
                None => true,
                Some(condition) => condition.holds(id, &record.to_string())?,
            };
            if is_met {
                sink.take(id, record)?;
            }
        }
        sink.read(read);
    }
    Ok(read)
}
