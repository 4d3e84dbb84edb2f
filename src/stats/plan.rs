//! Checks a query: by which fields to group, and which fields to add up.
//!
//! Field names as typed and the object of the catalog come in; a plan with known
//! fields and named results goes out, or a usage error with the nearest name.

use jiff::tz::TimeZone;

use super::calendar::Period;
use crate::catalog::{FieldKind, Object, Tones, tones_at};
use crate::error::{Error, Result};
use crate::filter::Columns;

/// A query, in the words of the command line.
#[derive(Debug, Clone, Default)]
pub struct StatsQuery {
    /// Fields to group by, or `day`, `week` and `month`.
    pub by: Vec<String>,
    /// The time field of days, weeks and months.
    pub on: Option<String>,
    /// The measures and their fields, in the order of the results.
    pub measures: Vec<(MeasureKind, String)>,
    /// Whether groups are sorted and drawn by their count despite other
    /// measures.
    pub by_count: bool,
    /// The number of groups to show; the others are merged into one.
    pub top: Option<usize>,
    /// The time zone of days.
    pub zone: Option<TimeZone>,
}

/// A measure of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureKind {
    /// The sum of its values.
    Sum,
    /// The mean of its values.
    Mean,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

impl MeasureKind {
    /// All measures.
    pub const ALL: [Self; 4] = [Self::Sum, Self::Mean, Self::Min, Self::Max];

    /// Its name, as the flag and the result carry it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}

/// A key that records are grouped by.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Its name in the result.
    pub(super) name: String,
    /// Its heading in a chart, in lower case.
    pub(super) heading: String,
    /// The period, for a key of time.
    pub(super) span: Option<Period>,
    /// Its column.
    pub(super) column: usize,
    /// The tones of its values.
    tones: Tones,
}

/// A measure, checked.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    pub(super) name: String,
    pub(super) kind: MeasureKind,
    /// The index of its field among those that are added up.
    pub(super) field: usize,
}

/// A query, checked.
#[derive(Debug, Clone)]
pub struct StatsPlan {
    pub(super) columns: Columns,
    pub(super) groups: Vec<Group>,
    pub(super) measures: Vec<Measure>,
    /// The columns that are added up, each once.
    pub(super) fields: Vec<usize>,
    pub(super) by_count: bool,
    pub(super) top: Option<usize>,
    pub(super) zone: TimeZone,
}

impl StatsPlan {
    /// Checks a query against the fields of an object.
    ///
    /// # Errors
    /// A usage error for a field that the object does not have, one that
    /// cannot be added up or is no time, or two results of one name.
    pub fn new(wish: &StatsQuery, object: &Object, includes: &[&str]) -> Result<Self> {
        let mut paths: Vec<String> = Vec::new();
        let mut column = |path: &str| {
            let known = paths.iter().position(|known| known == path);
            known.unwrap_or_else(|| {
                paths.push(path.to_owned());
                paths.len() - 1
            })
        };
        let mut groups = Vec::new();
        for word in &wish.by {
            groups.push(group(word, wish, object, &mut column)?);
        }
        if let (Some(on), false) = (&wish.on, groups.iter().any(|group| group.span.is_some())) {
            return Err(Error::usage(format!(
                "--on {on} is the time field of days, but rows are not by day"
            ))
            .hint("add --by day, week or month"));
        }
        let (mut measures, mut fields): (Vec<Measure>, Vec<usize>) = (Vec::new(), Vec::new());
        for (kind, path) in &wish.measures {
            addable(*kind, path, object)?;
            let column = column(path);
            let known = fields.iter().position(|known| *known == column);
            measures.push(Measure {
                name: format!("{}_{}", kind.name(), plain(path)),
                kind: *kind,
                field: known.unwrap_or_else(|| {
                    fields.push(column);
                    fields.len() - 1
                }),
            });
        }
        let plan = Self {
            columns: columns(&paths, object, includes)?,
            groups,
            measures,
            fields,
            by_count: wish.by_count,
            top: wish.top,
            zone: wish.zone.clone().unwrap_or(TimeZone::UTC),
        };
        plan.told_apart()?;
        Ok(plan)
    }

