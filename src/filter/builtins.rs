//! The functions of jq filters: jaq's standard library without the doors to the
//! process, and a few names of jq that jaq leaves out.
//!
//! Absent are the environment, other inputs, modules and printing on the side
//! (`debug`, `stderr`): a filter sees its record and the clock, nothing else.

use jaq_core::data::HasLut;
use jaq_core::load::parse::Def;
use jaq_core::native::{self, Fun, bome, v};
use jaq_core::{DataT, Lut};
use jaq_json::{Error, Val, ValR};

use super::jq::{DEEPEST, nested_deeper_than};
use super::room::Floor;
use super::value::write_json;
use super::{number, regex, text};

/// The kind of data that filters run on.
pub(super) struct Data;

impl DataT for Data {
    type V<'a> = Val;
    type Data<'a> = Steps<'a>;
}

/// The terms of a filter. Each step looks its term up here, and so each step
/// checks how deep the filter is.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a> {
    pub(super) lut: &'a Lut<Data>,
    pub(super) floor: Floor,
    /// Regular expressions that were compiled for this filter.
    pub(super) patterns: &'a regex::Patterns,
}

impl<'a> HasLut<'a, Data> for Steps<'a> {
    fn lut(&self) -> &'a Lut<Data> {
        self.floor.check();
        self.lut
    }
}

/// How names begin that only the definitions here may use.
pub(super) const HIDDEN: &str = "__";

/// Names that are left out, and what to do without them.
pub(super) const ABSENT: &[(&str, &str)] = &[
    ("env", "a filter has no access to the environment"),
    ("$ENV", "a filter has no access to the environment"),
    (
        "input",
        "a filter gets one record; --slurp passes all records as one list",
    ),
    (
        "inputs",
        "a filter gets one record; --slurp passes all records as one list",
    ),
    (
        "input_filename",
        "records come from the API, not from a file",
    ),
    (
        "input_line_number",
        "records come from the API, not from a file",
    ),
    ("$__loc__", "a filter has no file and no lines to name"),
    ("$__prog_args", "--arg NAME TEXT passes a value to a filter"),
    ("get_search_list", "a filter has no access to files"),
    ("modulemeta", "a filter has no access to files"),
    ("debug", "a filter prints nothing but its results"),
    ("stderr", "a filter prints nothing but its results"),
];

/// Definitions of the standard library that need what is left out.
const CLOSED_DEFINITIONS: &[&str] = &["debug", "stderr", "halt_error"];

/// Natives of the standard library that reach out of the filter.
const CLOSED_NATIVES: &[&str] = &["env", "debug_empty", "stderr_empty"];

/// Names that jq has, in its own language.
const MORE: &str = include_str!("more.jq");

/// What the standard library itself uses. Reading JSON costs stack for each
/// level, so that a text must not be nested too deep.
const FIRST: &str = "def fromjson: __shallow | __fromjson;";

/// Everything that is defined in jq itself.
pub(super) fn definitions() -> Vec<Def<&'static str>> {
    let parsed = |text| jaq_core::load::parse(text, |parser| parser.defs()).unwrap_or_default();
    let standard = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .filter(|def| !CLOSED_DEFINITIONS.contains(&def.name))
        .filter(|def| !text::REPLACED.contains(&def.name));
    let first = parsed(FIRST).into_iter().chain(parsed(text::DEFINITIONS));
    first.chain(standard).chain(parsed(MORE)).collect()
}

/// Everything that is not.
pub(super) fn natives() -> Vec<Fun<Data>> {
    let standard = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|(name, ..)| !CLOSED_NATIVES.contains(name))
        .filter(|(name, ..)| !text::REPLACED.contains(name) && !regex::NAMES.contains(name))
        .map(|(name, args, run)| match name {
            // Defined in `FIRST`, with a limit.
            "fromjson" => ("__fromjson", args, run),
            // Defined in `MORE`, with more forms of an offset.
            "strptime" => ("__strptime", args, run),
            name => (name, args, run),
        });
    let own = rows().into_iter().chain([shallow(), number::native()]);
    let own = own.chain(regex::natives()).chain(text::natives());
    standard.chain(own).collect()
}

/// Refuses a text whose JSON is nested too deep to be read.
fn shallow() -> Fun<Data> {
    native::run(("__shallow", v(0), |cv| {
        let too_deep = match &cv.1 {
            Val::TStr(text) | Val::BStr(text) => nested_deeper_than(DEEPEST, text),
            _ => false,
        };
        bome(if too_deep {
            let message = format_args!("the text is nested deeper than {DEEPEST} levels");
            Err(Error::str(message))
        } else {
            Ok(cv.1)
        })
    }))
}

/// `@csv` and `@tsv`. jaq has them in a crate of its own, which brings
/// memory-mapped files along and prints NaN.
fn rows() -> [Fun<Data>; 2] {
    [
        native::run(("@csv", v(0), |cv| bome(row(&cv.1, "CSV", ",", quoted)))),
        native::run(("@tsv", v(0), |cv| bome(row(&cv.1, "TSV", "\t", escaped)))),
    ]
}

/// A list as one line of a format, its texts written by `text`.
fn row(value: &Val, format: &str, between: &str, text: fn(&str) -> String) -> ValR {
    let Val::Arr(items) = value else {
        return Err(refused(
            value,
            format,
            "is not a list, so it cannot be a row of",
        ));
    };
    let fields = items.iter().map(|item| match item {
        Val::Null => Ok(String::new()),
        Val::TStr(bytes) => Ok(text(&String::from_utf8_lossy(bytes))),
        Val::Bool(_) | Val::Num(_) => Ok(shown(item)),
        _ => Err(refused(
            item,
            format,
            "has parts, so it cannot be a field of",
        )),
    });
    let fields: Result<Vec<String>, Error> = fields.collect();
    Ok(Val::utf8_str(fields?.join(between)))
}

fn refused(value: &Val, format: &str, why: &str) -> Error {
    Error::str(format_args!("{} {why} {format}", shown(value)))
}

fn shown(value: &Val) -> String {
    let mut text = String::new();
    // Too deep a value is shown as far as it was written.
    let _ = write_json(value, &mut text);
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_added_definitions_are_there() {
        let names: Vec<_> = definitions().iter().map(|def| def.name).collect();
        for name in ["halt_error", "IN", "INDEX", "fromstream", "map"] {
            assert!(names.contains(&name), "{name}");
        }
    }

    #[test]
    fn the_doors_to_the_process_are_closed() {
        let definitions: Vec<_> = definitions().iter().map(|def| def.name).collect();
        let natives: Vec<_> = natives().iter().map(|(name, ..)| *name).collect();
        for (name, _) in ABSENT {
            assert!(!definitions.contains(name), "{name}");
            assert!(!natives.contains(name), "{name}");
        }
    }
}
