//! Values as text: what `tostring`, `tojson` and `"\(…)"` make of them.
//!
//! jaq writes a whole number that was computed as `7.0`; jq writes `7`. Its
//! interpolation cannot be replaced, but a string may name the filter that
//! writes its parts (`@text "…"`). So a string that names none is given one.

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::native::{self, Fun, bome, v};
use jaq_json::{Error, Val};

use super::builtins::Data;
use super::value::write_json;

/// The filter that writes the parts of a string.
const WRITER: &str = "@__text ";

/// Definitions in terms of the natives here, before any other.
pub(super) const DEFINITIONS: &str =
    "def tostring: __text; def @text: __text; def @__text: __text;";

/// Names of the standard library that these replace.
pub(super) const REPLACED: &[&str] = &["tostring", "@text", "tojson"];

/// What writes a value: a text as it is, and any value as JSON.
pub(super) fn natives() -> [Fun<Data>; 2] {
    [
        native::run(("__text", v(0), |cv| {
            bome(match cv.1 {
                Val::TStr(_) | Val::BStr(_) => Ok(cv.1),
                other => json(&other),
            })
        })),
        native::run(("tojson", v(0), |cv| bome(json(&cv.1)))),
    ]
}

fn json(value: &Val) -> jaq_json::ValR {
    let mut text = String::new();
    write_json(value, &mut text).map_err(|error| Error::str(error.message))?;
    Ok(Val::utf8_str(text))
}

/// The filter with a writer for each string with parts that names none.
///
/// `None` where there is no such string.
pub(super) fn with_writers(filter: &str) -> Option<String> {
    let tokens = Lexer::new(filter).lex().ok()?;
    let mut places = Vec::new();
    find(filter, &tokens, &mut places);
    if places.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(filter.len() + places.len() * WRITER.len());
    let mut copied = 0;
    places.sort_unstable();
    for place in places {
        out.push_str(&filter[copied..place]);
        out.push_str(WRITER);
        copied = place;
    }
    out.push_str(&filter[copied..]);
    Some(out)
}

/// The places of all strings with parts, also within parts of others.
fn find(filter: &str, tokens: &[Token<&str>], places: &mut Vec<usize>) {
    let mut is_named = false;
    for Token(text, kind) in tokens {
        match kind {
            Tok::Block(inner) => find(filter, inner, places),
            Tok::Str(parts) => {
                let mut inner = parts.iter().filter_map(|part| match part {
                    StrPart::Term(term) => Some(std::slice::from_ref(term)),
                    _ => None,
                });
                let first = inner.next();
                if first.is_some() && !is_named {
                    places.push(text.as_ptr().addr() - filter.as_ptr().addr());
                }
                for term in first.into_iter().chain(inner) {
                    find(filter, term, places);
                }
            }
            _ => {}
        }
        is_named = matches!(kind, Tok::Fmt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_with_parts_is_given_a_writer_unless_it_names_one() {
        for (filter, written) in [
            (r#""a""#, None),
            (r#"@csv "\(.)""#, None),
            (r#""\(.)""#, Some(r#"@__text "\(.)""#)),
            (r#"["\("\(1)")"]"#, Some(r#"[@__text "\(@__text "\(1)")"]"#)),
            (r#"@uri "é\("\(1)")""#, Some(r#"@uri "é\(@__text "\(1)")""#)),
            (r#"{"k\(1)": 2}"#, Some(r#"{@__text "k\(1)": 2}"#)),
        ] {
            assert_eq!(with_writers(filter).as_deref(), written, "{filter}");
        }
    }
}
