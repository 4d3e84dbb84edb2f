//! Counts and adds up records, one at a time: a few numbers for each group.
//!
//! Records come in as JSON text, of which only the fields of the plan are
//! parsed. A value that is not a number or no time is counted and reported,
//! never guessed.

use std::collections::HashMap;

use super::calendar::day_of;
use super::decimal::Decimal;
use super::figures::Figures;
use super::plan::{Group, StatsPlan};
use crate::error::{Error, Result};
use crate::filter::{Cell, Misfit};

/// The maximum number of groups: about ten megabytes of memory.
pub const MOST_GROUPS: usize = 50_000;

/// The numbers of a group.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    pub(super) count: u64,
    /// One for each field that is added up.
    pub(super) fields: Box<[FieldSums]>,
}

/// The numbers of one field in a group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FieldSums {
    /// The number of values.
    pub(super) numbers: u64,
    pub(super) sum: Decimal,
    pub(super) least: Decimal,
    pub(super) most: Decimal,
}

impl Sums {
    pub(super) fn of(fields: usize) -> Self {
        Self {
            count: 0,
            fields: vec![FieldSums::default(); fields].into(),
        }
    }

    /// Adds a record with these numbers.
    ///
    /// # Errors
    /// The index of a sum that becomes too large.
    fn take(&mut self, numbers: &[Option<Decimal>]) -> Result<(), usize> {
        self.count += 1;
        for (at, (field, number)) in self.fields.iter_mut().zip(numbers).enumerate() {
            if let Some(number) = number {
                let one = FieldSums {
                    numbers: 1,
                    sum: *number,
                    least: *number,
                    most: *number,
                };
                field.join(one).ok_or(at)?;
            }
        }
        Ok(())
    }

    /// Adds another group. `None` when a sum becomes too large.
    pub(super) fn join(&mut self, other: &Self) -> Option<()> {
        self.count += other.count;
        let mut pairs = self.fields.iter_mut().zip(&other.fields);
        pairs.try_for_each(|(field, other)| field.join(*other))
    }
}

impl FieldSums {
    fn join(&mut self, other: Self) -> Option<()> {
        if other.numbers == 0 {
            return Some(());
        }
        if self.numbers == 0 {
            *self = other;
            return Some(());
        }
        self.numbers += other.numbers;
        self.sum = self.sum.plus(other.sum)?;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        Some(())
    }
}

/// Counts and adds up records by group.
#[derive(Debug)]
pub struct GroupTally {
    plan: StatsPlan,
    most: usize,
    /// By the key as a JSON list.
    groups: HashMap<Box<str>, Sums>,
    /// The records of groups beyond the maximum.
    other: Sums,
    total: Sums,
    /// One for each column.
    seen: Vec<ColumnUse>,
    key: String,
    numbers: Vec<Option<Decimal>>,
}

/// Whether any record has a value in a column, and how many have one that cannot
/// be used.
#[derive(Debug, Clone, Copy, Default)]
struct ColumnUse {
    values: bool,
    useless: u64,
}

impl GroupTally {
    /// A tally without records.
    #[must_use]
    pub fn new(plan: StatsPlan) -> Self {
        Self::with_room(plan, MOST_GROUPS)
    }

    /// As [`GroupTally::new`], with another maximum number of groups.
    #[must_use]
    pub fn with_room(plan: StatsPlan, most: usize) -> Self {
        let fields = plan.fields.len();
        Self {
            most,
            groups: HashMap::new(),
            other: Sums::of(fields),
            total: Sums::of(fields),
            seen: vec![ColumnUse::default(); plan.columns.list().len()],
            key: String::new(),
            numbers: Vec::new(),
            plan,
        }
    }

