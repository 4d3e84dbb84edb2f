//! Taking an answer out of its wrapping: `{"next_cursor": …, "charges": […]}`
//! becomes records. Records stay slices of the bytes that came: nothing is
//! parsed further than to find where each begins and ends.

mod found;
mod scanned;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::api::client;
use crate::api::client::Reading;
use crate::api::pages::PageFacts;
use crate::catalog::{self, PageForm};
use crate::error::{Error, Kind, Refusal, Result};
use found::Found;

/// What an answer held.
#[derive(Debug)]
pub struct Envelope {
    body: Bytes,
    records: Vec<Range<usize>>,
    /// What the page tells about the one after it.
    pub facts: PageFacts,
    /// What the API remarked beside the data.
    pub remarks: Vec<String>,
}

/// What to look for in an answer.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// A list under a key.
    List(&'static str),
    /// A value under a key.
    Value(&'static str),
    /// An object that is the whole body, or lies under a key.
    Bare(&'static str, &'static catalog::Object),
    /// The whole body, whatever it is.
    Whole,
    /// The first list at the top of the body.
    AnyList,
    /// The whole body, which is a list.
    BareList,
    /// Nothing.
    Nothing,
}

impl Wanted {
    /// What the answers of an operation hold.
    #[must_use]
    pub const fn of(answer: catalog::ResponseShape) -> Self {
        use catalog::ResponseShape;
        match answer {
            ResponseShape::Nothing => Self::Nothing,
            ResponseShape::One(key, _) => Self::Value(key),
            ResponseShape::Bare(key, object) => Self::Bare(key, object),
            ResponseShape::OneInList(key, _)
            | ResponseShape::Many(key, _)
            | ResponseShape::Page(key, _) => Self::List(key),
            ResponseShape::BarePage(_) => Self::BareList,
            ResponseShape::Number(_) => Self::Whole,
        }
    }
}

impl Envelope {
    /// Opens an answer.
    ///
    /// # Errors
    /// `Unreachable` when the body is not whole JSON, `Unexpected` when what
    /// was wanted is not in it; both with status and request id.
    pub fn open(answer: client::Response, wanted: Wanted) -> Result<Self> {
        let client::Response {
            status,
            request_id,
            link,
            headers: _,
            reading,
            body,
        } = answer;
        // 204 has nothing to say, and 202 need not say anything yet.
        let silent = matches!(status, 202 | 204) && body.is_empty();
        if matches!(wanted, Wanted::Nothing) || silent {
            let remarks = find(&body, Wanted::Nothing, &reading)
                .map_or_else(|_| Vec::new(), |found| found.remarks);
            return Ok(Self {
                remarks,
                ..Self::empty()
            });
        }
        let with_answer = |mut error: Error| {
            error.message = format!("{} (status {status})", error.message);
            error.answered(Refusal {
                status,
                request_id: request_id.clone(),
                errors: None,
            })
        };
        if status == 206 {
            let error = Error::new(Kind::Unreachable, "the response is only a part of the body");
            return Err(with_answer(error));
        }
        let opened = match wanted {
            Wanted::Whole => whole(&body),
            Wanted::Bare(key, object) => bare(&body, key, object, &reading),
            _ => find(&body, wanted, &reading),
        };
        let found = opened.map_err(|error| with_answer(unreadable(&error, &body)))?;
        let Some(records) = found.records else {
            return Err(with_answer(missing(wanted)));
        };
        let (last_id, is_rising) = match reading.page {
            PageForm::AfterId { .. } => last_id(&body, &records, reading.id),
            _ => (None, true),
        };
        Ok(Self {
            facts: PageFacts {
                rows: records.len(),
                last_id,
                cursor: found.cursor.filter(|cursor| !cursor.trim().is_empty()),
                link,
                total_pages: found.total_pages,
                // After the last id there would be others that are smaller.
                mistyped: found
                    .mistyped
                    .or((!is_rising).then_some("its ids do not increase")),
            },
            records,
            remarks: found.remarks,
            body,
        })
    }

    fn empty() -> Self {
        Self {
            body: Bytes::new(),
            records: Vec::new(),
            facts: PageFacts::default(),
            remarks: Vec::new(),
        }
    }

    /// The records, each as the JSON text that came.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &str> {
        // One look at the whole body is quicker than one at each record.
        let text = simdutf8::basic::from_utf8(&self.body).ok();
        self.records.iter().map(move |range| {
            // The ranges are of texts that were found in these very bytes, so they are
            // UTF-8 and within bounds, also where the rest of the body is not.
            let record = match text {
                Some(text) => text.get(range.clone()),
                None => std::str::from_utf8(&self.body[range.clone()]).ok(),
            };
            record.unwrap_or_default()
        })
    }

    /// The number of its records.
    pub(super) const fn len(&self) -> usize {
        self.records.len()
    }

    /// The bytes of its first and its last record.
    pub(super) fn ends(&self) -> Option<[&[u8]; 2]> {
        let (first, last) = (self.records.first()?, self.records.last()?);
        Some([&self.body[first.clone()], &self.body[last.clone()]])
    }
}

