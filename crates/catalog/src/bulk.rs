//! Facts about operations that are carried out thousands of times: the async
//! batch that does the same, and by what an object that was created is found
//! again.

/// The async batch that carries out an operation, a task each.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// The batch type (`discount_update`).
    pub kind: &'static str,
    /// The field of a task's body that says what is in the path parameter of the
    /// path; `None` where the path has no path parameter.
    pub target: Option<&'static str>,
    /// Fields that every task must carry, beyond what the operation requires.
    pub beside: &'static [super::Parameter],
}

/// How an object is found by a field that no two of a store share. The store
/// compares it without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unique {
    /// The field of the body (`code`).
    pub field: &'static str,
    /// The parameter of the resource's list that finds it (`discount_code`).
    pub filter: &'static str,
}
