//! The columns of a table that is there, compared with those that it is to have.

use super::{DELETED_AT, EXTRA, SYNCED_AT, SchemaPolicy, SyncTable, TableState};
use crate::error::{Error, Result};

/// A table at a destination.
pub(super) struct ExistingTable<'a> {
    /// The name of the destination, for messages.
    pub(super) place: &'a str,
    /// Its own name.
    pub(super) name: &'a str,
    /// The columns that it has.
    pub(super) columns: &'a [String],
    /// The columns of records that it had when it was last prepared.
    pub(super) known: &'a [String],
    /// Whether it has the versions of rows.
    pub(super) is_history: bool,
}

/// The columns of the catalog that are to be added, by their positions there. Columns
/// that somebody has added stay.
///
/// # Errors
/// Of kind `Usage`: somebody has removed a column that rows need.
pub(super) fn to_add(
    table: &SyncTable,
    there: &ExistingTable<'_>,
    policy: SchemaPolicy,
) -> Result<Vec<usize>> {
    let altered = |what: String| {
        let (place, name) = (there.place, there.name);
        Error::usage(format!("{place}: the table {name} was altered: {what}"))
    };
    let mut needed = vec![EXTRA, SYNCED_AT, table.key];
    needed.extend((!there.is_history).then_some(DELETED_AT));
    for column in needed {
        if !there.columns.iter().any(|known| known == column) {
            let error = altered(format!("it has no column {column}"));
            return Err(error.hint("drop the table, and the next run creates it again"));
        }
    }
    let mut lacking = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        if there.columns.iter().any(|known| known == column.name) {
            continue;
        }
        let is_gone = there.known.iter().any(|known| known == column.name);
        if is_gone && policy != SchemaPolicy::Refresh {
            let error = altered(format!("its column {} is missing", column.name));
            let hint = format!("--refresh {} adds it and reads all rows", table.name);
            return Err(error.hint(hint));
        }
        lacking.push(at);
    }
    match policy {
        SchemaPolicy::Evolve | SchemaPolicy::Refresh => Ok(lacking),
        SchemaPolicy::Freeze => Ok(Vec::new()),
    }
}

/// The state of a table that the destination keeps as JSON.
///
/// # Errors
/// Of kind `Usage`: it cannot be read, and the table is not read again.
pub(super) fn state_of(
    place: &str,
    table: &str,
    text: &str,
    policy: SchemaPolicy,
) -> Result<TableState> {
    match serde_json::from_str(text) {
        Ok(state) => Ok(state),
        Err(_) if policy == SchemaPolicy::Refresh => Ok(TableState::default()),
        Err(error) => Err(
            Error::usage(format!("{place}: the state of {table} cannot be read"))
                .hint(format!(
                    "--refresh {table} reads the table again from the beginning"
                ))
                .caused_by(error),
        ),
    }
}
