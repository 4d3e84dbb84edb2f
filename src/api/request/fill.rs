//! Filling a row with values: path parameters, query, body.

use serde_json::{Map, Value};

use super::flaw::Flaw;
use super::moment::Now;
use super::value::{nested, plain};
use super::{GivenValue, Request, Values, body, encode, past, set};
use crate::catalog::{Batch, Empty, Method, Operation, Parameter, ParameterRole, ValueKind, kebab};
use crate::error::{Error, Result};

/// Makes the request for an operation.
///
/// `targets` fill the path parameters in order. The words of `values` must
/// have passed [`super::check`].
///
/// # Errors
/// Of kind `Usage`: a body that is not a JSON object, a wrong `--set`, a
/// required value that is missing, a filter beside a cursor.
pub fn fill(
    operation: &'static Operation,
    targets: &[String],
    values: &Values,
    now: &Now,
) -> Result<Request> {
    compose(operation, targets, values, now).map_err(Flaw::told)
}

/// As [`fill`], with what is wrong as a value.
///
/// # Errors
/// As for [`fill`].
pub fn compose(
    operation: &'static Operation,
    targets: &[String],
    values: &Values,
    now: &Now,
) -> Result<Request, Flaw> {
    let mut filled = filled(operation, &[], targets, values, now)?;
    filled.request.body = body_text(operation, values, filled.inner, filled.wrapped);
    Ok(filled.request)
}

/// As [`compose`], for the task of an async batch that does the same: its body
/// has no wrapper, names what is in the path parameter, and carries what every
/// task of that batch must.
///
/// # Errors
/// As for [`fill`].
pub fn compose_task(
    operation: &'static Operation,
    batch: &Batch,
    targets: &[String],
    values: &Values,
    now: &Now,
) -> Result<Request, Flaw> {
    let mut filled = filled(operation, batch.beside, targets, values, now)?;
    let mut body = Map::new();
    if let (Some(field), Some(path_parameter), Some(target)) = (
        batch.target,
        operation.path_parameters.first(),
        targets.first(),
    ) {
        body.insert(
            field.to_owned(),
            path_parameter_value(path_parameter, target),
        );
    }
    body.extend(filled.inner);
    filled.request.body = Some(text_of(body));
    Ok(filled.request)
}

/// What fills a path parameter, as JSON.
fn path_parameter_value(path_parameter: &Parameter, target: &str) -> Value {
    match (path_parameter.kind, target.parse::<i64>()) {
        (ValueKind::Id, Ok(number)) => number.into(),
        _ => target.into(),
    }
}

/// A request whose body is still in the making.
struct DraftRequest {
    request: Request,
    inner: Map<String, Value>,
    wrapped: bool,
}

fn filled(
    operation: &'static Operation,
    beside: &'static [Parameter],
    targets: &[String],
    values: &Values,
    now: &Now,
) -> Result<DraftRequest, Flaw> {
    let mut notes = Vec::new();
    let query = query(operation, values, now)?;
    let (inner, wrapped) = inner_body(operation, beside, values, now, &mut notes)?;
    let missing = without_value(operation, beside, &query, &inner);
    if !missing.is_empty() {
        return Err(Flaw::Missing(missing));
    }
    notes.extend(past::note(operation, &inner, now));
    if operation.method == Method::Put && inner.is_empty() {
        return Err(Flaw::Nothing);
    }
    let request = Request {
        method: operation.method,
        path: path(operation, targets)?,
        query,
        body: None,
        headers: Vec::new(),
        operation: Some(operation),
        notes,
    };
    Ok(DraftRequest {
        request,
        inner,
        wrapped,
    })
}

fn path(operation: &Operation, targets: &[String]) -> Result<String> {
    let mut path = operation.path.to_owned();
    for (path_parameter, target) in operation.path_parameters.iter().zip(targets) {
        super::check_segment(target)?;
        path = path.replacen(&format!("{{{}}}", path_parameter.name), &encode(target), 1);
    }
    Ok(path)
}

