//! Values that modules pass on: a row as it was read, what is wrong with it,
//! and what it asks for.

use csv::StringRecord;

/// A row as it was read. It lives until the next one is read.
#[derive(Debug)]
pub struct InputRow<'a> {
    /// The line of the input on which it begins, from 1.
    pub line: u64,
    /// What is there.
    pub content: RowContent<'a>,
}

/// What a row holds.
#[derive(Debug)]
pub enum RowContent<'a> {
    /// Cells of a table, as many as its header has names.
    Cells(&'a StringRecord),
    /// The same, some of which are marked.
    Marked(&'a StringRecord, &'a [MarkedCell]),
    /// A JSON object, as text.
    Object(&'a str),
    /// Something that is not a row (too few cells, no JSON). The lines after it
    /// can be read all the same.
    Unusable {
        /// What is there, shortened.
        text: String,
        /// Why it is none, as a fragment.
        reason: String,
    },
}

/// What is to be known of a cell of a workbook besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellMark {
    /// It cannot be used, for that reason.
    Fault(String),
    /// It is a number that the sheet shows with a percent sign.
    Percent,
}

/// A cell of a row with its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedCell {
    /// The column, from 0.
    pub column: usize,
    /// Its mark.
    pub mark: CellMark,
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The column, as the input names it; `None` when it is the whole row.
    pub column: Option<String>,
    /// What is there, shortened.
    pub value: String,
    /// What is wrong with it, as a fragment (`not a whole number`).
    pub problem: String,
}

/// What a good row asks for, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Path and query of the single request, percent-encoded.
    pub target: String,
    /// JSON body: of the single request, or of the task where the engine is
    /// that of batches.
    pub body: Option<String>,
}
