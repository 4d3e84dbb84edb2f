//! Changes: what a selected object is to become, as a row of a job. Pure.
//!
//! Takes a record and new values; returns the request and the values that the
//! object has now. Rows that change nothing are left out.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::row::{InputRow, RowContent, Task};
use super::shape::{Shaped, Shaper};
use super::values::{self, ObjectValues};
use crate::catalog::{FieldKind, Operation, Resource, UndoValues, kebab};
use crate::error::{Error, Result};
use crate::filter::{Jq, write_json};
use crate::nearest::{Similarity, nearest};
use crate::stats::Decimal;

/// The field that says how far an object is; most objects have it.
const STATUS: &str = "status";

/// Rows that a summary shows.
const FIRST: usize = 5;

/// Most fields that a summary counts.
const MOST_FIELDS: usize = 64;

/// A change of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// The id of the object.
    pub id: String,
    /// The request.
    pub task: Task,
    /// The values that it has now, of the fields that change and its status.
    pub before: ObjectValues,
    /// The new values.
    pub after: ObjectValues,
}

/// Makes changes of records.
#[derive(Debug)]
pub struct Changer {
    resource: &'static Resource,
    operation: &'static Operation,
    shaper: Shaper,
    /// The filter that computes new values (`--set-jq`).
    computed: Option<Jq>,
    /// Rows so far.
    line: u64,
}

impl Changer {
    /// Changes by an operation. The shaper has the values that all rows share.
    #[must_use]
    pub const fn new(
        resource: &'static Resource,
        operation: &'static Operation,
        shaper: Shaper,
        computed: Option<Jq>,
    ) -> Self {
        Self {
            resource,
            operation,
            shaper,
            computed,
            line: 0,
        }
    }

    /// The change of a record; `None` where it is as it shall be.
    ///
    /// # Errors
    /// Of kind `Usage`: the filter fails, or its values cannot be sent.
    pub fn change(&mut self, id: &str, record: &Value) -> Result<Option<ChangeRow>> {
        self.line += 1;
        let mut row = Map::new();
        for path_parameter in self.operation.path_parameters {
            row.insert(path_parameter.name.to_owned(), id.into());
        }
        for (name, value) in self.computed(id, record)? {
            check_field(self.resource, self.operation, &name)
                .map_err(|why| self.wrong(id, &format!("--set-jq: {why}")))?;
            row.insert(name, value);
        }
        let text = Value::Object(row).to_string();
        let shaped = self.shaper.shape(&InputRow {
            line: self.line,
            content: RowContent::Object(&text),
        });
        let task = match shaped {
            Shaped::Task(task) => task,
            Shaped::LeftOut | Shaped::Unchanged => return Ok(None),
            Shaped::Wrong(findings) => {
                let parts: Vec<String> = findings.iter().map(in_words).collect();
                return Err(self.wrong(id, &parts.join("; ")));
            }
        };
        let after = values::intended(self.resource, self.operation, task.body.as_deref());
        let mut names: Vec<&str> = after.keys().map(String::as_str).collect();
        if self.resource.object.field(STATUS).is_some() && !names.contains(&STATUS) {
            names.push(STATUS);
        }
        let before = values::values_of(record, &names);
        if self.is_so_already(&before, &after) {
            return Ok(None);
        }
        Ok(Some(ChangeRow {
            id: id.to_owned(),
            task,
            before,
            after,
        }))
    }

    /// Whether the object has the new values, or the status that the operation
    /// leaves.
    fn is_so_already(&self, before: &ObjectValues, after: &ObjectValues) -> bool {
        let has = |field: &str, value: &Value| {
            before
                .get(field)
                .is_some_and(|old| values::agree(old, value))
        };
        let left = self.operation.leaves;
        if !left.is_empty() {
            return left
                .iter()
                .all(|(field, value)| has(field, &(*value).into()));
        }
        !after.is_empty() && after.iter().all(|(field, value)| has(field, value))
    }

    fn computed(&self, id: &str, record: &Value) -> Result<ObjectValues> {
        let Some(jq) = &self.computed else {
            return Ok(ObjectValues::new());
        };
        let mut results = Vec::new();
        let ran = jq.run(record.to_string().as_bytes(), &mut |value| {
            let mut text = String::new();
            write_json(value, &mut text)?;
            results.push(text);
            Ok(())
        });
        ran.map_err(|error| self.wrong(id, &format!("--set-jq: {error}")))?;
        match results.as_slice() {
            [] => Ok(ObjectValues::new()),
            [one] => serde_json::from_str(one).map_err(|_| {
                self.wrong(
                    id,
                    &format!("--set-jq gave {one}, which is not an object of fields"),
                )
            }),
            more => Err(self.wrong(
                id,
                &format!("--set-jq gave {} results; expected one", more.len()),
            )),
        }
    }

    fn wrong(&self, id: &str, why: &str) -> Error {
        let singular = self.resource.singular.replace('_', " ");
        Error::usage(format!("{singular} {id}: {why}; nothing was sent"))
    }
}

fn in_words(finding: &super::row::Finding) -> String {
    match &finding.column {
        Some(column) if !finding.value.is_empty() => {
            format!("{column}: {}: {}", finding.value, finding.problem)
        }
        Some(column) => format!("{column}: {}", finding.problem),
        None => finding.problem.clone(),
    }
}

