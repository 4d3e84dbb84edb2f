//! Webhooks and events: what happened in a store, as its webhooks tell it.
//!
//! [`topics`] names what can be reported, [`body`] makes the body of a message
//! from an object, and [`signature`] signs messages and checks signatures.
//! [`listen`] rebuilds messages from the events of the store and hands each to a
//! [`forward::Forwarder`]; [`deliveries`] keeps what was handed over, and how far
//! a listener is.
//!
//! [`registrations`] compares what is registered with what is wanted, [`receiver`]
//! takes messages in and [`temporary`] remembers what it registered. [`post`] sends
//! a message to the letter, signed with the client [`secret`].

pub mod body;
pub mod deliveries;
pub mod forward;
pub mod listen;
pub mod post;
pub mod receiver;
pub mod registrations;
pub mod secret;
pub mod signature;
pub mod temporary;
pub mod topics;
