//! The rate limit: so many requests of each token in a window of thirty seconds.
//!
//! Takes tokens and times of the store; returns what is left of the window. A
//! window begins with the first request after the one before has ended.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use recharge_catalog as catalog;

/// How long a window is, in seconds.
const LENGTH: SignedDuration = SignedDuration::from_secs(30);

/// Requests of a window that a standard plan has. A plan with three times as many,
/// as Pro has, is a token whose multiplier begins with 3.
const STANDARD: f64 = 150.0;

/// The windows of all tokens.
#[derive(Debug, Default)]
pub(crate) struct Windows(HashMap<String, Window>);

#[derive(Debug, Clone, Copy)]
struct Window {
    begun: Timestamp,
    requests: u32,
}

/// What is left of a token's window, after a request was counted or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) requests: u32,
    pub(crate) left: u32,
    /// Milliseconds until the next window.
    pub(crate) reset_ms: u64,
    /// Whether the request fitted.
    pub(crate) admitted: bool,
}

impl Quota {
    /// How long a window is, in milliseconds.
    pub(crate) const WINDOW_MS: u64 = LENGTH.as_secs().unsigned_abs() * 1000;

    /// Of a sandbox without limit, for a token.
    pub(crate) fn unlimited(token: &str) -> Self {
        let requests = requests_of(token);
        Self {
            requests,
            left: requests - 1,
            reset_ms: Self::WINDOW_MS,
            admitted: true,
        }
    }

    /// The same window, used up.
    pub(crate) const fn exhausted(self, reset_ms: u64) -> Self {
        Self {
            left: 0,
            reset_ms,
            admitted: false,
            ..self
        }
    }
}

impl Windows {
    /// Counts one request of a token.
    pub(crate) fn count(&mut self, token: &str, now: Timestamp) -> Quota {
        let fresh = Window {
            begun: now,
            requests: 0,
        };
        let window = self.0.entry(token.to_owned()).or_insert(fresh);
        let passed = now.duration_since(window.begun);
        if passed >= LENGTH || passed.is_negative() {
            *window = fresh;
        }
        let requests = requests_of(token);
        let admitted = window.requests < requests;
        if admitted {
            window.requests += 1;
        }
        let rest = LENGTH - now.duration_since(window.begun);
        Quota {
            requests,
            left: requests - window.requests,
            reset_ms: u64::try_from(rest.as_millis()).unwrap_or(0),
            admitted,
        }
    }
}

/// The requests of a token's window.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a multiplier is a number up to 255"
)]
fn requests_of(token: &str) -> u32 {
    let times = catalog::recharge::multiplier(token).map_or(1.0, |(leak, _)| leak);
    (STANDARD * times).max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn window_admits_its_quota_and_the_next_one_begins_after_thirty_seconds() {
        let mut windows = Windows::default();
        for used in 1..=150 {
            let quota = windows.count("sk_1", at(used * 10));
            assert!(quota.admitted && i64::from(quota.left) == 150 - used);
        }
        let refused = windows.count("sk_1", at(10_000));
        assert_eq!(
            (refused.admitted, refused.left, refused.reset_ms),
            (false, 0, 20_010)
        );
        assert!(!windows.count("sk_1", at(30_009)).admitted);
        assert_eq!(windows.count("sk_1", at(30_010)).left, 149);
    }

    #[test]
    fn tokens_have_windows_of_their_own_and_pro_has_three_times_the_quota() {
        let mut windows = Windows::default();
        assert_eq!(windows.count("sk_3x1_a", at(0)).left, 449);
        assert_eq!(windows.count("sk_1", at(0)).left, 149);
    }
}
