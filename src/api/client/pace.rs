//! How fast to ask: a model of the token's bucket at the API. Pure: times are
//! passed in and waits are handed out; nothing here sleeps or sends.
//!
//! Takes what is about to be sent and what each answer says of the bucket;
//! returns whether to send now, or how long to wait. The model errs on the full
//! side: what was sent is poured at once, what an answer counts is believed,
//! and of what is under way the larger number is taken. So anyone who is alone
//! with a token is never refused.
//!
//! Others may use the same token, in other processes or on other machines. An
//! answer that counts more than the model indicates them. From then on part of
//! the bucket is left free for what cannot be known, and each waits the longer
//! the fuller the bucket is beyond that. As all see the same bucket, all wait
//! alike long, and the bucket never runs dry: no time is lost.

use std::time::Duration;

use super::limit::LeakMeter;
use crate::catalog::Bucket;

pub use super::limit::Level;

/// The part of a bucket that is used when others pour into it, too.
const SHARE: f64 = 0.6;

/// The part of a bucket that has to leak before it is tried again after a refusal.
const REST: f64 = 0.25;

/// The shortest and the longest wait, in seconds, after a refusal by a full
/// bucket, whatever its size; the first one doubles.
const FULL_WAIT: (f64, f64) = (5.0, 20.0);

/// From this part on a bucket counts as full when a request is refused. With
/// less in it the refusal is about load on the platform, not about this token.
const FULL: f64 = 0.9;

/// The same for a refusal under load, doubled from the third on: the vendor advises two seconds at least.
const LOAD_WAIT: (f64, f64) = (2.0, 8.0);

/// Up to this part is added to a wait under load, by chance.
const LOAD_JITTER: f64 = 0.1;

/// No pause is longer than a day, whatever the API asks for.
const LONGEST_HOLD: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest turn beside others, in seconds, before it is varied by chance.
const LONGEST_TURN: f64 = 20.0;

/// The part of a bucket that long work leaves free.
const RESERVE: f64 = 0.05;

/// The most that it leaves free, so that no turn takes long in a large bucket.
const LARGEST_RESERVE: f64 = 5.0;

/// From here on, anyone who shares a bucket has one request under way at a
/// time: what several processes send before they hear of each other must fit.
const ALERT: f64 = 0.1;

/// After so long it is looked whether an answer has come.
const HEARING: Duration = Duration::from_millis(20);

/// An answer that counts so many more than the model indicates others. Levels
/// are reported rounded up, so less says nothing.
const SURPRISE: f64 = 1.5;

/// No wait is shorter, so that rounding cannot make one of nothing.
const SHORTEST: Duration = Duration::from_millis(1);

/// What a wait is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A turn in the bucket.
    Turn,
    /// A pause after a request was refused.
    Refused,
    /// A pause that the API asked for.
    Asked,
    /// A pause after an attempt that got no usable answer.
    Failed,
}

/// A wait, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub span: Duration,
    /// What for.
    pub why: Why,
}

/// What is known of a bucket.
#[derive(Debug)]
pub struct Pace {
    bucket: Bucket,
    /// The leak that the token's name promises; it is never less.
    promised: f64,
    leaks: LeakMeter,
    level: f64,
    at: Duration,
    /// Whether an answer has shown that there is a bucket at all.
    known: bool,
    /// Requests leak from an empty bucket once they arrive, which is unknown
    /// before an answer.
    on_its_way: bool,
    sent: u64,
    unanswered: u64,
    /// Until when others are reckoned with.
    shared_until: Duration,
    /// When it is our turn beside others.
    turn: Duration,
    /// Requests that the window of time has room for, and until when it lasts.
    room: Option<(u64, Duration)>,
    /// Until when the API wants to be left alone.
    held: Duration,
    /// Whether the API asked for that pause.
    asked: bool,
    /// Refusals in a row.
    refusals: i32,
}

/// A request that was let through.
#[derive(Debug)]
pub struct Ticket {
    number: u64,
    /// Others that had no answer when this one was sent.
    unanswered: u64,
    /// The level that the model had with it.
    level: f64,
}

