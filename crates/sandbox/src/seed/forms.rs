//! Forms of printed records, made as they are needed.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::form::TextForm;
use super::kinds::Kind;
use crate::rules::{Load, Terms};

/// What shapes a record beyond what is filled in.
pub(super) type SheetShape = (Kind, [usize; 6]);

/// What shapes a line: the item's product, variant, quantity, and whether it
/// is ground, for once, and in an order.
pub(super) type LineShape = (usize, usize, i64, bool, bool, bool);

/// The forms of a store, made as they are needed.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// A shape that was met once has no form yet.
    pub(super) sheets: RwLock<HashMap<SheetShape, Option<Arc<Sheet>>>>,
    pub(super) lines: RwLock<HashMap<LineShape, Arc<Line>>>,
}

/// The form of a record.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) form: TextForm,
    /// What the totals of a charge or an order are reckoned from.
    pub(super) terms: Terms,
}

/// The form of a line, and what it adds to the totals.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) form: TextForm,
    pub(super) load: Load,
}
