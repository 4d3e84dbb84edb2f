//! The question before a write: what is done to which objects of which store.
//!
//! Pure: takes the row, the targets and what was read of them; returns one
//! sentence, in which roles of fields say what is a name, an amount and a day.

use std::collections::BTreeMap;

use serde_json::Value;

use super::facts::{self, ObjectsBefore};
use crate::catalog::{FieldRole, Object, Operation, OperationAction, Resource};
use crate::output::progress;
use crate::stats::Decimal;

/// The most names of objects in a question.
const NAMED: usize = 5;

/// The money that a call moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moved {
    /// None, or as much as the object says.
    Unstated,
    /// This amount, for each object.
    Each(String),
    /// What is left of each object.
    Rest,
}

/// What a question is about.
pub(super) struct Question<'a> {
    pub(super) resource: &'static Resource,
    pub(super) operation: &'static Operation,
    pub(super) targets: &'a [String],
    pub(super) moved: Moved,
    pub(super) facts: &'a ObjectsBefore,
    /// The value that makes the write one that asks (`status fully_disabled`).
    pub(super) special: Option<String>,
    /// The store, as [`crate::commands::connect::Target::in_question`] says it.
    pub(super) store: String,
}

impl Question<'_> {
    /// The question, without the answers to choose from.
    pub(super) fn text(&self) -> String {
        let about = match self.targets {
            [] => self.without_target(),
            [one] => self.of_one(one),
            several => self.of_several(several),
        };
        let special = self.special.as_deref();
        let special = special.map_or_else(String::new, |special| format!(" with {special}"));
        format!("{about}{special} in {}?", self.store)
    }

    fn object(&self) -> &'static Object {
        self.resource.object
    }

    /// `Cancel`, `Set next charge date on`.
    fn verb(&self) -> String {
        capitalized(&verb(self.operation))
    }

    fn singular(&self) -> String {
        self.resource.singular.replace('_', " ")
    }

    fn plural(&self) -> String {
        self.resource.name.replace('_', " ")
    }

    fn without_target(&self) -> String {
        match self.operation.action {
            OperationAction::Create => format!("{} {}", self.verb(), self.singular()),
            _ => format!("{} {}", self.verb(), self.plural()),
        }
    }

    fn of_one(&self, target: &str) -> String {
        let (verb, singular) = (self.verb(), self.singular());
        let Some(record) = self.facts.of(target) else {
            return match &self.moved {
                Moved::Each(amount) => format!("{verb} {amount} on {singular} {target}"),
                Moved::Rest => format!("{verb} the rest of {singular} {target}"),
                Moved::Unstated => format!("{verb} {singular} {target}"),
            };
        };
        let object = self.object();
        let currency = facts::text_with(object, record, FieldRole::Currency);
        let money = |amount: Decimal| in_currency(&amount.to_string(), currency.as_deref());
        let whole = facts::amount(object, record).map(money);
        let left = facts::amount_left(object, record);
        let mut details = Vec::new();
        let moved = match &self.moved {
            Moved::Each(amount) => Some(as_precise(amount, object, record)),
            Moved::Rest => left.map(|left| left.to_string()),
            Moved::Unstated => None,
        };
        let what = match (moved, &whole) {
            (Some(amount), Some(whole)) => {
                format!("{verb} {amount} of {whole} on {singular} {target}")
            }
            (Some(amount), None) => format!("{verb} {amount} on {singular} {target}"),
            (None, whole) => {
                details.extend(whole.clone());
                format!("{verb} {singular} {target}")
            }
        };
        details.extend(facts::name(object, record));
        details.extend(facts::day(object, record));
        let refunded = facts::text_with(object, record, FieldRole::Refunded);
        let refunded = refunded.and_then(|text| Decimal::parse(&text));
        details.extend(
            refunded
                .filter(|refunded| *refunded > Decimal::default())
                .map(|refunded| format!("{} already refunded", money(refunded))),
        );
        with_details(what, &details)
    }

    fn of_several(&self, targets: &[String]) -> String {
        let count = targets.len();
        let (verb, plural) = (self.verb(), self.plural());
        let mut what = match &self.moved {
            Moved::Each(amount) => format!(
                "{verb} {} each on {count} {plural}",
                self.as_precise_as_any(amount)
            ),
            Moved::Rest => format!("{verb} the rest of {count} {plural}"),
            Moved::Unstated => format!("{verb} {count} {plural}"),
        };
        if let Some(sum) = self.sum(targets) {
            let first = if self.facts.read < count {
                format!(" for the first {}", grouped(self.facts.read))
            } else {
                " in total".to_owned()
            };
            what = format!("{what}, {sum}{first}");
        }
        let records: Vec<_> = targets
            .iter()
            .take(self.facts.read)
            .filter_map(|target| self.facts.of(target))
            .collect();
        let object = self.object();
        let names = records
            .iter()
            .filter_map(|record| facts::name(object, record));
        let mut details: Vec<String> = names.take(NAMED).collect();
        if !details.is_empty() && count > details.len() {
            details.push(format!("and {} more", grouped(count - details.len())));
        }
        let absent = self.facts.read - records.len();
        if absent > 0 {
            details.push(format!("{} not found", grouped(absent)));
        }
        with_details(what, &details)
    }

    /// The amount, as precise as that of the first object that was read.
    fn as_precise_as_any(&self, amount: &str) -> String {
        let mut records = self
            .targets
            .iter()
            .filter_map(|target| self.facts.of(target));
        records.next().map_or_else(
            || amount.to_owned(),
            |record| as_precise(amount, self.object(), record),
        )
    }

    /// What is moved, or what the objects amount to, by currency.
    fn sum(&self, targets: &[String]) -> Option<String> {
        let object = self.object();
        let each = match &self.moved {
            Moved::Each(amount) => Some(Decimal::parse(&self.as_precise_as_any(amount))?),
            Moved::Rest | Moved::Unstated => None,
        };
        let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
        for target in targets.iter().take(self.facts.read) {
            let Some(record) = self.facts.of(target) else {
                continue;
            };
            let amount = match (&self.moved, each) {
                (_, Some(each)) => each,
                (Moved::Rest, None) => facts::amount_left(object, record)?,
                (_, None) => facts::amount(object, record)?,
            };
            let currency = facts::text_with(object, record, FieldRole::Currency);
            let sum = sums.entry(currency.unwrap_or_default()).or_default();
            *sum = sum.plus(amount)?;
        }
        let sums: Vec<String> = sums
            .iter()
            .map(|(currency, sum)| in_currency(&sum.to_string(), Some(currency)))
            .collect();
        (!sums.is_empty()).then(|| sums.join(" + "))
    }
}

