//! Whether a refusal says something of earlier attempts too. Pure.
//!
//! After a lost answer a second attempt may be refused because the first was
//! carried out. Only a refusal that follows from the request alone, whatever
//! the store holds, says that the first attempt was refused as well.

use serde_json::Value;

use crate::error::Error;

/// Beginnings of messages about the form of a value. They name a type, a length
/// or a required field, and nothing that the store holds.
///
/// Recorded answers of the API have the first group; the second are the other
/// fixed messages of the validation that it uses. Left out on purpose:
/// `Invalid value`, as it may speak of what is there, and `Cannot be in the
/// past`, as time passes between two attempts.
const ABOUT_FORM: &[&str] = &[
    "Field may not be null",
    "Shorter than minimum length",
    "Missing data for required field",
    "Not a valid integer",
    "Not a valid number",
    "Not a valid string",
    "Not a valid boolean",
    "Not a valid list",
    "Not a valid mapping type",
    "Not a valid datetime",
    "Not a valid date",
    "Not a valid email address",
    "Not a valid URL",
    "Longer than maximum length",
];

/// How deep errors may be nested that are looked at.
const DEEPEST: u32 = 16;

/// Whether the same request is refused like this each time it is sent,
/// whatever came of the attempts before.
///
/// Only a 422 is, whose every message is about the form of a field. A status
/// alone is not enough: tokens and scopes change, and objects come and go.
#[must_use]
pub fn is_refused_each_time(error: &Error) -> bool {
    let Some(answer) = error.answer.as_deref() else {
        return false;
    };
    let errors = answer.errors.as_deref();
    let errors = errors.and_then(|errors| serde_json::from_str::<Value>(errors).ok());
    answer.status == 422
        && matches!(&errors, Some(Value::Object(fields)) if !fields.is_empty()
            && fields.values().all(|value| is_about_form(value, DEEPEST)))
}

fn is_about_form(value: &Value, deepest: u32) -> bool {
    if deepest == 0 {
        return false;
    }
    let is_so = |value: &Value| is_about_form(value, deepest - 1);
    match value {
        Value::String(text) => says_form(text),
        Value::Array(items) => !items.is_empty() && items.iter().all(is_so),
        Value::Object(fields) => !fields.is_empty() && fields.values().all(is_so),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn says_form(text: &str) -> bool {
    let about_date = text.starts_with("Invalid date: ")
        && text.ends_with("Must be a valid ISO-8601 datetime string");
    about_date || ABOUT_FORM.iter().any(|known| is_known(text, known))
}

/// The known words, and behind them at most a number and a full stop.
fn is_known(text: &str, known: &str) -> bool {
    let rest = text.strip_prefix(known).map(|rest| {
        rest.trim_end_matches('.')
            .trim_start()
            .bytes()
            .all(|byte| byte.is_ascii_digit())
    });
    rest == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, Refusal};

    fn is_refused(status: u16, errors: Option<&str>) -> bool {
        let error = Error::new(Kind::Refused, "no").answered(Refusal {
            status,
            request_id: None,
            errors: errors.map(str::to_owned),
        });
        is_refused_each_time(&error)
    }

    #[test]
    fn a_422_about_form_alone_meets_every_attempt() {
        for errors in [
            r#"{"quantity":["Not a valid integer."]}"#,
            r#"{"title":"Shorter than minimum length 1."}"#,
            r#"{"billing_address":{"address1":["Field may not be null."]}}"#,
            r#"{"a":["Not a valid string."],"b":["Longer than maximum length 255."]}"#,
            r#"{"updated_at_max":["Invalid date: test. Must be a valid ISO-8601 datetime string"]}"#,
            r#"{"zip":["Missing data for required field."]}"#,
        ] {
            assert!(is_refused(422, Some(errors)), "{errors}");
            // The same words with another status come from elsewhere.
            for status in [400, 401, 403, 404, 409, 410, 415, 429, 500] {
                assert!(!is_refused(status, Some(errors)), "{status} {errors}");
            }
        }
    }

    #[test]
    fn whatever_may_follow_from_the_store_leaves_doubt() {
        for errors in [
            r#"{"email":"email already exists on store"}"#,
            r#"{"email":["email already exists on store","Not a valid email address."]}"#,
            r#"{"a":["Not a valid integer."],"status":["only queued charges can be skipped"]}"#,
            r#"{"next_charge_scheduled_at":"Cannot be in the past"}"#,
            r#"{"cursor":["Invalid value"]}"#,
            r#"{"address_id":["Not a valid integer of this customer"]}"#,
            r#"{"a":["Not a valid integer. It was used up"]}"#,
            r#"{"a":[]}"#,
            r#"{"a":null}"#,
            r#"{"a":7}"#,
            "{}",
            "[]",
            "\"Not a valid integer.\"",
            "{",
        ] {
            assert!(!is_refused(422, Some(errors)), "{errors}");
        }
        assert!(!is_refused(422, None));
        assert!(!is_refused_each_time(&Error::new(
            Kind::Unreachable,
            "no answer"
        )));
        let deep = format!(
            "{{\"a\":{}\"Not a valid list.\"{}}}",
            "[".repeat(60),
            "]".repeat(60)
        );
        assert!(!is_refused(422, Some(&deep)));
    }
}
