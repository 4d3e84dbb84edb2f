//! Operations, parameters and fields of the resource `webhooks`.

use super::parameters::{CURSOR, ID, LIMIT_OF_ALL_LISTS, SORT_BY};
use super::webhook_topics::TOPICS;
use crate::build::{create, delete, field, get, list, post, text, texts, update};
use crate::model::{
    FieldKind, FieldRole, Object, Operation, Parameter, Resource, ResponseShape, WebhookHeaders,
    Webhooks,
};
use crate::recharge::CONVENTIONS;

/// The resource `webhooks`.
pub const RESOURCE: Resource = Resource {
    name: "webhooks",
    singular: "webhook",
    about: "URLs that Recharge notifies of events",
    object: &WEBHOOK,
    operations: &[&LIST, &GET, &CREATE, &UPDATE, &DELETE, &TEST],
};

/// The related objects that the page itself lists.
const LISTED_OBJECTS: &[&str] = &["addresses", "collections", "customer", "metafields"];

/// Those that some topic has or the page lists.
const INCLUDED_OBJECTS_VALUES: &[&str] = &[
    "addresses",
    "collections",
    "customer",
    "metafields",
    "payment_methods",
];

const ADDRESS: Parameter = text("address", "URL to send the messages to");
const INCLUDED_OBJECTS: Parameter = texts("included_objects", "add these objects to each message")
    .values(INCLUDED_OBJECTS_VALUES)
    .beyond("the chapter on extending responses gives topics payment_methods too");
const TOPIC: Parameter = text("topic", "topic of the events");
const VERSION: Parameter = text("version", "API version of the messages");

/// The topics of webhooks, and how their messages are signed.
pub static WEBHOOKS: Webhooks = Webhooks {
    topics: TOPICS,
    headers: WebhookHeaders {
        digest: "X-Recharge-Hmac-Sha256",
        timestamp: "X-Recharge-Webhook-Timestamp",
        signature: "X-Recharge-Webhook-Signature",
        shop: "X-Recharge-External-Platform-Domain",
        topic: "X-Recharge-Topic",
    },
    tolerance_seconds: 172_800,
    most_of_topic: 10,
    answer_seconds: 5,
    secret_at: "Recharge: Tools & apps, API tokens, the token, API client secret",
    topic_field: TOPIC.name,
    address_field: ADDRESS.name,
    included_field: INCLUDED_OBJECTS.name,
    version_field: VERSION.name,
};

/// The operation `webhooks.list`.
pub static LIST: Operation = list("/webhooks", "List webhooks")
    .query(&[
        SORT_BY.values(&["id-asc", "id-desc"]).default("id-desc"),
        LIMIT_OF_ALL_LISTS,
        CURSOR,
    ])
    .answers(ResponseShape::Page("webhooks", &WEBHOOK))
    .example("rc webhooks list");

/// The operation `webhooks.get`.
pub static GET: Operation = get("/webhooks/{id}", "Show a webhook")
    .at(&[ID])
    .answers(ResponseShape::One("webhook", &WEBHOOK))
    .example("rc webhooks get 19451");

/// The operation `webhooks.create`.
pub static CREATE: Operation = create("/webhooks", "Register a webhook")
    .details(
        "A token can register at most ten webhooks per topic, and needs read access to the \
         objects of the topic.",
    )
    .body(&[
        ADDRESS.required(),
        INCLUDED_OBJECTS,
        TOPIC.required(),
        VERSION,
    ])
    .answers(ResponseShape::One("webhook", &WEBHOOK))
    .registers(&WEBHOOKS)
    .example(
        "rc webhooks create --topic subscription/created --address \
             https://example.com/hooks",
    );

/// The operation `webhooks.update`.
pub static UPDATE: Operation = update("/webhooks/{id}", "Change a webhook")
    .at(&[ID])
    .body(&[ADDRESS, INCLUDED_OBJECTS, TOPIC.common(), VERSION])
    .answers(ResponseShape::One("webhook", &WEBHOOK))
    .example("rc webhooks update 19451 --address https://example.com/other");

/// The operation `webhooks.delete`.
pub static DELETE: Operation = delete("/webhooks/{id}", "Delete a webhook")
    .at(&[ID])
    .example("rc webhooks delete 19451 --yes");

/// The operation `webhooks.test`.
pub static TEST: Operation = post(
    "test",
    "/webhooks/{id}/test",
    "Send an empty request to a webhook",
)
.at(&[ID])
.done("tested")
.example("rc webhooks test 19451")
.never_undone("a sent message cannot be recalled");

/// The object `webhook`.
pub const WEBHOOK: Object = Object {
    name: "webhook",
    fields: &[
        field("id", FieldKind::Id),
        field("address", FieldKind::Text),
        field("included_objects", FieldKind::Json).values(LISTED_OBJECTS),
        field("topic", FieldKind::Text).role(FieldRole::Name(&[])),
        field("version", FieldKind::Text),
    ],
    columns: &["id", "topic", "address", "version", "included_objects"],
    conventions: &CONVENTIONS,
};
