//! Answers that refuse: a status and the body that the API gives with it.
//!
//! Rules and checks make them; only the front of the sandbox turns them into
//! HTTP. Several errors of one request gather in one answer.

use serde_json::{Map, Value, json};

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
    /// Notes a fault of a field; faults of one field gather in a list.
    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
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
    pub(crate) fn add_all(&mut self, place: &str, part: Refusal) -> Result<(), Refusal> {
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
