//! Listening to a store without a public address: its events are read again and
//! again, and each becomes the messages that its webhooks would have sent.
//!
//! In come a client and what to listen to ([`plan`]); out go deliveries, in the
//! order of the events. `feed` reads events, `topics` says which topics they tell
//! of, `objects` fetches what the messages carry, `known` remembers what is deleted
//! meanwhile (`acquaint` begins with that), `timeline` and `rewind` make of it what it was at the event, `rebuild`
//! puts all this together, and `run` does so in a loop, as often as `pace` says.
//! `lists` makes events of what lists show, where events may not be read, and
//! `polled` of what no event tells.

mod acquaint;
mod again;
mod deliver;
mod event;
mod feed;
mod known;
mod list_look;
mod lists;
mod message;
mod objects;
mod pace;
mod plan;
mod poll;
mod polled;
mod rebuild;
mod rewind;
mod run;
mod timeline;
mod topics;

pub use again::messages_of_event;
pub use event::{FieldChange, StoreEvent};
pub use feed::{EventFilter, EventReader};
pub use lists::listed_topics;
pub use plan::{ListenEnd, ListenObserver, ListenPlan, ListenSource, StartPoint};
pub use rewind::BodyForm;
pub use run::Listener;
pub use topics::{TopicChoice, unknown_topic};
