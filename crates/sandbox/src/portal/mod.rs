//! The customer portal of the store: pages, and the requests that they send.

pub mod pages;
