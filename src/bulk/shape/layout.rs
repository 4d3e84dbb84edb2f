//! The header of a table compared with an operation: each column finds its
//! place, and everything that is wrong is said at once.

use super::Shaping;
use super::mapping;
use super::names::{Meaning, Names};
use super::place::Place;
use super::synonyms;
use crate::catalog::{Method, kebab};
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};

/// What becomes of a column.
#[derive(Debug)]
pub(super) enum ColumnRole {
    /// Its cells are there.
    At(Place),
    /// Its cells cannot be sent here, and are left out.
    Left,
    /// Its cells are left out, as the user wants.
    Unwanted,
    /// It has no name: its cells must be empty.
    Nameless,
}

/// A column of the input.
#[derive(Debug)]
pub(super) struct InputColumn {
    /// The name, as the input has it.
    pub(super) name: String,
    pub(super) role: ColumnRole,
    /// The lookup that its cells go through, by number.
    pub(super) lookup: Option<usize>,
}

impl InputColumn {
    /// The place of its cells, if they are sent.
    pub(super) const fn place(&self) -> Option<&Place> {
        match &self.role {
            ColumnRole::At(place) => Some(place),
            _ => None,
        }
    }
}

/// The columns of a table with their places.
pub(super) fn columns(
    names: &Names,
    header: &[String],
    shaping: &Shaping,
) -> Result<Vec<InputColumn>> {
    known_maps(header, shaping)?;
    let mut unknown = Vec::new();
    let mut columns = Vec::new();
    for name in header {
        let (role, known) = role(names, name, &shaping.map);
        if !known {
            unknown.push(name.as_str());
        }
        columns.push(InputColumn {
            name: name.trim().to_owned(),
            role,
            lookup: lookup_of(shaping, name),
        });
    }
    if !unknown.is_empty() {
        let places = columns.iter().filter_map(InputColumn::place);
        let constants = shaping.constants.iter().map(|(name, _)| name.clone());
        let used = places.filter_map(|place| place.name(names.operation));
        let used = used.chain(constants).collect();
        return Err(strangers(names, &unknown, "column", used));
    }
    Ok(columns)
}

/// What becomes of a column, and whether its name is known.
pub(super) fn role(names: &Names, name: &str, map: &[(String, String)]) -> (ColumnRole, bool) {
    let mapped = map.iter().find(|(from, _)| is_same(from, name));
    let name = match mapped {
        Some((_, to)) if to.trim().is_empty() => return (ColumnRole::Unwanted, true),
        Some((_, to)) => to,
        None if name.trim().is_empty() => return (ColumnRole::Nameless, true),
        None => name,
    };
    match names.meaning(name) {
        Meaning::Place(place) => (ColumnRole::At(place), true),
        Meaning::Left => (ColumnRole::Left, true),
        Meaning::Unknown => (ColumnRole::Left, false),
    }
}

/// The lookup for a heading, by number.
pub(super) fn lookup_of(shaping: &Shaping, name: &str) -> Option<usize> {
    let mut lookups = shaping.lookups.iter();
    lookups.position(|lookup| is_same(&lookup.heading, name))
}

pub(super) fn is_same(from: &str, name: &str) -> bool {
    from.trim() == name.trim()
}

/// Where a map leads must be a place, or its column would be lost.
pub(super) fn maps(names: &Names, map: &[(String, String)]) -> Result<()> {
    for (from, to) in map {
        if to.trim().is_empty() || matches!(names.meaning(to), Meaning::Place(_)) {
            continue;
        }
        let message = format!("--map '{from}={to}': {} takes no `{to}`", title(names));
        let error = Error::usage(message);
        let error = match names.nearest(to) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        };
        return Err(error.hint(template_hint(names)));
    }
    Ok(())
}

pub(super) fn title(names: &Names) -> String {
    format!("{} {}", names.resource.name, kebab(names.operation.verb))
}

fn known_maps(header: &[String], shaping: &Shaping) -> Result<()> {
    for (from, _) in &shaping.map {
        if header.iter().any(|name| is_same(from, name)) {
            continue;
        }
        let flag = match lookup_of(shaping, from) {
            Some(_) => "--lookup",
            None => "--map",
        };
        let error = Error::usage(format!("{flag} {from}=…: the file has no column {from}"));
        let near = nearest(from.trim(), header, Similarity::Usual);
        return Err(error.hint(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its columns: {}", header.join(", ")),
        }));
    }
    Ok(())
}

/// The places of constants. One that means nothing would be lost on every
/// row, so here all of them must have a place.
pub(super) fn constants(names: &Names, shaping: &Shaping) -> Result<Vec<(String, Place, String)>> {
    let mut placed = Vec::new();
    let mut unknown = Vec::new();
    for (name, value) in &shaping.constants {
        match names.meaning(name) {
            Meaning::Place(place) => placed.push((name.clone(), place, value.clone())),
            _ => unknown.push(name.as_str()),
        }
    }
    if !unknown.is_empty() {
        return Err(strangers(names, &unknown, "--const", Vec::new()));
    }
    Ok(placed)
}

