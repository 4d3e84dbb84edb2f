//! Whether a word can be the value of a parameter. Checked before anything is
//! sent, with the reason in words that name what to write instead.

use serde_json::Value;

use super::moment::Moment;
use crate::catalog::{Parameter, Type, ValueKind};

/// Checks one word against the parameter that it is given for.
///
/// # Errors
/// The reason, as a fragment (`not a whole number`).
pub fn check(parameter: &Parameter, word: &str) -> Result<(), String> {
    match parameter.kind {
        ValueKind::Id => whole(word).and_then(|number| {
            if number > 0 {
                Ok(())
            } else {
                Err("not an id".to_owned())
            }
        }),
        ValueKind::Integer => whole(word).and_then(|number| within(parameter, number)),
        ValueKind::Boolean => match word {
            "true" | "false" => Ok(()),
            _ => Err("neither true nor false; the flag alone means true".to_owned()),
        },
        ValueKind::Time => Moment::parse(word).map(drop),
        ValueKind::Day => day(word),
        ValueKind::Money => amount(word),
        ValueKind::Text | ValueKind::Texts => listed(parameter, word),
        ValueKind::External(_) => external(word),
        ValueKind::Pairs => pair(word),
        ValueKind::Ids => word
            .split(',')
            .try_for_each(|id| whole(id.trim()).map(drop)),
        ValueKind::Reference(field) => named(field, word, false),
        ValueKind::References(field) => named(field, word, true),
        ValueKind::Json => json(parameter, word),
    }
}

fn whole(word: &str) -> Result<i64, String> {
    word.parse::<i64>().map_err(|error| {
        use std::num::IntErrorKind::{NegOverflow, PosOverflow};
        match error.kind() {
            PosOverflow | NegOverflow => "the number is too large".to_owned(),
            _ => "not a whole number".to_owned(),
        }
    })
}

fn day(word: &str) -> Result<(), String> {
    match Moment::parse(word) {
        Ok(moment) => directed(&moment),
        Err(_) => Err("not a day; write 2026-12-24, +7d, tomorrow".to_owned()),
    }
}

fn within(parameter: &Parameter, number: i64) -> Result<(), String> {
    match parameter.maximum {
        Some(maximum) if number > i64::from(maximum) => Err(format!("more than {maximum}")),
        _ => Ok(()),
    }
}

/// A day to act on lies ahead, a day to filter by may lie behind: a span must
/// say which, so that `7d` never moves a charge into the past by accident.
fn directed(moment: &Moment) -> Result<(), String> {
    match moment {
        Moment::Away { signed: false, .. } => {
            Err("past or future? write +7d for the future, -7d for the past".to_owned())
        }
        _ => Ok(()),
    }
}

fn amount(word: &str) -> Result<(), String> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if numeric(whole) && numeric(part) {
        Ok(())
    } else {
        Err("not an amount; write 12.50".to_owned())
    }
}

fn listed(parameter: &Parameter, word: &str) -> Result<(), String> {
    if parameter.values.is_empty() || parameter.values.contains(&word) {
        return Ok(());
    }
    Err(format!("not one of {}", parameter.values.join(", ")))
}

fn external(word: &str) -> Result<(), String> {
    if word.is_empty() {
        return Err("empty".to_owned());
    }
    if word.starts_with('{') {
        return parse(word).map(drop);
    }
    Ok(())
}

fn pair(word: &str) -> Result<(), String> {
    if word.starts_with('[') {
        return parse(word).map(drop);
    }
    match word.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(()),
        _ => Err("write it as Name=Value".to_owned()),
    }
}

fn named(field: &str, word: &str, many: bool) -> Result<(), String> {
    if word.starts_with(['{', '[']) {
        let value = parse(word)?;
        return if value.is_array() == many {
            Ok(())
        } else {
            Err(format!(
                "not a JSON {}",
                if many { "array" } else { "object" }
            ))
        };
    }
    let mut ids = word.split(',');
    if !many && ids.clone().count() > 1 {
        return Err("only one can be given".to_owned());
    }
    ids.try_for_each(|id| match field {
        "id" => whole(id.trim()).map(drop),
        _ if id.trim().is_empty() => Err("empty".to_owned()),
        _ => Ok(()),
    })
}

