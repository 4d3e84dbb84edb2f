//! The Recharge Admin API: facts that all its versions share, and the tables
//! of each version.

mod limits;
mod secrets;
mod tones;
pub mod v2021_11;

pub use limits::{Bucket, multiplier};
pub use secrets::is_secret_name;
pub(crate) use tones::STATUS_TONES;
pub use tones::tones_at;
pub use v2021_11::*;

/// Base URL of the API.
pub const BASE_URL: &str = "https://api.rechargeapps.com";

/// The request header that carries the token.
pub const TOKEN_HEADER: &str = "X-Recharge-Access-Token";

/// The request header that chooses the version of the API.
pub const VERSION_HEADER: &str = "X-Recharge-Version";

/// The response header that identifies a request to Recharge support.
pub const REQUEST_ID_HEADER: &str = "X-Request-Id";

/// The response header with the fill level of the token's bucket (`39/40`).
pub const LIMIT_HEADER: &str = "X-Recharge-Limit";

/// The largest page size, in records.
pub const MAXIMUM_PAGE_SIZE: u32 = 250;
