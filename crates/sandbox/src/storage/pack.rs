//! Records packed: what the records of a table have in common is kept once.
//!
//! JSON text goes in and comes out byte for byte. The names and brackets of a
//! record are its skeleton, which thousands of records share; only the values
//! are kept for each. A record takes a third of its text this way, and putting
//! it together again is a few copies. Knows nothing of what records mean.

use std::collections::HashMap;

/// Stands in a skeleton where a value was, and between values. JSON text
/// contains this character nowhere, as its strings escape it.
const HOLE: char = '\u{1}';
const SEPARATOR: u8 = 1;

/// With more skeletons than this, records are not alike enough to share them.
const MOST_SKELETONS: usize = 65_536;

/// The skeletons of a table.
#[derive(Debug, Default, Clone)]
pub(crate) struct Packer {
    skeletons: Vec<Skeleton>,
    known: HashMap<Box<str>, u32>,
}

/// A skeleton without its holes.
#[derive(Debug, Clone)]
struct Skeleton {
    text: Box<str>,
    /// Where the holes are.
    holes: Box<[u32]>,
}

impl Skeleton {
    fn new(skeleton: &str) -> Self {
        let pieces: Vec<&str> = skeleton.split(HOLE).collect();
        let mut length = 0;
        let ends = pieces.iter().map(|piece| {
            length += piece.len();
            u32::try_from(length).expect("records are far shorter")
        });
        Self {
            holes: ends.take(pieces.len() - 1).collect(),
            text: pieces.concat().into(),
        }
    }
}

/// The values of a record, and which skeleton they belong to.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    skeleton: u32,
    values: Box<str>,
}

impl Packer {
    /// Takes JSON text apart.
    pub(crate) fn pack(&mut self, text: &str) -> Packed {
        let (skeleton, values) = taken_apart(text);
        let full = self.skeletons.len() >= MOST_SKELETONS;
        if full && !self.known.contains_key(skeleton.as_str()) {
            // The whole text as the one value of an empty skeleton.
            return Packed {
                skeleton: self.number(&HOLE.to_string()),
                values: text.into(),
            };
        }
        Packed {
            skeleton: self.number(&skeleton),
            values: values.into(),
        }
    }

    fn number(&mut self, skeleton: &str) -> u32 {
        if let Some(number) = self.known.get(skeleton) {
            return *number;
        }
        let number =
            u32::try_from(self.skeletons.len()).expect("skeletons are counted in thousands");
        self.skeletons.push(Skeleton::new(skeleton));
        self.known.insert(skeleton.into(), number);
        number
    }

    /// Puts the text together again, at the end of `out`.
    pub(crate) fn unpack(&self, packed: &Packed, out: &mut String) {
        let Some(skeleton) = self.skeletons.get(packed.skeleton as usize) else {
            return;
        };
        // Rarely more than this: a few nulls and quotes beside.
        out.reserve(skeleton.text.len() + packed.values.len() + 4 * skeleton.holes.len());
        let mut rest = &*packed.values;
        let mut begin = 0;
        for hole in &skeleton.holes {
            let end = *hole as usize;
            out.push_str(&skeleton.text[begin..end]);
            begin = end;
            // Values are short: a plain search finds their end soonest.
            let length = rest.bytes().position(|byte| byte == SEPARATOR);
            let (value, after) = match length {
                Some(length) => (&rest[..length], &rest[length + 1..]),
                None => (rest, ""),
            };
            push_value(out, value);
            rest = after;
        }
        out.push_str(&skeleton.text[begin..]);
    }
}

/// The commonest values are kept short: `null` as nothing, `true` and `false`
/// by one letter, texts without their closing quote.
fn push_value(out: &mut String, value: &str) {
    match value {
        "" => out.push_str("null"),
        "t" => out.push_str("true"),
        "f" => out.push_str("false"),
        text if text.as_bytes()[0] == b'"' => {
            out.push_str(text);
            out.push('"');
        }
        other => out.push_str(other),
    }
}

fn taken_apart(text: &str) -> (String, String) {
    let mut skeleton = String::with_capacity(text.len() / 2);
    let mut values = String::with_capacity(text.len() / 2);
    let mut first_value = true;
    tokens(text, |token, is_value| {
        if !is_value {
            skeleton.push_str(token);
            return;
        }
        // One separator between values, none before the first.
        if !first_value {
            values.push(HOLE);
        }
        first_value = false;
        skeleton.push(HOLE);
        values.push_str(shortened(token));
    });
    (skeleton, values)
}

/// Calls `see` with each token of JSON text: whether it is a value, or else a
/// name, a sign or a blank.
pub(crate) fn tokens<'a>(text: &'a str, mut see: impl FnMut(&'a str, bool)) {
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let (length, is_sign) = match first {
            b'"' => (string_length(rest), false),
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => (1, true),
            _ => {
                let end = rest.find([',', '}', ']', ' ', '\n', '\r', '\t']);
                (end.unwrap_or(rest.len()), false)
            }
        };
        let (token, after) = rest.split_at(length);
        let is_name = first == b'"' && after.trim_start().starts_with(':');
        see(token, !is_sign && !is_name);
        rest = after;
    }
}

fn shortened(token: &str) -> &str {
    match token {
        "null" => "",
        "true" => "t",
        "false" => "f",
        text if text.starts_with('"') => &text[..text.len() - 1],
        number => number,
    }
}

/// The length of the string that a text begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(packer: &mut Packer, text: &str) -> String {
        let kept = packer.pack(text);
        let mut out = String::new();
        packer.unpack(&kept, &mut out);
        out
    }

    #[test]
    fn every_text_comes_back_byte_for_byte() {
        let mut packer = Packer::default();
        for text in [
            r#"{"id":1,"a":null,"b":true,"c":false,"d":"","e":[],"f":{},"g":1.50}"#,
            r#"{"a":"t","b":"say \"hi\": {x}, [y]","c":"\\","d":"Zoë 美 🌻\u0001"}"#,
            r#"{"a":[{"b":1},{"b":null},"text",-1e9,true]}"#,
            "{ \"a\" : [ 1 ,\n 2 ], \"b\" : \"x:y\" }",
            "{}",
        ] {
            assert_eq!(there_and_back(&mut packer, text), text);
        }
    }

    #[test]
    fn records_that_are_alike_share_one_skeleton() {
        let mut packer = Packer::default();
        let one = packer.pack(r#"{"id":1,"name":"Ada","gone":null}"#);
        let other = packer.pack(r#"{"id":22,"name":null,"gone":true}"#);
        assert_eq!(one.skeleton, other.skeleton);
        assert_eq!(&*other.values, "22\u{1}\u{1}t");
    }

    #[test]
    fn too_many_skeletons_do_no_harm() {
        let mut packer = Packer::default();
        for number in 0..MOST_SKELETONS {
            packer.pack(&format!("{{\"k{number}\":1}}"));
        }
        let text = r#"{"another":"shape","of":[null]}"#;
        assert_eq!(there_and_back(&mut packer, text), text);
        assert!(packer.skeletons.len() <= MOST_SKELETONS + 1);
    }
}
