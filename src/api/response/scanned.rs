//! Finds the records of a page with a walk over its bytes, which takes half of the time
//! of a parser.
//!
//! In comes the body of a page; out comes the same as from the parser, or nothing where
//! the parser has to look: at another form, and at whatever may be wrong with the body.

use std::ops::Range;

use super::{Found, Wanted};
use crate::api::client::Reading;
use crate::filter::JsonScanner;

/// What a page holds; `None` where it has to be parsed.
pub(super) fn find(body: &[u8], wanted: Wanted, reading: &Reading) -> Option<Found> {
    let mut scanner = JsonScanner::new(body);
    // Anything else is small, or not there.
    if !matches!(wanted, Wanted::List(_) | Wanted::BareList) {
        return None;
    }
    let text = simdutf8::basic::from_utf8(body).ok()?;
    let mut found = Found::default();
    if let Wanted::List(name) = wanted {
        scanner.object(|scanner, key| {
            let key = std::str::from_utf8(key).ok()?;
            if key == name {
                found.records = Some(items(scanner)?);
                return Some(());
            }
            let raw = text.get(scanner.value()?)?;
            if reading.is_fact(key) {
                found.fact(key, raw, reading);
            } else if reading.errors.remarks().contains(&key) {
                found.remark(key, &serde_json::from_str(raw).ok()?);
            }
            Some(())
        })?;
    } else {
        found.records = Some(items(&mut scanner)?);
    }
    scanner.end()?;
    Some(found)
}

/// Where the items of a list are; `None` of anything else.
fn items(scanner: &mut JsonScanner<'_>) -> Option<Vec<Range<usize>>> {
    let mut items = Vec::new();
    scanner.list(|scanner| {
        items.push(scanner.value()?);
        Some(())
    })?;
    Some(items)
}

#[cfg(test)]
#[path = "scanned_tests.rs"]
mod tests;
