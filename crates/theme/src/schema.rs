//! Schemas of objects as themes write them: with holes for values, and with the
//! mistakes that the engine accepts.

use recharge_catalog::portal::request_objects;
use serde_json::{Deserializer, Map, Value};

use crate::script::HOLE;

/// A schema, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Its keys and what they ask for.
    pub keys: Map<String, Value>,
    /// Whether text follows the object, which the engine ignores.
    pub has_rest: bool,
}

/// Reads a schema.
///
/// # Errors
/// Why it is not JSON.
pub fn read(text: &str) -> Result<Schema, String> {
    let text = filled(text);
    let mut values = Deserializer::from_str(&text).into_iter::<Map<String, Value>>();
    let keys = match values.next() {
        Some(Ok(keys)) => keys,
        Some(Err(error)) => return Err(error.to_string()),
        None => return Err("it is empty".to_owned()),
    };
    let has_rest = !text[values.byte_offset()..].trim().is_empty();
    Ok(Schema { keys, has_rest })
}

/// Holes that are values become numbers; others are left away: they add members.
fn filled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_text = false;
    for letter in text.chars() {
        match letter {
            '"' => {
                is_text = !is_text;
                out.push(letter);
            }
            HOLE if is_text => out.push('x'),
            HOLE if out.trim_end().ends_with(':') => out.push('1'),
            HOLE => {}
            _ => out.push(letter),
        }
    }
    out
}

/// The nearest key that exists.
#[must_use]
pub fn nearest_key(name: &str) -> Option<&'static str> {
    nearest(name, request_objects::KEYS.iter().map(|key| key.name))
}

/// The name that is most like another one, when it is like it at all.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = names.map(|each| (strsim::damerau_levenshtein(name, each), each));
    let (distance, found) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance > 0 && distance <= (name.chars().count() / 3).max(1)).then_some(found)
}
