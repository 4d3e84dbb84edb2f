//! An event, as the list of events has it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use crate::catalog::Api;
use crate::sync::Micros;

/// Something that happened to an object of the store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreEvent {
    /// Its number.
    pub id: i64,
    /// When it happened; events have whole seconds.
    pub at: Timestamp,
    /// The kind of object, as the API calls one of them.
    pub object: String,
    /// The number of the object.
    pub object_id: String,
    /// The number of the customer whose object it is.
    pub customer_id: Option<String>,
    /// What happened.
    pub verb: String,
    /// Where it came from (`api`, `customer_portal`).
    pub origin: Option<String>,
    /// The actor, if the API names one.
    pub actor: Option<String>,
    /// The fields that changed.
    pub changes: Vec<FieldChange>,
}

/// A field that an event changed.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Its name.
    pub field: String,
    /// Its value before.
    pub before: Value,
    /// Its value after.
    pub after: Value,
}

#[derive(Deserialize)]
struct Raw {
    id: Value,
    object_id: Value,
    #[serde(default)]
    customer_id: Value,
    created_at: String,
    object_type: String,
    verb: String,
    #[serde(default)]
    updated_attributes: Value,
    #[serde(default)]
    source: Value,
}

impl StoreEvent {
    /// Reads an event of a list; `None` for a record that is not one.
    #[must_use]
    pub fn read(api: &Api, record: &str) -> Option<Self> {
        let raw: Raw = serde_json::from_str(record).ok()?;
        let zone = TimeZone::posix(api.zone).unwrap_or(TimeZone::UTC);
        let source = |name: &str| text_of(&raw.source[name]);
        Some(Self {
            id: text_of(&raw.id)?.parse().ok()?,
            at: Micros::read(&raw.created_at, &zone)?.timestamp(),
            object: singular(api, raw.object_type),
            object_id: text_of(&raw.object_id)?,
            customer_id: text_of(&raw.customer_id),
            verb: raw.verb,
            origin: source("origin"),
            actor: source("account_email").or_else(|| source("api_token_name")),
            changes: raw
                .updated_attributes
                .as_array()
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .filter_map(FieldChange::read)
                .collect(),
        })
    }

    /// The order of events: by time, then by number.
    #[must_use]
    pub const fn order(&self) -> (Timestamp, i64) {
        (self.at, self.id)
    }

    /// The change of a field.
    #[must_use]
    pub fn change(&self, field: &str) -> Option<&FieldChange> {
        self.changes.iter().find(|change| change.field == field)
    }
}

impl FieldChange {
    /// The new value is spelled `value` or `new_value`.
    fn read(item: &Value) -> Option<Self> {
        let field = item.get("attribute")?.as_str()?.to_owned();
        let after = item.get("value").or_else(|| item.get("new_value"));
        Some(Self {
            field,
            before: item.get("previous_value").cloned().unwrap_or(Value::Null),
            after: after.cloned().unwrap_or(Value::Null),
        })
    }
}

/// A number or a text as text; nothing for anything else.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Events name kinds of objects in the singular, and their filter in the plural.
fn singular(api: &Api, name: String) -> String {
    let mut resources = api.resources.iter();
    let known = resources.find(|resource| resource.name == name);
    known.map_or(name, |resource| resource.singular.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;

    #[test]
    fn an_event_is_read_however_its_new_values_are_spelled() {
        let record = r#"{"id":7,"object_id":"9","customer_id":null,
            "created_at":"2023-05-31T14:16:07","object_type":"subscriptions",
            "verb":"teleported","updated_attributes":[
            {"attribute":"price","previous_value":"12.00","value":"15.00"},
            {"attribute":"quantity","previous_value":3,"new_value":5},{"x":1}],
            "source":{"origin":"api","api_token_name":"T"}}"#;
        let event = StoreEvent::read(&API, record).unwrap();
        assert_eq!((event.id, event.object_id.as_str()), (7, "9"));
        assert_eq!(event.at.to_string(), "2023-05-31T14:16:07Z");
        assert_eq!(event.object, "subscription");
        assert_eq!(event.verb, "teleported");
        assert_eq!(event.origin.as_deref(), Some("api"));
        assert_eq!(event.changes.len(), 2);
        assert_eq!(event.change("quantity").unwrap().after, 5);
        assert!(StoreEvent::read(&API, "{\"id\":1}").is_none());
    }
}
