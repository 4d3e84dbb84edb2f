//! What is so, when no one has said it: decisions over what the ledger noted
//! and what the API shows. Pure. Where the facts do not tell, the answer is
//! that they do not; nothing is guessed.

use std::collections::HashMap;

use ring::digest::{Context, SHA256};
use serde_json::Value;

/// The result of tasks that were added without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// They are in the batch, once.
    Arrived,
    /// They may be, or may still come.
    Unclear,
}

/// Whether tasks arrived whose answer was lost: `before` were in the batch,
/// `part` went out, and the batch shows `total` now. A batch that shows none of
/// them says nothing: what is late may still arrive.
#[must_use]
pub const fn arrival(before: u64, part: u64, total: u64) -> Arrival {
    if total == before + part {
        Arrival::Arrived
    } else {
        Arrival::Unclear
    }
}

/// Whether an answer to adding tasks says that all of them arrived. The
/// reference shows the count of a first request only, so it may be that of the
/// request or that of the batch.
#[must_use]
pub const fn is_whole(before: u64, part: u64, count: u64) -> bool {
    count == part || count == before + part
}

/// By what a body is known again: a hash of what it says, however it is
/// written.
#[must_use]
pub fn likeness(body: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    match serde_json::from_str(body) {
        Ok(value) => pour(&value, &mut context),
        Err(_) => context.update(body.as_bytes()),
    }
    let mut likeness = [0; 32];
    likeness.copy_from_slice(context.finish().as_ref());
    likeness
}

/// Each value with its kind and its length, so that no two are poured alike.
fn pour(value: &Value, into: &mut Context) {
    let mut text = |kind: u8, text: &str| {
        into.update(&[kind]);
        into.update(&text.len().to_le_bytes());
        into.update(text.as_bytes());
    };
    match value {
        Value::Null => text(b'0', ""),
        Value::Bool(value) => text(b'b', if *value { "t" } else { "f" }),
        Value::Number(number) => text(b'n', &plain(&number.to_string())),
        Value::String(value) => text(b's', value),
        Value::Array(items) => {
            text(b'[', &items.len().to_string());
            for item in items {
                pour(item, into);
            }
        }
        Value::Object(fields) => {
            text(b'{', &fields.len().to_string());
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            for name in names {
                into.update(&name.len().to_le_bytes());
                into.update(name.as_bytes());
                pour(&fields[name.as_str()], into);
            }
        }
    }
}

/// A decimal without what does not matter: `10.00` is `10`.
fn plain(number: &str) -> String {
    let is_decimal = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        numeric(whole) && numeric(part)
    };
    if !is_decimal(number) || !number.contains('.') {
        return number.to_owned();
    }
    number
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// Whether a task says all that a row says, though perhaps in other words: a
/// number as text, fields that were added.
#[must_use]
pub fn says_the_same(row: &Value, task: &Value) -> bool {
    match (row, task) {
        (Value::Object(row), Value::Object(task)) => row.iter().all(|(name, value)| {
            task.get(name)
                .map_or(value.is_null(), |other| says_the_same(value, other))
        }),
        (Value::Array(row), Value::Array(task)) => {
            row.len() == task.len()
                && row
                    .iter()
                    .zip(task)
                    .all(|(value, other)| says_the_same(value, other))
        }
        (row, task) => match (word(row), word(task)) {
            (Some(row), Some(task)) => row == task,
            _ => row == task,
        },
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(plain(&number.to_string())),
        Value::String(text) => Some(plain(text)),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Which task belongs to which row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// For each row the number of its task; `None` where there is none.
    pub rows: Vec<Option<usize>>,
    /// Tasks that belong to no row.
    pub strangers: Vec<usize>,
}

/// Pairs rows with tasks, both in their order: that of the input, and that in
/// which the API numbered them. A task is a row's when it says the same; among
/// those that say the same, order decides.
///
/// What is left is paired only when as many tasks are there as rows and each of
/// them, at the same place, passes `same` (row, task): then the API has put
/// what it was given into other words.
#[must_use]
pub fn pair(
    rows: &[[u8; 32]],
    tasks: &[[u8; 32]],
    mut same: impl FnMut(usize, usize) -> bool,
) -> Pairing {
    let mut places: HashMap<&[u8; 32], Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate().rev() {
        places.entry(row).or_default().push(at);
    }
    let mut paired = vec![None; rows.len()];
    let mut strangers = Vec::new();
    for (at, task) in tasks.iter().enumerate() {
        match places.get_mut(task).and_then(Vec::pop) {
            Some(row) => paired[row] = Some(at),
            None => strangers.push(at),
        }
    }
    if rows.len() == tasks.len()
        && strangers
            .iter()
            .all(|at| paired[*at].is_none() && same(*at, *at))
    {
        for at in strangers.drain(..) {
            paired[at] = Some(at);
        }
    }
    Pairing {
        rows: paired,
        strangers,
    }
}

#[cfg(test)]
#[path = "settle_tests.rs"]
mod tests;
