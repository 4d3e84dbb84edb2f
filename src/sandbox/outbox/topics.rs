//! Which change is told under which topic: one row a topic.
//!
//! In comes a change of the journal with the record before and after, out come
//! the topics it is told under and the records that the messages carry. When a
//! topic is told is said in the reference under "Webhooks explained"; where
//! that says nothing, the row has a comment. Knows nothing of how messages are
//! kept or sent.

use crate::sandbox::record::{self, Record};
use crate::sandbox::state::State;
use crate::sandbox::tables::Name;

/// A topic that webhooks are registered for.
#[derive(Debug)]
pub(in crate::sandbox) struct Topic {
    /// Its name (`subscription/created`).
    pub(in crate::sandbox) name: &'static str,
    /// The scope that registering for it needs.
    pub(in crate::sandbox) scope: &'static str,
    /// What is told under it; nothing, where no operation brings it about.
    pub(super) when: &'static [When],
}

/// Changes that are told.
#[derive(Debug)]
pub(super) struct When {
    table: Name,
    /// The verb of the change; `None` takes any.
    verb: Option<&'static str>,
    only: fn(&Seen) -> bool,
    about: About,
}

/// Which records the messages carry.
#[derive(Debug, Clone, Copy)]
enum About {
    /// The one that changed.
    Itself,
    /// The address that it belongs to.
    Address,
    /// The customer that it belongs to.
    Customer,
    /// The orders of a charge.
    Orders,
    /// The subscriptions that were skipped with a charge, or brought back.
    Subscriptions,
}

/// A change, with what became of the record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) table: Name,
    pub(super) id: u64,
    pub(super) verb: &'a str,
    pub(super) before: Option<&'a Record>,
    pub(super) after: Option<&'a Record>,
}

impl Seen<'_> {
    fn before(&self, path: &str) -> &str {
        self.before.map_or("", |record| record::text(record, path))
    }

    fn after(&self, path: &str) -> &str {
        self.after.map_or("", |record| record::text(record, path))
    }

    /// Whether the record has come to that status just now.
    fn came_to(&self, status: &str) -> bool {
        self.after("status") == status && self.before("status") != status
    }
}

impl When {
    /// Any change of such records.
    const fn of(table: Name) -> Self {
        Self {
            table,
            verb: None,
            only: |_| true,
            about: About::Itself,
        }
    }

    const fn verb(mut self, verb: &'static str) -> Self {
        self.verb = Some(verb);
        self
    }

    const fn only(mut self, only: fn(&Seen) -> bool) -> Self {
        self.only = only;
        self
    }

    const fn about(mut self, about: About) -> Self {
        self.about = about;
        self
    }

    /// Whether a change is told.
    pub(super) fn fits(&self, seen: &Seen) -> bool {
        self.table == seen.table
            && self.verb.is_none_or(|verb| verb == seen.verb)
            && (self.only)(seen)
    }

    /// The records that its messages carry.
    pub(super) fn subjects(&self, state: &State, seen: &Seen) -> Vec<(Name, u64)> {
        let record = seen.after.or(seen.before);
        let number = |path: &str| record.and_then(|record| record::id(record, path));
        match self.about {
            About::Itself => vec![(seen.table, seen.id)],
            About::Address => one(Name::Addresses, number("address_id")),
            About::Customer => one(Name::Customers, number("customer_id")),
            About::Orders => {
                let orders = state.table(Name::Orders).find("charge.id", seen.id);
                orders.into_iter().map(|id| (Name::Orders, id)).collect()
            }
            About::Subscriptions => skipped(state, seen),
        }
    }
}

fn one(table: Name, id: Option<u64>) -> Vec<(Name, u64)> {
    id.map(|id| (table, id)).into_iter().collect()
}

/// The subscriptions that are in a charge that was skipped; of one that was
/// unskipped, those that left it.
fn skipped(state: &State, seen: &Seen) -> Vec<(Name, u64)> {
    let skipped = |record: Option<&Record>| -> Vec<u64> {
        let charge = record.filter(|charge| record::text(charge, "status") == "skipped");
        let lines = charge.map_or(&[][..], |charge| record::list(charge, "line_items"));
        let items = lines.iter().filter_map(|line| line.get("purchase_item_id"));
        items.filter_map(record::as_id).collect()
    };
    let (before, after) = (skipped(seen.before), skipped(seen.after));
    let (all, less) = if seen.verb == "unskipped" {
        (before, after)
    } else {
        (after, Vec::new())
    };
    let subscriptions = state.table(Name::Subscriptions);
    all.into_iter()
        .filter(|id| !less.contains(id) && subscriptions.holds(*id))
        .map(|id| (Name::Subscriptions, id))
        .collect()
}

