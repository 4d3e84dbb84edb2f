//! Detects a list that does not end: the cursors and the pages of one list
//! come in, in their order; the reason goes out once there is one.
//!
//! Memory: sixteen bytes for each cursor, and as many for each page.

use std::collections::HashSet;

use ring::digest::{Context, SHA256};

use crate::api::response::Envelope;

/// Pages in a row without new records, at most. Records that change while the
/// list is read are repeated, and a filter can make many pages empty, so the
/// limit is far above both.
const MAXIMUM_IDLE: u32 = 1_000;

/// The cursors and pages of a list so far, as hashes.
#[derive(Debug, Default)]
pub(super) struct Trail {
    seen: HashSet<u128>,
    idle: u32,
}

impl Trail {
    /// Adds the request target of the next page.
    ///
    /// # Errors
    /// The list had the page before: the reason, as a fragment.
    pub(super) fn step(&mut self, target: &str) -> Result<(), &'static str> {
        if self.seen.insert(hash("next", &[target.as_bytes()])) {
            return Ok(());
        }
        Err("the API gave the same cursor twice")
    }

    /// Adds a page: its number of records, its first and its last record.
    ///
    /// # Errors
    /// Too many pages in a row had nothing new: the reason, as a fragment.
    pub(super) fn page(&mut self, page: &Envelope) -> Result<(), &'static str> {
        let Some([first, last]) = page.ends() else {
            return self.progress(false);
        };
        let count = page.len().to_string();
        let is_new = self
            .seen
            .insert(hash("records", &[count.as_bytes(), first, last]));
        self.progress(is_new)
    }

    fn progress(&mut self, made: bool) -> Result<(), &'static str> {
        self.idle = if made { 0 } else { self.idle + 1 };
        if self.idle <= MAXIMUM_IDLE {
            return Ok(());
        }
        Err("the API keeps returning pages without new records")
    }
}

/// A hash of texts, different for each kind.
fn hash(kind: &str, texts: &[&[u8]]) -> u128 {
    let mut context = Context::new(&SHA256);
    for text in [kind.as_bytes()].iter().chain(texts) {
        context.update(&(text.len() as u64).to_le_bytes());
        context.update(text);
    }
    let digest = context.finish();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    u128::from_le_bytes(bytes)
}
