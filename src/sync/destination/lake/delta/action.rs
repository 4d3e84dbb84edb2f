//! The records of a log: the content of an entry, one per line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::columns::{KeptTable, MONTH};
use super::super::commit::TableNews;
use super::super::file::FileCounts;
use crate::api::client::USER_AGENT;
use crate::error::{Error, Result};
use crate::sync::Micros;

/// A record of a log. Other kinds are of features that these tables do not have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Action {
    /// The protocol versions that a reader and a writer need.
    Protocol(Protocol),
    /// The description of the table.
    MetaData(MetaData),
    /// A file is a part of the table.
    Add(AddFile),
    /// A file is no longer a part of the table.
    Remove(RemoveFile),
    /// The number of a batch, which prevents that it is written twice.
    Txn(Transaction),
    /// The writer of the entry, and its reason.
    CommitInfo(CommitInfo),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Protocol {
    min_reader_version: u32,
    min_writer_version: u32,
}

/// The description of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetaData {
    id: String,
    name: Option<String>,
    format: Value,
    /// The schema, as JSON text.
    pub(super) schema_string: String,
    partition_columns: Vec<String>,
    #[serde(default)]
    configuration: BTreeMap<String, String>,
    created_time: Option<i64>,
}

/// A file of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddFile {
    /// Its path within the folder of the table.
    pub(super) path: String,
    /// The values of the columns that the table is partitioned by.
    pub(super) partition_values: BTreeMap<String, Option<String>>,
    size: u64,
    modification_time: i64,
    data_change: bool,
    stats: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// A file that was a part of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RemoveFile {
    /// Its path within the folder of the table.
    pub(super) path: String,
    /// When it was removed, in milliseconds.
    pub(super) deletion_timestamp: i64,
    data_change: bool,
    extended_file_metadata: bool,
    partition_values: BTreeMap<String, Option<String>>,
    size: u64,
}

/// The number of a batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    app_id: String,
    version: u64,
    last_updated: i64,
}

/// Who wrote an entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommitInfo {
    timestamp: i64,
    operation: String,
    engine_info: String,
    /// The store of the table and its bookmark, as JSON text; only this program writes it.
    #[serde(default)]
    pub(super) rc_copy: Option<String>,
    /// Whether the entry describes the table by itself.
    #[serde(default)]
    pub(super) rc_snapshot: bool,
}

/// The tag with the number of deleted rows.
const DELETED: &str = "rc.deleted";

/// A time in milliseconds, as in logs.
pub(super) const fn millis(time: Micros) -> i64 {
    time.as_i64().div_euclid(1000)
}

impl MetaData {
    pub(super) fn new(news: &TableNews<'_>) -> Self {
        let partitioned = news.table.created.as_ref();
        Self {
            id: identifier(),
            name: Some(news.table.name.clone()),
            format: json!({"provider": "parquet", "options": {}}),
            schema_string: news.table.delta(),
            partition_columns: partitioned.map(|_| MONTH.to_owned()).into_iter().collect(),
            configuration: BTreeMap::new(),
            created_time: Some(millis(news.now)),
        }
    }
}

/// A random UUID of version 4.
fn identifier() -> String {
    let bits = fastrand::u128(..);
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let (parts, mut at) = ([8, 4, 4, 4, 12], 0);
    let parts: Vec<&str> = parts
        .iter()
        .map(|length| {
            at += length;
            &hex[at - length..at]
        })
        .collect();
    parts.join("-")
}

impl AddFile {
    pub(super) fn new(
        path: &str,
        partition_values: BTreeMap<String, Option<String>>,
        (size, now): (u64, Micros),
        key: &str,
        counts: &FileCounts,
    ) -> Self {
        let mut stats = json!({"numRecords": counts.rows});
        if let Some((least, greatest)) = counts.keys {
            stats["minValues"] = json!({ key: least });
            stats["maxValues"] = json!({ key: greatest });
            stats["nullCount"] = json!({ key: 0 });
        }
        Self {
            path: path.to_owned(),
            partition_values,
            size,
            modification_time: millis(now),
            data_change: true,
            stats: Some(stats.to_string()),
            tags: BTreeMap::from([(DELETED.to_owned(), counts.deleted.to_string())]),
        }
    }

    /// The same file in an entry that changes nothing.
    pub(super) fn unchanged(mut self) -> Self {
        self.data_change = false;
        self
    }

    /// The number of its rows.
    pub(super) fn rows(&self) -> u64 {
        let stats = self.stats.as_deref().unwrap_or("{}");
        let stats: Value = serde_json::from_str(stats).unwrap_or_default();
        stats["numRecords"].as_u64().unwrap_or_default()
    }

    /// The number of its deleted rows.
    pub(super) fn deleted(&self) -> u64 {
        let tag = self.tags.get(DELETED);
        tag.and_then(|tag| tag.parse().ok()).unwrap_or_default()
    }
}

impl RemoveFile {
    pub(super) fn of(file: AddFile, now: Micros) -> Self {
        Self {
            path: file.path,
            deletion_timestamp: millis(now),
            data_change: true,
            extended_file_metadata: true,
            partition_values: file.partition_values,
            size: file.size,
        }
    }

    /// The same file in an entry that changes nothing.
    pub(super) fn unchanged(mut self) -> Self {
        self.data_change = false;
        self
    }
}

impl Action {
    /// Every reader and writer of Delta Lake knows these versions.
    pub(super) const fn protocol() -> Self {
        Self::Protocol(Protocol {
            min_reader_version: 1,
            min_writer_version: 2,
        })
    }

    pub(super) fn transaction(table: &str, version: u64, now: Micros) -> Self {
        Self::Txn(Transaction {
            app_id: format!("recharge-cli/{table}"),
            version,
            last_updated: millis(now),
        })
    }

    pub(super) fn commit_info(
        operation: &str,
        kept: &KeptTable,
        is_snapshot: bool,
        now: Micros,
    ) -> Result<Self> {
        let text = serde_json::to_string(kept);
        let text = text.map_err(|error| Error::unexpected("an entry of a log").caused_by(error))?;
        Ok(Self::CommitInfo(CommitInfo {
            timestamp: millis(now),
            operation: operation.to_owned(),
            engine_info: USER_AGENT.to_owned(),
            rc_copy: Some(text),
            rc_snapshot: is_snapshot,
        }))
    }
}
