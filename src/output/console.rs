//! Standard error, shared: whole lines, and below them live lines, which
//! `indicatif` draws and takes away.
//!
//! In come whole lines, from anyone who has something to tell, and the width of
//! the terminal when a live line begins. Before lines are written, or a question
//! is asked, the live one is taken away, and after them it is drawn again, so
//! that neither breaks the other. What a live line says is not known here.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, TermLike};

/// To the beginning of the line, and all of it away.
const CLEAR: &str = "\r\u{1b}[2K";

/// The size of a terminal, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalSize {
    /// Columns.
    pub width: u16,
    /// Lines.
    pub height: u16,
}

/// A stream that many hold.
#[derive(Clone)]
pub struct Console {
    stream: Arc<Mutex<Box<dyn Write + Send>>>,
    live: MultiProgress,
    /// How many live lines there are.
    lines: Arc<Mutex<usize>>,
}

impl Console {
    /// A console that writes to a stream.
    #[must_use]
    pub fn new(stream: Box<dyn Write + Send>) -> Self {
        Self {
            stream: Arc::new(Mutex::new(stream)),
            // Until a line begins no one knows how wide it may be.
            live: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
            lines: Arc::default(),
        }
    }

    /// Writes whole lines at once.
    pub fn say(&self, lines: &str) {
        self.suspend(|| write(&self.stream, lines));
    }

    /// Does something with the terminal while no live line is there.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.live.suspend(work)
    }

    /// A live line below those that there are, on a terminal of that size. It is
    /// drawn when it is reported something; [`Console::end`] takes it away.
    #[must_use]
    pub(super) fn begin(&self, size: TerminalSize) -> ProgressBar {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if *lines == 0 {
            let terminal = LineTerminal {
                stream: Arc::clone(&self.stream),
                size,
                draft: Mutex::default(),
            };
            let target = ProgressDrawTarget::term_like(Box::new(terminal));
            self.live.set_draw_target(target);
        }
        *lines += 1;
        self.live.add(ProgressBar::no_length())
    }

    /// Takes a live line away.
    pub(super) fn end(&self, line: &ProgressBar) {
        line.finish_and_clear();
        self.live.remove(line);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        *lines = lines.saturating_sub(1);
    }
}

fn write(stream: &Mutex<Box<dyn Write + Send>>, text: &str) {
    let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
    // When no one can be reported, there is no one to tell.
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.flush();
}

/// The terminal as `indicatif` sees it. The last column of each line stays free,
/// since a line that is full to its edge may begin another one. What is drawn up to
/// a flush is written at once.
struct LineTerminal {
    stream: Arc<Mutex<Box<dyn Write + Send>>>,
    size: TerminalSize,
    draft: Mutex<PendingOutput>,
}

/// What is drawn, up to a flush.
#[derive(Default)]
struct PendingOutput {
    text: String,
    /// A line is complete, and another one may follow.
    is_line_complete: bool,
}

impl LineTerminal {
    fn draft(&self) -> MutexGuard<'_, PendingOutput> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the cursor over whole lines; the letter says where to.
    fn move_lines(&self, lines: usize, letter: char) {
        if lines > 0 {
            let _ = write!(self.draft().text, "\u{1b}[{lines}{letter}");
        }
    }
}

impl std::fmt::Debug for LineTerminal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("LineTerminal")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl TermLike for LineTerminal {
    fn width(&self) -> u16 {
        self.size.width.saturating_sub(1).max(1)
    }

    /// One line is left to what is above, so that nothing scrolls away.
    fn height(&self) -> u16 {
        self.size.height.saturating_sub(1).max(1)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.move_lines(lines, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.move_lines(lines, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.write_str("")
    }

    /// The library ends each line with spaces up to the edge, as many as it takes for
    /// the next one to begin below. Here a line has no such edge.
    fn write_str(&self, text: &str) -> io::Result<()> {
        let mut draft = self.draft();
        if text.bytes().all(|byte| byte == b' ') {
            draft.is_line_complete = true;
            return Ok(());
        }
        if std::mem::take(&mut draft.is_line_complete) {
            draft.text.push_str("\r\n");
        }
        draft.text.push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.draft().text.push_str(CLEAR);
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let draft = std::mem::take(&mut *self.draft());
        let drawn = draft.text.as_str();
        if !drawn.is_empty() {
            write(&self.stream, drawn);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Console").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{KeptOutput, screen};

    fn size(width: u16) -> TerminalSize {
        TerminalSize { width, height: 24 }
    }

    fn told(line: &ProgressBar, text: &str) {
        line.set_style(indicatif::ProgressStyle::with_template("{wide_msg}").unwrap());
        line.set_message(text.to_owned());
    }

    #[test]
    fn lines_go_above_the_live_one_and_leave_it_whole() {
        let kept = KeptOutput::default();
        let console = Console::new(Box::new(kept.clone()));
        console.say("first\n");
        let line = console.begin(size(80));
        console.say("second\n");
        told(&line, "1 of 2");
        console.say("note\n");
        console.suspend(|| console_free(&kept));
        console.end(&line);
        console.say("last\n");
        let expected =
            format!("first\nsecond\n1 of 2{CLEAR}note\n1 of 2{CLEAR}[asked]1 of 2{CLEAR}last\n");
        assert_eq!(kept.text(), expected);
    }

    /// Writes to the terminal beside the console, as a question does.
    fn console_free(kept: &KeptOutput) {
        kept.clone().write_all(b"[asked]").unwrap();
    }

    #[test]
    fn live_lines_follow_one_another() {
        let kept = KeptOutput::default();
        let console = Console::new(Box::new(kept.clone()));
        for width in [5, 80] {
            let line = console.begin(size(width));
            told(&line, "1234567");
            console.end(&line);
        }
        console.say("end\n");
        let expected = format!("1234{CLEAR}1234567{CLEAR}end\n");
        assert_eq!(kept.text(), expected);
    }

    #[test]
    fn several_live_lines_are_below_one_another() {
        let kept = KeptOutput::default();
        let console = Console::new(Box::new(kept.clone()));
        let all = console.begin(size(80));
        told(&all, "all");
        let one = console.begin(size(80));
        told(&one, "the first");
        let other = console.begin(size(80));
        told(&other, "other");
        console.say("note\n");
        told(&one, "one");
        let seen = || screen(&kept.text());
        assert_eq!(seen(), ["note", "all", "one", "other"]);
        console.end(&one);
        told(&all, "nearly all");
        assert_eq!(seen(), ["note", "nearly all", "other"]);
        console.say("another note\n");
        console.end(&other);
        console.end(&all);
        assert_eq!(seen(), ["note", "another note"]);
    }
}
