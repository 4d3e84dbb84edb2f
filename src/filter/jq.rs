//! jq: a filter compiled once and run over records.
//!
//! Takes the filter's text and the bytes of records; returns jaq's values, one
//! by one as they are made, so that anyone who takes them can stop. Records are
//! read from bytes, never from a parsed value: so big integers, `1.10` and the
//! order of keys survive. Errors of a filter know neither the number of the
//! record nor where it came from; the caller adds that.

use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Exn, Vars};
use jaq_json::{Val, read};

use crate::error::{Error, Result};
use crate::excerpt::first_letters;

use super::builtins::{self, Data, Steps};
use super::complaint::{self, Name};
use super::cut;
use super::needed::NeededFields;
use super::reason;
use super::regex;
use super::room::{self, Floor};
use super::surrogates;
use super::text;
use super::value::write_json;
use super::variables::Variables;

/// Deepest nesting of a record; reading one costs stack a level.
pub(super) const DEEPEST: usize = 512;

/// Deepest nesting of brackets in a filter, for the same reason.
const DEEPEST_FILTER: usize = 200;

/// Longest message that an error carries; jaq quotes whole records.
const LONGEST_MESSAGE: usize = 300;

/// Whether more is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    More,
    /// Nothing further will be used: stop fetching.
    Enough,
}

/// What becomes of the work when the filter fails on a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It ends there.
    #[default]
    Stop,
    /// The record is left out.
    Skip,
}

/// A compiled filter.
pub struct Jq {
    /// The filter as it was typed.
    code: String,
    filter: jaq_core::Filter<Data>,
    globals: Vars<Val>,
    patterns: regex::Patterns,
    /// The fields that are read of each record; `None` where it is read in whole.
    needed: Option<NeededFields>,
}

impl std::fmt::Debug for Jq {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Jq")
    }
}

impl Jq {
    /// Compiles a filter that is given nothing but its record.
    ///
    /// # Errors
    /// As for [`Jq::compile_with`].
    pub fn compile(text: &str) -> Result<Self> {
        Self::compile_with(text, &Variables::default())
    }

    /// Compiles a filter, and gives it variables.
    ///
    /// # Errors
    /// A usage error with line and column, what was expected or is not
    /// defined, and as hints the line, a mark under the place, and a remedy.
    pub fn compile_with(text: &str, variables: &Variables) -> Result<Self> {
        let filter = Self::compile_text(text, variables)?;
        // Places in errors are those of the text that was given.
        let written = text::with_writers(text);
        let written = written.and_then(|text| Self::compile_text(&text, variables).ok());
        Ok(Self {
            needed: NeededFields::of(text),
            ..written.unwrap_or(filter)
        })
    }

    fn compile_text(text: &str, variables: &Variables) -> Result<Self> {
        if nested_deeper_than(DEEPEST_FILTER, text.as_bytes()) {
            return Err(Error::usage(format!(
                "jq filter: brackets nested deeper than {DEEPEST_FILTER} levels"
            )));
        }
        let definitions = builtins::definitions();
        let natives = builtins::natives();
        let hidden = |(name, _): &Name| name.starts_with(builtins::HIDDEN);
        let names: Vec<Name> = definitions
            .iter()
            .map(|def| (def.name.to_owned(), def.args.len()))
            .chain(
                natives
                    .iter()
                    .map(|(name, args, _)| ((*name).to_owned(), args.len())),
            )
            .filter(|name| !hidden(name))
            .collect();
        let arena = Arena::default();
        let program = File {
            code: text,
            path: (),
        };
        let modules = Loader::new(definitions)
            .load(&arena, program)
            .map_err(|errors| complaint::unreadable(text, &errors))?;
        load::import(&modules, |_| Err("no files".to_owned()))
            .map_err(|errors| complaint::unreadable(text, &errors))?;
        let globals = variables.names();
        let filter = Compiler::default()
            .with_global_vars(globals.iter().map(String::as_str))
            .with_funs(natives)
            .compile(modules)
            .map_err(|errors| complaint::undefined(text, &errors, &names, &globals))?;
        Ok(Self {
            code: text.to_owned(),
            filter,
            globals: Vars::new(variables.values()),
            patterns: regex::Patterns::default(),
            needed: None,
        })
    }

