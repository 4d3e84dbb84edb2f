//! Which values of a record are shown, and in which order: columns.
//!
//! Takes the catalogue's object, what the user typed, or a first record;
//! returns a list of dotted paths that takes its cells out of any record.

use serde_json::{Map, Value};

use crate::catalog::{Field, FieldKind, FieldRole, Interval, Object, Tones, tones_at};
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};

use super::cell::Cell;
use super::extract::{self, Branch, Misfit};
use super::interval::IntervalCells;
use super::project;

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// The dotted path, as the user types it.
    pub name: String,
    /// What is above it in a table, lower-case words.
    pub heading: String,
    /// The kind of its values in the catalogue, if it states one.
    pub holds: Option<FieldKind>,
    /// The tones of its values.
    pub tones: Tones,
    path: Vec<String>,
    /// Where else the value may be.
    other_path: Option<Vec<String>>,
}

/// An ordered list of columns.
#[derive(Debug, Clone)]
pub struct Columns {
    list: Vec<Column>,
    tree: Vec<Branch>,
    /// Columns made of several values, which lie behind the cells of the list.
    intervals: Vec<IntervalCells>,
    /// Cells of the list, and of the values behind them.
    places: usize,
    strict: bool,
    yielding: bool,
}

impl Columns {
    /// The columns of a table when none are chosen.
    #[must_use]
    pub fn default_for_table(object: &Object) -> Self {
        Self::first_for_table(object, usize::MAX)
    }

    /// At most so many of them, from the first on.
    #[must_use]
    pub fn first_for_table(object: &Object, most: usize) -> Self {
        let columns = object.columns.iter().take(most);
        let list = columns.map(|name| Column::known(name, object)).collect();
        let mut columns = Self {
            yielding: true,
            ..Self::new(list)
        };
        for (number, name) in object.columns.iter().take(most).enumerate() {
            if let Some(FieldRole::Interval(interval)) = object.field(name).map(|field| field.role)
            {
                columns.compose(number, interval);
            }
        }
        columns
    }

    /// Makes a column of a number that of its schedule.
    fn compose(&mut self, number: usize, interval: Interval) {
        let mut place = |name: &str| {
            extract::plant(&mut self.tree, &[name.to_owned()], self.places);
            self.places += 1;
            self.places - 1
        };
        let cells = IntervalCells {
            number,
            unit: place(interval.unit),
            charge: interval.charge.map(place),
        };
        self.intervals.push(cells);
        self.list[number].holds = Some(FieldKind::Text);
    }

    /// Every field in the order of the catalogue, the parts of an object as
    /// columns of their own; then what the request included. Lists, and
    /// objects of open shape, stay one column.
    #[must_use]
    pub fn all(object: &Object, includes: &[&str]) -> Self {
        let mut list: Vec<Column> = object.fields.iter().flat_map(expanded).collect();
        for include in includes {
            let name = match object.conventions.included {
                Some(included) => format!("{included}.{include}"),
                None => (*include).to_owned(),
            };
            list.push(Column::included(&name, include, object));
        }
        Self::new(list)
    }

    /// The columns that the user typed: dotted paths, joined by commas.
    /// Without an object any path will do.
    ///
    /// # Errors
    /// A usage error for an empty name, or one that the object does not have.
    pub fn parse(text: &str, known: Option<&Object>, includes: &[&str]) -> Result<Self> {
        let names = text.split(',').map(str::trim);
        let list: Result<_> = names.map(|name| chosen(name, known, includes)).collect();
        Ok(Self::new(list?))
    }

    /// One column for each key, whatever it is made of: a dot in it leads
    /// nowhere deeper.
    #[must_use]
    pub fn of_keys(keys: &[String]) -> Self {
        let columns = keys.iter().map(|key| Column::at(vec![key.clone()]));
        Self::new(columns.collect())
    }

    /// The columns that the user typed, of records with these keys.
    ///
    /// # Errors
    /// A usage error for a name that is none of the keys.
    pub fn among(keys: &[String], text: &str) -> Result<Self> {
        let names = text.split(',').map(str::trim);
        let list: Result<_> = names.map(|name| among(keys, name)).collect();
        Ok(Self::new(list?))
    }

