//! Talking to an API: a request is built from a row and values, sent by a client
//! that waits and retries, its response is opened, and lists are followed page by
//! page.

pub mod client;
pub mod evidence;
pub mod pages;
pub(crate) mod query;
pub mod request;
pub mod response;
