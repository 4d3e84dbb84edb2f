//! Whether to try again: a decision over values, without waiting or sending.
//!
//! Takes how an attempt ended, what sending the request a second time does, and
//! what may still be spent; returns whether to take what came or how long to
//! wait. A write that could happen twice is repeated only when the API
//! certainly did not receive it.

use std::time::Duration;

use bytes::Bytes;

use super::Failure;
use super::pace::{Wait, Why};
use crate::catalog::Idempotency;

/// What one request may cost, besides its first attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Attempts after the first one.
    pub retries: u32,
    /// Attempts after the first one while nothing has ever come back from
    /// there: an address that never answered is likelier wrong than away.
    pub unmet: u32,
    /// No attempt begins later than this after the first.
    pub time: Duration,
}

impl Default for Budget {
    /// Where one attempt of six fails, one request of ten million is given up.
    fn default() -> Self {
        Self {
            retries: 8,
            unmet: 3,
            time: Duration::from_secs(120),
        }
    }
}

impl Budget {
    /// The time limit for an address that has never answered.
    #[must_use]
    pub fn of_unmet(self) -> Self {
        Self {
            retries: self.retries.min(self.unmet),
            ..self
        }
    }
}

/// What a request has cost so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// Attempts after the first one.
    pub retries: u32,
    /// Time since the first one began.
    pub time: Duration,
}

/// The ceiling of the first wait, in seconds; it doubles from one to the next.
const FIRST: f64 = 0.25;

/// The highest ceiling.
const LONGEST: f64 = 8.0;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An answer of this status came.
    Answered(u16),
    /// An answer of this status came, and broke off.
    Broken(u16),
    /// The API certainly never saw the request.
    NotSent,
    /// It did not get out for something that is set wrong, or not trusted: time
    /// does not mend that.
    Barred,
    /// The request may have been carried out; no answer came.
    Lost,
}

impl Outcome {
    /// The result of an attempt.
    #[must_use]
    pub fn of(result: &Result<http::Response<Bytes>, Failure>) -> Self {
        match result {
            Ok(answer) => Self::Answered(answer.status().as_u16()),
            Err(Failure {
                status: Some(status),
                ..
            }) => Self::Broken(*status),
            Err(failure) if failure.not_sent && failure.hint.is_some() => Self::Barred,
            Err(failure) if failure.not_sent => Self::NotSent,
            Err(_) => Self::Lost,
        }
    }

    /// Whether it is certain that the API did nothing, and may do it later: it
    /// was not reached, was too busy, or is working on the same object.
    #[must_use]
    pub const fn is_not_taken(self) -> bool {
        matches!(
            self,
            Self::NotSent | Self::Answered(409 | 429) | Self::Broken(409 | 429)
        )
    }

    /// Whether the API may have carried the request out. A refusal says that it
    /// did not, also when it broke off behind its status.
    #[must_use]
    pub const fn may_be_done(self) -> bool {
        match self {
            Self::NotSent | Self::Barred => false,
            Self::Answered(status) | Self::Broken(status) => !is_refusal(status),
            Self::Lost => true,
        }
    }

    /// Whether a second attempt may end otherwise.
    const fn may_change(self) -> bool {
        match self {
            // Not implemented, and no such version of HTTP: neither will be.
            Self::Answered(501 | 505) | Self::Barred => false,
            Self::Answered(status) => matches!(status, 408 | 409 | 425 | 429 | 500..=599),
            Self::Broken(_) | Self::NotSent | Self::Lost => true,
        }
    }
}

/// Whether an answer of this status says that nothing was changed. Trouble of
/// the server says nothing, and neither does a request that took too long.
#[must_use]
pub const fn is_refusal(status: u16) -> bool {
    matches!(status, 300..=407 | 409..=499 | 501 | 505)
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Take what came.
    Done,
    /// Try again after this wait.
    Again(Wait),
}

/// Decides after an attempt. `least` is the shortest wait before another one:
/// what the API asks for, or what the rate limit needs. It is kept when it is
/// longer than the backoff. `jitter` is a random number in 0..1.
///
/// A request whose repeat is refused is not repeated when its answer is lost:
/// the refusal would hide that the first time was a success.
#[must_use]
pub fn decide(
    spent: Spent,
    outcome: Outcome,
    again: Idempotency,
    budget: Budget,
    least: Option<Wait>,
    jitter: f64,
) -> Verdict {
    let allowed =
        outcome.is_not_taken() || (again == Idempotency::Idempotent && outcome.may_change());
    if !allowed || spent.retries >= budget.retries {
        return Verdict::Done;
    }
    let own = Wait {
        span: backoff(spent.retries, jitter),
        why: Why::Failed,
    };
    let wait = least.filter(|least| least.span > own.span).unwrap_or(own);
    if spent.time.saturating_add(wait.span) > budget.time {
        return Verdict::Done;
    }
    Verdict::Again(wait)
}

/// A wait between nothing and a ceiling that doubles each time: those who
/// failed together do not come back together.
fn backoff(retries: u32, jitter: f64) -> Duration {
    let doubled = f64::from(1_u32 << retries.min(16));
    Duration::from_secs_f64(jitter * LONGEST.min(FIRST * doubled))
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
