//! The time that one request may take, over all its attempts and waits. Pure.

use std::time::Duration;

use super::pace::{Wait, Why};

/// A request that was never sent may wait this long for its turn, however
/// little time it has: that is how a rate limit works, and not a failure.
const TURN: Duration = Duration::from_secs(5);

/// The clock of one request. It starts when the request is first in line.
#[derive(Debug)]
pub(super) struct RequestClock {
    /// No attempt begins later than this after the first.
    time: Duration,
    /// When the request was first in line.
    wanted: Option<Duration>,
    /// When its time began to run.
    begun: Option<Duration>,
    /// Whether it waited because the API refused requests.
    paused: bool,
}

/// A wait that a request has no time for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overdue(pub(super) Wait);

impl RequestClock {
    pub(super) const fn new(time: Duration) -> Self {
        Self {
            time,
            wanted: None,
            begun: None,
            paused: false,
        }
    }

    /// Whether an attempt was made.
    pub(super) const fn is_sent(&self) -> bool {
        self.begun.is_some()
    }

    /// The request is first in line.
    pub(super) fn first_in_line(&mut self, now: Duration) {
        self.wanted.get_or_insert(now);
    }

    /// Takes a wait, when it ends in time.
    ///
    /// # Errors
    /// The wait ends after the last moment at which an attempt may begin.
    pub(super) fn accept(&mut self, now: Duration, wait: Wait) -> Result<(), Overdue> {
        let time = if self.begun.is_none() && wait.why == Why::Turn {
            self.time.max(TURN)
        } else {
            self.time
        };
        let base = self.begun.or(self.wanted).unwrap_or(now);
        if now.saturating_add(wait.span) > base.saturating_add(time) {
            return Err(Overdue(wait));
        }
        self.paused |= wait.why != Why::Turn;
        Ok(())
    }

    /// An attempt begins. Waiting for a turn in the bucket took none of the
    /// request's time; a pause that the API wanted did.
    pub(super) fn attempt(&mut self, now: Duration) {
        let start = self.wanted.filter(|_| self.paused).unwrap_or(now);
        self.begun.get_or_insert(start);
    }

    /// The time that was spent.
    pub(super) fn spent(&self, now: Duration) -> Duration {
        self.begun
            .map_or(Duration::ZERO, |begun| now.saturating_sub(begun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const fn wait(seconds: u64, why: Why) -> Wait {
        Wait {
            span: at(seconds),
            why,
        }
    }

    #[test]
    fn a_pause_counts_from_when_the_request_is_first_in_line() {
        let mut clock = RequestClock::new(at(8));
        clock.first_in_line(at(100));
        assert_eq!(clock.accept(at(100), wait(6, Why::Asked)), Ok(()));
        let long = wait(3, Why::Refused);
        assert_eq!(clock.accept(at(106), long), Err(Overdue(long)));
        clock.attempt(at(106));
        assert_eq!(clock.spent(at(107)), at(7));
        assert_eq!(clock.accept(at(107), wait(1, Why::Failed)), Ok(()));
        assert!(clock.accept(at(107), wait(2, Why::Failed)).is_err());
    }

    #[test]
    fn a_turn_in_the_bucket_is_waited_for_and_takes_no_time() {
        let mut clock = RequestClock::new(Duration::ZERO);
        clock.first_in_line(at(10));
        assert_eq!(clock.accept(at(10), wait(2, Why::Turn)), Ok(()));
        assert!(clock.accept(at(10), wait(6, Why::Turn)).is_err());
        clock.attempt(at(12));
        assert_eq!(clock.spent(at(12)), Duration::ZERO);
        // Once it was sent, there is no time for a second turn.
        assert!(clock.accept(at(12), wait(1, Why::Turn)).is_err());
    }

    #[test]
    fn the_largest_times_do_not_overflow() {
        let mut clock = RequestClock::new(Duration::MAX);
        clock.first_in_line(at(5));
        let forever = Wait {
            span: Duration::MAX,
            why: Why::Asked,
        };
        assert_eq!(clock.accept(at(5), forever), Ok(()));
        clock.attempt(Duration::MAX);
        assert_eq!(clock.accept(Duration::MAX, forever), Ok(()));
    }

    #[test]
    fn a_request_is_sent_once_an_attempt_began() {
        let mut clock = RequestClock::new(at(8));
        clock.first_in_line(at(1));
        assert!(!clock.is_sent());
        clock.attempt(at(2));
        assert!(clock.is_sent());
    }
}