/// Whether an operation takes a field, which may be a part of one.
///
/// # Errors
/// Why it does not, with the command that sets the field, if there is one.
pub fn check_field(
    resource: &'static Resource,
    operation: &'static Operation,
    name: &str,
) -> std::result::Result<(), String> {
    let first = name.split('.').next().unwrap_or(name);
    let is = |own: &str| own == first || kebab(own) == first;
    let takes = operation
        .flags()
        .any(|field| is(field.name) || field.flag_name() == first);
    if takes {
        return Ok(());
    }
    let verb = format!("{} {}", kebab(resource.name), kebab(operation.verb));
    let others: Vec<String> = setters(resource, operation, first);
    if !others.is_empty() {
        return Err(format!(
            "{verb} does not set {first}; {} does",
            others.join(" or ")
        ));
    }
    if resource.object.field(first).is_some() {
        return Err(format!(
            "{verb} does not set {first}, and no other command does"
        ));
    }
    let known: Vec<&str> = operation.flags().map(|field| field.name).collect();
    Err(match nearest(first, known, Similarity::Usual) {
        Some(near) => format!("{verb} takes no field {first}; did you mean {near}?"),
        None => format!("{verb} takes no field {first}"),
    })
}

/// The commands that set a field of existing objects.
fn setters(resource: &'static Resource, not: &Operation, field: &str) -> Vec<String> {
    let sets = |operation: &Operation| {
        let by_step = operation.undo.list().iter().any(|step| match step.values {
            UndoValues::Fields(list) => list.iter().any(|value| {
                value.field == field && operation.body.iter().any(|own| own.name == value.parameter)
            }),
            _ => false,
        });
        let by_name = operation.body.iter().any(|own| own.name == field);
        by_step || by_name || operation.leaves.iter().any(|(left, _)| *left == field)
    };
    let others = resource.operations.iter().copied();
    others
        .filter(|operation| {
            !std::ptr::eq(*operation, not)
                && operation.path_parameters.len() == 1
                && sets(operation)
        })
        .map(|operation| format!("rc bulk {} {}", kebab(resource.name), kebab(operation.verb)))
        .collect()
}

/// What a plan comes to: counts, sums and the first rows.
#[derive(Debug, Default)]
pub struct ChangeSummary {
    /// Rows.
    pub rows: u64,
    /// Objects that are as they shall be.
    pub unchanged: u64,
    fields: Vec<FieldSummary>,
    first: Vec<String>,
}

#[derive(Debug)]
struct FieldSummary {
    name: String,
    rows: u64,
    /// Sums of numbers before and after; `None` once a value is not a number.
    sums: Option<(Decimal, Decimal)>,
}

impl ChangeSummary {
    /// Counts a row.
    pub fn take(&mut self, resource: &Resource, row: &ChangeRow) {
        self.rows += 1;
        let mut parts = Vec::new();
        for (name, new) in &row.after {
            let old = row.before.get(name).unwrap_or(&Value::Null);
            if values::agree(old, new) {
                continue;
            }
            self.count(resource, name, old, new);
            parts.push(format!(
                "{name} {} → {}",
                values::shown(old),
                values::shown(new)
            ));
        }
        if self.first.len() < FIRST {
            self.first.push(format!("{}: {}", row.id, parts.join(", ")));
        }
    }

    fn count(&mut self, resource: &Resource, name: &str, old: &Value, new: &Value) {
        let is_number = resource
            .object
            .field(name)
            .is_some_and(|field| matches!(field.kind, FieldKind::Money | FieldKind::Integer));
        let at = self.fields.iter().position(|field| field.name == name);
        let at = match at {
            Some(at) => at,
            None if self.fields.len() == MOST_FIELDS => return,
            None => {
                self.fields.push(FieldSummary {
                    name: name.to_owned(),
                    rows: 0,
                    sums: is_number.then(Default::default),
                });
                self.fields.len() - 1
            }
        };
        let field = &mut self.fields[at];
        field.rows += 1;
        let number = |value: &Value| match value {
            Value::String(text) => Decimal::parse(text),
            Value::Number(number) => Decimal::parse(&number.to_string()),
            _ => None,
        };
        field.sums = field.sums.and_then(|(before, after)| {
            Some((before.plus(number(old)?)?, after.plus(number(new)?)?))
        });
    }

    /// `price: 3 rows, sum 30.00 → 31.50`, and the first rows.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for field in &self.fields {
            let rows = if field.rows == 1 { "row" } else { "rows" };
            let mut line = format!("{}: {} {rows}", field.name, field.rows);
            if let Some((before, after)) = field.sums {
                let _ = write!(line, ", sum {before} → {after}");
            }
            lines.push(line);
        }
        lines.extend(self.first.iter().map(|row| format!("  {row}")));
        let more = self.rows - self.first.len() as u64;
        if more > 0 {
            lines.push(format!("  … and {more} more"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;

    #[test]
    fn a_field_that_another_command_sets_is_refused_with_that_command() {
        let (resource, update) = API.operation("subscriptions.update").unwrap();
        for name in [
            "price",
            "quantity",
            "external_variant_id.ecommerce",
            "order-every",
        ] {
            assert_eq!(check_field(resource, update, name), Ok(()), "{name}");
        }
        for (name, says) in [
            (
                "status",
                "does not set status; rc bulk subscriptions activate or rc bulk subscriptions \
                 cancel does",
            ),
            (
                "next_charge_scheduled_at",
                "rc bulk subscriptions set-next-charge-date does",
            ),
            ("created_at", "no other command does"),
            ("prize", "did you mean price?"),
            ("zzz", "takes no field zzz"),
        ] {
            let why = check_field(resource, update, name).unwrap_err();
            assert!(why.contains(says), "{name}: {why}");
        }
    }
}
