//! A record as a value with only the fields that a filter needs, cut from its bytes:
//! the others are checked to be JSON, and never built.

use std::borrow::Cow;
use std::fmt;

use jaq_json::{Map, Val, read};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::needed::NeededFields;

/// The fields of a record that are needed; `None` where it has to be read in whole: it
/// is not an object, it is not quite JSON, or a key can only be compared when it is
/// read.
pub(super) fn cut(record: &[u8], needed: &NeededFields) -> Option<Val> {
    let first = record.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_slice(record);
    let map = ObjectCut(needed).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(Val::obj(map))
}

/// Cuts an object.
struct ObjectCut<'n>(&'n NeededFields);

impl<'de> DeserializeSeed<'de> for ObjectCut<'_> {
    type Value = Map;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Map, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectCut<'_> {
    type Value = Map;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map, A::Error> {
        let mut cut = Map::default();
        // Keys mostly come in the same order.
        let mut likely = 0;
        while let Some(key) = map.next_key_seed(KeyBytes)? {
            let fields = &self.0.fields;
            let is_key = |at: &usize| fields[*at].name.as_bytes() == &*key;
            let order = (likely..fields.len()).chain(0..likely);
            let Some(at) = order.into_iter().find(is_key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            likely = at + 1;
            let raw = map.next_value::<&RawValue>()?.get();
            let value = match &fields[at].within {
                Some(within) if raw.starts_with('{') => {
                    cut_part(raw, within).ok_or_else(|| A::Error::custom("not quite JSON"))?
                }
                _ => read::parse_single(raw.as_bytes()).map_err(A::Error::custom)?,
            };
            // Of keys that are there twice the last one counts.
            cut.insert(Val::utf8_str(key.into_owned()), value);
        }
        Ok(cut)
    }
}

fn cut_part(object: &str, needed: &NeededFields) -> Option<Val> {
    cut(object.as_bytes(), needed)
}

/// A key as bytes: half of a surrogate pair is good JSON, and no text.
struct KeyBytes;

impl<'de> DeserializeSeed<'de> for KeyBytes {
    type Value = Cow<'de, [u8]>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for KeyBytes {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(bytes))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(bytes.to_owned()))
    }
}
