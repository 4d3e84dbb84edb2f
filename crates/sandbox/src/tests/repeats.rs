//! Each repeatable write, sent twice: with its sensible body, and with each of
//! its optional fields besides. The second answer and the store after it must
//! be those of the first, or the row is wrong.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::call;
use super::{Store, clock, of, present};
use crate::Sandbox;
use crate::State;
use crate::seed::Seed;
use crate::storage::tables::TableName;
use recharge_catalog::{
    self as catalog, BodyFields, Idempotency, Method, Operation, Parameter, ValueKind,
};

/// Tables that indicate requests, not of what the store holds.
const OF_REQUESTS: &[TableName] = &[TableName::Events, TableName::Deliveries];

/// Members that tell the time of a writing.
const TIMES: &[&str] = &["updated_at", "created_at"];

fn timeless(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(name, _)| !TIMES.contains(&name.as_str()));
            Value::Object(
                kept.map(|(name, value)| (name.clone(), timeless(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(timeless).collect(),
        value => value.clone(),
    }
}

/// A record without what may differ after a repeated write. Queued charges are
/// made again by many writes: their numbers do not count.
fn settled(state: &State, name: TableName, id: u64) -> Option<String> {
    let mut record = state.get(name, id)?;
    if record.get("status") == Some(&json!("queued")) {
        record.remove("id");
    }
    Some(timeless(&Value::Object(record)).to_string())
}

/// The tables that the second of two requests left otherwise than the first.
/// `before` is the state between them, with nothing fresh in it.
fn changed(before: &State, after: &State) -> Vec<TableName> {
    let mut tables = BTreeMap::<TableName, (Vec<String>, Vec<String>)>::new();
    for (name, id) in &after.fresh {
        if !OF_REQUESTS.contains(name) {
            let (old, new) = tables.entry(*name).or_default();
            old.extend(settled(before, *name, *id));
            new.extend(settled(after, *name, *id));
        }
    }
    let tables = tables.into_iter().filter_map(|(name, (mut old, mut new))| {
        old.sort_unstable();
        new.sort_unstable();
        (old != new).then_some(name)
    });
    tables.collect()
}

/// A store of few customers, as it is copied often.
fn small() -> Store {
    static SMALL: OnceLock<State> = OnceLock::new();
    let seed = Seed {
        customers: 12,
        ..Seed::demo()
    };
    let state = SMALL.get_or_init(|| State::seeded(&seed, present()));
    Store(Sandbox::new(state.clone(), clock()))
}

/// Values to try for an optional field: a new one, then what is there.
fn values(store: &Store, path: &str, parameter: &Parameter) -> Vec<Value> {
    let path = path.split('/').take(3).collect::<Vec<_>>().join("/");
    let new = match parameter.kind {
        _ if !parameter.values.is_empty() => parameter.values.last().map(|value| json!(value)),
        ValueKind::Boolean => Some(json!(true)),
        ValueKind::Day => Some(json!("2027-03-04")),
        ValueKind::Time => Some(json!("2027-03-04T00:00:00+00:00")),
        ValueKind::Money => Some(json!("7.50")),
        ValueKind::Integer => Some(json!(2)),
        ValueKind::Text if parameter.name == "email" => Some(json!("new@example.com")),
        ValueKind::Text => Some(json!("abc")),
        _ => None,
    };
    let (_, answer) = store.ask("GET", &path, &Value::Null);
    let subject = answer.as_object().and_then(|answer| answer.values().next());
    let kept = subject.and_then(|subject| subject.get(parameter.name));
    let kept = kept.filter(|value| !value.is_null()).cloned();
    new.into_iter().chain(kept).collect()
}

/// A charge with several items, and the first of them: queued, or skipped to be
/// unskipped.
fn one_of_several(store: &Store, verb: &str) -> (String, Value) {
    let (_, address, _) = store.subscriber("2026-12-01");
    store.subscription(&address, "2026-12-01");
    let charge = &store.charges_of(&address, "queued")[0];
    assert_eq!(charge["line_items"].as_array().map(Vec::len), Some(2));
    let path = of("charges", charge);
    if verb == "unskip" {
        store.post(&(path.clone() + "/skip"), &json!({}));
    }
    let item = charge["line_items"][0]["purchase_item_id"].clone();
    (format!("{path}/{verb}"), json!([item]))
}

/// The body with one more field, within its wrapper.
fn with(operation: &Operation, body: &Value, field: &str, value: Value) -> Value {
    let mut body = body.clone();
    let fields: &mut Map<String, Value> = match operation.wrapper {
        Some(key) => body[key].as_object_mut().unwrap(),
        None => body.as_object_mut().unwrap(),
    };
    fields.insert(field.to_owned(), value);
    body
}

/// Sends a call twice; `None` when it is refused, else what is wrong with it.
fn twice(store: &Store, row: &Operation, path: &str, body: &Value) -> Option<Vec<String>> {
    let ask = || store.ask(row.method.name(), path, body);
    let first = ask();
    if first.0 >= 300 {
        return None;
    }
    let before = store.0.with_state(|state| {
        state.fresh.clear();
        state.clone()
    });
    let second = ask();
    if first.0 != second.0 || timeless(&first.1) != timeless(&second.1) {
        return Some(vec![format!("{first:?}\n    then {second:?}")]);
    }
    let changed = store.0.with_state(|state| changed(&before, state));
    let told = changed.iter().map(|name| format!("{name:?} differ"));
    Some(told.collect())
}

/// What is wrong with a row when a field is sent, or none; `None` where it is
/// refused, or is not repeatable then.
fn tried(id: &str, row: &Operation, field: Option<&Parameter>) -> Option<Vec<String>> {
    let candidates = field.map_or_else(
        || vec![Value::Null],
        |field| {
            let store = small();
            values(&store, &call(&store, id).path, field)
        },
    );
    let items = field.filter(|field| field.name == "purchase_item_ids");
    let candidates = items.map_or(candidates, |_| vec![Value::Null]);
    candidates.into_iter().find_map(|value| {
        let store = small();
        let mut call = call(&store, id);
        match field {
            None => {}
            Some(field) if items.is_some() => {
                let (path, items) = one_of_several(&store, row.verb);
                call.path = path;
                call.body = with(row, &call.body, field.name, items);
            }
            Some(field) if row.query.iter().any(|known| known.name == field.name) => {
                let word = value.to_string();
                call.path = format!("{}?{}={}", call.path, field.name, word.trim_matches('"'));
            }
            Some(field) => call.body = with(row, &call.body, field.name, value),
        }
        if row.idempotency_for(&fields(&call.body)) != Idempotency::Idempotent {
            return None;
        }
        twice(&store, row, &call.path, &call.body)
    })
}

#[test]
fn a_repeatable_write_with_any_optional_field_does_nothing_the_second_time() {
    let (mut wrong, mut sent) = (Vec::new(), 0);
    for (resource, row) in catalog::recharge::API.operations() {
        if row.method == Method::Get || row.idempotency != Idempotency::Idempotent {
            continue;
        }
        let id = format!("{}.{}", resource.name, row.verb);
        let fields = row.body.iter().chain(row.query).map(Some);
        for field in std::iter::once(None).chain(fields) {
            let what = field.map_or("alone", |field| field.name);
            match tried(&id, row, field) {
                Some(problems) => {
                    sent += 1;
                    wrong.extend(problems.iter().map(|one| format!("{id}, {what}: {one}")));
                }
                None => assert!(field.is_some(), "{id} is refused"),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(sent > 100, "only {sent} requests were sent twice");
}

fn fields(body: &Value) -> BodyFields {
    let fields = body.as_object().into_iter().flatten();
    BodyFields::Named(fields.map(|(name, _)| name.clone()).collect())
}
