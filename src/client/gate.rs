//! The one door through which all requests of a client leave, one after the
//! other and no faster than the token's bucket bears. It waits as its [`Pace`]
//! says, and tells it what came back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response};
use jiff::fmt::rfc2822;

use super::pace::{Level, Pace, Ticket};
use super::{Failure, Timing, header};
use crate::catalog::{self, Bucket};

/// A longer wait is looked at again after so long: what came back meanwhile may
/// have shortened it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Gate {
    timing: Timing,
    pace: Mutex<Pace>,
    /// Held by whoever is next, so that who came first goes first.
    next: tokio::sync::Mutex<()>,
}

impl Gate {
    pub(super) fn new(timing: Timing, bucket: Bucket) -> Self {
        Self {
            timing,
            pace: Mutex::new(Pace::new(bucket)),
            next: tokio::sync::Mutex::new(()),
        }
    }

    /// Time that has passed, on the clock that waits go by.
    pub(super) fn elapsed(&self) -> Duration {
        (self.timing.elapsed)()
    }

    pub(super) async fn sleep(&self, span: Duration) {
        (self.timing.sleep)(span).await;
    }

    /// Waits for a request's turn.
    pub(super) async fn pass(&self) -> Pass<'_> {
        let _next = self.next.lock().await;
        loop {
            let admitted = self.pace().admit(self.elapsed(), fastrand::f64());
            match admitted {
                Ok(ticket) => {
                    return Pass {
                        gate: self,
                        ticket: Some(ticket),
                    };
                }
                Err(wait) => self.sleep(wait.min(LOOK_AGAIN)).await,
            }
        }
    }

    /// How full the bucket is, as far as that is known.
    pub(super) fn fill(&self) -> Option<Level> {
        self.pace().fill(self.elapsed())
    }

    fn learn(&self, ticket: &Ticket, result: &Result<Response<Bytes>, Failure>) {
        let (now, jitter) = (self.elapsed(), fastrand::f64());
        let mut pace = self.pace();
        let told = |headers| Level::parse(&header(headers, catalog::LIMIT_HEADER)?);
        match result {
            Ok(answer) if answer.status().as_u16() == 429 => {
                let headers = answer.headers();
                pace.refused(now, told(headers), asked(headers), jitter);
            }
            Ok(answer) => match told(answer.headers()) {
                Some(level) => pace.observe(ticket, now, level, jitter),
                None => pace.settle(now),
            },
            Err(failure) if failure.status == Some(429) => {
                pace.refused(now, None, None, jitter);
            }
            Err(_) => pace.settle(now),
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that was let through and has no answer yet. Dropped, it says that
/// none is waited for any more.
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    ticket: Option<Ticket>,
}

impl Pass<'_> {
    /// Learns from what came back.
    pub(super) fn learn(mut self, result: &Result<Response<Bytes>, Failure>) {
        if let Some(ticket) = self.ticket.take() {
            self.gate.learn(&ticket, result);
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.ticket.is_some() {
            self.gate.pace().settle(self.gate.elapsed());
        }
    }
}

/// The wait that an answer asks for: seconds, or a moment, which is held
/// against the moment of the answer, so that no clock of ours is asked.
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    let wanted = header(headers, "Retry-After")?;
    if let Ok(seconds) = wanted.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = |text: &str| rfc2822::parse(text).ok().map(|moment| moment.timestamp());
    let answered = moment(&header(headers, "Date")?)?;
    let wait = moment(&wanted)?.duration_since(answered);
    Some(Duration::try_from(wait).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_as_a_moment() {
        let wait = |wanted: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("Retry-After", wanted.parse().unwrap());
            headers.insert("Date", "Wed, 21 Oct 2026 07:28:00 GMT".parse().unwrap());
            asked(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("7"), Some(7));
        assert_eq!(wait("0"), Some(0));
        assert_eq!(wait("Wed, 21 Oct 2026 07:28:30 GMT"), Some(30));
        assert_eq!(wait("Wed, 21 Oct 2026 07:27:00 GMT"), Some(0));
        assert_eq!(wait("soon"), None);
        assert_eq!(asked(&HeaderMap::new()), None);
    }
}
