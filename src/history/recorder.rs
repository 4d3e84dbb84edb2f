//! The recorder that a client reports its writes to.
//!
//! Takes requests and their ends; returns entries of a [`HistoryLog`], which is
//! opened at the first write. A log that cannot be written is one warning, and
//! the write continues.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::HistoryLog;
use crate::api::client::{WriteEnd, WriteRecorder};
use crate::api::request::Request;
use crate::catalog::{Api, Operation};
use crate::error::{Error, Result};
use crate::world::Clock;

/// The name of the store of the local sandbox.
pub const SANDBOX: &str = "sandbox";

/// What stands for a secret segment of a path.
const REDACTED: &str = "[redacted]";

/// Bytes of a path that are kept.
const LONGEST_PATH: usize = 500;

/// Failures in a row after which no further entry is tried.
const MOST_FAILURES: u32 = 3;

/// What all writes of a command have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteContext {
    /// The names of command and verb, without values.
    pub command: String,
    /// The name of the store, where it is known.
    pub store: Option<String>,
    /// The address of the API, unless it is the local sandbox.
    pub base_url: Option<String>,
    /// The profile, unless the token came from elsewhere.
    pub profile: Option<String>,
}

/// What is kept of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WriteFacts {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) operation: Option<String>,
    pub(super) ids: Vec<String>,
}

/// Writes the reports of a client into the history.
pub struct HistoryRecorder {
    /// The API that the requests go to.
    api: &'static Api,
    state: Option<PathBuf>,
    context: WriteContext,
    clock: Clock,
    /// Takes the warning that writes are missing in the history.
    warn: Box<dyn Fn(&str) + Send + Sync>,
    log: Mutex<OpenLog>,
}

/// The log, once it was needed, and how often in a row it failed.
#[derive(Default)]
struct OpenLog {
    log: Option<HistoryLog>,
    failures: u32,
    warned: bool,
}

impl std::fmt::Debug for HistoryRecorder {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("HistoryRecorder")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

impl HistoryRecorder {
    /// A recorder into the history below a folder for state. `warn` takes a
    /// warning once.
    #[must_use]
    pub fn new(
        api: &'static Api,
        state: Option<PathBuf>,
        context: WriteContext,
        clock: Clock,
        warn: Box<dyn Fn(&str) + Send + Sync>,
    ) -> Self {
        Self {
            api,
            state,
            context,
            clock,
            warn,
            log: Mutex::default(),
        }
    }

    /// Does something with the log, which is opened first.
    fn with<T>(&self, act: impl FnOnce(&HistoryLog) -> Result<T>) -> Option<T> {
        let mut open = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if open.failures >= MOST_FAILURES {
            return None;
        }
        let done = self.log_of(&mut open).and_then(act);
        match done {
            Ok(value) => {
                open.failures = 0;
                Some(value)
            }
            Err(error) => {
                open.failures += 1;
                if !std::mem::replace(&mut open.warned, true) {
                    (self.warn)(&format!(
                        "writes of this command may be missing in rc history: {error}"
                    ));
                }
                None
            }
        }
    }

    fn log_of<'a>(&self, open: &'a mut OpenLog) -> Result<&'a HistoryLog> {
        let log = if let Some(log) = open.log.take() {
            log
        } else {
            let state = self.state.as_deref();
            let state = state.ok_or_else(|| Error::unexpected("there is no home folder for it"))?;
            let log = HistoryLog::create_below(state)?;
            log.prune((self.clock)(), super::log::MOST_BYTES)?;
            log
        };
        Ok(open.log.insert(log))
    }
}

impl WriteRecorder for HistoryRecorder {
    fn begin(&self, request: &Request) -> Option<i64> {
        let facts = facts(self.api, request);
        self.with(|log| log.begin((self.clock)(), &self.context, &facts))
    }

    fn end(&self, entry: i64, end: &WriteEnd) {
        self.with(|log| log.end(entry, (self.clock)(), end));
    }
}

/// What is kept of a request: neither query nor body, and no secret segment.
pub(super) fn facts(api: &Api, request: &Request) -> WriteFacts {
    let path = request.path.split(['?', '#']).next().unwrap_or_default();
    let row = api.operations().find(|(_, operation)| {
        operation.method == request.method && operation.path_values(path).is_some()
    });
    // Another method on the same path has the same secret segments.
    let shape = row.or_else(|| {
        let mut rows = api.operations();
        rows.find(|(_, operation)| operation.path_values(path).is_some())
    });
    let (path, ids) = match shape {
        Some((_, operation)) => described(api, operation, path),
        None => undescribed(path),
    };
    WriteFacts {
        method: request.method.name(),
        path: shortened(path),
        operation: row.map(|(resource, operation)| format!("{}.{}", resource.name, operation.verb)),
        ids,
    }
}

/// A path of the catalog and the ids in it.
fn described(api: &Api, operation: &Operation, path: &str) -> (String, Vec<String>) {
    let mut parameters = operation.path_parameters.iter();
    let mut ids = Vec::new();
    let words = operation.path.split('/').zip(path.split('/'));
    let words: Vec<&str> = words
        .map(|(part, word)| {
            if !part.starts_with('{') {
                return word;
            }
            let secret = parameters
                .next()
                .is_none_or(|parameter| api.is_secret_name(parameter.name));
            if secret {
                return REDACTED;
            }
            ids.push(word.to_owned());
            word
        })
        .collect();
    (words.join("/"), ids)
}

/// A path that the catalog does not have: only words and numbers are kept.
fn undescribed(path: &str) -> (String, Vec<String>) {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-';
        word.bytes().all(plain)
    };
    let words: Vec<&str> = path
        .split('/')
        .map(|word| {
            if is_number(word) || is_word(word) {
                word
            } else {
                REDACTED
            }
        })
        .collect();
    let ids = words.iter().filter(|word| is_number(word));
    (words.join("/"), ids.map(|id| (*id).to_owned()).collect())
}

fn shortened(mut path: String) -> String {
    if path.len() > LONGEST_PATH {
        let mut end = LONGEST_PATH;
        while !path.is_char_boundary(end) {
            end -= 1;
        }
        path.truncate(end);
        path.push('…');
    }
    path
}
