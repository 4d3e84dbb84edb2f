//! A record after the other: NDJSON, single objects, and what jq prints.

use crate::error::Result;
use crate::filter::{Cell, one_line};

use super::destination::OutputDestination;
use super::pretty::spread;
use super::{FormatWriter, Style, visible};

/// How a record becomes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    /// With the white space it came with.
    AsSent,
    /// On one line, so that a line is a record.
    OneLine,
    /// Spread over lines for people.
    Spread,
}

/// Writes records with a line end after each.
#[derive(Debug)]
pub(super) struct LineWriter {
    to: OutputDestination,
    spacing: Spacing,
    style: Style,
    /// Whether a text is written without its quotes.
    unquoted: bool,
    buffer: String,
}

impl LineWriter {
    pub(super) fn new(
        to: OutputDestination,
        spacing: Spacing,
        style: Style,
        unquoted: bool,
    ) -> Self {
        Self {
            to,
            spacing,
            style,
            unquoted,
            buffer: String::new(),
        }
    }
}

impl FormatWriter for LineWriter {
    fn record(&mut self, record: &str) -> Result<()> {
        if self.unquoted && record.starts_with('"') {
            let cell = Cell::from_json(record);
            return match cell.text() {
                text if self.style.for_eyes() => self.to.line(&visible::lines(text)),
                text => self.to.line(text),
            };
        }
        match self.spacing {
            Spacing::AsSent => self.to.line(record),
            Spacing::OneLine if self.style.for_eyes() => {
                self.to.line(&visible::json(&one_line(record)))
            }
            Spacing::OneLine => self.to.line(&one_line(record)),
            Spacing::Spread => {
                self.buffer.clear();
                spread(record, 0, self.style.colour, &mut self.buffer);
                self.to.line(&self.buffer)
            }
        }
    }

    fn page_end(&mut self) -> Result<()> {
        self.to.let_out()
    }

    fn finish(&mut self) -> Result<()> {
        self.to.let_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::output::testing::{EYES, KeptText, closed_after};

    fn printed(spacing: Spacing, style: Style, unquoted: bool, records: &[&str]) -> String {
        let paper = KeptText::default();
        let mut sink = LineWriter::new(paper.destination(), spacing, style, unquoted);
        for record in records {
            sink.record(record).unwrap();
        }
        sink.finish().unwrap();
        paper.text()
    }

    #[test]
    fn ndjson_prints_bytes_as_sent_a_record_a_line() {
        let sent = [
            r#"{ "b": 10.00, "a": 12345678901234567890123, "a": "\u00e9" }"#,
            "[1]",
        ];
        assert_eq!(
            printed(Spacing::OneLine, Style::PLAIN, false, &sent),
            format!("{}\n[1]\n", sent[0])
        );
    }

    #[test]
    fn a_record_with_line_breaks_becomes_one_line() {
        let sent = ["{\r\n  \"a\": \"x  y\"\n}"];
        assert_eq!(
            printed(Spacing::OneLine, Style::PLAIN, false, &sent),
            "{\"a\":\"x  y\"}\n"
        );
        assert_eq!(
            printed(Spacing::AsSent, Style::PLAIN, false, &sent),
            format!("{}\n", sent[0])
        );
    }

    #[test]
    fn no_records_print_nothing() {
        assert_eq!(printed(Spacing::OneLine, Style::PLAIN, false, &[]), "");
    }

    #[test]
    fn raw_texts_lose_their_quotes_and_nothing_else_does() {
        let sent = [r#""a\nb""#, r#"["a"]"#, "1.10"];
        assert_eq!(
            printed(Spacing::OneLine, Style::PLAIN, true, &sent),
            "a\nb\n[\"a\"]\n1.10\n"
        );
    }

    #[test]
    fn a_terminal_is_never_steered_by_data() {
        let sent = ["\"\\u001b[2J\u{9b}\""];
        assert_eq!(
            printed(Spacing::OneLine, EYES, true, &sent),
            "␛[2J\\u{9b}\n"
        );
        assert_eq!(
            printed(Spacing::OneLine, EYES, false, &sent),
            "\"\\u001b[2J\\u009b\"\n"
        );
        assert_eq!(
            printed(Spacing::OneLine, Style::PLAIN, true, &sent),
            "\u{1b}[2J\u{9b}\n"
        );
    }

    #[test]
    fn a_megabyte_in_one_record_passes() {
        let record = format!("\"{}\"", "x".repeat(1 << 20));
        let text = printed(Spacing::OneLine, EYES, false, &[&record]);
        assert_eq!(text.len(), record.len() + 1);
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        let mut sink = LineWriter::new(closed_after(0), Spacing::OneLine, Style::PLAIN, false);
        sink.record("1").unwrap();
        assert_eq!(sink.page_end().unwrap_err().kind, Kind::Closed);
    }
}
