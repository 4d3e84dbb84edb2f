//! A picture that is drawn over itself, again and again: as many lines as the
//! terminal has, and no more.
//!
//! Takes what a command prints; returns lines to put in place of those that are
//! there. Nothing of the terminal is switched over, neither its second screen
//! nor its cursor, so that it is as it was whatever ends the program: it is
//! scrolled up once, and from then on written over from its first line on. That
//! holds for any width, also one that changes.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::rc::Rc;

use unicode_width::UnicodeWidthStr;

use super::layout::{GAP, cut};
use super::visible;

/// To the first line.
const HOME: &str = "\u{1b}[H";
/// What is on this line away. It goes before the new text: behind a line that
/// fills the terminal it would take its last letter.
const CLEAR_LINE: &str = "\u{1b}[K";
/// What follows on the whole screen away.
const CLEAR_REST: &str = "\u{1b}[J";
/// What is wider than the terminal does not run over into the next line.
const NO_WRAP: &str = "\u{1b}[?7l";
/// It does again.
const WRAP: &str = "\u{1b}[?7h";

/// A stream that keeps the first lines written to it.
#[derive(Debug, Clone, Default)]
pub struct Frame(Rc<RefCell<FrameState>>);

#[derive(Debug, Default)]
struct FrameState {
    bytes: Vec<u8>,
    lines: usize,
    most: usize,
}

impl Frame {
    /// A frame of so many lines.
    #[must_use]
    pub fn of(lines: usize) -> Self {
        Self(Rc::new(RefCell::new(FrameState {
            most: lines,
            ..FrameState::default()
        })))
    }

    /// Whether there is more than it can hold.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let kept = self.0.borrow();
        kept.lines > kept.most
    }

    /// What it holds; where there is more, the last line says so.
    #[must_use]
    pub fn text(&self) -> String {
        let kept = self.0.borrow();
        let text = String::from_utf8_lossy(&kept.bytes);
        if kept.lines <= kept.most {
            return text.into_owned();
        }
        let shown = kept.most.saturating_sub(1);
        let lines = text.split_inclusive('\n').take(shown);
        let mut text: String = lines.collect();
        text.push_str("…\n");
        text
    }
}

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.borrow_mut();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if kept.lines < kept.most {
                kept.bytes.extend_from_slice(line);
            }
            kept.lines += usize::from(line.ends_with(b"\n"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What moves all that is on a terminal of so many lines out of the way.
#[must_use]
pub fn make_room(lines: usize) -> String {
    "\n".repeat(lines)
}

/// What puts lines in place of all that is there. It goes out at once, so that
/// nothing flickers.
#[must_use]
pub fn redraw(text: &str) -> String {
    let mut out = format!("{NO_WRAP}{HOME}");
    for line in text.lines() {
        let _ = writeln!(out, "{CLEAR_LINE}{line}");
    }
    out.push_str(CLEAR_REST);
    out.push_str(WRAP);
    out
}

/// A line with something at each end of it; the right one goes first where
/// there is no room.
#[must_use]
pub fn ends(left: &str, right: &str, width: usize) -> String {
    let left = visible::one_line(left);
    let (used, wanted) = (left.width(), right.width());
    if used + GAP + wanted <= width {
        let between = " ".repeat(width - used - wanted);
        return format!("{left}{between}{right}");
    }
    let room = width.saturating_sub(GAP + wanted);
    if room < wanted {
        return cut(&left, width).into_owned();
    }
    let left = cut(&left, room);
    let between = " ".repeat(width - left.width() - wanted);
    format!("{left}{between}{right}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(most: usize, text: &str) -> (String, bool) {
        let mut frame = Frame::of(most);
        for piece in text.as_bytes().chunks(3) {
            frame.write_all(piece).unwrap();
        }
        (frame.text(), frame.is_full())
    }

    #[test]
    fn what_fits_is_kept_as_it_is() {
        assert_eq!(framed(2, "one\ntwo\n"), ("one\ntwo\n".to_owned(), false));
        assert_eq!(framed(2, ""), (String::new(), false));
    }

    #[test]
    fn what_does_not_fit_is_said_to_be_there() {
        let (text, full) = framed(3, "one\ntwo\nthree\nfour\nfive\n");
        assert_eq!((text.as_str(), full), ("one\ntwo\n…\n", true));
    }

    #[test]
    fn however_much_is_written_no_more_is_kept_than_is_shown() {
        let mut frame = Frame::of(2);
        for _ in 0..10_000 {
            frame.write_all(b"a line\n").unwrap();
        }
        assert!(frame.0.borrow().bytes.len() < 20);
    }

    #[test]
    fn a_picture_leaves_nothing_of_the_one_before() {
        assert_eq!(
            redraw("a\nb\n"),
            "\u{1b}[?7l\u{1b}[H\u{1b}[Ka\n\u{1b}[Kb\n\u{1b}[J\u{1b}[?7h"
        );
    }

    #[test]
    fn the_right_end_of_a_line_stays_while_there_is_room() {
        assert_eq!(ends("left", "right", 14), "left     right");
        assert_eq!(ends("left side", "right", 14), "left s…  right");
        assert_eq!(ends("left side", "right", 11), "left side");
        assert_eq!(ends("left side", "right", 6), "left …");
        assert_eq!(ends("a\nb", "", 9), "a⏎b      ");
    }
}
