//! Whether a successful update shows what was sent. Some updates are answered
//! with success and change nothing, as of a subscription that is not active.
//!
//! Takes the body that was sent and the record that was answered; returns what
//! to tell. Pure.

use serde_json::{Map, Value};

use crate::catalog::Method;

/// A note when the answer shows none of the values that were sent, though it
/// has their fields.
pub(super) fn note(method: Method, body: Option<&str>, record: &str) -> Option<String> {
    if method != Method::Put {
        return None;
    }
    let sent: Map<String, Value> = serde_json::from_str(body?).ok()?;
    let answered: Map<String, Value> = serde_json::from_str(record).ok()?;
    let shown = sent
        .iter()
        .filter_map(|(name, value)| Some((name, plain(value)?, plain(answered.get(name)?)?)));
    let mut differing = Vec::new();
    for (name, sent, answered) in shown {
        if is_same(&sent, &answered) {
            return None;
        }
        differing.push(format!("{name} is {answered}, not {sent}"));
    }
    if differing.is_empty() {
        return None;
    }
    Some(format!(
        "the API reported success, but shows none of the changes: {}",
        differing.join("; ")
    ))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some("null".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether two values say the same: amounts are written with or without cents,
/// days with or without a time, words in any case.
fn is_same(sent: &str, answered: &str) -> bool {
    if sent.eq_ignore_ascii_case(answered) {
        return true;
    }
    if let (Ok(sent), Ok(answered)) = (sent.parse::<f64>(), answered.parse::<f64>()) {
        return (sent - answered).abs() < 0.005;
    }
    let day = |text: &str| {
        text.get(..10)
            .filter(|day| day.contains('-'))
            .map(str::to_owned)
    };
    matches!((day(sent), day(answered)), (Some(sent), Some(answered)) if sent == answered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(sent: &str, answered: &str) -> Option<String> {
        note(Method::Put, Some(sent), answered)
    }

    #[test]
    fn success_that_shows_no_change_is_told() {
        let told = noted(r#"{"quantity":"9"}"#, r#"{"id":1,"quantity":2}"#).unwrap();
        assert!(told.ends_with("quantity is 2, not 9"), "{told}");
    }

    #[test]
    fn answers_that_show_the_change_in_their_own_form_are_not() {
        for (sent, answered) in [
            (r#"{"quantity":"9"}"#, r#"{"quantity":9}"#),
            (r#"{"price":"12.5"}"#, r#"{"price":"12.50"}"#),
            (
                r#"{"day":"2026-12-01"}"#,
                r#"{"day":"2026-12-01T00:00:00"}"#,
            ),
            (r#"{"quantity":9,"sku":"A"}"#, r#"{"quantity":2,"sku":"A"}"#),
            (r#"{"unknown":9}"#, r#"{"quantity":2}"#),
            (r#"{"list":[9]}"#, r#"{"list":[]}"#),
        ] {
            assert_eq!(noted(sent, answered), None, "{sent} {answered}");
        }
        assert_eq!(note(Method::Post, Some(r#"{"a":1}"#), r#"{"a":2}"#), None);
    }
}
