//! Regular expressions of jq filters, over Unicode text as in jq.
//!
//! Takes a text, a pattern and flags; returns matches in the shape that the
//! definitions of the standard library read. jaq's own natives know ASCII only,
//! so that `test("müller"; "i")` would not find `MÜLLER`.

use std::borrow::Cow;

use jaq_core::native::{self, Fun, bome, v};
use jaq_core::{Cv, ValT};
use jaq_json::{Error, Val, ValR};
use regex::{Captures, Regex, RegexBuilder};

use super::builtins::Data;

/// Patterns that one filter keeps compiled. A filter whose patterns are made
/// of data compiles the later ones for each use.
const KEPT: usize = 64;

/// Patterns by their text and flags.
pub(super) type Patterns = std::cell::RefCell<std::collections::HashMap<(String, String), Regex>>;

/// What a filter wants of a text.
#[derive(Clone, Copy)]
struct Parts {
    /// The texts between matches.
    between: bool,
    matches: bool,
}

/// The natives of jaq's standard library that these replace.
pub(super) const NAMES: &[&str] = &["matches", "split_matches", "split_"];

/// All of them, in the order of [`NAMES`].
pub(super) fn natives() -> [Fun<Data>; 3] {
    [
        native::run(("matches", v(2), |cv| bome(run(cv, false, true)))),
        native::run(("split_matches", v(2), |cv| bome(run(cv, true, true)))),
        native::run(("split_", v(2), |cv| bome(run(cv, true, false)))),
    ]
}

fn run(mut cv: Cv<'_, Data>, between: bool, matches: bool) -> ValR {
    let flags = text(&cv.0.pop_var())?.into_owned();
    let pattern = text(&cv.0.pop_var())?.into_owned();
    let regex = compiled(cv.0.data().patterns, pattern, flags.clone())?;
    parts(&text(&cv.1)?, &regex, &flags, Parts { between, matches })
}

fn text(value: &Val) -> Result<Cow<'_, str>, Error> {
    match value {
        Val::TStr(bytes) | Val::BStr(bytes) => Ok(String::from_utf8_lossy(bytes)),
        other => Err(Error::str(format_args!(
            "{other} cannot be matched, as it is not a string"
        ))),
    }
}

fn compiled(patterns: &Patterns, pattern: String, flags: String) -> Result<Regex, Error> {
    let key = (pattern, flags);
    if let Some(regex) = patterns.borrow().get(&key) {
        return Ok(regex.clone());
    }
    let regex = compile(&key.0, &key.1)?;
    let mut patterns = patterns.borrow_mut();
    if patterns.len() < KEPT {
        patterns.insert(key, regex.clone());
    }
    Ok(regex)
}

fn compile(pattern: &str, flags: &str) -> Result<Regex, Error> {
    let mut builder = RegexBuilder::new(&unicode_classes(pattern));
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'x' => builder.ignore_whitespace(true),
            's' => builder.dot_matches_new_line(true),
            'm' => builder.multi_line(true),
            'p' => builder.dot_matches_new_line(true).multi_line(true),
            'l' => builder.swap_greed(true),
            // These concern the search, not the pattern.
            'g' | 'n' => &mut builder,
            other => {
                return Err(Error::str(format_args!(
                    "{other} is not a valid flag of a regex"
                )));
            }
        };
    }
    builder
        .build()
        .map_err(|error| Error::str(format_args!("invalid regex: {error}")))
}

fn parts(text: &str, regex: &Regex, flags: &str, parts: Parts) -> ValR {
    let (is_global, skips_empty) = (flags.contains('g'), flags.contains('n'));
    let mut offsets = Offsets::of(text);
    let (mut out, mut end) = (Vec::new(), 0);
    for found in regex.captures_iter(text) {
        let whole = found.get_match();
        if skips_empty && whole.is_empty() {
            continue;
        }
        if parts.between {
            out.push(Val::utf8_str(text[end..whole.start()].to_owned()));
            end = whole.end();
        }
        if parts.matches {
            out.push(matched(regex, &found, &mut offsets)?);
        }
        if !is_global {
            break;
        }
    }
    if parts.between {
        out.push(Val::utf8_str(text[end..].to_owned()));
    }
    Ok(out.into_iter().collect())
}

/// The whole match and its groups, each as an object.
fn matched(regex: &Regex, found: &Captures<'_>, offsets: &mut Offsets<'_>) -> ValR {
    let groups = found.iter().zip(regex.capture_names());
    let objects = groups.map(|(group, name)| {
        let (offset, length, text) = match group {
            Some(group) => (
                offsets.characters(group.start()),
                group.as_str().chars().count().cast_signed(),
                Val::utf8_str(group.as_str().to_owned()),
            ),
            // jq names a group that took no part.
            None => (-1, 0, Val::Null),
        };
        let fields = [
            ("offset", Val::from(offset)),
            ("length", Val::from(length)),
            ("string", text),
        ];
        let name = name.map(|name| ("name", Val::utf8_str(name.to_owned())));
        let fields = fields.into_iter().chain(name);
        Val::from_map(fields.map(|(key, value)| (Val::utf8_str(key.to_owned()), value)))
    });
    objects.collect()
}

/// Counts characters. Groups of one match may lie in any order, but matches
/// come one after the other: counting begins at the last whole one.
struct Offsets<'t> {
    text: &'t str,
    /// A place in bytes, and the same in characters.
    last: (usize, usize),
}

impl<'t> Offsets<'t> {
    const fn of(text: &'t str) -> Self {
        Self { text, last: (0, 0) }
    }

    fn characters(&mut self, bytes: usize) -> isize {
        let (from, before) = self.last;
        let characters = if bytes >= from {
            before + self.text[from..bytes].chars().count()
        } else {
            before - self.text[bytes..from].chars().count()
        };
        self.last = (bytes, characters);
        characters.cast_signed()
    }
}

/// POSIX classes of jq's engine are of Unicode; those of the `regex` crate are
/// of ASCII. So they are written as properties.
fn unicode_classes(pattern: &str) -> Cow<'_, str> {
    const CLASSES: [(&str, &str, &str); 9] = [
        ("alpha", r"\p{Alphabetic}", r"\P{Alphabetic}"),
        ("alnum", r"\p{Alphabetic}\p{Nd}", r"[^\p{Alphabetic}\p{Nd}]"),
        ("digit", r"\p{Nd}", r"\P{Nd}"),
        ("lower", r"\p{Lowercase}", r"\P{Lowercase}"),
        ("upper", r"\p{Uppercase}", r"\P{Uppercase}"),
        ("space", r"\s", r"\S"),
        ("blank", r"\p{Zs}\t", r"[^\p{Zs}\t]"),
        ("punct", r"\p{P}$+<=>^`|~", r"[^\p{P}$+<=>^`|~]"),
        ("word", r"\w", r"\W"),
    ];
    if !pattern.contains("[:") {
        return Cow::Borrowed(pattern);
    }
    let mut out = pattern.to_owned();
    for (name, class, negated) in CLASSES {
        out = out.replace(&format!("[:{name}:]"), class);
        out = out.replace(&format!("[:^{name}:]"), negated);
    }
    Cow::Owned(out)
}
