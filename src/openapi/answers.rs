//! The responses of an operation: its success in the envelope of its row, and
//! the ways in which it may be refused.

use serde_json::{Map, Value, json};

use super::{reference, refusals, schema_of};
use crate::catalog::{Operation, ResponseShape};

/// The answers of an operation by status, the success first.
pub(super) fn described(operation: &Operation) -> Value {
    let mut answers = Map::new();
    answers.insert(operation.success.to_string(), success(operation));
    for status in refusals::statuses(operation) {
        let answer = refusals::name(status).map_or_else(
            || json!({"description": "refused"}),
            |name| reference("responses", name),
        );
        answers.insert(status.to_string(), answer);
    }
    Value::Object(answers)
}

fn success(operation: &Operation) -> Value {
    let mut answer = json!({
        "description": what(operation.response),
        "headers": refusals::usual_headers(),
    });
    // 204 has no body, though it comes with a content type.
    if operation.success != 204 {
        let schema = envelope(operation.response);
        answer["content"] = json!({"application/json": {"schema": schema}});
    }
    answer
}

fn what(answer: ResponseShape) -> String {
    let worded = |name: &str| name.replace('_', " ");
    match answer {
        ResponseShape::Nothing => "done".to_owned(),
        ResponseShape::One(_, object) => format!("one {}", worded(object.name)),
        ResponseShape::Bare(_, object) => format!("one {}, without a wrapper", worded(object.name)),
        ResponseShape::OneInList(_, object) => {
            format!("one {}, in a list of one", worded(object.name))
        }
        ResponseShape::Many(key, _) => format!("all {}", worded(key)),
        ResponseShape::Page(key, _) => format!("a page of {}", worded(key)),
        ResponseShape::BarePage(object) => format!("a page of {} objects", worded(object.name)),
        ResponseShape::Number(key) => format!("a number: {}", worded(key)),
    }
}

fn envelope(answer: ResponseShape) -> Value {
    if let ResponseShape::Bare(_, object) = answer {
        return schema_of(object.name);
    }
    if let ResponseShape::BarePage(object) = answer {
        return json!({"type": "array", "items": schema_of(object.name)});
    }
    let mut properties = Map::new();
    if let ResponseShape::Page(..) | ResponseShape::OneInList(..) = answer {
        for cursor in ["next_cursor", "previous_cursor"] {
            properties.insert(cursor.to_owned(), json!({"type": ["string", "null"]}));
        }
    }
    let Some((key, held)) = held(answer) else {
        return json!({"type": "object"});
    };
    properties.insert(key.to_owned(), held);
    json!({
        "type": "object",
        "required": [key],
        "properties": properties,
        "additionalProperties": true,
    })
}

/// What is under the key of the envelope.
fn held(answer: ResponseShape) -> Option<(&'static str, Value)> {
    Some(match answer {
        ResponseShape::Nothing | ResponseShape::BarePage(_) => return None,
        ResponseShape::One(key, object) | ResponseShape::Bare(key, object) => {
            (key, schema_of(object.name))
        }
        ResponseShape::OneInList(key, object) => {
            let item = schema_of(object.name);
            let list = json!({"type": "array", "items": item, "minItems": 1, "maxItems": 1});
            (key, list)
        }
        ResponseShape::Many(key, object) | ResponseShape::Page(key, object) => (
            key,
            json!({"type": "array", "items": schema_of(object.name)}),
        ),
        ResponseShape::Number(key) => (key, json!({"type": "integer"})),
    })
}
