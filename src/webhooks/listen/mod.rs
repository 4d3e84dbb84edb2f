//! Listening to a store without a public address: its events are read repeatedly, and
//! each becomes the messages that its webhooks would have sent.
//!
//! Takes a client and a `plan`; makes deliveries in the order of the events. `feed`
//! reads events, `topics` finds their topics, `objects` fetches the objects of the
//! messages, `known` stores objects that may be deleted meanwhile (`acquaint` reads the
//! first ones), `timeline` and `rewind` restore their state at the event, `rebuild`
//! combines all this, and `run` repeats it at the pace of `pace`. `lists` makes events
//! from lists if events cannot be read, and `polled` from objects without events.

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
