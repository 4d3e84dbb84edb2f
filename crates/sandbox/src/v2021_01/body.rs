//! Bodies of 2021-01 as those of 2021-11, as data.
//!
//! Takes rules and a body; returns the body that says the same to a rule of
//! 2021-11; and a refusal of that rule with the names that the client used.

use serde_json::{Map, Value, json};

use super::countries;
use super::eastern::{self, Twice};
use crate::requests::check::Query;
use crate::requests::refusal::{Refusal, nest};
use crate::values::record::{self, Record};
use crate::values::time;

/// One field of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyField {
    /// Name in 2021-01.
    name: &'static str,
    /// Where 2021-11 has it: a dotted path of at most two names.
    there: &'static str,
    form: BodyForm,
}

/// How a value changes.
#[derive(Debug, Clone, Copy)]
enum BodyForm {
    /// Not at all.
    Same,
    /// Into small letters.
    Lower,
    /// A number in the shop becomes an object.
    External,
    /// A time by the eastern clock becomes one in UTC.
    Moment,
    /// A midnight becomes its day.
    Day,
    /// The name of a country becomes its code.
    Country,
    /// One value becomes a list of it.
    Listed,
    /// Anything but null becomes true.
    IsSet,
    /// An object with fields of its own.
    Part(&'static [BodyField]),
    /// It becomes a parameter of the query.
    Query,
}

/// A field of the same name and value.
pub(crate) const fn same(name: &'static str) -> BodyField {
    named(name, name)
}

/// A field that has another name, or stands elsewhere.
pub(crate) const fn named(name: &'static str, there: &'static str) -> BodyField {
    let form = BodyForm::Same;
    BodyField { name, there, form }
}

impl BodyField {
    const fn form(mut self, form: BodyForm) -> Self {
        self.form = form;
        self
    }

    pub(crate) const fn lower(self) -> Self {
        self.form(BodyForm::Lower)
    }

    pub(crate) const fn external(self) -> Self {
        self.form(BodyForm::External)
    }

    pub(crate) const fn moment(self) -> Self {
        self.form(BodyForm::Moment)
    }

    pub(crate) const fn day(self) -> Self {
        self.form(BodyForm::Day)
    }

    pub(crate) const fn country(self) -> Self {
        self.form(BodyForm::Country)
    }

    pub(crate) const fn listed(self) -> Self {
        self.form(BodyForm::Listed)
    }

    pub(crate) const fn is_set(self) -> Self {
        self.form(BodyForm::IsSet)
    }

    pub(crate) const fn part(self, fields: &'static [Self]) -> Self {
        self.form(BodyForm::Part(fields))
    }

