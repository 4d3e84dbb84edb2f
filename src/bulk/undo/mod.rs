//! Undo: of a row that was carried out, the steps that take it back. Pure; the
//! table of what takes what back is in the catalog.
//!
//! Takes what the ledger has of the row, and its operation; returns the steps,
//! the values that the object must still have, and those with which there is
//! nothing left to do.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::ledger::{LedgerRow, PlannedStep};
use super::row::Task;
use super::values::{self, ObjectValues};
use crate::api::query;
use crate::catalog::{
    Api, OldValue, Operation, OperationAction, Resource, Undo, UndoStep, UndoTarget, UndoValues,
};

pub mod beside;

/// How a row is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    /// The steps, in order; at least one.
    pub steps: Vec<PlannedStep>,
    /// The values that the object has unless somebody changed it since.
    pub expected: Option<ObjectValues>,
    /// The values with which nothing is left to do; null where the object is
    /// gone then.
    pub wanted: Option<Value>,
}

/// The task of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowUndo {
    /// This.
    Steps(Reversal),
    /// Nothing: it changed nothing.
    Nothing,
    /// It cannot be known or done, and why.
    Impossible(String),
}

/// The operation that a step of an undo names.
#[must_use]
pub fn operation_of(
    api: &'static Api,
    own: &'static Resource,
    name: &str,
) -> Option<(&'static Resource, &'static Operation)> {
    match name.split_once('.') {
        Some(_) => api.operation(name),
        None => own.operation(name).map(|operation| (own, operation)),
    }
}

/// The values of a row, as the ledger has them.
struct RowValues<'a> {
    api: &'static Api,
    row: &'a LedgerRow,
    resource: &'static Resource,
    operation: &'static Operation,
    before: ObjectValues,
    after: ObjectValues,
    sent: ObjectValues,
}

/// How a row that was carried out, or may have been, is taken back.
#[must_use]
pub fn reversal(
    api: &'static Api,
    resource: &'static Resource,
    operation: &'static Operation,
    row: &LedgerRow,
) -> RowUndo {
    let Some(task) = &row.task else {
        return RowUndo::Nothing;
    };
    let parse = |text: &Option<String>| -> Option<ObjectValues> {
        serde_json::from_str(text.as_deref()?).ok()
    };
    let steps = operation.undo.list();
    let is_on_named = steps.iter().any(|step| step.target == UndoTarget::Named);
    let needs_before = steps.iter().any(|step| {
        matches!(
            step.values,
            UndoValues::Changed | UndoValues::Fields(_) | UndoValues::Whole
        )
    });
    let before = parse(&row.before);
    if before.is_none() && needs_before {
        return RowUndo::Impossible(
            "its old values were not read before it was changed".to_owned(),
        );
    }
    let intended = values::intended(resource, operation, task.body.as_deref());
    let mut before = before.unwrap_or_default();
    let beside_it = beside::split(operation, &mut before);
    let after = parse(&row.after).unwrap_or_else(|| {
        let mut after = before.clone();
        after.extend(intended);
        after
    });
    let values = RowValues {
        api,
        row,
        resource,
        operation,
        sent: values::sent(operation, task.body.as_deref()),
        before,
        after,
    };
    let mut planned = Vec::new();
    for step in steps {
        match values.step(step) {
            Ok(Some(step)) => planned.push(step),
            Ok(None) => {}
            Err(why) => return RowUndo::Impossible(why),
        }
    }
    if planned.is_empty() {
        let is_update = operation.action == OperationAction::Update;
        return if is_on_named && (is_update || values.before == values.after) {
            RowUndo::Nothing
        } else {
            RowUndo::Impossible("the old values are incomplete".to_owned())
        };
    }
    let mut reversal = values.guarded(planned, is_on_named);
    // Steps that put back what lies beside an object are the last ones.
    let id = operation
        .path_values(query::split(&task.target).0)
        .and_then(|names| names.first().copied());
    if let Some(id) = id {
        let last = beside::steps(api, operation, id, &values.before, &beside_it);
        if !last.is_empty() {
            for step in &mut reversal.steps {
                beside::settle_at_once(api, operation, step);
            }
        }
        reversal.steps.extend(last);
    }
    RowUndo::Steps(reversal)
}

