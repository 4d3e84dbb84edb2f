//! Notices of a client while it works: a long wait, a header that it ignores.
//! The client prints nothing; an [`Observer`] that was passed in does.

use std::fmt;
use std::time::Duration;

use super::pace::Why;
use super::retry::Outcome;

/// Shorter waits are not told.
const NOTICEABLE: Duration = Duration::from_secs(5);

/// A pause at least this long is reported, whatever was reported before.
const LONG: Duration = Duration::from_secs(10);

/// After a notice of a pause, shorter pauses are not told for this long.
const QUIET: Duration = Duration::from_secs(30);

/// The same for waits in a bucket that others use, too: they are ordinary.
const QUIET_IN_TURN: Duration = Duration::from_secs(10 * 60);

/// Retries of a request that takes less time are not told.
const RETRY_TOLD_AFTER: Duration = Duration::from_secs(1);

/// The longest header that is repeated.
const LONGEST_HEADER: usize = 40;

/// Hears the notices of a client.
pub trait Observer: Send + Sync {
    /// Takes one notice.
    fn notice(&self, notice: &Notice);

    /// Whether it shows [`Notice::Retrying`]; longer waits are reported
    /// otherwise.
    fn shows_retries(&self) -> bool {
        false
    }

    /// Takes what the client does from now on; nothing once it is done.
    fn activity(&self, _: Option<&str>) {}
}

/// Something that a user should know while a client works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It waits for this long.
    Waiting {
        /// How long.
        span: Duration,
        /// What for.
        why: Why,
    },
    /// It sends a request again after an attempt that failed.
    Retrying {
        /// How the attempt ended.
        outcome: Outcome,
        /// How long it waits.
        span: Duration,
        /// The attempt to come, from 1 on.
        attempt: u32,
        /// The most attempts that it makes.
        attempts: u32,
    },
    /// It ignores a header about the rate limit, as it is not plausible.
    OddLimit {
        /// The name of the header.
        header: &'static str,
        /// The value, when it is one that can be repeated.
        value: Option<String>,
    },
}

impl Notice {
    /// The notice about an implausible limit header. A value that is not a pair
    /// of numbers is not repeated: it could be anything, a secret as well.
    #[must_use]
    pub fn odd_limit(header: &'static str, text: &str) -> Self {
        let is_plain = text.len() <= LONGEST_HEADER
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"/ -.".contains(&byte));
        Self::OddLimit {
            header,
            value: is_plain.then(|| text.to_owned()),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { span, why } => {
                let seconds = whole_seconds(*span);
                match why {
                    Why::Asked => write!(out, "the API asks to wait {seconds} s; waiting"),
                    Why::Refused => {
                        write!(out, "the API refuses requests (429); waiting {seconds} s")
                    }
                    Why::Turn => write!(
                        out,
                        "others use the rate limit of this token, too; waiting {seconds} s"
                    ),
                    Why::Failed => {
                        write!(out, "the API reports server errors; waiting {seconds} s")
                    }
                }
            }
            Self::Retrying {
                outcome,
                span,
                attempt,
                attempts,
            } => {
                let seconds = whole_seconds(*span);
                match outcome {
                    Outcome::Answered(status) => write!(out, "the API answered {status}")?,
                    Outcome::Broken(status) => {
                        write!(out, "the response of the API ({status}) was cut off")?;
                    }
                    Outcome::NotSent | Outcome::Barred => {
                        out.write_str("the API cannot be reached")?;
                    }
                    Outcome::Lost => out.write_str("the API did not answer")?,
                }
                write!(out, "; retrying in {seconds} s ({attempt} of {attempts})")
            }
            Self::OddLimit { header, value } => {
                match value {
                    Some(value) => write!(out, "the header {header}: {value} is ignored")?,
                    None => write!(out, "the header {header} is ignored")?,
                }
                out.write_str("; it is not plausible")
            }
        }
    }
}

/// Seconds, rounded up.
pub(super) fn whole_seconds(span: Duration) -> u64 {
    span.as_secs()
        .saturating_add(u64::from(span.subsec_nanos() > 0))
}

/// Decides which waits are reported, so that one wait is reported once.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    /// The end of the last wait that was reported.
    told_until: Duration,
    quiet_until: Duration,
    /// The moment from which the next retry is reported.
    retries_from: Duration,
}

