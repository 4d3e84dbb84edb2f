//! The one door through which all requests of a client leave, one after the
//! other and no faster than the token's bucket bears. It waits as its [`Pace`]
//! says, and tells it what came back. A request leaves in time or is turned
//! back at once: its [`RequestClock`] says which.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response};
use jiff::fmt::rfc2822;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Notify;

use super::deadline::{Overdue, RequestClock};
use super::limit::{Ignored, LimitHeaders};
use super::notice::{Announcer, Notice, Observer};
use super::pace::{Level, Pace, Ticket, Wait, Why};
use super::{Failure, Timing, header};
use crate::catalog::{Api, Bucket, Rate};

/// A longer wait is looked at again after so long: what came back meanwhile may
/// have shortened it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The bucket of an API without buckets: its answers never show one.
const UNKNOWN_BUCKET: Bucket = Bucket {
    leak: 1.0,
    size: 1.0,
    fastest: 1.0,
    largest: 1,
};

/// The window of time that limits requests.
struct Window {
    /// Requests that are left in it.
    left: u64,
    /// The time until the next one.
    reset: Duration,
}

pub(super) struct Gate {
    rate: Rate,
    timing: Timing,
    pace: Mutex<Pace>,
    limits: Mutex<LimitHeaders>,
    /// Held by the first of the requests that were never sent. Those that are
    /// sent again do not queue behind all of them, as their time runs.
    line: tokio::sync::Mutex<()>,
    /// Held by anyone who is next, so that who came first goes first.
    next: tokio::sync::Mutex<()>,
    /// The API wants a pause, which those who wait for `next` may not have.
    paused: Notify,
    observer: Option<Arc<dyn Observer>>,
    announcer: Mutex<Announcer>,
    is_oddity_told: AtomicBool,
}

impl Gate {
    pub(super) fn new(timing: Timing, api: &Api, token: &SecretString) -> Self {
        let bucket = api.rate.bucket(token.expose_secret());
        let bucket = bucket.unwrap_or(UNKNOWN_BUCKET);
        Self {
            rate: api.rate,
            timing,
            pace: Mutex::new(Pace::new(bucket)),
            limits: Mutex::new(LimitHeaders::new(bucket)),
            line: tokio::sync::Mutex::new(()),
            next: tokio::sync::Mutex::new(()),
            paused: Notify::new(),
            observer: None,
            announcer: Mutex::default(),
            is_oddity_told: AtomicBool::new(false),
        }
    }

    /// Tells long waits and odd headers to that observer.
    pub(super) fn observed(&mut self, observer: Arc<dyn Observer>) {
        self.observer = Some(observer);
    }

    /// Time that has passed, on the clock that waits go by.
    pub(super) fn elapsed(&self) -> Duration {
        (self.timing.elapsed)()
    }

    async fn sleep(&self, span: Duration) {
        (self.timing.sleep)(span).await;
    }

    /// Waits before a request is sent again.
    pub(super) async fn pause(&self, wait: Wait) {
        self.announce(self.elapsed(), wait);
        self.sleep(wait.span).await;
    }

    /// As [`Gate::pause`], for an attempt that is made again. An observer that
    /// shows retries is informed which one it is.
    pub(super) async fn pause_to_retry(&self, wait: Wait, spent: Duration, retry: Notice) {
        match &self.observer {
            Some(observer) if observer.shows_retries() => {
                let now = self.elapsed();
                if lock(&self.announcer).is_retry_news(now, spent, wait.span) {
                    observer.notice(&retry);
                }
                observer.activity(Some(&retry.to_string()));
                self.sleep(wait.span).await;
            }
            _ => self.pause(wait).await,
        }
    }

    /// Tells the observer what the client does from now on.
    pub(super) fn activity(&self, activity: Option<&str>) {
        if let Some(observer) = &self.observer {
            observer.activity(activity);
        }
    }

    /// The shortest wait before another attempt: what that answer asks for, or
    /// what contains all requests.
    pub(super) fn least_wait(&self, asked: Option<Duration>) -> Option<Wait> {
        let held = self.pace().wait(self.elapsed());
        let asked = asked.map(|span| Wait {
            span,
            why: Why::Asked,
        });
        match (asked, held) {
            (Some(asked), Some(held)) if held.span > asked.span => Some(held),
            (asked, held) => asked.or(held),
        }
    }

