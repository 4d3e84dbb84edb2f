//! What tables keep beside their records, and ranges of it.

use std::ops::Bound;

/// A range with each of its ends in or out.
pub(crate) type Bounds<Key> = (Bound<Key>, Bound<Key>);

/// What a table keeps beside its records.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Name of the object, as catalogue rows wrap it.
    pub(crate) object: &'static str,
    /// Dotted paths (`*` for items of lists) that records are found by.
    pub(crate) lookups: &'static [&'static str],
    /// Dotted paths of times that records are sorted and cut by.
    pub(crate) times: &'static [&'static str],
    /// Where numbers of new records begin.
    pub(crate) first_id: u64,
    /// Whether answers carry `include` also when nothing was asked for.
    pub(crate) always_includes: bool,
}

impl Shape {
    /// The lookup whose values are shared by so many records that these are
    /// kept in the order of each time as well.
    pub(crate) fn sorted(&self) -> Option<usize> {
        self.lookups.iter().position(|path| *path == "status")
    }
}

/// A time that is not set sorts before all others.
pub(crate) const NEVER: i64 = i64::MIN;