    pub(crate) const fn query(self) -> Self {
        self.form(BodyForm::Query)
    }
}

/// The body for a rule of 2021-11, and parameters that go beside it. What
/// 2021-01 does not know is not handed on.
pub(crate) fn translated(fields: &[BodyField], body: &Record) -> (Record, Query) {
    let (mut there, mut query) = (Record::new(), Query::new());
    for field in fields {
        let Some(value) = body.get(field.name) else {
            continue;
        };
        if let BodyForm::Query = field.form {
            query.extend(record::plain(value).map(|value| (field.there.to_owned(), value)));
        } else {
            put(&mut there, field.there, changed(field.form, value));
        }
    }
    (there, query)
}

fn put(record: &mut Record, path: &str, value: Value) {
    match path.split_once('.') {
        None => record::set(record, path, value),
        Some((outer, inner)) => {
            let part = record.entry(outer).or_insert_with(|| json!({}));
            if let Value::Object(part) = part {
                record::set(part, inner, value);
            }
        }
    }
}

fn changed(form: BodyForm, value: &Value) -> Value {
    let text = value.as_str();
    let changed = match form {
        BodyForm::Lower => text.map(|text| text.to_lowercase().into()),
        BodyForm::External => record::plain(value).map(|id| json!({"ecommerce": id})),
        BodyForm::Moment => text
            .and_then(|text| eastern::parse(text, Twice::First))
            .map(|moment| time::stamp(moment).into()),
        BodyForm::Day => text
            .and_then(time::parse_day)
            .map(|day| time::day_text(day).into()),
        BodyForm::Country => text.map(|name| countries::code(name).into()),
        BodyForm::Listed => (!value.is_null()).then(|| json!([value])),
        BodyForm::IsSet => Some((!value.is_null()).into()),
        BodyForm::Part(fields) => value
            .as_object()
            .map(|part| translated(fields, part).0.into()),
        BodyForm::Same | BodyForm::Query => None,
    };
    // What has no such form is refused by the rule, in its own words.
    changed.unwrap_or_else(|| value.clone())
}

/// A refusal of 2021-11 with the names that the body used. `place` leads to the
/// part of the request that was refused.
pub(crate) fn told_back(mut refusal: Refusal, fields: &[BodyField], place: &str) -> Refusal {
    if let Some(Value::Object(errors)) = refusal.body.get_mut("errors") {
        let mut told = Map::new();
        for (path, messages) in flattened(std::mem::take(errors)) {
            nest(
                &mut told,
                &format!("{place}{}", name_of(&path, fields)),
                messages,
            );
        }
        *errors = told;
    }
    refusal
}

/// Faults of nested fields by their dotted paths.
fn flattened(errors: Map<String, Value>) -> Vec<(String, Value)> {
    let mut flat = Vec::new();
    for (name, error) in errors {
        match error {
            Value::Object(inner) => {
                let inner = flattened(inner).into_iter();
                flat.extend(inner.map(|(path, error)| (format!("{name}.{path}"), error)));
            }
            error => flat.push((name, error)),
        }
    }
    flat
}

/// The path in the body that was sent, of a path in the body of the rule.
fn name_of(path: &str, fields: &[BodyField]) -> String {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    let whole = fields.iter().find(|field| path == field.there);
    let Some(field) = whole.or_else(|| fields.iter().find(|field| head == field.there)) else {
        return path.to_owned();
    };
    match field.form {
        _ if whole.is_some() || rest.is_empty() => field.name.to_owned(),
        BodyForm::Part(inner) => format!("{}.{}", field.name, name_of(rest, inner)),
        // Of a value that the body has as a whole.
        _ => field.name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTAL: &[BodyField] = &[same("city"), named("country", "country_code").country()];
    const FIELDS: &[BodyField] = &[
        same("quantity"),
        named("shopify_variant_id", "external_variant_id").external(),
        same("status").lower(),
        same("next_charge_scheduled_at").day(),
        same("starts_at").moment(),
        named(
            "once_per_customer",
            "usage_limits.one_application_per_customer",
        ),
        named(
            "restriction",
            "usage_limits.first_time_customer_restriction",
        )
        .is_set(),
        named("subscription_id", "purchase_item_ids").listed(),
        named("commit_update", "commit").query(),
        same("billing_address").part(POSTAL),
    ];

    #[test]
    fn body_is_translated_field_by_field() {
        let body = record::object(json!({
            "quantity": "2", "shopify_variant_id": 77, "status": "ACTIVE",
            "next_charge_scheduled_at": "2026-12-05T00:00:00", "starts_at": "2026-07-01T08:00:00",
            "once_per_customer": true, "restriction": null, "subscription_id": 9,
            "commit_update": true, "unknown": 1,
            "billing_address": {"city": "Ulm", "country": "Germany"},
        }));
        let (there, query) = translated(FIELDS, &body);
        let wanted = json!({
            "quantity": "2", "external_variant_id": {"ecommerce": "77"}, "status": "active",
            "next_charge_scheduled_at": "2026-12-05", "starts_at": "2026-07-01T12:00:00+00:00",
            "usage_limits": {
                "one_application_per_customer": true, "first_time_customer_restriction": false,
            },
            "purchase_item_ids": [9],
            "billing_address": {"city": "Ulm", "country_code": "DE"},
        });
        assert_eq!(Value::Object(there), wanted);
        assert_eq!(query, [("commit".to_owned(), "true".to_owned())]);
    }

    #[test]
    fn refusal_names_the_fields_that_the_client_sent() {
        let errors = json!({
            "external_variant_id": ["one"],
            "usage_limits.one_application_per_customer": ["two"],
            "billing_address.country_code": ["three"],
            "_schema": ["four"],
        });
        let refusal = Refusal {
            status: 422,
            body: json!({"errors": errors}),
        };
        let told = told_back(refusal, FIELDS, "");
        assert_eq!(
            told.body["errors"],
            json!({
                "shopify_variant_id": ["one"], "once_per_customer": ["two"],
                "billing_address": {"country": ["three"]}, "_schema": ["four"],
            })
        );
    }

    #[test]
    fn refusal_of_a_part_names_its_place_and_its_own_fields() {
        let refusal = Refusal {
            status: 422,
            body: json!({"errors": {"billing_address": {"country_code": ["wrong"]}}}),
        };
        let told = told_back(refusal, FIELDS, "subscriptions.1.");
        assert_eq!(
            told.body["errors"],
            json!({"subscriptions": {"1": {"billing_address": {"country": ["wrong"]}}}})
        );
    }
}