/// The topic of that name.
pub(in crate::sandbox) fn named(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

/// What `included_objects` may add to messages about such records.
pub(super) fn included(table: Name) -> &'static [&'static str] {
    match table {
        Name::Addresses => &["customer", "payment_methods"],
        Name::Charges => &["customer", "metafields", "payment_methods"],
        Name::Customers => &["addresses", "metafields", "payment_methods"],
        Name::Orders | Name::Subscriptions => &["customer", "metafields"],
        _ => &[],
    }
}

const fn topic(name: &'static str, scope: &'static str, when: &'static [When]) -> Topic {
    Topic { name, scope, when }
}

const fn on(table: Name, verb: &'static str) -> When {
    When::of(table).verb(verb)
}

/// Why a subscription was cancelled when its charge had failed too often: that
/// is told as `charge/max_retries_reached` only.
pub(in crate::sandbox) const GIVEN_UP: &str = "Max number of charge attempts reached";

/// Every topic.
pub(in crate::sandbox) const TOPICS: &[Topic] = &[
    topic(
        "address/created",
        "read_customers",
        &[on(Name::Addresses, "created")],
    ),
    topic(
        "address/updated",
        "read_customers",
        &[
            on(Name::Addresses, "updated"),
            on(Name::Subscriptions, "activated").about(About::Address),
            on(Name::Subscriptions, "cancelled").about(About::Address),
        ],
    ),
    // A batch that broke off is no longer worked on either: who waits for it
    // should know.
    topic(
        "async_batch/processed",
        "read_batches",
        &[on(Name::Batches, "processed")],
    ),
    topic(
        "bundle_selection/created",
        "read_subscriptions",
        &[on(Name::BundleSelections, "created")],
    ),
    topic(
        "bundle_selection/updated",
        "read_subscriptions",
        &[on(Name::BundleSelections, "updated")],
    ),
    topic(
        "bundle_selection/deleted",
        "read_subscriptions",
        &[on(Name::BundleSelections, "deleted")],
    ),
    topic(
        "customer/activated",
        "read_customers",
        &[on(Name::Customers, "activated")],
    ),
    topic(
        "customer/created",
        "read_customers",
        &[on(Name::Customers, "created")],
    ),
    topic(
        "customer/deactivated",
        "read_customers",
        &[on(Name::Customers, "deactivated")],
    ),
    // Promised for requests too, and a handler that is never called is never
    // tried.
    topic(
        "customer/payment_method_updated",
        "read_customers",
        &[on(Name::PaymentMethods, "updated").about(About::Customer)],
    ),
    topic(
        "customer/updated",
        "read_customers",
        &[on(Name::Customers, "updated")],
    ),
    topic(
        "customer/deleted",
        "read_customers",
        &[on(Name::Customers, "deleted")],
    ),
    topic(
        "charge/created",
        "read_orders",
        &[on(Name::Charges, "created").only(|seen| seen.after("type") == "checkout")],
    ),
    topic(
        "charge/failed",
        "read_orders",
        &[on(Name::Charges, "failed")],
    ),
    topic(
        "charge/max_retries_reached",
        "read_orders",
        &[on(Name::Charges, "max_retries_reached")],
    ),
    topic("charge/paid", "read_orders", &[on(Name::Charges, "paid")]),
    topic(
        "charge/refunded",
        "read_orders",
        &[on(Name::Charges, "refunded")],
    ),
    // Not explained: authorised, and still to be captured.
    topic(
        "charge/uncaptured",
        "read_orders",
        &[When::of(Name::Charges).only(|seen| seen.came_to("pending"))],
    ),
    topic(
        "charge/upcoming",
        "read_orders",
        &[on(Name::Charges, "upcoming")],
    ),
    topic(
        "charge/updated",
        "read_orders",
        &[on(Name::Charges, "updated")],
    ),
    topic(
        "charge/deleted",
        "read_orders",
        &[on(Name::Charges, "deleted")],
    ),
    topic(
        "checkout/created",
        "read_orders",
        &[on(Name::Checkouts, "created")],
    ),
    // Deprecated and not removed: told with the one that replaces it.
    topic(
        "checkout/completed",
        "read_orders",
        &[on(Name::Checkouts, "processed")],
    ),
    topic(
        "checkout/processed",
        "read_orders",
        &[on(Name::Checkouts, "processed")],
    ),
    topic(
        "checkout/updated",
        "read_orders",
        &[on(Name::Checkouts, "updated")],
    ),
    topic(
        "onetime/created",
        "read_subscriptions",
        &[on(Name::Onetimes, "created")],
    ),
    topic(
        "onetime/deleted",
        "read_subscriptions",
        &[on(Name::Onetimes, "deleted")],
    ),
    topic(
        "onetime/updated",
        "read_subscriptions",
        &[on(Name::Onetimes, "updated")],
    ),
    topic(
        "order/cancelled",
        "read_orders",
        &[When::of(Name::Orders).only(|seen| seen.came_to("cancelled"))],
    ),
    topic(
        "order/created",
        "read_orders",
        &[on(Name::Orders, "created")],
    ),
    topic(
        "order/deleted",
        "read_orders",
        &[on(Name::Orders, "deleted")],
    ),
    topic(
        "order/processed",
        "read_orders",
        &[When::of(Name::Orders)
            .only(|seen| seen.came_to("success") && seen.after("type") != "checkout")],
    ),
    // Not explained: the orders of a payment that was authorised before.
    topic(
        "order/payment_captured",
        "read_orders",
        &[on(Name::Charges, "paid")
            .only(|seen| seen.before("status") == "pending")
            .about(About::Orders)],
    ),
    topic(
        "order/upcoming",
        "read_orders",
        &[on(Name::Orders, "upcoming")],
    ),
    topic(
        "order/updated",
        "read_orders",
        &[on(Name::Orders, "updated")],
    ),
    // Not explained: as `order/processed`, and at a checkout too.
    topic(
        "order/success",
        "read_orders",
        &[When::of(Name::Orders).only(|seen| seen.came_to("success"))],
    ),
    topic(
        "plan/created",
        "read_products",
        &[on(Name::Plans, "created")],
    ),
    topic(
        "plan/deleted",
        "read_products",
        &[on(Name::Plans, "deleted")],
    ),
    topic(
        "plan/updated",
        "read_products",
        &[on(Name::Plans, "updated")],
    ),
    topic(
        "subscription/activated",
        "read_subscriptions",
        &[on(Name::Subscriptions, "activated")],
    ),
    topic(
        "subscription/cancelled",
        "read_subscriptions",
        &[on(Name::Subscriptions, "cancelled")
            .only(|seen| seen.after("cancellation_reason") != GIVEN_UP)],
    ),
    topic(
        "subscription/created",
        "read_subscriptions",
        &[on(Name::Subscriptions, "created")],
    ),
    topic(
        "subscription/deleted",
        "read_subscriptions",
        &[on(Name::Subscriptions, "deleted")],
    ),
    topic(
        "subscription/skipped",
        "read_subscriptions",
        &[When::of(Name::Charges)
            .only(|seen| seen.came_to("skipped"))
            .about(About::Subscriptions)],
    ),
    // One that has had all its charges is not cancelled; it is told as a change.
    topic(
        "subscription/updated",
        "read_subscriptions",
        &[
            on(Name::Subscriptions, "updated"),
            on(Name::Subscriptions, "expired"),
        ],
    ),
    topic(
        "subscription/unskipped",
        "read_subscriptions",
        &[on(Name::Charges, "unskipped").about(About::Subscriptions)],
    ),
    topic(
        "subscription/swapped",
        "read_subscriptions",
        &[on(Name::Subscriptions, "updated").only(|seen| {
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
        "read_subscriptions",
        &[on(Name::Subscriptions, "paused")],
    ),
    // No operation changes the settings of a store or takes an app away.
    topic("store/updated", "read_store", &[]),
    topic("app/uninstalled", "read_store", &[]),
    topic("recharge/uninstalled", "store_info", &[]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    /// The facts of the reference, which the catalogue is held against as well.
    fn contract() -> Value {
        let text = include_str!("../../../tests/contract/recharge-2021-11.json");
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
            .map(|topic| (topic.name, topic.scope))
            .collect();
        assert_eq!(known, stated);
        assert_eq!(TOPICS.len(), stated.len());
    }

    #[test]
    fn every_object_that_may_be_included_is_one_that_the_reference_names() {
        for (object, names) in contract()["included_objects"].as_object().unwrap() {
            let table = Name::named(object).unwrap();
            let stated: Vec<&str> = names
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            assert_eq!(included(table), stated, "{object}");
        }
    }

    #[test]
    fn the_subscription_of_a_charge_that_failed_too_often_is_not_told_as_cancelled() {
        let cancelled = |reason: &str| {
            let after = record::object(serde_json::json!({"cancellation_reason": reason}));
            let seen = Seen {
                table: Name::Subscriptions,
                id: 1,
                verb: "cancelled",
                before: None,
                after: Some(&after),
            };
            named("subscription/cancelled").unwrap().when[0].fits(&seen)
        };
        assert!(cancelled("too expensive"));
        assert!(!cancelled(GIVEN_UP));
    }
}
