//! Events: what each write leaves behind for `GET /events`.
//!
//! In comes the journal of a request, out go event records; those older than
//! the window are forgotten. Messages to webhooks come from the same journal.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::requests::lists;
use crate::storage::state::{self, QUIETLY, State, Token};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;
use crate::webhooks;

/// Events are kept this long: those of charges are told beside other records
/// when they are no longer listed.
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
    for change in &changes {
        if change.verb == QUIETLY || change.table == TableName::Events {
            continue;
        }
        let after = state.get(change.table, change.id);
        let Some(record) = after.as_ref().or(change.before.as_ref()) else {
            continue;
        };
        let told = Told {
            customer: state::owner(change.table, change.id, record),
            object: change.table.object(),
            id: change.id,
            verb: change.verb,
            attributes: attributes(change.before.as_ref(), after.as_ref()),
        };
        let id = state.next_id(TableName::Events);
        let event = event(id, &told, now, token);
        state.lay(TableName::Events, id, &event);
    }
    webhooks::note(state, &changes);
    forget_old(state, now);
}

/// What an event tells.
pub(crate) struct Told<'a> {
    pub(crate) customer: Option<u64>,
    pub(crate) object: &'a str,
    pub(crate) id: u64,
    pub(crate) verb: &'a str,
    pub(crate) attributes: Vec<Value>,
}

/// The record of an event.
pub(crate) fn event(id: u64, told: &Told, at: Timestamp, token: &Token) -> Record {
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