/// The error for names that the operation does not know; `used` are names that
/// are not proposed.
fn strangers(names: &Names, unknown: &[&str], what: &str, used: Vec<String>) -> Error {
    let meant: Vec<Option<String>> = unknown.iter().map(|name| names.meant(name)).collect();
    let list: Vec<String> = unknown
        .iter()
        .zip(&meant)
        .map(|(name, meant)| match meant {
            Some(near) => format!("`{name}` (did you mean `{near}`?)"),
            None => format!("`{name}`"),
        })
        .collect();
    let plural = if unknown.len() == 1 { "" } else { "s" };
    let message = format!("{} has no {what}{plural} {}", title(names), list.join(", "));
    let error = Error::usage(message);
    let error = if what == "column" {
        let proposed = mapping::of_unknown(names, unknown, used);
        let error = if proposed.iter().any(|column| column.name.is_some()) {
            let flags = mapping::as_flags(&proposed);
            error.hint(format!("if these are the columns, add: {flags}"))
        } else {
            error
        };
        error.hint(format!(
            "--map {} gives a column another name, --map {} leaves it out",
            quoted(&format!("{}=NAME", unknown[0])),
            quoted(&format!("{}=", unknown[0])),
        ))
    } else {
        error
    };
    error.hint(template_hint(names))
}

/// A word as a shell takes it, always in quotes.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

pub(super) fn template_hint(names: &Names) -> String {
    format!(
        "rc bulk template {} {} shows every column",
        kebab(names.resource.name),
        kebab(names.operation.verb)
    )
}

/// Two values for one place.
pub(super) fn clashes(
    columns: &[InputColumn],
    constants: &[(String, Place, String)],
) -> Result<()> {
    let placed: Vec<(&str, &Place, bool)> = constants
        .iter()
        .map(|(name, place, _)| (name.as_str(), place, true))
        .chain(columns.iter().filter_map(|column| match &column.role {
            ColumnRole::At(place) => Some((column.name.as_str(), place, false)),
            _ => None,
        }))
        .collect();
    for (at, (name, place, constant)) in placed.iter().enumerate() {
        let other = placed[at + 1..]
            .iter()
            .find(|(_, other, _)| place.clashes(other));
        let Some((other, _, second_constant)) = other else {
            continue;
        };
        return Err(match (constant, second_constant) {
            (true, false) => Error::usage(format!(
                "--const {name}=… and the column `{other}` set the same field"
            ))
            .hint(format!("--map '{other}=' leaves the column out")),
            (true, true) => Error::usage(format!(
                "--const {name}=… and --const {other}=… set the same field"
            )),
            _ => Error::usage(format!(
                "the columns `{name}` and `{other}` set the same field"
            ))
            .hint(format!("--map '{other}=' leaves one of them out")),
        });
    }
    Ok(())
}

/// Required fields that no row can have a value for: said once.
pub(super) fn complete(names: &Names, columns: &[InputColumn], places: &[&Place]) -> Result<()> {
    let has = |name: &str| {
        let mut parameters = places.iter().filter_map(|place| place.parameter());
        parameters.any(|parameter| parameter.name == name)
    };
    let filled = |path_parameter: usize| {
        let mut places = places.iter();
        places.any(|place| matches!(place, Place::PathParameter(at) if *at == path_parameter))
    };
    let path_parameters = (0..names.operation.path_parameters.len())
        .filter(|path_parameter| !filled(*path_parameter))
        .map(|path_parameter| names.path_parameter_name(path_parameter));
    let required = names
        .operation
        .flags()
        .filter(|known| known.required && !known.unless.iter().any(|other| has(other)))
        .chain(names.beside())
        .map(|known| known.name)
        .filter(|name| !has(name));
    let mut missing: Vec<&str> = path_parameters.chain(required).collect();
    missing.dedup();
    if !missing.is_empty() {
        return Err(lacking(names, &missing));
    }
    let changes = places
        .iter()
        .filter_map(|place| place.parameter())
        .any(|parameter| {
            names
                .operation
                .query
                .iter()
                .all(|known| known.name != parameter.name)
        });
    if names.operation.method == Method::Put && !changes {
        let error = Error::usage("no column changes anything");
        let left: Vec<&str> = columns
            .iter()
            .filter(|column| matches!(column.role, ColumnRole::Left))
            .map(|column| column.name.as_str())
            .collect();
        let error = synonyms::elsewhere(names, &left)
            .into_iter()
            .fold(error, Error::hint);
        return Err(error.hint(template_hint(names)));
    }
    Ok(())
}

fn lacking(names: &Names, missing: &[&str]) -> Error {
    let error =
        Error::usage(format!("there is no column for {}", missing.join(", "))).hint(format!(
            "--map 'NAME={0}' names its column, --const {0}=… gives every row the same value",
            missing[0]
        ));
    let only_beside = |name: &&str| {
        let beside = names.beside().iter().any(|known| known.name == *name);
        beside
            && names
                .operation
                .flags()
                .all(|known| known.name != *name || !known.required)
    };
    let error = if missing.iter().all(only_beside) {
        error.hint("only async batches need it; --engine requests works without it")
    } else {
        error
    };
    error.hint(template_hint(names))
}
