//! Shaping: the cells of a row find their places in a request, and are
//! checked on the way.
//!
//! Takes an operation, a header and rows; returns for each row the task that it
//! asks for, or what is wrong with it, by line and column. `names` interprets
//! column names, `words` and `draft` interpret texts, and
//! [`crate::api::request`] decides whether the result is a request. `check`
//! looks at rows together, `template` goes the other way. Pure: no files, no
//! network.

mod boolean_words;
mod calendar;
mod check;
mod currency;
mod draft;
mod layout;
mod letters;
mod lookup_column;
mod mapping;
mod misread;
mod months;
mod names;
mod numeral;
mod object;
mod outcome;
mod part_rules;
mod place;
mod postal;
mod remarks;
mod rules;
mod scripts;
mod seen_keys;
mod slips;
mod synonyms;
mod template;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeSet, HashMap};

use csv::StringRecord;

use super::Engine;
use super::row::{CellMark, Finding, InputRow, MarkedCell, RowContent, Task};
use crate::api::request::{self, Now};
use crate::catalog::{Operation, Resource};
use crate::error::{Error, Result};
use crate::excerpt::shortened;
use crate::filter::Jq;

pub use calendar::DateOrder;
pub use check::{CheckCounts, Checker};
pub use lookup_column::LookupColumn;
pub use mapping::{Mapping, ProposedColumn, as_flags, propose};
pub use numeral::DecimalMark;
pub use template::template;

use draft::{DraftMark, RowDraft};
use layout::{ColumnRole, InputColumn};
use names::Names;
use place::Place;
use remarks::Remarks;

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
    /// The decimal mark of amounts in cells (`--decimal ,`).
    pub decimal: Option<DecimalMark>,
    /// The order of dates in cells (`--dates dmy`).
    pub dates: Option<DateOrder>,
    /// Columns whose values are looked up; the map has their names, too.
    pub lookups: Vec<LookupColumn>,
}

