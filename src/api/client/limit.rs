//! The rate limit in answers: which headers with the level are believed, and how
//! fast the bucket leaks according to them. Pure: header texts and times come
//! in, levels and rates go out.

use std::time::Duration;

use crate::catalog::Bucket;

/// A smaller bucket is not plausible: the smallest that is documented contains
/// 40.
const SMALLEST: u32 = 10;

/// A bucket is not believed to be fuller than this many times its size.
const OVERFULL: u64 = 2;

/// Answers in a row that must state a new size before it is believed.
const CONFIRMED: u32 = 3;

/// After so many sizes that were not confirmed the header counts as odd.
const FLIPS: u32 = 2;

/// A shorter time says nothing about the leak.
const SHORTEST: Duration = Duration::from_secs(5);

/// After this long a new measurement begins.
const LONGEST: Duration = Duration::from_secs(30);

/// How far apart the moments may be at which two levels were counted and read.
const LATENESS: f64 = 0.25;

/// Two levels that are each rounded up differ by less than this too much.
const ROUNDING: f64 = 2.0;

/// What an answer says of the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// How much is in it.
    pub used: u32,
    /// How much it holds.
    pub size: u32,
}

impl Level {
    /// Reads `39/40`; `None` for what no bucket of the API can be, the largest
    /// of which contains `largest`.
    #[must_use]
    pub fn parse(text: &str, largest: u32) -> Option<Self> {
        let (used, size) = text.trim().split_once('/')?;
        let used: u64 = used.trim().parse().ok()?;
        let size: u32 = size.trim().parse().ok()?;
        let is_plausible =
            (SMALLEST..=largest).contains(&size) && used <= OVERFULL.saturating_mul(size.into());
        let used = u32::try_from(used).map_or(size, |used| used.min(size));
        is_plausible.then_some(Self { used, size })
    }
}

/// Why a header is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// It states another size than before; the next ones may confirm it.
    Unconfirmed,
    /// It is not plausible.
    Odd,
}

/// Decides which limit headers of one API are believed.
#[derive(Debug)]
pub struct LimitHeaders {
    /// The size that is believed.
    size: u32,
    /// A size that differs, and how often in a row it was stated.
    other: Option<(u32, u32)>,
    /// Sizes that were stated and not confirmed.
    flips: u32,
    /// The largest size that is plausible.
    largest: u32,
}

impl LimitHeaders {
    /// Nothing was read yet; the token promises that bucket.
    #[must_use]
    pub const fn new(promised: Bucket) -> Self {
        Self {
            size: promised.whole_size(),
            largest: promised.largest,
            other: None,
            flips: 0,
        }
    }

    /// Reads a header. A size that changes is believed once it is confirmed.
    ///
    /// # Errors
    /// With why the header is ignored.
    pub fn read(&mut self, text: &str) -> Result<Level, Ignored> {
        let level = Level::parse(text, self.largest).ok_or(Ignored::Odd)?;
        if self.size == level.size {
            self.flips += u32::from(self.other.take().is_some());
            return Ok(level);
        }
        let times = match self.other {
            Some((size, times)) if size == level.size => times + 1,
            Some(_) => {
                self.flips += 1;
                1
            }
            None => 1,
        };
        if times >= CONFIRMED {
            self.size = level.size;
            self.other = None;
            return Ok(level);
        }
        self.other = Some((level.size, times));
        Err(if self.flips >= FLIPS {
            Ignored::Odd
        } else {
            Ignored::Unconfirmed
        })
    }
}

/// Measures how fast a bucket leaks at least, from the levels of answers.
///
/// What others pour into the bucket makes the result smaller, never larger.
#[derive(Debug, Default)]
pub struct LeakMeter {
    begun: Option<Sample>,
    /// Answers with a level: each was certainly poured into the bucket.
    answers: u64,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Duration,
    answers: u64,
    used: f64,
}

impl LeakMeter {
    /// Takes the level of an answer; gives requests a second, once it can tell.
    /// `under_way` requests may have been counted in another order.
    pub fn observe(&mut self, at: Duration, level: Level, under_way: f64) -> Option<f64> {
        self.answers += 1;
        let sample = Sample {
            at,
            answers: self.answers,
            used: f64::from(level.used),
        };
        let begun = *self.begun.get_or_insert(sample);
        let passed = at.saturating_sub(begun.at);
        if passed < SHORTEST {
            return None;
        }
        if passed >= LONGEST {
            self.begun = Some(sample);
        }
        let answers = sample.answers - begun.answers;
        let poured = f64::from(u32::try_from(answers).unwrap_or(u32::MAX));
        let leaked = begun.used + poured - sample.used - under_way - ROUNDING;
        Some(leaked / (passed.as_secs_f64() + LATENESS))
    }

