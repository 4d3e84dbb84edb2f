//! Records of JSON: one a line, as NDJSON or as the array that `rc … list -o
//! json` writes. Any other layout goes to a [`Document`].
//!
//! A line that is not an object does no harm to the lines after it. The objects
//! are not taken apart here, only looked at whether they are some.

use std::ops::Range;

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::document::Document;
use super::feed::{Feed, LONGEST, LineCounter};
use super::{shown, text_of};
use crate::bulk::row::{InputRow, RowContent};
use crate::error::Result;

/// JSON that is being read.
pub(super) struct Json {
    feed: Feed,
    layout: JsonLayout,
}

enum JsonLayout {
    /// A record is a line.
    Lines(ByLine),
    /// Records are where their braces are.
    Document(Document),
}

impl Json {
    /// Looks how the first record is laid out.
    pub(super) fn open(mut feed: Feed) -> Self {
        let layout = if a_record_is_a_line(&mut feed) {
            JsonLayout::Lines(ByLine::default())
        } else {
            JsonLayout::Document(Document::default())
        };
        Self { feed, layout }
    }

    /// What it reads.
    pub(super) const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Result<Option<InputRow<'_>>> {
        match &mut self.layout {
            JsonLayout::Lines(lines) => lines.next(&mut self.feed),
            JsonLayout::Document(document) => document.next(&mut self.feed),
        }
    }
}

/// Whether the first record has a line for itself. One that is broken has, too,
/// unless its line ends where a program that indents would end it.
fn a_record_is_a_line(feed: &mut Feed) -> bool {
    let mut seen = 0;
    loop {
        let rest = feed.rest();
        let has_end = memchr2(b'\r', b'\n', &rest[seen..]).is_some();
        seen = rest.len();
        if has_end && let Some(line) = first_line(rest) {
            return is_a_line(line);
        }
        if seen > LONGEST {
            return false;
        }
        if !feed.look() {
            return is_a_line(feed.rest().trim_ascii());
        }
    }
}

/// The first line that has more than a bracket, if all of it can be seen.
fn first_line(rest: &[u8]) -> Option<&[u8]> {
    let mut lines = rest.split_inclusive(|byte| matches!(byte, b'\r' | b'\n'));
    let line = lines.find(|line| !matches!(line.trim_ascii(), b"" | b"["))?;
    let whole = line.ends_with(b"\n") || line.ends_with(b"\r");
    whole.then(|| line.trim_ascii())
}

fn is_a_line(line: &[u8]) -> bool {
    let line = line.strip_suffix(b",").map_or(line, <[u8]>::trim_ascii_end);
    if line.starts_with(b"[") {
        return false;
    }
    match serde_json::from_slice::<IgnoredAny>(line) {
        Ok(_) => true,
        Err(error) if error.is_eof() => !line.ends_with(b"{") && !line.ends_with(b"["),
        // Another record on the same line.
        Err(_) => {
            let mut values = serde_json::Deserializer::from_slice(line).into_iter::<IgnoredAny>();
            !matches!(values.next(), Some(Ok(_)))
        }
    }
}

/// Records that are lines.
#[derive(Debug, Default)]
struct ByLine {
    /// Bytes of the rest that the last record took.
    used: usize,
    /// The line after that of the last record.
    after: Option<LineCounter>,
    /// The line of the bracket of the array that is open.
    open: Option<u64>,
}

/// A line of the rest, without its end.
struct TextLine {
    number: u64,
    place: Range<usize>,
    /// Whether a line end closes it.
    closed: bool,
}

impl ByLine {
    fn next<'a>(&mut self, feed: &'a mut Feed) -> Result<Option<InputRow<'a>>> {
        let line = loop {
            let Some(line) = self.line(feed)? else {
                return match self.open {
                    None => Ok(None),
                    Some(open) => Err(cut_off(feed, open)),
                };
            };
            match &feed.rest()[line.place.clone()] {
                b"" => {}
                b"[" if self.open.is_none() => self.open = Some(line.number),
                b"]" if self.open.is_some() => self.open = None,
                _ => break line,
            }
        };
        let object = text_of(&feed.rest()[line.place.clone()])?;
        let object = match self.open {
            Some(_) => object.strip_suffix(',').map_or(object, str::trim_end),
            None => object,
        };
        let Err(error) = serde_json::from_str::<IgnoredAny>(object) else {
            return Ok(Some(judged(line.number, object)));
        };
        if error.is_eof() && !line.closed && object.starts_with('{') {
            let what = "the record is incomplete; was the file or the pipe cut off?";
            return Err(feed.wrong(line.number, what));
        }
        let reason = format!("not valid JSON: {}", said(&error));
        Ok(Some(unusable(line.number, object, reason)))
    }

    /// Finds the next line, and leaves the last one behind.
    fn line(&mut self, feed: &mut Feed) -> Result<Option<TextLine>> {
        if let Some(lines) = self.after.take() {
            feed.pass_to(self.used, lines);
        }
        let mut lines = feed.lines();
        if lines.after_return {
            while feed.rest().is_empty() && feed.more(lines.line)? {}
            lines.after_return = false;
            if feed.rest().starts_with(b"\n") {
                feed.pass_to(1, lines);
            }
        }
        let number = lines.line;
        let (end, closed) = end_of_line(feed, number)?;
        if end > LONGEST {
            return Err(feed.too_long(number));
        }
        if end == 0 && !closed {
            return Ok(None);
        }
        let rest = feed.rest();
        if closed {
            lines.pass(rest[end]);
        }
        self.used = end + usize::from(closed);
        self.after = Some(lines);
        let text = &rest[..end];
        let start = end - text.trim_ascii_start().len();
        let place = start..start + text.trim_ascii().len();
        Ok(Some(TextLine {
            number,
            place,
            closed,
        }))
    }
}

/// Bytes before the next line end, or before the end of the text.
fn end_of_line(feed: &mut Feed, number: u64) -> Result<(usize, bool)> {
    let mut seen = 0;
    loop {
        let rest = feed.rest();
        if let Some(end) = memchr2(b'\r', b'\n', &rest[seen..]) {
            return Ok((seen + end, true));
        }
        seen = rest.len();
        if seen > LONGEST || !feed.more(number)? {
            return Ok((seen, false));
        }
    }
}

/// What is JSON, as a row: an object, or not.
pub(super) fn judged(line: u64, text: &str) -> InputRow<'_> {
    if text.starts_with('{') {
        let content = RowContent::Object(text);
        return InputRow { line, content };
    }
    unusable(line, text, "not a JSON object".to_owned())
}

fn unusable<'a>(line: u64, text: &str, reason: String) -> InputRow<'a> {
    let text = shown(text);
    let content = RowContent::Unusable { text, reason };
    InputRow { line, content }
}

/// What the parser said, without the line that it counts for itself.
pub(super) fn said(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let (what, _) = said.split_once(" at line ").unwrap_or((&said, ""));
    format!("{what} (column {})", error.column())
}

/// An array that is not closed when the text ends.
pub(super) fn cut_off(feed: &Feed, open: u64) -> crate::error::Error {
    feed.wrong(
        open,
        "the array that begins here is never closed; was it cut off?",
    )
    .hint("get the complete file; its contents were not used")
}