    /// The number of records so far.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.total.count
    }

    /// Adds a record.
    ///
    /// # Errors
    /// The record is not an object, there are too many groups and the plan does
    /// not merge the rest, or a sum becomes too large to be exact.
    pub fn take(&mut self, record: &str) -> Result<()> {
        let number = self.total.count + 1;
        let mut cells = Vec::new();
        if !self.plan.columns.list().is_empty() {
            let extracted = self.plan.columns.extract(record, &mut cells);
            extracted.map_err(|misfit| unreadable(number, misfit))?;
        }
        for (seen, cell) in self.seen.iter_mut().zip(&cells) {
            seen.values |= *cell != Cell::Empty;
        }
        self.write_key(&cells);
        self.read_numbers(&cells);
        let room = self.groups.len() < self.most;
        let sums = match self.groups.get_mut(self.key.as_str()) {
            Some(sums) => sums,
            None if room => self
                .groups
                .entry(self.key.as_str().into())
                .or_insert_with(|| Sums::of(self.plan.fields.len())),
            None if self.plan.top.is_some() => &mut self.other,
            None => return Err(self.too_many()),
        };
        sums.take(&self.numbers)
            .and_then(|()| self.total.take(&self.numbers))
            .map_err(|field| self.too_large(field))
    }

    /// The figures of all records.
    ///
    /// # Errors
    /// A sum becomes too large to be exact.
    pub fn finish(self) -> Result<Figures> {
        let notes = self.notes();
        Figures::of(self.plan, self.groups, self.other, self.total, notes)
    }

    /// Notes for the user.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (column, seen) in self.plan.columns.list().iter().zip(&self.seen) {
            let name = &column.name;
            if self.total.count > 0 && !seen.values {
                notes.push(format!("no record has anything at `{name}`"));
            }
            if seen.useless > 0 {
                let records = if seen.useless == 1 {
                    "record"
                } else {
                    "records"
                };
                notes.push(format!(
                    "`{name}` of {} {records} cannot be used, and was left out",
                    seen.useless
                ));
            }
        }
        if self.other.count > 0 {
            notes.push(format!(
                "the first {} groups are separate; {} records of later groups are combined",
                self.most, self.other.count
            ));
        }
        notes
    }

    /// Writes the key of a record as a JSON list.
    fn write_key(&mut self, cells: &[Cell]) {
        self.key.clear();
        self.key.push('[');
        for (at, group) in self.plan.groups.iter().enumerate() {
            if at > 0 {
                self.key.push(',');
            }
            let cell = cells.get(group.column).unwrap_or(&Cell::Empty);
            match label(group, cell, &self.plan) {
                Some(label) => write_text(&label, &mut self.key),
                None if group.span.is_some() => {
                    self.seen[group.column].useless += u64::from(*cell != Cell::Empty);
                    self.key.push_str("null");
                }
                None => write_value(cell, &mut self.key),
            }
        }
        self.key.push(']');
    }

    fn read_numbers(&mut self, cells: &[Cell]) {
        self.numbers.clear();
        for column in &self.plan.fields {
            let number = match cells.get(*column) {
                None | Some(Cell::Empty) => None,
                Some(cell @ (Cell::Number(_) | Cell::Text(_))) => {
                    let number = Decimal::parse(cell.text());
                    self.seen[*column].useless += u64::from(number.is_none());
                    number
                }
                Some(_) => {
                    self.seen[*column].useless += 1;
                    None
                }
            };
            self.numbers.push(number);
        }
    }

    fn too_many(&self) -> Error {
        let by: Vec<&str> = self.plan.groups.iter().map(|group| &*group.name).collect();
        Error::unexpected(format!(
            "there are more than {} groups by {}",
            self.most,
            by.join(",")
        ))
        .hint("--top 20 shows the largest, and combines the others")
    }

    fn too_large(&self, field: usize) -> Error {
        let columns = self.plan.columns.list();
        let column = self.plan.fields.get(field).and_then(|at| columns.get(*at));
        let name = column.map_or("it", |column| &column.name);
        Error::unexpected(format!("the sum of `{name}` is too large to be exact"))
    }
}

/// The label of the period that a record belongs to.
fn label(group: &Group, cell: &Cell, plan: &StatsPlan) -> Option<String> {
    let Cell::Text(text) = cell else {
        return None;
    };
    Some(group.span?.label(day_of(text, &plan.zone)?))
}

fn write_value(cell: &Cell, out: &mut String) {
    match cell {
        Cell::Empty => out.push_str("null"),
        Cell::Bool(_) | Cell::Number(_) | Cell::Json(_) => out.push_str(cell.text()),
        Cell::Text(text) => write_text(text, out),
    }
}

fn write_text(text: &str, out: &mut String) {
    if text
        .bytes()
        .all(|byte| byte >= 0x20 && !matches!(byte, b'"' | b'\\'))
    {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

fn unreadable(number: u64, misfit: Misfit) -> Error {
    let error = Error::unexpected(format!("record {number} cannot be read"));
    match misfit {
        Misfit::Unreadable(cause) => error.caused_by(cause),
        Misfit::Stranger(_) => error,
    }
}
