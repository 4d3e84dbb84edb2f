//! The topics of webhooks.
//!
//! Names, scopes and included objects are those of the reference ("Available
//! webhooks", "Extending responses"), and so are the explanations ("Webhooks
//! explained"). Four topics are not explained there: `charge/uncaptured`,
//! `order/cancelled`, `order/payment_captured` and `order/success`; what is said
//! of them follows from their names.

use super::{
    addresses, async_batches, bundle_selections, charges, checkouts, customers, onetimes, orders,
    plans, store, subscriptions,
};
use crate::model::{OtherSource, Resource, WebhookTopic};

const OF_ADDRESSES: &[&str] = &["customer", "payment_methods"];
const OF_CHARGES: &[&str] = &["customer", "metafields", "payment_methods"];
const OF_CUSTOMERS: &[&str] = &["addresses", "metafields", "payment_methods"];
const OF_ORDERS: &[&str] = &["customer", "metafields"];

/// A topic about an object of a resource.
const fn topic(
    name: &'static str,
    scope: &'static str,
    resource: &Resource,
    included: &'static [&'static str],
    about: &'static str,
) -> WebhookTopic {
    WebhookTopic {
        name,
        about,
        scope,
        key: resource.singular,
        resource: Some(resource.name),
        included,
        without_events: None,
    }
}

/// The same topic, which has no event.
const fn known_by(source: OtherSource, topic: &WebhookTopic) -> WebhookTopic {
    WebhookTopic {
        without_events: Some(source),
        ..*topic
    }
}

/// The end of an installation. Its body is not documented: that of the store,
/// from which the token can no longer be used to read it.
const fn uninstalled(name: &'static str, scope: &'static str, about: &'static str) -> WebhookTopic {
    WebhookTopic {
        resource: None,
        ..known_by(
            OtherSource::Impossible,
            &topic(name, scope, &store::RESOURCE, &[], about),
        )
    }
}

