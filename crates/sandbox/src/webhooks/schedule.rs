//! When a message that could not be delivered is tried again: twenty times
//! over two days, as the reference says, with gaps that grow.
//!
//! How long the gaps are the reference does not say; here each is half as long
//! again as the one before. Takes counts and times; returns times.

/// After so many attempts a message is given up.
pub(super) const MOST_ATTEMPTS: u32 = 20;

/// Each gap is so much longer than the one before.
const GROWTH: f64 = 1.5;

/// Milliseconds from the first attempt to the next one, after so many have
/// failed; `None` when there is no next one. The last attempt is made at the end of
/// the window.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds of some years, and what is left of them"
)]
pub(super) fn offset(failed: u32, window_ms: u64) -> Option<u64> {
    if failed >= MOST_ATTEMPTS {
        return None;
    }
    let gaps = |count: u32| GROWTH.powf(f64::from(count)) - 1.0;
    let share = gaps(failed) / gaps(MOST_ATTEMPTS - 1);
    Some((window_ms as f64 * share).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_attempts_fill_the_window_with_gaps_that_grow() {
        let window = 2 * 24 * 60 * 60 * 1000;
        let times: Vec<u64> = (0..40).map_while(|failed| offset(failed, window)).collect();
        assert_eq!(times.len(), 20);
        assert_eq!((times[0], times[19]), (0, window));
        let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.windows(2).all(|pair| pair[0] < pair[1]), "{gaps:?}");
        assert!((20_000..90_000).contains(&gaps[0]), "{}", gaps[0]);
    }

    #[test]
    fn a_window_of_nothing_tries_again_at_once() {
        assert_eq!(offset(1, 0), Some(0));
        assert_eq!(offset(19, 0), Some(0));
        assert_eq!(offset(20, 0), None);
    }
}
