//! The customer portal: schemas of `request_objects`, and forms. Takes words of a
//! user; returns what is sent, or what is wrong with it. Pure.

pub mod form;
pub mod schema;
