//! A store that is put together from records, as a copy of a real store has them.
//!
//! Takes records as the API answers them; returns a [`State`]. What the API never
//! answers (work to be done, sessions) begins empty.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::storage::settings::OBJECT;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record;
use recharge_catalog::Object;

/// Fields of days. Recorded answers have no time in them, and copies add one.
const DAYS: &[(TableName, &str)] = &[(TableName::Charges, "scheduled_at")];

/// Letters of a day: `2026-01-31`.
const DAY: usize = 10;

/// Takes the time from a day.
fn shorten(record: &mut Map<String, Value>, field: &str) {
    if let Some(Value::String(text)) = record.get_mut(field)
        && text.is_char_boundary(DAY)
    {
        text.truncate(DAY);
    }
}

/// Takes records, and makes a store of them.
#[derive(Debug)]
pub struct StoreRecords {
    state: State,
}

impl StoreRecords {
    /// A store without any objects, whose clock shows `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            state: State::empty(now),
        }
    }

    /// Adds a record of an object. Returns whether the store keeps such records.
    ///
    /// # Errors
    /// In words: another record of the object has the same id.
    pub fn add(&mut self, object: &Object, mut record: Map<String, Value>) -> Result<bool, String> {
        let Some(name) = TableName::of(object) else {
            return Ok(self.settings(object, record));
        };
        for (_, field) in DAYS.iter().filter(|(table, _)| *table == name) {
            shorten(&mut record, field);
        }
        let table = &mut self.state.tables[name as usize];
        let next = &mut self.state.next[name as usize];
        // Some records have no number of their own; the store counts them.
        let id = record::id(&record, "id").unwrap_or(*next);
        if table.holds(id) {
            return Err(format!("{} {id} is listed twice", object.name));
        }
        *next = (*next).max(id.saturating_add(1));
        let text = Value::Object(record.clone()).to_string();
        table.put_text(id, &record, &text);
        Ok(true)
    }

    /// The settings of the store: what they lack stays as a new store has it.
    fn settings(&mut self, object: &Object, record: Map<String, Value>) -> bool {
        let is_settings = object.name == OBJECT;
        if is_settings {
            for (name, value) in record {
                record::set(&mut self.state.store, &name, value);
            }
        }
        is_settings
    }

    /// The store.
    #[must_use]
    pub fn finish(mut self) -> State {
        for (table, next) in self.state.tables.iter_mut().zip(&self.state.next) {
            table.settle(*next);
        }
        self.state
    }
}
