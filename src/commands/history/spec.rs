//! How `rc history` looks.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};

use crate::api::client::WriteOutcome;
use crate::api::request::Moment;
use crate::cli::help::{group, verb};
use crate::cli::{Spec, flags};

pub(super) const SPEC: Spec = Spec::new(
    "history",
    "The writes that were sent from this machine, and how they ended",
    build,
);

const HISTORY: &str = "\
Every request that may change something is recorded before it is sent, whatever
command sends it: its time, command, store, path and ids, and how it ended. No
body, no query and no secret is recorded. Entries are kept for a year, at most
50 MB of them.

Examples:
  rc history list -n 20
  rc history list --since 7d --outcome unknown
  rc history get 1";

const LIST: &str = "\
The newest entry comes first. Outcomes:
  done       the API carried it out
  refused    the API refused it
  not_sent   the API did not receive it
  unknown    the API may have carried it out: the response is missing or
             unclear, or the command ended before it

Examples:
  rc history list -n 20
  rc history list --since 2026-11-01 --until 2026-12-01 -o csv
  rc history list --outcome unknown,refused
  rc history list --id 89559201 --jq .command
  rc history list --profile garden

--profile and --sandbox list the entries of that profile or of the sandbox
alone; without them all entries are listed.";

fn build() -> Command {
    group(SPEC.name, SPEC.about, HISTORY).subcommands([
        verb("list", "List the writes that were sent", LIST)
            .alias("ls")
            .args(filters())
            .arg(flags::limit())
            .arg(flags::count_only()),
        verb("get", "Show one write", "Example:\n  rc history get 1")
            .aliases(["show", "view"])
            .arg(
                Arg::new("entry")
                    .value_name("ID")
                    .required(true)
                    .value_parser(clap::value_parser!(i64).range(1..))
                    .help("number of the entry, as the list shows it"),
            ),
    ])
}

fn filters() -> Vec<Arg> {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let moment = |name, help| text(name, "TIME", help).value_parser(Moment::parse);
    let outcomes = WriteOutcome::ALL.map(WriteOutcome::name);
    let flags = vec![
        moment("since", "entries from this time on, like 2026-11-01 or 7d"),
        moment("until", "entries before this time"),
        text("outcome", "OUTCOME,OUTCOME", "entries that ended so")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .value_parser(PossibleValuesParser::new(outcomes)),
        text("id", "ID", "entries about the object of this id"),
        text(
            "store",
            "STORE",
            "entries of a store, by its name or address",
        ),
    ];
    flags
        .into_iter()
        .map(|flag| flag.help_heading("Filters"))
        .collect()
}
