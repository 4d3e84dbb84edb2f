//! `rc`, the command line for Recharge, as a library.
//!
//! The rooms stand in the order in which data meets them.

#![deny(missing_docs)]

pub mod catalog;
pub mod error;
pub mod exit;
#[cfg(feature = "sandbox")]
pub mod sandbox;
