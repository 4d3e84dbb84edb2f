//! How far a table is, as the destination keeps it.

use serde::{Deserialize, Serialize};

use super::Micros;

/// How far the clocks of the API and of this machine may be apart. A bookmark that is
/// ahead by less hides changes for no longer than this.
pub(super) const CLOCKS_APART: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// The bookmark of rows up to `newest`, of a table that began to be read at `begun`: no
/// later than that.
///
/// A row that was read may change while the rest of its list is read, and the list does
/// not show it again where it keeps its place in it (a change within the second of the
/// one before, a row that is shown late, one of a further list that was read first). All
/// such changes are later than `begun`, so that the next run reads them, however long
/// this one takes. A store whose clock is far ahead of this machine's has no other
/// bookmark than its rows.
pub(super) fn bookmark_of(newest: Option<Micros>, begun: Micros, now: Micros) -> Option<Micros> {
    let newest = newest?;
    let is_ahead = newest > now.after(CLOCKS_APART);
    Some(if is_ahead { newest } else { newest.min(begun) })
}

/// How far a table is. The destination commits it with the rows that it is true
/// of, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableState {
    /// Everything up to this value of the replication key is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<Micros>,
    /// When a run last read the table to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<Micros>,
    /// When the whole list was last read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_whole: Option<Micros>,
}

impl TableState {
    /// Moves the bookmark on to a value; never back.
    pub fn advance(&mut self, newest: Option<Micros>) {
        self.bookmark = self.bookmark.max(newest);
    }
}

/// What a destination has of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStatus {
    /// Its name.
    pub name: String,
    /// Rows that the store has as well.
    pub rows: u64,
    /// Rows that the store no longer has.
    pub deleted: u64,
    /// How far it is.
    pub state: TableState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bookmark_is_no_later_than_the_run_unless_the_clock_of_the_store_is_far_ahead() {
        let at = |text: &str| -> Micros { text.parse().unwrap() };
        let (begun, now) = (at("2026-11-20T12:00:00Z"), at("2026-11-22T12:00:00Z"));
        for (newest, bookmark) in [
            ("2026-11-20T11:59:59Z", "2026-11-20T11:59:59Z"),
            ("2026-11-20T12:00:01Z", "2026-11-20T12:00:00Z"),
            // A run of days.
            ("2026-11-22T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("2026-11-23T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("2026-11-23T12:00:01Z", "2026-11-23T12:00:01Z"),
        ] {
            let found = bookmark_of(Some(at(newest)), begun, now);
            assert_eq!(found, Some(at(bookmark)), "{newest}");
        }
        assert_eq!(bookmark_of(None, begun, now), None);
    }
}
