//! Discounts as some sources show them: with a number as `value`.
//!
//! Takes the body of an answer; returns the same with numbers. The vendor's
//! types and most examples of the reference have numbers on charges and
//! addresses, one example has text.

use serde_json::{Number, Value};

/// The field that carries the discounts of a record.
const DISCOUNTS: &str = "discounts";

/// The body with numbers as values of applied discounts.
pub(crate) fn in_discounts(body: String) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(&body) else {
        return body;
    };
    walk(&mut value);
    value.to_string()
}

fn walk(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    // The list of discounts themselves keeps its texts.
                    Value::Array(items) if name == DISCOUNTS => items.iter_mut().for_each(applied),
                    other => walk(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(walk),
        _ => {}
    }
}

fn applied(discount: &mut Value) {
    if discount.get("status").is_some() {
        return;
    }
    if let Some(value) = discount.get_mut("value")
        && let Some(number) = value.as_str().and_then(|text| text.parse::<f64>().ok())
    {
        *value = Number::from_f64(number).map_or(Value::Null, Value::Number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_of_applied_discounts_become_numbers_and_no_others() {
        let body = json!({
            "charges": [{"discounts": [{"id": 1, "value": "10.50"}], "value": "10.50"}],
            "discounts": [{"id": 1, "status": "enabled", "value": "10.50"}],
        });
        let told: Value = serde_json::from_str(&in_discounts(body.to_string())).unwrap();
        assert_eq!(told["charges"][0]["discounts"][0]["value"], 10.5);
        assert_eq!(told["charges"][0]["value"], "10.50");
        assert_eq!(told["discounts"][0]["value"], "10.50");
    }
}