fn unreadable(error: &serde_json::Error, body: &[u8]) -> Error {
    use serde_json::error::Category;
    let unreachable = |what: &str| Error::new(Kind::Unreachable, what);
    match error.classify() {
        _ if body.is_empty() => unreachable("the response is empty"),
        Category::Eof => unreachable("the response was cut off"),
        Category::Data => {
            Error::unexpected(format!("the response has an unexpected format: {error}"))
        }
        Category::Syntax | Category::Io => unreachable("the response is not JSON"),
    }
}

fn missing(wanted: Wanted) -> Error {
    let what = match wanted {
        Wanted::List(key) => format!("the response has no list under \"{key}\""),
        Wanted::Value(key) | Wanted::Bare(key, _) => {
            format!("the response has nothing under \"{key}\"")
        }
        _ => "the response has no list".to_owned(),
    };
    Error::unexpected(what)
}

/// The id of the last record, and whether the ids rise up to it. Ids that are
/// not numbers are not compared.
fn last_id(body: &[u8], records: &[Range<usize>], field: &str) -> (Option<String>, bool) {
    let (mut last, mut is_rising) = (None, true);
    let number = |id: &Option<String>| id.as_ref().and_then(|id| id.parse::<u64>().ok());
    for record in records {
        let id = id_of(&body[record.clone()], field);
        if let (Some(before), Some(now)) = (number(&last), number(&id)) {
            is_rising &= before < now;
        }
        last = id;
    }
    (last, is_rising)
}

/// The id of a record, as text.
pub(crate) fn id_of(record: &[u8], field: &str) -> Option<String> {
    let fields: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(record).ok()?;
    let raw = fields.get(field)?.get();
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'0'..=b'9' => Some(raw.to_owned()),
        _ => None,
    }
}

fn whole(body: &[u8]) -> Result<Found, serde_json::Error> {
    let raw: &RawValue = serde_json::from_slice(body)?;
    Ok(Found {
        records: Some(vec![within(body, raw)]),
        ..Found::default()
    })
}

/// The object under the key, else the whole body when it has a field of the
/// object.
fn bare(
    body: &[u8],
    key: &'static str,
    object: &catalog::Object,
    reading: &Reading,
) -> Result<Found, serde_json::Error> {
    let mut found = find(body, Wanted::Value(key), reading)?;
    if found.records.is_none() {
        let fields: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(body)?;
        if object
            .fields
            .iter()
            .any(|field| fields.contains_key(field.name))
        {
            found.records = whole(body)?.records;
        }
    }
    Ok(found)
}

fn find(body: &[u8], wanted: Wanted, reading: &Reading) -> Result<Found, serde_json::Error> {
    match scanned::find(body, wanted, reading) {
        Some(found) => Ok(found),
        None => parsed(body, wanted, reading),
    }
}

fn parsed(body: &[u8], wanted: Wanted, reading: &Reading) -> Result<Found, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    if let Wanted::BareList = wanted {
        let records = Items { body }.deserialize(&mut reader)?;
        reader.end()?;
        return Ok(Found {
            records,
            ..Found::default()
        });
    }
    let finder = Finder {
        body,
        wanted,
        reading,
    };
    let found = finder.deserialize(&mut reader)?;
    reader.end()?;
    Ok(found)
}

/// Where a raw value lies in the bytes it was read from.
fn within(body: &[u8], raw: &RawValue) -> Range<usize> {
    let start = raw.get().as_ptr().addr() - body.as_ptr().addr();
    start..start + raw.get().len()
}

/// Reads the top level of an answer in one pass.
struct Finder<'b, 'r> {
    body: &'b [u8],
    wanted: Wanted,
    reading: &'r Reading,
}

impl<'de> DeserializeSeed<'de> for Finder<'de, '_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Found, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Finder<'de, '_> {
    type Value = Found;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match (key.as_ref(), self.wanted) {
                (key, Wanted::List(name)) if key == name => {
                    found.records = map.next_value_seed(Items { body: self.body })?;
                }
                (key, Wanted::Value(name)) if key == name => {
                    let raw: &RawValue = map.next_value()?;
                    found.records = Some(vec![within(self.body, raw)]);
                }
                (key, _) if self.reading.is_fact(key) => {
                    let raw: &RawValue = map.next_value()?;
                    found.fact(key, raw.get(), self.reading);
                }
                (key, _) if self.reading.errors.remarks().contains(&key) => {
                    found.remark(key, &map.next_value()?);
                }
                (_, Wanted::AnyList) if found.records.is_none() => {
                    // Any other value is passed over without being read.
                    let raw: &RawValue = map.next_value()?;
                    if raw.get().starts_with('[') {
                        let mut list = serde_json::Deserializer::from_str(raw.get());
                        let items = Items { body: self.body }.deserialize(&mut list);
                        found.records = items.map_err(serde::de::Error::custom)?;
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// Reads a list as raw items, in one pass; any other value gives none.
struct Items<'b> {
    body: &'b [u8],
}

impl<'de> DeserializeSeed<'de> for Items<'de> {
    type Value = Option<Vec<Range<usize>>>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'de> {
    type Value = Option<Vec<Range<usize>>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<&RawValue>()? {
            items.push(within(self.body, item));
        }
        Ok(Some(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(map)?;
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
