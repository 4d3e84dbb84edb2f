//! What a request asks for: its row, its values checked, and the records that a
//! list of it shows. Reads the store and changes nothing.

pub(crate) mod check;
pub(crate) mod checked_request;
pub(crate) mod condition;
pub(crate) mod cursor;
pub(crate) mod envelope;
pub(crate) mod filter;
pub(crate) mod include;
pub(crate) mod list;
pub(crate) mod lists;
pub(crate) mod named;
pub(crate) mod numbers;
pub(crate) mod refusal;
pub(crate) mod route;
pub(crate) mod walk;
pub(crate) mod write;
