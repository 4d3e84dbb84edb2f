//! The first reads of a listener: objects that the store may delete before they are
//! requested, so that their changes can be reported.

use std::sync::Arc;

use jiff::Timestamp;

use super::objects::{Objects, id_of, listed, paged};
use super::run::Listener;
use crate::catalog::ShortLived;
use crate::error::{Kind, Result};

/// The most objects of a kind that are read: four requests.
const MOST_OBJECTS: usize = 1_000;

impl Listener<'_> {
    /// Reads short-lived objects of the selected topics. A failure costs a few bodies and
    /// no message.
    ///
    /// # Errors
    /// Of kind `Interrupted` or `Closed`; the objects cannot be stored.
    pub(super) async fn acquaint(&self) -> Result<()> {
        let client = Arc::clone(self.reader.client());
        let known = self.known((self.clock)(), Timestamp::MIN);
        let is_wanted = |one: &&ShortLived| {
            let mut topics = self.plan.topics.topics.iter();
            topics.any(|topic| topic.resource == one.resource)
        };
        let mut objects = Objects::default();
        for kind in self.reader.feed().short_lived.iter().filter(is_wanted) {
            let mut request = paged(client.api(), kind.list);
            request.set_query(kind.only.0, kind.only.1.to_owned());
            match listed(&client, kind.list, request, MOST_OBJECTS).await {
                Ok(found) => {
                    for fields in found {
                        if let Some(id) = id_of(client.api(), &fields) {
                            objects.know(kind.resource, id, fields);
                        }
                    }
                }
                Err(error) if matches!(error.kind, Kind::Interrupted | Kind::Closed) => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        known.keep(objects.all())
    }
}
