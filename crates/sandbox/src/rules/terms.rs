//! The terms of a plan: how often is charged and sent, and where it is offered.
//!
//! Takes the record of a plan; returns the faults of its settings. Knows
//! nothing of other plans.

use serde_json::Value;

use crate::requests::refusal::FieldErrors;
use crate::values::record::{self, Record};

const PREFERENCES: &str = "subscription_preferences";

/// Numbers among the preferences, and the least and most that they can be.
const NUMBERS: &[(&str, i64, i64)] = &[
    ("charge_interval_frequency", 1, 1_000),
    ("order_interval_frequency", 1, 1_000),
    ("expire_after_specific_number_of_charges", 1, 1_000_000),
    ("cutoff_day_of_month", 1, 31),
    ("cutoff_day_of_week", 0, 6),
    ("order_day_of_month", 1, 31),
    ("order_day_of_week", 0, 6),
];

/// What a plan that recurs cannot do without.
const NEEDED: &[&str] = &[
    "charge_interval_frequency",
    "interval_unit",
    "order_interval_frequency",
];

/// Notes what is wrong with the settings of a plan.
pub(super) fn check(plan: &Record, faults: &mut FieldErrors) {
    check_preferences(plan, faults);
    check_rhythm(plan, faults);
    for channel in ["api", "checkout_page", "customer_portal", "merchant_portal"] {
        let path = format!("channel_settings.{channel}.display");
        if record::at(plan, &path).is_some_and(|display| !display.is_boolean()) {
            faults.add(&path, "Not a valid boolean.");
        }
    }
}

fn preference<'a>(plan: &'a Record, name: &str) -> Option<&'a Value> {
    let value = record::at(plan, &format!("{PREFERENCES}.{name}"));
    value.filter(|value| !value.is_null())
}

fn check_preferences(plan: &Record, faults: &mut FieldErrors) {
    for (name, least, most) in NUMBERS {
        let Some(value) = preference(plan, name) else {
            continue;
        };
        let path = format!("{PREFERENCES}.{name}");
        match record::whole(value) {
            None => faults.add(&path, "Not a valid integer."),
            Some(number) if !(*least..=*most).contains(&number) => {
                faults.add(&path, format!("must be between {least} and {most}"));
            }
            Some(_) => {}
        }
    }
    let unit = preference(plan, "interval_unit");
    let known = |unit: &Value| matches!(unit.as_str(), Some("day" | "week" | "month"));
    if unit.is_some_and(|unit| !known(unit)) {
        faults.add(
            &format!("{PREFERENCES}.interval_unit"),
            "is not one of day, week, month",
        );
    }
}

/// What recurs says how often. A charge pays for whole orders, and a prepaid
/// one for several.
fn check_rhythm(plan: &Record, faults: &mut FieldErrors) {
    if record::text(plan, "type") == "onetime" {
        return;
    }
    let mut whole = true;
    for name in NEEDED {
        if preference(plan, name).is_none() {
            let path = format!("{PREFERENCES}.{name}");
            faults.add(&path, "Field may not be null.");
            whole = false;
        }
    }
    let number = |name: &str| preference(plan, name).and_then(record::whole);
    let (Some(charge), Some(order)) = (
        number("charge_interval_frequency"),
        number("order_interval_frequency").filter(|order| *order > 0),
    ) else {
        return;
    };
    let path = format!("{PREFERENCES}.charge_interval_frequency");
    if whole && charge % order != 0 {
        faults.add(&path, "must be a multiple of order_interval_frequency");
    } else if whole && record::text(plan, "type") == "prepaid" && charge <= order {
        let message = "must be more than order_interval_frequency in a prepaid plan";
        faults.add(&path, message);
    }
}
