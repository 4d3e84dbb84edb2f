//! What a client tells while it works: a long wait, a header that it ignores.
//! The client prints nothing; an [`Observer`] that was passed in does.

use std::fmt;
use std::time::Duration;

use super::pace::Why;

/// Shorter waits are not told.
const NOTICEABLE: Duration = Duration::from_secs(5);

/// A pause at least this long is told, whatever was told before.
const LONG: Duration = Duration::from_secs(10);

/// After a notice of a pause, shorter pauses are not told for this long.
const QUIET: Duration = Duration::from_secs(30);

/// The same for waits in a bucket that others use, too: they are ordinary.
const QUIET_IN_TURN: Duration = Duration::from_secs(10 * 60);

/// The longest header that is repeated.
const LONGEST_HEADER: usize = 40;

/// Hears the notices of a client.
pub trait Observer: Send + Sync {
    /// Takes one notice.
    fn notice(&self, notice: &Notice);
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
    /// It ignores a header about the rate limit, as it is not plausible.
    OddLimit {
        /// The name of the header.
        header: &'static str,
        /// The value, when it is one that can be repeated.
        value: Option<String>,
    },
}

impl Notice {
    /// The notice about an implausible limit header. What is not a pair of
    /// numbers is not repeated: it could be anything, a secret as well.
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
                    Why::Failed => write!(out, "the API has trouble; waiting {seconds} s"),
                }
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

/// Decides which waits are told, so that one wait is told once.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    /// The end of the last wait that was told.
    told_until: Duration,
    quiet_until: Duration,
}

impl Announcer {
    /// Whether a wait that begins now is to be told.
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
        // A new one soon after is told when it is long.
        assert!(!news(71, 8, Why::Refused));
        assert!(news(80, 100, Why::Asked));
        assert!(news(300, 20, Why::Turn));
        assert!(!news(400, 20, Why::Turn));
        assert!(news(1000, 20, Why::Turn));
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
