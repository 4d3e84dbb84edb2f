//! The words of `rc deliveries`.

use clap::ArgMatches;

use crate::cli::values::{limit, text};
use crate::commands::webhooks::listen::ForwardWords;
use crate::error::{Error, Result};

/// The task of the command.
#[derive(Debug)]
pub(super) enum Deliveries {
    /// List them.
    List {
        failed: bool,
        topic: Option<String>,
        event: Option<i64>,
        limit: Option<u64>,
    },
    /// Show one, with its body.
    Get(i64),
    /// Send them again: by number, or those of an event.
    Replay {
        ids: Vec<i64>,
        event: Option<i64>,
        forward: ForwardWords,
    },
}

/// The arguments.
pub(super) fn deliveries_of(verb: &str, matches: &ArgMatches) -> Result<Deliveries> {
    let number = |name: &str| matches.get_one::<i64>(name).copied();
    Ok(match verb {
        "list" => Deliveries::List {
            failed: matches.get_flag("failed"),
            topic: text(matches, "topic"),
            event: number("event"),
            limit: limit(matches),
        },
        "get" => Deliveries::Get(number("delivery").unwrap_or_default()),
        _ => {
            let ids = matches.get_many::<i64>("delivery");
            let ids: Vec<i64> = ids.map_or_else(Vec::new, |ids| ids.copied().collect());
            let event = number("event");
            if ids.is_empty() && event.is_none() {
                return Err(Error::usage("no delivery is named")
                    .hint("name deliveries by their ids, or an event with --event"));
            }
            Deliveries::Replay {
                ids,
                event,
                forward: ForwardWords::of(matches)?,
            }
        }
    })
}
