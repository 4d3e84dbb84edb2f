//! The hashes that records are found by.
//!
//! Takes numbers, texts and JSON values; returns one number for all that are
//! written alike. Knows nothing of tables.

use serde_json::Value;

use crate::values::record;

/// A value that records are found by.
pub(crate) trait Key: Sized {
    /// The hash under which it is found.
    fn hashed(self) -> u64;
}

impl Key for u64 {
    fn hashed(self) -> u64 {
        hash_of_number(self)
    }
}

impl Key for &str {
    fn hashed(self) -> u64 {
        hash(self)
    }
}

impl Key for &String {
    fn hashed(self) -> u64 {
        hash(self)
    }
}

/// The hash under which a value is found; upper and lower case are one.
/// FNV-1a: the same in every process, and quick for the short texts that
/// records are found by.
pub(crate) fn hash(plain: &str) -> u64 {
    if plain.is_ascii() {
        let letters = plain.bytes().map(|byte| byte.to_ascii_lowercase());
        return letters.fold(BASIS, mixed);
    }
    plain.to_lowercase().bytes().fold(BASIS, mixed)
}

/// The hash under which a whole number is found: that of its digits.
pub(crate) fn hash_of_number(number: u64) -> u64 {
    // Twenty digits write every number of 64 bits.
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            return digits[at..].iter().copied().fold(BASIS, mixed);
        }
    }
}

/// The hash under which a value in a record is found.
pub(crate) fn hash_of(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => Some(hash(text)),
        other => record::plain(other).map(|plain| hash(&plain)),
    }
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

fn mixed(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}