    /// The keys of a record, for when nothing else says what there is. A later
    /// record with another key is a [`Misfit::Stranger`].
    ///
    /// # Errors
    /// When the record is not an object.
    pub fn from_record(record: &str) -> Result<Self, Misfit> {
        let keys = extract::keys(record)?.into_iter();
        let list = keys.map(|key| Column::at(vec![key])).collect();
        Ok(Self {
            strict: true,
            ..Self::new(list)
        })
    }

    /// No columns at all.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Vec::new())
    }

    fn new(mut list: Vec<Column>) -> Self {
        tell_apart(&mut list);
        let mut tree = Vec::new();
        for (index, column) in list.iter().enumerate() {
            let paths = [Some(&column.path), column.other_path.as_ref()];
            for path in paths.into_iter().flatten() {
                extract::plant(&mut tree, path, index);
            }
        }
        Self {
            places: list.len(),
            list,
            tree,
            intervals: Vec::new(),
            strict: false,
            yielding: false,
        }
    }

    /// The same columns, ignoring whatever else a record has.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.strict = false;
        self
    }

    /// Whether the last of them may be left out where there is no room: no one
    /// asked for them by name, and the catalogue names the telling ones first.
    #[must_use]
    pub const fn may_yield(&self) -> bool {
        self.yielding
    }

    /// The columns in order.
    #[must_use]
    pub fn list(&self) -> &[Column] {
        &self.list
    }

    /// The fields of a record that no column shows: dotted, where some parts of
    /// an object have columns.
    #[must_use]
    pub fn strangers(&self, record: &Map<String, Value>) -> Vec<String> {
        let under = |key: &str| {
            let paths = self
                .list
                .iter()
                .flat_map(|column| [Some(&column.path), column.other_path.as_ref()]);
            let fitting = paths.flatten().filter(|path| path[0] == key);
            fitting.collect::<Vec<&Vec<String>>>()
        };
        let mut strangers = Vec::new();
        for (key, value) in record {
            let paths = under(key);
            if paths.is_empty() {
                strangers.push(key.clone());
                continue;
            }
            let whole = paths.iter().any(|path| path.len() == 1);
            for part in value.as_object().filter(|_| !whole).into_iter().flatten() {
                if !paths.iter().any(|path| path[1] == *part.0) {
                    strangers.push(format!("{key}.{}", part.0));
                }
            }
        }
        strangers
    }

    /// The same columns, and one for each of these dotted paths.
    #[must_use]
    pub fn with(&self, names: &[String]) -> Self {
        let more = names.iter().map(|name| Column::free(name));
        Self::new(self.list.iter().cloned().chain(more).collect())
    }

    /// The record with these columns only, as JSON: nested and in the order of the
    /// record, whatever the order of the columns.
    ///
    /// # Errors
    /// When the record is not an object.
    pub fn project(&self, record: &str) -> Result<String, Misfit> {
        project::project(record, &self.tree)
    }

    /// Fills `cells` with one cell a column.
    ///
    /// # Errors
    /// When the record is not an object, or has a key that columns taken from a
    /// first record do not know.
    pub fn extract<'a>(&self, record: &'a str, cells: &mut Vec<Cell<'a>>) -> Result<(), Misfit> {
        cells.clear();
        cells.resize(self.places, Cell::Empty);
        extract::fill(record, &self.tree, self.strict, cells)?;
        for interval in &self.intervals {
            interval.compose(cells);
        }
        cells.truncate(self.list.len());
        Ok(())
    }
}

impl Column {
    /// A column of which nothing but the path is known.
    fn free(name: &str) -> Self {
        Self::at(name.split('.').map(str::to_owned).collect())
    }

    fn at(path: Vec<String>) -> Self {
        let name = path.join(".");
        Self {
            tones: tones_at(None, &name),
            name,
            heading: words(path.last().map_or("", String::as_str)),
            holds: None,
            path,
            other_path: None,
        }
    }

    /// A column of an included object. `path` leads to its value from where
    /// includes are; some records have them beside their own fields.
    fn included(name: &str, path: &str, object: &Object) -> Self {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let is_own = object.field(&path[0]).is_some();
        Self {
            name: name.to_owned(),
            path: object
                .conventions
                .included
                .map(str::to_owned)
                .into_iter()
                .chain(path.iter().cloned())
                .collect(),
            other_path: (!is_own).then(|| path.clone()),
            ..Self::at(path)
        }
    }

