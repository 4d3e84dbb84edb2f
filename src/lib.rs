//! `rc`, the command line for Recharge, as a library.
//!
//! The rooms stand in the order in which data meets them: what was typed
//! ([`cli`]) meets a row of the [`catalog`] and becomes a [`request`]; the
//! [`client`] sends it; answers leave their [`envelope`] and come as [`pages`];
//! records pass a [`filter`] and go to the [`output`], or are counted and added
//! up in [`stats`]. [`command`] wires the rooms together, and [`world`] is all
//! that they see of the outside. The [`sandbox`] reads the same catalogue from
//! the other side, and [`openapi`] writes it down for other programs, as
//! [`manual`] writes the commands down for readers of manual pages.

#![deny(missing_docs)]

pub mod bulk;
pub mod cli;
pub mod client;
pub mod commands;
pub mod config;
pub mod envelope;
pub mod error;
pub mod evidence;
mod excerpt;
pub mod exit;
pub mod filter;
mod interrupt;
mod nearest;
pub mod openapi;
pub mod output;
pub mod pages;
mod query;
pub mod request;
mod runtime;
pub mod stats;
mod store;
mod ui;
pub mod userinfo;
pub mod world;

pub use recharge_catalog as catalog;
#[cfg(feature = "sandbox")]
pub use recharge_sandbox as sandbox;
