//! Finds a token in bytes, whatever encoded them.
//!
//! In comes a body or a text; out come the places where the token is. A place
//! counts when it is the whole token, spelled plainly or in JSON, URL or HTML
//! escapes, nested up to [`DEPTH`] layers, or within base64 at any offset.
//! Pure, and bounded by the size of the bytes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem::Finder;

use super::redact::REDACTED;

/// How many layers of escapes may lie on top of each other: a URL in JSON in
/// JSON has three.
const DEPTH: u8 = 3;

/// A token of this length is no other text by chance.
const LONG: usize = 16;

/// A token that begins as all tokens do needs fewer characters for that.
const SHORT: usize = 8;

/// How tokens begin.
const PREFIX: &str = "sk_";

/// So many bytes of a needle are searched for before it is compared.
const LEAD: usize = 4;

/// No escape of [`DEPTH`] layers has as many backslashes in a row.
const BACKSLASHES: [u8; 9] = [b'\\'; 9];

/// Finds one token.
pub struct TokenFinder {
    needles: Vec<Needle>,
    /// The token as the name of a header spells it.
    lower: String,
}

/// One byte sequence that gives the token away.
struct Needle {
    bytes: Vec<u8>,
    leads: Vec<Finder<'static>>,
    /// Whether the characters before and after belong to it in part.
    partial: (bool, bool),
}

impl TokenFinder {
    /// A finder of `token`. One that is too short to be told from other text
    /// is not searched for: data would be changed in its place.
    #[must_use]
    pub fn of(token: &str) -> Self {
        let mut needles = Vec::new();
        if is_distinct(token) {
            needles.push(Needle::new(token.as_bytes().to_vec(), (false, false)));
            for offset in 0..3 {
                let (text, partial) = in_base64(token.as_bytes(), offset);
                let safe = text.replace('+', "-").replace('/', "_");
                if safe != text {
                    needles.push(Needle::new(safe.into_bytes(), partial));
                }
                needles.push(Needle::new(text.into_bytes(), partial));
            }
        }
        Self {
            needles,
            lower: token.to_ascii_lowercase(),
        }
    }

    /// The bytes with `[redacted]` in each place of the token. Copies nothing
    /// where there is none. JSON stays JSON, and UTF-8 stays UTF-8.
    #[must_use]
    pub fn clean<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let places = self.places(bytes);
        if places.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut copied = 0;
        for place in places {
            // Places may overlap; what one has covered is not copied again.
            if place.start >= copied {
                out.extend_from_slice(&bytes[copied..place.start]);
                out.extend_from_slice(REDACTED.as_bytes());
            }
            copied = copied.max(place.end);
        }
        out.extend_from_slice(&bytes[copied..]);
        Cow::Owned(out)
    }

    /// As [`Self::clean`], for text.
    #[must_use]
    pub fn clean_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.clean(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Whether the name of a header holds the token; names lose their case.
    #[must_use]
    pub fn is_in_name(&self, name: &str) -> bool {
        !self.needles.is_empty() && name.contains(&self.lower)
    }

    /// Every place, sorted by where it begins.
    fn places(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        for needle in &self.needles {
            for lead in &needle.leads {
                for start in lead.find_iter(bytes) {
                    places.extend(needle.place(bytes, start));
                }
            }
        }
        // What does not begin plainly has an escape within its first bytes.
        for escape in memchr::memchr3_iter(b'\\', b'%', b'&', bytes) {
            if bytes[escape..].starts_with(&BACKSLASHES) {
                continue;
            }
            for needle in &self.needles {
                for start in escape.saturating_sub(LEAD - 1)..=escape {
                    places.extend(needle.place(bytes, start));
                }
            }
        }
        places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        places
    }
}

impl fmt::Debug for TokenFinder {
    /// It is made of the token.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TokenFinder").finish_non_exhaustive()
    }
}

impl Needle {
    fn new(bytes: Vec<u8>, partial: (bool, bool)) -> Self {
        let lead = &bytes[..LEAD.min(bytes.len())];
        let mut leads = vec![Finder::new(lead).into_owned()];
        if lead.contains(&b'+') {
            let spaced: Vec<u8> = lead
                .iter()
                .map(|byte| if *byte == b'+' { b' ' } else { *byte })
                .collect();
            leads.push(Finder::new(&spaced).into_owned());
        }
        Self {
            bytes,
            leads,
            partial,
        }
    }

