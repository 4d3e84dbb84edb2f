//! How `rc webhooks listen` looks.

use std::time::Duration;

use clap::{Arg, ArgAction, Command};

use super::forwarder;
use crate::cli::help::verb;
use crate::cli::{Spec, flags};
use crate::commands::webhooks::receive;
use crate::config::span;

pub(super) const SPEC: Spec = Spec {
    under: Some("webhooks"),
    ..Spec::new(
        "listen",
        "Forward events to a local program, as webhooks do",
        build,
    )
};

const LISTEN: &str = "\
Needs no public address: rc reads the events of the store, builds the messages that
its webhooks would send, signs them and posts them. The header X-Rc-Body states how
close the body is to that of the webhook: as-of, current, last-seen, stub or polled.

A run continues where the last one with the same target ended; messages with a
response are not sent again. Without a target, messages are printed. If the
program does not answer, rc waits for it. A response other than 2xx is a failure;
rc deliveries replay sends the message again.

With --port it receives webhooks instead: it checks both signatures of a message,
records it, and forwards the same bytes and headers. Webhooks that --register
registers are removed at the end.

Examples:
  rc webhooks listen --forward-to http://localhost:3000/hooks
  rc webhooks listen --forward-to http://localhost:3000 --topics 'subscription/*,charge/paid'
  rc webhooks listen --forward-to http://localhost:3000 --since 2h --once
  rc webhooks listen --topics 'order/*' --jq .body
  rc webhooks listen --port 4010 --forward-to http://localhost:3000/hooks";

fn build() -> Command {
    verb(SPEC.name, SPEC.about, LISTEN)
        .args(forwarder::flags())
        .args([
            Arg::new("topics")
                .long("topics")
                .value_name("TOPIC,TOPIC")
                .action(ArgAction::Append)
                .value_delimiter(',')
                .help("only these topics; * matches anything [default: all]"),
            Arg::new("source")
                .long("source")
                .value_name("SOURCE")
                .value_parser(["events", "lists"])
                .default_value("events")
                .hide_possible_values(true)
                .help("events; or lists, which finds changes without access to events"),
            Arg::new("since").long("since").value_name("WHEN").help(
                "start: a duration like 2h, a time, the id of an event, or @saved [default: where \
                 the last run ended, else now]",
            ),
            Arg::new("every")
                .long("every")
                .value_name("SPAN")
                .value_parser(pause)
                .help("pause between two requests [default: 5s, up to 30s while nothing happens]"),
            Arg::new("once")
                .long("once")
                .action(ArgAction::SetTrue)
                .help("end once everything that happened is delivered"),
            Arg::new("upcoming-days")
                .long("upcoming-days")
                .value_name("N")
                .value_parser(clap::value_parser!(u32).range(1..=60))
                .help("days between */upcoming and the charge or order [default: 3]"),
        ])
        .args(receive::flags())
        .arg(flags::limit().help("stop after this many messages"))
}

/// A pause between two looks.
pub(in crate::commands) fn pause(word: &str) -> Result<Duration, String> {
    let span = span(word)?;
    if span < Duration::from_secs(1) || span > Duration::from_secs(24 * 60 * 60) {
        return Err("a pause from 1s to 1d".to_owned());
    }
    Ok(span)
}
