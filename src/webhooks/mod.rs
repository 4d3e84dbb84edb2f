//! Webhooks and events: what happened in a store, as its webhooks tell it.
//!
//! [`listen`] rebuilds the messages of webhooks from the events of the store and
//! hands each to a [`forward::Forwarder`]; [`deliveries`] keeps what was handed
//! over, and how far a listener is.

pub mod deliveries;
pub mod forward;
pub mod listen;
