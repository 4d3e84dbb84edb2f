//! How far each stream is, in the two shapes that Singer states have.
//!
//! Read are the shape of the SDK (`replication_key_value`), that of `tap-recharge`
//! (the time itself), and the older one with the name of the replication key. The
//! first is written. Members that are not known stay as they are.

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::sync::moment::Micros;
use crate::sync::table::SyncTable;
use crate::sync::{StoreKey, TableState};

/// The bookmarks of the streams.
const BOOKMARKS: &str = "bookmarks";
/// The store that the bookmarks belong to. Other programs pass it on unread.
const COPY_OF: &str = "copy_of";
const KEY: &str = "replication_key";
const VALUE: &str = "replication_key_value";
const COMPLETED: &str = "completed";
const READ_WHOLE: &str = "read_whole";
const ROWS: &str = "rows";

/// How far a stream is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamBookmark {
    /// How far its table is.
    pub state: TableState,
    /// The rows of a list that was read whole, when it was last read to its end.
    pub rows: Option<u64>,
}

impl StreamBookmark {
    /// Whether no part of this one is older than that of another.
    fn covers(&self, other: &Self) -> bool {
        let (own, other) = (&self.state, &other.state);
        own.bookmark >= other.bookmark
            && own.completed >= other.completed
            && own.read_whole >= other.read_whole
    }
}

/// A Singer state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SingerState {
    members: Map<String, Value>,
}

/// How a state that a target printed compares with the confirmed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It confirms nothing new.
    Nothing,
    /// It confirms more than was confirmed before.
    More,
    /// It names something that was not sent.
    Foreign,
}

