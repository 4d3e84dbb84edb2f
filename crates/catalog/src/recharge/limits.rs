//! The rate limit of the API, as facts: a leaky bucket for each token. Takes
//! tokens; returns how much the bucket contains and how fast it leaks. It
//! counts nothing: who pours and who waits is the business of others.

use crate::model::Bucket;

/// Requests that a bucket holds.
const WHOLE_SIZE: u32 = 40;

/// The same, as a level.
const SIZE: f64 = 40.0;

/// Requests that leak out of it in a second.
const LEAK: f64 = 2.0;

/// The largest factor that the name of a token can promise.
const LARGEST_FACTOR: u8 = u8::MAX;

/// The bucket of a token: that of `sk_2x1_…` leaks twice as fast.
#[must_use]
pub fn bucket(token: &str) -> Bucket {
    let (leak, size) = multiplier(token).unwrap_or((1.0, 1.0));
    Bucket {
        leak: LEAK * leak,
        size: SIZE * size,
        fastest: LEAK * f64::from(LARGEST_FACTOR),
        largest: WHOLE_SIZE * u32::from(LARGEST_FACTOR),
    }
}

/// How many times faster the bucket of a token leaks, and how many times larger
/// it is, where the token says so.
#[must_use]
pub fn multiplier(token: &str) -> Option<(f64, f64)> {
    let (leak, size) = token.split('_').nth(1)?.split_once('x')?;
    let factor = |text: &str| text.parse::<u8>().ok().filter(|factor| *factor > 0);
    Some((f64::from(factor(leak)?), f64::from(factor(size)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_how_large_its_bucket_is_and_how_fast_it_leaks() {
        for (token, leak, size) in [
            ("sk_test_1", 2.0, 40.0),
            ("sk_2x1_abc", 4.0, 40.0),
            ("sk_1x2_abc", 2.0, 80.0),
            ("sk_20x3_abc", 40.0, 120.0),
            ("sk_0x1_abc", 2.0, 40.0),
            ("sk_axb_abc", 2.0, 40.0),
            ("nothing", 2.0, 40.0),
        ] {
            let bucket = bucket(token);
            assert_eq!((bucket.leak, bucket.size), (leak, size), "{token}");
        }
    }
}
