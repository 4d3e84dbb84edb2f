//! Which events indicate which topics of webhooks.
//!
//! The reference says when a webhook is sent ("Webhooks explained") and shows
//! one event; verbs and kinds of objects of events are documented nowhere. A
//! change is therefore recognized by the verb of that name, or by what the
//! event changed: both are accepted, as either may be what the API writes.

use super::{
    addresses, bundle_selections, charges, customers, events, onetimes, orders, payment_methods,
    plans, polled_topics, subscriptions,
};
use crate::model::{EventClass, EventFeed, EventRule, EventTopic, StatusItems, Subject};

/// The feed of events of this version.
pub static EVENT_FEED: EventFeed = EventFeed {
    list: &events::LIST,
    object_type: "object_type",
    object_id: "object_id",
    verbs: "verbs",
    customer: "customer_id",
    origin: "origin",
    created: "created",
    updated: "updated",
    deleted: "deleted",
    days: 7,
    untold: "updated_at",
    topics: TOPICS,
    polled: polled_topics::TOPICS,
    zone: polled_topics::ZONE,
    short_lived: polled_topics::SHORT_LIVED,
};

const CREATED: &[&str] = &["created"];
const UPDATED: &[&str] = &["updated"];
const DELETED: &[&str] = &["deleted"];

const ADDRESS: &str = addresses::RESOURCE.singular;
const BUNDLE: &str = bundle_selections::RESOURCE.singular;
const CHARGE: &str = charges::RESOURCE.singular;
const CUSTOMER: &str = customers::RESOURCE.singular;
const ONETIME: &str = onetimes::RESOURCE.singular;
const ORDER: &str = orders::RESOURCE.singular;
const PAYMENT_METHOD: &str = payment_methods::RESOURCE.singular;
const PLAN: &str = plans::RESOURCE.singular;
const SUBSCRIPTION: &str = subscriptions::RESOURCE.singular;

const GOODS: &[&str] = &["external_product_id", "external_variant_id"];

/// The items of a charge that are skipped.
const SKIPPED: StatusItems = StatusItems {
    field: "status",
    status: "skipped",
    list: "line_items",
    id: "purchase_item_id",
    kind: ("purchase_item_type", SUBSCRIPTION),
};

const fn topic(
    name: &'static str,
    class: EventClass,
    resource: &'static str,
    rules: &'static [EventRule],
) -> EventTopic {
    EventTopic {
        name,
        class,
        resource,
        rules,
    }
}

