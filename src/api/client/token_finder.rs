//! Finds a token in bytes, whatever encoded them.
//!
//! Takes a body or a text; returns the places where the token is. A place
//! counts when it is the whole token, spelled plainly or in JSON, URL or HTML
//! escapes, nested up to [`DEPTH`] layers, or within base64 at any offset.
//! Pure, and bounded by the size of the bytes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, Input};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::escapes::{begins_entity, each_unit, is_escape};
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

/// No escape of [`DEPTH`] layers has as many backslashes in a row, unless it
/// is one of a backslash.
const BACKSLASHES: [u8; 9] = [b'\\'; 9];

/// Finds one token.
pub struct TokenFinder {
    needles: Vec<Needle>,
    /// The beginnings of all needles, searched for in one pass; none where there
    /// is no needle.
    beginnings: Option<Beginnings>,
    /// For each beginning the needles that begin so.
    begin_so: Vec<Vec<usize>>,
    /// The bytes that an escape near the beginning of a needle gives.
    leads: ByteSet,
    /// The token as the name of a header spells it.
    lower: String,
}

/// One byte sequence that gives the token away.
struct Needle {
    bytes: Vec<u8>,
    /// Whether the characters before and after belong to it in part.
    partial: (bool, bool),
}

impl TokenFinder {
    /// A finder of `token`. One that is too short to be reported from other
    /// text is not searched for: data would be changed in its place.
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
        let (beginnings, begin_so) = beginnings(&needles);
        let leads = needles.iter().flat_map(|needle| &needle.bytes[..LEAD]);
        Self {
            leads: leads.fold(ByteSet::default(), |set, byte| set.with(*byte)),
            beginnings,
            begin_so,
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

    /// Whether the name of a header contains the token; names lose their case.
    #[must_use]
    pub fn is_in_name(&self, name: &str) -> bool {
        !self.needles.is_empty() && name.contains(&self.lower)
    }

    /// Every place, sorted by where it begins.
    fn places(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let Some(beginnings) = &self.beginnings else {
            return places;
        };
        let mut from = 0;
        while let Some((which, start)) = beginnings.find(bytes, from) {
            for needle in &self.begin_so[which] {
                places.extend(self.needles[*needle].place(bytes, start));
            }
            // The next one may overlap with it.
            from = start + 1;
        }
        // A token without a plain beginning has an escape within its first
        // bytes.
        for escape in memchr::memchr3_iter(b'\\', b'%', b'&', bytes) {
            if bytes[escape..].starts_with(&BACKSLASHES) && !self.leads.has(b'\\') {
                continue;
            }
            if self.is_beside_the_point(bytes, escape) {
                continue;
            }
            let mut given = ByteSet::default();
            each_unit(bytes, escape, DEPTH, &mut |byte, _| {
                given = given.with(byte);
            });
            if !given.meets(self.leads) {
                continue;
            }
            for needle in &self.needles {
                for before in (0..LEAD.min(escape + 1)).filter(|at| given.has(needle.bytes[*at])) {
                    places.extend(needle.place(bytes, escape - before));
                }
            }
        }
        places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        places
    }

    /// Whether the bytes there give no character near the beginning of a needle.
    /// Most do not, and reading all their layers costs more than the rest of the
    /// search: a quote or a new line in JSON, a sign that begins no escape.
    fn is_beside_the_point(&self, bytes: &[u8], escape: usize) -> bool {
        let Some(&next) = bytes.get(escape + 1) else {
            return false;
        };
        let is_lead = self.leads.has(bytes[escape]);
        if is_lead || is_escape(next) {
            return false;
        }
        match bytes[escape] {
            b'\\' => next != b'u' && !self.leads.has(next),
            b'%' => !next.is_ascii_hexdigit(),
            _ => !begins_entity(next),
        }
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
        Self { bytes, partial }
    }

    /// How it begins; a form may write a space for a plus sign.
    fn beginnings(&self) -> [Vec<u8>; 2] {
        let plain = self.bytes[..LEAD.min(self.bytes.len())].to_vec();
        let mut spaced = plain.clone();
        for byte in spaced.iter_mut().filter(|byte| **byte == b'+') {
            *byte = b' ';
        }
        [plain, spaced]
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
        // Plain characters leave no choice.
        let plain = self.bytes.iter().zip(&bytes[start..]);
        let plain = plain
            .take_while(|(want, byte)| !is_escape(**byte) && is_read_as(**byte, **want))
            .count();
        let mut ends = vec![start + plain];
        for want in &self.bytes[plain..] {
            let mut next = Vec::new();
            for at in ends {
                each_unit(bytes, at, DEPTH, &mut |byte, end| {
                    if is_read_as(byte, *want) {
                        next.push(end);
                    }
                });
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
        }
        ends.into_iter().max()
    }
}

/// The different beginnings of needles, and which needles begin so.
fn beginnings(needles: &[Needle]) -> (Option<Beginnings>, Vec<Vec<usize>>) {
    let mut different: Vec<Vec<u8>> = Vec::new();
    let mut begin_so: Vec<Vec<usize>> = Vec::new();
    for (at, needle) in needles.iter().enumerate() {
        for beginning in needle.beginnings() {
            match different.iter().position(|known| *known == beginning) {
                Some(known) if begin_so[known].last() == Some(&at) => {}
                Some(known) => begin_so[known].push(at),
                None => {
                    different.push(beginning);
                    begin_so.push(vec![at]);
                }
            }
        }
    }
    if different.is_empty() {
        return (None, begin_so);
    }
    (Some(Beginnings::of(&different)), begin_so)
}

/// What finds the beginnings of needles: with the vector instructions of the
/// processor where it has them, which costs a tenth of the automaton.
enum Beginnings {
    Packed(Box<Searcher>),
    Automaton(AhoCorasick),
}

impl Beginnings {
    fn of(texts: &[Vec<u8>]) -> Self {
        match Searcher::new(texts) {
            Some(searcher) => Self::Packed(Box::new(searcher)),
            None => Self::Automaton(
                AhoCorasick::new(texts).expect("a few short strings fit an automaton"),
            ),
        }
    }

    /// The first one at or behind `from`: which it is, and where it begins.
    fn find(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let span = from..bytes.len();
        let found = match self {
            Self::Packed(searcher) => searcher.find_in(bytes, span.into()),
            Self::Automaton(automaton) => automaton.find(Input::new(bytes).span(span)),
        };
        found.map(|found| (found.pattern().as_usize(), found.start()))
    }
}

/// A set of ASCII characters.
#[derive(Debug, Clone, Copy, Default)]
struct ByteSet(u128);

impl ByteSet {
    /// The set with a byte, and with the plus sign that a space stands for.
    const fn with(self, byte: u8) -> Self {
        let plus = if byte == b' ' { 1 << b'+' } else { 0 };
        Self(self.0 | plus | if byte < 0x80 { 1 << byte } else { 0 })
    }

    const fn has(self, byte: u8) -> bool {
        byte < 0x80 && self.0 >> byte & 1 == 1
    }

    const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Whether no other text is like this token by chance.
fn is_distinct(token: &str) -> bool {
    token.len() >= LONG || token.len() >= SHORT && token.starts_with(PREFIX)
}

/// What of the base64 of a text depends on `token` alone, when `offset` bytes
/// of a group of three are before it; and whether the characters before and
/// after depend on it in part.
fn in_base64(token: &[u8], offset: usize) -> (String, (bool, bool)) {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(token);
    let encoded = STANDARD.encode(&bytes);
    let (first, last) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    let partial = (offset > 0, !bytes.len().is_multiple_of(3));
    (encoded[first..last].to_owned(), partial)
}

/// Whether an odd number of backslashes is before `at`.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// A form writes a plus sign for a space, and reads a space for a plus sign.
const fn is_read_as(byte: u8, want: u8) -> bool {
    byte == want || want == b'+' && byte == b' '
}

#[cfg(test)]
#[path = "token_finder_tests.rs"]
mod tests;
