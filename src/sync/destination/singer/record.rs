//! RECORD messages, written from the text of records.
//!
//! Values that a target accepts in their spelling are copied; amounts that are numbers,
//! times, and values that do not fit their column are converted. Fields without a
//! column go into one object, as in every other copy.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::scan::{ObjectFields, RawField};
use crate::error::{Error, Kind, Result};
use crate::sync::destination::EXTRA;
use crate::sync::fit::{Fit, fit};
use crate::sync::moment::Micros;
use crate::sync::row::{RowFindings, RowValue};
use crate::sync::table::{ColumnType, SyncTable};

/// Digits of a number that certainly has 64 bits at most.
const SAFE_DIGITS: usize = 18;

/// Writes the RECORD messages of one stream.
#[derive(Debug)]
pub struct RecordWriter {
    table: String,
    key: &'static str,
    columns: Vec<RecordColumn>,
    places: HashMap<&'static str, usize>,
    key_parts: Vec<usize>,
    /// The field of related objects, which some lists have though none were asked for.
    included: Option<&'static str>,
    zone: TimeZone,
    writes_extra: bool,
    prefix: String,
    /// The fields without a column of the record that is written.
    extra: String,
    findings: RowFindings,
}

#[derive(Debug)]
struct RecordColumn {
    name: &'static str,
    kind: ColumnType,
    /// `"name":`.
    label: String,
    is_selected: bool,
    is_key: bool,
    is_replication_key: bool,
}

/// The key and the replication key that a record contained.
#[derive(Debug, Default)]
struct WrittenKey<'a> {
    replication_key: Option<Micros>,
    has_key: bool,
    /// The values of the parts of a key that is made of fields.
    parts: Vec<(usize, &'a str)>,
}

