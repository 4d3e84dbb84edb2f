//! The result of a finished task of a batch. Pure.

use serde_json::Value;

use super::remote::{Phase, number};
use crate::bulk::ledger::{RowEnd, SeenTask};
use crate::bulk::settle::likeness;
use crate::catalog::{Idempotency, Operation, ResponseShape};
use crate::excerpt::shortened;

/// The most of a reason that is kept.
const LONGEST: usize = 500;

/// Reads a task. `again` is what the operation does when it is carried out
/// twice, `ended` how its batch came to its end.
pub(super) fn read(record: &str, again: Idempotency, ended: Phase) -> Option<SeenTask> {
    let task: Value = serde_json::from_str(record).ok()?;
    let body = task.get("body").unwrap_or(&Value::Null).to_string();
    Some(SeenTask {
        id: number(task.get("id"))?,
        likeness: likeness(&body),
        body,
        fate: fate(&task, again, ended),
    })
}

/// Whether a task waits to be carried out, or is being carried out.
pub(super) fn is_open(record: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct TaskStatus<'a> {
        status: Option<std::borrow::Cow<'a, str>>,
    }
    serde_json::from_str::<TaskStatus>(record)
        .is_ok_and(|task| matches!(task.status.as_deref(), Some("pending" | "processing")))
}

fn fate(task: &Value, again: Idempotency, ended: Phase) -> RowEnd {
    // The reference calls the result text, its examples show an object.
    let result = match task.get("result") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    let status = number(result.get("status_code")).and_then(|status| u16::try_from(status).ok());
    let output = result.get("output").unwrap_or(&result);
    match task.get("status").and_then(Value::as_str) {
        // The task says one thing, and its answer another.
        Some(said @ ("success" | "failed")) if contradicts(said, status, output) => {
            RowEnd::Unknown {
                status,
                error: kept(&format!(
                    "the task has the status {said}, but its response disagrees: {}",
                    reason(output)
                )),
            }
        }
        Some("success") => RowEnd::Ok {
            status,
            object: object_id(output),
        },
        // Trouble of the server leaves open whether it happened. Where a
        // second time would do it twice, that matters.
        Some("failed")
            if again == Idempotency::NotIdempotent
                && status.is_some_and(|status| status >= 500) =>
        {
            RowEnd::Unknown {
                status,
                error: format!("{}; it may have been carried out", reason(output)),
            }
        }
        Some("failed") => RowEnd::Failed {
            status,
            error: reason(output),
        },
        Some("pending") if ended == Phase::Failed => RowEnd::Failed {
            status,
            error: "the batch stopped before this row".to_owned(),
        },
        Some("pending" | "processing") => RowEnd::Unknown {
            status,
            error: "the batch ended, and the task of this row did not".to_owned(),
        },
        other => RowEnd::Unknown {
            status,
            error: format!("the task is {}", other.unwrap_or("without a status")),
        },
    }
}

/// Whether the answer of a task does not fit its status.
fn contradicts(said: &str, status: Option<u16>, output: &Value) -> bool {
    let is_success = status.map(|status| (200..300).contains(&status) && status != 206);
    let is_set = |name: &str| output.get(name).is_some_and(|value| !value.is_null());
    match said {
        "success" => {
            is_success == Some(false)
                || ((is_set("errors") || is_set("error")) && object_id(output).is_none())
        }
        _ => is_success == Some(true),
    }
}

/// The object that an answer contains under the key of its operation.
pub(super) fn answered_object(operation: &Operation, body: &[u8]) -> Option<Value> {
    let mut said: Value = serde_json::from_slice(body).ok()?;
    match operation.response {
        ResponseShape::One(key, _) | ResponseShape::OneInList(key, _) => {
            let found = said.get_mut(key)?.take();
            match found {
                Value::Array(mut list) if !list.is_empty() => Some(list.swap_remove(0)),
                Value::Object(_) => Some(found),
                _ => None,
            }
        }
        ResponseShape::Bare(key, _) => match said.get_mut(key).map(Value::take) {
            Some(found @ Value::Object(_)) => Some(found),
            _ => Some(said),
        },
        _ => None,
    }
}

/// The id of the object that an answer shows.
pub(super) fn object_id(output: &Value) -> Option<String> {
    let id = |value: &Value| match value.get("id")? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    let fields = output.as_object()?;
    id(output).or_else(|| {
        fields.values().find_map(|value| {
            id(value
                .as_array()
                .and_then(|list| list.first())
                .unwrap_or(value))
        })
    })
}

/// Why something was refused, in the words of the API.
fn reason(output: &Value) -> String {
    let said = ["errors", "error", "warning"]
        .into_iter()
        .find_map(|name| output.get(name))
        .unwrap_or(output);
    let text = match said {
        Value::Null => "it failed, and no reason is given".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    kept(&text)
}

/// A reason as the ledger keeps it.
pub(super) fn kept(reason: &str) -> String {
    shortened(reason, LONGEST).into_owned()
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
