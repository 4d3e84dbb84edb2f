//! The time of one attempt, of which only counts what was watched.
//!
//! A process that was stopped, or whose thread was held up, did not look
//! whether an answer had come; nor did a computer that slept. So time is
//! counted in ticks, small parts of the limits. A tick that took longer than
//! it should counts as one tick all the same.
//!
//! Takes the limits and the steps of an attempt; returns what a step gives, or
//! that it took too long.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::config::Timeouts;

/// Ticks in the shorter one of the limits.
const TICKS: u32 = 16;

/// The longest tick.
const LONGEST: Duration = Duration::from_secs(1);

/// A tick that is late by this and by its own length was held up.
const JITTER: Duration = Duration::from_millis(50);

/// Ticks that an attempt at its limit gets when the last one was held up: what
/// came meanwhile passes through other tasks before it is here.
const EXTRA: u32 = 4;

/// A limit was reached.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TimeLimit;

/// How much of its time an attempt has used.
#[derive(Debug)]
pub(super) struct AttemptTime {
    limits: Timeouts,
    spent: Duration,
    /// Since the last step.
    quiet: Duration,
    extra: u32,
}

impl AttemptTime {
    /// An attempt that begins now.
    pub(super) const fn new(limits: Timeouts) -> Self {
        Self {
            limits,
            spent: Duration::ZERO,
            quiet: Duration::ZERO,
            extra: EXTRA,
        }
    }

    /// Waits for a step, for as long as the limits allow.
    pub(super) async fn step<F: Future>(&mut self, step: F) -> Result<F::Output, TimeLimit> {
        self.quiet = Duration::ZERO;
        let Some(tick) = self.tick() else {
            return Ok(step.await);
        };
        tokio::pin!(step);
        loop {
            let span = tick.min(self.left());
            let begun = Instant::now();
            let ended = tokio::select! {
                biased;
                output = &mut step => Some(output),
                () = sleep(span) => None,
            };
            let passed = begun.elapsed();
            self.spent += passed.min(span);
            self.quiet += passed.min(span);
            if let Some(output) = ended {
                return Ok(output);
            }
            if self.left().is_zero() {
                let held_up = passed > span * 2 + JITTER;
                if !held_up || self.extra == 0 {
                    return Err(TimeLimit);
                }
                self.extra -= 1;
                self.spent = self.spent.saturating_sub(tick);
                self.quiet = self.quiet.saturating_sub(tick);
            }
        }
    }

    /// Whether a connection was given up before its time, which began when
    /// `before` was spent. Without limits nothing is counted.
    pub(super) fn is_early(&self, before: Duration) -> bool {
        let spent = self.spent.saturating_sub(before);
        self.tick()
            .is_some_and(|tick| spent + tick < self.limits.connect)
    }

    /// What was used so far.
    pub(super) const fn spent(&self) -> Duration {
        self.spent
    }

    fn tick(&self) -> Option<Duration> {
        let Timeouts { read, total, .. } = self.limits;
        let shorter = read.into_iter().chain(total).min()?;
        Some((shorter / TICKS).clamp(Duration::from_millis(1), LONGEST))
    }

    fn left(&self) -> Duration {
        let of = |limit: Option<Duration>, used| {
            limit.map_or(Duration::MAX, |limit| limit.saturating_sub(used))
        };
        of(self.limits.total, self.spent).min(of(self.limits.read, self.quiet))
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio::time::advance;

    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn attempt() -> AttemptTime {
        AttemptTime::new(Timeouts {
            connect: seconds(10),
            read: Some(seconds(30)),
            total: Some(seconds(120)),
        })
    }

    fn paused<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(work)
    }

    #[test]
    fn a_step_that_says_nothing_is_given_up_after_the_limit_of_reading() {
        paused(async {
            let begun = Instant::now();
            let ended = attempt().step(std::future::pending::<()>()).await;
            assert_eq!(ended, Err(TimeLimit));
            assert_eq!(begun.elapsed().as_secs(), 30);
        });
    }

    #[test]
    fn steps_together_take_no_longer_than_the_limit_of_all() {
        paused(async {
            let (mut attempt, begun) = (attempt(), Instant::now());
            while attempt.step(sleep(seconds(25))).await.is_ok() {}
            assert_eq!(begun.elapsed().as_secs(), 120);
        });
    }

    #[test]
    fn without_limits_a_step_is_waited_for() {
        paused(async {
            let limits = crate::config::Network::patient().timeouts;
            let mut attempt = AttemptTime::new(limits);
            assert_eq!(attempt.step(sleep(seconds(9_999))).await, Ok(()));
            assert!(!attempt.is_early(Duration::ZERO));
        });
    }

