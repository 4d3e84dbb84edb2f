//! One operation: how it is asked, and what it answers.

use serde_json::{Map, Value, json};

use super::{answers, values};
use crate::catalog::{Effect, Idempotency, Operation, Parameter, Resource};

/// The description of a row.
pub(super) fn described(resource: &Resource, operation: &Operation) -> Value {
    let mut described = Map::new();
    let mut say = |key: &str, value: Value| described.insert(key.to_owned(), value);
    say("tags", json!([resource.name]));
    say(
        "operationId",
        format!("{}.{}", resource.name, operation.verb).into(),
    );
    say("summary", operation.summary.into());
    if !operation.details.is_empty() {
        say("description", operation.details.into());
    }
    let parameters = parameters(operation);
    if !parameters.is_empty() {
        say("parameters", parameters.into());
    }
    if operation.takes_body() {
        say("requestBody", request_body(operation));
    }
    say("responses", answers::described(operation));
    let scopes: Vec<&str> = operation.scopes().collect();
    if let Some((first, others)) = scopes.split_first() {
        say("x-scopes", json!([first]));
        if !others.is_empty() {
            say("x-scopes-perhaps", json!(others));
        }
    }
    say("x-effect", effect(operation.effect).into());
    say("x-again", again(operation.idempotency).into());
    if !operation.exceptions.is_empty() {
        let exceptions = operation.exceptions.iter();
        let exceptions =
            exceptions.map(|one| (one.field.to_owned(), again(one.idempotency).into()));
        say("x-again-with", Value::Object(exceptions.collect()));
    }
    say(
        "x-codeSamples",
        json!([{"lang": "Shell", "label": "rc", "source": operation.example}]),
    );
    Value::Object(described)
}

const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Reads => "reads",
        Effect::Writes => "writes",
        Effect::Destroys => "destroys",
    }
}

const fn again(again: Idempotency) -> &'static str {
    match again {
        Idempotency::Idempotent => "same",
        Idempotency::RejectsRepeat => "refused",
        Idempotency::NotIdempotent => "twice",
    }
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let path_parameters = operation.path_parameters.iter().map(|path_parameter| {
        let mut schema = values::in_text(path_parameter);
        if schema["type"] == "string" {
            // Nothing between two slashes is another path.
            schema["minLength"] = 1.into();
        }
        json!({
            "name": path_parameter.name,
            "in": "path",
            "description": path_parameter.help,
            "required": true,
            "schema": schema,
        })
    });
    path_parameters
        .chain(operation.query.iter().map(query_parameter))
        .collect()
}

fn query_parameter(parameter: &Parameter) -> Value {
    let mut described = Map::new();
    let mut say = |key: &str, value: Value| described.insert(key.to_owned(), value);
    say("name", parameter.name.into());
    say("in", "query".into());
    say("description", parameter.help.into());
    if parameter.required && parameter.unless.is_empty() {
        say("required", true.into());
    }
    if parameter.multiple {
        say("style", "form".into());
        say("explode", false.into());
    }
    say("schema", values::in_text(parameter));
    remarks(parameter, &mut described);
    Value::Object(described)
}

/// What JSON Schema has no words for.
fn remarks(parameter: &Parameter, described: &mut Map<String, Value>) {
    if !parameter.unless.is_empty() {
        described.insert("x-unless".to_owned(), json!(parameter.unless));
    }
    if let Some(reason) = parameter.beyond {
        described.insert("x-beyond".to_owned(), reason.into());
    }
}

fn request_body(operation: &Operation) -> Value {
    let mut schema = body_schema(operation.body);
    if let Some(key) = operation.wrapper {
        schema = json!({"type": "object", "required": [key], "properties": {key: schema}});
    }
    let required = operation.wrapper.is_some() || operation.body.iter().any(|one| one.required);
    let mut body = json!({"content": {"application/json": {"schema": schema}}});
    if required {
        body["required"] = true.into();
    }
    body
}

fn body_schema(parameters: &[Parameter]) -> Value {
    let mut schema = json!({"type": "object"});
    let required: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter.required && parameter.unless.is_empty())
        .map(|parameter| parameter.name)
        .collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let conditions = conditions(parameters);
    if !conditions.is_empty() {
        schema["allOf"] = conditions.into();
    }
    let mut properties = Map::new();
    for parameter in parameters {
        properties.insert(parameter.name.to_owned(), property(parameter));
    }
    if !properties.is_empty() {
        schema["properties"] = Value::Object(properties);
    }
    schema
}

fn property(parameter: &Parameter) -> Value {
    let mut property = values::in_json(parameter);
    if let Value::Object(described) = &mut property {
        described.insert("description".to_owned(), parameter.help.into());
        remarks(parameter, described);
    }
    property
}

/// For each set of exemptions: what they exempt from is there, or one of them
/// is.
fn conditions(parameters: &[Parameter]) -> Vec<Value> {
    let mut groups: Vec<(&[&str], Vec<&str>)> = Vec::new();
    for parameter in parameters.iter().filter(|one| !one.unless.is_empty()) {
        match groups
            .iter_mut()
            .find(|(unless, _)| *unless == parameter.unless)
        {
            Some((_, names)) => names.push(parameter.name),
            None => groups.push((parameter.unless, vec![parameter.name])),
        }
    }
    let condition = |(unless, names): (&[&str], Vec<&str>)| {
        let mut choices = vec![json!({"required": names})];
        choices.extend(unless.iter().map(|name| json!({"required": [name]})));
        json!({"anyOf": choices})
    };
    groups.into_iter().map(condition).collect()
}