impl Announcer {
    /// Whether a retry is to be reported: its request takes a second or more,
    /// and no other retry was reported within the last second.
    pub(super) fn is_retry_news(&mut self, now: Duration, spent: Duration, span: Duration) -> bool {
        let takes_long = spent.saturating_add(span) >= RETRY_TOLD_AFTER;
        if !takes_long || now < self.retries_from {
            return false;
        }
        self.retries_from = now.saturating_add(RETRY_TOLD_AFTER);
        true
    }

    /// Whether a wait that begins now is to be reported.
    pub(super) fn is_news(&mut self, now: Duration, span: Duration, why: Why) -> bool {
        let end = now.saturating_add(span);
        let is_told = end <= self.told_until.saturating_add(NOTICEABLE);
        let is_long = span >= LONG && why != Why::Turn;
        if span < NOTICEABLE || is_told || (now < self.quiet_until && !is_long) {
            return false;
        }
        self.told_until = end;
        self.quiet_until = end.saturating_add(match why {
            Why::Turn => QUIET_IN_TURN,
            _ => QUIET,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_wait_is_told_once_and_short_ones_never() {
        let mut announcer = Announcer::default();
        let mut news =
            |now, span, why| announcer.is_news(seconds(now), Duration::from_secs(span), why);
        assert!(!news(0, 4, Why::Asked));
        assert!(news(10, 60, Why::Asked));
        // The next look at the same wait, and another request in it.
        assert!(!news(11, 59, Why::Asked));
        assert!(!news(20, 51, Why::Asked));
        // A new one soon after is informed when it is long.
        assert!(!news(71, 8, Why::Refused));
        assert!(news(80, 100, Why::Asked));
        assert!(news(300, 20, Why::Turn));
        assert!(!news(400, 20, Why::Turn));
        assert!(news(1000, 20, Why::Turn));
    }

    #[test]
    fn retry_is_told_when_its_request_takes_a_second() {
        let mut announcer = Announcer::default();
        let mut news = |now, spent, span| {
            let [now, spent, span] = [now, spent, span].map(Duration::from_millis);
            announcer.is_retry_news(now, spent, span)
        };
        assert!(!news(200, 200, 700));
        assert!(news(900, 900, 100));
        // Another request beside it.
        assert!(!news(1000, 1000, 4000));
        assert!(news(1900, 1900, 4000));
    }

    #[test]
    fn retry_says_how_the_attempt_ended() {
        let retrying = |outcome| {
            let notice = Notice::Retrying {
                outcome,
                span: Duration::from_millis(3100),
                attempt: 3,
                attempts: 9,
            };
            notice.to_string()
        };
        assert_eq!(
            retrying(Outcome::Answered(503)),
            "the API answered 503; retrying in 4 s (3 of 9)"
        );
        assert_eq!(
            retrying(Outcome::Lost),
            "the API did not answer; retrying in 4 s (3 of 9)"
        );
    }

    #[test]
    fn the_largest_times_do_not_overflow() {
        let mut announcer = Announcer::default();
        assert!(announcer.is_news(Duration::MAX, Duration::MAX, Why::Asked));
        assert!(!announcer.is_news(Duration::MAX, Duration::MAX, Why::Asked));
        let notice = Notice::Waiting {
            span: Duration::MAX,
            why: Why::Asked,
        };
        assert!(notice.to_string().contains("18446744073709551615 s"));
    }

    #[test]
    fn notices_are_whole_sentences_and_repeat_no_secret() {
        let waiting = |why| {
            let span = Duration::from_millis(7500);
            Notice::Waiting { span, why }.to_string()
        };
        assert_eq!(waiting(Why::Asked), "the API asks to wait 8 s; waiting");
        assert_eq!(
            waiting(Why::Refused),
            "the API refuses requests (429); waiting 8 s"
        );
        assert_eq!(
            Notice::odd_limit("X-Recharge-Limit", "0/1").to_string(),
            "the header X-Recharge-Limit: 0/1 is ignored; it is not plausible"
        );
        assert_eq!(
            Notice::odd_limit("X-Recharge-Limit", "sk_live_secret").to_string(),
            "the header X-Recharge-Limit is ignored; it is not plausible"
        );
    }
}
