//! `rc`, the command line for Recharge, as a library.
//!
//! Dependencies run downwards. [`commands`] has a folder for each command and
//! dispatches to them; `ui` is what a person sees and answers; [`cli`] is the
//! frame that reads words and writes help. Below are the domains, which know no
//! terminal: [`bulk`], [`history`], [`stats`], [`filter`] and [`output`]. In [`api`] a request
//! is built from a row of the [`catalog`], sent, its response opened, and lists
//! are followed. [`world`] is all that a run may touch of the process around it.
//! The [`sandbox`] reads the same catalog from the other side, and [`openapi`]
//! writes it down for other programs.
//!
//! docs/architecture.md is the map.

#![deny(missing_docs)]

pub mod api;
pub mod bulk;
pub mod cli;
pub mod commands;
pub mod config;
pub mod error;
mod excerpt;
pub mod exit;
pub mod filter;
pub mod history;
mod interrupt;
mod nearest;
pub mod openapi;
pub mod output;
pub mod portal;
mod runtime;
pub mod stats;
mod store;
pub mod sync;
mod ui;
pub mod userinfo;
pub mod world;
mod wrap;

pub use recharge_catalog as catalog;
#[cfg(feature = "sandbox")]
pub use recharge_sandbox as sandbox;
