//! When to believe that something of a batch is missing. Pure.
//!
//! The API may answer from a copy of its data that lags behind: one 404 for a
//! batch that was opened says little, and neither does one list of tasks that
//! is too short. Takes the moments of such answers; returns whether they are
//! believed.

use std::time::Duration;

/// Answers that must agree.
const ANSWERS: u32 = 5;

/// The least time between the first of them and the last.
const SPAN: Duration = Duration::from_secs(60);

/// Answers that said the same, one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Absence {
    answers: u32,
    first: Duration,
}

impl Absence {
    /// Notes an answer at time `now`; whether it is believed.
    pub(super) fn missed(&mut self, now: Duration) -> bool {
        if self.answers == 0 {
            self.first = now;
        }
        self.answers += 1;
        self.answers >= ANSWERS && now.saturating_sub(self.first) >= SPAN
    }

    /// Forgets the answers so far, as another one contradicts them.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_absence_is_believed_after_several_answers_over_a_minute() {
        let mut absence = Absence::default();
        let believed: Vec<bool> = [5, 6, 20, 40, 64, 65]
            .map(|at| absence.missed(seconds(at)))
            .to_vec();
        assert_eq!(believed, [false, false, false, false, false, true]);
    }

    #[test]
    fn a_long_pause_between_two_answers_is_not_enough() {
        let mut absence = Absence::default();
        for at in [0, 1, 900, 901] {
            assert!(!absence.missed(seconds(at)), "{at}");
        }
        assert!(absence.missed(seconds(902)));
    }

    #[test]
    fn an_answer_that_contradicts_begins_a_new_minute() {
        let mut absence = Absence::default();
        for at in 0..59 {
            absence.missed(seconds(at));
        }
        absence.reset();
        assert!(!absence.missed(seconds(60)));
        assert!(!absence.missed(seconds(119)));
    }
}
