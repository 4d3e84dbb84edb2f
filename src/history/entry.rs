//! An entry of the history, and its form as a record.

use jiff::Timestamp;
use serde_json::json;

use crate::catalog::{Conventions, Field, FieldKind, FieldRole, Object, Tones, Type};

/// One write, as it was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The number of the entry.
    pub id: i64,
    /// When the write was sent for the first time.
    pub at: Timestamp,
    /// The names of command and verb, without values.
    pub command: String,
    /// HTTP method.
    pub method: String,
    /// Path without the query; secret segments are redacted.
    pub path: String,
    /// The name of the operation, where the path is one of the catalog.
    pub operation: Option<String>,
    /// Ids in the path; for a new object the id in the response.
    pub ids: Vec<String>,
    /// The name of the store, where it was known; `sandbox` for the local one.
    pub store: Option<String>,
    /// The address of the API; the local sandbox has none.
    pub base_url: Option<String>,
    /// The profile, unless the token came from elsewhere.
    pub profile: Option<String>,
    /// The name of a [`crate::api::client::WriteOutcome`].
    pub outcome: String,
    /// HTTP status of the last response.
    pub status: Option<u16>,
    /// The id by which support finds the request.
    pub request_id: Option<String>,
    /// Attempts; unknown while no end was reported.
    pub attempts: Option<u32>,
    /// When the end was reported.
    pub ended_at: Option<Timestamp>,
}

impl HistoryEntry {
    /// The entry as a record, as JSON text.
    #[must_use]
    pub fn record(&self) -> String {
        json!({
            "id": self.id,
            "at": time(self.at),
            "command": self.command,
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "ids": self.ids,
            "outcome": self.outcome,
            "status": self.status,
            "request_id": self.request_id,
            "attempts": self.attempts,
            "ended_at": self.ended_at.map(time),
            "store": self.store,
            "profile": self.profile,
            "base_url": self.base_url,
        })
        .to_string()
    }
}

/// A time to the second, in UTC.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The fields of an entry. Where a table has no room, the last columns are
/// left out.
pub static ENTRY: Object = Object {
    name: "history_entry",
    fields: &[
        field("id", FieldKind::Integer),
        field("at", FieldKind::Time),
        field("command", FieldKind::Text),
        field("method", FieldKind::Text),
        field("path", FieldKind::Text),
        field("operation", FieldKind::Text),
        field("ids", FieldKind::Json),
        field("outcome", FieldKind::Text),
        field("status", FieldKind::Integer),
        field("request_id", FieldKind::Text),
        field("attempts", FieldKind::Integer),
        field("ended_at", FieldKind::Time),
        field("store", FieldKind::Text),
        field("profile", FieldKind::Text),
        field("base_url", FieldKind::Text),
    ],
    columns: &[
        "id", "at", "command", "outcome", "path", "ids", "store", "profile", "status",
    ],
    conventions: &Conventions::PLAIN,
};

const fn field(name: &'static str, holds: FieldKind) -> Field {
    let kind = match holds {
        FieldKind::Integer => Type::Integer,
        FieldKind::Time => Type::DateTime,
        FieldKind::Json => Type::Array,
        _ => Type::String,
    };
    Field {
        name,
        short: None,
        kind: holds,
        documented: kind,
        shown: kind,
        values: &[],
        tones: Tones::NONE,
        role: FieldRole::Plain,
        beyond: None,
        secret: false,
    }
}
