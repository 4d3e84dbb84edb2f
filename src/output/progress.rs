//! How far long work has come, as a line that lives at the end of standard
//! error: a bar, rows done, failed, how fast, how long still, and a word on
//! what is going on.
//!
//! Takes what was done so far, whenever there is something new; returns at most
//! a line each tenth of a second, and none at all before half a second has
//! passed. `indicatif` lays the line out, draws it and takes it away, on the
//! stream of the [`Console`]. Its clock is that of the system, so that when to
//! draw, and how fast the work is, is decided here, in the time of the work: its
//! estimates would count what an earlier run has done as done now.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

use super::console::{Console, TerminalSize};
use super::visible;
use crate::world::Elapsed;

/// Work that is done sooner shows no line.
const PATIENCE: Duration = Duration::from_millis(500);

/// No line is drawn sooner after another.
const BETWEEN: Duration = Duration::from_millis(100);

/// A rate from less time than this says nothing.
const TELLING: Duration = Duration::from_secs(2);

/// A rate indicates the last one or two of these: the first requests of a token
/// go faster than the others, and so does what an earlier run has begun.
const LATELY: Duration = Duration::from_secs(15);

/// The narrowest terminal that has room for a bar beside the words.
const ROOM_FOR_BAR: u16 = 60;

/// Columns of the bar.
const BAR_WIDTH: usize = 20;

const BAR: Style = AnsiColor::Cyan.on_default();
const FAILED: Style = AnsiColor::Red.on_default();

/// How the line looks.
#[derive(Debug, Clone, Copy)]
pub struct ProgressLook {
    /// The terminal.
    pub size: TerminalSize,
    /// Whether to colour.
    pub colour: bool,
    /// What is counted, in the plural: `rows`.
    pub unit: &'static str,
}

/// How far it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProgressState<'a> {
    /// Done with, whatever became of it.
    pub done: u64,
    /// Of those, failed.
    pub failed: u64,
    /// All there is, where that is known.
    pub total: Option<u64>,
    /// How much of the work is done, from 0 to 1, where that is known otherwise.
    pub share: Option<f32>,
    /// What is counted, where there are several lines; may be empty.
    pub label: &'a str,
    /// What is going on, in a few words; may be empty.
    pub state: &'a str,
}

impl ProgressState<'_> {
    /// The position of the bar, and its length; the position is 0 where nothing says
    /// how much there is.
    fn bar(&self) -> (u64, u64) {
        const PARTS: u16 = 1000;
        match (self.total, self.share) {
            (Some(total), _) => (self.done, total.max(1)),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "from 0 to 1000"
            )]
            (None, Some(share)) => {
                let done = (share.clamp(0.0, 1.0) * f32::from(PARTS)) as u64;
                (done, PARTS.into())
            }
            (None, None) => (0, 1),
        }
    }
}

/// The live line of one piece of work. It goes when this is dropped.
pub struct ProgressLine {
    look: Option<ProgressLook>,
    console: Console,
    elapsed: Elapsed,
    begun: Duration,
    line: Mutex<ShownLine>,
}

/// What was shown.
#[derive(Default)]
struct ShownLine {
    bar: Option<ProgressBar>,
    drawn: Option<Duration>,
    /// When counts came from which the rate is reported, and what had been done
    /// by then; the older one first.
    marks: Option<[(Duration, u64); 2]>,
}

impl ProgressLine {
    /// A line on a console; without a look there is none.
    #[must_use]
    pub fn new(console: Console, elapsed: Elapsed, look: Option<ProgressLook>) -> Self {
        let begun = elapsed();
        Self {
            look,
            console,
            elapsed,
            begun,
            line: Mutex::default(),
        }
    }

