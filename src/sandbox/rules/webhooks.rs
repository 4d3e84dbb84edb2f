//! Webhooks: who is told about what; ten a topic.

use serde_json::json;

use super::{Ruling, given, target, update};
use crate::catalog;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::{Faults, Refusal};
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

/// What a message can carry beside its object, by the object of its topic.
const ENRICHED: &[(&str, &[&str])] = &[
    ("address", &["customer", "payment_methods"]),
    ("charge", &["customer", "metafields", "payment_methods"]),
    ("customer", &["addresses", "metafields", "payment_methods"]),
    ("order", &["customer", "metafields"]),
    ("subscription", &["customer", "metafields"]),
];

/// The versions that messages can be written in.
const VERSIONS: &[&str] = &["2021-01", catalog::VERSION];

pub(super) fn act(verb: &str, state: &mut State, asked: &Asked) -> Ruling {
    if verb == "create" {
        return create(state, asked);
    }
    let (id, mut webhook) = target(state, Name::Webhooks, asked)?;
    match verb {
        "update" => {
            fill(asked, &mut webhook);
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
    record::set(
        &mut webhook,
        "version",
        given(&state.store, "default_api_version"),
    );
    fill(asked, &mut webhook);
    check(state, asked, &webhook, None)?;
    state.create(Name::Webhooks, id, &webhook);
    Ok(Outcome::One(webhook))
}

/// The fields of the body; what is given as null stays as it is.
fn fill(asked: &Asked, webhook: &mut Record) {
    let before = webhook.clone();
    update(asked, webhook);
    for (name, value) in webhook.iter_mut().filter(|(_, value)| value.is_null()) {
        *value = given(&before, name);
    }
}

/// Everything that is wrong with a webhook; then whether the token may have it.
fn check(state: &State, asked: &Asked, webhook: &Record, own: Option<u64>) -> Result<(), Refusal> {
    let mut faults = Faults::default();
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
    let scope = TOPICS.iter().find(|(_, topics)| topics.contains(&topic));
    if scope.is_none() {
        faults.add("topic", format!("'{topic}' is not a topic"));
    } else {
        check_included(webhook, topic, &mut faults);
    }
    let others = state.table(Name::Webhooks).find("topic", topic);
    if others.iter().filter(|id| Some(**id) != own).count() >= MOST_OF_TOPIC {
        faults.add("topic", format!("has {MOST_OF_TOPIC} webhooks already"));
    }
    faults.check()?;
    match scope.filter(|(scope, _)| !asked.token.may(scope)) {
        Some((scope, _)) => Err(Refusal {
            status: 403,
            body: json!({"errors": format!("the token lacks the scope {scope}")}),
        }),
        None => Ok(()),
    }
}

/// Only what the topic has can be put into its messages.
fn check_included(webhook: &Record, topic: &str, faults: &mut Faults) {
    let object = topic.split('/').next().unwrap_or_default();
    let known = ENRICHED.iter().find(|(name, _)| *name == object);
    let known = known.map_or(&[][..], |(_, known)| known);
    for wanted in record::list(webhook, "included_objects") {
        let wanted = wanted.as_str().unwrap_or_default();
        if !known.contains(&wanted) {
            let message = format!("'{wanted}' does not go with {topic}");
            faults.add("included_objects", message);
        }
    }
}
