//! The record of writes: a client reports each write before it sends it, and
//! how it ended. Where the reports go is the choice of a [`WriteRecorder`].

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Response;
use crate::api::request::Request;
use crate::error::{Error, Result};

/// Digits of the longest id.
const LONGEST_ID: usize = 20;

/// Takes reports about writes. It must not fail, and must not wait for long.
pub trait WriteRecorder: Send + Sync {
    /// A write is about to be sent for the first time.
    ///
    /// Returns the number of the entry, or `None` where there is none.
    fn begin(&self, request: &Request) -> Option<i64>;

    /// No further attempt of that write follows.
    fn end(&self, entry: i64, end: &WriteEnd);
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteEnd {
    /// What is known about its effect.
    pub outcome: WriteOutcome,
    /// HTTP status of the last response.
    pub status: Option<u16>,
    /// The id by which support finds the request.
    pub request_id: Option<String>,
    /// The id of the object in the response.
    pub object: Option<String>,
    /// Attempts, the first one included.
    pub attempts: u32,
}

/// What is known about the effect of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The API carried it out.
    Done,
    /// The API refused it.
    Refused,
    /// The API did not receive it.
    NotSent,
    /// The API may have carried it out.
    Unknown,
}

impl WriteOutcome {
    /// All outcomes.
    pub const ALL: [Self; 4] = [Self::Done, Self::Refused, Self::NotSent, Self::Unknown];

    /// The name in records; stable.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }

    /// What an error says about the effect of a write.
    fn of_error(error: &Error) -> Self {
        let status = error.answer.as_deref().map(|answer| answer.status);
        match status {
            _ if error.in_doubt => Self::Unknown,
            Some(400..=407 | 409..=499) => Self::Refused,
            None if error.untouched => Self::NotSent,
            _ => Self::Unknown,
        }
    }
}

impl WriteEnd {
    /// The end of a write with this result.
    pub(super) fn of(result: &Result<Response>, attempts: u32) -> Self {
        match result {
            Ok(response) => Self {
                outcome: WriteOutcome::Done,
                status: Some(response.status),
                request_id: response.request_id.clone(),
                object: object(&response.body),
                attempts,
            },
            Err(error) => {
                let answer = error.answer.as_deref();
                Self {
                    outcome: WriteOutcome::of_error(error),
                    status: answer.map(|answer| answer.status),
                    request_id: answer.and_then(|answer| answer.request_id.clone()),
                    object: None,
                    attempts,
                }
            }
        }
    }
}

/// The report about one write, while it is sent.
pub(super) struct WriteReport<'a> {
    recorder: Option<&'a dyn WriteRecorder>,
    entry: Option<i64>,
    attempts: u32,
}

impl<'a> WriteReport<'a> {
    /// A report to a recorder. Reads are not reported.
    pub(super) fn new(recorder: Option<&'a dyn WriteRecorder>, request: &Request) -> Self {
        Self {
            recorder: recorder.filter(|_| !request.method.is_read()),
            entry: None,
            attempts: 0,
        }
    }

    /// Reports that an attempt follows. Only the first one makes an entry.
    pub(super) fn attempt(&mut self, request: &Request) {
        self.attempts += 1;
        if let (1, Some(recorder)) = (self.attempts, self.recorder) {
            self.entry = recorder.begin(request);
        }
    }

    /// Reports the end, if there was an attempt. A write that is cancelled
    /// reports no end, so that its entry stays open.
    pub(super) fn end(self, result: &Result<Response>) {
        if let (Some(recorder), Some(entry)) = (self.recorder, self.entry) {
            recorder.end(entry, &WriteEnd::of(result, self.attempts));
        }
    }
}

/// The id of the only object in a response: `{"charge": {"id": 7, …}}`.
fn object(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Identified<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    let members: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(body).ok()?;
    let mut members = members.into_values();
    let (only, None) = (members.next()?, members.next()) else {
        return None;
    };
    let Identified { id } = serde_json::from_str(only.get()).ok()?;
    let id = id.get().trim_matches('"');
    (!id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, Refusal};

    fn answered(status: u16) -> Error {
        Error::new(Kind::Refused, "x").answered(Refusal {
            status,
            ..Refusal::default()
        })
    }

    #[test]
    fn outcome_is_unknown_unless_the_error_excludes_an_effect() {
        let mut doubted = answered(422);
        doubted.in_doubt = true;
        for (error, outcome) in [
            (answered(422), WriteOutcome::Refused),
            (answered(401), WriteOutcome::Refused),
            (answered(408), WriteOutcome::Unknown),
            (answered(503), WriteOutcome::Unknown),
            (doubted, WriteOutcome::Unknown),
            (Error::unexpected("x"), WriteOutcome::Unknown),
            (Error::unexpected("x").untouched(), WriteOutcome::NotSent),
        ] {
            assert_eq!(WriteOutcome::of_error(&error), outcome, "{error:?}");
        }
    }

    #[test]
    fn object_is_the_numeric_id_of_a_single_member() {
        for (body, id) in [
            (r#"{"charge":{"a":[1],"id":7}}"#, Some("7")),
            (r#"{"charge":{"id":"7"}}"#, Some("7")),
            (r#"{"charge":{"id":"sk_secret"}}"#, None),
            (r#"{"charge":{"id":1},"other":{"id":2}}"#, None),
            (r#"{"charges":[{"id":1}]}"#, None),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(object(body.as_bytes()).as_deref(), id, "{body}");
        }
    }
}