/// Every topic, in the order of the reference.
pub(super) const TOPICS: &[WebhookTopic] = &[
    topic(
        "address/created",
        "read_customers",
        &addresses::RESOURCE,
        OF_ADDRESSES,
        "an address is created by the API, or first used at a checkout",
    ),
    topic(
        "address/updated",
        "read_customers",
        &addresses::RESOURCE,
        OF_ADDRESSES,
        "an address is changed, or a subscription of it is activated or cancelled",
    ),
    known_by(
        OtherSource::Polling,
        &topic(
            "async_batch/processed",
            "read_batches",
            &async_batches::RESOURCE,
            &[],
            "a batch is processed",
        ),
    ),
    topic(
        "bundle_selection/created",
        "read_subscriptions",
        &bundle_selections::RESOURCE,
        &[],
        "contents are chosen for a bundle",
    ),
    topic(
        "bundle_selection/updated",
        "read_subscriptions",
        &bundle_selections::RESOURCE,
        &[],
        "the contents of a bundle are changed",
    ),
    topic(
        "bundle_selection/deleted",
        "read_subscriptions",
        &bundle_selections::RESOURCE,
        &[],
        "the contents of a bundle are deleted",
    ),
    topic(
        "customer/activated",
        "read_customers",
        &customers::RESOURCE,
        OF_CUSTOMERS,
        "a customer without an active subscription gets one",
    ),
    topic(
        "customer/created",
        "read_customers",
        &customers::RESOURCE,
        OF_CUSTOMERS,
        "a customer is created by the API, or at the first checkout",
    ),
    topic(
        "customer/deactivated",
        "read_customers",
        &customers::RESOURCE,
        OF_CUSTOMERS,
        "the last active subscription of a customer ends",
    ),
    topic(
        "customer/payment_method_updated",
        "read_customers",
        &customers::RESOURCE,
        OF_CUSTOMERS,
        "the payment method of a customer is changed",
    ),
    topic(
        "customer/updated",
        "read_customers",
        &customers::RESOURCE,
        OF_CUSTOMERS,
        "a customer is changed",
    ),
    topic(
        "customer/deleted",
        "read_customers",
        &customers::RESOURCE,
        OF_CUSTOMERS,
        "a customer is deleted",
    ),
    topic(
        "charge/created",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "a customer checks out",
    ),
    topic(
        "charge/failed",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "an attempt to process a charge fails",
    ),
    topic(
        "charge/max_retries_reached",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "the last attempt to process a charge fails",
    ),
    topic(
        "charge/paid",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "a charge is processed, other than at a checkout",
    ),
    topic(
        "charge/refunded",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "a charge is refunded in part or in full",
    ),
    topic(
        "charge/uncaptured",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "an authorized payment is still not captured",
    ),
    known_by(
        OtherSource::Polling,
        &topic(
            "charge/upcoming",
            "read_orders",
            &charges::RESOURCE,
            OF_CHARGES,
            "a charge is due in some days, three unless the store says otherwise",
        ),
    ),
    topic(
        "charge/updated",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "the discount, shipping rate or date of a charge changes",
    ),
    topic(
        "charge/deleted",
        "read_orders",
        &charges::RESOURCE,
        OF_CHARGES,
        "an upcoming charge is deleted",
    ),
    known_by(
        OtherSource::Impossible,
        &topic(
            "checkout/created",
            "read_orders",
            &checkouts::RESOURCE,
            &[],
            "a checkout is created",
        ),
    ),
    known_by(
        OtherSource::Impossible,
        &topic(
            "checkout/completed",
            "read_orders",
            &checkouts::RESOURCE,
            &[],
            "a checkout is processed; replaced by checkout/processed",
        ),
    ),
    known_by(
        OtherSource::Impossible,
        &topic(
            "checkout/processed",
            "read_orders",
            &checkouts::RESOURCE,
            &[],
            "a checkout is processed",
        ),
    ),
    known_by(
        OtherSource::Impossible,
        &topic(
            "checkout/updated",
            "read_orders",
            &checkouts::RESOURCE,
            &[],
            "a checkout is changed",
        ),
    ),
    topic(
        "onetime/created",
        "read_subscriptions",
        &onetimes::RESOURCE,
        &[],
        "a one-time product is added by the API",
    ),
    topic(
        "onetime/deleted",
        "read_subscriptions",
        &onetimes::RESOURCE,
        &[],
        "a one-time product is deleted by the API",
    ),
    topic(
        "onetime/updated",
        "read_subscriptions",
        &onetimes::RESOURCE,
        &[],
        "a one-time product is changed by the API",
    ),
    topic(
        "order/cancelled",
        "read_orders",
        &orders::RESOURCE,
        OF_ORDERS,
        "an order is cancelled",
    ),
    topic(
        "order/created",
        "read_orders",
        &orders::RESOURCE,
        OF_ORDERS,
        "an order is created; of prepaid orders, one message for each",
    ),
    topic(
        "order/deleted",
        "read_orders",
        &orders::RESOURCE,
        OF_ORDERS,
        "an order is deleted",
    ),
    topic(
        "order/processed",
        "read_orders",
        &orders::RESOURCE,
        OF_ORDERS,
        "a queued order is processed, other than at a checkout",
    ),
    topic(
        "order/payment_captured",
        "read_orders",
        &orders::RESOURCE,
        OF_ORDERS,
        "the authorized payment of an order is captured",
    ),
    known_by(
        OtherSource::Polling,
        &topic(
            "order/upcoming",
            "read_orders",
            &orders::RESOURCE,
            OF_ORDERS,
            "a prepaid order is due in some days, three unless the store says otherwise",
        ),
    ),
    topic(
        "order/updated",
        "read_orders",
        &orders::RESOURCE,
        OF_ORDERS,
        "an order is changed",
    ),
    topic(
        "order/success",
        "read_orders",
        &orders::RESOURCE,
        OF_ORDERS,
        "an order is processed, at a checkout too",
    ),
    topic(
        "plan/created",
        "read_products",
        &plans::RESOURCE,
        &[],
        "a plan is created",
    ),
    topic(
        "plan/deleted",
        "read_products",
        &plans::RESOURCE,
        &[],
        "a plan is deleted",
    ),
    topic(
        "plan/updated",
        "read_products",
        &plans::RESOURCE,
        &[],
        "a plan is changed",
    ),
    topic(
        "subscription/activated",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a subscription is activated",
    ),
    topic(
        "subscription/cancelled",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a subscription is cancelled, other than after failed charges",
    ),
    topic(
        "subscription/created",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a subscription is created",
    ),
    topic(
        "subscription/deleted",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a subscription is deleted",
    ),
    topic(
        "subscription/skipped",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a subscription is skipped in a charge",
    ),
    topic(
        "subscription/updated",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a subscription is changed, its next date included",
    ),
    topic(
        "subscription/unskipped",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a skipped subscription is put back into its charge",
    ),
    topic(
        "subscription/swapped",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a subscription is changed to another product or variant",
    ),
    topic(
        "subscription/paused",
        "read_subscriptions",
        &subscriptions::RESOURCE,
        OF_ORDERS,
        "a customer pauses a subscription in the portal",
    ),
    known_by(
        OtherSource::Polling,
        &topic(
            "store/updated",
            "read_store",
            &store::RESOURCE,
            &[],
            "the store is changed",
        ),
    ),
    uninstalled(
        "recharge/uninstalled",
        "store_info",
        "Recharge is uninstalled",
    ),
    uninstalled(
        "app/uninstalled",
        "read_store",
        "an app is uninstalled from the store",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recharge::v2021_11::API;
    use crate::recharge::v2021_11::event_topics::EVENT_FEED;

    #[test]
    fn topic_is_told_by_events_or_says_how_else_it_is_known() {
        for topic in TOPICS {
            let events = EVENT_FEED.topics.iter().find(|row| row.name == topic.name);
            assert_eq!(
                events.is_some(),
                topic.without_events.is_none(),
                "{}",
                topic.name
            );
            if let Some(events) = events {
                assert_eq!(Some(events.resource), topic.resource, "{}", topic.name);
            }
        }
        for row in EVENT_FEED.topics {
            assert!(TOPICS.iter().any(|topic| topic.name == row.name));
        }
        assert_eq!(TOPICS.len(), 51);
    }

    #[test]
    fn scope_of_a_topic_is_one_that_a_token_can_have() {
        for topic in TOPICS {
            assert!(
                API.scopes().any(|scope| scope == topic.scope),
                "{}",
                topic.name
            );
        }
    }
}
