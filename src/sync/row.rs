//! Records as rows: the JSON text of a record comes in, a cell for each column of
//! its table goes out, and what fits no column beside them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use jiff::tz::TimeZone;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fit::{CowText, Fit, fit};
use super::moment::Micros;
use super::table::{ColumnType, SyncTable};
use crate::error::{Error, Result};

/// What stands for a character that databases refuse.
const REPLACEMENT: char = '\u{fffd}';

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum RowValue<'a> {
    /// None.
    #[default]
    Null,
    /// A whole number.
    Integer(i64),
    /// Text, a day, or a decimal number as it was sent.
    Text(Cow<'a, str>),
    /// A moment.
    Time(Micros),
    /// `true` or `false`.
    Boolean(bool),
    /// JSON text.
    Json(Cow<'a, str>),
}

/// A record as a row.
#[derive(Debug, Default)]
pub struct Row<'a> {
    /// A cell for each column of the table.
    pub cells: Vec<RowValue<'a>>,
    /// What fits no column: a JSON object.
    pub extra: Option<String>,
}

/// Reads the records of one table.
#[derive(Debug)]
pub struct RowReader {
    table: String,
    columns: Vec<(&'static str, ColumnType)>,
    places: HashMap<&'static str, usize>,
    key: usize,
    /// The columns that the key is made of; none where a field is the key.
    key_parts: Vec<usize>,
    replication_key: Option<usize>,
    /// The field of related objects, which some lists have though none were asked
    /// for.
    included: Option<&'static str>,
    zone: TimeZone,
    findings: RowFindings,
}

/// What was odd about the records of a table. Each kind is reported once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowFindings {
    /// Fields that no column is for.
    pub unknown: Vec<String>,
    /// Fields whose value did not fit their column.
    pub unfit: Vec<String>,
    /// Fields with a NUL character, which was replaced.
    pub nul: Vec<String>,
}

/// At most so many names of a kind are kept.
const MOST_NAMES: usize = 20;

impl RowFindings {
    pub(super) fn note(names: &mut Vec<String>, name: &str) {
        if names.len() < MOST_NAMES && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }

    /// Takes what is new in `other`; returns it.
    pub fn merge(&mut self, other: &Self) -> Self {
        let mut new = Self::default();
        let pairs = [
            (&mut self.unknown, &other.unknown, &mut new.unknown),
            (&mut self.unfit, &other.unfit, &mut new.unfit),
            (&mut self.nul, &other.nul, &mut new.nul),
        ];
        for (known, seen, new) in pairs {
            for name in seen {
                if known.len() < MOST_NAMES && !known.contains(name) {
                    known.push(name.clone());
                    new.push(name.clone());
                }
            }
        }
        new
    }
}

impl RowReader {
    /// A reader for a table. With `only`, columns that are not in it are as good
    /// as unknown.
    #[must_use]
    pub fn new(table: &SyncTable, only: Option<&[String]>) -> Self {
        let is_there = |name: &str| only.is_none_or(|only| only.iter().any(|known| known == name));
        let columns: Vec<_> = table
            .columns
            .iter()
            .filter(|column| is_there(column.name))
            .map(|column| (column.name, column.kind))
            .collect();
        let place = |name: &str| columns.iter().position(|(known, _)| *known == name);
        Self {
            table: table.name.clone(),
            places: columns
                .iter()
                .enumerate()
                .map(|(at, (name, _))| (*name, at))
                .collect(),
            key: place(table.key).unwrap_or_default(),
            key_parts: table.key_parts.iter().copied().filter_map(place).collect(),
            replication_key: table.method.field().and_then(place),
            included: table.api.conventions.included,
            // A zone that cannot be read would be seen in every test of the row.
            zone: TimeZone::posix(table.api.zone).unwrap_or(TimeZone::UTC),
            columns,
            findings: RowFindings::default(),
        }
    }