impl RecordWriter {
    /// A writer of the fields that are selected.
    pub fn new(table: &SyncTable, is_selected: impl Fn(&str) -> bool) -> Self {
        let replication_key = table.method.field();
        let columns: Vec<RecordColumn> = table
            .columns
            .iter()
            .map(|column| RecordColumn {
                name: column.name,
                kind: column.kind,
                label: format!("{}:", serde_json::Value::from(column.name)),
                is_selected: is_selected(column.name),
                is_key: column.name == table.key,
                is_replication_key: Some(column.name) == replication_key,
            })
            .collect();
        let place = |name: &str| columns.iter().position(|column| column.name == name);
        let stream = serde_json::Value::from(table.name.as_str());
        Self {
            table: table.name.clone(),
            key: table.key,
            key_parts: table.key_parts.iter().copied().filter_map(place).collect(),
            places: columns
                .iter()
                .enumerate()
                .map(|(at, column)| (column.name, at))
                .collect(),
            columns,
            included: table.api.conventions.included,
            zone: TimeZone::posix(table.api.zone).unwrap_or(TimeZone::UTC),
            writes_extra: is_selected(EXTRA),
            prefix: format!(r#"{{"type":"RECORD","stream":{stream},"record":{{"#),
            extra: String::new(),
            findings: RowFindings::default(),
        }
    }

    /// The findings since the last call.
    pub(super) fn take_findings(&mut self) -> RowFindings {
        std::mem::take(&mut self.findings)
    }

    /// Writes the message of a record, with `suffix` after the record; returns the
    /// value of the replication key.
    ///
    /// # Errors
    /// Of kind `Unreachable`: the record is not an object, or has no key. What was written
    /// of it is removed again.
    pub fn write(
        &mut self,
        record: &str,
        suffix: &str,
        out: &mut Vec<u8>,
    ) -> Result<Option<Micros>> {
        let begin = out.len();
        let written = self.object(record, out);
        if written.is_err() {
            out.truncate(begin);
        } else {
            out.extend_from_slice(suffix.as_bytes());
        }
        written
    }

    fn object(&mut self, record: &str, out: &mut Vec<u8>) -> Result<Option<Micros>> {
        let clean = harmless(record);
        if matches!(clean, Cow::Owned(_)) {
            self.note_nul(record);
        }
        self.extra.clear();
        out.extend_from_slice(self.prefix.as_bytes());
        let mut seen = WrittenKey::default();
        let mut expected = 0;
        let broken = |own: &Self, what: &str| own.broken(what);
        let fields =
            ObjectFields::of(&clean).map_err(|_| broken(self, "a record is not an object"))?;
        for field in fields {
            let field = field.map_err(|_| broken(self, "a record is not an object"))?;
            let is_next = self
                .columns
                .get(expected)
                .is_some_and(|next| next.name == field.name);
            let place = if is_next {
                Some(expected)
            } else {
                self.place(field.name)
            };
            match place {
                Some(at) => {
                    expected = at + 1;
                    self.value(at, field, &mut seen, out);
                }
                None => self.unknown(field),
            }
        }
        if !self.key_parts.is_empty() {
            self.made_key(&mut seen, out);
        }
        if !seen.has_key {
            return Err(self.broken(&format!("a record has no {}", self.key)));
        }
        if !self.extra.is_empty() {
            label(EXTRA_LABEL, out);
            out.extend_from_slice(self.extra.as_bytes());
            out.push(b'}');
        }
        out.push(b'}');
        Ok(seen.replication_key)
    }

    fn place(&self, name: &str) -> Option<usize> {
        if !name.contains('\\') {
            return self.places.get(name).copied();
        }
        let spelled: String = serde_json::from_str(&format!("\"{name}\"")).ok()?;
        self.places.get(spelled.as_str()).copied()
    }

    fn value<'a>(
        &mut self,
        at: usize,
        field: RawField<'a>,
        seen: &mut WrittenKey<'a>,
        out: &mut Vec<u8>,
    ) {
        if self.key_parts.contains(&at) {
            seen.parts.push((at, field.value));
        }
        let column = &self.columns[at];
        if !column.is_selected {
            if column.is_replication_key {
                seen.replication_key = time(field.value, &self.zone);
            }
            return;
        }
        label(&column.label, out);
        let value = field.value.as_bytes();
        let is_null = match (column.kind, value.first()) {
            (_, None | Some(b'n')) => {
                out.extend_from_slice(b"null");
                true
            }
            (ColumnType::Text, Some(b'"'))
            | (ColumnType::Boolean, Some(b't' | b'f'))
            | (ColumnType::Json, Some(b'{' | b'[')) => {
                out.extend_from_slice(value);
                value == b"\"\""
            }
            (ColumnType::Integer, Some(b'0'..=b'9' | b'-')) if is_short_integer(value) => {
                out.extend_from_slice(value);
                false
            }
            (ColumnType::Decimal, Some(b'"')) if is_decimal(&value[1..value.len() - 1]) => {
                out.extend_from_slice(value);
                false
            }
            (ColumnType::Decimal, Some(b'0'..=b'9' | b'-')) if is_decimal(value) => {
                out.push(b'"');
                out.extend_from_slice(value);
                out.push(b'"');
                false
            }
            (ColumnType::Time, Some(b'"')) => {
                let moment = time(field.value, &self.zone);
                if column.is_replication_key {
                    seen.replication_key = moment;
                }
                match moment {
                    Some(moment) => {
                        write_time(field.value, moment, out);
                        false
                    }
                    None => self.other(at, field, out),
                }
            }
            _ => self.other(at, field, out),
        };
        if self.columns[at].is_key {
            seen.has_key = !is_null;
        }
    }

    /// Writes a value that is not copied; returns whether it is null.
    fn other(&mut self, at: usize, field: RawField<'_>, out: &mut Vec<u8>) -> bool {
        let kind = self.columns[at].kind;
        let fitted = match fit(field.value, kind, &self.zone) {
            // The schema says that there are objects and lists.
            Fit::Whole(RowValue::Json(text)) if !text.starts_with(['{', '[']) => Fit::No,
            fitted => fitted,
        };
        let (cell, is_whole) = match fitted {
            Fit::Whole(cell) => (cell, true),
            Fit::Part(cell) => (cell, false),
            Fit::No => {
                RowFindings::note(&mut self.findings.unfit, self.columns[at].name);
                (RowValue::Null, false)
            }
        };
        if !is_whole {
            self.beside(field);
        }
        let text = match &cell {
            RowValue::Null => "null".to_owned(),
            RowValue::Integer(number) => number.to_string(),
            RowValue::Boolean(is) => is.to_string(),
            RowValue::Json(text) => text.clone().into_owned(),
            RowValue::Text(text) => serde_json::Value::from(text.as_ref()).to_string(),
            RowValue::Time(moment) => format!("\"{moment}\""),
        };
        out.extend_from_slice(text.as_bytes());
        cell == RowValue::Null
    }

