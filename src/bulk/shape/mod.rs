//! Shaping: the cells of a row find their places in a request, and are
//! checked on the way.
//!
//! In come an operation, a header and rows; out comes for each row the task
//! that it asks for, or what is wrong with it, by line and column. What a name
//! means is in `names`, what a text says in `words` and `draft`, and whether
//! all of it makes a request is for [`crate::api::request`] to say. `check` looks
//! at rows together, `template` goes the other way. Pure: no files, no
//! network.

mod check;
mod draft;
mod layout;
mod names;
mod object;
mod place;
mod seen_keys;
mod slips;
mod template;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeSet, HashMap};

use csv::StringRecord;

use super::Engine;
use super::row::{Finding, InputRow, RowContent, Task};
use crate::api::request::{self, Flaw, Now};
use crate::catalog::{Operation, Resource};
use crate::error::{Error, Result};
use crate::excerpt::shortened;
use crate::filter::Jq;

pub use check::{CheckCounts, Checker};
pub use template::template;

use draft::{DraftMark, RowDraft};
use layout::{ColumnRole, InputColumn};
use names::Names;
use place::Place;

/// Longest value that a finding shows, in letters.
const LONGEST: usize = 60;

/// How the user wants rows to be understood.
#[derive(Debug, Default)]
pub struct Shaping {
    /// Other names for columns (`--map 'Promo Code=code'`); an empty one
    /// leaves the column out.
    pub map: Vec<(String, String)>,
    /// Columns that every row has (`--const status=enabled`).
    pub constants: Vec<(String, String)>,
    /// The text that means null.
    pub null: Option<String>,
    /// What reshapes each row before it is looked at.
    pub jq: Option<Jq>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shaped {
    /// It asks for this.
    Task(Task),
    /// It cannot be.
    Wrong(Vec<Finding>),
    /// The filter gave nothing for it.
    LeftOut,
}

/// Makes tasks of rows.
#[derive(Debug)]
pub struct Shaper {
    names: Names,
    shaping: Shaping,
    now: Now,
    header: Vec<String>,
    columns: Vec<InputColumn>,
    constants: Vec<(String, Place, String)>,
    draft: RowDraft,
    start: DraftMark,
    /// What keys of objects mean, as far as they were met.
    keys: HashMap<String, object::KeyMeaning>,
    left: BTreeSet<String>,
}

impl Shaper {
    /// Gives each column its place in the request. Without a header rows are
    /// objects, and with a filter they become such: then each row's keys are
    /// looked at for themselves.
    ///
    /// # Errors
    /// Of kind `Usage`: unknown columns, two for one place, a required one
    /// that is missing, a map or a constant that cannot be.
    pub fn new(
        resource: &'static Resource,
        operation: &'static Operation,
        engine: Engine,
        header: Option<&[String]>,
        shaping: Shaping,
        now: Now,
    ) -> Result<Self> {
        let names = Names {
            resource,
            operation,
            engine,
        };
        layout::maps(&names, &shaping.map)?;
        let constants = layout::constants(&names, &shaping)?;
        let header = header.unwrap_or_default().to_vec();
        let columns = if header.is_empty() || shaping.jq.is_some() {
            layout::clashes(&[], &constants)?;
            Vec::new()
        } else {
            let columns = layout::columns(&names, &header, &shaping)?;
            layout::clashes(&columns, &constants)?;
            let places: Vec<&Place> = placed(&columns)
                .chain(constants.iter().map(|(_, place, _)| place))
                .collect();
            layout::complete(&names, &places)?;
            columns
        };
        let draft = start(operation, &constants, shaping.null.as_deref())?;
        Ok(Self {
            left: columns.iter().filter_map(left_out).collect(),
            start: draft.mark(),
            names,
            shaping,
            now,
            header,
            columns,
            constants,
            draft,
            keys: HashMap::new(),
        })
    }