    /// Begins again.
    pub fn reset(&mut self) {
        self.begun = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::bucket;

    #[test]
    fn level_parse_refuses_what_no_bucket_can_be() {
        assert_eq!(
            Level::parse("39/40", bucket("").largest),
            Some(Level { used: 39, size: 40 })
        );
        assert_eq!(
            Level::parse("41/40", bucket("").largest),
            Some(Level { used: 40, size: 40 })
        );
        for odd in [
            "",
            "39",
            "/",
            "a/40",
            "-1/40",
            "39/0",
            "0/0",
            "0/1",
            "1/3",
            "4294967295/40",
            "18446744073709551615/40",
            "99999999999999999999/40",
            "81/40",
            "1/4294967295",
            "1/99999999999",
            "1/1000000",
        ] {
            assert_eq!(Level::parse(odd, bucket("").largest), None, "{odd}");
        }
    }

    #[test]
    fn a_changed_size_is_believed_once_it_is_confirmed() {
        let mut headers = LimitHeaders::new(bucket(""));
        let mut read = |text| headers.read(text).map(|level| level.size);
        assert_eq!(read("1/40"), Ok(40));
        assert_eq!(read("1/80"), Err(Ignored::Unconfirmed));
        assert_eq!(read("1/40"), Ok(40));
        assert_eq!(read("1/80"), Err(Ignored::Unconfirmed));
        assert_eq!(read("2/80"), Err(Ignored::Unconfirmed));
        assert_eq!(read("3/80"), Ok(80));
        assert_eq!(read("4/40"), Err(Ignored::Unconfirmed));
    }

    #[test]
    fn sizes_that_change_with_each_answer_are_odd() {
        let mut headers = LimitHeaders::new(bucket(""));
        let read: Vec<_> = (0..20)
            .map(|at| headers.read(&format!("1/{}", 40 + 10 * (at % 5))))
            .collect();
        assert!(read.contains(&Err(Ignored::Odd)), "{read:?}");
        assert!(read.iter().flatten().all(|level| level.size == 40));
    }

    /// A bucket that leaks `rate` a second, asked `asked` times a second.
    fn measured(rate: f64, asked: u32, others: u32) -> f64 {
        let (mut meter, mut level) = (LeakMeter::default(), 20.0);
        let mut most: f64 = 0.0;
        for tick in 0..asked * 60 {
            level = f64::max(level - rate / f64::from(asked), 0.0);
            level = f64::min(level + 1.0 + f64::from(others), 40.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a level is small"
            )]
            let used = level.ceil() as u32;
            let at = Duration::from_secs_f64(f64::from(tick) / f64::from(asked));
            let told = meter.observe(at, Level { used, size: 40 }, 0.0);
            most = most.max(told.unwrap_or(0.0));
        }
        most
    }

    #[test]
    fn a_leak_is_measured_and_never_overestimated() {
        assert!((3.5..=4.0).contains(&measured(4.0, 4, 0)));
        assert!((36.0..=40.0).contains(&measured(40.0, 40, 0)));
        // An empty bucket, and one that others use, seem to leak more slowly.
        assert!(measured(4.0, 1, 0) <= 4.0);
        assert!(measured(4.0, 2, 1) <= 4.0);
    }

    #[test]
    fn two_sizes_that_were_not_confirmed_make_a_third_one_odd() {
        let read = |texts: &[&str]| {
            let mut headers = LimitHeaders::new(bucket(""));
            let read = texts.iter().map(|text| headers.read(text));
            read.map(|level| level.map(|level| level.size))
                .collect::<Vec<_>>()
        };
        let (unconfirmed, odd) = (Err(Ignored::Unconfirmed), Err(Ignored::Odd));
        assert_eq!(
            read(&["1/80", "1/90", "1/100"]),
            [unconfirmed, unconfirmed, odd]
        );
        assert_eq!(
            read(&["1/80", "1/40", "1/80", "1/40", "1/80"]),
            [unconfirmed, Ok(40), unconfirmed, Ok(40), odd]
        );
    }

    #[test]
    fn a_leak_is_what_was_poured_and_is_not_there_any_more() {
        let mut meter = LeakMeter::default();
        let mut observe = |at, used, under_way| {
            let level = Level { used, size: 40 };
            meter.observe(Duration::from_millis(at), level, under_way)
        };
        assert_eq!(observe(0, 10, 0.0), None);
        assert_eq!(observe(3_000, 10, 0.0), None);
        assert_eq!(observe(4_999, 10, 0.0), None);
        // Three were poured after the first answer; one may be counted or not.
        let leak = observe(5_000, 5, 1.0).unwrap();
        assert!((leak - (10.0 + 3.0 - 5.0 - 1.0 - 2.0) / 5.25).abs() < 1e-9);
    }

    #[test]
    fn a_measurement_that_begins_again_takes_its_time() {
        let mut meter = LeakMeter::default();
        let level = Level { used: 10, size: 40 };
        let seconds = Duration::from_secs;
        assert_eq!(meter.observe(seconds(0), level, 0.0), None);
        meter.reset();
        assert_eq!(meter.observe(seconds(10), level, 0.0), None);
        assert!(meter.observe(seconds(15), level, 0.0).is_some());
    }
}
