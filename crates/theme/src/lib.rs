//! Themes of Recharge's customer portal: read from a folder, rendered as the
//! vendor's engine renders them, checked, and prepared for migration.
//!
//! Nothing here knows a terminal, a network or a store: data comes in as JSON.

#![warn(missing_docs)]

pub mod calls;
pub mod check;
pub mod engine;
pub mod folder;
pub mod migrate;
pub mod objects;
pub mod pages;
pub mod schema;
mod script;
pub mod syntax;
pub mod urls;
