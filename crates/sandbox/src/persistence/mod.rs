//! Where a store is kept between processes.

pub mod data;
pub mod file;
pub(crate) mod journal;
pub mod records;
pub(crate) mod snapshot;
pub(crate) mod step;
