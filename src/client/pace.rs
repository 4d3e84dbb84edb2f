//! How fast to ask: a model of the token's bucket at the API. Pure: times are
//! passed in and waits are handed out; nothing here sleeps or sends.
//!
//! In come what is about to be sent and what each answer says of the bucket;
//! out comes whether to send now, or how long to wait. The model errs on the
//! full side: what was sent is poured at once, what an answer counts is
//! believed, and of what is under way the larger number is taken. So whoever is
//! alone with a token is never refused.
//!
//! Others may use the same token, in other processes or on other machines. An
//! answer that counts more than the model tells of them. From then on part of
//! the bucket is left free for what cannot be known, and each waits the longer
//! the fuller the bucket is beyond that. As all see the same bucket, all wait
//! alike long, and the bucket never runs dry: no time is lost.

use std::time::Duration;

use crate::catalog::Bucket;

/// The part of a bucket that is used when others pour into it, too.
const SHARE: f64 = 0.6;

/// The part of a bucket that has to leak before it is tried again after a refusal.
const REST: f64 = 0.25;

/// The part of a bucket that long work leaves free.
const RESERVE: f64 = 0.05;

/// From here on, whoever shares a bucket has one request under way at a time:
/// what several processes send before they hear of each other must fit.
const ALERT: f64 = 0.1;

/// After so long it is looked whether an answer has come.
const HEARING: Duration = Duration::from_millis(20);

/// An answer that counts so many more than the model tells of others. Levels
/// are told rounded up, so less says nothing.
const SURPRISE: f64 = 1.5;

/// No wait is shorter, so that rounding cannot make one of nothing.
const SHORTEST: Duration = Duration::from_millis(1);

/// What is known of a bucket.
#[derive(Debug)]
pub struct Pace {
    bucket: Bucket,
    level: f64,
    at: Duration,
    /// Whether an answer has shown that there is a bucket at all.
    known: bool,
    /// What was poured into an empty bucket leaks once it is there, which no
    /// one knows before an answer came.
    on_its_way: bool,
    sent: u64,
    unanswered: u64,
    /// Until when others are reckoned with.
    shared_until: Duration,
    /// When it is our turn beside others.
    turn: Duration,
    /// Until when the API wants to be left alone.
    held: Duration,
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

/// What an answer says of the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// How much is in it.
    pub used: u32,
    /// How much it holds.
    pub size: u32,
}

impl Level {
    /// Reads `39/40`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (used, size) = text.trim().split_once('/')?;
        let (used, size) = (used.trim().parse().ok()?, size.trim().parse().ok()?);
        (size > 0).then_some(Self { used, size })
    }
}

impl Pace {
    /// Nothing was sent yet.
    #[must_use]
    pub const fn new(bucket: Bucket) -> Self {
        Self {
            bucket,
            level: 0.0,
            at: Duration::ZERO,
            known: false,
            on_its_way: false,
            sent: 0,
            unanswered: 0,
            shared_until: Duration::ZERO,
            turn: Duration::ZERO,
            held: Duration::ZERO,
            refusals: 0,
        }
    }

    /// Lets a request through, or says how long to wait before asking again.
    /// `jitter` is a random number in 0..1, as in the others below.
    pub fn admit(&mut self, now: Duration, jitter: f64) -> Result<Ticket, Duration> {
        self.leak(now);
        if self.known {
            let over = (self.level + 1.0 - self.brim()) / self.bucket.leak;
            let wait = seconds(over)
                .max(self.turn.saturating_sub(now))
                .max(self.held.saturating_sub(now));
            if !wait.is_zero() {
                return Err(wait.max(SHORTEST));
            }
            // Beside others, who has asked first hears how full it is.
            let crowded = self.level + 1.0 > self.bucket.size * ALERT;
            if crowded && self.unanswered > 0 && self.is_shared(now) {
                return Err(HEARING);
            }
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
        let used = f64::from(told.used);
        if used > self.level.max(ticket.level) + SURPRISE {
            self.shared_until = now + self.emptying();
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

    /// Learns that a request was refused, as the bucket is full. The API may
    /// say how long it wants to be left alone; else it is for as long as a
    /// quarter of the bucket takes to leak, and twice as long each time again.
    pub fn refused(
        &mut self,
        now: Duration,
        told: Option<Level>,
        asked: Option<Duration>,
        jitter: f64,
    ) {
        self.settle(now);
        self.known = true;
        if let Some(told) = told {
            self.bucket.size = f64::from(told.size);
        }
        self.level = self.bucket.size;
        self.shared_until = now + self.emptying();
        let free = self.bucket.size * REST / self.bucket.leak;
        let longest = self.bucket.size / self.bucket.leak;
        let own = (free * f64::from(2).powi(self.refusals)).min(longest);
        let wait = asked.unwrap_or_else(|| seconds(own * (0.5 + jitter)));
        self.held = self.held.max(now + wait);
        self.refusals = (self.refusals + 1).min(8);
    }

    /// Leaves room for others, by the square of what is beyond the share.
    fn take_turns(&mut self, now: Duration, jitter: f64) {
        let beyond = self.level + 1.0 - self.bucket.size * SHARE;
        if !self.is_shared(now) || beyond <= 0.0 {
            self.turn = now;
            return;
        }
        let wait = (beyond * beyond).min(self.bucket.size) / self.bucket.leak;
        self.turn = now + seconds(wait * (0.5 + jitter));
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
            self.bucket.size * (1.0 - RESERVE)
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
