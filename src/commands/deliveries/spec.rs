//! How `rc deliveries` looks.

use clap::{Arg, ArgAction, Command};

use crate::cli::help::{group, verb};
use crate::cli::{Spec, flags};
use crate::commands::webhooks::listen::forward_flags;

pub(super) const SPEC: Spec = Spec::new(
    "deliveries",
    "List and replay webhook messages that were sent to local programs",
    build,
);

const DELIVERIES: &str = "\
rc webhooks listen records each message: its body, its target, and the result.
Records are kept for 30 days, in a file that only you can read.

Examples:
  rc deliveries list --failed
  rc deliveries get 12
  rc deliveries replay 12 13
  rc deliveries replay --event 7160141294 --forward-to http://localhost:3000";

const LIST: &str = "\
The newest comes first. States: delivered (a status from 200 to 299), failed,
unknown (sent, but without a response), waiting, printed.

Example:
  rc deliveries list --failed";

const REPLAY: &str = "\
Sends the same bytes again, with a new signature, to the first target or to
--forward-to.

Examples:
  rc deliveries replay 12
  rc deliveries replay --event 7160141294 --forward-to http://localhost:3000";

fn build() -> Command {
    let number = |name: &'static str, value: &'static str| {
        Arg::new(name)
            .value_name(value)
            .value_parser(clap::value_parser!(i64).range(1..))
    };
    group(SPEC.name, SPEC.about, DELIVERIES).subcommands([
        verb("list", "List deliveries", LIST)
            .alias("ls")
            .arg(
                Arg::new("failed")
                    .long("failed")
                    .action(ArgAction::SetTrue)
                    .help("only those that failed or are unknown"),
            )
            .arg(
                Arg::new("topic")
                    .long("topic")
                    .value_name("TOPIC")
                    .help("only those of this topic"),
            )
            .arg(
                number("event", "ID")
                    .long("event")
                    .help("only those of this event"),
            )
            .arg(flags::limit())
            .arg(flags::count_only()),
        verb(
            "get",
            "Show a delivery with its body",
            "Example:\n  rc deliveries get 12",
        )
        .aliases(["show", "view"])
        .arg(
            number("delivery", "ID")
                .required(true)
                .help("id of the delivery, as the list shows it"),
        ),
        verb("replay", "Send deliveries again", REPLAY)
            .arg(
                number("delivery", "ID")
                    .num_args(0..)
                    .action(ArgAction::Append)
                    .help("ids of deliveries"),
            )
            .arg(
                number("event", "ID")
                    .long("event")
                    .conflicts_with("delivery")
                    .help("the messages of this event"),
            )
            .args(forward_flags()),
    ])
}
