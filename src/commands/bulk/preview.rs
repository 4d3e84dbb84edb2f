//! `--dry-run` on a terminal: the first rows as they will be sent, in a table,
//! and the plan. Elsewhere, and with a format, every request is printed.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::args::Work;
use super::pass::{self, Passed, Taker};
use super::rows;
use crate::api::query;
use crate::bulk::row::{Finding, RowContent, Task};
use crate::catalog::Operation;
use crate::cli::{DryRun, Options};
use crate::error::Result;
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Rows that are shown.
const SHOWN: usize = 10;

/// Whether a dry run is for a person who looks at a table.
pub(super) fn fits(run: &Run, options: &Options, form: DryRun) -> bool {
    let asked = &options.output;
    let is_plain = asked.format.is_none() && asked.columns.is_none() && asked.out.is_none();
    form == DryRun::Request && is_plain && run.terminal.stdout
}

/// The first rows of an input.
pub(super) struct Preview {
    operation: &'static Operation,
    rows: Vec<Map<String, Value>>,
}

impl Preview {
    pub(super) const fn new(work: &Work) -> Self {
        Self {
            operation: work.operation,
            rows: Vec::new(),
        }
    }

    /// Prints the rows and the plan.
    pub(super) fn finish(
        self,
        run: &mut Run,
        options: &Options,
        work: &Work,
        passed: &Passed,
    ) -> Result<()> {
        if !self.rows.is_empty() {
            let mut keys: Vec<String> = Vec::new();
            for key in self.rows.iter().flat_map(Map::keys) {
                if !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
            let described = Described {
                keys: Some(keys),
                ..Described::default()
            };
            let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
            for row in &self.rows {
                printer.record(&Value::from(row.clone()).to_string())?;
            }
            printer.finish()?;
        }
        let plan = &passed.plan;
        let shown = self.rows.len() as u64;
        let more = plan.rows.saturating_sub(shown);
        let mut told = format!(
            "{} for {} of {}: {}; nothing was sent",
            work.named(),
            rows(plan.rows),
            passed.input,
            pass::share(plan, work.engine)
        );
        if more > 0 {
            let more = rows(more);
            let _ = write!(told, "; {more} more than shown, -o json shows all");
        }
        run.reporter.note(&told);
        Ok(())
    }
}

impl Taker for Preview {
    fn begins(&mut self, _: &mut Run, _: Option<&[String]>) -> Result<()> {
        Ok(())
    }

    fn good(&mut self, _: &mut Run, _: u64, _: &RowContent, task: &Task) -> Result<()> {
        if self.rows.len() < SHOWN {
            self.rows.push(fields(self.operation, task));
        }
        Ok(())
    }

    fn wrong(&mut self, _: u64, _: &RowContent, _: &[Finding]) -> Result<()> {
        Ok(())
    }
}

/// The values that a row sends, those of its path first.
fn fields(operation: &Operation, task: &Task) -> Map<String, Value> {
    let mut fields = Map::new();
    let (path, query) = query::split(&task.target);
    let values = operation.path_values(path).unwrap_or_default();
    for (path_parameter, value) in operation.path_parameters.iter().zip(values) {
        fields.insert(path_parameter.name.to_owned(), value.into());
    }
    if !query.is_empty() {
        fields.insert("query".to_owned(), query.into());
    }
    let body = task
        .body
        .as_deref()
        .and_then(|body| serde_json::from_str(body).ok());
    let Some(Value::Object(mut body)) = body else {
        return fields;
    };
    let inner = operation.wrapper.and_then(|wrapper| body.get_mut(wrapper));
    match inner.map(Value::take) {
        Some(Value::Object(inner)) => fields.extend(inner),
        _ => fields.extend(body),
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn row_has_the_values_of_its_path_and_of_its_body() {
        let (_, operation) = catalog::recharge::API
            .operation("customers.update")
            .unwrap();
        let task = Task {
            target: "/customers/7".to_owned(),
            body: Some("{\"phone\":\"007\",\"apply\":{\"a\":1}}".to_owned()),
        };
        assert_eq!(
            Value::from(fields(operation, &task)).to_string(),
            "{\"id\":\"7\",\"phone\":\"007\",\"apply\":{\"a\":1}}"
        );
    }
}
