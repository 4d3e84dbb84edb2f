//! The live line, in simulated time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::*;
use crate::output::testing::KeptOutput;

/// A line, its terminal and its clock.
struct ShownProgress {
    kept: KeptOutput,
    console: Console,
    millis: Arc<AtomicU64>,
    progress: ProgressLine,
}

fn shown(look: Option<ProgressLook>) -> ShownProgress {
    let kept = KeptOutput::default();
    let console = Console::new(Box::new(kept.clone()));
    let millis = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&millis);
    let elapsed: Elapsed = Arc::new(move || Duration::from_millis(clock.load(Relaxed)));
    ShownProgress {
        progress: ProgressLine::new(console.clone(), elapsed, look),
        kept,
        console,
        millis,
    }
}

fn plain(width: u16) -> ProgressLook {
    ProgressLook {
        size: TerminalSize { width, height: 24 },
        colour: false,
        unit: "rows",
    }
}

impl ShownProgress {
    fn at(&self, millis: u64, done: u64, failed: u64) {
        self.millis.store(millis, Relaxed);
        self.progress.seen(ProgressState {
            done,
            failed,
            total: Some(10_000),
            state: "batch 2 of 3 processing",
            ..ProgressState::default()
        });
    }

    /// The line as it is there now.
    fn line(&self) -> String {
        let text = self.kept.text();
        let last = text.rsplit("\r\u{1b}[2K").next();
        last.unwrap_or_default().to_owned()
    }
}

#[test]
fn what_is_done_within_half_a_second_shows_no_line() {
    let shown = shown(Some(plain(120)));
    shown.at(0, 0, 0);
    shown.at(499, 10, 0);
    assert_eq!(shown.kept.text(), "");
}

#[test]
fn the_line_tells_how_far_how_fast_and_how_long_still() {
    let shown = shown(Some(plain(120)));
    shown.at(0, 0, 0);
    shown.at(100_000, 2500, 12);
    assert_eq!(
        shown.line(),
        "█████░░░░░░░░░░░░░░░ 2,500 of 10,000 rows, 12 failed, 25/s, 5 min left, \
         batch 2 of 3 processing"
    );
}

#[test]
fn what_was_done_before_counts_for_no_rate() {
    let shown = shown(Some(plain(120)));
    shown.at(0, 9000, 0);
    shown.at(100_000, 9050, 0);
    assert!(
        shown.line().contains("0.5/s, 31 min left"),
        "{}",
        shown.line()
    );
}

#[test]
fn what_went_fast_long_ago_counts_for_no_rate() {
    let shown = shown(Some(plain(120)));
    shown.at(0, 0, 0);
    shown.at(1_000, 40, 0);
    for second in 2..=60 {
        shown.at(second * 1_000, 36 + 2 * second, 0);
    }
    let line = shown.line();
    assert!(line.contains("156 of 10,000 rows, 2.0/s, "), "{line}");
}

#[test]
fn the_line_is_drawn_a_few_times_a_second_at_most() {
    let shown = shown(Some(plain(120)));
    for millis in 0..2000 {
        shown.at(millis, millis, 0);
    }
    let drawn = shown.kept.text().matches(" rows").count();
    assert_eq!(drawn, 15);
}

#[test]
fn a_narrow_terminal_shows_the_first_words_only() {
    let shown = shown(Some(plain(30)));
    shown.at(1000, 2500, 12);
    assert_eq!(shown.line(), "2,500 of 10,000 rows, 12 fail");
}

#[test]
fn no_colour_is_wanted_and_none_comes() {
    let shown_plainly = shown(Some(plain(120)));
    shown_plainly.at(1000, 2500, 12);
    assert!(!shown_plainly.line().contains('\u{1b}'));
    let coloured = shown(Some(ProgressLook {
        colour: true,
        ..plain(120)
    }));
    coloured.at(1000, 2500, 12);
    assert!(coloured.line().contains("\u{1b}[31m12 failed\u{1b}[0m"));
}

#[test]
fn a_note_stands_above_the_line_and_at_the_end_the_line_is_gone() {
    let shown = shown(Some(plain(30)));
    shown.at(1000, 1, 0);
    shown.console.say("note: hear\n");
    let ShownProgress { kept, progress, .. } = shown;
    drop(progress);
    assert_eq!(
        kept.text(),
        "1 of 10,000 rows, batch 2 of\
         \r\u{1b}[2Knote: hear\n1 of 10,000 rows, batch 2 of\r\u{1b}[2K"
    );
}

#[test]
fn without_a_terminal_there_is_nothing_to_see() {
    let shown = shown(None);
    shown.at(1000, 1, 0);
    shown.progress.hide();
    assert_eq!(shown.kept.text(), "");
}

#[test]
fn spans_are_said_as_one_says_them() {
    for (seconds, said) in [
        (0, "0 s"),
        (99, "99 s"),
        (100, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (90_000, "25 h"),
        (500_000, "5 days"),
    ] {
        assert_eq!(span(Duration::from_secs(seconds)), said);
    }
}

#[test]
fn several_lines_show_a_share_where_one_is_known() {
    let shown = shown(Some(plain(60)));
    let tables = [shown.progress.another(), shown.progress.another()];
    for millis in [0, 4000] {
        shown.millis.store(millis, Relaxed);
        shown.progress.seen(ProgressState {
            done: millis,
            ..ProgressState::default()
        });
        tables[0].seen(ProgressState {
            done: millis,
            share: Some(0.5),
            label: "charges",
            ..ProgressState::default()
        });
        tables[1].seen(ProgressState {
            done: 7,
            label: "plans",
            ..ProgressState::default()
        });
    }
    let seen = || crate::output::testing::screen(&shown.kept.text());
    assert_eq!(
        seen(),
        [
            "4,000 rows, 1000/s",
            "██████████░░░░░░░░░░ charges: 4,000 rows, 1000/s",
            "                     plans: 7 rows",
        ]
    );
    drop(tables);
    shown.console.say("done\n");
    assert_eq!(seen(), ["done", "4,000 rows, 1000/s"]);
}
