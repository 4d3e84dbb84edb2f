//! The words of `rc events tail` and `rc events changes`.

use std::time::Duration;

use clap::ArgMatches;

use crate::cli::values::{limit, text, texts};
use crate::webhooks::listen::EventFilter;

/// Which events to follow.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) filter: EventFilter,
    pub(super) since: Option<String>,
    pub(super) every: Option<Duration>,
    pub(super) once: bool,
    pub(super) limit: Option<u64>,
}

/// Whose changes to show.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) object: String,
    pub(super) id: String,
    pub(super) since: Option<String>,
}

/// The arguments of `tail`.
pub(super) fn tail_of(matches: &ArgMatches) -> Tail {
    Tail {
        filter: EventFilter {
            object_type: text(matches, "object-type"),
            object_id: None,
            verbs: texts(matches, "verbs"),
            customer: text(matches, "customer"),
            origin: text(matches, "origin"),
        },
        since: text(matches, "since"),
        every: matches.get_one("every").copied(),
        once: matches.get_flag("once"),
        limit: limit(matches),
    }
}

/// The arguments of `changes`.
pub(super) fn changes_of(matches: &ArgMatches) -> Changes {
    Changes {
        object: text(matches, "object").unwrap_or_default(),
        id: text(matches, "id").unwrap_or_default(),
        since: text(matches, "since"),
    }
}
