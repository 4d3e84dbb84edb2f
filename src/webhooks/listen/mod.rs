//! Listening to a store without a public address: its events are read again and
//! again, and each becomes the messages that its webhooks would have sent.
//!
//! Takes a client and what to listen to; returns deliveries, in the order of the
//! events. `feed` reads events, `topics` says which topics they indicate,
//! `objects` fetches what the messages carry, `rewind` makes of it what it was at
//! the event, and `run` does all this in a loop. `lists` makes events of what
//! lists show, where events may not be read.

mod again;
mod event;
mod feed;
mod list_look;
mod lists;
mod message;
mod objects;
mod rewind;
mod run;
mod topics;

pub use again::messages_of_event;
pub use event::{FieldChange, StoreEvent};
pub use feed::{EventFilter, EventReader};
pub use lists::listed_topics;
pub use rewind::BodyForm;
pub use run::{ListenEnd, ListenObserver, ListenPlan, ListenSource, Listener, StartPoint};
pub use topics::{TopicChoice, unknown_topic};
