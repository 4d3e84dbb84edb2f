//! `rc`, the command line for Recharge, as a library.
//!
//! The rooms stand in the order in which data meets them.

#![deny(missing_docs)]

pub mod catalog;
pub mod error;
pub mod exit;
pub mod filter;
pub mod output;
pub mod request;
