//! Events: what each write leaves behind for `GET /events`.
//!
//! Takes the journal of a request; returns event records; those older than the
//! window are forgotten. Messages to webhooks come from the same journal.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::requests::lists;
use crate::storage::state::{self, Change, QUIETLY, State, Token};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;
use crate::webhooks;

/// Events are kept this long: those of charges are reported beside other
/// records when they are no longer listed.
const DAYS_KEPT: i64 = 90;

/// Fields whose change is not worth telling.
const UNTOLD: &[&str] = &["updated_at", "created_at"];

/// Turns the journal into events and messages to webhooks, keeps the changes, and forgets old events.
pub(crate) fn settle(state: &mut State, now: Timestamp, token: &Token) {
    if state.journal.is_empty() {
        return;
    }
    state.revision += 1;
    let changes = std::mem::take(&mut state.journal);
    for step in steps(state, &changes) {
        let Some(record) = step.after.as_ref().or(step.before) else {
            continue;
        };
        let told = EventFacts {
            customer: state::owner(step.table, step.id, record),
            object: step.table.object(),
            id: step.id,
            verb: step.verb,
            attributes: attributes(step.before, step.after.as_ref()),
        };
        let id = state.next_id(TableName::Events);
        let event = event(id, &told, now, token);
        state.lay(TableName::Events, id, &event);
    }
    webhooks::note(state, &changes);
    forget_old(state, now);
}

/// What an event is made of.
struct EventStep<'a> {
    table: TableName,
    id: u64,
    verb: &'static str,
    before: Option<&'a Record>,
    after: Option<Record>,
}

/// The changes of a request that events indicate, so that the events of an object
/// join: each begins where the one before ends. Changes of one verb that follow
/// each other are one, and quiet changes belong to the one before them, or to the
/// first.
fn steps<'a>(state: &State, changes: &'a [Change]) -> Vec<EventStep<'a>> {
    let mut steps: Vec<EventStep> = Vec::new();
    let mut last: HashMap<(TableName, u64), usize> = HashMap::new();
    let mut quiet: HashMap<(TableName, u64), &Record> = HashMap::new();
    for change in changes {
        if change.table == TableName::Events {
            continue;
        }
        let key = (change.table, change.id);
        let known = last.get(&key).copied();
        if change.verb == QUIETLY {
            if let (None, Some(before)) = (known, &change.before) {
                quiet.entry(key).or_insert(before);
            }
            continue;
        }
        let mut before = change.before.as_ref();
        match known {
            Some(at) if steps[at].verb == change.verb => continue,
            Some(at) => steps[at].after.clone_from(&change.before),
            None => before = quiet.get(&key).copied().or(before),
        }
        last.insert(key, steps.len());
        steps.push(EventStep {
            table: change.table,
            id: change.id,
            verb: change.verb,
            before,
            after: None,
        });
    }
    for ((table, id), at) in last {
        steps[at].after = state.get(table, id);
    }
    steps
}

/// What an event tells.
pub(crate) struct EventFacts<'a> {
    pub(crate) customer: Option<u64>,
    pub(crate) object: &'a str,
    pub(crate) id: u64,
    pub(crate) verb: &'a str,
    pub(crate) attributes: Vec<Value>,
}

/// The record of an event.
pub(crate) fn event(id: u64, told: &EventFacts, at: Timestamp, token: &Token) -> Record {
    let verb = told.verb;
    let begin = verb.get(..1).unwrap_or_default().to_uppercase();
    let rest = verb.get(1..).unwrap_or_default();
    record::object(json!({
        "id": id,
        "object_id": told.id,
        "customer_id": told.customer,
        "created_at": time::without_offset(&time::stamp(at)),
        "object_type": told.object,
        "verb": verb,
        "description": format!("{begin}{rest} {} #{}", told.object, told.id),
        "updated_attributes": told.attributes,
        "source": {
            "account_id": null,
            "api_token_id": 987_654_321,
            "api_token_name": token.name,
            "account_email": null,
            "origin": "api",
            "user_type": null,
        },
        "custom_attributes": [],
    }))
}

/// The fields that differ, for a change; nothing for what came or went.
fn attributes(before: Option<&Record>, after: Option<&Record>) -> Vec<Value> {
    let (Some(before), Some(after)) = (before, after) else {
        return Vec::new();
    };
    after
        .iter()
        .filter(|(name, value)| !UNTOLD.contains(&name.as_str()) && before.get(*name) != Some(*value))
        .map(|(name, value)| {
            json!({"attribute": name, "previous_value": before.get(name), "value": value})
        })
        .collect()
}

fn forget_old(state: &mut State, now: Timestamp) {
    let table = state.table(TableName::Events);
    let Some(time) = table.time_at("created_at") else {
        return;
    };
    let end = lists::days_before(now, DAYS_KEPT).as_second();
    let old: Vec<u64> = table.timed(time, ..(end, 0)).map(|(_, id)| id).collect();
    for id in old {
        state.forget(TableName::Events, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(verb: &'static str, before: &Value) -> Change {
        Change {
            table: TableName::Customers,
            id: 1,
            verb,
            before: Some(record::object(before.clone())),
        }
    }

    #[test]
    fn events_of_an_object_join_when_one_request_changes_it_repeatedly() {
        let mut state = State::empty(Timestamp::UNIX_EPOCH);
        let last = record::object(json!({"n": 6}));
        state.lay(TableName::Customers, 1, &last);
        let changes = [
            change(QUIETLY, &json!({"n": 0})),
            change("updated", &json!({"n": 1})),
            change("updated", &json!({"n": 2})),
            change(QUIETLY, &json!({"n": 3})),
            change("activated", &json!({"n": 4})),
            change("updated", &json!({"n": 5})),
        ];
        let steps = steps(&state, &changes);
        let told: Vec<(&str, i64, i64)> = steps
            .iter()
            .map(|step| {
                let number =
                    |record: Option<&Record>| record::number(record.unwrap(), "n").unwrap();
                (step.verb, number(step.before), number(step.after.as_ref()))
            })
            .collect();
        assert_eq!(
            told,
            [("updated", 0, 4), ("activated", 4, 5), ("updated", 5, 6)]
        );
    }
}
