//! Whether a list gets on. In come the cursors and the pages of one list in
//! their order; out comes why it does not end, once that is clear.
//!
//! Sixteen bytes are kept for each cursor, and as many for each page.

use std::collections::HashSet;

use ring::digest::{Context, SHA256};

use crate::envelope::Envelope;

/// So many pages in a row may bring nothing new. Records that are changed while
/// the list is read come again, and a filter can make many pages empty, so the
/// bound only ends what has no end.
const MAXIMUM_IDLE: u32 = 1_000;

/// What a list has shown so far, as hashes.
#[derive(Debug, Default)]
pub(super) struct Trail {
    seen: HashSet<u128>,
    idle: u32,
}

impl Trail {
    /// Notes the cursor of the next page.
    ///
    /// # Errors
    /// Why following it leads nowhere.
    pub(super) fn step(&mut self, cursor: &str) -> Result<(), &'static str> {
        if self.seen.insert(hash("next", &[cursor])) {
            return Ok(());
        }
        Err("the API gave the same cursor twice")
    }

    /// Notes a page: how many records it has, its first and its last one.
    ///
    /// # Errors
    /// Why reading on leads nowhere.
    pub(super) fn page(&mut self, page: &Envelope) -> Result<(), &'static str> {
        let count = page.records().len();
        let (first, last) = (page.records().next(), page.records().last());
        let (Some(first), Some(last)) = (first, last) else {
            return self.progress(false);
        };
        let is_new = self
            .seen
            .insert(hash("records", &[&count.to_string(), first, last]));
        self.progress(is_new)
    }

    fn progress(&mut self, made: bool) -> Result<(), &'static str> {
        self.idle = if made { 0 } else { self.idle + 1 };
        if self.idle <= MAXIMUM_IDLE {
            return Ok(());
        }
        Err("page after page of the API brings nothing new")
    }
}

/// Sixteen bytes that stand for texts of one kind.
fn hash(kind: &str, texts: &[&str]) -> u128 {
    let mut context = Context::new(&SHA256);
    for text in [kind].iter().chain(texts) {
        context.update(&(text.len() as u64).to_le_bytes());
        context.update(text.as_bytes());
    }
    let digest = context.finish();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    u128::from_le_bytes(bytes)
}
