//! A listener for HTTP on this machine, with limits on sizes, times and
//! connections, and the signatures of Recharge's webhooks.
//!
//! A [`Service`] that is passed in decides the answers. The signatures need
//! nothing of HTTP: without the feature `http` they are all there is.

#![deny(missing_docs)]

#[cfg(feature = "http")]
mod body;
#[cfg(feature = "http")]
mod origin;
#[cfg(feature = "http")]
mod server;
pub mod signature;

#[cfg(feature = "http")]
pub use body::{Broken, ResponseBody};
#[cfg(feature = "http")]
pub use origin::is_from_this_machine;
#[cfg(feature = "http")]
pub use server::{Limits, Service, serve};
