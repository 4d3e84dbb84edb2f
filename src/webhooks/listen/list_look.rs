//! Reads lists: delivers the changes, and then records them.

use std::sync::Arc;

use super::event::StoreEvent;
use super::lists::{SeenEvent, lists_of};
use super::message::keep_one_of_each;
use super::objects::Objects;
use super::rebuild::Messages;
use super::run::{Listener, Look, Progress};
use crate::error::Result;

impl Listener<'_> {
    /// Reads the changes of each list, and delivers them.
    pub(super) async fn look_at_lists(&mut self, progress: &mut Progress) -> Result<Look> {
        let client = Arc::clone(self.reader.client());
        let feed = self.reader.feed();
        let (mut objects, mut seen) = (Objects::default(), Vec::new());
        let mut positions = Vec::new();
        for list in lists_of(client.api(), feed, &self.plan.topics) {
            let looked = list.look(&client, feed, self.log, &self.plan.key, &mut objects);
            let changes = looked.await?;
            // An empty list has no latest change; what comes later is new.
            if changes.is_whole {
                let newest = changes.newest.unwrap_or_default();
                positions.push((list.name(), newest));
            }
            seen.extend(changes.found);
        }
        seen.sort_by_key(|one: &SeenEvent| one.event.order());
        let looked = self.deliver_seen(progress, seen, objects).await?;
        if looked != Look::Enough {
            for (list, newest) in positions {
                let before = self.log.list_cursor(&self.plan.key, list)?;
                let position = before.unwrap_or_default().max(newest);
                self.log.save_list_cursor(&self.plan.key, list, position)?;
            }
        }
        Ok(looked)
    }

    /// Delivers the changes of lists, and stores the reported state of each object.
    async fn deliver_seen(
        &mut self,
        progress: &mut Progress,
        seen: Vec<SeenEvent>,
        objects: Objects,
    ) -> Result<Look> {
        let new: Vec<StoreEvent> = seen.iter().map(|one| one.event.clone()).collect();
        let messages = Messages {
            reader: &self.reader,
            log: self.log,
            store: &self.plan.key.store,
            known: None,
            topics: &self.plan.topics,
        };
        let mut messages = messages.of(&new, new.clone(), false, objects).await?;
        for remark in &messages.remarks {
            self.observer.note(remark);
        }
        keep_one_of_each(&mut messages.list);
        let mut messages = messages.list.into_iter().peekable();
        let mut looked = Look::Nothing;
        for one in seen {
            while let Some(message) = messages.next_if(|message| message.event == one.event.id) {
                if self.is_enough(progress) {
                    return Ok(Look::Enough);
                }
                self.deliver(progress, &one.event, message).await?;
            }
            looked = Look::Something;
            let kept = [(one.event.object_id, one.snapshot)];
            self.log.keep_snapshots(&self.plan.key, one.list, &kept)?;
        }
        if self.is_enough(progress) {
            return Ok(Look::Enough);
        }
        Ok(looked)
    }
}
