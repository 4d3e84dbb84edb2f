//! Answers that refuse: a status and the body that the API gives with it.
//!
//! Rules and checks make them; only the front of the sandbox turns them into
//! HTTP. Several errors of one request gather in one answer.

use serde_json::{Map, Value, json};

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    /// JSON body.
    pub(super) body: Value,
}

impl Refusal {
    /// The object is not there.
    pub(super) fn not_found() -> Self {
        Self {
            status: 404,
            body: json!({"errors": "Not Found"}),
        }
    }

    /// No such route.
    pub(super) fn no_endpoint() -> Self {
        Self {
            status: 404,
            body: json!({"error": "endpoint not found"}),
        }
    }

    /// There is no room for it now.
    pub(super) fn too_many() -> Self {
        Self {
            status: 429,
            body: json!({"warning": "too many requests"}),
        }
    }

    /// One field is wrong.
    pub(super) fn invalid(field: &str, message: impl Into<String>) -> Self {
        let mut faults = Faults::default();
        faults.add(field, message);
        faults.into_refusal()
    }

    /// A fault whose value is a bare text, as some recorded answers have it.
    pub(super) fn plainly(field: &str, message: &str) -> Self {
        Self {
            status: 422,
            body: json!({"errors": {field: message}}),
        }
    }

    /// Any other status with a text under `error`.
    pub(super) fn error(status: u16, message: &str) -> Self {
        Self {
            status,
            body: json!({"error": message}),
        }
    }
}

/// The faults found in one request, by field.
#[derive(Debug, Default)]
pub(super) struct Faults(Map<String, Value>);

impl Faults {
    /// Notes a fault of a field; faults of one field gather in a list.
    pub(super) fn add(&mut self, field: &str, message: impl Into<String>) {
        let message = Value::String(message.into());
        match self.0.get_mut(field) {
            Some(Value::Array(messages)) => messages.push(message),
            _ => {
                self.0.insert(field.to_owned(), Value::Array(vec![message]));
            }
        }
    }

    /// Notes the faults of a part under its place; another kind of refusal
    /// counts as a whole.
    pub(super) fn add_all(&mut self, place: &str, part: Refusal) -> Result<(), Refusal> {
        let Some(Value::Object(faults)) = part.body.get("errors").filter(|_| part.status == 422)
        else {
            return Err(part);
        };
        for (field, messages) in faults {
            self.0.insert(format!("{place}.{field}"), messages.clone());
        }
        Ok(())
    }

    /// Nothing when there were none, else the answer that lists them all.
    pub(super) fn check(self) -> Result<(), Refusal> {
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
