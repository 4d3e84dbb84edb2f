//! The flags that every command understands, as one table: the parser, help,
//! completion and man pages follow from it.

use clap::builder::EnumValueParser;
use clap::{Arg, ArgAction, ValueEnum, ValueHint};

use super::filtering;
use super::flags::{retries, some_time};
use super::options::{DryRun, ErrorForm};
use crate::config::{Colour, span};
use crate::output::Format;

/// A flag that every command understands.
#[derive(Debug, Clone, Copy)]
pub struct GlobalFlag {
    /// Long name, without dashes; also its name among the matches.
    pub name: &'static str,
    /// Short name.
    pub short: Option<char>,
    /// What help calls its value; `None` for a flag without one.
    pub value: Option<&'static str>,
    /// The heading of help that it is listed under.
    pub group: FlagGroup,
    /// Output formats that it applies to; empty means all of them.
    pub formats: &'static [Format],
    /// A line of help, a fragment without a full stop.
    pub help: &'static str,
    /// Whether the short help shows it.
    pub is_common: bool,
    /// How its value is read; a switch without a value is the usual.
    pub takes: fn(Arg) -> Arg,
}

/// Headings of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagGroup {
    /// What becomes of records.
    Output,
    /// Everything else.
    Everywhere,
}

impl FlagGroup {
    /// All of them, in the order of help.
    pub const ALL: [Self; 2] = [Self::Output, Self::Everywhere];

    /// Its words in help.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Output => "Output",
            Self::Everywhere => "Everywhere",
        }
    }
}

/// All of them, in the order of help.
pub const GLOBAL_FLAGS: &[GlobalFlag] = &[
    value(
        "output",
        "FORMAT",
        "table (on a terminal), json (elsewhere), ndjson, csv or tsv",
    )
    .output()
    .short('o')
    .common()
    .takes(choice::<Format>),
    value(
        "columns",
        "A,B.C",
        "columns of tables and CSV, fields of JSON; \"help\" lists them",
    )
    .output()
    .short('c')
    .common(),
    value("jq", "FILTER", "run a jq filter over each record")
        .output()
        .short('q')
        .common(),
    switch("raw", "with --jq: text results without quotes")
        .output()
        .short('r')
        .common(),
    switch(
        "slurp",
        "with --jq: collect all records into one list first (held in memory)",
    )
    .output(),
    value("arg", "NAME", "with --jq: set the variable $NAME to a text")
        .output()
        .common()
        .takes(|arg| filtering::pair(arg, ["NAME", "TEXT"])),
    value(
        "argjson",
        "NAME",
        "with --jq: set the variable $NAME to a JSON value",
    )
    .output()
    .takes(|arg| filtering::pair(arg, ["NAME", "JSON"])),
    value(
        "jq-errors",
        "WHAT",
        "when --jq fails on a record: stop, or skip it [default: stop]",
    )
    .output()
    .takes(filtering::on_failure),
    value(
        "out",
        "FILE",
        "write to a file, which is complete or not written at all",
    )
    .output()
    .short('O')
    .common()
    .takes(file),
    switch(
        "excel",
        "CSV for spreadsheets: a byte order mark, and no cell is a formula; implies \
        -o csv",
    )
    .output()
    .formats(&[Format::Csv]),
    switch(
        "all-columns",
        "csv, tsv: add columns for fields of the first page that rc does not \
        know",
    )
    .output(),
    switch("no-headers", "leave out the header line")
        .output()
        .formats(&[Format::Table, Format::Csv, Format::Tsv]),
    value("color", "WHEN", "auto, always or never")
        .output()
        .takes(choice::<Colour>),
    value(
        "dry-run",
        "FORM",
        "print the request instead of sending it; =curl prints a command, =diff what an update \
         changes",
    )
    .common()
    .takes(|arg| {
        choice::<DryRun>(arg)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("request")
    }),
    switch("yes", "do not ask for confirmation")
        .short('y')
        .common(),
    switch("fail-fast", "with many ids: stop at the first that fails"),
    switch("sandbox", "use the built-in sandbox: no token, no network").common(),
    value(
        "profile",
        "NAME",
        "store to use: a profile of rc profile list",
    )
    .common(),
    value("base-url", "URL", "URL of the API; https, or this machine")
        .takes(|arg| arg.value_hint(ValueHint::Url)),
    value("store-hash", "HASH", "BigCommerce store to use"),
    value("api-version", "VERSION", "version of the API to ask for"),
    switch(
        "verbose",
        "show each request on standard error; -vv with headers and bodies",
    )
    .short('v')
    .common()
    .takes(|arg| arg.action(ArgAction::Count)),
    value(
        "trace",
        "FILE",
        "write all requests and responses to a HAR file, without secrets",
    )
    .takes(file),
    value(
        "timeout",
        "SPAN",
        "time limit of one attempt, like 30s [default: 2m]",
    )
    .takes(|arg| arg.value_parser(some_time)),
    value(
        "ca-file",
        "FILE",
        "trust only the certificate authorities in this PEM file",
    )
    .takes(file),
    switch(
        "system-ca",
        "trust the certificate authorities of the system",
    ),
    value(
        "max-retries",
        "N",
        "retry a failed request up to N times, where that is safe [default: 8]",
    )
    .takes(|arg| arg.value_parser(retries)),
    value(
        "max-time",
        "SPAN",
        "stop retrying this long after the first attempt, like 30s [default: 2m]; of a batch: \
         longest time without progress [default: 10m]",
    )
    .takes(|arg| arg.value_parser(span)),
    switch("help", "this help; -h is shorter")
        .short('h')
        .common()
        .takes(|arg| arg.action(ArgAction::Help)),
    value("errors", "FORM", "format of errors: text or json").takes(choice::<ErrorForm>),
];