    /// The columns that rows have, in their order.
    #[must_use]
    pub fn columns(&self) -> &[(&'static str, ColumnType)] {
        &self.columns
    }

    /// The position of the key.
    #[must_use]
    pub const fn key(&self) -> usize {
        self.key
    }

    /// What was odd since the last call.
    pub fn take_findings(&mut self) -> RowFindings {
        std::mem::take(&mut self.findings)
    }

    /// The value of the replication key of a row.
    #[must_use]
    pub fn replication_key(&self, row: &Row<'_>) -> Option<Micros> {
        match row.cells.get(self.replication_key?)? {
            RowValue::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// Reads a record into `row`, whose room is used again.
    ///
    /// # Errors
    /// Of kind `Unreachable`: the record is not an object, or has no key.
    pub fn read<'a>(&mut self, record: &'a str, row: &mut Row<'a>) -> Result<()> {
        row.cells.clear();
        row.cells.resize(self.columns.len(), RowValue::Null);
        row.extra = None;
        let mut reader = serde_json::Deserializer::from_str(record);
        let fields = FieldsVisitor { reader: self, row };
        fields
            .deserialize(&mut reader)
            .map_err(|error| self.broken("a record is not an object").caused_by(error))?;
        if let Some(extra) = &mut row.extra {
            extra.push('}');
        }
        if !self.key_parts.is_empty() {
            row.cells[self.key] = self.made_key(row);
        }
        match row.cells.get(self.key) {
            Some(RowValue::Integer(_)) => Ok(()),
            Some(RowValue::Text(text)) if !text.is_empty() => Ok(()),
            _ => {
                let key = self.columns.get(self.key).map_or("id", |(name, _)| *name);
                Err(self.broken(&format!("a record has no {key}")))
            }
        }
    }

    /// The values of the parts of a key with colons between them; none where one is
    /// missing.
    fn made_key<'a>(&self, row: &Row<'a>) -> RowValue<'a> {
        let text = |at: &usize| match &row.cells[*at] {
            RowValue::Integer(number) => Some(number.to_string()),
            RowValue::Text(text) => Some(text.clone().into_owned()),
            _ => None,
        };
        let parts: Option<Vec<String>> = self.key_parts.iter().map(text).collect();
        parts.map_or(RowValue::Null, |parts| {
            RowValue::Text(parts.join(":").into())
        })
    }

    fn broken(&self, what: &str) -> Error {
        Error::new(
            crate::error::Kind::Unreachable,
            format!("{}: {what}", self.table),
        )
        .hint("rows before it are stored; the next run reads it again")
    }

    fn place<'a>(&mut self, name: &str, raw: &'a RawValue, row: &mut Row<'a>) {
        let text = raw.get();
        let Some(at) = self.places.get(name).copied() else {
            if text != "null" && Some(name) != self.included {
                RowFindings::note(&mut self.findings.unknown, name);
                self.beside(name, text, row);
            }
            return;
        };
        match fit(text, self.columns[at].1, &self.zone) {
            Fit::Whole(cell) => row.cells[at] = self.harmless(name, cell),
            Fit::Part(cell) => {
                row.cells[at] = cell;
                self.beside(name, text, row);
            }
            Fit::No => {
                RowFindings::note(&mut self.findings.unfit, name);
                self.beside(name, text, row);
            }
        }
    }

    /// Puts a value among those that fit no column.
    fn beside(&mut self, name: &str, raw: &str, row: &mut Row<'_>) {
        let extra = row.extra.get_or_insert_with(String::new);
        extra.push(if extra.is_empty() { '{' } else { ',' });
        extra.push_str(&serde_json::Value::from(name).to_string());
        extra.push(':');
        match without_nul_escapes(raw) {
            Some(text) => {
                RowFindings::note(&mut self.findings.nul, name);
                extra.push_str(&text);
            }
            None => extra.push_str(raw),
        }
    }

    /// A cell without NUL characters.
    fn harmless<'a>(&mut self, name: &str, cell: RowValue<'a>) -> RowValue<'a> {
        let clean = match &cell {
            RowValue::Text(text) if text.contains('\0') => RowValue::Text(
                text.replace('\0', REPLACEMENT.encode_utf8(&mut [0; 4]))
                    .into(),
            ),
            RowValue::Json(text) => match without_nul_escapes(text) {
                Some(text) => RowValue::Json(text.into()),
                None => return cell,
            },
            _ => return cell,
        };
        RowFindings::note(&mut self.findings.nul, name);
        clean
    }
}

/// JSON text in which the escape of NUL is that of the replacement character;
/// `None` where there is none.
fn without_nul_escapes(text: &str) -> Option<String> {
    const ESCAPE: &str = "\\u0000";
    if !text.contains(ESCAPE) {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('\\') {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        // A backslash and what it escapes belong together: `\\u0000` is text.
        let length = if rest.starts_with(ESCAPE) {
            clean.push_str("\\ufffd");
            changed = true;
            ESCAPE.len()
        } else {
            let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
            clean.push_str(&rest[..=escaped]);
            1 + escaped
        };
        rest = &rest[length..];
    }
    clean.push_str(rest);
    changed.then_some(clean)
}

/// Reads the fields of a record in one pass.
struct FieldsVisitor<'r, 'a> {
    reader: &'r mut RowReader,
    row: &'r mut Row<'a>,
}

impl<'de> DeserializeSeed<'de> for FieldsVisitor<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldsVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(CowText(name)) = map.next_key()? {
            let raw: &RawValue = map.next_value()?;
            self.reader.place(&name, raw, self.row);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
