//! Days in the past, where the API is known to refuse them.

use serde_json::{Map, Value};

use super::moment::Now;
use crate::catalog::{Operation, Parameter};
use jiff::tz::TimeZone;

/// The parameters of an operation that must not lie in the past.
fn bounded(operation: &'static Operation) -> impl Iterator<Item = &'static Parameter> {
    operation.body.iter().filter(|parameter| parameter.not_past)
}

/// The first value of a body that lies in the past and must not, with its
/// parameter. A day is in the past when it is over by the clock of UTC.
pub(super) fn value<'a>(
    operation: &'static Operation,
    inner: &'a Map<String, Value>,
    now: &Now,
) -> Option<(&'static Parameter, &'a str)> {
    let today = now.instant.to_zoned(TimeZone::UTC).date();
    bounded(operation).find_map(|parameter| {
        let text = inner.get(parameter.name)?.as_str()?;
        let day: jiff::civil::Date = text.get(..10)?.parse().ok()?;
        (day < today).then_some((parameter, text))
    })
}

/// The note to show before such a value is sent.
pub(super) fn note(
    operation: &'static Operation,
    inner: &Map<String, Value>,
    now: &Now,
) -> Option<String> {
    let (parameter, text) = value(operation, inner, now)?;
    let name = parameter.name;
    Some(format!(
        "{name} {text} is in the past, which the API refuses"
    ))
}

/// The parameter of a composed body whose value lies in the past and must not.
#[must_use]
pub fn past_day(
    operation: &'static Operation,
    body: Option<&str>,
    now: &Now,
) -> Option<&'static Parameter> {
    bounded(operation).next()?;
    let body: Map<String, Value> = serde_json::from_str(body?).ok()?;
    let inner = operation.wrapper.and_then(|key| body.get(key)?.as_object());
    value(operation, inner.unwrap_or(&body), now).map(|(parameter, _)| parameter)
}
