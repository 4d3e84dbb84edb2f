//! Other records that a write changes: which part of the records is kept before
//! it, and the steps that put it back. Pure.
//!
//! Two steps put one record back: the list of its day, and what the list
//! decides on. As the record may have another id by then, the path of the second
//! step is filled from the answer to the first.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::filled;
use crate::api::query;
use crate::bulk::ledger::PlannedStep;
use crate::bulk::row::Task;
use crate::bulk::values::{self, ObjectValues};
use crate::catalog::{Api, Beside, Operation, OperationAction, Parameter, PutBack};

/// Most records that are kept for a row.
pub const MOST: usize = 24;

/// What the list of a day decides on the step after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// It is sent as it was planned.
    AsPlanned,
    /// It is sent there.
    To(String),
    /// There is nothing to put back.
    LeftOut,
    /// It cannot be sent, and why.
    Impossible(String),
}

/// The filter by the ids of the objects that rows name.
#[must_use]
pub fn filter_of(list: &'static Operation, beside: &Beside) -> Option<&'static Parameter> {
    list.query.iter().find(|filter| filter.name == beside.of)
}

/// The ids that a record has where a filter stands.
#[must_use]
pub fn ids_in(filter: &Parameter, record: &Value) -> Vec<String> {
    let mut found = vec![record];
    for part in filter.stands_at.unwrap_or(filter.name).split('.') {
        found = found
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                (part, value) => value.get(part).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    let mut ids: Vec<String> = found.into_iter().filter_map(word).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The part of a record that putting it back needs; `None` for one that has
/// nothing to put back.
#[must_use]
pub fn kept(beside: &Beside, record: &Value) -> Option<ObjectValues> {
    let mut fields = vec![beside.day];
    match beside.put_back {
        PutBack::Field(field) if is_empty(record, field) => return None,
        PutBack::Field(field) => fields.push(field),
        PutBack::Record { owner, .. } => fields.push(owner),
    }
    record.get(beside.day).filter(|day| day.is_string())?;
    Some(values::values_of(record, &fields))
}

/// Takes what was kept beside an object out of the values of that object.
#[must_use]
pub fn split(operation: &Operation, before: &mut ObjectValues) -> ObjectValues {
    let mut found = ObjectValues::new();
    for beside in operation.undo.beside {
        if let Some(records) = before.shift_remove(beside.operation) {
            found.insert(beside.operation.to_owned(), records);
        }
    }
    found
}

/// The steps that put back what was kept beside the object of a row.
#[must_use]
pub fn steps(
    api: &'static Api,
    operation: &'static Operation,
    id: &str,
    before: &ObjectValues,
    beside_it: &ObjectValues,
) -> Vec<PlannedStep> {
    let mut planned = Vec::new();
    for beside in operation.undo.beside {
        let records = beside_it.get(beside.operation).and_then(Value::as_array);
        for record in records.into_iter().flatten().take(MOST) {
            let steps = record
                .as_object()
                .and_then(|record| of_record(api, beside, id, before, record));
            planned.extend(steps.into_iter().flatten());
        }
    }
    planned
}

fn of_record(
    api: &'static Api,
    beside: &'static Beside,
    id: &str,
    before: &ObjectValues,
    record: &Map<String, Value>,
) -> Option<[PlannedStep; 2]> {
    let (_, list) = api.operation(beside.list)?;
    let (_, put_back) = api.operation(beside.operation)?;
    let day = record.get(beside.day)?.as_str()?;
    let mut fields = ObjectValues::new();
    for value in beside.values {
        let old = values::at(record, value.field)?;
        fields.insert(value.parameter.to_owned(), old.clone());
    }
    let target = match beside.put_back {
        PutBack::Field(_) => put_back.path.to_owned(),
        PutBack::Record { owner, item, after } => {
            // What was skipped before it has been jumped over: the old day of
            // the next charge says so.
            let next = before.get(after)?.as_str()?;
            if day.get(..DAY)? <= next.get(..DAY)? {
                return None;
            }
            let number = id.parse::<u64>().map_or_else(|_| id.into(), Value::from);
            fields.insert(item.to_owned(), Value::Array(vec![number]));
            filled(put_back, &word(record.get(owner)?)?)
        }
    };
    let mut query = vec![format!("{}={}", beside.of, encoded(id))];
    query.push(format!("{}={}", beside.day, encoded(day.get(..DAY)?)));
    let having = beside.having.iter();
    query.extend(having.map(|(name, value)| format!("{name}={}", encoded(value))));
    let fields = Value::Object(fields);
    let body = match put_back.wrapper {
        Some(wrapper) => serde_json::json!({ wrapper: fields }).to_string(),
        None => fields.to_string(),
    };
    Some([
        PlannedStep {
            operation: beside.list.to_owned(),
            task: Task {
                target: format!("{}?{}", list.path, query.join("&")),
                body: None,
            },
        },
        PlannedStep {
            operation: beside.operation.to_owned(),
            task: Task {
                target,
                body: Some(body),
            },
        },
    ])
}

/// Lets a step be answered once what lies beside the object has followed it.
pub fn settle_at_once(api: &'static Api, operation: &Operation, step: &mut PlannedStep) {
    let Some((_, of_step)) = api.operation(&step.operation) else {
        return;
    };
    for (name, value) in operation.undo.beside.iter().filter_map(|one| one.at_once) {
        let target = &mut step.task.target;
        let is_given = query::split(target).1.contains(name);
        if of_step.query.iter().any(|known| known.name == name) && !is_given {
            let joint = if target.contains('?') { '&' } else { '?' };
            target.push(joint);
            target.push_str(&[name, value].join("="));
        }
    }
}

/// Letters of a day, `2026-12-24`.
const DAY: usize = 10;

/// The part of an operation that a step is for, by the operation that puts
/// it back.
#[must_use]
pub fn named(operation: &'static Operation, step: &str) -> Option<&'static Beside> {
    let mut all = operation.undo.beside.iter();
    all.find(|beside| beside.operation == step)
}

/// What the answer to the list of a day decides.
#[must_use]
pub fn decide(
    api: &'static Api,
    beside: &'static Beside,
    list: &Operation,
    answer: &[u8],
) -> NextStep {
    let said: Value = serde_json::from_slice(answer).unwrap_or_default();
    let records = list.response.key().and_then(|key| said.get(key));
    let Some(records) = records.and_then(Value::as_array) else {
        return NextStep::Impossible(format!("the list of {} cannot be read", beside.called));
    };
    let put_back = api.operation(beside.operation);
    match (beside.put_back, records.as_slice(), put_back) {
        (PutBack::Record { .. }, [], _) => NextStep::AsPlanned,
        (PutBack::Record { .. }, ..) => NextStep::LeftOut,
        (PutBack::Field(field), [record, ..], _) if !is_empty(record, field) => NextStep::LeftOut,
        (PutBack::Field(_), [record, ..], Some((resource, put_back))) => {
            let id = record.get(resource.object.conventions.id).and_then(word);
            match id {
                Some(id) => NextStep::To(filled(put_back, &id)),
                None => NextStep::Impossible(format!("{}: one has no id", beside.called)),
            }
        }
        (PutBack::Field(_), ..) => NextStep::Impossible(format!(
            "{}: there is no longer one of that day to restore them on; the rest of the row was \
             undone",
            beside.called
        )),
    }
}

/// Whether a step only looks for what the next one needs.
#[must_use]
pub fn is_look(operation: &Operation) -> bool {
    operation.action == OperationAction::List
}

fn is_empty(record: &Value, field: &str) -> bool {
    match record.get(field) {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
#[path = "beside_tests.rs"]
mod tests;
