//! Decides how long to wait before a batch is polled again: its task counts and
//! the time come in, the wait goes out. Pure.

use std::time::Duration;

/// The first wait; the next ones double.
pub(super) const FIRST: Duration = Duration::from_secs(1);

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(10);

/// The backoff of the polls of one batch.
#[derive(Debug, Default)]
pub(super) struct PollBackoff {
    polls: u32,
    /// The time of the first poll, and the tasks that were done then.
    first: Option<(Duration, u64)>,
}

impl PollBackoff {
    /// The wait after a poll at time `now` that shows `done` of `total` tasks.
    ///
    /// It doubles each time, up to ten seconds, and is shorter when the batch
    /// is expected to end sooner at its speed so far.
    pub(super) fn wait(&mut self, now: Duration, done: u64, total: u64) -> Duration {
        let backoff = LONGEST.min(FIRST * (1 << self.polls.min(8)));
        self.polls += 1;
        let (begun, before) = *self.first.get_or_insert((now, done));
        let (passed, progress) = (now.saturating_sub(begun), done.saturating_sub(before));
        if progress == 0 {
            return backoff;
        }
        let left = u128::from(total.saturating_sub(done));
        let ready = passed.as_micros().saturating_mul(left) / u128::from(progress);
        let ready = Duration::from_micros(u64::try_from(ready).unwrap_or(u64::MAX));
        backoff.min(ready.max(FIRST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn waits_double_from_one_second_to_ten() {
        let mut backoff = PollBackoff::default();
        let waits: Vec<u64> = (0..7)
            .map(|at| backoff.wait(seconds(at), 0, 100).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10, 10]);
    }

    #[test]
    fn a_batch_that_is_nearly_ready_is_looked_at_when_it_is() {
        let mut backoff = PollBackoff::default();
        for _ in 0..5 {
            backoff.wait(seconds(0), 0, 10_000);
        }
        assert_eq!(backoff.wait(seconds(50), 5_000, 10_000), seconds(10));
        assert_eq!(backoff.wait(seconds(96), 9_600, 10_000), seconds(4));
        assert_eq!(backoff.wait(seconds(100), 10_000, 10_000), seconds(1));
    }

    #[test]
    fn no_count_and_no_time_overflows() {
        let mut backoff = PollBackoff::default();
        for now in [Duration::ZERO, seconds(1), Duration::MAX] {
            for (done, total) in [(0, u64::MAX), (1, u64::MAX), (u64::MAX, 0)] {
                assert!(backoff.wait(now, done, total) <= LONGEST);
            }
        }
    }

    #[test]
    fn what_was_done_before_the_first_look_says_nothing_of_the_speed() {
        let mut backoff = PollBackoff::default();
        backoff.wait(seconds(500), 9_000, 10_000);
        assert_eq!(backoff.wait(seconds(501), 9_000, 10_000), seconds(2));
        // A hundred in four seconds, and nine hundred are left.
        assert_eq!(backoff.wait(seconds(504), 9_100, 10_000), seconds(4));
    }
}
