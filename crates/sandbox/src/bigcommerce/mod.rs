//! The stand-in for `BigCommerce`: the same made-up shop, as its API shows it.
//!
//! A store comes from that of a seed ([`seed`]); requests are answered by the rows of
//! the catalog ([`request`]), in the forms of the two generations of the API. The rows
//! only read, so what changes is edited beside the API ([`edits`]). Knows nothing of
//! faults, logs or sockets.
//!
//! Records are kept in one form, with every field and times in RFC 3339; what a
//! request sees of them is decided when it is answered ([`shown`]).

mod dates;
mod edits;
mod filters;
mod lists;
mod request;
mod responses;
mod seed;
mod shown;
mod unlisted;
mod windows;

pub use edits::Edit;
pub(crate) use edits::edited;
pub(crate) use request::{StoreRequest, welcome};
pub(crate) use responses::{Generation, Rejection, response};
pub(crate) use windows::{Quota, Windows};

use jiff::Timestamp;

use crate::seed::Seed;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::platform::Platform;
use recharge_catalog::Object;

/// The hash of the store, which every path of the API contains.
pub const STORE_HASH: &str = "sandbox";

/// The table with the records of a row's object.
pub(crate) fn table_of(object: &Object) -> Option<TableName> {
    TableName::on(Platform::Bigcommerce, object.name)
}

impl State {
    /// A demo store of a platform as of `now`: the same shop on each of them.
    #[must_use]
    pub fn seeded_as(platform: Platform, demo: &Seed, now: Timestamp) -> Self {
        let shop = Self::seeded(demo, now);
        match platform {
            Platform::Recharge => shop,
            Platform::Bigcommerce => seed::store_of(shop, now),
        }
    }
}
