//! Answers that refuse: a status and the body that the API gives with it.
//!
//! Rules and checks make them; only the front of the sandbox turns them into
//! HTTP. Several errors of one request gather in one answer.

use serde_json::{Map, Value, json};

/// The key under which faults of the request as a whole stand.
pub(crate) const WHOLE: &str = "_schema";

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    /// JSON body.
    pub(crate) body: Value,
}

impl Refusal {
    /// The object is not there.
    pub(crate) fn not_found() -> Self {
        Self {
            status: 404,
            body: json!({"errors": "Not Found"}),
        }
    }

    /// No such route.
    pub(crate) fn no_endpoint() -> Self {
        Self {
            status: 404,
            body: json!({"error": "endpoint not found"}),
        }
    }

    /// There is no room for it now.
    pub(crate) fn too_many() -> Self {
        Self {
            status: 429,
            body: json!({"warning": "too many requests"}),
        }
    }

    /// One field is wrong.
    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        let mut faults = FieldErrors::default();
        faults.add(field, message);
        faults.into_refusal()
    }

    /// The request lacks these fields.
    pub(crate) fn missing(names: &[&str]) -> Self {
        let mut faults = FieldErrors::default();
        faults.add_missing(names);
        faults.into_refusal()
    }

    /// A fault whose value is a bare text, as some recorded answers have it.
    pub(crate) fn plainly(field: &str, message: &str) -> Self {
        Self {
            status: 422,
            body: json!({"errors": {field: message}}),
        }
    }

    /// Any other status with a text under `error`.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self {
            status,
            body: json!({"error": message}),
        }
    }
}

/// The faults found in one request, by field.
#[derive(Debug, Default)]
pub(crate) struct FieldErrors(Map<String, Value>);

impl FieldErrors {
    /// Notes a fault of a field; faults of one field gather in a list. A dotted
    /// path leads into objects and lists, and is answered nested.
    pub(crate) fn add(&mut self, path: &str, message: impl Into<String>) {
        let message = Value::Array(vec![Value::String(message.into())]);
        nest(&mut self.0, path, message);
    }

    /// Notes all fields that a request lacks, in one sentence about the whole.
    pub(crate) fn add_missing(&mut self, names: &[&str]) {
        if !names.is_empty() {
            let sentence = format!("Missing required fields: {}", names.join(", "));
            self.add(WHOLE, sentence);
        }
    }

    /// Notes the faults of a part under its place; another kind of refusal
    /// counts as a whole.
    pub(crate) fn add_all(&mut self, place: &str, part: Refusal) -> Result<(), Refusal> {
        let Some(Value::Object(faults)) = part.body.get("errors").filter(|_| part.status == 422)
        else {
            return Err(part);
        };
        for (field, messages) in faults {
            nest(&mut self.0, &format!("{place}.{field}"), messages.clone());
        }
        Ok(())
    }

    /// Nothing when there were none, else the answer that lists them all.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.into_refusal())
        }
    }

    fn into_refusal(self) -> Refusal {
        Refusal {
            status: 422,
            body: json!({"errors": self.0}),
        }
    }
}

/// Puts messages at a dotted path. Where messages about a whole object meet
/// those about its fields, the former come under `_schema`.
pub(crate) fn nest(fields: &mut Map<String, Value>, path: &str, messages: Value) {
    let (field, rest) = match path.split_once('.') {
        Some((field, rest)) => (field, Some(rest)),
        None => (path, None),
    };
    let place = fields
        .entry(field)
        .or_insert_with(|| Value::Object(Map::new()));
    match (rest, messages) {
        (None, Value::Array(more)) => match place {
            Value::Array(before) => before.extend(more),
            Value::Object(inner) if !inner.is_empty() => nest(inner, WHOLE, Value::Array(more)),
            place => *place = Value::Array(more),
        },
        (None, Value::Object(more)) => {
            for (deeper, messages) in more {
                nest(nested(place), &deeper, messages);
            }
        }
        (None, other) => *place = other,
        (Some(rest), messages) => nest(nested(place), rest, messages),
    }
}

/// The fields under a place, made when messages about the whole are there.
fn nested(place: &mut Value) -> &mut Map<String, Value> {
    if !place.is_object() {
        let whole = std::mem::take(place);
        *place = json!({WHOLE: whole});
    }
    match place {
        Value::Object(inner) => inner,
        _ => unreachable!("it was made an object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_dotted_paths_are_nested_and_keep_those_of_the_whole() {
        let mut faults = FieldErrors::default();
        faults.add("billing_address.city", "short");
        faults.add("billing_address", "odd");
        faults.add("plans", "few");
        faults.add("plans.1.type", "unknown");
        faults.add("plans.1.type", "long");
        faults.add_missing(&["email", "code"]);
        assert_eq!(
            Value::Object(faults.0),
            json!({
                "billing_address": {"city": ["short"], "_schema": ["odd"]},
                "plans": {"_schema": ["few"], "1": {"type": ["unknown", "long"]}},
                "_schema": ["Missing required fields: email, code"],
            })
        );
    }
}
