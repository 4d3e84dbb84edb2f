//! A page of records on its way to a destination.

use crate::sync::Micros;

/// The records of a page: one text, and where each ends in it. It contains a
/// whole page, 250 records at most.
#[derive(Debug, Clone)]
pub struct RecordPage {
    text: String,
    ends: Vec<usize>,
    /// When the page came.
    pub at: Micros,
    /// What becomes of its records.
    pub purpose: BatchPurpose,
}

/// What becomes of the records of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchPurpose {
    /// They are stored.
    Rows,
    /// They are stored, and their keys are gathered.
    RowsAndKeys,
    /// Their keys are gathered, and nothing else.
    Keys,
}

impl RecordPage {
    /// An empty page.
    #[must_use]
    pub const fn new(at: Micros) -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            at,
            purpose: BatchPurpose::Rows,
        }
    }

    /// Adds a record.
    pub fn push(&mut self, record: &str) {
        self.text.push_str(record);
        self.ends.push(self.text.len());
    }

    /// The number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The records, each as JSON text.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let record = &self.text[begin..*end];
            begin = *end;
            record
        })
    }
}
