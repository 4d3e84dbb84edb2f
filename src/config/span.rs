//! Spans of time, as they are typed.

use std::time::Duration;

/// A span like `500ms`, `20s`, `1h` or `2d`.
///
/// # Errors
/// With what is allowed, in words.
pub fn span(word: &str) -> Result<Duration, String> {
    let span = word.parse::<jiff::Span>().ok();
    let span = span.and_then(|span| {
        let days = jiff::SpanRelativeTo::days_are_24_hours();
        Duration::try_from(span.to_duration(days).ok()?).ok()
    });
    span.ok_or_else(|| "a span like 500ms, 20s, 1h or 2d".to_owned())
}
