//! The rate limit: a leaky bucket a token, as the API has it. Each request
//! pours one into the bucket, two leak out a second, and what does not fit is
//! refused. Knows tokens and times, and nothing of what is asked.

use std::collections::HashMap;

use jiff::Timestamp;

use recharge_catalog as catalog;

/// The buckets of all tokens.
#[derive(Debug, Default)]
pub(crate) struct Buckets(HashMap<String, Bucket>);

#[derive(Debug)]
struct Bucket {
    level: f64,
    at: Timestamp,
}

/// How full a bucket is, after a request was poured in or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    used: u32,
    size: u32,
    /// Whether the request fitted.
    pub(crate) admitted: bool,
}

impl Level {
    /// Of a sandbox without limit: the bucket contains what is asked just now.
    pub(crate) const UNLIMITED: Self = Self {
        used: 1,
        size: 40,
        admitted: true,
    };
}

impl std::fmt::Display for Level {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", self.used, self.size)
    }
}

impl Buckets {
    /// Pours one request into the bucket of a token.
    pub(crate) fn pour(&mut self, secret: &str, now: Timestamp) -> Level {
        let catalog::Bucket { leak, size, .. } = catalog::recharge::bucket(secret);
        let empty = Bucket {
            level: 0.0,
            at: now,
        };
        let bucket = self.0.entry(secret.to_owned()).or_insert(empty);
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.level = (bucket.level - passed * leak).max(0.0);
        bucket.at = now;
        let admitted = bucket.level + 1.0 <= size;
        if admitted {
            bucket.level += 1.0;
        }
        Level {
            used: whole(bucket.level.ceil()),
            size: whole(size),
            admitted,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a level lies between nothing and 255 buckets"
)]
const fn whole(level: f64) -> u32 {
    level as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn forty_fit_at_once_and_two_more_each_second() {
        let mut buckets = Buckets::default();
        for used in 1..=40 {
            let level = buckets.pour("sk_1", at(0));
            assert_eq!(
                (level.to_string(), level.admitted),
                (format!("{used}/40"), true)
            );
        }
        assert!(!buckets.pour("sk_1", at(0)).admitted);
        let later: Vec<bool> = (0..3)
            .map(|_| buckets.pour("sk_1", at(1)).admitted)
            .collect();
        assert_eq!(later, [true, true, false]);
        assert_eq!(buckets.pour("sk_1", at(60)).to_string(), "1/40");
    }

    #[test]
    fn each_token_has_a_bucket_of_its_own_and_some_leak_faster() {
        let mut buckets = Buckets::default();
        for _ in 0..40 {
            buckets.pour("sk_1", at(0));
            buckets.pour("sk_2x1_a", at(0));
        }
        assert!(buckets.pour("sk_2", at(0)).admitted);
        let after = |buckets: &mut Buckets, secret: &str| {
            (0..9)
                .filter(|_| buckets.pour(secret, at(2)).admitted)
                .count()
        };
        assert_eq!(after(&mut buckets, "sk_1"), 4);
        assert_eq!(after(&mut buckets, "sk_2x1_a"), 8);
        assert_eq!(buckets.pour("sk_1x2_b", at(0)).to_string(), "1/80");
    }

    #[test]
    fn a_clock_that_goes_back_empties_nothing() {
        let mut buckets = Buckets::default();
        buckets.pour("sk_1", at(10));
        assert_eq!(buckets.pour("sk_1", at(0)).to_string(), "2/40");
    }
}
