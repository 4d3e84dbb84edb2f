//! What an operation answers: its success in the envelope of its row, and the
//! ways in which it may be refused.

use serde_json::{Map, Value, json};

use super::{reference, refusals, schema_of};
use crate::catalog::{Answer, Operation};

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
        "description": what(operation.answer),
        "headers": refusals::usual_headers(),
    });
    // 204 has no body, though it comes with a content type.
    if operation.success != 204 {
        let schema = envelope(operation.answer);
        answer["content"] = json!({"application/json": {"schema": schema}});
    }
    answer
}

fn what(answer: Answer) -> String {
    let worded = |name: &str| name.replace('_', " ");
    match answer {
        Answer::Nothing => "done".to_owned(),
        Answer::One(_, object) => format!("one {}", worded(object.name)),
        Answer::Bare(_, object) => format!("one {}, without a wrapper", worded(object.name)),
        Answer::OneInList(_, object) => format!("one {}, in a list of one", worded(object.name)),
        Answer::Many(key, _) => format!("all {}", worded(key)),
        Answer::Page(key, _) => format!("a page of {}", worded(key)),
        Answer::Number(key) => format!("a number: {}", worded(key)),
    }
}

fn envelope(answer: Answer) -> Value {
    if let Answer::Bare(_, object) = answer {
        return schema_of(object.name);
    }
    let mut properties = Map::new();
    if let Answer::Page(..) | Answer::OneInList(..) = answer {
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

/// What stands under the key of the envelope.
fn held(answer: Answer) -> Option<(&'static str, Value)> {
    Some(match answer {
        Answer::Nothing => return None,
        Answer::One(key, object) | Answer::Bare(key, object) => (key, schema_of(object.name)),
        Answer::OneInList(key, object) => {
            let item = schema_of(object.name);
            let list = json!({"type": "array", "items": item, "minItems": 1, "maxItems": 1});
            (key, list)
        }
        Answer::Many(key, object) | Answer::Page(key, object) => (
            key,
            json!({"type": "array", "items": schema_of(object.name)}),
        ),
        Answer::Number(key) => (key, json!({"type": "integer"})),
    })
}
