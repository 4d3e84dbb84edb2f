//! The names of the columns: each once, and none missing where cells are below
//! it. It knows the names, not what they mean.

use std::collections::HashMap;

use csv::StringRecord;

use super::shown;
use crate::bulk::invisible::visible;
use crate::error::{Error, Result};

/// Makes an error about a line of the input.
pub(super) type Wrong<'a> = dyn Fn(u64, &str) -> Error + 'a;

/// Columns that a message names.
const NAMED: usize = 20;

/// The names of a header, trimmed. Empty ones at its end are left out: a
/// spreadsheet writes them for columns that were used once.
pub(super) fn names(
    wrong: &Wrong<'_>,
    line: u64,
    record: &StringRecord,
    familiar: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>> {
    let mut names: Vec<_> = record.iter().map(cleaned).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    if looks_like_a_row(&names, familiar) {
        let shown = shown(&names.join(", "));
        let what = format!("a header is missing; the first line is a row: {shown}");
        return Err(wrong(line, &what)
            .hint("put the names of the columns into the first line")
            .hint("rc bulk template <resource> <verb> prints an example header"));
    }
    let places = names.iter().enumerate();
    let nameless: Vec<_> = places
        .filter(|(_, name)| name.is_empty())
        .map(|(place, _)| place)
        .collect();
    if !nameless.is_empty() {
        return Err(nameless_columns(wrong, line, &nameless));
    }
    let twice = named_twice(&names);
    if !twice.is_empty() {
        let what = format!("more than one column is named {}", listed(&twice));
        return Err(wrong(line, &what).hint("rename or delete all but one of them"));
    }
    Ok(names)
}

/// A name in one line, without invisible characters and quotes around it, so
/// that people can type it.
pub(super) fn cleaned(name: &str) -> String {
    let name = visible(name);
    let name = name.trim();
    let quoted = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    let words = quoted.unwrap_or(name).split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

/// How many names of a record are familiar, and whether they make it a header:
/// at least two of them, or all there are.
pub(super) fn familiarity(record: &StringRecord, familiar: &dyn Fn(&str) -> bool) -> (usize, bool) {
    let names: Vec<_> = record.iter().map(cleaned).collect();
    let named = names.iter().filter(|name| !name.is_empty()).count();
    let known = names
        .iter()
        .filter(|name| !name.is_empty() && familiar(name))
        .count();
    (known, known >= 2 || (known > 0 && known == named))
}

/// Whether no name is familiar and one is what no name is: a number, a date, a
/// truth, an address.
fn looks_like_a_row(names: &[String], familiar: &dyn Fn(&str) -> bool) -> bool {
    let is_value = |name: &str| {
        let digits = name.trim_start_matches(['+', '-', '$', '€', '£']);
        // The letters are those of a time.
        (digits.starts_with(|letter: char| letter.is_ascii_digit())
            && digits
                .chars()
                .all(|letter| !letter.is_alphabetic() || matches!(letter, 'T' | 'Z')))
            || matches!(name.to_ascii_lowercase().as_str(), "true" | "false")
            || (name.contains('@') && name.contains('.'))
    };
    !names.iter().any(|name| familiar(name)) && names.iter().any(|name| is_value(name))
}

/// Names that more than one column has, with the columns, counted from 1.
fn named_twice(names: &[String]) -> Vec<String> {
    let mut places: HashMap<&str, Vec<String>> = HashMap::new();
    for (place, name) in names.iter().enumerate() {
        places
            .entry(name)
            .or_default()
            .push((place + 1).to_string());
    }
    let mut told = Vec::new();
    for name in names {
        // Each once, in the order of the header.
        if let Some(columns) = places.remove(name.as_str())
            && columns.len() > 1
        {
            told.push(format!("{} (columns {})", shown(name), listed(&columns)));
        }
    }
    told
}

/// The first few, and how many more there are.
fn listed(words: &[String]) -> String {
    let shown = words[..words.len().min(NAMED)].join(", ");
    match words.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// An error about columns without a name, counted from 0.
pub(super) fn nameless_columns(wrong: &Wrong<'_>, line: u64, places: &[usize]) -> Error {
    let numbers: Vec<_> = places.iter().map(|place| (place + 1).to_string()).collect();
    let what = match numbers.as_slice() {
        [number] => format!("column {number} has no name in the header"),
        _ => format!("columns {} have no name in the header", listed(&numbers)),
    };
    wrong(line, &what).hint("give the column a name, or delete it")
}