    #[test]
    fn time_in_which_the_process_was_stopped_does_not_count() {
        paused(async {
            let (answer, answered) = oneshot::channel();
            let attempt = tokio::spawn(async move {
                let mut attempt = attempt();
                let ended = attempt.step(answered).await;
                (ended, attempt.spent())
            });
            for _ in 0..10 {
                tokio::task::yield_now().await;
                // Each time it is stopped for longer than all limits.
                advance(seconds(500)).await;
            }
            tokio::task::yield_now().await;
            assert!(!attempt.is_finished());
            answer.send(7).unwrap();
            let (ended, spent) = attempt.await.unwrap();
            assert_eq!(ended, Ok(Ok(7)));
            assert!(spent <= seconds(12), "{spent:?}");
        });
    }

    #[test]
    fn an_answer_that_came_during_a_stop_at_the_limit_is_read() {
        paused(async {
            let mut attempt = attempt();
            attempt.spent = seconds(119) + Duration::from_millis(500);
            let (answer, answered) = oneshot::channel();
            let attempt = tokio::spawn(async move { attempt.step(answered).await });
            tokio::task::yield_now().await;
            advance(seconds(500)).await;
            // It passes through another task first.
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            answer.send(7).unwrap();
            assert_eq!(attempt.await.unwrap(), Ok(Ok(7)));
        });
    }

    #[test]
    fn a_connection_given_up_because_of_a_stop_was_given_up_early() {
        paused(async {
            let mut attempt = attempt();
            attempt.step(sleep(seconds(4))).await.unwrap();
            assert!(attempt.is_early(Duration::ZERO));
            attempt.step(sleep(seconds(6))).await.unwrap();
            assert!(!attempt.is_early(Duration::ZERO));
        });
    }

    /// An attempt that ran into its limit in a tick that took this long.
    async fn is_ended_by(late: Duration) -> bool {
        let mut attempt = attempt();
        attempt.spent = seconds(119);
        let step = tokio::spawn(async move { attempt.step(std::future::pending::<()>()).await });
        tokio::task::yield_now().await;
        advance(late).await;
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
        step.is_finished()
    }

    #[test]
    fn a_tick_is_held_up_when_it_is_late_by_more_than_its_length_and_the_jitter() {
        paused(async {
            assert!(is_ended_by(Duration::from_secs(1)).await);
            assert!(is_ended_by(Duration::from_millis(2_050)).await);
            assert!(!is_ended_by(Duration::from_millis(2_051)).await);
        });
    }

    #[test]
    fn an_attempt_at_its_limit_gets_four_more_ticks() {
        paused(async {
            let mut attempt = attempt();
            attempt.spent = seconds(119);
            let step =
                tokio::spawn(async move { attempt.step(std::future::pending::<()>()).await });
            tokio::task::yield_now().await;
            for stops in 1..=5 {
                advance(seconds(500)).await;
                for _ in 0..5 {
                    tokio::task::yield_now().await;
                }
                assert_eq!(step.is_finished(), stops == 5, "{stops}");
            }
            assert_eq!(step.await.unwrap(), Err(TimeLimit));
        });
    }

    #[test]
    fn a_connection_is_given_up_early_more_than_a_tick_before_its_time() {
        for (spent, before, is_early) in [
            (8_999, 0, true),
            (9_000, 0, false),
            (9_000, 1, true),
            (9_001, 1, false),
        ] {
            let mut attempt = attempt();
            attempt.spent = Duration::from_millis(spent);
            assert_eq!(
                attempt.is_early(Duration::from_millis(before)),
                is_early,
                "{spent} {before}"
            );
        }
    }

    #[test]
    fn time_of_a_step_is_spent() {
        paused(async {
            let mut attempt = attempt();
            assert_eq!(attempt.spent(), Duration::ZERO);
            attempt.step(sleep(seconds(4))).await.unwrap();
            assert_eq!(attempt.spent(), seconds(4));
        });
    }

    #[test]
    fn a_tick_is_a_sixteenth_of_the_shorter_limit_and_at_most_a_second() {
        let tick = |read: Option<u64>, total: Option<u64>| {
            let limits = Timeouts {
                connect: seconds(10),
                read: read.map(Duration::from_millis),
                total: total.map(Duration::from_millis),
            };
            let tick = AttemptTime::new(limits).tick();
            tick.map(|tick| tick.as_millis())
        };
        assert_eq!(tick(Some(30_000), Some(120_000)), Some(1_000));
        assert_eq!(tick(Some(8_000), Some(120_000)), Some(500));
        assert_eq!(tick(Some(8_000), Some(4_000)), Some(250));
        assert_eq!(tick(None, Some(8_000)), Some(500));
        assert_eq!(tick(Some(1), None), Some(1));
        assert_eq!(tick(None, None), None);
    }
}
