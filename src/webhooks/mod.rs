//! Webhooks and events: what happened in a store, in the form of its webhooks.
//!
//! [`topics`] names what can be reported, [`body`] makes the body of a message
//! from an object, and [`signature`] signs messages and checks signatures.
//! [`listen`] rebuilds messages from the events of the store and passes each to a
//! [`forward::Forwarder`]; [`deliveries`] stores the deliveries and the position of
//! each listener.
//!
//! [`registrations`] compares registered webhooks with wanted ones, [`receiver`]
//! receives messages and [`temporary`] records its registrations. [`post`] sends a
//! message unchanged, signed with the client [`secret`].

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
