//! Webhooks: who is told about what; ten a topic.

use serde_json::{Value, json};

use super::{Ruling, target, update};
use crate::catalog;
use crate::sandbox::outbox::{self, topics::Topic};
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;
use crate::sandbox::{Asked, Outcome};

/// The reference's limit for webhooks of one topic.
const MOST_OF_TOPIC: usize = 10;

pub(super) fn act(verb: &str, state: &mut State, asked: &Asked) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let (id, mut webhook) = target(state, Name::Webhooks, asked)?;
    match verb {
        "update" => {
            update(asked, &mut webhook);
            check(state, asked, &webhook, Some(id))?;
            state.change(Name::Webhooks, id, &webhook, "updated");
            Ok(Outcome::One(webhook))
        }
        "delete" => super::remove(state, Name::Webhooks, asked),
        "test" => {
            outbox::queue_test(state, id, &webhook);
            Ok(Outcome::Nothing)
        }
        _ => Err(super::unknown_verb()),
    }
}

/// A webhook with everything in its place and nothing chosen.
pub(in crate::sandbox) fn blank(id: u64) -> Record {
    record::object(json!({
        "id": id,
        "address": null,
        "included_objects": [],
        "topic": null,
        "version": catalog::VERSION,
    }))
}

fn create(state: &mut State, asked: &Asked) -> Ruling {
    let id = state.next_id(Name::Webhooks);
    let mut webhook = blank(id);
    update(asked, &mut webhook);
    check(state, asked, &webhook, None)?;
    state.create(Name::Webhooks, id, &webhook);
    Ok(Outcome::One(webhook))
}

fn check(state: &State, asked: &Asked, webhook: &Record, own: Option<u64>) -> Result<(), Refusal> {
    let address = record::text(webhook, "address");
    if !(address.starts_with("https://") || address.starts_with("http://")) {
        return Err(Refusal::invalid("address", "Not a valid URL."));
    }
    let topic = record::text(webhook, "topic");
    let Some(Topic { scope, .. }) = outbox::topics::named(topic) else {
        return Err(Refusal::invalid(
            "topic",
            format!("'{topic}' is not a topic"),
        ));
    };
    if !asked.token.may(scope) {
        let message = format!("the token lacks the scope {scope}");
        return Err(Refusal {
            status: 403,
            body: json!({"errors": Value::from(message)}),
        });
    }
    let others = state.table(Name::Webhooks).find("topic", topic);
    if others.iter().filter(|id| Some(**id) != own).count() >= MOST_OF_TOPIC {
        return Err(Refusal::invalid(
            "topic",
            format!("has {MOST_OF_TOPIC} webhooks already"),
        ));
    }
    Ok(())
}