    /// The names of the results, in their order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|group| group.name.clone());
        let measures = self.measures.iter().map(|measure| measure.name.clone());
        let other = self.top.map(|_| OTHER.to_owned());
        groups
            .chain([COUNT.to_owned()])
            .chain(measures)
            .chain(other)
            .collect()
    }

    /// The names as words, for the headings of a picture.
    #[must_use]
    pub fn headings(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|group| group.heading.clone());
        let measures = self.measures.iter();
        let measures = measures.map(|measure| measure.name.replace('_', " "));
        groups.chain([COUNT.to_owned()]).chain(measures).collect()
    }

    /// The number of keys, which come first among the names.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.groups.len()
    }

    /// Whether a key is a period of time; all groups are shown then by default.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.groups.iter().any(|group| group.span.is_some())
    }

    /// The index and the tones of the first key that is a status.
    #[must_use]
    pub fn status(&self) -> Option<(usize, Tones)> {
        let mut groups = self.groups.iter().map(|group| group.tones).enumerate();
        groups.find(|(_, tones)| !tones.is_empty())
    }

    /// The same plan, with a default for the number of groups to show.
    #[must_use]
    pub fn or_top(mut self, most: usize) -> Self {
        if self.top.is_none() && !self.is_timed() {
            self.top = Some(most);
        }
        self
    }

    fn told_apart(&self) -> Result<()> {
        let names = self.names();
        for (at, name) in names.iter().enumerate() {
            if names[..at].contains(name) {
                return Err(Error::usage(format!("there would be two results `{name}`")));
            }
        }
        Ok(())
    }
}

/// The name of the count.
pub(super) const COUNT: &str = "count";

/// The name of the field that marks merged groups.
pub(super) const OTHER: &str = "other";

/// Results have no parts, so their names have no dots.
fn plain(path: &str) -> String {
    path.replace('.', "_")
}

fn group(
    word: &str,
    wish: &StatsQuery,
    object: &Object,
    column: &mut impl FnMut(&str) -> usize,
) -> Result<Group> {
    let span = Period::named(word).filter(|_| object.field(word).is_none());
    let Some(span) = span else {
        return Ok(Group {
            name: plain(word),
            heading: word.replace(['_', '.'], " "),
            span: None,
            column: column(word),
            tones: tones_at(Some(object), word),
        });
    };
    let on = match &wish.on {
        Some(on) => on.as_str(),
        None => usual_time(object).ok_or_else(|| {
            Error::usage(format!("{} has no time field", object.name))
                .hint("name its time field with --on")
        })?,
    };
    if let Some(field) = object.field(on)
        && !matches!(field.kind, FieldKind::Time | FieldKind::Date)
    {
        let times: Vec<&str> = times(object).collect();
        return Err(Error::usage(format!("`{on}` is not a time"))
            .hint(format!("times are: {}", times.join(", "))));
    }
    let field = object.field(on).and_then(|field| field.short);
    let of = field.map_or_else(|| on.replace(['_', '.'], " "), str::to_owned);
    Ok(Group {
        name: word.to_owned(),
        heading: format!("{word} {of}"),
        span: Some(span),
        column: column(on),
        tones: Tones::NONE,
    })
}

/// The default time field: the day that something is due, else the time it was
/// created.
#[must_use]
pub fn usual_time(object: &Object) -> Option<&'static str> {
    let preferred = [object.conventions.due, object.conventions.created];
    let preferred = preferred.into_iter().flatten().find(|name| {
        object
            .field(name)
            .is_some_and(|field| matches!(field.kind, FieldKind::Time | FieldKind::Date))
    });
    preferred.or_else(|| times(object).next())
}

/// The fields that hold times.
fn times(object: &Object) -> impl Iterator<Item = &'static str> {
    object
        .fields
        .iter()
        .filter(|field| matches!(field.kind, FieldKind::Time | FieldKind::Date))
        .map(|field| field.name)
}

/// Refuses a field that is not a number according to the catalog.
fn addable(kind: MeasureKind, path: &str, object: &Object) -> Result<()> {
    let Some(field) = object.field(path) else {
        return Ok(());
    };
    let what = match field.kind {
        FieldKind::Boolean => "true or false",
        FieldKind::Time | FieldKind::Date => "a time",
        FieldKind::Parts(_) => "an object",
        _ => return Ok(()),
    };
    let numbers = object.fields.iter();
    let numbers =
        numbers.filter(|field| matches!(field.kind, FieldKind::Money | FieldKind::Integer));
    let numbers: Vec<&str> = numbers.map(|field| field.name).collect();
    let error = Error::usage(format!("--{} {path}: it contains {what}", kind.name()));
    Err(if numbers.is_empty() {
        error
    } else {
        error.hint(format!("numbers are: {}", numbers.join(", ")))
    })
}

fn columns(paths: &[String], object: &Object, includes: &[&str]) -> Result<Columns> {
    if paths.is_empty() {
        return Ok(Columns::none());
    }
    Columns::parse(&paths.join(","), Some(object), includes).map_err(|mut error| {
        // Its hints are about --columns.
        error.message = error.message.replace("column", "field");
        error.hints.retain(|hint| !hint.contains("--columns"));
        if !error.hints.is_empty() {
            return error;
        }
        let fields: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
        error.hint(format!("fields are: {}", fields.join(", ")))
    })
}
