//! Records of JSON that are laid out otherwise than one a line: spread over
//! lines for people, or many on one line. Where an object begins and ends is
//! reported by its braces, so that one is held at a time.
//!
//! Nothing can be read behind what is broken here: there is no line to continue
//! at.

use super::feed::{Feed, LONGEST, LineCounter};
use super::lines::{cut_off, judged, said};
use super::text_of;
use crate::bulk::row::InputRow;
use crate::error::{Error, Result};
use serde::de::IgnoredAny;

const HINT: &str = "make lines of it first: jq -c '.[]' FILE | rc bulk … -";

/// Where the reading is.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Bytes of the rest that the last record took, and where it ended.
    used: Option<(usize, LineCounter)>,
    /// The line of the bracket of the array that is open.
    open: Option<u64>,
}

impl Document {
    /// The next record.
    pub(super) fn next<'a>(&mut self, feed: &'a mut Feed) -> Result<Option<InputRow<'a>>> {
        if let Some((used, lines)) = self.used.take() {
            feed.pass_to(used, lines);
        }
        if !self.find(feed)? {
            return match self.open {
                None => Ok(None),
                Some(open) => Err(cut_off(feed, open)),
            };
        }
        let line = feed.lines().line;
        let (end, lines) = extent(feed)?;
        let object = &feed.rest()[..end];
        if let Err(error) = serde_json::from_slice::<IgnoredAny>(object) {
            let what = format!("not valid JSON: {}", said(&error));
            return Err(feed.wrong(line, &what).hint(HINT));
        }
        self.used = Some((end, lines));
        Ok(Some(judged(line, text_of(&feed.rest()[..end])?)))
    }

    /// Goes to the next object; `false` at the end.
    fn find(&mut self, feed: &mut Feed) -> Result<bool> {
        loop {
            let line = feed.lines().line;
            let Some(&byte) = feed.rest().first() else {
                if feed.more(line)? {
                    continue;
                }
                return Ok(false);
            };
            match byte {
                b'{' => return Ok(true),
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b',' if self.open.is_some() => {}
                b'[' if self.open.is_none() => self.open = Some(line),
                b']' if self.open.is_some() => self.open = None,
                _ => return Err(stray(feed, line)),
            }
            feed.pass(1);
        }
    }
}

fn stray(feed: &Feed, line: u64) -> Error {
    feed.wrong(line, "expected a JSON object here")
        .hint("records are objects, one a line or in one array")
        .hint(HINT)
}

/// Where the object ends that the rest begins with.
fn extent(feed: &mut Feed) -> Result<(usize, LineCounter)> {
    let begin = feed.lines().line;
    let mut lines = feed.lines();
    let mut seen = 0;
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    loop {
        for (at, &byte) in feed.rest()[seen..].iter().enumerate() {
            lines.pass(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = quoted,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let end = seen + at + 1;
                return Ok((end, lines)).and_then(|found| within(feed, begin, found));
            }
        }
        seen = feed.rest().len();
        if seen > LONGEST {
            return Err(feed.too_long(begin).hint(HINT));
        }
        if !feed.more(lines.line)? {
            let what = "the record that begins here does not end; was the file cut off?";
            return Err(feed.wrong(begin, what));
        }
    }
}

fn within(feed: &Feed, begin: u64, found: (usize, LineCounter)) -> Result<(usize, LineCounter)> {
    if found.0 > LONGEST {
        return Err(feed.too_long(begin).hint(HINT));
    }
    Ok(found)
}