impl SingerState {
    /// Reads a state, or a whole STATE message.
    ///
    /// # Errors
    /// Of kind `Usage`, naming `from`: the text is not a JSON object.
    pub fn parse(text: &str, from: &str) -> Result<Self> {
        let wrong = || {
            Error::usage(format!("{from} is not a Singer state"))
                .hint(r#"a state is a JSON object with "bookmarks""#)
        };
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_str(text).map_err(|error| wrong().caused_by(error))?;
        Self::of(value).ok_or_else(wrong)
    }

    /// The state that a value is.
    fn of(value: Value) -> Option<Self> {
        let Value::Object(mut members) = value else {
            return None;
        };
        // A line of a log of messages, and the wrapping that Meltano keeps.
        for name in ["value", "singer_state"] {
            if !members.contains_key(BOOKMARKS)
                && let Some(Value::Object(inner)) = members.remove(name)
            {
                members = inner;
            }
        }
        let is_map = members.get(BOOKMARKS).is_none_or(Value::is_object);
        is_map.then_some(Self { members })
    }

    /// How far the stream of a table is.
    ///
    /// # Errors
    /// Of kind `Usage`, naming `from`: its bookmark cannot be read.
    pub fn bookmark(&self, table: &SyncTable, from: &str) -> Result<StreamBookmark> {
        let Some(value) = self
            .members
            .get(BOOKMARKS)
            .and_then(|all| all.get(&table.name))
        else {
            return Ok(StreamBookmark::default());
        };
        read_bookmark(value, table.method.field()).ok_or_else(|| {
            Error::usage(format!(
                "{from}: the bookmark of {} cannot be read",
                table.name
            ))
            .hint(format!(
                "without it, or with --refresh {}, the table is read again from the start",
                table.name
            ))
        })
    }

    /// Sets how far the stream of a table is.
    pub fn set(&mut self, table: &SyncTable, bookmark: &StreamBookmark) {
        let mut value = Map::new();
        let state = &bookmark.state;
        if let (Some(field), Some(time)) = (table.method.field(), state.bookmark) {
            value.insert(KEY.to_owned(), json!(field));
            value.insert(VALUE.to_owned(), json!(time));
        }
        for (name, time) in [(COMPLETED, state.completed), (READ_WHOLE, state.read_whole)] {
            if let Some(time) = time {
                value.insert(name.to_owned(), json!(time));
            }
        }
        if let Some(rows) = bookmark.rows {
            value.insert(ROWS.to_owned(), json!(rows));
        }
        let all = self.members.entry(BOOKMARKS).or_insert_with(|| json!({}));
        if let Value::Object(all) = all {
            all.insert(table.name.clone(), Value::Object(value));
        }
    }

    /// The store that it belongs to, as it was named.
    #[must_use]
    pub fn copy_of(&self) -> Option<&str> {
        self.members.get(COPY_OF)?.as_str()
    }

    /// Sets the store that it belongs to.
    pub fn set_copy_of(&mut self, store: &StoreKey) {
        let store = json!(store.to_string());
        self.members.insert(COPY_OF.to_owned(), store);
    }

    /// The state as JSON text.
    #[must_use]
    pub fn text(&self) -> String {
        // A map of texts and numbers can always be written.
        serde_json::to_string(&self.members).unwrap_or_default()
    }

    /// Takes over the bookmarks of a line that a target printed, if they are newer than
    /// this state and not newer than the sent one.
    ///
    /// Targets print states unchanged, or combine parts of several: so each stream is
    /// compared separately, and no bookmark moves back.
    pub fn confirm(&mut self, printed: &str, sent: &Self, tables: &[SyncTable]) -> Confirmation {
        let printed = serde_json::from_str(printed).ok().and_then(Self::of);
        let Some(printed) = printed else {
            return Confirmation::Foreign;
        };
        let mut is_more = false;
        for table in tables {
            let of = |state: &Self| state.bookmark(table, "").ok();
            let Some(theirs) = of(&printed) else {
                return Confirmation::Foreign;
            };
            let sent = of(sent).unwrap_or_default();
            if !sent.covers(&theirs) {
                return Confirmation::Foreign;
            }
            let kept = of(self).unwrap_or_default();
            if theirs != kept && theirs.covers(&kept) {
                self.set(table, &theirs);
                is_more = true;
            }
        }
        if is_more {
            Confirmation::More
        } else {
            Confirmation::Nothing
        }
    }

    /// The tables whose bookmark is not that of another state.
    pub(super) fn behind<'t>(&self, sent: &Self, tables: &'t [SyncTable]) -> Vec<&'t str> {
        let is_behind =
            |table: &&SyncTable| self.bookmark(table, "").ok() != sent.bookmark(table, "").ok();
        let behind = tables.iter().filter(is_behind);
        behind.map(|table| table.name.as_str()).collect()
    }
}

