//! A walk over JSON text that checks it and builds no values: for callers that need the
//! positions of values.
//!
//! Takes bytes; returns ranges of them. It accepts JSON by RFC 8259, and does not check
//! that the bytes are UTF-8. If the walk fails, the cause is unknown: the text may be
//! invalid, nested deeper than [`DEEPEST`], or have a key with an escape. The caller then
//! parses the text, which detects the cause.
//!
//! Most of an answer is strings, so the walk checks sixteen bytes of them at a time.

use std::ops::Range;

use wide::u8x16;

/// Deepest nesting of a value: one bit for each level.
const DEEPEST: u32 = 64;

/// A position in JSON text.
#[derive(Debug)]
pub struct JsonScanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> JsonScanner<'a> {
    /// Begins before the first value.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The first byte of the next token; nothing at the end of the text.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if byte > b' ' {
                return Some(byte);
            }
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return None;
            }
            self.at += 1;
        }
    }

    /// Nothing follows but white space.
    pub fn end(&mut self) -> Option<()> {
        let rest = self.bytes.get(self.at..)?;
        let is_end = rest
            .iter()
            .all(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        is_end.then_some(())
    }

    /// Passes each key of an object to `member`, which must skip its value. A key is the
    /// bytes between its quotes; a key with an escape ends the walk.
    pub fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &'a [u8]) -> Option<()>,
    ) -> Option<()> {
        self.token(b'{')?;
        if self.peek()? == b'}' {
            return self.token(b'}');
        }
        loop {
            let bytes = self.bytes;
            self.token(b'"')?;
            let start = self.at;
            self.at = end_of_text(bytes, start)?;
            let key = &bytes[start..self.at - 1];
            if key.contains(&b'\\') {
                return None;
            }
            self.token(b':')?;
            member(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.token(b'}'),
            }
        }
    }

    /// Calls `item` at each item of a list; `item` must skip it.
    pub fn list(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.token(b'[')?;
        if self.peek()? == b']' {
            return self.token(b']');
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.token(b']'),
            }
        }
    }

    /// Skips a value; returns its range.
    pub fn value(&mut self) -> Option<Range<usize>> {
        let mut byte = self.peek()?;
        let start = self.at;
        // The containers that are open: the last bit is set in an object.
        let (mut open, mut depth) = (0_u64, 0_u32);
        loop {
            match byte {
                b'"' => self.at = end_of_text(self.bytes, self.at + 1)?,
                b'n' => self.word(b"null")?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'{' | b'[' => {
                    let is_object = byte == b'{';
                    self.at += 1;
                    let next = self.peek()?;
                    if next == closing(is_object) {
                        self.at += 1;
                    } else if depth == DEEPEST {
                        return None;
                    } else {
                        depth += 1;
                        open = open << 1 | u64::from(is_object);
                        byte = if is_object { self.key()? } else { next };
                        continue;
                    }
                }
                _ => self.number(byte)?,
            }
            // After a value: the containers that end here, or the next value.
            loop {
                if depth == 0 {
                    return Some(start..self.at);
                }
                let is_object = open & 1 == 1;
                let next = self.peek()?;
                self.at += 1;
                if next == b',' {
                    byte = if is_object { self.key()? } else { self.peek()? };
                    break;
                }
                if next != closing(is_object) {
                    return None;
                }
                open >>= 1;
                depth -= 1;
            }
        }
    }

    /// Skips a key and its colon; returns the first byte of the value.
    #[inline]
    fn key(&mut self) -> Option<u8> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at = end_of_text(self.bytes, self.at + 1)?;
        if let Some([b':', next]) = self.bytes.get(self.at..)?.first_chunk()
            && *next > b' '
        {
            self.at += 1;
            return Some(*next);
        }
        self.token(b':')?;
        self.peek()
    }

    /// Skips this token.
    #[inline]
    fn token(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }

    #[inline]
    fn word<const N: usize>(&mut self, word: &[u8; N]) -> Option<()> {
        if self.bytes.get(self.at..)?.first_chunk::<N>()? != word {
            return None;
        }
        self.at += N;
        Some(())
    }

    /// Skips a number that begins with this byte.
    #[inline]
    fn number(&mut self, first: u8) -> Option<()> {
        let bytes = self.bytes;
        let (mut first, mut at) = (first, self.at + 1);
        if first == b'-' {
            first = *bytes.get(at)?;
            at += 1;
        }
        match first {
            b'0' => {}
            b'1'..=b'9' => at = end_of_digits(bytes, at),
            _ => return None,
        }
        if bytes.get(at) == Some(&b'.') {
            at = some_digits(bytes, at + 1)?;
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1;
            if let Some(b'+' | b'-') = bytes.get(at) {
                at += 1;
            }
            at = some_digits(bytes, at)?;
        }
        self.at = at;
        Some(())
    }
}

const fn closing(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
}

#[inline]
fn end_of_digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The end of digits, of which there must be one.
fn some_digits(bytes: &[u8], at: usize) -> Option<usize> {
    let end = end_of_digits(bytes, at);
    (end > at).then_some(end)
}

/// The position after the closing quote of a string whose first letter is at `at`.
#[inline]
fn end_of_text(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at..)?.first_chunk() {
            Some(block) => match first_mark(block) {
                None => {
                    at += 16;
                    continue;
                }
                Some(mark) => at += mark,
            },
            None if !is_mark(*bytes.get(at)?) => {
                at += 1;
                continue;
            }
            None => {}
        }
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at = end_of_escape(bytes, at + 1)?,
            // A control character has to be escaped.
            _ => return None,
        }
    }
}

/// Whether a byte ends a text, escapes something, or may not be in a text.
const fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..=0x1f)
}

/// The first byte of sixteen that [`is_mark`].
#[inline]
fn first_mark(block: &[u8; 16]) -> Option<usize> {
    let bytes = u8x16::new(*block);
    let is_control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    let marks = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\')) | is_control;
    let marks = marks.to_bitmask();
    (marks != 0).then(|| marks.trailing_zeros() as usize)
}

/// The position after an escape whose letter is at `at`.
#[cold]
fn end_of_escape(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
        b'u' => {
            let digits = bytes.get(at + 1..at + 5)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(at + 5)
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
