//! Values of records: times, amounts, fields by their path, and what they are
//! found by. Knows nothing of stores.

pub(crate) mod key;
pub(crate) mod money;
pub(crate) mod platform;
pub(crate) mod record;
pub(crate) mod time;
