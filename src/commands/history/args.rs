//! The words of `rc history`.

use clap::ArgMatches;

use crate::api::client::WriteOutcome;
use crate::api::request::Moment;
use crate::cli::values::{limit, text, texts};

/// What to show of the history.
#[derive(Debug)]
pub(super) enum History {
    /// A list of entries.
    List(HistoryQuery),
    /// One entry.
    Get(i64),
}

/// Which entries to list.
#[derive(Debug)]
pub(super) struct HistoryQuery {
    pub(super) since: Option<Moment>,
    pub(super) until: Option<Moment>,
    pub(super) outcomes: Vec<WriteOutcome>,
    pub(super) object: Option<String>,
    pub(super) store: Option<String>,
    pub(super) limit: Option<u64>,
}

/// What the words come to.
pub(super) fn history_of(verb: &str, matches: &ArgMatches) -> History {
    if verb == "get" {
        return History::Get(matches.get_one("entry").copied().unwrap_or_default());
    }
    let moment = |name| matches.get_one::<Moment>(name).cloned();
    let words = texts(matches, "outcome");
    let mut outcomes = WriteOutcome::ALL.to_vec();
    outcomes.retain(|outcome| words.iter().any(|word| word == outcome.name()));
    History::List(HistoryQuery {
        since: moment("since"),
        until: moment("until"),
        outcomes,
        object: text(matches, "id"),
        store: text(matches, "store"),
        limit: limit(matches),
    })
}
