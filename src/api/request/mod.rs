//! Requests: an operation and the values for it become one HTTP request. Pure:
//! it reads no file, knows no server and no token. It can print itself, for dry
//! runs.

mod body;
mod fill;
mod flaw;
pub mod header;
mod moment;
mod past;
mod path;
mod print;
pub mod sent;
mod set;
mod value;
mod word;

use crate::catalog::{Effect, Idempotency, Method, Operation, Parameter};
pub use body::free_body;
pub use fill::{compose, compose_task, fill, missing};
pub use flaw::Flaw;
pub use header::ExtraHeader;
pub use moment::{Moment, Now};
pub use past::past_day;
pub use path::{check_segment, normalized_path};
pub use print::{Printed, as_curl, as_json, as_text, quoted};
pub use word::check;

/// A request, complete but for the server and the token.
#[derive(Debug, Clone)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Path, percent-encoded, beginning with a slash.
    pub path: String,
    /// Query parameters in order, not encoded.
    pub query: Vec<(String, String)>,
    /// JSON body.
    pub body: Option<String>,
    /// Headers beside those of the program; each replaces one of the same name.
    pub headers: Vec<ExtraHeader>,
    /// The row it comes from; a free request has none.
    pub operation: Option<&'static Operation>,
    /// What the user should know before it is sent.
    pub notes: Vec<String>,
}

/// The values that a user gave for an operation, as they were typed.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Values of parameters.
    pub given: Vec<GivenValue>,
    /// A whole body, which the given values override.
    pub body: Option<String>,
    /// Nested values, which override both.
    pub set: Vec<Set>,
}

/// The words given for one parameter.
#[derive(Debug, Clone)]
pub struct GivenValue {
    /// The parameter.
    pub parameter: &'static Parameter,
    /// The words, in order; files are read already.
    pub words: Vec<String>,
}

/// One `--set path=value`.
#[derive(Debug, Clone)]
pub struct Set {
    /// Dotted path into the body.
    pub path: String,
    /// The value as typed.
    pub value: String,
    /// Whether it is text even when it looks like JSON.
    pub verbatim: bool,
}

impl Request {
    /// A request that was composed before: `target` is its path, and may carry
    /// a query, percent-encoded both.
    #[must_use]
    pub fn composed(
        operation: &'static Operation,
        target: impl Into<String>,
        body: Option<String>,
    ) -> Self {
        Self {
            method: operation.method,
            path: target.into(),
            query: Vec::new(),
            body,
            headers: Vec::new(),
            operation: Some(operation),
            notes: Vec::new(),
        }
    }

    /// Path and query, percent-encoded, as they are in a URL.
    #[must_use]
    pub fn target(&self) -> String {
        let mut target = self.path.clone();
        for (at, (name, value)) in self.query.iter().enumerate() {
            target.push(if at == 0 { '?' } else { '&' });
            target.push_str(&encode(name));
            target.push('=');
            target.push_str(&encode(value));
        }
        target
    }

    /// Sets a query parameter, replacing what it was.
    pub fn set_query(&mut self, name: &str, value: String) {
        match self.query.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.query.push((name.to_owned(), value)),
        }
    }

    /// Whether it may change something.
    #[must_use]
    pub fn changes(&self) -> bool {
        match self.operation {
            Some(operation) => operation.effect != Effect::Reads,
            None => !self.method.is_read(),
        }
    }

    /// What sending it a second time does. Of a free request nothing is known,
    /// so that only what reads is taken to be the same.
    #[must_use]
    pub fn again(&self) -> Idempotency {
        match self.operation {
            Some(operation) => sent::again(operation, self.body.as_deref()),
            None if self.method.is_read() => Idempotency::Idempotent,
            None => Idempotency::NotIdempotent,
        }
    }

    /// Whether it does what cannot be taken back.
    #[must_use]
    pub fn destroys(&self) -> bool {
        match self.operation {
            Some(operation) => sent::effect(operation, self.body.as_deref()) == Effect::Destroys,
            None => self.method == Method::Delete,
        }
    }

    /// A query parameter.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Percent-encodes all that is not safe in a path segment or a query value.
/// Commas and colons stay: lists and times remain readable.
#[must_use]
pub fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const UNSAFE: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~')
        .remove(b',')
        .remove(b':');
    utf8_percent_encode(text, UNSAFE).to_string()
}
