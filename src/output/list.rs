//! Streams a list as one valid JSON array: one record on each line, or indented
//! on a terminal.

use crate::error::Result;
use crate::filter::one_line;

use super::destination::OutputDestination;
use super::pretty::spread;
use super::{FormatWriter, Style};

/// Writes records into one array.
#[derive(Debug)]
pub(super) struct JsonArray {
    to: OutputDestination,
    style: Style,
    empty: bool,
    /// Whether the last line has no end yet.
    is_open: bool,
    buffer: String,
}

impl JsonArray {
    pub(super) const fn new(to: OutputDestination, style: Style) -> Self {
        Self {
            to,
            style,
            empty: true,
            is_open: false,
            buffer: String::new(),
        }
    }
}

impl FormatWriter for JsonArray {
    fn record(&mut self, record: &str) -> Result<()> {
        self.to.text(if self.empty { "[\n" } else { ",\n" })?;
        self.empty = false;
        self.is_open = true;
        if !self.style.spreads() {
            return self.to.text(&one_line(record));
        }
        self.buffer.clear();
        self.buffer.push_str("  ");
        spread(record, 1, self.style.colour, &mut self.buffer);
        self.to.text(&self.buffer)
    }

    fn page_end(&mut self) -> Result<()> {
        self.to.let_out()
    }

    fn break_off(&mut self) -> Result<()> {
        if self.is_open {
            self.to.line("")?;
            self.is_open = false;
        }
        self.to.let_out()
    }

    fn finish(&mut self) -> Result<()> {
        self.to.line(match (self.empty, self.is_open) {
            (true, _) => "[]",
            (false, true) => "\n]",
            (false, false) => "]",
        })?;
        self.to.let_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{EYES, KeptText};

    fn printed(style: Style, records: &[&str]) -> String {
        let paper = KeptText::default();
        let mut sink = JsonArray::new(paper.destination(), style);
        for record in records {
            sink.record(record).unwrap();
        }
        sink.finish().unwrap();
        paper.text()
    }

    #[test]
    fn an_empty_list_is_an_empty_array() {
        assert_eq!(printed(Style::PLAIN, &[]), "[]\n");
        assert_eq!(printed(EYES, &[]), "[]\n");
    }

    #[test]
    fn one_record_and_many_are_valid_arrays_a_record_a_line() {
        assert_eq!(printed(Style::PLAIN, &["{\"a\": 1}"]), "[\n{\"a\": 1}\n]\n");
        assert_eq!(
            printed(Style::PLAIN, &["1.10", "{\n}"]),
            "[\n1.10,\n{}\n]\n"
        );
    }

    #[test]
    fn for_eyes_records_are_indented() {
        assert_eq!(
            printed(EYES, &[r#"{"a":1}"#, "[]"]),
            "[\n  {\n    \"a\": 1\n  },\n  []\n]\n"
        );
    }

    /// White space may be before a comma, so that the array stays valid.
    #[test]
    fn an_array_goes_on_after_its_line_was_ended_for_a_message() {
        let paper = KeptText::default();
        let mut sink = JsonArray::new(paper.destination(), Style::PLAIN);
        sink.break_off().unwrap();
        sink.record("1").unwrap();
        sink.break_off().unwrap();
        sink.break_off().unwrap();
        sink.record("2").unwrap();
        sink.break_off().unwrap();
        sink.finish().unwrap();
        assert_eq!(paper.text(), "[\n1\n,\n2\n]\n");
    }

    #[test]
    fn records_appear_when_their_page_ends() {
        let paper = KeptText::default();
        let mut sink = JsonArray::new(paper.destination(), Style::PLAIN);
        sink.record("1").unwrap();
        assert_eq!(paper.text(), "");
        sink.page_end().unwrap();
        assert_eq!(paper.text(), "[\n1");
    }
}
