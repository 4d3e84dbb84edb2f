//! Reads objects right before rows change them: for their old values, and for
//! whether somebody changed them since the job was planned.
//!
//! Rows of a chunk are read with one request where the list takes ids, so that
//! this costs little beside the changes, and still comes right before them.

use std::collections::HashMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::requests::RowSender;
use super::{beside, remote, task};
use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::query;
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::bulk::ledger::{Guard, PendingRow, RowEnd, SeenObject};
use crate::bulk::undo::filled;
use crate::bulk::values::{self, ObjectValues};
use crate::catalog::{Operation, OperationAction, ParameterRole, Resource};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;

/// Reads the objects of rows by their ids.
///
/// # Errors
/// A list or an object cannot be read. An object that is not there is no error.
pub async fn read_objects(
    client: &Arc<Client>,
    resource: &'static Resource,
    ids: &[String],
) -> Result<HashMap<String, Value>> {
    let mut found = HashMap::new();
    if ids.len() > 1
        && let Some(list) = resource.operation_to(OperationAction::List)
        && let Some(filter) = list.query_for(ParameterRole::Ids)
    {
        let size = client.api().maximum_page_size as usize;
        for some in ids.chunks(size) {
            let mut request = Request::composed(list, list.path, None);
            request.set_query(filter.name, some.join(","));
            request.set_query(client.api().page_size, size.to_string());
            let mut sink = ById {
                id: resource.object.conventions.id,
                found: &mut found,
            };
            let mut pages = Pages::new(Arc::clone(client), request, Wanted::of(list.response));
            let read = pages.records(None, &mut sink).await;
            read.map_err(ListFailure::into_error)?;
        }
    }
    // A list may lag behind; what it lacks is asked for by itself.
    let Some(get) = resource.operation_to(OperationAction::Get) else {
        return Ok(found);
    };
    for id in ids {
        if found.contains_key(id) {
            continue;
        }
        let request = Request::composed(get, filled(get, id), None);
        match client.send(&request).await {
            Ok(answer) => {
                if let Some(record) = task::answered_object(get, &answer.body) {
                    found.insert(id.clone(), record);
                }
            }
            Err(error) if remote::is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Records of a list by their ids.
struct ById<'a> {
    id: &'static str,
    found: &'a mut HashMap<String, Value>,
}

impl RecordSink for ById<'_> {
    fn record(&mut self, record: &str) -> Result<Flow> {
        if let Ok(record) = serde_json::from_str::<Value>(record)
            && let Some(id) = id_of(&record, self.id)
        {
            self.found.insert(id, record);
        }
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        Ok(Flow::More)
    }
}

/// The id of a record, as text.
#[must_use]
pub fn id_of(record: &Value, field: &str) -> Option<String> {
    match record.get(field)? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// Whether the object that an operation names can be read by what names it.
#[must_use]
pub fn is_readable(resource: &Resource, operation: &Operation) -> bool {
    let [path_parameter] = operation.path_parameters else {
        return false;
    };
    let get = resource.operation_to(OperationAction::Get);
    get.is_some_and(|get| {
        get.path_parameters
            .first()
            .is_some_and(|own| own.name == path_parameter.name)
    }) && path_parameter.name == resource.object.conventions.id
}

/// The id of the object that a request names.
#[must_use]
pub fn target_of(operation: &Operation, target: &str) -> Option<String> {
    let names = operation.path_values(query::split(target).0)?;
    let name = percent_decode_str(names.first()?).decode_utf8().ok()?;
    Some(name.into_owned())
}

/// A row with what its operation names.
struct LookedRow {
    row: PendingRow,
    resource: &'static Resource,
    operation: &'static Operation,
    id: String,
}

/// Looks at the objects of rows that are about to be sent. Returns those that
/// go out; the others have their end.
///
/// # Errors
/// The objects cannot be read; no row has changed its state.
pub(super) async fn before_sending(
    sender: &RowSender<'_>,
    rows: Vec<PendingRow>,
) -> Result<Vec<PendingRow>> {
    look(sender, rows, false).await
}

/// Looks at the objects of rows that may have been carried out. One that shows
/// neither what was before nor what was sent was changed by somebody else, and
/// its row is not sent again.
///
/// # Errors
/// As for [`before_sending`].
pub(super) async fn in_doubt(
    sender: &RowSender<'_>,
    rows: Vec<PendingRow>,
) -> Result<Vec<PendingRow>> {
    if sender.guard != Guard::Compare {
        return Ok(rows);
    }
    look(sender, rows, true).await
}

async fn look(
    sender: &RowSender<'_>,
    rows: Vec<PendingRow>,
    in_doubt: bool,
) -> Result<Vec<PendingRow>> {
    let (mut going, mut looked) = (Vec::new(), Vec::new());
    for row in rows {
        let (resource, operation) = sender.operation_of(&row)?;
        let id = target_of(operation, &row.task.target);
        match id.filter(|_| row.step == 0 && is_readable(resource, operation)) {
            Some(id) => looked.push(LookedRow {
                row,
                resource,
                operation,
                id,
            }),
            None => going.push(row),
        }
    }
    let mut seen = Vec::new();
    while let Some(first) = looked.first() {
        let resource = first.resource;
        let (of_one, others) = looked
            .into_iter()
            .partition::<Vec<_>, _>(|row| std::ptr::eq(row.resource, resource));
        looked = others;
        let ids: Vec<String> = of_one.iter().map(|row| row.id.clone()).collect();
        let found = match read_objects(sender.means.client, resource, &ids).await {
            Ok(found) => found,
            // Without old values there is no undo, and the job is as it was
            // asked for.
            Err(error) if sender.guard == Guard::Note && is_forbidden(&error) => {
                going.extend(of_one.into_iter().map(|row| row.row));
                continue;
            }
            Err(error) => return Err(error),
        };
        let beside_them = beside_rows(sender, &of_one, in_doubt).await?;
        for LookedRow {
            mut row,
            resource,
            operation,
            id,
        } in of_one
        {
            let record = found.get(&id);
            let fields = values::watched(resource, operation);
            let now = record.map(|record| values::values_of(record, &fields));
            let decided = if in_doubt {
                doubted(resource, operation, &row, now.as_ref())
            } else {
                decide(sender.guard, resource, &row, &id, record)
            };
            match (decided, now) {
                (Some(end), _) => sender.end(row.n, &end)?,
                (None, Some(mut now)) if !in_doubt => {
                    if let Some(found) = beside_them.get(&id) {
                        now.extend(found.clone());
                    }
                    let before = Value::Object(now).to_string();
                    seen.push(SeenObject {
                        n: row.n,
                        before: before.clone(),
                    });
                    row.before = Some(before);
                    going.push(row);
                }
                (None, _) => going.push(row),
            }
        }
    }
    if !seen.is_empty() {
        sender.ledger.note_before(&seen)?;
    }
    going.sort_by_key(|row| row.n);
    Ok(going)
}

/// What the operation of a job may change beside the objects of its rows. The
/// steps of an undo name their operations: nothing is kept for these.
async fn beside_rows(
    sender: &RowSender<'_>,
    rows: &[LookedRow],
    in_doubt: bool,
) -> Result<beside::ValuesById> {
    let own = rows.iter().filter(|row| row.row.operation.is_none());
    let ids: Vec<String> = own.map(|row| row.id.clone()).collect();
    let Some(first) = rows.first().filter(|_| !in_doubt && !ids.is_empty()) else {
        return Ok(beside::ValuesById::new());
    };
    beside::read(sender.means.client, first.operation, &ids).await
}

pub(super) fn is_forbidden(error: &Error) -> bool {
    error.kind == Kind::Access && remote::status(error) == Some(403)
}

fn parse(text: Option<&String>) -> Option<Value> {
    serde_json::from_str(text?).ok()
}

/// The end of a row that is not sent; `None` for one that is.
fn decide(
    guard: Guard,
    resource: &Resource,
    row: &PendingRow,
    id: &str,
    record: Option<&Value>,
) -> Option<RowEnd> {
    let singular = resource.singular.replace('_', " ");
    let wanted = parse(row.wanted.as_ref());
    let Some(record) = record else {
        // An object that was made and is gone needs no second deletion.
        if wanted == Some(Value::Null) {
            return Some(RowEnd::Ok {
                status: None,
                object: Some(id.to_owned()),
            });
        }
        return (guard == Guard::Compare).then(|| RowEnd::Failed {
            status: Some(404),
            error: format!("{singular} {id} no longer exists"),
        });
    };
    let of = |values: &ObjectValues| {
        let names: Vec<&str> = values.keys().map(String::as_str).collect();
        values::differences(values, &values::values_of(record, &names))
    };
    if let Some(Value::Object(wanted)) = &wanted
        && of(wanted).is_empty()
    {
        return Some(RowEnd::Ok {
            status: None,
            object: Some(id.to_owned()),
        });
    }
    let Some(Value::Object(expected)) = parse(row.expected.as_ref()) else {
        return None;
    };
    let differences = of(&expected);
    (guard == Guard::Compare && !differences.is_empty()).then(|| RowEnd::Failed {
        status: None,
        error: task::kept(&format!(
            "{singular} {id} was changed meanwhile: {}; it is left as it is",
            values::in_words(&differences)
        )),
    })
}

/// The end of a row that may have been carried out, where its object shows that
/// somebody else changed it since.
fn doubted(
    resource: &Resource,
    operation: &Operation,
    row: &PendingRow,
    now: Option<&ObjectValues>,
) -> Option<RowEnd> {
    let now = now?;
    let Some(Value::Object(expected)) = parse(row.expected.as_ref()) else {
        return None;
    };
    let is_as_before = values::differences(&expected, now).is_empty();
    let intended = values::intended(resource, operation, row.task.body.as_deref());
    let foreign = values::lacking(&intended, &Value::Object(now.clone()));
    if is_as_before || foreign.is_empty() {
        return None;
    }
    Some(RowEnd::Unknown {
        status: None,
        error: task::kept(&format!(
            "it may have been carried out, and was changed meanwhile: {}",
            values::in_words(&foreign)
        )),
    })
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
