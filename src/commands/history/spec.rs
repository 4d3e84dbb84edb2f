//! How `rc history` looks.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};

use crate::api::client::WriteOutcome;
use crate::api::request::Moment;
use crate::cli::help::{group, verb};
use crate::cli::{Spec, flags};

pub(super) const SPEC: Spec = Spec::new(
    "history",
    "Writes that were sent from this machine, and their outcomes",
    build,
);

const HISTORY: &str = "\
Every request that may change something is recorded before it is sent, by all
commands: its time, command, store, path, ids and outcome. Bodies, queries and
secrets are not recorded. Entries are kept for a year, up to 50 MB.

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
                    .help("id of the entry, as the list shows it"),
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
        text("outcome", "OUTCOME,OUTCOME", "entries with this outcome")
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
