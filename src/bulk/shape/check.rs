//! Checks over many rows: two that are for the same object, or that would make
//! two of what there can be one of.
//!
//! In come shaped rows in their order; out they come again, those wrong that
//! others are in the way of, and counts.

use percent_encoding::percent_decode_str;

use super::layout::InputColumn;
use super::place::Place;
use super::seen_keys::SeenKeys;
use super::{Shaped, Shaper, finding};
use crate::api::query;
use crate::bulk::Engine;
use crate::bulk::row::{Finding, Task};
use crate::catalog::{Effect, Idempotency, Operation, Parameter, Type, ValueKind};
use crate::error::Result;
use crate::filter::{Cell, Columns};

/// Looks at rows together. Its memory grows with them: at most 19 bytes a row
/// for an operation of which an object is asked once, else none.
#[derive(Debug)]
pub struct Checker {
    operation: &'static Operation,
    twins: Duplicates,
    /// The column that names what is acted on.
    target: String,
    unique: Option<UniqueField>,
    /// The columns that were looked up.
    looked_up: Vec<LookedUp>,
    seen: SeenKeys,
    counts: CheckCounts,
}

/// A column that was looked up, and where its id is.
#[derive(Debug)]
struct LookedUp {
    /// The name of the id.
    name: String,
    place: IdPlace,
}

#[derive(Debug)]
enum IdPlace {
    /// A value of the path, by number.
    Path(usize),
    /// A field of the body.
    Body(Columns),
}

/// How many rows became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckCounts {
    /// All rows.
    pub rows: u64,
    /// Those that can be sent.
    pub good: u64,
    /// Those that cannot.
    pub wrong: u64,
    /// Those for which the filter gave nothing.
    pub left_out: u64,
    /// Those in which there is nothing to change.
    pub unchanged: u64,
}

/// When two rows ask for what makes sense once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duplicates {
    /// When they are for the same object.
    Object,
    /// When they are the same to the letter: their bodies distinguish what they
    /// act on.
    Request,
    /// Never.
    None,
}

/// A field that no two objects share.
#[derive(Debug)]
struct UniqueField {
    name: &'static str,
    column: String,
    /// Takes it out of a body.
    path: Columns,
}

impl Checker {
    /// A checker for the rows of a shaper.
    ///
    /// # Errors
    /// None that a sound catalogue could give.
    pub fn new(shaper: &Shaper) -> Result<Self> {
        let operation = shaper.operation();
        Ok(Self {
            operation,
            twins: twins(operation),
            target: shaper.column_of(&Place::PathParameter(0)).to_owned(),
            unique: unique(shaper)?,
            looked_up: looked_up(shaper)?,
            seen: SeenKeys::new(),
            counts: CheckCounts::default(),
        })
    }

    /// Takes the next row, and gives it back as it is beside the others.
    pub fn take(&mut self, line: u64, shaped: Shaped) -> Shaped {
        let shaped = match shaped {
            Shaped::Task(task) => match self.twin(line, &task) {
                Some(finding) => Shaped::Wrong(vec![finding]),
                None => Shaped::Task(task),
            },
            other => other,
        };
        self.count(&shaped);
        shaped
    }

    /// Counts a row without comparing it with others, as long as numbers stand
    /// for its ids.
    pub fn count(&mut self, shaped: &Shaped) {
        self.counts.rows += 1;
        match shaped {
            Shaped::Task(_) => self.counts.good += 1,
            Shaped::Wrong(_) => self.counts.wrong += 1,
            Shaped::LeftOut => self.counts.left_out += 1,
            Shaped::Unchanged => self.counts.unchanged += 1,
        }
    }

    /// How many rows became what, so far.
    #[must_use]
    pub const fn counts(&self) -> CheckCounts {
        self.counts
    }