    /// Waits for a request's turn.
    ///
    /// # Errors
    /// The turn comes later than the request has time; said before waiting.
    pub(super) async fn pass(&self, clock: &mut RequestClock) -> Result<Pass<'_>, Overdue> {
        let _line = if clock.is_sent() {
            None
        } else {
            Some(self.line.lock().await)
        };
        clock.first_in_line(self.elapsed());
        let next = self.next.lock();
        tokio::pin!(next);
        let _next = loop {
            let paused = self.paused.notified();
            let now = self.elapsed();
            if let Some(hold) = self.pace().hold(now) {
                clock.accept(now, hold)?;
            }
            tokio::select! {
                biased;
                next = &mut next => break next,
                () = paused => {}
            }
        };
        loop {
            let now = self.elapsed();
            let admitted = self.pace().admit(now, fastrand::f64());
            match admitted {
                Ok(ticket) => {
                    clock.attempt(now);
                    return Ok(Pass {
                        gate: self,
                        ticket: Some(ticket),
                    });
                }
                Err(wait) => {
                    clock.accept(now, wait)?;
                    self.announce(now, wait);
                    let Wait { span, why } = wait;
                    self.activity(Some(&Notice::Waiting { span, why }.to_string()));
                    self.sleep(wait.span.min(LOOK_AGAIN)).await;
                }
            }
        }
    }

    fn announce(&self, now: Duration, Wait { span, why }: Wait) {
        let Some(observer) = &self.observer else {
            return;
        };
        let mut announcer = lock(&self.announcer);
        if announcer.is_news(now, span, why) {
            observer.notice(&Notice::Waiting { span, why });
        }
    }

    /// The level of the bucket in an answer, when it is plausible.
    fn level(&self, headers: &HeaderMap) -> Option<Level> {
        let Rate::Bucket { header: name, .. } = self.rate else {
            return None;
        };
        let text = header(headers, name)?;
        match lock(&self.limits).read(&text) {
            Ok(level) => Some(level),
            Err(Ignored::Unconfirmed) => None,
            Err(Ignored::Odd) => {
                if let Some(observer) = &self.observer
                    && !self.is_oddity_told.swap(true, Ordering::Relaxed)
                {
                    observer.notice(&Notice::odd_limit(name, &text));
                }
                None
            }
        }
    }

    /// What an answer says of the window of time that limits requests.
    fn window(&self, headers: &HeaderMap) -> Option<Window> {
        let Rate::Window { left, reset, .. } = self.rate else {
            return None;
        };
        let number = |name| header(headers, name)?.trim().parse::<u64>().ok();
        Some(Window {
            left: number(left)?,
            reset: Duration::from_millis(number(reset)?),
        })
    }

    /// How full the bucket is, as far as that is known.
    pub(super) fn fill(&self) -> Option<Level> {
        self.pace().fill(self.elapsed())
    }

    fn learn(&self, ticket: &Ticket, result: &Result<Response<Bytes>, Failure>) {
        let (now, jitter) = (self.elapsed(), fastrand::f64());
        let level = result.as_ref().ok();
        let level = level.and_then(|answer| self.level(answer.headers()));
        let window = result.as_ref().ok();
        let window = window.and_then(|answer| self.window(answer.headers()));
        let mut pace = self.pace();
        if let Some(window) = window {
            pace.window(now, window.left, window.reset);
        }
        match result {
            Ok(answer) if answer.status().as_u16() == 429 => {
                pace.refused(now, level, asked(answer.headers()), jitter);
                drop(pace);
                self.paused.notify_waiters();
            }
            Ok(_) => match level {
                Some(level) => pace.observe(ticket, now, level, jitter),
                None => pace.settle(now),
            },
            Err(failure) if failure.status == Some(429) => {
                pace.refused(now, None, None, jitter);
                drop(pace);
                self.paused.notify_waiters();
            }
            Err(_) => pace.settle(now),
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        lock(&self.pace)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request that was let through and has no answer yet. Dropped, it says that
/// none is waited for any more.
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    ticket: Option<Ticket>,
}

impl Pass<'_> {
    /// Learns from what came back.
    pub(super) fn learn(mut self, result: &Result<Response<Bytes>, Failure>) {
        if let Some(ticket) = self.ticket.take() {
            self.gate.learn(&ticket, result);
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.ticket.is_some() {
            self.gate.pace().settle(self.gate.elapsed());
        }
    }
}

/// The wait that an answer asks for: seconds, or a moment, which is compared
/// with the moment of the answer, so that no clock of ours is asked.
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    let wanted = header(headers, "Retry-After")?;
    let digits = wanted.trim();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is still a very long wait.
        return Some(Duration::from_secs(digits.parse().unwrap_or(u64::MAX)));
    }
    let moment = |text: &str| rfc2822::parse(text).ok().map(|moment| moment.timestamp());
    let answered = moment(&header(headers, "Date")?)?;
    let wait = moment(&wanted)?.duration_since(answered);
    Some(Duration::try_from(wait).unwrap_or_default())
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
