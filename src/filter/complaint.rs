//! Explains the error in a jq filter so that it can be corrected: what, where,
//! the line with a mark under the place, and the nearest name.
//!
//! Takes the filter's text and jaq's errors, whose slices point into it;
//! returns one usage error, about the first place.

use jaq_core::compile::Undefined;
use jaq_core::load::{self, lex, parse};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

use crate::error::Error;
use crate::excerpt::shortened;

use super::builtins::ABSENT;
use crate::nearest::{Similarity, nearest};

/// Longest piece of the filter that a message quotes.
const QUOTED: usize = 24;

/// A name that a filter can call, and how many arguments it takes.
pub(super) type Name = (String, usize);

/// One thing that is wrong at one place.
struct Complaint<'a> {
    what: String,
    place: &'a str,
    hint: Option<String>,
}

impl<'a> Complaint<'a> {
    fn new(what: impl Into<String>, place: &'a str) -> Self {
        Self {
            what: what.into(),
            place,
            hint: None,
        }
    }
}

/// The error for a filter that could not be read.
pub(super) fn unreadable(code: &str, errors: &load::Errors<&str, ()>) -> Error {
    let complaints = errors.iter().flat_map(|(_, error)| match error {
        load::Error::Lex(errors) => errors.iter().map(misspelt).collect(),
        load::Error::Parse(errors) => errors.iter().map(misplaced).collect(),
        load::Error::Io(errors) => errors
            .iter()
            .map(|(path, _)| module(path))
            .collect::<Vec<_>>(),
    });
    report(code, complaints.collect())
}

/// The error for a filter that calls what is not there.
pub(super) fn undefined(
    code: &str,
    errors: &jaq_core::compile::Errors<&str, ()>,
    names: &[Name],
    globals: &[String],
) -> Error {
    let complaints = errors.iter().flat_map(|(_, errors)| errors);
    let complaints = complaints.map(|(name, what)| match what {
        Undefined::Var => unbound(code, name, globals),
        what => missing(name, what, names),
    });
    report(code, complaints.collect())
}

fn misspelt<'a>((expected, rest): &lex::Error<&'a str>) -> Complaint<'a> {
    let what = match expected {
        lex::Expect::Token => format!("unexpected `{}`", rest.chars().next().unwrap_or(' ')),
        expected => format!("expected {}", expected.as_str()),
    };
    Complaint::new(what, rest)
}

fn misplaced<'a>((expected, found): &parse::Error<&'a str>) -> Complaint<'a> {
    let expected = match expected {
        parse::Expect::Nothing => "the end",
        parse::Expect::Term => "a filter",
        expected => expected.as_str(),
    };
    let what = if found.is_empty() {
        format!("expected {expected}, but the filter ends")
    } else {
        format!("expected {expected}, found `{}`", quoted(found))
    };
    Complaint::new(what, found)
}

fn module<'a>(path: &&'a str) -> Complaint<'a> {
    let mut complaint = Complaint::new("modules cannot be loaded", path);
    complaint.hint = Some("a filter has no access to files".to_owned());
    complaint
}

fn missing<'a>(name: &'a str, what: &Undefined, names: &[Name]) -> Complaint<'a> {
    let Undefined::Filter(arity) = what else {
        let mut complaint = Complaint::new(format!("undefined {} `{name}`", what.as_str()), name);
        complaint.hint = absent(name);
        return complaint;
    };
    let mut complaint = Complaint::new(format!("undefined filter `{name}/{arity}`"), name);
    let others: Vec<String> = names
        .iter()
        .filter(|(known, _)| known == name)
        .map(|(known, arity)| format!("`{known}/{arity}`"))
        .collect();
    complaint.hint = if others.is_empty() {
        let known = names.iter().map(|(known, _)| known.as_str());
        absent(name).or_else(|| {
            nearest(name, known, Similarity::Usual).map(|near| format!("did you mean `{near}`?"))
        })
    } else {
        Some(format!("there is {}", others.join(" and ")))
    };
    complaint
}

/// A variable that is neither given nor bound: the nearest of those that are,
/// anywhere in the filter.
fn unbound<'a>(code: &str, name: &'a str, globals: &[String]) -> Complaint<'a> {
    let mut complaint = Complaint::new(format!("undefined variable `{name}`"), name);
    let bare = name.trim_start_matches('$');
    let bound = code.split('$').skip(1).map(leading_name);
    let given = globals.iter().map(|global| global.trim_start_matches('$'));
    let known = given.chain(bound).filter(|known| *known != bare);
    complaint.hint = absent(name)
        .or_else(|| {
            nearest(bare, known, Similarity::Usual).map(|near| format!("did you mean `${near}`?"))
        })
        .or_else(|| Some(format!("--arg {bare} VALUE gives it one")));
    complaint
}

/// The name that a text begins with.
fn leading_name(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    &text[..end.unwrap_or(text.len())]
}

fn absent(name: &str) -> Option<String> {
    let found = ABSENT.iter().find(|(absent, _)| *absent == name);
    found.map(|(_, hint)| (*hint).to_owned())
}

/// The beginning of the first line.
fn quoted(text: &str) -> Cow<'_, str> {
    shortened(text.lines().next().unwrap_or(text), QUOTED)
}

/// One error for the first of the complaints.
fn report(code: &str, complaints: Vec<Complaint<'_>>) -> Error {
    let placed = complaints
        .into_iter()
        .map(|complaint| (offset(code, complaint.place), complaint));
    let Some((offset, complaint)) = placed.min_by_key(|(offset, _)| *offset) else {
        return Error::usage("the jq filter cannot be read");
    };
    let (before, _) = code.split_at(offset);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let row = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    let line = code[line_start..].lines().next().unwrap_or("");
    let indent = before[line_start..].replace('\t', " ").width();
    let marked = complaint
        .place
        .lines()
        .next()
        .unwrap_or("")
        .width()
        .clamp(1, QUOTED);
    let error = Error::usage(format!(
        "jq filter, line {row}, column {column}: {}",
        complaint.what
    ))
    .hint(line.replace('\t', " "))
    .hint(format!("{}{}", " ".repeat(indent), "^".repeat(marked)));
    match complaint.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Where a slice of the filter begins; the filter's end for any other text.
fn offset(code: &str, place: &str) -> usize {
    (place.as_ptr() as usize)
        .checked_sub(code.as_ptr() as usize)
        .filter(|offset| code.is_char_boundary(*offset))
        .unwrap_or(code.len())
}
