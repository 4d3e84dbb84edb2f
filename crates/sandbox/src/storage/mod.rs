//! What the store contains: records in tables, settings, tokens and its clock.
//!
//! Knows nothing of rules, of requests, or of how made-up records come to be: those
//! are behind the trait [`source::Source`].

pub(crate) mod behaviour;
pub(crate) mod clock;
pub(crate) mod index;
pub(crate) mod layer;
pub(crate) mod merged;
pub(crate) mod pack;
pub(crate) mod postings;
pub(crate) mod settings;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod tables;
