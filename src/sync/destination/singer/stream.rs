//! A stream of a run: what its table asks for, and what was sent of it.

use super::keys::SentKey;
use super::record::RecordWriter;
use super::scan::ObjectFields;
use super::schema::deleted_message;
use super::state::StreamBookmark;
use crate::api::response::id_of;
use crate::error::{Error, Kind, Result};
use crate::sync::destination::RecordPage;
use crate::sync::table::{ReadMethod, SyncTable};

/// A stream of this run.
pub(super) struct StreamState {
    pub(super) table: SyncTable,
    pub(super) writer: RecordWriter,
    pub(super) schema: String,
    pub(super) is_announced: bool,
    pub(super) bookmark: StreamBookmark,
    /// Rows of the whole list that were sent in this run.
    pub(super) rows: u64,
    /// Deleted rows that were sent to the target, which did not confirm them yet.
    pub(super) gone: Vec<(String, String)>,
}

/// A table with a column of this name has no versions: meltanolabs-target-postgres
/// (0.8.1) binds a parameter of the same name when it ends older ones, and fails. Its
/// deleted rows are sent one by one.
const BOUND_NAME: &str = "version";

impl StreamState {
    /// Whether a complete read of the list shows that all other rows are deleted. A list
    /// that omits old rows does not.
    pub(super) fn is_versioned(&self) -> bool {
        let forgets = self.table.forgotten.is_some() || self.table.reach_days.is_some();
        let is_whole = self.table.method == ReadMethod::Whole;
        is_whole && !forgets && self.table.column(BOUND_NAME).is_none()
    }

    /// Whether the keys of its rows are kept.
    pub(super) fn keeps_keys(&self) -> bool {
        let removes = self.table.removed.is_some() || self.table.vanished.is_some();
        match self.table.method {
            ReadMethod::Whole => self.table.column(BOUND_NAME).is_some(),
            _ => removes,
        }
    }

    /// Appends what comes before the first record.
    pub(super) fn announce(&mut self, buffer: &mut Vec<u8>) {
        if std::mem::replace(&mut self.is_announced, true) {
            return;
        }
        push_line(buffer, &self.schema);
        for (key, at) in self.gone.drain(..) {
            push_line(buffer, &deleted_message(&self.table, &key, &at));
        }
    }

    /// The keys of a page.
    pub(super) fn keys_of(&self, batch: &RecordPage) -> Result<Vec<SentKey>> {
        let field = self.table.removed.map(|rows| rows.field);
        let key = |record: &str| {
            let key = id_of(record.as_bytes(), self.table.key).ok_or_else(|| {
                let what = format!("{}: a record has no {}", self.table.name, self.table.key);
                Error::new(Kind::Unreachable, what)
            })?;
            let kind = field.and_then(|field| text_of(record, field));
            Ok(SentKey { key, kind })
        };
        batch.records().map(key).collect()
    }
}

/// The text of a field of a record.
fn text_of(record: &str, name: &str) -> Option<String> {
    let mut fields = ObjectFields::of(record).ok()?.flatten();
    let field = fields.find(|field| field.name == name)?;
    serde_json::from_str(field.value).ok()
}

/// Appends a line.
pub(super) fn push_line(buffer: &mut Vec<u8>, line: &str) {
    buffer.extend_from_slice(line.as_bytes());
    buffer.push(b'\n');
}
