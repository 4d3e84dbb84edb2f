//! The topics that webhooks are registered for: one row each, with the changes
//! that it indicates. Scopes and included objects are the catalog's.
//!
//! When a topic is reported is said in the reference under "Webhooks
//! explained"; where that says nothing, the row has a comment. How a change is
//! compared with a row is written in [`super::telling`].

use super::changes::{About, ToldChanges};
use crate::storage::tables::TableName;
use recharge_catalog::WebhookTopic;
use recharge_catalog::recharge::webhooks;

/// A topic that webhooks are registered for.
#[derive(Debug)]
pub(crate) struct Topic {
    /// Its name (`subscription/created`).
    pub(crate) name: &'static str,
    /// What is reported under it; nothing, where no operation brings it about.
    pub(super) when: &'static [ToldChanges],
    /// Whether it tells of the settings of the store.
    pub(super) tells_settings: bool,
}

/// The topic of that name.
pub(crate) fn named(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

impl Topic {
    /// What the catalog says of it.
    pub(crate) fn row(&self) -> Option<&'static WebhookTopic> {
        webhooks::WEBHOOKS.topic(self.name)
    }
}

/// What `included_objects` may add to messages about such records.
pub(crate) fn included(table: TableName) -> &'static [&'static str] {
    let mut topics = webhooks::WEBHOOKS.topics.iter();
    let topic = topics.find(|topic| topic.key == table.object());
    topic.map_or(&[], |topic| topic.included)
}

const fn topic(name: &'static str, when: &'static [ToldChanges]) -> Topic {
    Topic {
        name,
        when,
        tells_settings: false,
    }
}

const fn on(table: TableName, verb: &'static str) -> ToldChanges {
    ToldChanges::of(table).verb(verb)
}

