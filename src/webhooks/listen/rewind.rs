//! The state of an object at an event. Takes the present object and the later events
//! that changed it; returns the object as it was.

use serde_json::{Map, Value};

use super::event::{StoreEvent, text_of};

/// An object, as its JSON has it.
pub(super) type Fields = Map<String, Value>;

/// How close a body is to that of the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyForm {
    /// The object as it was at the event, in all fields that events indicate.
    AsOf,
    /// The object as it is now, but for the fields that the event indicates: the
    /// later events are not known.
    Current,
    /// The object is deleted: its state when it was last read, with the known changes.
    LastSeen,
    /// The object is deleted and was never seen: its id.
    Stub,
    /// The object as it is now; no event reports the topic.
    Polled,
}

impl BodyForm {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::AsOf,
        Self::Current,
        Self::LastSeen,
        Self::Stub,
        Self::Polled,
    ];

    /// Its name, as the header and the log have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsOf => "as-of",
            Self::Current => "current",
            Self::LastSeen => "last-seen",
            Self::Stub => "stub",
            Self::Polled => "polled",
        }
    }
}

/// Undoes later events, the newest first, and applies `own` to the object, if it is an
/// event of this object. Each field that events
/// indicate has the value that it had then: what the next change found, or what
/// `own` left. A change that no event indicates is not an obstacle.
///
/// `untold` is the field that every change sets without an event: it becomes the time
/// of the event if a change was undone.
pub(super) fn rewound<'a>(
    now: &Fields,
    later: impl DoubleEndedIterator<Item = &'a StoreEvent>,
    own: Option<&StoreEvent>,
    untold: &str,
) -> Fields {
    let mut fields = now.clone();
    let mut is_changed = false;
    for event in later.rev() {
        is_changed = true;
        for change in &event.changes {
            fields.insert(change.field.clone(), change.before.clone());
        }
    }
    if let Some(own) = own {
        for change in &own.changes {
            // A number that is spelled as text in the event stays as it is.
            if !same(fields.get(&change.field), &change.after) {
                fields.insert(change.field.clone(), change.after.clone());
            }
        }
        if is_changed && let Some(Value::String(stamp)) = fields.get_mut(untold) {
            *stamp = stamped(stamp, own);
        }
    }
    fields
}

/// The time of an event in the form of another one.
fn stamped(like: &str, event: &StoreEvent) -> String {
    let time = event.at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let offset = like.get(time.len()..).unwrap_or_default();
    if offset.contains(['+', 'Z']) && !offset.starts_with("+00:00") && !offset.starts_with('Z') {
        return like.to_owned();
    }
    format!("{time}{offset}")
}

/// Whether a field has a value. A field that is missing is null, and a number may
/// be spelled as text.
pub(super) fn same(field: Option<&Value>, value: &Value) -> bool {
    let field = field.unwrap_or(&Value::Null);
    field == value || text_of(field).is_some_and(|text| text_of(value) == Some(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::webhooks::listen::FieldChange;

    use super::*;

    fn event(second: i64, changes: &[(&str, Value, Value)]) -> StoreEvent {
        StoreEvent {
            id: second,
            at: jiff::Timestamp::from_second(second).unwrap(),
            object: "subscription".to_owned(),
            object_id: "1".to_owned(),
            customer_id: None,
            verb: "updated".to_owned(),
            origin: None,
            actor: None,
            changes: changes
                .iter()
                .map(|(field, before, after)| FieldChange {
                    field: (*field).to_owned(),
                    before: before.clone(),
                    after: after.clone(),
                })
                .collect(),
        }
    }

    fn fields(value: Value) -> Fields {
        let Value::Object(fields) = value else {
            panic!("an object")
        };
        fields
    }

    fn events() -> Vec<StoreEvent> {
        vec![
            event(1, &[("n", json!(0), json!(1))]),
            event(
                2,
                &[("n", json!(1), json!(2)), ("t", json!("a"), json!("b"))],
            ),
            event(3, &[("n", json!(2), json!("3"))]),
        ]
    }

    #[test]
    fn later_changes_are_undone_and_the_order_of_fields_stays() {
        let stamp = "1970-01-01T00:00:03+00:00";
        let now = fields(json!({"n": 3, "updated_at": stamp, "t": "b"}));
        let events = events();
        let was = rewound(&now, events[1..].iter(), Some(&events[0]), "updated_at");
        assert_eq!(
            Value::from(was).to_string(),
            r#"{"n":1,"updated_at":"1970-01-01T00:00:01+00:00","t":"a"}"#
        );
    }

    #[test]
    fn an_event_that_the_object_does_not_show_yet_is_undone_all_the_same() {
        let now = fields(json!({"n": 2, "t": "b"}));
        let events = events();
        let was = rewound(&now, events[2..].iter(), Some(&events[1]), "updated_at");
        assert_eq!(was, now);
    }

    #[test]
    fn a_change_that_no_event_tells_of_is_undone_where_an_event_says_the_value() {
        let events = events();
        let now = fields(json!({"n": 7, "t": "c"}));
        let was = rewound(&now, events[1..].iter(), Some(&events[0]), "updated_at");
        assert_eq!(was, fields(json!({"n": 1, "t": "a"})));
        let was = rewound(&now, [].iter(), Some(&events[1]), "updated_at");
        assert_eq!(was, fields(json!({"n": 2, "t": "b"})));
    }
}