fn read_bookmark(value: &Value, field: Option<&str>) -> Option<StreamBookmark> {
    let time = |value: &Value| -> Option<Option<Micros>> {
        match value {
            Value::Null => Some(None),
            Value::String(text) => Micros::read(text, &jiff::tz::TimeZone::UTC).map(Some),
            _ => None,
        }
    };
    let members = match value {
        Value::Object(members) => members,
        // The shape of tap-recharge.
        other => {
            return Some(StreamBookmark {
                state: TableState {
                    bookmark: time(other)?,
                    ..TableState::default()
                },
                rows: None,
            });
        }
    };
    let member = |name: &str| members.get(name).map_or(Some(None), time);
    let bookmark = match (field, members.contains_key(VALUE)) {
        (Some(_), true) => member(VALUE)?,
        (Some(field), false) => member(field)?,
        // A list that is read whole has none, even if another program stored one.
        (None, _) => None,
    };
    Some(StreamBookmark {
        state: TableState {
            bookmark,
            completed: member(COMPLETED)?,
            read_whole: member(READ_WHOLE)?,
        },
        rows: members.get(ROWS).and_then(Value::as_u64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::FAMILY;
    use crate::sync::tables;

    fn table(name: &str) -> SyncTable {
        let mut all = tables(&FAMILY, None).into_iter();
        all.find(|table| table.name == name).unwrap()
    }

    fn charges_of(text: &str) -> Option<String> {
        let state = SingerState::parse(text, "state.json").unwrap();
        let bookmark = state.bookmark(&table("charges"), "state.json").unwrap();
        bookmark.state.bookmark.map(|time| time.to_string())
    }

    #[test]
    fn bookmarks_of_every_shape_are_read() {
        for text in [
            r#"{"bookmarks":{"charges":"2026-11-20T10:00:00.000000Z"},"currently_syncing":null}"#,
            r#"{"bookmarks":{"charges":{"updated_at":"2026-11-20T10:00:00Z"}}}"#,
            r#"{"bookmarks":{"charges":{"replication_key":"updated_at","replication_key_value":"2026-11-20T10:00:00+00:00"}}}"#,
            r#"{"type":"STATE","value":{"bookmarks":{"charges":"2026-11-20T10:00:00Z"}}}"#,
            r#"{"singer_state":{"bookmarks":{"charges":"2026-11-20T10:00:00Z"}}}"#,
        ] {
            assert_eq!(
                charges_of(text).as_deref(),
                Some("2026-11-20T10:00:00Z"),
                "{text}"
            );
        }
        assert_eq!(charges_of("{}"), None);
        assert_eq!(charges_of(""), None);
    }

    #[test]
    fn a_state_that_cannot_be_read_is_refused_by_name() {
        for text in ["[]", "12", "{\"bookmarks\":[]}", "{"] {
            let error = SingerState::parse(text, "state.json").unwrap_err();
            assert_eq!(error.message, "state.json is not a Singer state", "{text}");
        }
        let state = SingerState::parse(r#"{"bookmarks":{"charges":"soon"}}"#, "").unwrap();
        let error = state.bookmark(&table("charges"), "state.json").unwrap_err();
        assert_eq!(
            error.message,
            "state.json: the bookmark of charges cannot be read"
        );
    }

    #[test]
    fn members_of_others_stay_when_a_bookmark_is_set() {
        let text = r#"{"bookmarks":{"other":{"a":1}},"currently_syncing":"x"}"#;
        let mut state = SingerState::parse(text, "").unwrap();
        let mut bookmark = StreamBookmark::default();
        bookmark.state.bookmark = "2026-11-20T10:00:00Z".parse().ok();
        state.set(&table("charges"), &bookmark);
        let value: Value = serde_json::from_str(&state.text()).unwrap();
        assert_eq!(value["bookmarks"]["other"]["a"], 1);
        assert_eq!(value["currently_syncing"], "x");
        assert_eq!(
            value["bookmarks"]["charges"],
            json!({"replication_key": "updated_at", "replication_key_value": "2026-11-20T10:00:00Z"})
        );
    }

    #[test]
    fn what_a_target_printed_never_goes_back_nor_beyond_what_was_sent() {
        let all = [table("charges"), table("orders")];
        let at = |charges: &str, orders: &str| {
            let text = format!(
                r#"{{"bookmarks":{{"charges":"2026-11-{charges}","orders":"2026-11-{orders}"}}}}"#
            );
            SingerState::parse(&text, "").unwrap()
        };
        let sent = at("20", "20");
        let mut kept = at("10", "10");
        let mut confirm = |printed: &str, expected| {
            assert_eq!(kept.confirm(printed, &sent, &all), expected, "{printed}");
            kept.behind(&sent, &all).len()
        };
        assert_eq!(confirm(&at("05", "05").text(), Confirmation::Nothing), 2);
        assert_eq!(confirm(&at("21", "10").text(), Confirmation::Foreign), 2);
        assert_eq!(confirm("done", Confirmation::Foreign), 2);
        assert_eq!(confirm("null", Confirmation::Foreign), 2);
        // Parts of two states: one stream is newer, the other one older.
        assert_eq!(confirm(&at("20", "05").text(), Confirmation::More), 1);
        assert_eq!(confirm(&at("15", "20").text(), Confirmation::More), 0);
        assert_eq!(confirm(&at("10", "10").text(), Confirmation::Nothing), 0);
    }
}
