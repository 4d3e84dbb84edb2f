//! The flags that are not parameters of the API: output, paging, and what
//! every command understands.

use clap::builder::{EnumValueParser, PossibleValue};
use clap::{Arg, ArgAction, ValueEnum, ValueHint};

use crate::catalog::{MAXIMUM_PAGE_SIZE, ParameterRole, RESOURCES, Resource};
use crate::config::{Colour, span};
use crate::output::Format;

use super::filtering;
use super::options::{DryRun, ErrorForm};

/// The flag for the number of records, and its name among the matches.
pub(super) const LIMIT: &str = "limit";

/// Long flags that no parameter may take as its own.
const RESERVED: &[&str] = &[
    "output",
    "jq",
    "raw",
    "slurp",
    "arg",
    "argjson",
    "jq-errors",
    "columns",
    "out",
    "excel",
    LIMIT,
    "page-size",
    "body",
    "set",
    "set-string",
    "dry-run",
    "yes",
    "fail-fast",
    "sandbox",
    "base-url",
    "api-version",
    "max-retries",
    "max-time",
    "errors",
    "color",
    "help",
    "profile",
    "verbose",
    "trace",
    "ca-file",
    "system-ca",
    "timeout",
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

const _: () = no_parameter_takes_a_reserved_flag(RESOURCES);

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
            if let Some(flag) = parameters[at].flag {
                assert!(!same(flag, RESERVED[word]), "a flag that is reserved");
            }
            // The command line sets the page size itself.
            let taken = same(parameters[at].name, RESERVED[word]);
            assert!(
                !taken || matches!(parameters[at].role, ParameterRole::PageSize),
                "a parameter that is reserved"
            );
            word += 1;
        }
        at += 1;
    }
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
        &[Self::Request, Self::Curl]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Request => "request",
            Self::Curl => "curl",
        }))
    }
}

fn choice<T: ValueEnum + Clone + Send + Sync + 'static>(arg: Arg) -> Arg {
    arg.value_parser(EnumValueParser::<T>::new())
}

fn switch(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

/// What becomes of records.
#[must_use]
pub fn output() -> Vec<Arg> {
    let mut flags = vec![
        choice::<Format>(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FORMAT"),
        )
        .help("table (on a terminal), json (elsewhere), ndjson, csv or tsv")
        .hide_possible_values(true),
        Arg::new("columns")
            .long("columns")
            .short('c')
            .value_name("A,B.C")
            .help("columns of tables and CSV; \"help\" lists them"),
        Arg::new("jq")
            .long("jq")
            .short('q')
            .value_name("FILTER")
            .help("run a jq filter over each record"),
        switch("raw")
            .short('r')
            .help("with --jq: text results without quotes"),
        switch("slurp")
            .help("with --jq: gather all records into one list first (this buffers)")
            .hide_short_help(true),
    ];
    flags.extend(filtering::given());
    flags.push(filtering::on_error());
    flags.extend([
        Arg::new("out")
            .long("out")
            .short('O')
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .help("write to a file; it appears whole or not at all"),
        switch("excel")
            .help("CSV for spreadsheets: a byte order mark, and no cell is a formula")
            .hide_short_help(true),
        choice::<Colour>(Arg::new("color").long("color").value_name("WHEN"))
            .help("auto, always or never")
            .hide_possible_values(true)
            .hide_short_help(true),
    ]);
    flags
        .into_iter()
        .map(|flag| flag.global(true).help_heading("Output"))
        .collect()
}

/// What every command understands.
pub fn everywhere() -> Vec<Arg> {
    let flags = vec![
        choice::<DryRun>(Arg::new("dry-run").long("dry-run").value_name("FORM"))
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("request")
            .help("print the request instead of sending it; =curl prints a command")
            .hide_possible_values(true),
        switch("yes")
            .short('y')
            .help("do not ask before what cannot be taken back"),
        switch("fail-fast")
            .help("with many ids: stop at the first that fails")
            .hide_short_help(true),
        switch("sandbox").help("use the built-in sandbox: no token, no network"),
        Arg::new("profile")
            .long("profile")
            .value_name("NAME")
            .help("the store to work with: a profile of rc profile list"),
        Arg::new("base-url")
            .long("base-url")
            .value_name("URL")
            .value_hint(ValueHint::Url)
            .help("where the API answers; https, or this machine")
            .hide_short_help(true),
        Arg::new("api-version")
            .long("api-version")
            .value_name("VERSION")
            .help("version of the API to ask for")
            .hide_short_help(true),
        Arg::new("verbose")
            .long("verbose")
            .short('v')
            .action(ArgAction::Count)
            .help("show each request on standard error; -vv with headers and bodies"),
        Arg::new("trace")
            .long("trace")
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .help("write all requests and answers to a HAR file, without secrets")
            .hide_short_help(true),
        Arg::new("timeout")
            .long("timeout")
            .value_name("SPAN")
            .value_parser(some_time)
            .help("how long an attempt may take, like 30s [default: 2m]")
            .hide_short_help(true),
        Arg::new("ca-file")
            .long("ca-file")
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .help("trust only the certificate authorities in this PEM file")
            .hide_short_help(true),
        switch("system-ca")
            .help("trust the certificate authorities of the system")
            .hide_short_help(true),
        Arg::new("max-retries")
            .long("max-retries")
            .value_name("N")
            .value_parser(retries)
            .help("try a request that fails so many times again, where that is safe [default: 8]")
            .hide_short_help(true),
        Arg::new("max-time")
            .long("max-time")
            .value_name("SPAN")
            .value_parser(span)
            .help("begin no further attempt so long after the first, like 30s [default: 2m]; of a batch: the longest without progress [default: 10m]")
            .hide_short_help(true),
        Arg::new("help")
            .long("help")
            .short('h')
            .action(ArgAction::Help)
            .help("this help; -h is shorter"),
        choice::<ErrorForm>(Arg::new("errors").long("errors").value_name("FORM"))
            .help("how errors are told: text or json")
            .hide_possible_values(true)
            .hide_short_help(true),
    ];
    flags
        .into_iter()
        .map(|flag| flag.global(true).help_heading("Everywhere"))
        .collect()
}

fn count(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| "not a whole number".to_owned())
}

fn retries(word: &str) -> Result<u32, String> {
    word.parse().map_err(|_| "not a whole number".to_owned())
}

fn page_size(word: &str) -> Result<u32, String> {
    match word.parse() {
        Ok(size @ 1..=MAXIMUM_PAGE_SIZE) => Ok(size),
        _ => Err(format!("not a number from 1 to {MAXIMUM_PAGE_SIZE}")),
    }
}

/// How far to follow a list.
pub fn paging() -> Vec<Arg> {
    let flags = vec![
        Arg::new(LIMIT)
            .long(LIMIT)
            .short('n')
            .value_name("N")
            .value_parser(count)
            .help("stop after this many records"),
        Arg::new("page-size")
            .long("page-size")
            .value_name("N")
            .value_parser(page_size)
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
fn some_time(word: &str) -> Result<std::time::Duration, String> {
    let wanted = "a span like 500ms, 20s or 2m";
    let span = span(word).map_err(|_| wanted)?;
    if span.is_zero() {
        return Err(wanted.to_owned());
    }
    Ok(span)
}
