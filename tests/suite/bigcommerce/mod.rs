//! The second API: `rc bigcommerce …` and `rc sync --from bigcommerce`.

mod commands;
mod docs;
mod login;
mod shop;
mod sync;
