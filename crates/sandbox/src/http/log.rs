//! The request log: what was asked, what was answered, what went wrong on
//! purpose, and whether the store was changed. So a test can see what reached
//! the sandbox, whatever its client believes.
//!
//! Takes notes; returns the newest of them and counts of all. It is bounded,
//! lives in memory, and never contains a token.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::{Value, json};

/// Notes that are kept; older ones are forgotten.
const KEPT: usize = 10_000;

/// Bytes of a path that are kept.
const LONGEST_PATH: usize = 2000;

/// Bytes of a method that are kept.
const LONGEST_METHOD: usize = 16;

/// The result of one request.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct LoggedRequest {
    /// Numbers grow by one, and continue when the log is emptied.
    pub(crate) number: u64,
    /// The time of the store.
    pub(crate) at: String,
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// `subscriptions.cancel`; nothing for a route that is not there.
    pub(crate) operation: Option<String>,
    /// The name of the token, where it is one.
    pub(crate) token: Option<String>,
    /// The status that was sent, if an answer was.
    pub(crate) status: Option<u16>,
    /// `whole`, `cut`, `reset` or `never`.
    pub(crate) answer: &'static str,
    /// Whether the store was changed.
    pub(crate) applied: bool,
    /// The terms of the faults that it met, as they were set.
    pub(crate) fault: Option<String>,
    /// Milliseconds from the request to its end; nothing when it has none.
    pub(crate) ms: Option<u64>,
    pub(crate) request_id: Option<String>,
}

/// The newest requests, and how many there were of each kind.
#[derive(Debug, Default)]
pub(crate) struct Log {
    last: u64,
    notes: VecDeque<LoggedRequest>,
    /// By operation, then by the result of it.
    counts: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Log {
    /// Notes a request, and gives it its number.
    pub(crate) fn note(&mut self, mut note: LoggedRequest) {
        self.last += 1;
        note.number = self.last;
        shorten(&mut note.path, LONGEST_PATH);
        shorten(&mut note.method, LONGEST_METHOD);
        let operation = note.operation.as_deref().unwrap_or("unknown");
        let counts = self.counts.entry(operation.to_owned()).or_default();
        let outcome = match (note.status, note.answer) {
            (Some(status), "whole") => status.to_string(),
            (_, answer) => answer.to_owned(),
        };
        *counts.entry(outcome).or_default() += 1;
        *counts.entry("applied".to_owned()).or_default() += u64::from(note.applied);
        if self.notes.len() == KEPT {
            self.notes.pop_front();
        }
        self.notes.push_back(note);
    }

    /// Forgets all requests and counts.
    pub(crate) fn empty(&mut self) {
        self.notes.clear();
        self.counts.clear();
    }

    /// Requests with numbers above `after`, newest last: the first of them when
    /// a number was given, so that who asks again misses none, else the newest.
    pub(crate) fn told(&self, after: Option<u64>, limit: Option<usize>) -> Value {
        let begin = after.unwrap_or(0);
        let from = self.notes.partition_point(|note| note.number <= begin);
        let count = self.notes.len() - from;
        let limit = limit.unwrap_or(count).min(count);
        let from = if after.is_some() {
            from
        } else {
            from + count - limit
        };
        let notes: Vec<&LoggedRequest> = self.notes.range(from..from + limit).collect();
        json!({"requests": notes, "last": self.last, "counts": self.counts})
    }
}

fn shorten(text: &mut String, longest: usize) {
    if text.len() > longest {
        let mut end = longest;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(log: &Log, after: Option<u64>, limit: Option<usize>) -> Vec<u64> {
        let told = log.told(after, limit);
        let notes = told["requests"].as_array().unwrap();
        notes
            .iter()
            .map(|note| note["number"].as_u64().unwrap())
            .collect()
    }

    #[test]
    fn who_asks_on_from_a_number_misses_none_and_else_the_newest_come() {
        let mut log = Log::default();
        for _ in 0..5 {
            log.note(LoggedRequest::default());
        }
        assert_eq!(numbers(&log, None, None), [1, 2, 3, 4, 5]);
        assert_eq!(numbers(&log, None, Some(2)), [4, 5]);
        assert_eq!(numbers(&log, Some(1), Some(2)), [2, 3]);
        assert_eq!(numbers(&log, Some(9), None), [0; 0]);
        log.empty();
        log.note(LoggedRequest::default());
        assert_eq!(numbers(&log, None, None), [6]);
    }

    #[test]
    fn it_forgets_the_oldest_and_keeps_little_of_an_endless_path() {
        let mut log = Log::default();
        for _ in 0..=KEPT {
            log.note(LoggedRequest {
                path: "é".repeat(LONGEST_PATH),
                answer: "whole",
                status: Some(404),
                ..LoggedRequest::default()
            });
        }
        assert_eq!(log.notes.len(), KEPT);
        assert_eq!(log.notes[0].number, 2);
        assert!(
            log.notes
                .iter()
                .all(|note| note.path.len() <= LONGEST_PATH + 3)
        );
        assert_eq!(
            log.told(None, Some(0))["counts"]["unknown"]["404"],
            KEPT + 1
        );
    }
}
