//! Which fields a body sends, for the rows whose meaning depends on them.

use serde_json::Value;

use crate::catalog::{BodyFields, Effect, Idempotency, Operation, ValueEffect};

/// What sending this body a second time does.
///
/// A body that is not a JSON object counts as one with every field.
#[must_use]
pub fn again(operation: &Operation, body: Option<&str>) -> Idempotency {
    operation.idempotency_for(&fields(operation, body))
}

/// The field of the answered object that repeats the path parameter, for a
/// request with this body; see [`Operation::identified_by`].
#[must_use]
pub fn identified_by(operation: &Operation, body: Option<&str>) -> Option<&'static str> {
    operation.identified_by(&fields(operation, body))
}

/// The effect of a request with this body; see [`Operation::effect_for`].
///
/// A body that is not a JSON object counts as one with the worst values.
#[must_use]
pub fn effect(operation: &Operation, body: Option<&str>) -> Effect {
    let body = body.map(str::trim).filter(|body| !body.is_empty());
    let Some(body) = body.filter(|_| !operation.value_effects.is_empty()) else {
        return operation.effect;
    };
    match serde_json::from_str(body) {
        Ok(Value::Object(fields)) => {
            operation.effect_for(|field| fields.get(field).and_then(Value::as_str))
        }
        _ => Effect::Destroys,
    }
}

/// The value in this body with which the effect of the operation is another. A
/// body that is not a JSON object counts as one with the worst of them.
#[must_use]
pub fn special_effect(operation: &Operation, body: Option<&str>) -> Option<&'static ValueEffect> {
    let body = body.map(str::trim).filter(|body| !body.is_empty());
    let body = body.filter(|_| !operation.value_effects.is_empty())?;
    match serde_json::from_str(body) {
        Ok(Value::Object(fields)) => {
            operation.special_effect(|field| fields.get(field).and_then(Value::as_str))
        }
        _ => operation.value_effects.first(),
    }
}

/// The fields of a body. It is read only where the row asks for them: most
/// rows have no exception, and imports ask once a row.
fn fields(operation: &Operation, body: Option<&str>) -> BodyFields {
    let body = body.map(str::trim).filter(|body| !body.is_empty());
    let Some(body) = body.filter(|_| !operation.exceptions.is_empty()) else {
        return BodyFields::Named(Vec::new());
    };
    match serde_json::from_str(body) {
        Ok(Value::Object(fields)) => {
            BodyFields::Named(fields.into_iter().map(|(name, _)| name).collect())
        }
        _ => BodyFields::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn effect_follows_the_value_in_the_body() {
        let (_, update) = catalog::recharge::API
            .operation("discounts.update")
            .unwrap();
        for body in [None, Some("{}"), Some("{\"status\":\"disabled\"}")] {
            assert_eq!(effect(update, body), Effect::Writes, "{body:?}");
        }
        for body in ["{\"status\":\"fully_disabled\"}", "[]", "{\"status"] {
            assert_eq!(effect(update, Some(body)), Effect::Destroys, "{body}");
        }
    }

    #[test]
    fn skip_is_repeatable_when_its_body_names_no_items() {
        let (_, skip) = catalog::recharge::API.operation("charges.skip").unwrap();
        for body in [
            None,
            Some(""),
            Some(" \n"),
            Some("{}"),
            Some("{\"other\":1}"),
        ] {
            assert_eq!(again(skip, body), Idempotency::Idempotent, "{body:?}");
        }
        for body in [
            "{\"purchase_item_ids\":[1]}",
            "{\"purchase_item_ids\":[]}",
            "{\"purchase_item_ids\":null}",
            "{\"x\":1,\"purchase_item_ids\":[1,2]}",
            "[]",
            "{\"purchase",
        ] {
            assert_eq!(
                again(skip, Some(body)),
                Idempotency::NotIdempotent,
                "{body}"
            );
        }
    }
}