    /// A line below this one, for work that begins now.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::new(self.console.clone(), self.elapsed.clone(), self.look)
    }

    /// Takes note of how far it is, and draws the line when it is time.
    pub fn seen(&self, seen: ProgressState) {
        let Some(look) = self.look else {
            return;
        };
        let now = (self.elapsed)();
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let [older, newer] = line.marks.get_or_insert([(now, seen.done); 2]);
        if now.saturating_sub(newer.0) >= LATELY {
            *older = *newer;
            *newer = (now, seen.done);
        }
        let (since, base) = *older;
        let due = line.drawn.map_or(self.begun + PATIENCE, |at| at + BETWEEN);
        if now < due {
            return;
        }
        line.drawn = Some(now);
        let pace = ProgressPace {
            done: seen.done.saturating_sub(base),
            in_time: now.saturating_sub(since),
        };
        let words = words(&seen, pace, look);
        let bar = line
            .bar
            .get_or_insert_with(|| self.console.begin(look.size));
        bar.set_style(style(look, &seen));
        // Both handles are of one line; this one draws nothing by itself.
        drop(bar.clone().with_message(words));
        bar.update(|state| {
            let (done, all) = seen.bar();
            state.set_len(all);
            state.set_pos(done);
        });
    }

    /// Takes the line away. What comes later draws it again.
    pub fn hide(&self) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = line.bar.take() {
            self.console.end(&bar);
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.hide();
    }
}

/// How fast it went so far.
#[derive(Clone, Copy)]
struct ProgressPace {
    done: u64,
    in_time: Duration,
}

impl ProgressPace {
    /// A second's worth of work, once that can be reported.
    fn rate(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a rate is rough")]
        let done = self.done as f64;
        (self.done > 0 && self.in_time >= TELLING).then(|| done / self.in_time.as_secs_f64())
    }
}

fn style(look: ProgressLook, seen: &ProgressState) -> ProgressStyle {
    let is_measured = seen.total.is_some() || seen.share.is_some();
    let has_room = look.size.width >= ROOM_FOR_BAR;
    let template = if !is_measured && has_room && !seen.label.is_empty() {
        // The words are below those of the other lines.
        format!("{:BAR_WIDTH$} {{wide_msg}}", "")
    } else if !is_measured || !has_room {
        "{wide_msg}".to_owned()
    } else if look.colour {
        format!("{BAR}{{bar:{BAR_WIDTH}}}{BAR:#} {{wide_msg}}")
    } else {
        format!("{{bar:{BAR_WIDTH}}} {{wide_msg}}")
    };
    // A template that cannot be read would be seen in every test of it.
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█░")
}

/// The words, the most telling first: a narrow terminal shows but those.
fn words(seen: &ProgressState, pace: ProgressPace, look: ProgressLook) -> String {
    let mut text = String::new();
    if !seen.label.is_empty() {
        let _ = write!(text, "{}: ", visible::one_line(seen.label));
    }
    text.push_str(&grouped(seen.done));
    if let Some(total) = seen.total {
        let _ = write!(text, " of {}", grouped(total));
    }
    let _ = write!(text, " {}", look.unit);
    if seen.failed > 0 {
        let failed = grouped(seen.failed);
        if look.colour {
            let _ = write!(text, ", {FAILED}{failed} failed{FAILED:#}");
        } else {
            let _ = write!(text, ", {failed} failed");
        }
    }
    if let Some(rate) = pace.rate() {
        let digits = usize::from(rate < 10.0);
        let _ = write!(text, ", {rate:.digits$}/s");
        let left = seen.total.map(|total| total.saturating_sub(seen.done));
        if let Some(left) = left.filter(|left| *left > 0) {
            #[expect(clippy::cast_precision_loss, reason = "an estimate is rough")]
            let left = Duration::try_from_secs_f64(left as f64 / rate);
            if let Ok(left) = left {
                let _ = write!(text, ", {} left", span(left));
            }
        }
    }
    if !seen.state.is_empty() {
        let _ = write!(text, ", {}", visible::one_line(seen.state));
    }
    text
}

/// A number that can be read at a glance: `1,000,000`.
#[must_use]
pub fn grouped(number: u64) -> String {
    indicatif::HumanCount(number).to_string()
}

/// A span of time as one says it: `45 s`, `4 min`, `2 h 5 min`.
#[must_use]
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_millis() >= 500);
    match (seconds / 3600, seconds / 60, seconds) {
        (0, 0..=1, seconds) if seconds < 100 => format!("{seconds} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours @ 1..=23, minutes, _) if minutes % 60 > 0 => {
            format!("{hours} h {} min", minutes % 60)
        }
        (hours @ 1..=47, ..) => format!("{hours} h"),
        (hours, ..) => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