/// The amount with as many decimals as that of the object: `5.00` of `54.90`.
fn as_precise(amount: &str, object: &Object, record: &Value) -> String {
    let decimals = |text: &str| {
        text.split_once('.')
            .map_or(0, |(_, decimals)| decimals.len())
    };
    let whole = facts::text_with(object, record, FieldRole::Amount).unwrap_or_default();
    let missing = decimals(&whole).saturating_sub(decimals(amount));
    if missing == 0 {
        return amount.to_owned();
    }
    let point = if amount.contains('.') { "" } else { "." };
    format!("{amount}{point}{}", "0".repeat(missing))
}

fn in_currency(amount: &str, currency: Option<&str>) -> String {
    match currency {
        Some(currency) if !currency.is_empty() => format!("{amount} {currency}"),
        _ => amount.to_owned(),
    }
}

fn with_details(what: String, details: &[String]) -> String {
    if details.is_empty() {
        return what;
    }
    format!("{what} ({})", details.join(", "))
}

/// `cancel`, `set next charge date on`.
fn verb(operation: &Operation) -> String {
    let words = operation.verb.replace('_', " ");
    if words.contains(' ') {
        format!("{words} on")
    } else {
        words
    }
}

/// What is done to so many objects: `cancel 3 subscriptions`.
pub(in crate::commands) fn of_count(
    resource: &Resource,
    operation: &Operation,
    count: u64,
) -> String {
    let name = if count == 1 {
        resource.singular
    } else {
        resource.name
    };
    let (verb, count) = (verb(operation), progress::grouped(count));
    format!("{verb} {count} {}", name.replace('_', " "))
}

/// The text with a capital letter at its beginning.
pub(in crate::commands) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A number with commas between its thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
