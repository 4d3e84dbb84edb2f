//! The result of a query: sorted rows, and a row of all records.
//!
//! Unsorted groups come in. Rows go out, by time with empty periods filled in,
//! or the largest first; as JSON texts, or as labels and numbers for a chart.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Write as _;

use super::decimal::Decimal;
use super::plan::{COUNT, Measure, MeasureKind, OTHER, StatsPlan};
use super::tally::Sums;
use crate::error::{Error, Result};
use crate::filter::{Cell, items};

/// The maximum number of periods that are filled in: days of 27 years.
const MOST_FILLED: usize = 10_000;

/// The label of a missing value.
const NONE: &str = "(none)";

/// The result of a query.
#[derive(Debug)]
pub struct Figures {
    plan: StatsPlan,
    /// The rows, sorted.
    pub rows: Vec<FigureRow>,
    /// The row of all records.
    pub total: FigureRow,
    /// Notes for the user.
    pub notes: Vec<String>,
}

/// The figures of one group.
#[derive(Debug)]
pub struct FigureRow {
    /// The values that it is grouped by, as a JSON list; none for merged
    /// groups.
    key: Option<Box<str>>,
    sums: Sums,
    /// The number of groups in it.
    groups: usize,
}

impl Figures {
    /// Sorts groups into rows.
    pub(super) fn of(
        plan: StatsPlan,
        groups: HashMap<Box<str>, Sums>,
        other: Sums,
        total: Sums,
        notes: Vec<String>,
    ) -> Result<Self> {
        let mut figures = Self {
            rows: groups
                .into_iter()
                .map(|(key, sums)| FigureRow::of(key, sums))
                .collect(),
            total: FigureRow::rest(total),
            notes,
            plan,
        };
        if figures.rows.is_empty() && figures.plan.groups.is_empty() {
            // An empty list has a count of zero.
            figures
                .rows
                .push(FigureRow::of("[]".into(), figures.total.sums.clone()));
        }
        figures.sort();
        match figures.plan.top {
            Some(top) => figures.cut(top, other)?,
            None => figures.fill(),
        }
        Ok(figures)
    }

    fn sort(&mut self) {
        let plan = &self.plan;
        let in_time = plan.is_timed() && plan.top.is_none();
        self.rows.sort_unstable_by(|one, two| {
            let times = if in_time {
                one.times(plan).cmp(&two.times(plan))
            } else {
                Ordering::Equal
            };
            times
                .then_with(|| two.lead(plan).cmp(&one.lead(plan)))
                .then_with(|| one.key.cmp(&two.key))
        });
    }

    /// Merges all rows but the first.
    fn cut(&mut self, top: usize, other: Sums) -> Result<()> {
        let mut rest = FigureRow::rest(other);
        for row in self.rows.drain(top.min(self.rows.len())..) {
            rest.groups += 1;
            rest.sums
                .join(&row.sums)
                .ok_or_else(|| Error::unexpected("a sum is too large to be exact"))?;
        }
        if rest.sums.count > 0 {
            self.rows.push(rest);
        }
        Ok(())
    }

    /// Adds the periods without records.
    fn fill(&mut self) {
        let [group] = &self.plan.groups[..] else {
            return;
        };
        let Some(span) = group.span else {
            return;
        };
        let fields = self.plan.fields.len();
        let mut filled = Vec::new();
        let mut expected = None;
        let rows = std::mem::take(&mut self.rows);
        let count = rows.len();
        let mut rows = rows.into_iter();
        for row in rows.by_ref() {
            let first = row.label(0).and_then(|label| span.first_day(&label));
            while let (Some(day), Some(first)) = (expected, first)
                && day < first
                && filled.len() + count <= MOST_FILLED
            {
                let key = format!("[\"{}\"]", span.label(day));
                filled.push(FigureRow::of(key.into(), Sums::of(fields)));
                expected = span.after(day);
            }
            expected = first.and_then(|first| span.after(first));
            filled.push(row);
        }
        if filled.len() + count > MOST_FILLED {
            filled.retain(|row| row.sums.count > 0);
            let name = &group.name;
            let note = format!("a {name} without records is not shown: there are too many");
            self.notes.push(note);
        }
        self.rows = filled;
    }

    /// The names of the results.
    #[must_use]
    pub fn plan(&self) -> &StatsPlan {
        &self.plan
    }