    /// The error of a row when an earlier one has the same key.
    fn twin(&mut self, line: u64, task: &Task) -> Option<Finding> {
        let body = task.body.as_deref().unwrap_or_default();
        if let Some(field) = &self.unique {
            let mut cells = Vec::new();
            let found = field.path.extract(body, &mut cells);
            let value = cells.first().map_or("", Cell::text).trim();
            // A body without the field is not the first of its kind.
            found.ok().filter(|()| !value.is_empty())?;
            // The store compares such a field without regard to case.
            let key = value.to_lowercase();
            let first = self.seen.first(key.as_bytes(), line)?;
            let problem = format!("the same {} as line {first}", field.name);
            let problem = problem + &self.ids(task);
            return Some(finding(line, Some(&field.column), value, problem));
        }
        let path = query::split(&task.target).0;
        match self.twins {
            Duplicates::None => None,
            Duplicates::Object => {
                let first = self.seen.first(path.as_bytes(), line)?;
                let path_parameters = self.operation.path_values(path).unwrap_or_default();
                let id = percent_decode_str(path_parameters.first().copied().unwrap_or_default());
                // Two emails can have been looked up to one id.
                let problem = match self.looked_up.first() {
                    Some(column) => format!("the same {} as line {first}", column.name),
                    None => format!("the same {} as line {first}", self.target),
                };
                Some(finding(
                    line,
                    Some(&self.target),
                    &id.decode_utf8_lossy(),
                    problem,
                ))
            }
            Duplicates::Request => {
                let key = [&task.target, " ", body].concat();
                let first = self.seen.first(key.as_bytes(), line)?;
                let problem = format!("the same as line {first}") + &self.ids(task);
                Some(finding(line, None, "", problem))
            }
        }
    }
}

impl Checker {
    /// The ids of a row that were looked up: ` (customer_id 7)`.
    fn ids(&self, task: &Task) -> String {
        let path = query::split(&task.target).0;
        let path_parameters = self.operation.path_values(path).unwrap_or_default();
        let ids = self.looked_up.iter().filter_map(|column| {
            let id = match &column.place {
                IdPlace::Path(path_parameter) => path_parameters
                    .get(*path_parameter)
                    .map(|id| (*id).to_owned())?,
                IdPlace::Body(field) => {
                    let mut cells = Vec::new();
                    field.extract(task.body.as_deref()?, &mut cells).ok()?;
                    cells.first()?.text().to_owned()
                }
            };
            Some(format!("{} {id}", column.name))
        });
        let ids: Vec<String> = ids.collect();
        if ids.is_empty() {
            return String::new();
        }
        format!(" ({})", ids.join(", "))
    }
}

/// When two rows of an operation ask for what makes sense once. Where the
/// second would be refused, or would undo the first, or could not be taken
/// back, it is most likely a slip.
fn twins(operation: &Operation) -> Duplicates {
    match (operation.idempotency, operation.effect) {
        (Idempotency::NotIdempotent, Effect::Reads | Effect::Writes) => Duplicates::None,
        _ if operation.path_parameters.is_empty() || operation.body.iter().any(names_many) => {
            Duplicates::Request
        }
        _ => Duplicates::Object,
    }
}

/// Whether a parameter lists what is acted on, so that two requests for one
/// object can be about different things.
fn names_many(parameter: &Parameter) -> bool {
    match parameter.kind {
        ValueKind::Ids | ValueKind::References(_) => true,
        ValueKind::Json => parameter.required && parameter.documented == Type::Array,
        _ => false,
    }
}

fn looked_up(shaper: &Shaper) -> Result<Vec<LookedUp>> {
    let columns = shaper.columns.iter();
    let columns = columns.filter(|column| column.lookup.is_some());
    let places = columns.filter_map(InputColumn::place);
    places
        .map(|place| {
            let name = place.name(shaper.operation()).unwrap_or_default();
            let place = match place {
                Place::PathParameter(path_parameter) => IdPlace::Path(*path_parameter),
                _ => IdPlace::Body(field(shaper, place.path())?),
            };
            Ok(LookedUp { name, place })
        })
        .collect()
}

/// Takes a field out of the body of a task.
fn field(shaper: &Shaper, path: &str) -> Result<Columns> {
    let wrapper = match shaper.names.engine {
        Engine::Requests => shaper.operation().wrapper,
        Engine::Batches => None,
    };
    let path = match wrapper {
        Some(wrapper) => format!("{wrapper}.{path}"),
        None => path.to_owned(),
    };
    Columns::parse(&path, None, &[])
}

fn unique(shaper: &Shaper) -> Result<Option<UniqueField>> {
    let operation = shaper.operation();
    let Some(unique) = operation.unique else {
        return Ok(None);
    };
    let parameter = operation
        .body
        .iter()
        .find(|known| known.name == unique.field);
    let column = parameter.map_or(unique.field, |parameter| {
        shaper.column_of(&Place::Whole(parameter))
    });
    Ok(Some(UniqueField {
        name: unique.field,
        column: column.to_owned(),
        path: field(shaper, unique.field)?,
    }))
}
