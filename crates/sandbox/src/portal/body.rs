//! The body of a request of a page: JSON, or a form as browsers send it.
//!
//! Takes a request; returns its fields. A form says nested values with brackets
//! (`target_address[id]=7`, `subscription_ids[]=9`).

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::requests::refusal::Refusal;
use crate::values::record::Record;

/// The most fields of a form, and the most brackets of one.
const MOST_FIELDS: usize = 1_000;
const DEEPEST: usize = 8;

/// The fields of a body. The type that a request states must be that of its
/// body: a form that is called JSON is a mistake, and is better refused than read
/// as something else.
pub(super) fn read(request: &Request<Bytes>) -> Result<Record, Refusal> {
    let bytes = request.body();
    let text = bytes.trim_ascii();
    if text.is_empty() {
        return Ok(Record::new());
    }
    let stated = request.headers().get(CONTENT_TYPE);
    let stated = stated.and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let stated = stated.split(';').next().unwrap_or("").trim();
    let looks_like_json = matches!(text[0], b'{' | b'[');
    let is_json = match stated.to_ascii_lowercase().as_str() {
        "application/json" | "text/json" => true,
        "application/x-www-form-urlencoded" => false,
        // Browsers call what a script sends without a type plain text.
        "" | "text/plain" => looks_like_json,
        other => {
            return Err(wrong(&format!(
                "a body of type {other} is neither JSON nor a form"
            )));
        }
    };
    if is_json {
        return match serde_json::from_slice(text) {
            Ok(Value::Object(fields)) if is_shallow(&fields, DEEPEST) => Ok(fields),
            Ok(Value::Object(_)) => Err(wrong("the body is nested too deeply")),
            Ok(Value::Array(items)) if items.is_empty() => Ok(Record::new()),
            Ok(_) => Err(wrong("the body must be a JSON object")),
            Err(_) if looks_like_json => Err(wrong("the body is not valid JSON")),
            Err(_) => Err(wrong("the body is declared as JSON, but looks like a form")),
        };
    }
    if looks_like_json {
        return Err(wrong("the body is declared as a form, but looks like JSON"));
    }
    form(text)
}

fn wrong(message: &str) -> Refusal {
    Refusal::error(415, message)
}

fn is_shallow(fields: &Map<String, Value>, levels: usize) -> bool {
    fields.values().all(|value| match value {
        Value::Object(inner) => levels > 0 && is_shallow(inner, levels - 1),
        Value::Array(items) => {
            levels > 0
                && items.iter().all(|item| match item {
                    Value::Object(inner) => is_shallow(inner, levels - 1),
                    Value::Array(_) => false,
                    _ => true,
                })
        }
        _ => true,
    })
}

fn form(bytes: &[u8]) -> Result<Record, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("the form is not valid UTF-8"))?;
    let mut fields = Value::Object(Map::new());
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    for (count, pair) in pairs.enumerate() {
        if count >= MOST_FIELDS {
            return Err(wrong("the form has too many fields"));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        let path = path_of(&name);
        if path.len() > DEEPEST {
            return Err(wrong("the form is nested too deeply"));
        }
        put(&mut fields, &path, value);
    }
    match listed(fields) {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Record::new()),
    }
}

fn decoded(text: &str) -> Result<String, Refusal> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    let decoded = decoded.map_err(|_| wrong("the form is not valid UTF-8"))?;
    Ok(decoded.into_owned())
}

/// `a[b][]` is `a`, `b` and an empty name.
fn path_of(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[') else {
        return vec![name];
    };
    let Some(rest) = rest.strip_suffix(']') else {
        return vec![name];
    };
    let mut path = vec![first];
    path.extend(rest.split("]["));
    path
}

fn put(place: &mut Value, path: &[&str], value: String) {
    let Some((name, rest)) = path.split_first() else {
        *place = Value::String(value);
        return;
    };
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if let Value::Object(fields) = place {
        let name = if name.is_empty() {
            fields.len().to_string()
        } else {
            (*name).to_owned()
        };
        put(fields.entry(name).or_insert(Value::Null), rest, value);
    }
}

/// Objects whose names count from 0 are lists.
fn listed(value: Value) -> Value {
    let Value::Object(fields) = value else {
        return value;
    };
    let fields: Map<String, Value> = fields
        .into_iter()
        .map(|(name, value)| (name, listed(value)))
        .collect();
    let counts = (0..fields.len()).all(|at| fields.contains_key(&at.to_string()));
    if counts && !fields.is_empty() {
        let mut fields = fields;
        return (0..fields.len())
            .filter_map(|at| fields.remove(&at.to_string()))
            .collect();
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reading(kind: &str, body: &str) -> Result<Value, u16> {
        let request = Request::builder().header(CONTENT_TYPE, kind);
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        read(&request)
            .map(Value::Object)
            .map_err(|refusal| refusal.status)
    }

    const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

    #[test]
    fn form_and_json_say_the_same() {
        let wanted = json!({
            "subscription_ids": ["7", "8"], "target_address": {"id": "9"}, "note": "a b&c",
            "properties": [{"name": "Color", "value": "Blue"}],
        });
        let form = "subscription_ids[]=7&subscription_ids%5B%5D=8&target_address[id]=9&note=a+b%26c\
                    &properties[0][name]=Color&properties[0][value]=Blue";
        assert_eq!(reading(FORM, form), Ok(wanted.clone()));
        assert_eq!(
            reading("application/json", &wanted.to_string()),
            Ok(wanted.clone())
        );
        assert_eq!(reading("", &wanted.to_string()), Ok(wanted));
        assert_eq!(reading("", ""), Ok(json!({})));
    }

    #[test]
    fn body_that_is_not_what_it_is_called_is_refused() {
        for (kind, body) in [
            ("application/json", "quantity=2"),
            ("application/json", "{\"quantity\":"),
            ("application/json", "7"),
            (FORM, "{\"quantity\":2}"),
            (FORM, "a=%ff"),
            ("multipart/form-data; boundary=x", "--x--"),
            (
                "application/json",
                "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}}",
            ),
            (FORM, "a[b][c][d][e][f][g][h][i]=1"),
        ] {
            assert_eq!(reading(kind, body), Err(415), "{kind}: {body}");
        }
        let many = "a[]=1&".repeat(MOST_FIELDS + 1);
        assert_eq!(reading(FORM, &many), Err(415));
    }
}
