//! The words of `rc webhooks listen`.

use std::time::Duration;

use clap::ArgMatches;

use super::forwarder::ForwardWords;
use crate::cli::values::{limit, text, texts};
use crate::error::Result;
use crate::webhooks::listen::ListenSource;

/// The topics and the target of messages.
#[derive(Debug)]
pub(super) struct Listen {
    pub(super) forward: ForwardWords,
    pub(super) topics: Vec<String>,
    pub(super) source: ListenSource,
    pub(super) since: Option<String>,
    pub(super) every: Option<Duration>,
    pub(super) once: bool,
    pub(super) limit: Option<u64>,
    pub(super) upcoming_days: Option<u32>,
}

/// The arguments.
pub(super) fn listen_of(matches: &ArgMatches) -> Result<Listen> {
    Ok(Listen {
        forward: ForwardWords::of(matches)?,
        topics: texts(matches, "topics"),
        source: match text(matches, "source").as_deref() {
            Some("lists") => ListenSource::Lists,
            _ => ListenSource::Events,
        },
        since: text(matches, "since"),
        every: matches.get_one("every").copied(),
        once: matches.get_flag("once"),
        limit: limit(matches),
        upcoming_days: matches.get_one("upcoming-days").copied(),
    })
}
