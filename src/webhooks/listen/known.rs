//! Stored objects, for those that are deleted before they are read: each in its last
//! known state, with the changes that events have reported since.
//!
//! It becomes the object as of an event only if every change since it was read is
//! known. This is true for a listener that has followed the events since then:
//! [`KnownObjects::apply`] applies each change, for all topics.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::event::{FieldChange, StoreEvent};
use super::rewind::{Fields, same};
use crate::catalog::{Api, Resource};
use crate::error::Result;
use crate::webhooks::deliveries::{DeliveryLog, KnownObject};

/// The objects that listeners to a store have read.
pub(super) struct KnownObjects<'a> {
    pub(super) api: &'static Api,
    pub(super) log: &'a DeliveryLog,
    pub(super) store: &'a str,
    /// The time since which every event was applied.
    pub(super) since: Timestamp,
    /// The present.
    pub(super) now: Timestamp,
}

/// An object that cannot be read any more.
#[derive(Debug)]
pub(super) struct GoneObject {
    /// Its fields, with every change that is known.
    pub(super) fields: Fields,
    /// Whether there was no other change.
    pub(super) is_complete: bool,
}

/// The resource of a kind of object, as events name it.
pub(super) fn resource_of(api: &'static Api, object: &str) -> Option<&'static Resource> {
    let mut resources = api.resources.iter();
    resources.find(|resource| resource.singular == object)
}

impl KnownObjects<'_> {
    /// Applies the changes of new events to the stored objects. `all` are the
    /// events that were read, the oldest first, with the new ones among them;
    /// `is_whole` says whether they reach to now.
    pub(super) fn apply(
        &self,
        all: &[StoreEvent],
        new: &[StoreEvent],
        is_whole: bool,
    ) -> Result<()> {
        let mut changed: BTreeMap<(&'static str, &str), Vec<&StoreEvent>> = BTreeMap::new();
        for event in new {
            if let Some(resource) = resource_of(self.api, &event.object) {
                let key = (resource.name, event.object_id.as_str());
                changed.entry(key).or_default().push(event);
            }
        }
        let mut kept = Vec::new();
        for ((resource, id), new) in changed {
            let Some(mut known) = self.log.known(self.store, resource, id)? else {
                continue;
            };
            if is_whole {
                let own =
                    |event: &&StoreEvent| event.object == new[0].object && event.object_id == id;
                let own: Vec<&StoreEvent> = all.iter().filter(own).collect();
                advance(&mut known, &own, &new);
            } else {
                // Later changes may be in its fields already.
                known.is_complete = false;
            }
            kept.push((resource, id.to_owned(), known));
        }
        self.log.keep_known(self.store, &kept, self.now)
    }

    /// Stores objects that were read just now.
    pub(super) fn keep<'b>(
        &self,
        objects: impl Iterator<Item = (&'static str, &'b str, &'b Fields)>,
    ) -> Result<()> {
        let kept: Vec<_> = objects
            .map(|(resource, id, fields)| {
                let known = KnownObject {
                    read_at: self.now,
                    is_complete: true,
                    fields: serde_json::to_string(fields).unwrap_or_default(),
                };
                (resource, id.to_owned(), known)
            })
            .collect();
        self.log.keep_known(self.store, &kept, self.now)
    }

    /// The stored state of an object that cannot be read.
    pub(super) fn gone(&self, resource: &str, id: &str) -> Result<Option<GoneObject>> {
        let Some(known) = self.log.known(self.store, resource, id)? else {
            return Ok(None);
        };
        let fields = serde_json::from_str(&known.fields).ok();
        Ok(fields.map(|fields| GoneObject {
            fields,
            is_complete: known.is_complete && known.read_at >= self.since,
        }))
    }
}

/// Puts into an object what new events changed: of each field the value that the
/// last of all events left, as a row of the list may appear late. Where a field has
/// a value that no event knows of, a change is missing.
fn advance(known: &mut KnownObject, all: &[&StoreEvent], new: &[&StoreEvent]) {
    let Ok(mut fields) = serde_json::from_str::<Fields>(&known.fields) else {
        known.is_complete = false;
        return;
    };
    let mut changes: BTreeMap<&str, Vec<&FieldChange>> = BTreeMap::new();
    for change in all.iter().flat_map(|event| &event.changes) {
        changes.entry(&change.field).or_default().push(change);
    }
    for field in new.iter().flat_map(|event| &event.changes) {
        let Some(changes) = changes.remove(field.field.as_str()) else {
            continue;
        };
        let value = fields.get(&field.field);
        known.is_complete &= changes
            .iter()
            .any(|change| same(value, &change.before) || same(value, &change.after));
        if let Some(last) = changes.last() {
            put(&mut fields, &last.field, &last.after);
        }
    }
    known.fields = Value::Object(fields).to_string();
}

/// Sets a field, unless it has that value in another spelling.
fn put(fields: &mut Fields, field: &str, value: &Value) {
    if !same(fields.get(field), value) {
        fields.insert(field.to_owned(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::recharge::API;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn event(id: i64, second: i64, changes: &[(&str, i64, i64)]) -> StoreEvent {
        StoreEvent {
            id,
            at: at(second),
            object: "charge".to_owned(),
            object_id: "1".to_owned(),
            customer_id: None,
            verb: "updated".to_owned(),
            origin: None,
            actor: None,
            changes: changes
                .iter()
                .map(|(field, before, after)| FieldChange {
                    field: (*field).to_owned(),
                    before: json!(before),
                    after: json!(after),
                })
                .collect(),
        }
    }

    /// What is known of a charge that was read at second 100 with `n` at 1, after
    /// these events came.
    fn known(since: i64, all: &[StoreEvent], new: &[StoreEvent], is_whole: bool) -> GoneObject {
        let folder = tempfile::tempdir().unwrap();
        let log = DeliveryLog::create_below(folder.path()).unwrap();
        let known = KnownObjects {
            api: &API,
            log: &log,
            store: "s",
            since: at(since),
            now: at(100),
        };
        let Value::Object(fields) = json!({"id": 1, "n": 1, "m": "7"}) else {
            panic!("an object")
        };
        let kept = [("charges", "1", &fields)];
        known.keep(kept.into_iter()).unwrap();
        known.apply(all, new, is_whole).unwrap();
        known.gone("charges", "1").unwrap().unwrap()
    }

    #[test]
    fn changes_are_put_in_and_the_object_stays_complete() {
        let events = [
            event(1, 101, &[("n", 1, 2), ("m", 7, 8)]),
            event(2, 102, &[("n", 2, 3)]),
        ];
        let gone = known(100, &events, &events, true);
        assert!(gone.is_complete);
        assert_eq!(Value::from(gone.fields), json!({"id": 1, "n": 3, "m": 8}));
    }

    #[test]
    fn a_change_that_was_in_the_object_already_is_no_gap() {
        let events = [event(1, 99, &[("n", 0, 1)])];
        let gone = known(100, &events, &events, true);
        assert!(gone.is_complete);
        assert_eq!(gone.fields["n"], 1);
    }

    #[test]
    fn a_row_that_appears_late_does_not_undo_what_happened_after_it() {
        let events = [event(2, 101, &[("n", 1, 2)]), event(1, 102, &[("n", 2, 3)])];
        let gone = known(100, &events, &events[..1], true);
        assert_eq!(gone.fields["n"], 3);
    }

    #[test]
    fn an_object_is_not_complete_when_a_change_of_it_may_be_missing() {
        // A value that no event knows of.
        let events = [event(1, 101, &[("n", 5, 6)])];
        assert!(!known(100, &events, &events, true).is_complete);
        // Read before the listener began: the changes in between are unknown.
        let events = [event(1, 121, &[("n", 1, 2)])];
        assert!(!known(120, &events, &events, true).is_complete);
        // Later events are not known.
        assert!(!known(100, &events, &events, false).is_complete);
    }

    #[test]
    fn number_that_an_event_spells_as_text_is_the_same_value() {
        let events = [event(1, 101, &[("m", 6, 7)])];
        let gone = known(100, &events, &events, true);
        assert!(gone.is_complete);
        assert_eq!(gone.fields["m"], "7");
    }
}
