//! `--set path.to.key=value`: nested values put into a body.

use serde_json::{Map, Value};

use super::{Flaw, Set};

/// Puts each value at its path, making the objects and lists on the way.
pub(super) fn apply(body: &mut Map<String, Value>, sets: &[Set]) -> Result<(), Flaw> {
    for set in sets {
        let value = if set.verbatim {
            Value::String(set.value.clone())
        } else {
            serde_json::from_str(&set.value).unwrap_or_else(|_| Value::String(set.value.clone()))
        };
        let mut segments = set.path.split('.');
        let first = segments.next().unwrap_or_default();
        let rest: Vec<&str> = segments.collect();
        if first.is_empty() || rest.iter().any(|segment| segment.is_empty()) {
            return Err(wrong(set, "an empty part in the path".to_owned()));
        }
        let root = body.entry(first).or_insert(Value::Null);
        put(root, &rest, value).map_err(|reason| wrong(set, reason))?;
    }
    Ok(())
}

fn wrong(set: &Set, reason: String) -> Flaw {
    Flaw::Set {
        path: set.path.clone(),
        value: set.value.clone(),
        reason,
    }
}

fn put(place: &mut Value, path: &[&str], value: Value) -> Result<(), String> {
    let Some((segment, rest)) = path.split_first() else {
        *place = value;
        return Ok(());
    };
    let index = segment.parse::<usize>().ok();
    if place.is_null() {
        *place = if index.is_some() {
            Value::Array(Vec::new())
        } else {
            Value::Object(Map::new())
        };
    }
    let next = match (place, index) {
        (Value::Object(object), _) => object.entry(*segment).or_insert(Value::Null),
        (Value::Array(items), Some(index)) if index <= items.len() => {
            if index == items.len() {
                items.push(Value::Null);
            }
            &mut items[index]
        }
        (Value::Array(items), Some(index)) => {
            return Err(format!(
                "index {index} is beyond the end of a list of {}",
                items.len()
            ));
        }
        (Value::Array(_), None) => return Err(format!("{segment} is not the index of a list")),
        _ => {
            return Err(format!(
                "the value before {segment} is not an object or a list"
            ));
        }
    };
    put(next, rest, value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(path: &str, value: &str) -> Set {
        Set {
            path: path.to_owned(),
            value: value.to_owned(),
            verbatim: false,
        }
    }

    fn applied(start: Value, sets: &[Set]) -> Result<Value, Flaw> {
        let Value::Object(mut body) = start else {
            panic!("a body is an object")
        };
        apply(&mut body, sets)?;
        Ok(Value::Object(body))
    }

    #[test]
    fn values_are_json_when_they_parse_and_text_otherwise() {
        let body = applied(
            json!({}),
            &[
                set("a", "1"),
                set("b", "x y"),
                set("c.d", "null"),
                set("e", "{\"f\":[]}"),
            ],
        );
        assert_eq!(
            body.unwrap(),
            json!({"a": 1, "b": "x y", "c": {"d": null}, "e": {"f": []}})
        );
    }

    #[test]
    fn verbatim_values_stay_text() {
        let mut zip = set("address.zip", "01234");
        zip.verbatim = true;
        assert_eq!(
            applied(json!({}), &[zip]).unwrap(),
            json!({"address": {"zip": "01234"}})
        );
    }

    #[test]
    fn lists_grow_at_their_end() {
        let body = applied(
            json!({"items": [{"quantity": 1}]}),
            &[
                set("items.0.quantity", "2"),
                set("items.1.quantity", "3"),
                set("new.0", "4"),
            ],
        );
        assert_eq!(
            body.unwrap(),
            json!({"items": [{"quantity": 2}, {"quantity": 3}], "new": [4]})
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_is_refused() {
        for (start, path) in [
            (json!({"a": 1}), "a.b"),
            (json!({"a": []}), "a.1"),
            (json!({"a": []}), "a.x"),
            (json!({}), ".a"),
            (json!({}), "a..b"),
            (json!({}), ""),
        ] {
            assert!(applied(start, &[set(path, "1")]).is_err(), "{path}");
        }
    }
}
