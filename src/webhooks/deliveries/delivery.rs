//! What a delivery is: who it is for, what it carries, how far it is, and the
//! record that commands print.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Nothing of it was sent.
    Waiting,
    /// It was sent; whether it arrived is not known.
    Sending,
    /// It was answered with a status from 200 to 299.
    Delivered,
    /// It was answered with another status, or given up.
    Failed,
    /// It was printed, as there is nowhere to send it.
    Printed,
}

impl DeliveryState {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Sending,
        Self::Delivered,
        Self::Failed,
        Self::Printed,
    ];

    /// Its name, as the store and reports have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "unknown",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Printed => "printed",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|state| state.name() == name);
        found.unwrap_or(Self::Failed)
    }

    /// Whether it is not sent again by itself.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed | Self::Printed)
    }
}

/// Who a delivery is for: a store, and where its messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerKey {
    /// The store.
    pub store: String,
    /// The address that messages are sent to.
    pub listener: String,
}

/// A delivery that is about to be made.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// The event that it is rebuilt from, if it is.
    pub event: Option<i64>,
    /// The topic, if it is known.
    pub topic: Option<String>,
    /// The number of the object that the body carries, if it is known.
    pub object_id: Option<String>,
    /// When it happened.
    pub happened_at: Option<Timestamp>,
    /// How near the body is to the webhook's (`as-of`), if it was rebuilt.
    pub form: Option<String>,
    /// The delivery that it repeats.
    pub replay_of: Option<i64>,
    /// Headers beside the usual ones, as they were received.
    pub headers: Vec<(String, String)>,
    /// The body, to the byte.
    pub body: Vec<u8>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryEnd {
    /// How far the delivery is now.
    pub state: DeliveryState,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there is none, or why it failed.
    pub reason: Option<String>,
    /// How long it took.
    pub milliseconds: u64,
}

/// A delivery, as it is kept.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// Who it is for.
    pub key: ListenerKey,
    /// Its kind.
    pub what: NewDelivery,
    /// Whether the body is still kept.
    pub has_body: bool,
    /// How far it is.
    pub state: DeliveryState,
    /// Attempts that may have arrived.
    pub attempts: u32,
    /// The last status.
    pub status: Option<u16>,
    /// What went wrong.
    pub reason: Option<String>,
    /// How long the last attempt took.
    pub milliseconds: Option<u64>,
    /// When it was made.
    pub at: Timestamp,
}

impl Delivery {
    /// A delivery of which nothing was sent yet.
    #[must_use]
    pub const fn begun(id: i64, key: ListenerKey, what: NewDelivery, at: Timestamp) -> Self {
        Self {
            id,
            key,
            what,
            has_body: true,
            state: DeliveryState::Waiting,
            attempts: 0,
            status: None,
            reason: None,
            milliseconds: None,
            at,
        }
    }

    /// Takes note of how an attempt ended.
    pub fn take(&mut self, end: &DeliveryEnd) {
        self.state = end.state;
        self.status = end.status;
        self.reason.clone_from(&end.reason);
        self.milliseconds = Some(end.milliseconds);
    }

    /// The delivery as a record; with its body and headers where they are wanted.
    #[must_use]
    pub fn record(&self, is_whole: bool) -> String {
        let what = &self.what;
        let mut record = json!({
            "id": self.id,
            "at": self.at.to_string(),
            "topic": what.topic,
            "object_id": what.object_id,
            "event": what.event,
            "happened_at": what.happened_at.map(|at| at.to_string()),
            "form": what.form,
            "state": self.state.name(),
            "status": self.status,
            "attempts": self.attempts,
            "milliseconds": self.milliseconds,
            "reason": self.reason,
            "replay_of": what.replay_of,
            "target": self.key.listener,
            "store": self.key.store,
        });
        if is_whole {
            let text = || String::from_utf8_lossy(&what.body).into_owned();
            let body = serde_json::from_slice(&what.body).unwrap_or_else(|_| Value::from(text()));
            record["headers"] = what
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                .collect::<serde_json::Map<_, _>>()
                .into();
            record["body"] = if self.has_body { body } else { Value::Null };
        }
        record.to_string()
    }
}

/// The fields of a delivery.
pub static DELIVERY: Object = Object {
    name: "delivery",
    fields: &[
        field("id", FieldKind::Id),
        field("at", FieldKind::Time),
        field("topic", FieldKind::Text),
        field("object_id", FieldKind::Id),
        field("event", FieldKind::Id),
        field("happened_at", FieldKind::Time),
        field("form", FieldKind::Text),
        field("state", FieldKind::Text),
        field("status", FieldKind::Integer),
        field("attempts", FieldKind::Integer),
        field("milliseconds", FieldKind::Integer),
        field("reason", FieldKind::Text),
        field("replay_of", FieldKind::Id),
        field("target", FieldKind::Text),
        field("store", FieldKind::Text),
        field("headers", FieldKind::Json),
        field("body", FieldKind::Json),
    ],
    columns: &[
        "id",
        "happened_at",
        "topic",
        "object_id",
        "form",
        "state",
        "status",
        "attempts",
    ],
    conventions: &Conventions::PLAIN,
};