    fn known(name: &str, object: &Object) -> Self {
        let column = Self::free(name);
        match object.field(&column.path[0]) {
            Some(field) if column.path.len() == 1 => Self {
                heading: field.short.map_or(column.heading, str::to_owned),
                holds: Some(field.kind),
                tones: field.tones,
                ..column
            },
            Some(field) => column.part_of(field),
            None => column,
        }
    }

    /// The only part of an object says less than the object's own name:
    /// `external_product_id.ecommerce`.
    fn part_of(self, field: &Field) -> Self {
        match field.kind {
            FieldKind::Parts([_]) => Self {
                heading: field.short.map_or_else(|| words(field.name), str::to_owned),
                ..self
            },
            _ => self,
        }
    }
}

/// One column for a field, or one for each of its parts.
fn expanded(field: &Field) -> Vec<Column> {
    match field.kind {
        FieldKind::Parts(parts) if !parts.is_empty() => parts
            .iter()
            .map(|part| Column::free(&format!("{}.{part}", field.name)).part_of(field))
            .collect(),
        holds => vec![Column {
            holds: Some(holds),
            tones: field.tones,
            ..Column::free(field.name)
        }],
    }
}

/// The column that the user typed.
fn chosen(name: &str, known: Option<&Object>, includes: &[&str]) -> Result<Column> {
    if name.split('.').any(str::is_empty) {
        let what = if name.is_empty() {
            "a column has no name".to_owned()
        } else {
            format!("column `{name}` has an empty part")
        };
        return Err(Error::usage(what).hint("--columns takes names joined by commas: id,email"));
    }
    let Some(object) = known else {
        return Ok(Column::free(name));
    };
    let first = name.split('.').next().unwrap_or(name);
    let included = object.conventions.included;
    if let Some(field) = object.field(first) {
        refuse_unknown_part(name, field)?;
        return Ok(Column::known(name, object));
    }
    if included == Some(name) && !includes.is_empty() {
        return Ok(Column::known(name, object));
    }
    let path = included.and_then(|included| name.strip_prefix(included));
    let path = path.and_then(|path| path.strip_prefix('.')).unwrap_or(name);
    if includes.contains(&path.split('.').next().unwrap_or(path)) {
        return Ok(Column::included(name, path, object));
    }
    let fields = object.fields.iter().map(|field| field.name);
    let error = Error::usage(format!("{} has no column `{name}`", object.name));
    if included == Some(first) {
        let error = error.hint(format!(
            "`{first}` contains what --include adds, as in {first}.customer.email"
        ));
        return Err(error.hint("--columns help lists them"));
    }
    if name.contains('.') && object.conventions.related.contains(&first) {
        return Err(error
            .hint(format!("add --include {first}"))
            .hint("--columns help lists them"));
    }
    Err(match nearest(
        first,
        fields.chain(includes.iter().copied()),
        Similarity::Usual,
    ) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
    .hint("--columns help lists them"))
}

/// A usage error for a part that an object of the catalogue does not have.
fn refuse_unknown_part(name: &str, field: &Field) -> Result<()> {
    let part = name.split('.').nth(1);
    let (Some(part), FieldKind::Parts(parts)) = (part, field.kind) else {
        return Ok(());
    };
    if parts.is_empty() || parts.contains(&part) {
        return Ok(());
    }
    let error = Error::usage(format!("`{}` has no part `{part}`", field.name));
    Err(
        match nearest(part, parts.iter().copied(), Similarity::Usual) {
            Some(near) => error.hint(format!("did you mean `{}.{near}`?", field.name)),
            None => error.hint(format!("its parts: {}", parts.join(", "))),
        },
    )
}

/// The key that the user typed.
fn among(keys: &[String], name: &str) -> Result<Column> {
    if keys.iter().any(|key| key == name) {
        return Ok(Column::at(vec![name.to_owned()]));
    }
    let error = Error::usage(format!("there is no column `{name}`"));
    Err(match nearest(name, keys, Similarity::Usual) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("there are: {}", keys.join(", "))),
    })
}

/// A name as words.
fn words(name: &str) -> String {
    name.trim_start_matches('_').replace(['_', '.'], " ")
}

/// Gives columns with the same heading their whole path as heading.
fn tell_apart(list: &mut [Column]) {
    let headings: Vec<String> = list.iter().map(|column| column.heading.clone()).collect();
    for column in list.iter_mut() {
        let same = headings
            .iter()
            .filter(|heading| **heading == column.heading);
        if same.count() > 1 {
            column.heading = words(&column.name);
        }
    }
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
