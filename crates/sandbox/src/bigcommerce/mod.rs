//! The stand-in for `BigCommerce`: the same made-up shop, as its API shows it.
//!
//! A store comes from that of a seed ([`store_of`]); requests are answered by the
//! rows of the catalog ([`receive`]), in the forms of the two generations of the
//! API. The rows only read, so what changes is edited beside the API ([`edits`]).
//! Records are kept in one form, with every field and times in RFC 3339; what a
//! request sees of them is decided when it is answered ([`shown`]).

mod dates;
mod edits;
mod filters;
mod lists;
mod receive;
mod responses;
mod seed;
mod shown;
mod unlisted;
mod windows;

#[cfg(test)]
mod tests;

pub use edits::Edit;
pub(crate) use edits::edited;
pub(crate) use seed::store_of;
pub(crate) use windows::Windows;

use crate::storage::tables::TableName;
use recharge_catalog::Object;

/// The hash of the store, which every path of the API contains.
pub const STORE_HASH: &str = "sandbox";

/// The table with the records of a row's object.
fn table_of(object: &Object) -> Option<TableName> {
    TableName::on(crate::Platform::Bigcommerce, object.name)
}
