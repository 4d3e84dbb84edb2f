//! Filling a row with values: holes of the path, query, body.

use serde_json::{Map, Value};

use super::moment::Now;
use super::value::{nested, plain};
use super::{Given, Request, Values, body, encode, set};
use crate::catalog::{Method, Operation, Parameter, kebab};
use crate::error::{Error, Result};

/// Makes the request for an operation.
///
/// `targets` fill the holes of the path in order. The words of `values` must
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
    let mut notes = Vec::new();
    let query = query(operation, values, now)?;
    let (body, keys) = whole_body(operation, values, now, &mut notes)?;
    require(operation, &query, &keys)?;
    if operation.method == Method::Put && keys.is_empty() {
        return Err(Error::usage("there is nothing to change")
            .hint("name a field to change; --help lists them"));
    }
    Ok(Request {
        method: operation.method,
        path: path(operation, targets)?,
        query,
        body,
        operation: Some(operation),
        notes,
    })
}

fn path(operation: &Operation, targets: &[String]) -> Result<String> {
    let mut path = operation.path.to_owned();
    for (hole, target) in operation.holes.iter().zip(targets) {
        super::check_segment(target)?;
        path = path.replacen(&format!("{{{}}}", hole.name), &encode(target), 1);
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
        if operation
            .query
            .iter()
            .any(|known| known.name == given.parameter.name)
        {
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
    let has = |name: &str| query.iter().any(|(known, _)| known == name);
    if has("cursor")
        && let Some((other, _)) = query
            .iter()
            .find(|(name, _)| name != "cursor" && name != "limit")
    {
        let flag = kebab(other);
        return Err(
            Error::usage(format!("--cursor and --{flag} cannot go together"))
                .hint("a cursor carries the filters and the order it was given with"),
        );
    }
    Ok(query)
}

/// The body as text, and the keys it has at its top.
fn whole_body(
    operation: &'static Operation,
    values: &Values,
    now: &Now,
    notes: &mut Vec<String>,
) -> Result<(Option<String>, Vec<String>)> {
    let given: Vec<&Given> = values
        .given
        .iter()
        .filter(|given| {
            operation
                .body
                .iter()
                .any(|known| known.name == given.parameter.name)
        })
        .collect();
    let (mut inner, wrapped) = body::start(operation, values.body.as_deref())?;
    let untouched = given.is_empty() && values.set.is_empty();
    for given in given {
        inner.insert(given.parameter.name.to_owned(), nested(given, now));
    }
    set::apply(&mut inner, &values.set)?;
    body::check(operation, &inner)?;
    body::note_unknown(operation, &inner, notes);
    let keys = inner.keys().cloned().collect();
    if !operation.method.carries_body() && inner.is_empty() {
        return Ok((None, keys));
    }
    let text = match (&values.body, operation.wrapper) {
        // A body that nothing overrides goes out to the letter, so that big
        // numbers and 10.00 stay what they were.
        (Some(text), wrapper) if untouched && wrapped == wrapper.is_some() => {
            text.trim().to_owned()
        }
        (_, Some(wrapper)) => {
            let mut outer = Map::new();
            outer.insert(wrapper.to_owned(), Value::Object(inner));
            Value::Object(outer).to_string()
        }
        (_, None) => Value::Object(inner).to_string(),
    };
    Ok((Some(text), keys))
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
    let (_, keys) = whole_body(operation, values, now, &mut Vec::new())?;
    Ok(without_value(operation, &query, &keys))
}

fn without_value(
    operation: &'static Operation,
    query: &[(String, String)],
    body: &[String],
) -> Vec<&'static Parameter> {
    let given = |name: &str| {
        query.iter().any(|(known, _)| known == name) || body.iter().any(|known| known == name)
    };
    operation
        .flags()
        .filter(|parameter| parameter.required && !given(parameter.name))
        .filter(|parameter| !parameter.unless.iter().any(|other| given(other)))
        .collect()
}

fn require(
    operation: &'static Operation,
    query: &[(String, String)],
    body: &[String],
) -> Result<()> {
    let missing: Vec<String> = without_value(operation, query, body)
        .into_iter()
        .map(|parameter| format!("--{}", parameter.flag_name()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::usage(format!("missing {}", missing.join(", "))))
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
        }
    }

    fn values(operation: &'static Operation, words: &[(&str, &str)]) -> Values {
        let given = words
            .iter()
            .map(|(name, word)| Given {
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
        catalog::operation(id).unwrap().1
    }

    #[test]
    fn holes_are_encoded_so_that_no_id_can_leave_its_place() {
        let get = operation("products.get");
        let request = fill(
            get,
            &["../store?x=1".to_owned()],
            &Values::default(),
            &now(),
        )
        .unwrap();
        assert_eq!(request.path, "/products/..%2Fstore%3Fx%3D1");
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
            "--cursor and --status cannot go together"
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