/// Every topic.
pub(crate) const TOPICS: &[Topic] = &[
    topic("address/created", &[on(TableName::Addresses, "created")]),
    topic(
        "address/updated",
        &[
            on(TableName::Addresses, "updated"),
            on(TableName::Subscriptions, "activated").about(About::Address),
            on(TableName::Subscriptions, "cancelled").about(About::Address),
        ],
    ),
    // A batch that broke off is no longer worked on either: who waits for it
    // should know.
    topic(
        "async_batch/processed",
        &[on(TableName::Batches, "processed")],
    ),
    topic(
        "bundle_selection/created",
        &[on(TableName::BundleSelections, "created")],
    ),
    topic(
        "bundle_selection/updated",
        &[on(TableName::BundleSelections, "updated")],
    ),
    topic(
        "bundle_selection/deleted",
        &[on(TableName::BundleSelections, "deleted")],
    ),
    topic(
        "customer/activated",
        &[on(TableName::Customers, "activated")],
    ),
    topic("customer/created", &[on(TableName::Customers, "created")]),
    topic(
        "customer/deactivated",
        &[on(TableName::Customers, "deactivated")],
    ),
    // Promised for requests too, and a handler that is never called is never
    // tried.
    topic(
        "customer/payment_method_updated",
        &[on(TableName::PaymentMethods, "updated").about(About::Customer)],
    ),
    topic("customer/updated", &[on(TableName::Customers, "updated")]),
    topic("customer/deleted", &[on(TableName::Customers, "deleted")]),
    topic(
        "charge/created",
        &[on(TableName::Charges, "created").only(|seen| seen.after("type") == "checkout")],
    ),
    topic("charge/failed", &[on(TableName::Charges, "failed")]),
    topic(
        "charge/max_retries_reached",
        &[on(TableName::Charges, "max_retries_reached")],
    ),
    topic("charge/paid", &[on(TableName::Charges, "paid")]),
    topic("charge/refunded", &[on(TableName::Charges, "refunded")]),
    // Not explained: authorised, and the time to capture it runs out.
    topic("charge/uncaptured", &[on(TableName::Charges, "uncaptured")]),
    topic("charge/upcoming", &[on(TableName::Charges, "upcoming")]),
    topic("charge/updated", &[on(TableName::Charges, "updated")]),
    topic("charge/deleted", &[on(TableName::Charges, "deleted")]),
    topic("checkout/created", &[on(TableName::Checkouts, "created")]),
    // Deprecated and not removed: told with the one that replaces it.
    topic(
        "checkout/completed",
        &[on(TableName::Checkouts, "processed")],
    ),
    topic(
        "checkout/processed",
        &[on(TableName::Checkouts, "processed")],
    ),
    topic("checkout/updated", &[on(TableName::Checkouts, "updated")]),
    topic("onetime/created", &[on(TableName::Onetimes, "created")]),
    topic("onetime/deleted", &[on(TableName::Onetimes, "deleted")]),
    topic("onetime/updated", &[on(TableName::Onetimes, "updated")]),
    topic(
        "order/cancelled",
        &[ToldChanges::of(TableName::Orders).only(|seen| seen.came_to("cancelled"))],
    ),
    topic("order/created", &[on(TableName::Orders, "created")]),
    topic("order/deleted", &[on(TableName::Orders, "deleted")]),
    topic(
        "order/processed",
        &[ToldChanges::of(TableName::Orders)
            .only(|seen| seen.came_to("success") && seen.after("type") != "checkout")],
    ),
    // Not explained: the orders of a payment that was authorised before.
    topic(
        "order/payment_captured",
        &[on(TableName::Charges, "paid")
            .only(|seen| seen.before("status") == "pending")
            .about(About::Orders)],
    ),
    topic("order/upcoming", &[on(TableName::Orders, "upcoming")]),
    topic("order/updated", &[on(TableName::Orders, "updated")]),
    // Not explained: as `order/processed`, and at a checkout too.
    topic(
        "order/success",
        &[ToldChanges::of(TableName::Orders).only(|seen| seen.came_to("success"))],
    ),
    topic("plan/created", &[on(TableName::Plans, "created")]),
    topic("plan/deleted", &[on(TableName::Plans, "deleted")]),
    topic("plan/updated", &[on(TableName::Plans, "updated")]),
    topic(
        "subscription/activated",
        &[on(TableName::Subscriptions, "activated")],
    ),
    topic(
        "subscription/cancelled",
        &[on(TableName::Subscriptions, "cancelled")],
    ),
    topic(
        "subscription/created",
        &[on(TableName::Subscriptions, "created")],
    ),
    topic(
        "subscription/deleted",
        &[on(TableName::Subscriptions, "deleted")],
    ),
    topic(
        "subscription/skipped",
        &[ToldChanges::of(TableName::Charges)
            .only(|seen| seen.came_to("skipped"))
            .about(About::Subscriptions)],
    ),
    // One that has had all its charges is not cancelled; it is reported as a
    // change.
    topic(
        "subscription/updated",
        &[
            on(TableName::Subscriptions, "updated"),
            on(TableName::Subscriptions, "expired"),
        ],
    ),
    topic(
        "subscription/unskipped",
        &[on(TableName::Charges, "unskipped").about(About::Subscriptions)],
    ),
    topic(
        "subscription/swapped",
        &[ToldChanges::of(TableName::Subscriptions).only(|seen| {
            if !matches!(seen.verb, "swapped" | "updated") {
                return false;
            }
            let goods = [
                "external_product_id.ecommerce",
                "external_variant_id.ecommerce",
            ];
            goods
                .iter()
                .any(|path| seen.before(path) != seen.after(path))
        })],
    ),
    // Paused in the customer portal only, which has no operation.
    topic(
        "subscription/paused",
        &[on(TableName::Subscriptions, "paused")],
    ),
    // The settings change beside the API, on the control surface.
    Topic {
        tells_settings: true,
        ..topic("store/updated", &[])
    },
    // No operation takes an app away.
    topic("app/uninstalled", &[]),
    topic("recharge/uninstalled", &[]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    /// The facts of the reference, which the catalogue is compared with as
    /// well.
    fn contract() -> Value {
        let text = include_str!("../../../../tests/contract/recharge-2021-11.json");
        serde_json::from_str::<Value>(text).unwrap()["webhooks"].take()
    }

    #[test]
    fn every_topic_of_the_reference_is_there_once_with_its_scope() {
        let contract = contract();
        let stated: BTreeMap<&str, &str> = contract["topics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|topic| {
                (
                    topic["topic"].as_str().unwrap(),
                    topic["scope"].as_str().unwrap(),
                )
            })
            .collect();
        let known: BTreeMap<&str, &str> = TOPICS
            .iter()
            .map(|topic| (topic.name, topic.row().unwrap().scope))
            .collect();
        assert_eq!(known, stated);
        assert_eq!(TOPICS.len(), stated.len());
    }

    #[test]
    fn every_object_that_may_be_included_is_one_that_the_reference_names() {
        for (object, names) in contract()["included_objects"].as_object().unwrap() {
            let table = TableName::named(object).unwrap();
            let stated: Vec<&str> = names
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            assert_eq!(included(table), stated, "{object}");
        }
    }
}