    /// What the user should be told of columns: of objects, those that were
    /// met so far.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        if self.left.is_empty() {
            return Vec::new();
        }
        let names: Vec<&str> = self.left.iter().map(String::as_str).collect();
        let (plural, are) = if names.len() == 1 {
            ("", "is")
        } else {
            ("s", "are")
        };
        vec![format!(
            "column{plural} {} {are} left out: {} {} takes no such value",
            names.join(", "),
            self.names.resource.name,
            crate::catalog::kebab(self.names.operation.verb),
        )]
    }

    /// The operation whose tasks it makes.
    #[must_use]
    pub const fn operation(&self) -> &'static Operation {
        self.names.operation
    }

    /// Makes the task that a row asks for.
    pub fn shape(&mut self, row: &InputRow<'_>) -> Shaped {
        self.draft.back_to(&self.start);
        let line = row.line;
        match (&row.content, self.shaping.jq.is_some()) {
            (RowContent::Unusable { text, reason }, _) => {
                Shaped::Wrong(vec![finding(line, None, text, reason.clone())])
            }
            (RowContent::Cells(cells), false) => self.cells(line, cells),
            (RowContent::Cells(cells), true) => {
                let object = object::of_cells(&self.header, cells);
                self.filtered(line, &object, true)
            }
            (RowContent::Object(text), false) => self.object(line, text, false),
            (RowContent::Object(text), true) => self.filtered(line, text, false),
        }
    }

    fn cells(&mut self, line: u64, cells: &StringRecord) -> Shaped {
        let mut findings = Vec::new();
        let null = self.shaping.null.as_deref();
        for (column, cell) in self.columns.iter().zip(cells) {
            let put = match &column.role {
                ColumnRole::Left | ColumnRole::Unwanted => continue,
                ColumnRole::Nameless if cell.trim().is_empty() => continue,
                ColumnRole::Nameless => Err("a value in a column without a name".to_owned()),
                ColumnRole::At(place) if null == Some(cell) => self.draft.null(place),
                ColumnRole::At(place) => self.draft.cell(place, cell),
            };
            if let Err(problem) = put {
                findings.push(finding(line, Some(&column.name), cell, problem));
            }
        }
        self.finished(line, findings)
    }

    /// The draft as a task, if nothing was found so far and all is there.
    fn finished(&self, line: u64, mut findings: Vec<Finding>) -> Shaped {
        for (hole, target) in self.draft.targets.iter().enumerate() {
            if target.is_empty() {
                let column = self.column_of(&Place::Hole(hole));
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
            Ok(request) if findings.is_empty() => Shaped::Task(Task {
                target: request.target(),
                body: request.body,
            }),
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
                findings.push(finding(line, None, "", "nothing to change".to_owned()));
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
    fn column_of(&self, place: &Place) -> &str {
        let found = self
            .columns
            .iter()
            .find(|column| matches!(&column.role, ColumnRole::At(other) if other.clashes(place)));
        match (found, place) {
            (Some(column), _) => &column.name,
            (None, Place::Hole(hole)) => self.names.hole_name(*hole),
            (None, _) => place.parameter().map_or("", |parameter| parameter.name),
        }
    }
}

/// Whether a name of a header means something to the operation: for finding
/// out how a file is delimited.
pub fn familiar(
    resource: &'static Resource,
    operation: &'static Operation,
    map: &[(String, String)],
) -> impl Fn(&str) -> bool + use<> {
    let engine = Engine::of(operation);
    let map = map.to_vec();
    move |name| {
        let names = Names {
            resource,
            operation,
            engine,
        };
        !name.trim().is_empty() && layout::role(&names, name, &map).1
    }
}

/// The draft that every row begins with: what constants give.
fn start(
    operation: &'static Operation,
    constants: &[(String, Place, String)],
    null: Option<&str>,
) -> Result<RowDraft> {
    let mut draft = RowDraft::new(operation);
    for (name, place, value) in constants {
        let put = if null == Some(value) {
            draft.null(place)
        } else {
            draft.text_at(place, value)
        };
        put.map_err(|reason| Error::usage(format!("--const {name}={value}: {reason}")))?;
    }
    Ok(draft)
}

fn placed(columns: &[InputColumn]) -> impl Iterator<Item = &Place> {
    columns.iter().filter_map(|column| match &column.role {
        ColumnRole::At(place) => Some(place),
        _ => None,
    })
}

fn left_out(column: &InputColumn) -> Option<String> {
    matches!(column.role, ColumnRole::Left).then(|| column.name.clone())
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

fn finding(line: u64, column: Option<&str>, value: &str, problem: String) -> Finding {
    Finding {
        line,
        column: column.map(str::to_owned),
        value: shortened(value, LONGEST).into_owned(),
        problem,
    }
}
