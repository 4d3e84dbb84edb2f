//! Operations, parameters and fields of the resource `events`.

use super::parameters::{CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, LIMIT, OF_CUSTOMER};
use crate::build::{field, id, list, text};
use crate::model::{Answer, Holds, Object, Operation, Resource, Type};

/// The resource `events`.
pub const RESOURCE: Resource = Resource {
    name: "events",
    singular: "event",
    about: "What happened in the store during the last seven days",
    object: &EVENT,
    operations: &[&LIST],
};

/// The operation `events.list`.
pub static LIST: Operation = list("/events", "List what happened lately")
    .details("Nothing older than seven days. For stores on the Pro plan.")
    .query(&[
        CREATED_AT_MIN.documented(Type::String),
        CREATED_AT_MAX.documented(Type::String),
        text("object_type", "only those about this kind of object").common(),
        id(
            "object_id",
            "only those about this object; goes with --object-type",
        ),
        text("verbs", "only these verbs").multiple().common(),
        OF_CUSTOMER,
        text(
            "origin",
            "only those from here: api, customer_portal, merchant_portal, recharge_process",
        ),
        LIMIT,
        CURSOR,
    ])
    .answers(Answer::Page("events", &EVENT))
    .scope("read_events")
    .example("rc events list --object-type subscription --verbs created,updated");

/// The object `event`.
pub const EVENT: Object = Object {
    name: "event",
    fields: &[
        field("id", Holds::Id),
        field("object_id", Holds::Id),
        field("customer_id", Holds::Id).short("customer"),
        field("created_at", Holds::Time),
        field("object_type", Holds::Text),
        field("verb", Holds::Text),
        field("description", Holds::Text),
        field("updated_attributes", Holds::Json).documented(Type::Object),
        field(
            "source",
            Holds::Parts(&[
                "account_id",
                "api_token_id",
                "api_token_name",
                "account_email",
                "origin",
                "user_type",
            ]),
        ),
        field("custom_attributes", Holds::Json).documented(Type::Object),
    ],
    columns: &[
        "id",
        "created_at",
        "object_type",
        "object_id",
        "verb",
        "customer_id",
        "description",
    ],
};
