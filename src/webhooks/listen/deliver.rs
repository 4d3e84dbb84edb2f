//! One delivery: recorded, sent until it is answered, and recorded again.

use std::time::Duration;

use super::event::StoreEvent;
use super::message::RebuiltMessage;
use super::run::{Listener, Progress};
use crate::error::{Error, Kind, Result};
use crate::webhooks::deliveries::{Delivery, DeliveryEnd, DeliveryState};
use crate::webhooks::forward::{Forwarded, Outgoing};

/// Attempts of `--once` to reach a program that is down.
const ONCE_TRIES: u32 = 5;

/// The longest pause between attempts to reach a program that is down.
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// A longer answer causes a note: the vendor would count it as failed.
const VENDOR_PATIENCE_MS: u64 = 5_000;

impl Listener<'_> {
    /// Whether as many deliveries were made as are wanted.
    pub(super) fn is_enough(&self, progress: &Progress) -> bool {
        self.plan.limit.is_some_and(|limit| progress.made >= limit)
    }

    /// Makes a delivery, unless it was made before.
    pub(super) async fn deliver(
        &mut self,
        progress: &mut Progress,
        event: &StoreEvent,
        message: RebuiltMessage,
    ) -> Result<()> {
        let new = message.into_delivery(event);
        let known = self.log.of_event(&self.plan.key, &new)?;
        let mut delivery = match known {
            Some(known) if known.state.is_end() => {
                progress.end.repeated += 1;
                return Ok(());
            }
            // It is sent as it was, byte for byte.
            Some(known) if known.has_body => known,
            _ => {
                let now = (self.clock)();
                let id = self.log.add(&self.plan.key, &new, now)?;
                Delivery::begun(id, self.plan.key.clone(), new, now)
            }
        };
        let end = match &self.forwarder {
            Some(_) => self.send(&mut delivery).await?,
            None => DeliveryEnd {
                state: DeliveryState::Printed,
                status: None,
                reason: None,
                milliseconds: 0,
            },
        };
        if end.state == DeliveryState::Printed {
            // Printed first: one that is printed twice is better than none.
            delivery.take(&end);
            self.observer.delivered(&delivery)?;
            self.observer.batch_end()?;
        }
        self.log.end(delivery.id, delivery.attempts, &end)?;
        progress.made += 1;
        if end.state == DeliveryState::Failed {
            progress.end.failed += 1;
        } else {
            progress.end.delivered += 1;
        }
        if end.state != DeliveryState::Printed {
            delivery.take(&end);
            self.observer.delivered(&delivery)?;
        }
        if end.milliseconds > VENDOR_PATIENCE_MS {
            let seconds = end.milliseconds / 1000;
            self.observer.note(&format!(
                "the answer took {seconds} seconds; a webhook that takes more than 5 counts as failed"
            ));
        }
        Ok(())
    }

    /// Sends a message until it is answered. Waits for a program that is down.
    async fn send(&mut self, delivery: &mut Delivery) -> Result<DeliveryEnd> {
        let mut tries = 0;
        loop {
            let Some(forwarder) = &self.forwarder else {
                return Err(Error::unexpected("there is no target for messages"));
            };
            let sent_before = delivery.attempts;
            let attempt = sent_before + 1;
            self.log.begin(delivery.id, attempt)?;
            let outgoing = Outgoing {
                topic: delivery.what.topic.as_deref(),
                delivery: delivery.id,
                event: delivery.what.event,
                form: delivery.what.form.as_deref(),
                attempt,
                body: &delivery.what.body,
            };
            let target = forwarder.target().as_str().to_owned();
            let (forwarded, milliseconds) = forwarder.send(&outgoing, (self.clock)()).await?;
            delivery.attempts = attempt;
            let end = |state, status, reason| DeliveryEnd {
                state,
                status,
                reason,
                milliseconds,
            };
            let (reason, state) = match forwarded {
                Forwarded::Answered(status, None) => {
                    return Ok(end(DeliveryState::Delivered, Some(status), None));
                }
                Forwarded::Answered(status, reason) => {
                    return Ok(end(DeliveryState::Failed, Some(status), reason));
                }
                // The program has it, and may still be processing it.
                Forwarded::TooLate(reason) => {
                    return Ok(end(DeliveryState::Failed, None, Some(reason)));
                }
                Forwarded::NotSent(reason) => {
                    delivery.attempts = sent_before;
                    let state = if sent_before == 0 {
                        DeliveryState::Waiting
                    } else {
                        DeliveryState::Sending
                    };
                    (reason, state)
                }
                Forwarded::Broken(reason) => (reason, DeliveryState::Sending),
            };
            let unanswered = end(state, None, Some(reason.clone()));
            self.log.end(delivery.id, delivery.attempts, &unanswered)?;
            tries += 1;
            if self.plan.once && tries >= ONCE_TRIES {
                return Err(Error::new(
                    Kind::Unreachable,
                    format!("{target} does not answer: {reason}"),
                )
                .hint("start the program and run the command again; nothing is lost"));
            }
            if tries == 1 {
                let note = format!("{target} does not answer: {reason}; waiting for it");
                self.observer.note(&note);
            }
            let backoff = Duration::from_millis(500) * 2_u32.saturating_pow(tries.min(6) - 1);
            self.wait(backoff.min(LONGEST_BACKOFF)).await?;
        }
    }
}
