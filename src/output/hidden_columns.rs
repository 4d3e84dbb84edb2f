//! How many columns of a table a narrow terminal has no room for.
//!
//! The table counts them while it is drawn; anyone who reports the result of
//! the command has a clone of the same counter.

use std::cell::Cell;
use std::rc::Rc;

/// Counts hidden columns. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct HiddenColumns {
    count: Rc<Cell<usize>>,
}

impl HiddenColumns {
    /// Sets how many there are.
    pub(super) fn set(&self, count: usize) {
        self.count.set(count);
    }

    /// A note that counts them, and says how to choose; none without any.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        match self.count.get() {
            0 => None,
            1 => Some("1 column hidden; -c help lists the columns".to_owned()),
            count => Some(format!("{count} columns hidden; -c help lists them")),
        }
    }
}
