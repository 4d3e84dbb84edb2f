//! A file to begin with: a header with every column that an operation takes,
//! and a row that shows it at work, taken from the example of the catalogue.

use std::collections::HashMap;

use serde_json::Value;

use super::super::Engine;
use super::names::Names;
use crate::catalog::{Method, Operation, Parameter, Resource, Type, ValueKind, kebab};

/// The header, and an example row with as many cells.
#[must_use]
pub fn template(
    resource: &'static Resource,
    operation: &'static Operation,
) -> (Vec<String>, Vec<String>) {
    let names = Names {
        resource,
        operation,
        engine: Engine::of(operation),
    };
    let mut cells = example(&names);
    let mut columns: Vec<String> = operation
        .path_parameters
        .iter()
        .map(|path_parameter| path_parameter.name.to_owned())
        .collect();
    for (path_parameter, name) in operation.path_parameters.iter().zip(columns.clone()) {
        cells.entry(name).or_insert_with(|| value(path_parameter));
    }
    for parameter in ordered(&names) {
        let own = columns_of(&names, parameter);
        if is_needed(&names, parameter, &cells) && !own.iter().any(|name| cells.contains_key(name))
        {
            let name = own.first().cloned().unwrap_or_default();
            cells.insert(name, value(parameter));
        }
        columns.extend(own);
    }
    something_to_change(&names, &mut cells);
    let row = columns
        .iter()
        .map(|name| cells.remove(name).unwrap_or_default())
        .collect();
    (columns, row)
}

/// Required columns first, then common ones, then the rest.
fn ordered(names: &Names) -> Vec<&'static Parameter> {
    let beside = names.beside();
    let rank = |parameter: &Parameter| {
        let must = parameter.required || is_beside(beside, parameter);
        (!must, !parameter.common)
    };
    let mut parameters: Vec<_> = names.parameters().collect();
    parameters.sort_by_key(|parameter| rank(parameter));
    parameters
}

fn is_beside(beside: &[Parameter], parameter: &Parameter) -> bool {
    beside.iter().any(|known| known.name == parameter.name)
}

/// The columns for a parameter: itself, or its parts.
fn columns_of(names: &Names, parameter: &Parameter) -> Vec<String> {
    let parts = names.parts(parameter);
    match parameter.kind {
        ValueKind::External(key) => vec![format!("{}.{key}", parameter.name)],
        _ if parts.is_empty() => vec![parameter.name.to_owned()],
        _ => parts
            .iter()
            .map(|part| format!("{}.{part}", parameter.name))
            .collect(),
    }
}

/// Whether the example must have a value that the catalogue's lacks.
fn is_needed(names: &Names, parameter: &Parameter, cells: &HashMap<String, String>) -> bool {
    let has = |name: &&str| {
        cells
            .keys()
            .any(|known| known.split('.').next() == Some(name))
    };
    let excused = parameter.unless.iter().any(has);
    (parameter.required && !excused) || is_beside(names.beside(), parameter)
}

/// A change that changes nothing is refused.
fn something_to_change(names: &Names, cells: &mut HashMap<String, String>) {
    let fields = || names.operation.body.iter();
    let changes = fields().any(|parameter| {
        columns_of(names, parameter)
            .iter()
            .any(|name| cells.contains_key(name))
    });
    let first = fields()
        .find(|parameter| parameter.common)
        .or_else(|| fields().next());
    if names.operation.method == Method::Put
        && !changes
        && let Some(parameter) = first
        && let Some(name) = columns_of(names, parameter).first()
    {
        cells.insert(name.clone(), value(parameter));
    }
}

/// The cells that the example of the catalogue fills, by column.
fn example(names: &Names) -> HashMap<String, String> {
    let mut cells = HashMap::new();
    let words = shell_words::split(names.operation.example).unwrap_or_default();
    let mut words = words.into_iter().skip(3).peekable();
    let mut path_parameters = names.operation.path_parameters.iter();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else {
            if let Some(path_parameter) = path_parameters.next() {
                cells.insert(path_parameter.name.to_owned(), word);
            }
            continue;
        };
        let given = words.next_if(|next| !next.starts_with("--"));
        let setting = given.as_deref().and_then(|given| given.split_once('='));
        if let ("set" | "set-string", Some((path, value))) = (flag, setting) {
            cells.insert(path.to_owned(), value.to_owned());
        }
        let named =
            |known: &&'static Parameter| known.flag_name() == flag || kebab(known.name) == flag;
        let Some(parameter) = names.parameters().find(named) else {
            continue;
        };
        match given {
            None => put(names, parameter, "true", &mut cells),
            // A file that is beside no one.
            Some(file) if file.starts_with('@') => {}
            Some(word) => put(names, parameter, &word, &mut cells),
        }
    }
    cells
}

/// A word as the cell of its column; an object as those of its parts.
fn put(names: &Names, parameter: &Parameter, word: &str, cells: &mut HashMap<String, String>) {
    let columns = columns_of(names, parameter);
    let parts = match serde_json::from_str(word) {
        Ok(Value::Object(parts)) if !names.parts(parameter).is_empty() => parts,
        _ => {
            cells.insert(columns[0].clone(), word.to_owned());
            return;
        }
    };
    for (part, value) in parts {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        cells.insert(format!("{}.{part}", parameter.name), text);
    }
}

/// A value that could be one of the parameter's.
fn value(parameter: &Parameter) -> String {
    let listed = parameter.values.first().copied().or(parameter.default);
    match parameter.kind {
        ValueKind::Text | ValueKind::Texts => listed.unwrap_or("example"),
        ValueKind::Id | ValueKind::Reference(_) | ValueKind::External(_) => "1234567",
        ValueKind::Ids | ValueKind::References(_) => "1234567,1234568",
        ValueKind::Integer => listed.unwrap_or("1"),
        ValueKind::Boolean => listed.unwrap_or("true"),
        ValueKind::Time => "2026-12-24T09:00:00Z",
        ValueKind::Day => "2026-12-24",
        ValueKind::Money => "10.00",
        ValueKind::Pairs => "Color=Blue",
        ValueKind::Json if parameter.documented == Type::Array => "[]",
        ValueKind::Json => "{}",
    }
    .to_owned()
}