fn query(
    operation: &'static Operation,
    values: &Values,
    now: &Now,
) -> Result<Vec<(String, String)>> {
    let mut query = Vec::new();
    for given in &values.given {
        if named(operation.query, given.parameter.name) {
            let words: Vec<String> = given
                .words
                .iter()
                .map(|word| plain(given.parameter, word, now))
                .collect();
            query.push((given.parameter.name.to_owned(), words.join(",")));
        }
    }
    if let Some((name, _)) = query.iter().find(|(_, value)| value.is_empty()) {
        let flag = kebab(name);
        return Err(Error::usage(format!("--{flag} is empty")));
    }
    let in_query = || {
        let given = values.given.iter().map(|given| given.parameter);
        given.filter(|parameter| named(operation.query, parameter.name))
    };
    let is_page = |role| matches!(role, ParameterRole::Cursor | ParameterRole::PageSize);
    let form = operation.page_form;
    if form.is_none_or(|form| form.carries_filters())
        && in_query().any(|parameter| parameter.role == ParameterRole::Cursor)
        && let Some(other) = in_query().find(|parameter| !is_page(parameter.role))
    {
        let flag = kebab(other.name);
        return Err(
            Error::usage(format!("--cursor and --{flag} cannot be combined"))
                .hint("a cursor contains the filters and the order of its list"),
        );
    }
    Ok(query)
}

/// What the body contains inside its wrapper, and whether `--body` had one.
fn inner_body(
    operation: &'static Operation,
    beside: &'static [Parameter],
    values: &Values,
    now: &Now,
    notes: &mut Vec<String>,
) -> Result<(Map<String, Value>, bool), Flaw> {
    let (mut inner, wrapped) = body::start(operation, values.body.as_deref())?;
    for given in in_body(operation, beside, values) {
        inner.insert(given.parameter.name.to_owned(), nested(given, now));
    }
    set::apply(&mut inner, &values.set)?;
    // Words of parameters have been checked; what is free has not.
    if values.body.is_some() || !values.set.is_empty() {
        body::check(operation, &inner)?;
        body::note_unknown(operation, &inner, notes);
    }
    Ok((inner, wrapped))
}

fn in_body<'a>(
    operation: &'static Operation,
    beside: &'static [Parameter],
    values: &'a Values,
) -> impl Iterator<Item = &'a GivenValue> {
    values.given.iter().filter(|given| {
        named(operation.body, given.parameter.name) || named(beside, given.parameter.name)
    })
}

fn named(parameters: &[Parameter], name: &str) -> bool {
    parameters.iter().any(|known| known.name == name)
}

/// The body as it is sent.
fn body_text(
    operation: &'static Operation,
    values: &Values,
    inner: Map<String, Value>,
    wrapped: bool,
) -> Option<String> {
    if !operation.method.carries_body() && inner.is_empty() {
        return None;
    }
    let untouched = values.set.is_empty() && in_body(operation, &[], values).next().is_none();
    Some(match (&values.body, operation.wrapper) {
        // A body that nothing overrides goes out to the letter, so that big
        // numbers and 10.00 stay what they were.
        (Some(text), wrapper) if untouched && wrapped == wrapper.is_some() => {
            text.trim().to_owned()
        }
        (_, Some(wrapper)) => {
            let mut outer = Map::new();
            outer.insert(wrapper.to_owned(), Value::Object(inner));
            text_of(outer)
        }
        (_, None) => text_of(inner),
    })
}

fn text_of(object: Map<String, Value>) -> String {
    let value = Value::Object(object);
    // Faster than to print it; a value with text keys cannot fail.
    serde_json::to_string(&value).unwrap_or_else(|_| value.to_string())
}

/// The required parameters that have no value yet.
///
/// # Errors
/// As for [`fill`], but for what is missing.
pub fn missing(
    operation: &'static Operation,
    values: &Values,
    now: &Now,
) -> Result<Vec<&'static Parameter>> {
    let query = query(operation, values, now)?;
    let (inner, _) =
        inner_body(operation, &[], values, now, &mut Vec::new()).map_err(Flaw::told)?;
    Ok(without_value(operation, &[], &query, &inner))
}

/// What an operation requires, and all that a task must carry.
fn without_value(
    operation: &'static Operation,
    beside: &'static [Parameter],
    query: &[(String, String)],
    body: &Map<String, Value>,
) -> Vec<&'static Parameter> {
    let given =
        |name: &str| query.iter().any(|(known, _)| known == name) || body.contains_key(name);
    operation
        .flags()
        .filter(|parameter| {
            parameter.required && !parameter.unless.iter().any(|other| given(other))
        })
        .chain(beside)
        .filter(|parameter| !given(parameter.name) || is_blank(parameter, body))
        .collect()
}