    /// Runs the filter on a record and hands each result to `each`, until
    /// there are no more or `each` fails. [`Flow::Enough`] when the filter
    /// called `halt`.
    ///
    /// # Errors
    /// What `each` fails with; an error of the filter, or that it recurses too
    /// deep; a record that is not JSON, or is nested deeper than 512 levels.
    pub fn run(&self, record: &[u8], each: &mut dyn FnMut(&Val) -> Result<()>) -> Result<Flow> {
        let needed = self.needed.as_ref();
        let value = match needed.and_then(|needed| cut::cut(record, needed)) {
            Some(value) => value,
            None => whole(record)?,
        };
        room::within(|| self.results(value, each))
    }

    /// The fields that the filter reads of each record, as paths; `None` where it may
    /// read all of them.
    #[must_use]
    pub fn needed_fields(&self) -> Option<Vec<String>> {
        self.needed.as_ref().map(NeededFields::names)
    }

    /// The same filter, which reads each record in whole.
    #[cfg(test)]
    pub(super) fn reading_all(self) -> Self {
        Self {
            needed: None,
            ..self
        }
    }

    /// Whether the filter begins with something that lists have and records
    /// rarely need.
    #[must_use]
    pub fn begins_with_list(&self) -> bool {
        let code = self.code.trim_start();
        let beginnings = [".[", "map(", "sort_by(", "group_by(", "unique_by("];
        beginnings
            .iter()
            .any(|beginning| code.starts_with(beginning))
    }

    fn results(&self, value: Val, each: &mut dyn FnMut(&Val) -> Result<()>) -> Result<Flow> {
        let steps = Steps {
            lut: &self.filter.lut,
            floor: Floor::here(),
            patterns: &self.patterns,
        };
        let context = Ctx::<Data>::new(steps, self.globals.clone());
        for result in self.filter.id.run((context, value)) {
            match result {
                Ok(value) => each(&value)?,
                Err(exception) => return ended(exception, &self.code),
            }
        }
        Ok(Flow::More)
    }
}

/// A record as a value, all of it.
fn whole(record: &[u8]) -> Result<Val> {
    if nested_deeper_than(DEEPEST, record) {
        let message = format!("the record is nested deeper than {DEEPEST} levels");
        return Err(Error::unexpected(message));
    }
    read::parse_single(record)
        .or_else(|error| {
            let whole = surrogates::replaced(record).ok_or(error)?;
            read::parse_single(&whole)
        })
        .map_err(|error| Error::unexpected(format!("the record is not JSON: {error}")))
}

/// What an exception means: an error, or `halt`.
fn ended(exception: Exn<'_, Val>, code: &str) -> Result<Flow> {
    let exception = match exception.get_err() {
        Ok(error) => return Err(Error::unexpected(message(error, code))),
        Err(exception) => exception,
    };
    match exception.get_halt() {
        Ok(0) => Ok(Flow::Enough),
        Ok(code) => Err(Error::unexpected(format!(
            "the jq filter halted with {code}"
        ))),
        Err(_) => Err(Error::unexpected("the jq filter broke off")),
    }
}

/// An error's text: the text given to `error`, or the reason of jaq without the
/// values that it failed on; on one line and not too long to be of use.
fn message(error: jaq_json::Error, code: &str) -> String {
    let text = match error.into_val() {
        Val::TStr(text) => reason::without_values(&String::from_utf8_lossy(&text), code),
        value => {
            let mut text = String::new();
            // Too deep a value is shown as far as it was written.
            let _ = write_json(&value, &mut text);
            text
        }
    };
    let beginning = first_letters(&text, LONGEST_MESSAGE);
    let mut short: String = beginning
        .unwrap_or(&text)
        .chars()
        .flat_map(|letter| {
            let (plain, escaped) = if letter.is_control() {
                (None, Some(letter.escape_default()))
            } else {
                (Some(letter), None)
            };
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect();
    if beginning.is_some() {
        short.push('…');
    }
    short
}

/// Whether brackets are in each other deeper than that. Counting those that
/// open answers it for nearly all texts.
pub(super) fn nested_deeper_than(limit: usize, text: &[u8]) -> bool {
    let opening = text
        .iter()
        .filter(|byte| matches!(byte, b'[' | b'{' | b'('));
    opening.count() > limit && deepest(text) > limit
}

fn deepest(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
#[path = "jq_tests.rs"]
mod tests;
