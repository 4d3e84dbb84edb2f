//! Messages that came in: kept among the deliveries, and reported when they ended.

use std::sync::Mutex;

use serde_json::json;
use tokio::sync::mpsc::UnboundedSender;

use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::error::{Error, Result};
use crate::webhooks::deliveries::{
    DeliveryEnd, DeliveryLog, DeliveryState, ListenerKey, NewDelivery,
};
use crate::webhooks::post::Posted;
use crate::webhooks::receiver::{MessageLog, ReceivedMessage};

/// Keeps messages among the deliveries, and reports each when it has ended.
pub(super) struct KeptMessages {
    log: Option<Mutex<DeliveryLog>>,
    key: ListenerKey,
    reports: UnboundedSender<String>,
}

impl KeptMessages {
    /// Messages for a listener, in a store of deliveries where there is one.
    pub(super) fn new(
        log: Option<DeliveryLog>,
        key: ListenerKey,
        reports: UnboundedSender<String>,
    ) -> Self {
        Self {
            log: log.map(Mutex::new),
            key,
            reports,
        }
    }

    fn with_log<T>(&self, work: impl FnOnce(&DeliveryLog) -> Result<T>) -> Result<Option<T>> {
        let Some(log) = &self.log else {
            return Ok(None);
        };
        let log = log
            .lock()
            .map_err(|_| Error::unexpected("the store of deliveries is in use"))?;
        work(&log).map(Some)
    }
}

impl MessageLog for KeptMessages {
    fn received(&self, message: &ReceivedMessage) -> Result<Option<i64>> {
        let new = NewDelivery {
            event: None,
            topic: message.topic.clone(),
            object_id: None,
            happened_at: None,
            form: None,
            replay_of: None,
            headers: message.headers.clone(),
            body: message.body.to_vec(),
        };
        self.with_log(|log| {
            let id = log.add(&self.key, &new, message.at)?;
            if message.verification.is_valid() {
                log.begin(id, 1)?;
            }
            Ok(id)
        })
    }

    fn ended(
        &self,
        record: Option<i64>,
        message: &ReceivedMessage,
        posted: Option<&Posted>,
    ) -> Result<()> {
        let problem = message.verification.problem();
        let status = posted.and_then(|posted| posted.answer.as_ref().ok().copied());
        let state = match posted {
            Some(posted) if posted.is_success() => DeliveryState::Delivered,
            None if problem.is_none() => DeliveryState::Printed,
            _ => DeliveryState::Failed,
        };
        let failure = posted.filter(|posted| !posted.is_success());
        let reason = problem.clone().or_else(|| failure.map(Posted::in_words));
        let milliseconds = posted.map_or(0, |posted| posted.milliseconds);
        if let Some(id) = record {
            let end = DeliveryEnd {
                state,
                status,
                reason: reason.clone(),
                milliseconds,
            };
            let attempts = u32::from(posted.is_some());
            self.with_log(|log| log.end(id, attempts, &end))?;
        }
        let report = json!({
            "at": message.at.to_string(),
            "delivery": record,
            "topic": message.topic,
            "key": message.key(),
            "valid": message.verification.is_valid(),
            "status": status,
            "milliseconds": milliseconds,
            "problem": reason,
        });
        // Nobody prints any more when the receiver ends.
        let _ = self.reports.send(report.to_string());
        Ok(())
    }
}

/// The fields of a message that came in.
pub(super) static RECEIVED: Object = Object {
    name: "received_message",
    fields: &[
        field("at", FieldKind::Time),
        field("delivery", FieldKind::Id),
        field("topic", FieldKind::Text),
        field("key", FieldKind::Text),
        field("valid", FieldKind::Boolean),
        field("status", FieldKind::Integer),
        field("milliseconds", FieldKind::Integer),
        field("problem", FieldKind::Text),
    ],
    columns: &[
        "at",
        "delivery",
        "topic",
        "key",
        "valid",
        "status",
        "milliseconds",
        "problem",
    ],
    conventions: &Conventions::PLAIN,
};
