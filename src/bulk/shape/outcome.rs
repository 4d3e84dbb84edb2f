//! The result of a draft: the task of its row, or findings that name columns as
//! the input does.

use super::layout::{ColumnRole, InputColumn};
use super::place::Place;
use super::{Shaped, Shaper, finding, rules};
use crate::api::request::{self, Flaw};
use crate::bulk::Engine;
use crate::bulk::row::{Finding, Task};

impl Shaper {
    /// The draft as a task, if nothing was found so far and all is there.
    pub(super) fn finished(&mut self, line: u64, mut findings: Vec<Finding>) -> Shaped {
        for (path_parameter, target) in self.draft.targets.iter().enumerate() {
            if target.is_empty() {
                let column = self.column_of(&Place::PathParameter(path_parameter));
                add_missing(&mut findings, line, column);
            }
        }
        let (operation, targets, values) = (
            self.names.operation,
            &self.draft.targets,
            &self.draft.values,
        );
        let composed = match (self.names.engine, &operation.batch) {
            (Engine::Batches, Some(batch)) => {
                request::compose_task(operation, batch, targets, values, &self.now)
            }
            _ => request::compose(operation, targets, values, &self.now),
        };
        match composed {
            Ok(request) if findings.is_empty() => {
                let breaches = rules::breaches(&self.draft);
                if breaches.is_empty() {
                    self.remarks.take(line, &self.draft);
                    return Shaped::Task(Task {
                        target: request.target(),
                        body: request.body,
                    });
                }
                let broken = breaches.into_iter().map(|breach| {
                    let column = self.column_at(breach.path);
                    finding(line, Some(column), &breach.value, breach.problem)
                });
                Shaped::Wrong(broken.collect())
            }
            Ok(_) => Shaped::Wrong(findings),
            Err(flaw) => {
                self.explain(line, flaw, &mut findings);
                Shaped::Wrong(findings)
            }
        }
    }

    fn explain(&self, line: u64, flaw: Flaw, findings: &mut Vec<Finding>) {
        match flaw {
            Flaw::Missing(parameters) => {
                for parameter in parameters {
                    add_missing(findings, line, self.column_of(&Place::Whole(parameter)));
                }
            }
            // Whatever else is wrong may come of what was found.
            _ if !findings.is_empty() => {}
            Flaw::Nothing => {
                findings.push(finding(line, None, "", NOTHING.to_owned()));
            }
            Flaw::Field {
                name: path,
                value,
                reason,
            }
            | Flaw::Set {
                path,
                value,
                reason,
            } => findings.push(finding(line, Some(self.column_at(&path)), &value, reason)),
            Flaw::Other(error) => {
                findings.push(finding(line, None, "", error.message));
            }
        }
    }

    /// The name of the column whose cells come to a path in the body.
    fn column_at<'a>(&'a self, path: &'a str) -> &'a str {
        let there = |column: &&InputColumn| match &column.role {
            ColumnRole::At(place) => place.path() == path,
            _ => false,
        };
        let column = self.columns.iter().find(there);
        column.map_or(path, |column| column.name.as_str())
    }

    /// The name of the column for a place, as the input has it; or else as
    /// the API has it.
    pub(super) fn column_of(&self, place: &Place) -> &str {
        let found = self
            .columns
            .iter()
            .find(|column| matches!(&column.role, ColumnRole::At(other) if other.clashes(place)));
        match (found, place) {
            (Some(column), _) => &column.name,
            (None, Place::PathParameter(path_parameter)) => {
                self.names.path_parameter_name(*path_parameter)
            }
            (None, _) => place.parameter().map_or("", |parameter| parameter.name),
        }
    }
}

/// The problem of a row that would change nothing.
const NOTHING: &str = "nothing to change";

pub(super) fn is_nothing(findings: &[Finding]) -> bool {
    matches!(findings, [only] if only.problem == NOTHING && only.column.is_none())
}

fn add_missing(findings: &mut Vec<Finding>, line: u64, column: &str) {
    let known = |finding: &Finding| finding.column.as_deref() == Some(column);
    if !findings.iter().any(known) {
        findings.push(finding(
            line,
            Some(column),
            "",
            "required, but empty".to_owned(),
        ));
    }
}
