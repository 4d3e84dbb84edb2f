//! Webhooks and events: what happened in a store, as its webhooks tell it.
//!
//! [`topics`] names what can be told, [`body`] makes the body of a message from
//! an object, and [`signature`] signs messages and checks signatures.

pub mod body;
pub mod signature;
pub mod topics;
