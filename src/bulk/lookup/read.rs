//! Requests the ids of a lookup.
//!
//! A list takes one value of a key at a time. Where many values are wanted
//! and no two objects share one, pages of the whole list are read first: in
//! most stores they have all of them in fewer requests. Values that no page
//! had are requested one by one.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::{ChildList, LookupKey, LookupTable, Resolution, folded};
use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::catalog::{Operation, ParameterRole};
use crate::error::Result;
use crate::filter::Flow;

/// Fewest values for which pages are read.
const FEWEST_FOR_PAGES: usize = 20;

/// Pages are read for at most this share of the requests that the values take
/// one by one.
const SHARE_OF_PAGES: usize = 4;

/// Most ids that are named where several objects match.
const NAMED: usize = 3;

/// Receives the progress of a lookup.
pub trait ReadObserver {
    /// Takes how many values were looked up so far, of how many.
    fn see(&self, done: u64, of: u64);
}

/// The most requests that a table takes.
#[must_use]
pub fn most_reads(table: &LookupTable) -> u64 {
    let values = table.spellings().len();
    let each = if table.key.child.is_some() { 3 } else { 2 };
    (values * each + most_pages(table)) as u64
}

fn most_pages(table: &LookupTable) -> usize {
    let values = table.spellings().len();
    if values < FEWEST_FOR_PAGES || !table.key.is_unique() {
        return 0;
    }
    values / SHARE_OF_PAGES
}

/// Resolves the values of a table; returns how many requests it took.
///
/// # Errors
/// A list cannot be read.
pub async fn read(
    table: &mut LookupTable,
    client: &Arc<Client>,
    observer: &dyn ReadObserver,
) -> Result<u64> {
    let mut reader = LookupReader {
        client,
        key: table.key,
        reads: 0,
    };
    let mut known = reader.pages(table, most_pages(table)).await?;
    let of = table.spellings().len() as u64;
    let mut resolved = Vec::with_capacity(table.spellings().len());
    for value in table.spellings() {
        observer.see(resolved.len() as u64, of);
        let owners = match (known.ids.remove(&folded(value)), known.is_whole) {
            (Some(ids), _) => ids,
            (None, true) => Vec::new(),
            (None, false) => reader.owners(value).await?,
        };
        let found = match (reader.key.child, owners.as_slice()) {
            (Some(child), [owner]) => reader.children(child, *owner).await?,
            _ => owners,
        };
        resolved.push(resolution(found));
    }
    table.resolve(resolved);
    Ok(reader.reads)
}

fn resolution(mut ids: Vec<u64>) -> Resolution {
    ids.sort_unstable();
    ids.dedup();
    match ids.as_slice() {
        [] => Resolution::Missing,
        [id] => Resolution::Id(*id),
        _ => {
            ids.truncate(NAMED);
            Resolution::Several(ids)
        }
    }
}

/// Ids by the values of pages.
#[derive(Default)]
struct KnownIds {
    ids: HashMap<String, Vec<u64>>,
    /// Whether the list was read to its end.
    is_whole: bool,
}

struct LookupReader<'a> {
    client: &'a Arc<Client>,
    key: LookupKey,
    reads: u64,
}

impl LookupReader<'_> {
    /// Reads at most so many pages of the whole list.
    async fn pages(&mut self, table: &LookupTable, most: usize) -> Result<KnownIds> {
        let mut known = KnownIds::default();
        if most == 0 {
            return Ok(known);
        }
        let key = self.key;
        let mut sink = PageSink {
            pages: 0,
            most: most as u64,
            is_cut: false,
            take: |record: &Value| {
                for value in values(&key, record) {
                    let value = folded(&value);
                    if table.values.contains_key(&value)
                        && let Some(id) = id(record)
                    {
                        known.ids.entry(value).or_default().push(id);
                    }
                }
                known.ids.len() == table.values.len()
            },
        };
        self.list(self.key.list, None, &mut sink).await?;
        known.is_whole = !sink.is_cut;
        Ok(known)
    }

    /// The objects that have a value of the key. The filter of a list may tell
    /// letters apart by case, so that another spelling is tried as well.
    async fn owners(&mut self, value: &str) -> Result<Vec<u64>> {
        let wanted = folded(value);
        for spelling in [value.to_owned(), wanted.clone()] {
            let key = self.key;
            let filter = Some((key.filter.name, spelling.clone()));
            let is_meant = |record: &Value| {
                let mut values = values(&key, record).into_iter();
                values.any(|value| folded(&value) == wanted)
            };
            let found = self.found(key.list, filter, is_meant).await?;
            if !found.is_empty() || value == wanted {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// The objects that belong to one.
    async fn children(&mut self, child: ChildList, owner: u64) -> Result<Vec<u64>> {
        let filter = Some((child.filter.name, owner.to_string()));
        let path = child.filter.name;
        let is_meant = |record: &Value| {
            record
                .get(path)
                .is_none_or(|other| other.as_u64() == Some(owner))
        };
        self.found(child.list, filter, is_meant).await
    }

    async fn found(
        &mut self,
        list: &'static Operation,
        filter: Option<(&str, String)>,
        is_meant: impl Fn(&Value) -> bool,
    ) -> Result<Vec<u64>> {
        let mut ids = Vec::new();
        let mut sink = PageSink {
            pages: 0,
            most: 1,
            is_cut: false,
            take: |record: &Value| {
                if is_meant(record) {
                    ids.extend(id(record));
                }
                false
            },
        };
        self.list(list, filter, &mut sink).await?;
        Ok(ids)
    }

    async fn list<T: FnMut(&Value) -> bool>(
        &mut self,
        list: &'static Operation,
        filter: Option<(&str, String)>,
        sink: &mut PageSink<T>,
    ) -> Result<()> {
        let mut request = Request::composed(list, list.path, None);
        if let Some(size) = list.query_for(ParameterRole::PageSize) {
            let most = self.client.api().maximum_page_size;
            request.set_query(size.name, most.to_string());
        }
        if let Some((name, value)) = filter {
            request.set_query(name, value);
        }
        let wanted = Wanted::of(list.response);
        let mut pages = Pages::new(Arc::clone(self.client), request, wanted);
        let read = pages.records(None, sink).await;
        self.reads += sink.pages.max(1);
        read.map(drop).map_err(ListFailure::into_error)
    }
}

/// Takes the records of at most so many pages.
struct PageSink<T> {
    pages: u64,
    most: u64,
    /// Whether pages may be left.
    is_cut: bool,
    /// Takes a record; returns whether no more are wanted.
    take: T,
}

impl<T: FnMut(&Value) -> bool> RecordSink for PageSink<T> {
    fn record(&mut self, record: &str) -> Result<Flow> {
        if let Ok(record) = serde_json::from_str(record)
            && (self.take)(&record)
        {
            self.pages += 1;
            self.is_cut = true;
            return Ok(Flow::Enough);
        }
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        self.pages += 1;
        if self.pages < self.most {
            return Ok(Flow::More);
        }
        self.is_cut = true;
        Ok(Flow::Enough)
    }
}

/// The values that a record has for a key: the parts of an id that it has
/// elsewhere count one by one.
fn values(key: &LookupKey, record: &Value) -> Vec<String> {
    let path = key.filter.stands_at.unwrap_or(key.filter.name);
    let mut value = record;
    for part in path.split('.') {
        value = &value[part];
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Object(parts) => parts.values().filter_map(text).collect(),
        other => text(other).into_iter().collect(),
    }
}

fn id(record: &Value) -> Option<u64> {
    record.get("id")?.as_u64()
}