const fn on(object: &'static str, verbs: &'static [&'static str]) -> EventRule {
    EventRule::of(object).verbs(verbs)
}

const fn exact(
    name: &'static str,
    resource: &'static str,
    rules: &'static [EventRule],
) -> EventTopic {
    topic(name, EventClass::Exact, resource, rules)
}

const fn confirmed(
    name: &'static str,
    resource: &'static str,
    rules: &'static [EventRule],
) -> EventTopic {
    topic(name, EventClass::Confirmed, resource, rules)
}

const fn lossy(
    name: &'static str,
    resource: &'static str,
    rules: &'static [EventRule],
) -> EventTopic {
    topic(name, EventClass::Lossy, resource, rules)
}

/// The topics that events indicate.
const TOPICS: &[EventTopic] = &[
    exact(
        "address/created",
        addresses::RESOURCE.name,
        &[on(ADDRESS, CREATED)],
    ),
    // Also when a subscription of the address starts or ends.
    exact(
        "address/updated",
        addresses::RESOURCE.name,
        &[
            on(ADDRESS, UPDATED),
            on(SUBSCRIPTION, &["activated", "cancelled"]).about(Subject::Parent("address_id")),
            on(SUBSCRIPTION, UPDATED)
                .became("status", "cancelled")
                .about(Subject::Parent("address_id")),
            on(SUBSCRIPTION, UPDATED)
                .was("status", "cancelled")
                .became("status", "active")
                .about(Subject::Parent("address_id")),
        ],
    ),
    confirmed(
        "bundle_selection/created",
        bundle_selections::RESOURCE.name,
        &[on(BUNDLE, CREATED)],
    ),
    confirmed(
        "bundle_selection/updated",
        bundle_selections::RESOURCE.name,
        &[on(BUNDLE, UPDATED)],
    ),
    lossy(
        "bundle_selection/deleted",
        bundle_selections::RESOURCE.name,
        &[on(BUNDLE, DELETED)],
    ),
    // The first subscription of a customer who had none that is active.
    confirmed(
        "customer/activated",
        customers::RESOURCE.name,
        &[
            on(CUSTOMER, &["activated"]),
            on(CUSTOMER, UPDATED).was("subscriptions_active_count", "0"),
        ],
    ),
    exact(
        "customer/created",
        customers::RESOURCE.name,
        &[on(CUSTOMER, CREATED)],
    ),
    confirmed(
        "customer/deactivated",
        customers::RESOURCE.name,
        &[
            on(CUSTOMER, &["deactivated"]),
            on(CUSTOMER, UPDATED).became("subscriptions_active_count", "0"),
        ],
    ),
    confirmed(
        "customer/payment_method_updated",
        customers::RESOURCE.name,
        &[on(PAYMENT_METHOD, UPDATED).about(Subject::Parent("customer_id"))],
    ),
    exact(
        "customer/updated",
        customers::RESOURCE.name,
        &[on(CUSTOMER, UPDATED)],
    ),
    lossy(
        "customer/deleted",
        customers::RESOURCE.name,
        &[on(CUSTOMER, DELETED)],
    ),
    // At a checkout only.
    confirmed(
        "charge/created",
        charges::RESOURCE.name,
        &[on(CHARGE, CREATED).where_is("type", "checkout")],
    ),
    confirmed(
        "charge/failed",
        charges::RESOURCE.name,
        &[
            on(CHARGE, &["failed"]),
            on(CHARGE, UPDATED).became("status", "error"),
        ],
    ),
    confirmed(
        "charge/max_retries_reached",
        charges::RESOURCE.name,
        &[on(CHARGE, &["max_retries_reached"])],
    ),
    confirmed(
        "charge/paid",
        charges::RESOURCE.name,
        &[
            on(CHARGE, &["paid"]),
            on(CHARGE, UPDATED).became("status", "success"),
        ],
    ),
    confirmed(
        "charge/refunded",
        charges::RESOURCE.name,
        &[
            on(CHARGE, &["refunded"]),
            on(CHARGE, UPDATED).became("status", "refunded"),
            on(CHARGE, UPDATED).became("status", "partially_refunded"),
        ],
    ),
    confirmed(
        "charge/uncaptured",
        charges::RESOURCE.name,
        &[on(CHARGE, &["uncaptured"])],
    ),
    confirmed(
        "charge/updated",
        charges::RESOURCE.name,
        &[on(CHARGE, UPDATED)],
    ),
    lossy(
        "charge/deleted",
        charges::RESOURCE.name,
        &[on(CHARGE, DELETED)],
    ),
    confirmed(
        "onetime/created",
        onetimes::RESOURCE.name,
        &[on(ONETIME, CREATED)],
    ),
    lossy(
        "onetime/deleted",
        onetimes::RESOURCE.name,
        &[on(ONETIME, DELETED)],
    ),
    confirmed(
        "onetime/updated",
        onetimes::RESOURCE.name,
        &[on(ONETIME, UPDATED)],
    ),
    confirmed(
        "order/cancelled",
        orders::RESOURCE.name,
        &[
            EventRule::of(ORDER).became("status", "cancelled"),
            on(ORDER, &["cancelled"]),
        ],
    ),
    confirmed(
        "order/created",
        orders::RESOURCE.name,
        &[on(ORDER, CREATED)],
    ),
    lossy(
        "order/deleted",
        orders::RESOURCE.name,
        &[on(ORDER, DELETED)],
    ),
    // Not at a checkout.
    confirmed(
        "order/processed",
        orders::RESOURCE.name,
        &[EventRule::of(ORDER)
            .became("status", "success")
            .where_is_not("type", "checkout")],
    ),
    // The orders of a payment that was authorised before.
    confirmed(
        "order/payment_captured",
        orders::RESOURCE.name,
        &[on(CHARGE, &["paid", "updated"])
            .was("status", "pending")
            .became("status", "success")
            .about(Subject::Children("charge_id"))],
    ),
    confirmed(
        "order/updated",
        orders::RESOURCE.name,
        &[on(ORDER, UPDATED)],
    ),
    confirmed(
        "order/success",
        orders::RESOURCE.name,
        &[EventRule::of(ORDER).became("status", "success")],
    ),
    lossy("plan/created", plans::RESOURCE.name, &[on(PLAN, CREATED)]),
    lossy("plan/deleted", plans::RESOURCE.name, &[on(PLAN, DELETED)]),
    lossy("plan/updated", plans::RESOURCE.name, &[on(PLAN, UPDATED)]),
    confirmed(
        "subscription/activated",
        subscriptions::RESOURCE.name,
        &[
            on(SUBSCRIPTION, &["activated"]),
            on(SUBSCRIPTION, UPDATED)
                .was("status", "cancelled")
                .became("status", "active"),
        ],
    ),
    confirmed(
        "subscription/cancelled",
        subscriptions::RESOURCE.name,
        &[
            on(SUBSCRIPTION, &["cancelled"]),
            on(SUBSCRIPTION, UPDATED).became("status", "cancelled"),
        ],
    ),
    exact(
        "subscription/created",
        subscriptions::RESOURCE.name,
        &[on(SUBSCRIPTION, CREATED)],
    ),
    lossy(
        "subscription/deleted",
        subscriptions::RESOURCE.name,
        &[on(SUBSCRIPTION, DELETED)],
    ),
    confirmed(
        "subscription/skipped",
        subscriptions::RESOURCE.name,
        &[EventRule::of(CHARGE)
            .became("status", "skipped")
            .about(Subject::ItemsThatCame(SKIPPED))],
    ),
    // One that has had all its charges is not cancelled; it is a change.
    exact(
        "subscription/updated",
        subscriptions::RESOURCE.name,
        &[on(SUBSCRIPTION, &["updated", "expired"])],
    ),
    confirmed(
        "subscription/unskipped",
        subscriptions::RESOURCE.name,
        &[on(CHARGE, &["unskipped", "updated"]).about(Subject::ItemsThatLeft(SKIPPED))],
    ),
    exact(
        "subscription/swapped",
        subscriptions::RESOURCE.name,
        &[
            on(SUBSCRIPTION, &["swapped"]),
            on(SUBSCRIPTION, UPDATED).changed(GOODS),
        ],
    ),
    lossy(
        "subscription/paused",
        subscriptions::RESOURCE.name,
        &[on(SUBSCRIPTION, &["paused"])],
    ),
];
