//! Operations, parameters and fields of the resource `events`.

use super::parameters::{CREATED_AT_MAX, CREATED_AT_MIN, CURSOR, LIMIT, OF_CUSTOMER};
use crate::build::{field, id, list, text};
use crate::model::{FieldKind, Object, Operation, Resource, ResponseShape, Type};
use crate::recharge::CONVENTIONS;

/// The resource `events`.
pub const RESOURCE: Resource = Resource {
    name: "events",
    singular: "event",
    about: "Events of the last seven days",
    object: &EVENT,
    operations: &[&LIST],
};

/// The operation `events.list`.
pub static LIST: Operation = list("/events", "List recent events")
    .details("Events reach back seven days. Needs the Pro plan.")
    .query(&[
        CREATED_AT_MIN.documented(Type::String),
        CREATED_AT_MAX.documented(Type::String),
        text("object_type", "only those about this type of object").common(),
        id(
            "object_id",
            "only those about this object; needs --object-type",
        ),
        text("verbs", "only those with these verbs")
            .multiple()
            .common(),
        OF_CUSTOMER,
        text(
            "origin",
            "only those from here: api, customer_portal, merchant_portal, recharge_process",
        ),
        LIMIT,
        CURSOR,
    ])
    .answers(ResponseShape::Page("events", &EVENT))
    .reaches_days(7)
    .scope("read_events")
    .example("rc events list --object-type subscription --verbs created,updated");

/// The object `event`.
pub const EVENT: Object = Object {
    name: "event",
    fields: &[
        field("id", FieldKind::Id),
        field("object_id", FieldKind::Id),
        field("customer_id", FieldKind::Id).short("customer"),
        field("created_at", FieldKind::Time),
        field("object_type", FieldKind::Text),
        field("verb", FieldKind::Text),
        field("description", FieldKind::Text),
        field("updated_attributes", FieldKind::Json).documented(Type::Object),
        field(
            "source",
            FieldKind::Parts(&[
                "account_id",
                "api_token_id",
                "api_token_name",
                "account_email",
                "origin",
                "user_type",
            ]),
        ),
        field("custom_attributes", FieldKind::Json).documented(Type::Object),
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
    conventions: &CONVENTIONS,
};
