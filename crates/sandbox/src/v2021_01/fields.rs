//! How a field of a 2021-01 object follows from a 2021-11 record, as data.
//!
//! Takes rules and a record; returns the object. Knows neither what the fields
//! mean nor where the record is from.

use serde_json::Value;

use super::eastern;
use crate::v2021_01::countries;
use crate::values::money::Cents;
use crate::values::record::{self, Record};
use crate::values::time;

/// One field of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Name in 2021-01.
    pub(super) name: &'static str,
    /// Where its value is in the record: a dotted path.
    at: &'static str,
    form: ValueForm,
    /// What nothing looks like.
    nothing: Nothing,
}

/// How a value is written.
#[derive(Debug, Clone, Copy)]
enum ValueForm {
    /// As it stands.
    Same,
    /// In capitals.
    Upper,
    /// An amount as a number.
    Amount,
    /// Digits as a whole number.
    Whole,
    /// A number as text.
    Text,
    /// 1 or 0.
    Bit,
    /// A moment by the eastern clock.
    Moment,
    /// A day, as its midnight.
    Day,
    /// The code of a country as its name.
    Country,
    /// An object.
    Part(&'static [Field]),
    /// A list of objects.
    Each(&'static [Field]),
}

/// What a field is when there is nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nothing {
    /// `null` for nothing; what is empty stays.
    Null,
    /// `null` also for an empty list and for an amount of zero.
    NullWhenEmpty,
    /// Left out.
    LeftOut,
}

/// A field of the same name and value.
pub(super) const fn same(name: &'static str) -> Field {
    from(name, name)
}

/// A field whose value stands elsewhere.
pub(super) const fn from(name: &'static str, at: &'static str) -> Field {
    Field {
        name,
        at,
        form: ValueForm::Same,
        nothing: Nothing::Null,
    }
}

impl Field {
    const fn form(mut self, form: ValueForm) -> Self {
        self.form = form;
        self
    }

    pub(super) const fn upper(self) -> Self {
        self.form(ValueForm::Upper)
    }

    pub(super) const fn amount(self) -> Self {
        self.form(ValueForm::Amount)
    }

    pub(super) const fn whole(self) -> Self {
        self.form(ValueForm::Whole)
    }

    pub(super) const fn text(self) -> Self {
        self.form(ValueForm::Text)
    }

    pub(super) const fn bit(self) -> Self {
        self.form(ValueForm::Bit)
    }

    pub(super) const fn moment(self) -> Self {
        self.form(ValueForm::Moment)
    }

    pub(super) const fn day(self) -> Self {
        self.form(ValueForm::Day)
    }

    pub(super) const fn country(self) -> Self {
        self.form(ValueForm::Country)
    }

    pub(super) const fn part(self, fields: &'static [Self]) -> Self {
        self.form(ValueForm::Part(fields))
    }

    pub(super) const fn each(self, fields: &'static [Self]) -> Self {
        self.form(ValueForm::Each(fields))
    }

    pub(super) const fn null_when_empty(mut self) -> Self {
        self.nothing = Nothing::NullWhenEmpty;
        self
    }

    pub(super) const fn left_out_when_null(mut self) -> Self {
        self.nothing = Nothing::LeftOut;
        self
    }
}

/// The object that the rules make of a record.
pub(super) fn object(fields: &[Field], record: &Record) -> Record {
    let mut object = Record::with_capacity(fields.len());
    for field in fields {
        let value = value(field, record);
        if !(value.is_null() && field.nothing == Nothing::LeftOut) {
            object.insert(field.name.to_owned(), value);
        }
    }
    object
}

fn value(field: &Field, record: &Record) -> Value {
    let found = record::at(record, field.at).unwrap_or(&Value::Null);
    if field.nothing == Nothing::NullWhenEmpty && is_empty(found) {
        return Value::Null;
    }
    written(field.form, found)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        other => Cents::of(other) == Some(Cents(0)),
    }
}

fn written(form: ValueForm, value: &Value) -> Value {
    if let ValueForm::Bit = form {
        return u8::from(value.as_bool().unwrap_or(false)).into();
    }
    let changed = match (form, value) {
        (ValueForm::Upper, Value::String(text)) => Some(text.to_uppercase().into()),
        (ValueForm::Country, Value::String(code)) => Some(countries::name(code).into()),
        (ValueForm::Amount, _) => amount(value),
        (ValueForm::Whole, Value::String(text)) => text.trim().parse::<u64>().ok().map(Value::from),
        (ValueForm::Text, _) => record::plain(value).map(Value::from),
        (ValueForm::Moment, Value::String(text)) => {
            time::parse(text).map(|moment| eastern::stamp(moment).into())
        }
        (ValueForm::Day, Value::String(text)) => {
            time::parse_day(text).map(|day| format!("{}T00:00:00", time::day_text(day)).into())
        }
        (ValueForm::Part(fields), Value::Object(inner)) => Some(object(fields, inner).into()),
        (ValueForm::Each(fields), Value::Array(items)) => {
            let each = |item: &Value| Some(Value::Object(object(fields, item.as_object()?)));
            Some(items.iter().filter_map(each).collect())
        }
        _ => None,
    };
    // What cannot be written in its form is better shown than lost.
    changed.unwrap_or_else(|| value.clone())
}

fn amount(value: &Value) -> Option<Value> {
    let number: f64 = Cents::of(value)?.to_string().parse().ok()?;
    Some(number.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rule_says_where_a_value_stands_and_how_it_is_written() {
        const FIELDS: &[Field] = &[
            same("id"),
            same("status").upper(),
            same("price").amount(),
            from("shopify_variant_id", "external_variant_id.ecommerce").whole(),
            same("interval").text(),
            same("is_prepaid").bit(),
            same("created_at").moment(),
            same("scheduled_at").day(),
            from("country", "country_code").country(),
            from("lines", "items").each(&[same("sku")]),
            same("discounts").null_when_empty(),
            same("total_refunds").null_when_empty(),
            same("error").left_out_when_null(),
        ];
        let record = record::object(json!({
            "id": 7, "status": "active", "price": "12.50", "interval": 30, "is_prepaid": true,
            "external_variant_id": {"ecommerce": "18261322924083"},
            "created_at": "2026-07-01T12:00:00+00:00", "scheduled_at": "2026-12-01",
            "country_code": "CA", "items": [{"sku": "A", "grams": 3}], "discounts": [],
            "total_refunds": "0.00", "error": null,
        }));
        let wanted = json!({
            "id": 7, "status": "ACTIVE", "price": 12.5, "shopify_variant_id": 18_261_322_924_083_u64,
            "interval": "30", "is_prepaid": 1, "created_at": "2026-07-01T08:00:00",
            "scheduled_at": "2026-12-01T00:00:00", "country": "Canada",
            "lines": [{"sku": "A"}], "discounts": null, "total_refunds": null,
        });
        assert_eq!(Value::from(object(FIELDS, &record)), wanted);
    }

    #[test]
    fn what_has_no_such_form_is_shown_as_it_is() {
        const FIELDS: &[Field] = &[
            same("id").whole(),
            same("at").moment(),
            same("none").amount(),
        ];
        let record = record::object(json!({"id": "gid-7", "at": "soon"}));
        let wanted = json!({"id": "gid-7", "at": "soon", "none": null});
        assert_eq!(Value::from(object(FIELDS, &record)), wanted);
    }
}