    /// The place that begins there, if one does.
    fn place(&self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        let mut end = self.end(bytes, start)?;
        let mut start = start;
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
        if self.partial.0 && start > 0 && is_base64(bytes[start - 1]) {
            start -= 1;
        }
        if self.partial.1 && bytes.get(end).copied().is_some_and(is_base64) {
            end += 1;
        }
        // Half an escape before or behind it would break the JSON around it.
        start -= usize::from(is_escaped(bytes, start));
        end += usize::from(end < bytes.len() && is_escaped(bytes, end));
        Some(start..end)
    }

    /// Where the longest spelling ends that begins there.
    fn end(&self, bytes: &[u8], start: usize) -> Option<usize> {
        let mut ends = vec![];
        let mut at = start;
        let mut wanted = self.bytes.iter();
        // Plain characters leave no choice.
        for want in wanted.by_ref() {
            match bytes.get(at) {
                Some(byte) if is_escape(*byte) => {
                    each_end(bytes, at, *want, DEPTH, &mut |end| ends.push(end));
                    break;
                }
                Some(byte) if is_plainly(*byte, *want) => at += 1,
                _ => return None,
            }
        }
        if ends.is_empty() {
            return (wanted.len() == 0 && at == start + self.bytes.len()).then_some(at);
        }
        for want in wanted {
            let mut next = Vec::new();
            for at in ends {
                each_end(bytes, at, *want, DEPTH, &mut |end| next.push(end));
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
        }
        ends.into_iter().max()
    }
}

/// Whether no other text is like this token by chance.
fn is_distinct(token: &str) -> bool {
    token.len() >= LONG || token.len() >= SHORT && token.starts_with(PREFIX)
}

/// What of the base64 of a text depends on `token` alone, when `offset` bytes
/// of a group of three stand before it; and whether the characters before and
/// after depend on it in part.
fn in_base64(token: &[u8], offset: usize) -> (String, (bool, bool)) {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(token);
    let encoded = STANDARD.encode(&bytes);
    let (first, last) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    let partial = (offset > 0, bytes.len() * 8 % 6 != 0);
    (encoded[first..last].to_owned(), partial)
}

/// Whether an odd number of backslashes stands before `at`.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 1
}

const fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&')
}

/// A form writes a plus sign for a space, and reads a space for a plus sign.
const fn is_plainly(byte: u8, want: u8) -> bool {
    byte == want || want == b'+' && byte == b' '
}

/// Calls `found` with each end of a spelling of `want` that begins at `at` and
/// has at most `depth` layers.
fn each_end(bytes: &[u8], at: usize, want: u8, depth: u8, found: &mut dyn FnMut(usize)) {
    let Some(byte) = bytes.get(at).copied() else {
        return;
    };
    if is_plainly(byte, want) {
        found(at + 1);
    }
    if depth == 0 || !is_escape(byte) {
        return;
    }
    if byte == b'\\' {
        match bytes.get(at + 1) {
            Some(b'u' | b'\\' | b'%' | b'&') => {}
            Some(next) if *next == want && !want.is_ascii_alphanumeric() => return found(at + 2),
            _ => return,
        }
    }
    for escape in &ESCAPES[usize::from(want & 0x7F)] {
        each_sequence(bytes, at, escape, depth - 1, found);
    }
}

fn each_sequence(
    bytes: &[u8],
    at: usize,
    sequence: &[u8],
    depth: u8,
    found: &mut dyn FnMut(usize),
) {
    let Some((want, rest)) = sequence.split_first() else {
        return found(at);
    };
    each_end(bytes, at, *want, depth, &mut |end| {
        each_sequence(bytes, end, rest, depth, found);
    });
}

/// The escapes of each ASCII character.
static ESCAPES: LazyLock<Vec<Vec<Vec<u8>>>> = LazyLock::new(|| (0..0x80).map(escapes).collect());

fn escapes(byte: u8) -> Vec<Vec<u8>> {
    let mut found = vec![
        format!("\\u00{byte:02x}"),
        format!("\\u00{byte:02X}"),
        format!("%{byte:02x}"),
        format!("%{byte:02X}"),
        format!("&#{byte};"),
        format!("&#x{byte:x};"),
        format!("&#x{byte:X};"),
    ];
    if !byte.is_ascii_alphanumeric() {
        found.push(format!("\\{}", char::from(byte)));
    }
    let named = match byte {
        b'"' => "&quot;",
        b'&' => "&amp;",
        b'\'' => "&apos;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'+' => "%20",
        _ => "",
    };
    found.push(named.to_owned());
    found.retain(|escape| !escape.is_empty());
    found.sort();
    found.dedup();
    found.into_iter().map(String::into_bytes).collect()
}

#[cfg(test)]
#[path = "token_finder_tests.rs"]
mod tests;
