//! Taking the values of columns out of a record, looking only at what is
//! wanted: the rest is skipped without being built.
//!
//! Takes a record as JSON text and a tree of wanted paths; returns cells.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cell::Cell;
use super::scan::JsonScanner;
use super::tokens::compact;

/// Wanted paths that begin alike, joined.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    pub(super) segment: String,
    /// Columns whose path ends here.
    pub(super) columns: Vec<usize>,
    pub(super) branches: Vec<Branch>,
}

/// Why a record gives no row.
#[derive(Debug)]
pub enum Misfit {
    /// It has a key that is not a column.
    Stranger(String),
    /// It is not JSON, or not an object.
    Unreadable(serde_json::Error),
}

/// Adds a column's path to a tree.
pub(super) fn plant(branches: &mut Vec<Branch>, path: &[String], column: usize) {
    let Some((segment, rest)) = path.split_first() else {
        return;
    };
    let position = branches
        .iter()
        .position(|branch| branch.segment == *segment)
        .unwrap_or_else(|| {
            branches.push(Branch {
                segment: segment.clone(),
                ..Branch::default()
            });
            branches.len() - 1
        });
    let branch = &mut branches[position];
    if rest.is_empty() {
        branch.columns.push(column);
    } else {
        plant(&mut branch.branches, rest, column);
    }
}

/// Fills the cells of a record; a key without a column is a stranger, which
/// matters only when `strict`.
pub(super) fn fill<'a>(
    record: &'a str,
    branches: &[Branch],
    strict: bool,
    cells: &mut [Cell<'a>],
) -> Result<(), Misfit> {
    let mut reader = RecordReader {
        branches,
        cells,
        strict,
        stranger: None,
    };
    // Cells that were filled before a walk gave up are filled again.
    if scan(record, &mut reader).is_none() {
        reader.stranger = None;
        serde_json::Deserializer::from_str(record)
            .deserialize_map(&mut reader)
            .map_err(Misfit::Unreadable)?;
    }
    reader
        .stranger
        .map_or(Ok(()), |key| Err(Misfit::Stranger(key)))
}

/// Reads an object with a walk over its bytes; `None` where it has to be parsed.
fn scan<'a>(object: &'a str, reader: &mut RecordReader<'_, 'a>) -> Option<()> {
    let mut likely = 0;
    let mut scanner = JsonScanner::new(object.as_bytes());
    scanner.object(|scanner, key| {
        let value = scanner.value()?;
        let key = std::str::from_utf8(key).ok()?;
        if let Some(position) = find(reader.branches, key, likely) {
            likely = position + 1;
            let value = object.get(value)?;
            reader.branches[position].take(value, reader.cells);
        } else if reader.strict && reader.stranger.is_none() {
            reader.stranger = Some(key.to_owned());
        }
        Some(())
    })?;
    scanner.end()
}

/// The keys of a record in their order, each once.
pub(super) fn keys(record: &str) -> Result<Vec<String>, Misfit> {
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in members(record)? {
        if !keys.iter().any(|known| *known == key) {
            keys.push(key.into_owned());
        }
    }
    Ok(keys)
}

/// The members of an object as JSON texts, in their order.
///
/// # Errors
/// When it is not an object.
pub fn members(object: &str) -> Result<Vec<(Cow<'_, str>, &str)>, Misfit> {
    struct Members;
    impl<'a> Visitor<'a> for Members {
        type Value = Vec<(Cow<'a, str>, &'a str)>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("an object")
        }

        fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let mut members = Vec::new();
            while let Some(key) = map.next_key_seed(RecordKey)? {
                members.push((key, map.next_value::<&'a RawValue>()?.get()));
            }
            Ok(members)
        }
    }
    serde_json::Deserializer::from_str(object)
        .deserialize_map(Members)
        .map_err(Misfit::Unreadable)
}

/// The items of a list as JSON texts.
///
/// # Errors
/// When it is not a list.
pub fn items(list: &str) -> Result<Vec<&str>, Misfit> {
    let items: Vec<&RawValue> = serde_json::from_str(list).map_err(Misfit::Unreadable)?;
    Ok(items.into_iter().map(RawValue::get).collect())
}

/// A key, borrowed where it can be. Through bytes, because half of a surrogate
/// pair is good JSON but no text.
struct RecordKey;

impl<'a> DeserializeSeed<'a> for RecordKey {
    type Value = Cow<'a, str>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Cow<'a, str>, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl<'a> Visitor<'a> for RecordKey {
    type Value = Cow<'a, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'a [u8]) -> Result<Cow<'a, str>, E> {
        Ok(String::from_utf8_lossy(bytes))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Cow<'a, str>, E> {
        Ok(String::from_utf8_lossy(bytes).into_owned().into())
    }
}

struct RecordReader<'t, 'a> {
    branches: &'t [Branch],
    cells: &'t mut [Cell<'a>],
    strict: bool,
    stranger: Option<String>,
}

