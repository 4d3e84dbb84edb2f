//! How `rc events tail` and `rc events changes` look.

use clap::{Arg, ArgAction, Command};

use crate::cli::help::verb;
use crate::cli::{Spec, flags};
use crate::commands::webhooks::listen::pause;

pub(super) const TAIL: Spec = Spec {
    under: Some("events"),
    ..Spec::new("tail", "Follow events as they happen", tail)
};

pub(super) const CHANGES: Spec = Spec {
    under: Some("events"),
    ..Spec::new("changes", "Show which fields of an object changed", changes)
};

const TAIL_HELP: &str = "\
The oldest event comes first. Events reach back seven days; they may appear
late, and each is shown once.

Examples:
  rc events tail
  rc events tail --since 3h --once --verbs deleted
  rc events tail --object-type subscription --origin customer_portal -o ndjson";

const CHANGES_HELP: &str = "\
A line for each field that an event changed, the oldest first. Events reach
back seven days.

Examples:
  rc events changes subscription 89559201
  rc events changes charge 377749210 --since 2d -o csv";

fn since(default: &'static str) -> Arg {
    Arg::new("since")
        .long("since")
        .value_name("WHEN")
        .help(format!(
            "start: a duration like 3h, or a time [default: {default}]"
        ))
}

fn tail() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    verb(TAIL.name, TAIL.about, TAIL_HELP)
        .args([
            text("object-type", "TYPE", "only about this kind of object"),
            text("verbs", "VERB,VERB", "only these verbs")
                .action(ArgAction::Append)
                .value_delimiter(','),
            text("customer", "ID", "only about objects of this customer"),
            text(
                "origin",
                "ORIGIN",
                "only those of this origin: api, customer_portal, merchant_portal, \
                 recharge_process",
            ),
            since("now; with --once, an hour ago"),
            Arg::new("every")
                .long("every")
                .value_name("SPAN")
                .value_parser(pause)
                .help("pause between two requests [default: 5s]"),
            Arg::new("once")
                .long("once")
                .action(ArgAction::SetTrue)
                .help("exit once all events are shown"),
        ])
        .arg(flags::limit().help("stop after this many events"))
}

fn changes() -> Command {
    verb(CHANGES.name, CHANGES.about, CHANGES_HELP).args([
        Arg::new("object")
            .value_name("OBJECT")
            .required(true)
            .help("kind of object, like subscription"),
        Arg::new("id")
            .value_name("ID")
            .required(true)
            .help("its id"),
        since("seven days ago"),
    ])
}
