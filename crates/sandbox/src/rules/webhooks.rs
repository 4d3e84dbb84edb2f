//! Webhooks: who is notified about what; ten a topic.

use serde_json::json;

use super::{Ruling, given, target, update};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::webhooks::{self, topics::Topic};
use recharge_catalog as catalog;

/// The reference's limit for webhooks of one topic.
const MOST_OF_TOPIC: usize = catalog::recharge::webhooks::WEBHOOKS.most_of_topic;

/// The versions that messages can be written in.
const VERSIONS: &[&str] = &["2021-01", catalog::recharge::API.version];

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let (id, mut webhook) = target(state, TableName::Webhooks, asked)?;
    match verb {
        "update" => {
            fill(asked, &mut webhook);
            check(state, asked, &webhook, Some(id))?;
            state.change(TableName::Webhooks, id, &webhook, "updated");
            Ok(Outcome::One(webhook))
        }
        "delete" => super::remove(state, TableName::Webhooks, asked),
        "test" => {
            webhooks::queue_test(state, id, &webhook);
            Ok(Outcome::Nothing)
        }
        _ => Err(super::unknown_verb()),
    }
}

/// A webhook with everything in its place and nothing chosen.
pub(crate) fn blank(id: u64) -> Record {
    record::object(json!({
        "id": id,
        "address": null,
        "included_objects": [],
        "topic": null,
        "version": catalog::recharge::API.version,
    }))
}

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let id = state.next_id(TableName::Webhooks);
    let mut webhook = blank(id);
    record::set(
        &mut webhook,
        "version",
        given(&state.store, "default_api_version"),
    );
    fill(asked, &mut webhook);
    check(state, asked, &webhook, None)?;
    state.create(TableName::Webhooks, id, &webhook);
    Ok(Outcome::One(webhook))
}

/// The fields of the body; what is given as null stays as it is.
fn fill(asked: &CheckedRequest, webhook: &mut Record) {
    let before = webhook.clone();
    update(asked, webhook);
    for (name, value) in webhook.iter_mut().filter(|(_, value)| value.is_null()) {
        *value = given(&before, name);
    }
}

/// Everything that is wrong with a webhook; then whether the token may have it.
fn check(
    state: &State,
    asked: &CheckedRequest,
    webhook: &Record,
    own: Option<u64>,
) -> Result<(), Refusal> {
    let mut faults = FieldErrors::default();
    let address = record::text(webhook, "address");
    let host = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
        faults.add("address", "Not a valid URL.");
    }
    let version = record::text(webhook, "version");
    if !VERSIONS.contains(&version) {
        let known = VERSIONS.join(", ");
        faults.add("version", format!("'{version}' is not one of {known}"));
    }
    let topic = record::text(webhook, "topic");
    let known = webhooks::topics::named(topic);
    if known.is_none() {
        faults.add("topic", format!("'{topic}' is not a topic"));
    } else {
        check_included(webhook, topic, &mut faults);
    }
    let others = state.table(TableName::Webhooks).find("topic", topic);
    if others.iter().filter(|id| Some(**id) != own).count() >= MOST_OF_TOPIC {
        faults.add("topic", format!("has {MOST_OF_TOPIC} webhooks already"));
    }
    faults.check()?;
    let scope = known.and_then(Topic::row).map(|row| row.scope);
    match scope.filter(|scope| !asked.token.may(scope)) {
        Some(scope) => Err(Refusal {
            status: 403,
            body: json!({"errors": format!("the token lacks the scope {scope}")}),
        }),
        None => Ok(()),
    }
}

/// Only what the topic has can be put into its messages.
fn check_included(webhook: &Record, topic: &str, faults: &mut FieldErrors) {
    let object = topic.split('/').next().unwrap_or_default();
    let known = TableName::named(object).map_or(&[][..], webhooks::topics::included);
    for wanted in record::list(webhook, "included_objects") {
        let wanted = wanted.as_str().unwrap_or_default();
        if !known.contains(&wanted) {
            let message = format!("'{wanted}' does not go with {topic}");
            faults.add("included_objects", message);
        }
    }
}