impl Pace {
    /// Nothing was sent yet.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            promised: bucket.leak,
            leaks: LeakMeter::default(),
            level: 0.0,
            at: Duration::ZERO,
            known: false,
            on_its_way: false,
            sent: 0,
            unanswered: 0,
            shared_until: Duration::ZERO,
            turn: Duration::ZERO,
            room: None,
            held: Duration::ZERO,
            asked: false,
            refusals: 0,
        }
    }

    /// Lets a request through, or says how long to wait before asking again.
    /// `jitter` is a random number in 0..1, as in the others below.
    pub fn admit(&mut self, now: Duration, jitter: f64) -> Result<Ticket, Wait> {
        if let Some(wait) = self.wait(now) {
            return Err(wait);
        }
        if let Some((room, until)) = &mut self.room
            && now < *until
        {
            // What was let through since the last answer uses the window up as well.
            let Some(left) = room.checked_sub(1) else {
                let span = until.saturating_sub(now).max(SHORTEST);
                let why = Why::Asked;
                return Err(Wait { span, why });
            };
            *room = left;
        }
        // Beside others, who has asked first hears how full it is.
        let crowded = self.level + 1.0 > self.bucket.size * ALERT;
        if self.known && crowded && self.unanswered > 0 && self.is_shared(now) {
            return Err(Wait {
                span: HEARING,
                why: Why::Turn,
            });
        }
        self.on_its_way |= self.level <= 0.0;
        self.level += 1.0;
        self.sent += 1;
        let ticket = Ticket {
            number: self.sent,
            unanswered: self.unanswered,
            level: self.level,
        };
        self.unanswered += 1;
        self.take_turns(now, jitter);
        Ok(ticket)
    }

    /// The pause that contains all requests, while there is one.
    #[must_use]
    pub fn hold(&self, now: Duration) -> Option<Wait> {
        let span = self.held.saturating_sub(now);
        let why = if self.asked { Why::Asked } else { Why::Refused };
        (!span.is_zero()).then(|| Wait {
            span: span.max(SHORTEST),
            why,
        })
    }

    /// How long no request is let through, if so: a pause, or the bucket.
    pub fn wait(&mut self, now: Duration) -> Option<Wait> {
        self.leak(now);
        let hold = self.hold(now);
        if !self.known {
            return hold;
        }
        let over = (self.level + 1.0 - self.brim()) / self.bucket.leak;
        let span = seconds(over).max(self.turn.saturating_sub(now));
        let turn = (!span.is_zero()).then(|| Wait {
            span: span.max(SHORTEST),
            why: Why::Turn,
        });
        match (hold, turn) {
            (Some(hold), Some(turn)) if turn.span > hold.span => Some(turn),
            (hold, turn) => hold.or(turn),
        }
    }

    /// How full the bucket is; nothing before an answer has shown one.
    pub fn fill(&mut self, now: Duration) -> Option<Level> {
        self.leak(now);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "neither is ever below nothing, nor large"
        )]
        let whole = |level: f64| level.ceil() as u32;
        self.known.then(|| Level {
            used: whole(self.level),
            size: whole(self.bucket.size),
        })
    }

    /// Learns that no answer came, or one that says nothing of the bucket.
    pub fn settle(&mut self, now: Duration) {
        self.leak(now);
        self.unanswered = self.unanswered.saturating_sub(1);
        self.on_its_way = false;
    }

    /// Learns from an answer.
    pub fn observe(&mut self, ticket: &Ticket, now: Duration, told: Level, jitter: f64) {
        self.settle(now);
        self.known = true;
        self.refusals = 0;
        self.bucket.size = f64::from(told.size);
        if let Some(leak) = self.leaks.observe(now, told, count(self.unanswered)) {
            self.bucket.leak = self.bucket.leak.max(leak.min(self.bucket.fastest));
        }
        let used = f64::from(told.used.min(told.size));
        if used > self.level.max(ticket.level) + SURPRISE {
            self.shared_until = now.saturating_add(self.emptying());
        }
        let later = self.sent - ticket.number;
        let at_most = used + count(later + ticket.unanswered);
        let at_least = if self.is_shared(now) {
            used + count(later.min(self.unanswered))
        } else {
            used
        };
        self.level = self.level.max(at_least).min(at_most);
        self.take_turns(now, jitter);
    }

    /// Learns how many requests a window of time has left, and how long it
    /// lasts. Nothing is sent while those under way may use it up.
    pub fn window(&mut self, now: Duration, left: u64, reset: Duration) {
        let until = now.saturating_add(reset.min(LONGEST_HOLD));
        let others = self.unanswered.saturating_sub(1);
        let mut room = left.saturating_sub(others);
        // Answers come in any order: the smallest number of a window counts.
        if let Some((known, ends)) = self.room
            && now < ends
        {
            room = room.min(known);
        }
        self.room = Some((room, until));
        if left < self.unanswered.max(1) && until > self.held {
            self.held = until;
            self.asked = true;
        }
    }

    /// Learns that a request was refused. All requests pause: those of a full
    /// bucket for as long as a quarter of it takes to leak, others as under
    /// load; twice as long each time again, and never shorter than the API asks.
    pub fn refused(
        &mut self,
        now: Duration,
        told: Option<Level>,
        asked: Option<Duration>,
        jitter: f64,
    ) {
        self.settle(now);
        if let Some(told) = told {
            self.known = true;
            self.bucket.size = f64::from(told.size);
        }
        let used = told.map_or(self.level, |told| f64::from(told.used));
        // A bucket that no answer has shown cannot be full: it is load.
        let is_full = self.known && used >= self.bucket.size * FULL;
        if is_full {
            self.level = self.bucket.size;
            self.bucket.leak = self.promised;
            self.leaks.reset();
            self.shared_until = now.saturating_add(self.emptying());
        }
        // Requests that were refused together are one refusal.
        let in_a_row = self.refusals - i32::from(now < self.held && self.refusals > 0);
        let doubled = f64::from(2).powi(in_a_row);
        let (first, longest) = LOAD_WAIT;
        // A second one in a row is chance; from the third on it is load.
        let load = (first * (doubled / 2.0).max(1.0)).min(longest);
        let load = seconds(load * (1.0 + LOAD_JITTER * jitter));
        let wait = match asked {
            Some(asked) => asked.max(load),
            None if is_full => self.until_there_is_room(doubled, jitter),
            None => load,
        };
        let until = now.saturating_add(wait.min(LONGEST_HOLD));
        if until > self.held {
            self.held = until;
            self.asked = asked == Some(wait);
        }
        self.refusals = (in_a_row + 1).min(8);
    }

    /// The pause after a full bucket has refused a request.
    fn until_there_is_room(&self, doubled: f64, jitter: f64) -> Duration {
        let (first, longest) = FULL_WAIT;
        let free = (self.bucket.size * REST / self.bucket.leak).min(first);
        let longest = (self.bucket.size / self.bucket.leak).min(longest);
        seconds((free * doubled).min(longest) * (0.5 + jitter))
    }

    /// Leaves room for others, by the square of what is beyond the share.
    fn take_turns(&mut self, now: Duration, jitter: f64) {
        let beyond = self.level + 1.0 - self.bucket.size * SHARE;
        if !self.is_shared(now) || beyond <= 0.0 {
            self.turn = now;
            return;
        }
        let wait = (beyond * beyond).min(self.bucket.size) / self.bucket.leak;
        self.turn = now.saturating_add(seconds(wait.min(LONGEST_TURN) * (0.5 + jitter)));
    }

    fn is_shared(&self, now: Duration) -> bool {
        now < self.shared_until
    }

    /// How full the bucket may be. Long work leaves a little room, so that a
    /// command beside it is answered at once; short work may fill it.
    fn brim(&self) -> f64 {
        if count(self.sent) < self.bucket.size {
            self.bucket.size
        } else {
            let reserve = (self.bucket.size * RESERVE).min(LARGEST_RESERVE);
            (self.bucket.size - reserve).max(1.0)
        }
    }

    /// How long a full bucket takes to leak.
    fn emptying(&self) -> Duration {
        seconds(self.bucket.size / self.bucket.leak)
    }

    fn leak(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        if !self.on_its_way {
            self.level = (self.level - passed * self.bucket.leak).max(0.0);
        }
        self.at = self.at.max(now);
    }
}

/// A time to wait; nothing for what lies in the past.
fn seconds(seconds: f64) -> Duration {
    const ROUNDING: f64 = 1e-6;
    if seconds <= ROUNDING {
        return Duration::ZERO;
    }
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "requests of one process, far below 2^52"
)]
const fn count(requests: u64) -> f64 {
    requests as f64
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