impl<'a> Visitor<'a> for &mut RecordReader<'_, 'a> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        // Keys mostly come in the order of the columns: look there first.
        let mut likely = 0;
        while let Some(key) = map.next_key_seed(RecordKey)? {
            if let Some(position) = find(self.branches, &key, likely) {
                likely = position + 1;
                let value: &'a RawValue = map.next_value()?;
                self.branches[position].take(value.get(), self.cells);
            } else {
                map.next_value::<IgnoredAny>()?;
                if self.strict && self.stranger.is_none() {
                    self.stranger = Some(key.into_owned());
                }
            }
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        let mut index = 0_usize;
        while let Some(value) = list.next_element::<&'a RawValue>()? {
            for branch in self.branches {
                if branch.index() == Some(index) {
                    branch.take(value.get(), self.cells);
                }
            }
            index += 1;
        }
        Ok(())
    }
}

/// The branch for a key, searched from the likely place on.
fn find(branches: &[Branch], key: &str, likely: usize) -> Option<usize> {
    let (before, after) = branches.split_at(likely.min(branches.len()));
    after
        .iter()
        .position(|branch| branch.segment == key)
        .map(|position| position + before.len())
        .or_else(|| before.iter().position(|branch| branch.segment == key))
}

impl Branch {
    /// The place in a list that the segment names.
    pub(super) fn index(&self) -> Option<usize> {
        self.segment.parse().ok()
    }

    /// Puts a value, or parts of it, into the columns that want them.
    fn take<'a>(&self, value: &'a str, cells: &mut [Cell<'a>]) {
        for column in &self.columns {
            if let Some(place) = cells.get_mut(*column) {
                *place = Cell::from_json(value);
            }
        }
        if self.branches.is_empty() {
            return;
        }
        let mut reader = RecordReader {
            branches: &self.branches,
            cells,
            strict: false,
            stranger: None,
        };
        let mut parts = serde_json::Deserializer::from_str(value);
        // The value was read once already, so reading its parts cannot fail;
        // a number or a text simply has none.
        match value.as_bytes().first() {
            Some(b'{') if scan(value, &mut reader).is_some() => {}
            Some(b'{') => drop(parts.deserialize_map(&mut reader)),
            Some(b'[') => {
                drop(parts.deserialize_seq(&mut reader));
                let named = self.branches.iter();
                for branch in named.filter(|branch| branch.index().is_none()) {
                    if branch.is_in_item(value) {
                        branch.gather(value, &mut Vec::new(), cells);
                    } else {
                        // As with pairs of `name` and `value`: show the list.
                        branch.put(&Cell::from_json(value), cells);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether an item of a list has the key of this branch, or is a list itself.
    fn is_in_item(&self, list: &str) -> bool {
        let items = items(list).unwrap_or_default();
        items.iter().any(|item| {
            let members = members(item).unwrap_or_default();
            item.starts_with('[') || members.iter().any(|(key, _)| *key == self.segment)
        })
    }

    /// Puts a cell into every column that ends here or further down.
    fn put<'a>(&self, cell: &Cell<'a>, cells: &mut [Cell<'a>]) {
        for column in &self.columns {
            if let Some(place) = cells.get_mut(*column) {
                place.clone_from(cell);
            }
        }
        for branch in &self.branches {
            branch.put(cell, cells);
        }
    }

    /// Puts the values of the items of a list into the columns that end here or
    /// further down, as a list. `above` leads from the items to this branch.
    fn gather<'a>(&'a self, list: &str, above: &mut Vec<&'a str>, cells: &mut [Cell<'_>]) {
        above.push(&self.segment);
        for column in &self.columns {
            if let Some(place) = cells.get_mut(*column) {
                *place = Cell::Json(Cow::Owned(value_at(list, above)));
            }
        }
        for branch in &self.branches {
            branch.gather(list, above, cells);
        }
        above.pop();
    }
}

/// The value that a path leads to, as compact JSON: of a list one value for each
/// item, unless the path numbers an item; `null` where it leads to nothing.
fn value_at(json: &str, path: &[&str]) -> String {
    let Some((first, rest)) = path.split_first() else {
        return compact(json).into_owned();
    };
    let found = if json.starts_with('{') {
        let members = members(json).unwrap_or_default();
        let found = members.iter().rfind(|(key, _)| key == first);
        found.map(|(_, value)| value_at(value, rest))
    } else if json.starts_with('[') {
        let items = items(json).unwrap_or_default();
        if let Ok(index) = first.parse::<usize>() {
            items.get(index).map(|item| value_at(item, rest))
        } else {
            let values: Vec<String> = items.iter().map(|item| value_at(item, path)).collect();
            Some(format!("[{}]", values.join(",")))
        }
    } else {
        None
    };
    found.unwrap_or_else(|| "null".to_owned())
}

#[cfg(test)]
#[path = "extract_tests.rs"]
mod tests;
