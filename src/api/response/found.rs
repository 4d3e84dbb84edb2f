//! What is found in the body of an answer, and how its members are understood.
//!
//! In come members of the body as JSON; out come facts about the next page, and
//! remarks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use serde_json::value::RawValue;

use crate::api::client::Reading;
use crate::catalog::PageForm;

/// What was found so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) records: Option<Vec<Range<usize>>>,
    pub(super) cursor: Option<String>,
    pub(super) total_pages: Option<u64>,
    pub(super) mistyped: Option<&'static str>,
    pub(super) remarks: Vec<String>,
}

impl Found {
    /// Takes what a member of the body tells about the next page.
    pub(super) fn fact(&mut self, key: &str, raw: &str, reading: &Reading) {
        match reading.page {
            PageForm::Counted { total, .. } => match number_at(raw, &total[key.len()..]) {
                Ok(pages) => self.total_pages = pages,
                Err(_) => self.mistyped = Some("its number of pages is not a number"),
            },
            _ => match serde_json::from_str(raw) {
                Ok(cursor) => self.cursor = cursor,
                Err(_) => self.mistyped = Some("its cursor is not a string"),
            },
        }
    }

    /// Takes a remark that stands beside the data.
    pub(super) fn remark(&mut self, key: &str, said: &serde_json::Value) {
        if said.is_null() {
            return;
        }
        let said = said
            .as_str()
            .map_or_else(|| said.to_string(), str::to_owned);
        self.remarks.push(format!("{key}: {said}"));
    }
}

impl Reading {
    /// Whether a member of the body tells about the next page.
    pub(super) fn is_fact(&self, key: &str) -> bool {
        match self.page {
            PageForm::BodyCursor { field, .. } => key == field,
            PageForm::Counted { total, .. } => begins_path(total, key),
            _ => false,
        }
    }
}

/// Whether a dotted path is the name or begins with it.
fn begins_path(path: &str, name: &str) -> bool {
    let rest = path.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The number at a dotted path below a value (`.pagination.total_pages`).
fn number_at(mut raw: &str, path: &str) -> Result<Option<u64>, serde_json::Error> {
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let fields: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_str(raw)?;
        match fields.get(name) {
            Some(inner) => raw = inner.get(),
            None => return Ok(None),
        }
    }
    serde_json::from_str(raw)
}
