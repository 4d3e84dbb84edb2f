//! The second API: `rc bigcommerce …` and `rc sync --from bigcommerce`.

mod commands;
mod docs;
mod login;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod shop;
mod sync;
