//! A JSON object as a form, as browsers send it.

use serde_json::Value;

use crate::api::request::encode;
use crate::error::{Error, Result};

/// The type of a form, for the header `Content-Type`.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// The form that says the same as a JSON object; nested values get brackets
/// (`target_address[id]=7`).
///
/// # Errors
/// Of kind `Usage`: the text is not a JSON object.
pub fn of_json(text: &str) -> Result<String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Error::usage(format!("the body is not JSON: {error}")))?;
    let Value::Object(fields) = value else {
        return Err(Error::usage("the body of a form must be a JSON object"));
    };
    let mut pairs = Vec::new();
    for (name, value) in &fields {
        add(&mut pairs, name, value);
    }
    Ok(pairs.join("&"))
}

fn add(pairs: &mut Vec<String>, name: &str, value: &Value) {
    match value {
        Value::Object(fields) => {
            for (inner, value) in fields {
                add(pairs, &format!("{name}[{inner}]"), value);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                add(pairs, &format!("{name}[{place}]"), item);
            }
        }
        // A form has no null: an empty field empties.
        Value::Null => pairs.push(format!("{}=", encode(name))),
        Value::String(text) => pairs.push(format!("{}={}", encode(name), encode(text))),
        other => pairs.push(format!("{}={other}", encode(name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_get_brackets_and_every_sign_is_encoded() {
        let body = r#"{"a":"x y&z","b":{"id":7},"c":[1,{"d":null}],"e":true}"#;
        assert_eq!(
            of_json(body).unwrap(),
            "a=x%20y%26z&b%5Bid%5D=7&c%5B0%5D=1&c%5B1%5D%5Bd%5D=&e=true"
        );
        assert!(of_json("[1]").is_err());
        assert!(of_json("a=1").is_err());
    }
}
