//! Rules for the parts of objects: `usage_limits.one_application_per_customer`
//! is true or false, `applies_to.ids` is a list.
//!
//! Takes the path of a part and its value as JSON, and gives what the API would
//! refuse.

use serde_json::Value;

use super::{boolean_words, names, numeral};

/// What the value of a part must be.
#[derive(Debug, Clone, Copy)]
enum PartRule {
    Boolean,
    /// A whole number within these bounds.
    Whole(i64, i64),
    /// One of these words.
    Word(&'static [&'static str]),
    List,
}

/// The parts that have a rule. A star is any name.
const RULES: [(&str, PartRule); 15] = [
    ("applies_to.ids", PartRule::List),
    (
        "applies_to.purchase_item_type",
        PartRule::Word(&["ALL", "ONETIME", "SUBSCRIPTION"]),
    ),
    ("channel_settings.*.can_apply", PartRule::Boolean),
    ("channel_settings.*.display", PartRule::Boolean),
    (
        "usage_limits.first_time_customer_restriction",
        PartRule::Boolean,
    ),
    (
        "usage_limits.max_subsequent_redemptions",
        PartRule::Whole(0, i64::MAX),
    ),
    (
        "usage_limits.one_application_per_customer",
        PartRule::Boolean,
    ),
    (
        "subscription_preferences.charge_interval_frequency",
        PartRule::Whole(1, 1000),
    ),
    (
        "subscription_preferences.order_interval_frequency",
        PartRule::Whole(1, 1000),
    ),
    (
        "subscription_preferences.expire_after_specific_number_of_charges",
        PartRule::Whole(1, 1_000_000),
    ),
    (
        "subscription_preferences.interval_unit",
        PartRule::Word(&["day", "week", "month"]),
    ),
    (
        "subscription_preferences.cutoff_day_of_month",
        PartRule::Whole(1, 31),
    ),
    (
        "subscription_preferences.cutoff_day_of_week",
        PartRule::Whole(0, 6),
    ),
    (
        "subscription_preferences.order_day_of_month",
        PartRule::Whole(1, 31),
    ),
    (
        "subscription_preferences.order_day_of_week",
        PartRule::Whole(0, 6),
    ),
];

/// What is wrong with the value of a part, if anything.
pub(super) fn problem(path: &str, value: &Value) -> Option<String> {
    let (_, rule) = RULES.iter().find(|(pattern, _)| fits(pattern, path))?;
    if value.is_null() {
        return None;
    }
    let word = value.as_str();
    match rule {
        PartRule::Boolean if value.is_boolean() => None,
        PartRule::Boolean => Some(boolean_words::reason(word.unwrap_or(&value.to_string()))),
        PartRule::Whole(least, most) => match (value.as_i64(), word) {
            (Some(number), _) if (*least..=*most).contains(&number) => None,
            (Some(_), _) if *most == i64::MAX => Some(format!("less than {least}")),
            (Some(_), _) => Some(format!("not from {least} to {most}")),
            _ => Some("not a whole number".to_owned()),
        },
        PartRule::Word(words) => {
            if words.iter().any(|known| Some(*known) == word) {
                return None;
            }
            let reason = format!("not one of {}", words.join(", "));
            let spelled = names::normal(word.unwrap_or_default());
            let mut words = words.iter();
            Some(
                match words.find(|known| known.eq_ignore_ascii_case(&spelled)) {
                    Some(meant) => format!("{reason}; write {meant}"),
                    None => reason,
                },
            )
        }
        PartRule::List if value.is_array() => None,
        PartRule::List => Some("not a list; write ids with commas between them".to_owned()),
    }
}

/// The parts with a rule among the values of a whole object.
pub(super) fn problems(name: &str, object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(name, object, &mut found);
    found
}

fn collect(path: &str, value: &Value, found: &mut Vec<String>) {
    if let Some(problem) = problem(path, value) {
        found.push(format!("{path}: {problem}"));
    }
    for (name, part) in value.as_object().into_iter().flatten() {
        // No rule is deeper.
        if path.split('.').count() < 3 {
            collect(&format!("{path}.{name}"), part, found);
        }
    }
}

/// A cell of ids for a part that is a list, as JSON: `7, 8`.
pub(super) fn listed(path: &str, text: &str) -> Option<String> {
    let is_list = RULES
        .iter()
        .any(|(pattern, rule)| matches!(rule, PartRule::List) && fits(pattern, path));
    let ids: Vec<&str> = text.split(',').map(str::trim).collect();
    // A number that begins with zero is not JSON.
    let is_id = |id: &&str| numeral::is_digits(id) && !id.starts_with('0');
    (is_list && ids.iter().all(is_id)).then(|| format!("[{}]", ids.join(",")))
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('.');
    let fit = pattern
        .split('.')
        .all(|name| parts.next().is_some_and(|part| name == "*" || name == part));
    fit && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn part_is_refused_when_its_value_is_of_another_kind() {
        for (path, value, reason) in [
            (
                "usage_limits.one_application_per_customer",
                json!("WAHR"),
                "neither true nor false; write true",
            ),
            (
                "usage_limits.one_application_per_customer",
                json!(0),
                "neither true nor false; write false",
            ),
            (
                "usage_limits.first_time_customer_restriction",
                json!("customer_must_not_exist"),
                "neither true nor false",
            ),
            (
                "usage_limits.max_subsequent_redemptions",
                json!(-1),
                "less than 0",
            ),
            (
                "subscription_preferences.order_day_of_week",
                json!(7),
                "not from 0 to 6",
            ),
            (
                "applies_to.purchase_item_type",
                json!("Onetime"),
                "not one of ALL, ONETIME, SUBSCRIPTION; write ONETIME",
            ),
            (
                "applies_to.ids",
                json!("x"),
                "not a list; write ids with commas between them",
            ),
        ] {
            assert_eq!(problem(path, &value).as_deref(), Some(reason), "{path}");
        }
        for (path, value) in [
            ("usage_limits.one_application_per_customer", json!(true)),
            ("usage_limits.one_application_per_customer", json!(null)),
            ("applies_to.purchase_item_type", json!("ALL")),
            ("applies_to.resource", json!("x")),
        ] {
            assert_eq!(problem(path, &value), None, "{path}");
        }
        let whole = json!({"api": {"can_apply": "yes"}});
        assert_eq!(
            problems("channel_settings", &whole),
            ["channel_settings.api.can_apply: neither true nor false; write true"]
        );
    }

    #[test]
    fn ids_with_commas_are_a_list() {
        assert_eq!(listed("applies_to.ids", "7, 8").as_deref(), Some("[7,8]"));
        assert_eq!(listed("applies_to.ids", "7").as_deref(), Some("[7]"));
        assert_eq!(listed("applies_to.ids", "a"), None);
        assert_eq!(listed("applies_to.resource", "7"), None);
    }
}