fn json(parameter: &Parameter, word: &str) -> Result<(), String> {
    of_shape(parameter, &parse(word)?)
}

/// Whether JSON is of the shape that a parameter has.
pub(super) fn of_shape(parameter: &Parameter, value: &Value) -> Result<(), String> {
    let fits = match parameter.documented {
        Type::Object => value.is_object(),
        Type::Array => value.is_array(),
        _ => true,
    };
    // null is how the API is asked to forget an override.
    if !fits && !value.is_null() {
        let name = parameter.documented.name().unwrap_or("value");
        return Err(format!("not a JSON {name}"));
    }
    match (parameter.maximum, value.as_array()) {
        (Some(maximum), Some(items)) if items.len() as u64 > u64::from(maximum) => {
            Err(format!("{} items, at most {maximum}", items.len()))
        }
        _ => Ok(()),
    }
}

fn parse(word: &str) -> Result<Value, String> {
    serde_json::from_str(word).map_err(|error| format!("not JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn parameter(operation: &str, name: &str) -> &'static Parameter {
        let (_, operation) = catalog::recharge::API.operation(operation).unwrap();
        operation.flags().find(|known| known.name == name).unwrap()
    }

    fn refusal(operation: &str, name: &str, word: &str) -> Option<String> {
        check(parameter(operation, name), word).err()
    }

    #[test]
    fn numbers_are_whole_and_within_their_maximum() {
        let quantity = |word| refusal("subscriptions.create", "quantity", word);
        assert_eq!(quantity("3"), None);
        assert_eq!(quantity("3.5").unwrap(), "not a whole number");
        let every = |word| refusal("subscriptions.update", "charge_interval_frequency", word);
        assert_eq!(every("1000"), None);
        assert_eq!(every("1001").unwrap(), "more than 1000");
    }

    #[test]
    fn ids_are_positive() {
        let customer = |word| refusal("subscriptions.list", "customer_id", word);
        assert_eq!(customer("37657002"), None);
        for word in ["0", "-1", "x", "", "1e3", "99999999999999999999"] {
            assert!(customer(word).is_some(), "{word}");
        }
    }

    #[test]
    fn amounts_are_plain_decimals() {
        let price = |word| refusal("onetimes.create", "price", word);
        for word in ["6", "6.00", "-1.5", "0.001"] {
            assert_eq!(price(word), None, "{word}");
        }
        for word in ["", ".", "6.", ".5", "1,5", "$6", "1e3", "--1"] {
            assert!(price(word).is_some(), "{word}");
        }
    }

    #[test]
    fn a_day_to_act_on_needs_a_direction() {
        let date = |word| refusal("subscriptions.set_next_charge_date", "date", word);
        assert_eq!(date("+7d"), None);
        assert_eq!(date("tomorrow"), None);
        assert_eq!(date("2026-12-24"), None);
        assert!(date("7d").unwrap().contains("+7d"));
    }

    #[test]
    fn nested_values_must_be_json_of_the_right_shape() {
        let address = |word| refusal("charges.list", "include", word);
        assert_eq!(address("customer"), None);
        let billing = |word| refusal("orders.update", "billing_address", word);
        assert_eq!(billing("{\"city\":\"Rodez\"}"), None);
        assert_eq!(billing("null"), None);
        assert_eq!(billing("[1]").unwrap(), "not a JSON object");
        assert!(billing("{city").unwrap().starts_with("not JSON"));
        let tasks = format!("[{}1]", "1,".repeat(1000));
        assert_eq!(
            refusal("async_batches.add_tasks", "tasks", &tasks).unwrap(),
            "1001 items, at most 1000"
        );
    }

    #[test]
    fn pairs_and_references_say_how_to_write_them() {
        let property = |word| refusal("subscriptions.create", "properties", word);
        assert_eq!(property("Color=Blue"), None);
        assert_eq!(property("Color="), None);
        assert_eq!(property("Color").unwrap(), "write it as Name=Value");
        let target = |word| refusal("addresses.merge", "target_address", word);
        assert_eq!(target("1"), None);
        assert_eq!(target("1,2").unwrap(), "only one can be given");
        let sources = |word| refusal("addresses.merge", "source_addresses", word);
        assert_eq!(sources("1,2"), None);
        assert_eq!(sources("{\"id\":1}").unwrap(), "not a JSON array");
    }
}
