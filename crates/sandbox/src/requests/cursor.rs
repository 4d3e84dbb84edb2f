//! Cursors: where in a list a page ended, and what list it was.
//!
//! Unpadded base64url JSON, as real answers carry it: the sort order, the
//! filters and the position travel inside, so that only `limit` may be beside
//! it. Opaque to anyone who receives one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::requests::check::Query;

/// A place in a list, between two records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The record beside the place.
    pub(crate) starting_before_id: u64,
    /// What the list is sorted by, for that record.
    pub(crate) last_value: i64,
    /// Order of the list.
    pub(crate) sort_by: String,
    /// Which way to continue from the place.
    #[serde(rename = "cursor_dir")]
    pub(crate) direction: Direction,
    /// The list that the place is in.
    pub(crate) list: String,
    /// What the list was asked with.
    pub(crate) filters: Query,
}

/// Which way to read a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    Next,
    Previous,
}

impl Cursor {
    /// The cursor as answers carry it.
    pub(crate) fn seal(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The cursor that a request carries, if it is one.
    pub(crate) fn open(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_noise_does_not() {
        let cursor = Cursor {
            starting_before_id: 7,
            last_value: 1,
            sort_by: "id-desc".into(),
            direction: Direction::Next,
            list: "subscriptions.list".into(),
            filters: vec![("status".into(), "active".into())],
        };
        assert_eq!(Cursor::open(&cursor.seal()), Some(cursor));
        assert_eq!(Cursor::open("nonsense"), None);
        assert_eq!(Cursor::open("bm90IGpzb24"), None);
    }
}
