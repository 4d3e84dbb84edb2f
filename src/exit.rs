//! Exit codes: one for each kind of failure, in one exhaustive match. They are
//! part of the interface; scripts depend on them.

use crate::error::Kind;

/// Done; an empty list is done, and so is output that no one wants any more.
pub const DONE: u8 = 0;
/// Something unexpected.
pub const UNEXPECTED: u8 = 1;
/// The command line or the input file is wrong; nothing was sent.
pub const USAGE: u8 = 2;
/// Not logged in, token refused, or scope missing.
pub const ACCESS: u8 = 3;
/// Not found.
pub const NOT_FOUND: u8 = 4;
/// The API refused the request.
pub const REFUSED: u8 = 5;
/// No usable answer.
pub const UNREACHABLE: u8 = 6;
/// Part of the work failed.
pub const PARTIAL: u8 = 7;
/// A check found something wrong.
pub const CHECK_FAILED: u8 = 8;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// The exit code of a kind of failure.
#[must_use]
pub const fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Unexpected => UNEXPECTED,
        Kind::Usage => USAGE,
        Kind::Access => ACCESS,
        Kind::NotFound => NOT_FOUND,
        Kind::Refused => REFUSED,
        Kind::Unreachable => UNREACHABLE,
        Kind::Partial => PARTIAL,
        Kind::CheckFailed => CHECK_FAILED,
        Kind::Interrupted => INTERRUPTED,
        Kind::Closed => DONE,
    }
}
