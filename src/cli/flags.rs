//! The flags that are not parameters of the API: output, paging, and what
//! every command understands.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ValueEnum};

use crate::catalog::{ApiFamily, ParameterRole, Resource};
use crate::config::{Colour, span};
use crate::output::Format;

use super::global_flags::GLOBAL_FLAGS;
use super::options::{DryRun, ErrorForm};

/// The flag for the number of records, and its name among the matches.
pub(super) const LIMIT: &str = "limit";

/// Long flags beside those of every command that no parameter may take as its own.
const RESERVED: &[&str] = &[
    LIMIT,
    "page-size",
    "body",
    "set",
    "set-string",
    "watch",
    "by",
    "on",
    "count",
    "sum",
    "mean",
    "min",
    "max",
    "top",
    "zone",
];

/// Checks that no parameter of an API takes a flag of the program. Evaluated in
/// a constant, a wrong row does not compile.
///
/// # Panics
/// A parameter takes such a flag.
pub const fn check_reserved(family: &ApiFamily) {
    let mut at = 0;
    while at < family.versions.len() {
        no_parameter_takes_a_reserved_flag(family.versions[at].resources);
        at += 1;
    }
}

const fn no_parameter_takes_a_reserved_flag(resources: &[Resource]) {
    let mut at = 0;
    while at < resources.len() {
        let mut row = 0;
        while row < resources[at].operations.len() {
            let operation = resources[at].operations[row];
            free(operation.query);
            free(operation.body);
            row += 1;
        }
        at += 1;
    }
}

const fn free(parameters: &[crate::catalog::Parameter]) {
    let mut at = 0;
    while at < parameters.len() {
        let mut word = 0;
        while word < RESERVED.len() {
            differs(&parameters[at], RESERVED[word]);
            word += 1;
        }
        let mut flag = 0;
        while flag < GLOBAL_FLAGS.len() {
            differs(&parameters[at], GLOBAL_FLAGS[flag].name);
            flag += 1;
        }
        at += 1;
    }
}

const fn differs(parameter: &crate::catalog::Parameter, reserved: &str) {
    if let Some(flag) = parameter.flag {
        assert!(!same(flag, reserved), "a flag that is reserved");
    }
    // The command line sets the page size itself.
    let taken = same(parameter.name, reserved);
    assert!(
        !taken || matches!(parameter.role, ParameterRole::PageSize),
        "a parameter that is reserved"
    );
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        // A flag spells `_` as `-`.
        let letter = if one[at] == b'_' { b'-' } else { one[at] };
        if letter != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Colour {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}

impl ValueEnum for ErrorForm {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Text => "text",
            Self::Json => "json",
        }))
    }
}

impl ValueEnum for DryRun {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Request, Self::Curl, Self::Diff]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Request => "request",
            Self::Curl => "curl",
            Self::Diff => "diff",
        }))
    }
}

fn count(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| "not a whole number".to_owned())
}

pub(super) fn retries(word: &str) -> Result<u32, String> {
    word.parse().map_err(|_| "not a whole number".to_owned())
}

fn page_size(word: &str, maximum: u32) -> Result<u32, String> {
    match word.parse() {
        Ok(size) if (1..=maximum).contains(&size) => Ok(size),
        _ => Err(format!("not a number from 1 to {maximum}")),
    }
}

/// How many records of a list to print.
#[must_use]
pub fn limit() -> Arg {
    Arg::new(LIMIT)
        .long(LIMIT)
        .short('n')
        .value_name("N")
        .value_parser(count)
        .help("stop after this many records")
        .help_heading("Paging")
}

/// The name of the flag that counts, among the matches: `rc stats` has another
/// flag of that spelling.
pub(super) const COUNT: &str = "count-only";

/// Whether to print the number of records instead of them.
#[must_use]
pub fn count_only() -> Arg {
    Arg::new(COUNT)
        .long("count")
        .action(ArgAction::SetTrue)
        .help("print the number of records only; with --jq, of its results")
        .help_heading("Output")
}

/// How far to follow a list, and how many records a page has at most.
#[must_use]
pub fn paging(maximum: u32) -> Vec<Arg> {
    let flags = vec![
        limit(),
        Arg::new("page-size")
            .long("page-size")
            .value_name("N")
            .value_parser(move |word: &str| page_size(word, maximum))
            .help("records a page, 1 to 250 [default: 250]")
            .hide_short_help(true),
    ];
    flags
        .into_iter()
        .map(|flag| flag.help_heading("Paging"))
        .collect()
}

/// Ways to give a body.
#[must_use]
pub fn body() -> Vec<Arg> {
    let flags = vec![
        Arg::new("set")
            .long("set")
            .value_name("PATH=VALUE")
            .action(ArgAction::Append)
            .help("set a nested field; JSON if it parses as JSON, else text"),
        Arg::new("set-string")
            .long("set-string")
            .value_name("PATH=TEXT")
            .action(ArgAction::Append)
            .help("set a nested field to text")
            .hide_short_help(true),
        Arg::new("body")
            .long("body")
            .value_name("JSON|@FILE|-")
            .help("the whole body; other flags override it"),
    ];
    flags
        .into_iter()
        .map(|flag| flag.help_heading("Body"))
        .collect()
}

/// A span that is not empty.
pub(super) fn some_time(word: &str) -> Result<std::time::Duration, String> {
    let wanted = "a span like 500ms, 20s or 2m";
    let span = span(word).map_err(|_| wanted)?;
    if span.is_zero() {
        return Err(wanted.to_owned());
    }
    Ok(span)
}
