//! Webhooks: who is told about what; ten a topic.

use serde_json::{Value, json};

use super::{Ruling, target, update};
use crate::catalog;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;
use crate::sandbox::{Asked, Outcome};

/// The reference's limit for webhooks of one topic.
const MOST_OF_TOPIC: usize = 10;

/// Topics by the scope that reads what they are about.
const TOPICS: &[(&str, &[&str])] = &[
    (
        "read_customers",
        &[
            "address/created",
            "address/updated",
            "customer/activated",
            "customer/created",
            "customer/deactivated",
            "customer/payment_method_updated",
            "customer/updated",
            "customer/deleted",
        ],
    ),
    ("read_batches", &["async_batch/processed"]),
    (
        "read_subscriptions",
        &[
            "bundle_selection/created",
            "bundle_selection/updated",
            "bundle_selection/deleted",
            "onetime/created",
            "onetime/deleted",
            "onetime/updated",
            "subscription/activated",
            "subscription/cancelled",
            "subscription/created",
            "subscription/deleted",
            "subscription/skipped",
            "subscription/updated",
            "subscription/unskipped",
            "subscription/swapped",
            "subscription/paused",
        ],
    ),
    (
        "read_orders",
        &[
            "charge/created",
            "charge/failed",
            "charge/max_retries_reached",
            "charge/paid",
            "charge/refunded",
            "charge/uncaptured",
            "charge/upcoming",
            "charge/updated",
            "charge/deleted",
            "checkout/created",
            "checkout/completed",
            "checkout/processed",
            "checkout/updated",
            "order/cancelled",
            "order/created",
            "order/deleted",
            "order/processed",
            "order/payment_captured",
            "order/upcoming",
            "order/updated",
            "order/success",
        ],
    ),
    (
        "read_products",
        &["plan/created", "plan/deleted", "plan/updated"],
    ),
    ("read_store", &["store/updated", "app/uninstalled"]),
    ("store_info", &["recharge/uninstalled"]),
];

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
        // Deliveries leave the sandbox with a later floor; the request is in order.
        "test" => Ok(Outcome::Nothing),
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
    let Some((scope, _)) = TOPICS.iter().find(|(_, topics)| topics.contains(&topic)) else {
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
