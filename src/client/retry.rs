//! Whether to try again: a decision over values, without waiting or sending.

use std::time::Duration;

use bytes::Bytes;

use super::Failure;

/// Attempts after the first one, when something is wrong.
pub const RETRIES: u32 = 4;

/// Attempts after the first one, when the API is only too busy: it leaks two
/// requests a second, so that whoever waits gets in.
pub const RETRIES_WHEN_BUSY: u32 = 10;

/// The longest wait between attempts.
const LONGEST: f64 = 8.0;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An answer of this status came.
    Answered(u16),
    /// The API certainly never saw the request.
    NotSent,
    /// The request may have been carried out; no answer came.
    Lost,
}

impl Outcome {
    /// What became of an attempt.
    #[must_use]
    pub fn of(result: &Result<http::Response<Bytes>, Failure>) -> Self {
        match result {
            Ok(answer) => Self::Answered(answer.status().as_u16()),
            Err(failure) if failure.not_sent => Self::NotSent,
            Err(_) => Self::Lost,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Take what came.
    Done,
    /// Try again after this long.
    Again(Duration),
}

/// Decides after the `attempt`th retry (0 is the first try).
///
/// `safe` requests change nothing, so any lost or failed attempt may be
/// repeated. Others are repeated only when it is certain that the API did not
/// act: it was never reached, or answered that it is too busy (429).
/// `jitter` is a random number in 0..1.
#[must_use]
pub fn decide(attempt: u32, outcome: Outcome, safe: bool, jitter: f64) -> Verdict {
    let worth_it = match outcome {
        Outcome::Answered(429) | Outcome::NotSent => true,
        Outcome::Answered(status) => {
            safe && matches!(status, 408 | 409 | 425 | 500 | 502 | 503 | 504)
        }
        Outcome::Lost => safe,
    };
    let (base, retries) = match outcome {
        Outcome::Answered(429) => (1.0, RETRIES_WHEN_BUSY),
        _ => (0.25, RETRIES),
    };
    if attempt >= retries || !worth_it {
        return Verdict::Done;
    }
    let ceiling: f64 = LONGEST.min(base * f64::from(1 << attempt));
    Verdict::Again(Duration::from_secs_f64(
        ceiling / 2.0 + jitter * ceiling / 2.0,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(outcome: Outcome, safe: bool) -> bool {
        matches!(decide(0, outcome, safe, 0.5), Verdict::Again(_))
    }

    #[test]
    fn reads_are_repeated_after_trouble() {
        for status in [408, 409, 425, 429, 500, 502, 503, 504] {
            assert!(again(Outcome::Answered(status), true), "{status}");
        }
        assert!(again(Outcome::Lost, true));
        assert!(again(Outcome::NotSent, true));
    }

    #[test]
    fn writes_are_repeated_only_when_the_api_certainly_did_not_act() {
        assert!(again(Outcome::Answered(429), false));
        assert!(again(Outcome::NotSent, false));
        assert!(!again(Outcome::Lost, false));
        for status in [408, 409, 500, 502, 503, 504] {
            assert!(!again(Outcome::Answered(status), false), "{status}");
        }
    }

    #[test]
    fn answers_that_will_not_change_are_taken() {
        for status in [200, 201, 204, 301, 400, 401, 403, 404, 415, 422, 426, 501] {
            assert!(!again(Outcome::Answered(status), true), "{status}");
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let wait = |attempt| match decide(attempt, Outcome::Lost, true, 1.0) {
            Verdict::Again(after) => after,
            Verdict::Done => Duration::ZERO,
        };
        let waits: Vec<u128> = (0..=RETRIES)
            .map(|attempt| wait(attempt).as_millis())
            .collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 0]);
    }

    #[test]
    fn a_busy_api_is_waited_for_up_to_a_minute() {
        let busy = |attempt| match decide(attempt, Outcome::Answered(429), false, 1.0) {
            Verdict::Again(after) => after.as_secs(),
            Verdict::Done => 0,
        };
        let waits: Vec<u64> = (0..=RETRIES_WHEN_BUSY).map(busy).collect();
        assert_eq!(waits, [1, 2, 4, 8, 8, 8, 8, 8, 8, 8, 0]);
    }
}