    /// A row as a JSON object.
    #[must_use]
    pub fn record(&self, row: &FigureRow) -> String {
        let mut out = String::from("{");
        for (at, group) in self.plan.groups.iter().enumerate() {
            let value = row.value(at).unwrap_or("null");
            let _ = write!(out, "\"{}\":{value},", group.name);
        }
        let _ = write!(out, "\"{COUNT}\":{}", row.sums.count);
        for measure in &self.plan.measures {
            let figure = self.figure(row, measure);
            let figure = figure.map_or_else(|| "null".to_owned(), |figure| figure.to_string());
            let _ = write!(out, ",\"{}\":{figure}", measure.name);
        }
        if self.plan.top.is_some() {
            let _ = write!(out, ",\"{OTHER}\":{}", row.key.is_none());
        }
        out.push('}');
        out
    }

    /// A number, with as many decimals as the others of its column.
    fn figure(&self, row: &FigureRow, measure: &Measure) -> Option<Decimal> {
        let all = self.total.sums.fields.get(measure.field)?;
        Some(row.figure(measure)?.as_precise_as(all.sum))
    }

    /// The values that a row is grouped by, as labels.
    #[must_use]
    pub fn labels(&self, row: &FigureRow) -> Vec<String> {
        let labels = (0..self.plan.groups.len()).map(|at| {
            let label = row.label(at);
            match (&row.key, at) {
                (None, 0) if row.groups > 0 => format!("({} others)", row.groups),
                (None, 0) => "(others)".to_owned(),
                (None, _) => String::new(),
                _ => label.unwrap_or_else(|| NONE.to_owned()),
            }
        });
        labels.collect()
    }

    /// The count and the measures of a row, formatted.
    #[must_use]
    pub fn numbers(&self, row: &FigureRow) -> Vec<String> {
        let measures = self.plan.measures.iter();
        let measures = measures.map(|measure| {
            let figure = self.figure(row, measure);
            figure.map_or_else(String::new, |figure| figure.to_string())
        });
        std::iter::once(row.sums.count.to_string())
            .chain(measures)
            .collect()
    }

    /// The length of the bar of each row, from 0 to 1.
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        // Merged groups have no bar: together they may exceed any other row.
        let own = |row: &FigureRow| row.key.as_ref().and_then(|_| row.lead(&self.plan));
        let leads = self.rows.iter().map(own);
        let leads: Vec<Option<Decimal>> = leads.collect();
        let longest = leads.iter().copied().flatten().max();
        let share = |lead: Option<Decimal>| match (lead, longest) {
            (Some(lead), Some(longest)) => lead.share_of(longest),
            _ => 0.0,
        };
        leads.into_iter().map(share).collect()
    }
}

impl FigureRow {
    fn of(key: Box<str>, sums: Sums) -> Self {
        Self {
            key: Some(key),
            sums,
            groups: 1,
        }
    }

    fn rest(sums: Sums) -> Self {
        Self {
            key: None,
            sums,
            groups: 0,
        }
    }

    /// A value that it is grouped by, as JSON text.
    fn value(&self, at: usize) -> Option<&str> {
        // The key is a list that the tally wrote.
        items(self.key.as_deref()?).ok()?.get(at).copied()
    }

    /// The periods among the values; rows without one come last.
    fn times(&self, plan: &StatsPlan) -> Vec<(bool, &str)> {
        let groups = plan.groups.iter().enumerate();
        let spans = groups.filter(|(_, group)| group.span.is_some());
        let values = spans.filter_map(|(at, _)| self.value(at));
        values.map(|value| (value == "null", value)).collect()
    }

    /// A value that it is grouped by, without quotes; `None` for null.
    #[must_use]
    pub fn label(&self, at: usize) -> Option<String> {
        match Cell::from_json(self.value(at)?) {
            Cell::Empty => None,
            cell => Some(cell.text().to_owned()),
        }
    }

    /// The number that rows are sorted and drawn by.
    fn lead(&self, plan: &StatsPlan) -> Option<Decimal> {
        match plan.measures.first() {
            Some(measure) if !plan.by_count => self.figure(measure),
            _ => Some(self.sums.count.into()),
        }
    }

    fn figure(&self, measure: &Measure) -> Option<Decimal> {
        let field = self.sums.fields.get(measure.field)?;
        if field.numbers == 0 {
            return (measure.kind == MeasureKind::Sum).then(Decimal::default);
        }
        match measure.kind {
            MeasureKind::Sum => Some(field.sum),
            MeasureKind::Mean => field.sum.divided_by(field.numbers),
            MeasureKind::Min => Some(field.least),
            MeasureKind::Max => Some(field.most),
        }
    }
}