/// Whether the body has nothing but blanks where an empty text is not a value.
fn is_blank(parameter: &Parameter, body: &Map<String, Value>) -> bool {
    let text = body.get(parameter.name).and_then(Value::as_str);
    parameter.empty == Empty::Missing && text.is_some_and(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::catalog;

    fn now() -> Now {
        Now {
            instant: "2026-11-20T12:00:00Z".parse().unwrap(),
            zone: TimeZone::UTC,
            times: crate::catalog::TimeForm::WithOffset,
        }
    }

    fn values(operation: &'static Operation, words: &[(&str, &str)]) -> Values {
        let given = words
            .iter()
            .map(|(name, word)| GivenValue {
                parameter: operation.flags().find(|known| known.name == *name).unwrap(),
                words: vec![(*word).to_owned()],
            })
            .collect();
        Values {
            given,
            ..Values::default()
        }
    }

    fn operation(id: &str) -> &'static Operation {
        catalog::recharge::API.operation(id).unwrap().1
    }

    #[test]
    fn path_parameter_is_encoded_or_refused_when_it_could_leave_its_segment() {
        let get = operation("products.get");
        let path = |id: &str| {
            fill(get, &[id.to_owned()], &Values::default(), &now()).map(|request| request.path)
        };
        assert_eq!(path("a b%").unwrap(), "/products/a%20b%25");
        for id in ["../store", "%2e%2e", "1;x", "1?x=1", ""] {
            assert!(path(id).is_err(), "{id}");
        }
    }

    #[test]
    fn every_missing_flag_is_named_at_once() {
        let create = operation("discounts.create");
        let error = fill(create, &[], &values(create, &[("code", "X")]), &now()).unwrap_err();
        assert_eq!(error.to_string(), "missing --value, --value-type");
    }

    #[test]
    fn what_a_plan_fills_in_is_not_asked_for() {
        let create = operation("subscriptions.create");
        let with_plan = values(
            create,
            &[
                ("address_id", "1"),
                ("next_charge_scheduled_at", "2026-12-01"),
                ("quantity", "1"),
                ("external_variant_id", "5"),
                ("plan_id", "7"),
            ],
        );
        assert!(fill(create, &[], &with_plan, &now()).is_ok());
    }

    #[test]
    fn a_cursor_stands_alone() {
        let list = operation("charges.list");
        let both = values(list, &[("cursor", "abc"), ("status", "queued")]);
        let error = fill(list, &[], &both, &now()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "--cursor and --status cannot be combined"
        );
    }

    #[test]
    fn a_whole_body_goes_out_to_the_letter_unless_something_overrides_it() {
        let update = operation("discounts.update");
        let mut given = Values {
            body: Some("{\"value\": 10.00, \"n\": 123456789012345678901}".to_owned()),
            ..Values::default()
        };
        let request = fill(update, &["1".to_owned()], &given, &now()).unwrap();
        assert_eq!(request.body.as_deref(), given.body.as_deref());
        given.given = values(update, &[("value", "20")]).given;
        let request = fill(update, &["1".to_owned()], &given, &now()).unwrap();
        assert!(request.body.unwrap().starts_with("{\"value\":\"20\""));
    }

    #[test]
    fn a_body_may_come_with_or_without_its_wrapper() {
        let update = operation("metafields.update");
        for text in ["{\"value\":\"1\"}", "{\"metafield\":{\"value\":\"1\"}}"] {
            let given = Values {
                body: Some(text.to_owned()),
                ..Values::default()
            };
            let request = fill(update, &["3".to_owned()], &given, &now()).unwrap();
            assert_eq!(request.body.unwrap(), "{\"metafield\":{\"value\":\"1\"}}");
        }
    }

    #[test]
    fn an_unlisted_field_is_sent_and_noted_with_the_nearest_name() {
        let update = operation("subscriptions.update");
        let given = Values {
            body: Some("{\"quantiy\":2}".to_owned()),
            ..Values::default()
        };
        let request = fill(update, &["3".to_owned()], &given, &now()).unwrap();
        assert_eq!(request.body.unwrap(), "{\"quantiy\":2}");
        assert!(
            request.notes[0].ends_with("did you mean quantity?"),
            "{:?}",
            request.notes
        );
    }

    #[test]
    fn only_an_object_can_be_a_body() {
        let update = operation("subscriptions.update");
        for text in ["[]", "1", "null", "{", ""] {
            let given = Values {
                body: Some(text.to_owned()),
                ..Values::default()
            };
            let error = fill(update, &["3".to_owned()], &given, &now()).unwrap_err();
            assert!(error.to_string().starts_with("--body is not"), "{text}");
        }
    }
}
