//! Destinations for tests: paper that can be read afterwards, and readers that
//! go away; settings, and what comes out for them.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use super::{Format, Output, OutputDestination, OutputSettings, Shape, Style};
use crate::error::Result;

/// A terminal without colour, wide enough for most.
pub(super) const EYES: Style = Style {
    colour: false,
    terminal_width: Some(100),
};

/// What was written.
#[derive(Debug, Clone, Default)]
pub(super) struct KeptText(Rc<RefCell<Vec<u8>>>);

impl KeptText {
    pub(super) fn destination(&self) -> OutputDestination {
        OutputDestination::new("paper", Box::new(self.clone()))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for KeptText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader that goes away after so many bytes.
pub(super) fn closed_after(bytes: usize) -> OutputDestination {
    failing_after(bytes, io::ErrorKind::BrokenPipe)
}

/// A stream that fails after so many bytes.
pub(super) fn failing_after(bytes: usize, kind: io::ErrorKind) -> OutputDestination {
    OutputDestination::new("paper", Box::new(Failing { left: bytes, kind }))
}

struct Failing {
    left: usize,
    kind: io::ErrorKind,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(self.kind)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream that keeps what is written to it, for anyone who shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct KeptOutput(Arc<Mutex<Vec<u8>>>);

impl KeptOutput {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for KeptOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A chosen format for a list.
pub(super) fn many(format: Format) -> OutputSettings {
    OutputSettings {
        chosen: true,
        ..OutputSettings::new(format, Shape::Many)
    }
}

/// The same, filtered.
pub(super) fn jq(format: Format, filter: &str) -> OutputSettings {
    OutputSettings {
        jq: Some(filter.to_owned()),
        ..many(format)
    }
}

/// A filter without a chosen format.
pub(super) fn as_jq_prints(filter: &str) -> OutputSettings {
    OutputSettings {
        chosen: false,
        ..jq(Format::Json, filter)
    }
}

/// What comes out of records.
pub(super) fn printed(settings: &OutputSettings, records: &[&str]) -> Result<String> {
    let paper = KeptText::default();
    let mut output = Output::new(settings, paper.destination())?;
    for record in records {
        output.record(record)?;
    }
    output.finish()?;
    Ok(paper.text())
}

/// The lines that a terminal shows after it was sent that text. It understands what
/// live lines need: the ends of lines, clearing a line, and moving over lines.
pub(super) fn screen(text: &str) -> Vec<String> {
    let mut lines: Vec<Vec<char>> = vec![Vec::new()];
    let (mut row, mut column) = (0, 0);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => column = 0,
            '\n' => {
                row += 1;
                column = 0;
            }
            '\u{1b}' => {
                assert_eq!(letters.next(), Some('['));
                let mut number = String::new();
                while letters.peek().is_some_and(char::is_ascii_digit) {
                    number.extend(letters.next());
                }
                let number: usize = number.parse().unwrap();
                match letters.next() {
                    Some('A') => row -= number,
                    Some('B') => row += number,
                    Some('K') => lines[row].clear(),
                    other => panic!("{other:?}"),
                }
            }
            letter => {
                let line = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = letter;
                column += 1;
            }
        }
        lines.resize(lines.len().max(row + 1), Vec::new());
    }
    let lines = lines.into_iter().map(String::from_iter);
    let mut lines: Vec<String> = lines
        .map(|line: String| line.trim_end().to_owned())
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}
