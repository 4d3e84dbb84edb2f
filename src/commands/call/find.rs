//! Objects by a field that no two of a store share: `customers get
//! ada@example.com`. Which field that is, the catalog says.

use serde_json::{Map, Value};

use super::run::PreparedCall;
use crate::api::client::Client;
use crate::api::request::{self, GivenValue, Now, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{Operation, OperationAction, Resource, Unique};
use crate::cli::Options;
use crate::error::{Error, Kind, Result};
use crate::ui::Run;

/// Most ids that a message names.
const NAMED: usize = 5;

/// Whether a word is neither an id nor `-`.
pub(in crate::commands) fn is_not_an_id(operation: &Operation, word: &str) -> bool {
    match operation.path_parameters {
        [parameter] => word != "-" && request::check(parameter, word).is_err(),
        // The parts of a path with several were checked as words.
        _ => false,
    }
}

/// Refuses words that must be looked up where nothing is sent, or where the
/// same is read over and over.
pub(super) fn check(options: &Options, call: &PreparedCall, is_watched: bool) -> Result<()> {
    let mut words = call.targets.iter();
    let Some(word) = words.find(|word| is_not_an_id(call.operation, word)) else {
        return Ok(());
    };
    let flag = match () {
        () if options.dry_run.is_some() => "--dry-run",
        () if is_watched => "--watch",
        () => return Ok(()),
    };
    Err(
        Error::usage(format!("{flag} needs an id, but {word} is not an id"))
            .hint(format!("rc {} {word} --jq .id finds it", call.named())),
    )
}

/// The call with ids in place of the words that are looked up.
pub(super) fn resolved<'a>(
    run: &Run,
    client: &Client,
    mut call: PreparedCall<'a>,
) -> Result<PreparedCall<'a>> {
    if call.operation.action != OperationAction::Get || call.resource.unique().is_none() {
        return Ok(call);
    }
    let is_word = |word: &String| is_not_an_id(call.operation, word);
    if !call.targets.iter().any(is_word) {
        return Ok(call);
    }
    let now = run.now(client.api());
    let mut targets = Vec::new();
    for word in call.targets.iter() {
        targets.push(if is_word(word) {
            Run::wait(id(client, call.resource, word, &now))?
        } else {
            word.clone()
        });
    }
    call.targets = targets.into();
    Ok(call)
}

/// The id of the object whose unique field has this value.
///
/// # Errors
/// `NotFound` where there is none; of kind `Usage` where there are several.
pub(in crate::commands) async fn id(
    client: &Client,
    resource: &'static Resource,
    word: &str,
    now: &Now,
) -> Result<String> {
    let known = resource.unique();
    let list = resource.operation_to(OperationAction::List);
    let (Some(Unique { field, filter }), Some(list)) = (known, list) else {
        return Err(Error::usage(format!("{word} is not an id")));
    };
    let parameter = list.query.iter().find(|parameter| parameter.name == filter);
    let parameter =
        parameter.ok_or_else(|| Error::unexpected(format!("no list has the filter {filter}")))?;
    let values = Values {
        given: vec![GivenValue {
            parameter,
            words: vec![word.to_owned()],
        }],
        ..Values::default()
    };
    let request = request::fill(list, &[], &values, now)?;
    let envelope = Envelope::open(client.send(&request).await?, Wanted::of(list.response))?;
    let found: Vec<String> = envelope
        .records()
        .filter_map(|record| matching(record, field, word))
        .collect();
    let name = resource.singular.replace('_', " ");
    match found.as_slice() {
        [id] => Ok(id.clone()),
        [] => Err(
            Error::new(Kind::NotFound, format!("no {name} has the {field} {word}"))
                .hint("check the spelling, and that it is of this store"),
        ),
        several => Err(Error::usage(format!(
            "{} objects have the {field} {word}: {}",
            several.len(),
            several[..several.len().min(NAMED)].join(", ")
        ))
        .hint("name one of them by its id")),
    }
}

/// The id of a record whose field has this value, in any case: a filter may
/// find more than what was asked for.
fn matching(record: &str, field: &str, word: &str) -> Option<String> {
    let record: Map<String, Value> = serde_json::from_str(record).ok()?;
    let value = record.get(field)?.as_str()?;
    let is_same = value.to_lowercase() == word.to_lowercase();
    is_same.then(|| record.get("id").map(Value::to_string))?
}
