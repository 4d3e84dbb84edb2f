//! Rules about what scripts and forms send: schemas, routes, methods, tokens.

use recharge_catalog::portal::request_objects;
use serde_json::Value;

use super::{
    ENGINE_API, Findings, NO_TOKEN, SCHEMA_INVALID, Severity, UNKNOWN_ROUTE, WRONG_METHOD, hint,
};
use crate::calls::{CallForm, EngineCall, engine_calls};
use crate::folder::Theme;
use crate::migrate::of_call;
use crate::schema;
use crate::urls::{URL_NAMES, routes_at, url_name};

pub(super) fn check(theme: &Theme, findings: &mut Findings<'_>) {
    for call in engine_calls(theme) {
        match call.form {
            CallForm::Schema => schema(&call, findings),
            CallForm::Endpoint if url_name(&call.written).is_none() => {
                if !is_defined(theme, &call.written) {
                    let known = URL_NAMES.iter().map(|url| url.name);
                    let message = format!(
                        "no URL has the name {}{}",
                        call.written,
                        hint(&call.written, known)
                    );
                    findings.add(UNKNOWN_ROUTE, &call.file, call.at, message);
                }
                continue;
            }
            _ => route(theme, &call, findings),
        }
        replaced(call, findings);
    }
}

fn schema(call: &EngineCall, findings: &mut Findings<'_>) {
    let mut add = |severity, message: String| {
        findings.add_as(SCHEMA_INVALID, severity, &call.file, call.at, message);
    };
    let read = match schema::read(&call.written) {
        Ok(read) => read,
        Err(error) => return add(Severity::Error, format!("the schema is not JSON: {error}")),
    };
    if read.has_rest {
        // The reference has this mistake too, so the engine must accept it.
        let message = "text follows the object: what it asks for is ignored";
        add(Severity::Warning, message.to_owned());
    }
    for (name, value) in &read.keys {
        let Some(key) = request_objects::key(name) else {
            let known = request_objects::KEYS.iter().map(|key| key.name);
            add(
                Severity::Error,
                format!("there is no object {name}{}", hint(name, known)),
            );
            continue;
        };
        if let Some(instead) = key.instead {
            add(
                Severity::Warning,
                format!("{name} is better written {instead}"),
            );
        }
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            add(Severity::Error, format!("{name} must be {{}} or []"));
        }
    }
}

fn route(theme: &Theme, call: &EngineCall, findings: &mut Findings<'_>) {
    let methods: Vec<&str> = routes_at(&call.path)
        .map(|route| route.method.name())
        .collect();
    if methods.is_empty() {
        let message = format!("the portal has no route {}", call.path);
        findings.add(UNKNOWN_ROUTE, &call.file, call.at, message);
        return;
    }
    if let Some(method) = call
        .method
        .filter(|method| !methods.contains(&method.name()))
    {
        let message = format!(
            "{} takes {}, not {}",
            call.path,
            methods.join(" or "),
            method.name()
        );
        findings.add(WRONG_METHOD, &call.file, call.at, message);
    }
    let has_token = call.has_token
        || (call.form == CallForm::Endpoint && is_defined_with_token(theme, &call.written));
    if call.is_request && !has_token {
        let message = "the request has no token: the portal answers with its login";
        findings.add(NO_TOKEN, &call.file, call.at, message);
    }
}

fn replaced(call: EngineCall, findings: &mut Findings<'_>) {
    let (file, at) = (call.file.clone(), call.at);
    for replacement in of_call(call) {
        let message = match (replacement.twin, replacement.note) {
            (Some(twin), _) => format!(
                "{} is deprecated: {twin}() of the vendor's client does it",
                replacement.engine
            ),
            (None, Some(note)) => format!("{} is deprecated; {note}", replacement.engine),
            (None, None) => format!("{} is deprecated", replacement.engine),
        };
        findings.add(ENGINE_API, &file, at, message);
    }
}

/// Where a theme defines an endpoint of its own.
fn definitions<'a>(theme: &'a Theme, name: &'a str) -> impl Iterator<Item = &'a str> {
    theme.texts().filter_map(move |(_, text)| {
        let patterns = [
            format!("{name}:"),
            format!("{name} :"),
            format!(".{name} ="),
        ];
        let at = patterns.iter().find_map(|pattern| text.find(pattern))?;
        Some(&text[at..])
    })
}

fn is_defined(theme: &Theme, name: &str) -> bool {
    definitions(theme, name).next().is_some()
}

fn is_defined_with_token(theme: &Theme, name: &str) -> bool {
    definitions(theme, name).any(|text| {
        // A definition is a line or two.
        let end = text
            .char_indices()
            .nth(200)
            .map_or(text.len(), |(at, _)| at);
        text[..end].contains("token")
    })
}
