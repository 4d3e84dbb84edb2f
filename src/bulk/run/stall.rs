//! Whether a batch makes progress. Pure.
//!
//! Takes the states of a batch and their moments; returns how long nothing has
//! changed for the better. Figures that go back and forth, as answers of
//! several copies of the data do, are not progress.

use std::time::Duration;

use super::remote::RemoteBatch;

/// Without progress for this long a job stops, unless the user says otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// The most that counts between two looks: a process that was stopped
/// meanwhile did not see whether there was progress.
const LONGEST_GAP: Duration = Duration::from_secs(60);

/// Different statuses that count as progress, of a server that makes them up.
const MOST_STATUSES: usize = 16;

/// What a batch has shown so far.
#[derive(Debug, Default)]
pub(super) struct Stall {
    idle: Duration,
    last: Option<Duration>,
    done: u64,
    least: u64,
    most: u64,
    updated: Option<String>,
    statuses: Vec<String>,
}

impl Stall {
    /// Notes the state of the batch at time `now`; for how long there was no
    /// progress.
    pub(super) fn idle(&mut self, now: Duration, seen: &RemoteBatch) -> Duration {
        let passed = now.saturating_sub(self.last.unwrap_or(now));
        let is_first = self.last.replace(now).is_none();
        if self.is_progress(seen) || is_first {
            self.idle = Duration::ZERO;
        } else {
            self.idle += passed.min(LONGEST_GAP);
        }
        self.idle
    }

    fn is_progress(&mut self, seen: &RemoteBatch) -> bool {
        let mut progress = false;
        let done = seen.ok.saturating_add(seen.failed);
        if done > self.done {
            self.done = done;
            progress = true;
        }
        if self.statuses.is_empty() {
            (self.least, self.most) = (seen.total, seen.total);
        }
        if seen.total < self.least || seen.total > self.most {
            self.least = self.least.min(seen.total);
            self.most = self.most.max(seen.total);
            progress = true;
        }
        if seen.updated > self.updated {
            self.updated.clone_from(&seen.updated);
            progress = true;
        }
        if self.statuses.len() < MOST_STATUSES && !self.statuses.contains(&seen.status) {
            self.statuses.push(seen.status.clone());
            progress = true;
        }
        progress
    }
}

#[cfg(test)]
mod tests {
    use super::super::remote::Phase;
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn seen(status: &str, ok: u64, total: u64) -> RemoteBatch {
        RemoteBatch {
            phase: Phase::Running,
            status: status.to_owned(),
            updated: None,
            total,
            ok,
            failed: 0,
        }
    }

    #[test]
    fn time_without_progress_adds_up_and_progress_ends_it() {
        let mut stall = Stall::default();
        assert_eq!(stall.idle(seconds(5), &seen("a", 0, 9)), seconds(0));
        assert_eq!(stall.idle(seconds(15), &seen("a", 0, 9)), seconds(10));
        assert_eq!(stall.idle(seconds(25), &seen("a", 0, 9)), seconds(20));
        assert_eq!(stall.idle(seconds(35), &seen("a", 1, 9)), seconds(0));
        assert_eq!(stall.idle(seconds(45), &seen("a", 1, 9)), seconds(10));
        assert_eq!(stall.idle(seconds(55), &seen("b", 1, 9)), seconds(0));
        let updated = RemoteBatch {
            updated: Some("2026-11-20T12:00:00".to_owned()),
            ..seen("b", 1, 9)
        };
        assert_eq!(stall.idle(seconds(65), &updated), seconds(0));
        assert_eq!(stall.idle(seconds(75), &updated), seconds(10));
    }

    #[test]
    fn figures_that_go_back_and_forth_are_no_progress() {
        let mut stall = Stall::default();
        for at in 0..4 {
            stall.idle(seconds(at), &seen("a", at % 2 * 3, 9 - at % 2));
        }
        for at in 4..100 {
            stall.idle(seconds(at), &seen("a", at % 2 * 3, 9 - at % 2));
        }
        assert_eq!(stall.idle(seconds(100), &seen("a", 3, 9)), seconds(99));
    }

    #[test]
    fn a_process_that_was_stopped_for_an_hour_looks_again_first() {
        let mut stall = Stall::default();
        stall.idle(seconds(0), &seen("a", 0, 9));
        assert_eq!(stall.idle(seconds(3600), &seen("a", 0, 9)), seconds(60));
    }

    #[test]
    fn statuses_that_are_made_up_anew_each_time_are_no_progress_for_ever() {
        let mut stall = Stall::default();
        for at in 0..100 {
            stall.idle(seconds(at), &seen(&at.to_string(), 0, 9));
        }
        assert_eq!(stall.idle(seconds(100), &seen("x", 0, 9)), seconds(85));
    }

    #[test]
    fn a_total_beyond_all_earlier_ones_is_progress_and_the_same_again_is_not() {
        let mut stall = Stall::default();
        for (at, total, idle) in [
            (0, 5, 0),
            (10, 5, 10),
            (20, 6, 0),
            (30, 6, 10),
            (40, 5, 20),
            (50, 4, 0),
            (60, 4, 10),
            (70, 6, 20),
        ] {
            let found = stall.idle(seconds(at), &seen("a", 0, total));
            assert_eq!(found, seconds(idle), "at {at} s");
        }
    }

    #[test]
    fn failed_tasks_are_progress_and_an_older_moment_is_not() {
        let mut stall = Stall::default();
        let updated = |failed: u64, day: u8| RemoteBatch {
            failed,
            updated: Some(format!("2026-11-{day:02}")),
            ..seen("a", 0, 9)
        };
        for (at, batch, idle) in [
            (0, updated(0, 20), 0),
            (10, updated(1, 20), 0),
            (20, updated(1, 20), 10),
            (30, updated(1, 19), 20),
            (40, updated(1, 21), 0),
            (50, updated(1, 20), 10),
        ] {
            assert_eq!(stall.idle(seconds(at), &batch), seconds(idle), "at {at} s");
        }
    }
}