const fn value(name: &'static str, value: &'static str, help: &'static str) -> GlobalFlag {
    GlobalFlag {
        name,
        short: None,
        value: Some(value),
        group: FlagGroup::Everywhere,
        formats: &[],
        help,
        is_common: false,
        takes: |arg| arg,
    }
}

const fn switch(name: &'static str, help: &'static str) -> GlobalFlag {
    GlobalFlag {
        value: None,
        takes: |arg| arg.action(ArgAction::SetTrue),
        ..value(name, "", help)
    }
}

impl GlobalFlag {
    const fn output(mut self) -> Self {
        self.group = FlagGroup::Output;
        self
    }

    const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn common(mut self) -> Self {
        self.is_common = true;
        self
    }

    const fn formats(mut self, formats: &'static [Format]) -> Self {
        self.formats = formats;
        self
    }

    const fn takes(mut self, takes: fn(Arg) -> Arg) -> Self {
        self.takes = takes;
        self
    }

    /// The flag as clap wants it.
    #[must_use]
    pub fn arg(&self) -> Arg {
        let mut arg = Arg::new(self.name).long(self.name).help(self.help);
        if let Some(short) = self.short {
            arg = arg.short(short);
        }
        if let Some(value) = self.value {
            arg = arg.value_name(value);
        }
        (self.takes)(arg)
            .hide_short_help(!self.is_common)
            .global(true)
            .help_heading(self.group.heading())
    }
}

/// All flags as clap wants them, in the order of help.
pub fn global_args() -> impl Iterator<Item = Arg> {
    GLOBAL_FLAGS.iter().map(GlobalFlag::arg)
}

/// The flag of that name for a command that gives it a meaning of its own.
///
/// # Panics
/// When no flag has that name.
#[must_use]
pub fn local_arg(name: &str) -> Arg {
    let flag = GLOBAL_FLAGS.iter().find(|flag| flag.name == name);
    flag.expect("commands name flags of the table")
        .arg()
        .global(false)
}

fn choice<T: ValueEnum + Clone + Send + Sync + 'static>(arg: Arg) -> Arg {
    arg.value_parser(EnumValueParser::<T>::new())
        .hide_possible_values(true)
}

fn file(arg: Arg) -> Arg {
    arg.value_hint(ValueHint::FilePath)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::cli::complete::{self, Facts, Shell, TypedLine};
    use crate::commands;

    /// Everything that documents flags.
    const DOCS: &[&str] = &[
        include_str!("../../README.md"),
        include_str!("../../docs/bulk.md"),
        include_str!("../../docs/environment.md"),
        include_str!("../../docs/exit-codes.md"),
        include_str!("../../docs/first-hour.md"),
        include_str!("../../docs/jq.md"),
        include_str!("../../docs/output.md"),
        include_str!("../../docs/requests.md"),
        include_str!("../../docs/sandbox.md"),
        include_str!("../../docs/stores.md"),
        include_str!("../../docs/troubleshooting.md"),
    ];

    #[test]
    fn no_two_flags_share_a_name() {
        let mut names = HashSet::new();
        for flag in GLOBAL_FLAGS {
            assert!(names.insert(flag.name.to_owned()), "--{}", flag.name);
            if let Some(short) = flag.short {
                assert!(names.insert(short.to_string()), "-{short}");
            }
        }
    }

    #[test]
    fn help_of_a_flag_is_a_fragment_without_a_full_stop() {
        for flag in GLOBAL_FLAGS {
            assert!(flag.help.len() > 10, "--{}", flag.name);
            assert!(!flag.help.ends_with('.'), "--{}", flag.name);
            let is_name = ["BigCommerce", "CSV", "URL"].map(|name| flag.help.starts_with(name));
            assert!(
                is_name.contains(&true) || !flag.help.starts_with(char::is_uppercase),
                "--{}",
                flag.name
            );
        }
    }

    #[test]
    fn switch_has_no_value_and_other_flags_name_theirs() {
        for flag in GLOBAL_FLAGS {
            let arg = flag.arg();
            let takes = arg.get_action().takes_values();
            assert_eq!(takes, flag.value.is_some(), "--{}", flag.name);
        }
    }

    #[test]
    fn flag_is_in_help_completion_man_page_and_docs() {
        let words = |line: &str| line.split(' ').map(Into::into).collect::<Vec<_>>();
        let Ok(crate::cli::Typed::Text(help)) = commands::parse(&words("help flags"), Some(100))
        else {
            panic!("no help");
        };
        let help = help.to_string();
        let page = crate::cli::manual::page(&commands::all(), &[])
            .unwrap()
            .text;
        for flag in GLOBAL_FLAGS {
            let long = format!("--{}", flag.name);
            assert!(help.contains(&long), "{long} is not in help");
            let escaped = long.replace('-', "\\-");
            assert!(page.contains(&escaped), "{long} is not in rc.1");
            let short = flag.short.map(|short| format!("-{short}"));
            let names = [Some(long.clone()), short];
            let mut names = names.iter().flatten();
            let documented = names.any(|name| DOCS.iter().any(|text| text.contains(name)));
            assert!(documented, "{long} is not in docs/");
            let line = TypedLine {
                shell: Shell::Fish,
                words: words(&format!("rc subscriptions list {long}")),
                before: String::new(),
            };
            let none = Facts {
                profiles: std::sync::Arc::new(|()| Vec::new()),
                jobs: std::sync::Arc::new(|()| Vec::new()),
                ids: std::sync::Arc::new(|_| Vec::new()),
            };
            let offer = complete::offer(&commands::all(), &line, &none);
            let offered = offer
                .candidates
                .iter()
                .any(|one| one.value.starts_with(&long));
            assert!(offered, "{long} is not completed");
        }
    }
}