    fn unknown(&mut self, field: RawField<'_>) {
        if field.value != "null" && Some(field.name) != self.included {
            RowFindings::note(&mut self.findings.unknown, field.name);
            self.beside(field);
        }
    }

    /// Adds a value to the fields without a column.
    fn beside(&mut self, field: RawField<'_>) {
        if !self.writes_extra {
            return;
        }
        let first = if self.extra.is_empty() { '{' } else { ',' };
        self.extra.push(first);
        for part in ["\"", field.name, "\":", field.value] {
            self.extra.push_str(part);
        }
    }

    /// Writes the key that is made of fields, with colons between them.
    fn made_key(&self, seen: &mut WrittenKey<'_>, out: &mut Vec<u8>) {
        let part = |at: &usize| {
            let (_, value) = seen.parts.iter().find(|(known, _)| known == at)?;
            match fit(value, self.columns[*at].kind, &self.zone) {
                Fit::Whole(RowValue::Integer(number)) => Some(number.to_string()),
                Fit::Whole(RowValue::Text(text)) => Some(text.into_owned()),
                _ => None,
            }
        };
        let parts: Option<Vec<String>> = self.key_parts.iter().map(part).collect();
        let Some(parts) = parts else { return };
        if let Some(at) = self.places.get(self.key) {
            label(&self.columns[*at].label, out);
        }
        let key = serde_json::Value::from(parts.join(":"));
        out.extend_from_slice(key.to_string().as_bytes());
        seen.has_key = true;
    }

    fn note_nul(&mut self, record: &str) {
        for field in ObjectFields::of(record).into_iter().flatten().flatten() {
            if field.value.contains(NUL) {
                RowFindings::note(&mut self.findings.nul, field.name);
            }
        }
    }

    fn broken(&self, what: &str) -> Error {
        Error::new(Kind::Unreachable, format!("{}: {what}", self.table))
            .hint("records before it were sent; the next run reads it again")
    }
}

const EXTRA_LABEL: &str = "\"_extra\":";

/// Writes the label of a field, after a comma where it is not the first one.
fn label(label: &str, out: &mut Vec<u8>) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(label.as_bytes());
}

/// The moment that a JSON text is.
fn time(value: &str, zone: &TimeZone) -> Option<Micros> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    Micros::read(inner, zone)
}

/// Writes a time in UTC with `Z`. The usual form is copied.
fn write_time(value: &str, moment: Micros, out: &mut Vec<u8>) {
    let bytes = value.as_bytes();
    let is_utc = bytes.ends_with(b"+00:00\"") && bytes.get(11) == Some(&b'T');
    out.push(b'"');
    if is_utc && bytes.len() == 27 {
        out.extend_from_slice(&bytes[1..20]);
        out.push(b'Z');
    } else {
        out.extend_from_slice(moment.to_string().as_bytes());
    }
    out.push(b'"');
}

fn is_short_integer(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    (1..=SAFE_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a text is a decimal number without an exponent.
fn is_decimal(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let mut has_point = false;
    let mut before = 0;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => before = at + 1,
            b'.' if !has_point && at > 0 => has_point = true,
            _ => return false,
        }
    }
    // Neither empty nor with the point at its end.
    before > 0 && before == digits.len()
}

const NUL: &str = "\\u0000";

/// The text of a record without what targets fail on: escapes of NUL, and halves of
/// surrogate pairs, which are not characters. U+FFFD replaces both.
fn harmless(record: &str) -> Cow<'_, str> {
    if memchr::memmem::find(record.as_bytes(), b"\\u").is_none() {
        return Cow::Borrowed(record);
    }
    let mut clean = String::with_capacity(record.len());
    let (mut rest, mut changed) = (record, false);
    while let Some(at) = rest.find('\\') {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        let escaped = |at: usize| {
            let digits = rest
                .get(at..)
                .and_then(|rest| rest.strip_prefix("\\u"))?
                .get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        // A backslash and what it escapes belong together: `\\u0000` is text.
        let (is_harmless, length) = match (escaped(0), escaped(6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (true, 12),
            (Some(0 | 0xD800..=0xDFFF), _) => (false, 6),
            (Some(_), _) => (true, 6),
            (None, _) => (true, 1 + rest.chars().nth(1).map_or(0, char::len_utf8)),
        };
        changed |= !is_harmless;
        clean.push_str(if is_harmless {
            &rest[..length]
        } else {
            "\\ufffd"
        });
        rest = &rest[length..];
    }
    if !changed {
        return Cow::Borrowed(record);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