/// The result of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shaped {
    /// It asks for this.
    Task(Task),
    /// It cannot be.
    Wrong(Vec<Finding>),
    /// The filter gave nothing for it.
    LeftOut,
    /// All cells that could change something are empty.
    Unchanged,
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
    /// Values that lost the blanks around them, and the line of the first.
    trimmed: (u64, u64),
    /// Rows with a day in the past that the API refuses: how many, the line of
    /// the first, and its column.
    past: (u64, u64, String),
    remarks: Remarks,
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
            let places: Vec<&Place> = columns
                .iter()
                .filter_map(InputColumn::place)
                .chain(constants.iter().map(|(_, place, _)| place))
                .collect();
            layout::complete(&names, &columns, &places)?;
            columns
        };
        let mut draft = start(operation, &constants, shaping.null.as_deref())?;
        draft.decimal = shaping.decimal;
        draft.dates = shaping.dates;
        Ok(Self {
            left: columns.iter().filter_map(left_out).collect(),
            start: draft.mark(),
            remarks: Remarks::new(&now),
            names,
            shaping,
            now,
            header,
            columns,
            constants,
            draft,
            keys: HashMap::new(),
            trimmed: (0, 0),
            past: (0, 0, String::new()),
        })
    }

    /// What the user should be informed of columns: of objects, those that were
    /// met so far.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.left.is_empty() {
            let names: Vec<&str> = self.left.iter().map(String::as_str).collect();
            let (plural, are) = if names.len() == 1 {
                ("", "is")
            } else {
                ("s", "are")
            };
            notes.push(format!(
                "column{plural} {} {are} left out: {} {} takes no such value",
                names.join(", "),
                self.names.resource.name,
                crate::catalog::kebab(self.names.operation.verb),
            ));
            notes.extend(synonyms::elsewhere(&self.names, &names));
            notes.extend(synonyms::in_parts(&self.names, &names));
        }
        let (count, line) = self.trimmed;
        if count > 0 {
            let values = if count == 1 {
                "1 value"
            } else {
                &format!("{count} values")
            };
            notes.push(format!(
                "the spaces around {values} are removed, first on line {line}"
            ));
        }
        let (count, line, column) = &self.past;
        if *count > 0 {
            let rows = if *count == 1 {
                "1 row has".to_owned()
            } else {
                format!("{count} rows have")
            };
            notes.push(format!(
                "{rows} a day in the past as {column}, which the API refuses, first on line {line}"
            ));
        }
        notes.extend(self.remarks.notes());
        notes
    }

    /// The operation whose tasks it makes.
    #[must_use]
    pub const fn operation(&self) -> &'static Operation {
        self.names.operation
    }

    /// Gives back the lookups, with the values that rows had.
    #[must_use]
    pub fn into_lookups(self) -> Vec<LookupColumn> {
        self.shaping.lookups
    }

    /// Makes the task that a row asks for.
    pub fn shape(&mut self, row: &InputRow<'_>) -> Shaped {
        let shaped = self.shaped(row);
        if let Shaped::Task(task) = &shaped
            && let Some(parameter) =
                request::past_day(self.names.operation, task.body.as_deref(), &self.now)
        {
            if self.past.0 == 0 {
                let column = self.column_of(&Place::Whole(parameter)).to_owned();
                self.past = (0, row.line, column);
            }
            self.past.0 += 1;
        }
        shaped
    }

    fn shaped(&mut self, row: &InputRow<'_>) -> Shaped {
        self.draft.back_to(&self.start);
        let line = row.line;
        match (&row.content, self.shaping.jq.is_some()) {
            (RowContent::Unusable { text, reason }, _) => {
                Shaped::Wrong(vec![finding(line, None, text, reason.clone())])
            }
            (RowContent::Cells(cells), false) => self.cells(line, cells, &[]),
            (RowContent::Marked(cells, marks), false) => self.cells(line, cells, marks),
            (RowContent::Cells(cells), true) => {
                let object = object::of_cells(&self.header, cells);
                self.filtered(line, &object, true)
            }
            (RowContent::Marked(cells, marks), true) => self.filtered_marked(line, cells, marks),
            (RowContent::Object(text), false) => self.object(line, text, false),
            (RowContent::Object(text), true) => self.filtered(line, text, false),
        }
    }

    fn cells(&mut self, line: u64, cells: &StringRecord, marks: &[MarkedCell]) -> Shaped {
        let mut findings = Vec::new();
        let null = self.shaping.null.clone();
        let null = null.as_deref();
        for (at, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            let mark = marks.iter().find(|marked| marked.column == at);
            let mark = mark.map(|marked| &marked.mark);
            let put = match (&column.role, mark, column.lookup) {
                (ColumnRole::Left | ColumnRole::Unwanted, _, _) => continue,
                (_, Some(CellMark::Fault(problem)), _) => Err(problem.clone()),
                (ColumnRole::At(place), Some(_), _) => self.draft.percent(place, cell),
                (ColumnRole::Nameless, _, _) if cell.trim().is_empty() => continue,
                (ColumnRole::Nameless, _, _) => {
                    Err("a value in a column without a name".to_owned())
                }
                (ColumnRole::At(place), None, Some(lookup)) => {
                    let table = &mut self.shaping.lookups[lookup].table;
                    self.draft.looked_up(place, cell, table)
                }
                (ColumnRole::At(place), None, None) if null == Some(cell) => self.draft.null(place),
                (ColumnRole::At(place), None, None) => self.draft.cell(place, cell),
            };
            if let Err(problem) = put {
                findings.push(finding(line, Some(&column.name), cell, problem));
            }
        }
        self.count_trimmed(line);
        match self.finished(line, findings) {
            // A list that was exported has empty cells for what is not set.
            Shaped::Wrong(findings) if outcome::is_nothing(&findings) => Shaped::Unchanged,
            shaped => shaped,
        }
    }

    fn count_trimmed(&mut self, line: u64) {
        if self.draft.trimmed {
            if self.trimmed.0 == 0 {
                self.trimmed.1 = line;
            }
            self.trimmed.0 += 1;
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
        let is_known = || layout::role(&names, name, &map).1;
        !name.trim().is_empty() && (is_known() || synonyms::of_heading(&names, name).is_some())
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

fn left_out(column: &InputColumn) -> Option<String> {
    matches!(column.role, ColumnRole::Left).then(|| column.name.clone())
}

fn finding(line: u64, column: Option<&str>, value: &str, problem: String) -> Finding {
    Finding {
        line,
        column: column.map(str::to_owned),
        value: shortened(value, LONGEST).into_owned(),
        problem,
    }
}