impl RowValues<'_> {
    /// A step with its values; `None` where it has none to send.
    fn step(&self, step: &UndoStep) -> Result<Option<PlannedStep>, String> {
        let (resource, operation) = operation_of(self.api, self.resource, step.operation)
            .ok_or_else(|| format!("this version of rc does not know {}", step.operation))?;
        let Some(fields) = self.fields(step, operation) else {
            return Ok(None);
        };
        let target = match step.target {
            UndoTarget::New => operation.path.to_owned(),
            UndoTarget::Named => self.named(operation)?,
            UndoTarget::Answered => {
                let id = self.row.object.as_deref();
                let id = id.ok_or("the response did not name the object that was created")?;
                filled(operation, id)
            }
        };
        let body = (operation.takes_body()).then(|| {
            let fields = Value::Object(fields);
            match operation.wrapper {
                Some(wrapper) => serde_json::json!({ wrapper: fields }).to_string(),
                None => fields.to_string(),
            }
        });
        Ok(Some(PlannedStep {
            operation: format!("{}.{}", resource.name, operation.verb),
            task: Task { target, body },
        }))
    }

    /// The path of a step on the object that the row named. The same operation
    /// keeps its query, as `force_update` was needed for a reason.
    fn named(&self, operation: &'static Operation) -> Result<String, String> {
        let target = self
            .row
            .task
            .as_ref()
            .map_or("", |task| task.target.as_str());
        if std::ptr::eq(operation, self.operation) {
            return Ok(target.to_owned());
        }
        let names = self.operation.path_values(query::split(target).0);
        let name = names.as_ref().and_then(|names| names.first());
        let name = name.ok_or("the row does not name its object")?;
        Ok(operation
            .path_parameters
            .iter()
            .fold(operation.path.to_owned(), |path, path_parameter| {
                path.replace(&format!("{{{}}}", path_parameter.name), name)
            }))
    }

    fn fields(&self, step: &UndoStep, operation: &'static Operation) -> Option<ObjectValues> {
        let takes = |name: &str| operation.body.iter().any(|field| field.name == name);
        match step.values {
            UndoValues::Nothing => Some(ObjectValues::new()),
            UndoValues::Sent => Some(self.sent.clone()),
            UndoValues::Fixed(values) => {
                let pairs = values.iter();
                Some(
                    pairs
                        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                        .collect(),
                )
            }
            UndoValues::Whole => {
                let old = self.before.iter();
                let old = old.filter(|(name, value)| takes(name) && !value.is_null());
                Some(
                    old.map(|(name, value)| (name.clone(), value.clone()))
                        .collect(),
                )
            }
            UndoValues::Changed => {
                let changed = self.changed();
                let undo: &Undo = &self.operation.undo;
                let old = self.before.iter().filter(|(name, _)| {
                    let name = name.as_str();
                    takes(name)
                        && (changed.contains(&name)
                            || undo.group_of(name).iter().any(|own| changed.contains(own)))
                });
                let fields: ObjectValues = old
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                (!fields.is_empty()).then_some(fields)
            }
            UndoValues::Fields(list) => self.old(list),
        }
    }

    /// The old values of a list; `None` where the object has them still, or had
    /// none.
    fn old(&self, list: &[OldValue]) -> Option<ObjectValues> {
        let changed = self.changed();
        let moving = self.operation.undo.moving;
        let is_left = list.iter().all(|value| {
            let field = value.field.split('.').next().unwrap_or(value.field);
            // The steps before move it along with these.
            let moves = moving.iter().any(|name| changed.contains(name));
            !changed.contains(&field) && !moves
        });
        if is_left && self.operation.action == OperationAction::Update {
            return None;
        }
        let mut fields = ObjectValues::new();
        for value in list {
            match values::at(&self.before, value.field) {
                None | Some(Value::Null) => {}
                Some(old) => {
                    fields.insert(value.parameter.to_owned(), old.clone());
                }
            }
        }
        (!fields.is_empty()).then_some(fields)
    }

    /// Fields that have another value than before.
    fn changed(&self) -> Vec<&str> {
        let fields = self.before.iter().filter(|(name, value)| {
            let after = self.after.get(*name).unwrap_or(&Value::Null);
            !values::agree(value, after)
        });
        fields.map(|(name, _)| name.as_str()).collect()
    }

    /// The steps, with the values that guard them: those of fields that the
    /// steps or the row changed.
    fn guarded(&self, steps: Vec<PlannedStep>, is_on_named: bool) -> Reversal {
        if !is_on_named {
            let is_new = steps
                .first()
                .is_some_and(|step| !step.task.target.contains(|c: char| c.is_ascii_digit()));
            return Reversal {
                steps,
                expected: (!is_new)
                    .then(|| self.after.clone())
                    .filter(|after| !after.is_empty()),
                wanted: (!is_new && self.operation.action == OperationAction::Create)
                    .then_some(Value::Null),
            };
        }
        let changed = self.changed();
        let of = |values: &ObjectValues| -> ObjectValues {
            let kept = values
                .iter()
                .filter(|(name, _)| changed.contains(&name.as_str()));
            kept.map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let expected = of(&self.after);
        Reversal {
            steps,
            wanted: (!expected.is_empty()).then(|| Value::Object(of(&self.before))),
            expected: (!expected.is_empty()).then_some(expected),
        }
    }
}

/// The path of an operation on an object.
#[must_use]
pub fn filled(operation: &Operation, id: &str) -> String {
    let id = utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
    operation
        .path_parameters
        .iter()
        .fold(operation.path.to_owned(), |path, path_parameter| {
            path.replace(&format!("{{{}}}", path_parameter.name), &id)
        })
}

#[cfg(test)]
mod tests;
