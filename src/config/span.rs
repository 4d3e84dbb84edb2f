//! The one reader of durations, for flags and variables: text comes in, a
//! [`Duration`] goes out.
//!
//! Dates relative to now (`7d`, `+1mo`) are not durations, as months and days
//! of the calendar differ in length; [`crate::api::request::Moment`] reads
//! those.

use std::time::Duration;

/// Reads a duration like `500ms`, `20s`, `1h` or `2d`; a day has 24 hours.
///
/// # Errors
/// Says which form is allowed.
pub fn span(word: &str) -> Result<Duration, String> {
    let span = word.parse::<jiff::Span>().ok();
    let span = span.and_then(|span| {
        let days = jiff::SpanRelativeTo::days_are_24_hours();
        Duration::try_from(span.to_duration(days).ok()?).ok()
    });
    span.ok_or_else(|| "a span like 500ms, 20s, 1h or 2d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_reads_or_refuses_any_size() {
        assert_eq!(span("1m"), Ok(Duration::from_secs(60)));
        assert_eq!(span("0s"), Ok(Duration::ZERO));
        for far in ["7304484d", "10000000h", "631107417600s"] {
            let read = span(far).unwrap();
            assert!(read > Duration::from_secs(1_000_000), "{far}");
            assert!(Duration::MAX.checked_add(read).is_none());
        }
        for wrong in [
            "-5s",
            "99999999999d",
            "19998y",
            "18446744073709551615s",
            "18446744073709551615ms",
            "999999999999999999999999s",
            "PT99999999999H",
            "1e300s",
            "",
        ] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
