//! `--count` by one request, where the API has an operation that counts. Else
//! the list is read to its end, and its records are counted.

use std::sync::Arc;

use serde_json::Value;

use super::run::PreparedCall;
use crate::api::client::Client;
use crate::api::request::{self, GivenValue, Request, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{Effect, Operation, ParameterRole, Resource, ResponseShape};
use crate::cli::Options;
use crate::error::{Error, Result};
use crate::ui::Run;
use crate::ui::printer::Printer;

/// The request that counts what the call lists, and the key of the number in its
/// answer. None where no operation counts the same records.
///
/// # Errors
/// As [`request::fill`].
pub(super) fn request(
    options: &Options,
    call: &PreparedCall,
) -> Result<Option<(Request, &'static str)>> {
    let asked = &options.output;
    let is_part = asked.jq.is_some() || call.paging.limit.is_some();
    if !asked.count || is_part || !call.operation.pages() {
        return Ok(None);
    }
    let found = counter(call.resource, call.operation);
    let Some((operation, key, given)) = found.and_then(|(operation, key)| {
        let given = translated(operation, &call.values.given)?;
        Some((operation, key, given))
    }) else {
        return Ok(None);
    };
    let values = Values {
        given,
        ..Values::default()
    };
    let request = request::fill(operation, &call.targets, &values, &call.now)?;
    Ok(Some((request, key)))
}

/// The operation that counts a list, and the key of the number.
fn counter(
    resource: &'static Resource,
    list: &Operation,
) -> Option<(&'static Operation, &'static str)> {
    let same_path_parameters = |other: &Operation| {
        let names = |operation: &Operation| {
            let path_parameters = operation.path_parameters.iter();
            path_parameters
                .map(|path_parameter| path_parameter.name)
                .collect::<Vec<_>>()
        };
        names(other) == names(list)
    };
    resource
        .operations
        .iter()
        .find_map(|other| match other.response {
            ResponseShape::Number(key)
                if other.effect == Effect::Reads
                    && other.path.starts_with(list.path)
                    && same_path_parameters(other) =>
            {
                Some((*other, key))
            }
            _ => None,
        })
}

/// The filters of a list as parameters of the operation that counts; none where
/// one of them is missing there. The order and the size of pages change no count.
fn translated(counter: &'static Operation, given: &[GivenValue]) -> Option<Vec<GivenValue>> {
    let counts = given.iter().filter(|given| {
        !matches!(
            given.parameter.role,
            ParameterRole::PageSize | ParameterRole::Sort | ParameterRole::Include
        )
    });
    counts
        .map(|given| {
            let mut own = counter.query.iter();
            let parameter = own.find(|own| own.name == given.parameter.name)?;
            let words = given.words.clone();
            Some(GivenValue { parameter, words })
        })
        .collect()
}

/// Sends the request, and prints the number.
pub(super) fn run(
    client: &Arc<Client>,
    (request, key): &(Request, &'static str),
    mut printer: Printer,
) -> Result<()> {
    let sent = async { Envelope::open(client.send(request).await?, Wanted::Whole) };
    let envelope = Run::wait(sent)?;
    let record = envelope.records().next().unwrap_or_default();
    let answer: Option<Value> = serde_json::from_str(record).ok();
    let number = answer.and_then(|answer| answer[*key].as_u64());
    printer.counted(number.ok_or_else(|| {
        Error::unexpected(format!("the response of {} has no number", request.path))
    })?);
    printer.finish().map(drop)
}
