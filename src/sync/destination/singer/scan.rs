//! The fields of an object, found in its text without parsing their values.
//!
//! The text is JSON that was read before as a part of a page: only the end of each
//! value has to be found.

/// A field of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawField<'a> {
    /// Its name as it is spelled, without quotes; it may have escapes.
    pub(super) name: &'a str,
    /// Its value as it is spelled.
    pub(super) value: &'a str,
}

/// Text that is not an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotAnObject;

/// The fields of an object, in their order.
#[derive(Debug)]
pub(super) struct ObjectFields<'a> {
    text: &'a str,
    at: usize,
    is_done: bool,
}

impl<'a> ObjectFields<'a> {
    /// The fields of the object in a text.
    ///
    /// # Errors
    /// The text does not begin as an object.
    pub(super) fn of(text: &'a str) -> Result<Self, NotAnObject> {
        let begin = blank(text.as_bytes(), 0);
        if text.as_bytes().get(begin) != Some(&b'{') {
            return Err(NotAnObject);
        }
        Ok(Self {
            text,
            at: begin + 1,
            is_done: false,
        })
    }

    /// The next field, or none at the end of the object.
    fn step(&mut self) -> Result<Option<RawField<'a>>, NotAnObject> {
        let at = blank(self.text.as_bytes(), self.at);
        match self.text.as_bytes().get(at) {
            Some(b'}') => Ok(None),
            Some(_) => self.field().map(Some).ok_or(NotAnObject),
            None => Err(NotAnObject),
        }
    }

    fn field(&mut self) -> Option<RawField<'a>> {
        let bytes = self.text.as_bytes();
        let mut at = blank(bytes, self.at);
        if bytes.get(at)? == &b',' {
            at = blank(bytes, at + 1);
        }
        let name_end = string_end(bytes, at)?;
        let name = self.text.get(at + 1..name_end - 1)?;
        at = blank(bytes, name_end);
        if bytes.get(at)? != &b':' {
            return None;
        }
        at = blank(bytes, at + 1);
        let end = value_end(bytes, at)?;
        let value = self.text.get(at..end)?;
        self.at = end;
        Some(RawField { name, value })
    }
}

impl<'a> Iterator for ObjectFields<'a> {
    type Item = Result<RawField<'a>, NotAnObject>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let field = self.step().transpose();
        self.is_done = !matches!(field, Some(Ok(_)));
        field
    }
}

/// The position of the next byte that is not blank.
fn blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The end of the text that begins at a quote.
fn string_end(bytes: &[u8], begin: usize) -> Option<usize> {
    if bytes.get(begin)? != &b'"' {
        return None;
    }
    let mut at = begin + 1;
    loop {
        let next = memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        at += next;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The end of the value that begins there.
fn value_end(bytes: &[u8], begin: usize) -> Option<usize> {
    match bytes.get(begin)? {
        b'"' => string_end(bytes, begin),
        b'{' | b'[' => nested_end(bytes, begin),
        _ => {
            let is_end =
                |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
            let length = bytes[begin..].iter().position(is_end)?;
            (length > 0).then_some(begin + length)
        }
    }
}

fn nested_end(bytes: &[u8], begin: usize) -> Option<usize> {
    let (mut at, mut depth) = (begin, 0_usize);
    loop {
        match bytes.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    fn fields(text: &str) -> Result<Vec<(String, Value)>, NotAnObject> {
        ObjectFields::of(text)?
            .map(|field| {
                let RawField { name, value } = field?;
                let name = serde_json::from_str(&format!("\"{name}\"")).unwrap();
                Ok((name, serde_json::from_str(value).unwrap()))
            })
            .collect()
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
            "[\"\\\\{}\\[\\],: ]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\]{0,3}", inner, 0..4)
                    .prop_map(|all| Value::Object(all.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn fields_are_those_that_a_parser_finds(
            object in prop::collection::btree_map(".{0,5}", json(), 0..5),
            pretty in any::<bool>(),
        ) {
            let object: Map<String, Value> = object.into_iter().collect();
            let value = Value::Object(object.clone());
            let text = if pretty {
                serde_json::to_string_pretty(&value).unwrap()
            } else {
                value.to_string()
            };
            let expected: Vec<(String, Value)> = object.into_iter().collect();
            prop_assert_eq!(fields(&text), Ok(expected));
        }

        #[test]
        fn text_that_is_cut_off_is_refused_and_never_panics(
            object in prop::collection::btree_map(".{0,5}", json(), 1..5),
            cut in any::<prop::sample::Index>(),
        ) {
            let text = Value::Object(object.into_iter().collect()).to_string();
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let text = &text[..*cut.get(&ends)];
            let all: Result<Vec<_>, _> = match ObjectFields::of(text) {
                Ok(fields) => fields.collect(),
                Err(error) => Err(error),
            };
            prop_assert_eq!(all.err(), Some(NotAnObject));
        }
    }
}
