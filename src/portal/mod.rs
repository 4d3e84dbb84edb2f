//! The customer portal: schemas of `request_objects`, and forms. In come words of
//! a user, out comes what is sent, or what is wrong with it. Pure.

pub mod form;
pub mod schema;
