//! The template language as data: segments of a file, tokens, and a tree with
//! places.
//!
//! The engine has a parser of its own. This one exists because checks need the
//! place of every name, and because the engine's remedies are edits of the
//! source at places that only a tree knows.

pub mod lexer;
pub mod parser;
pub mod tree;

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The range between two offsets.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// What is wrong with the text of a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The byte at which it was noticed.
    pub at: usize,
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// Whether it is only that the tag is unknown.
    pub unknown_tag: Option<String>,
    /// Whether tags or brackets nest deeper than stack is spent on.
    pub is_too_deep: bool,
}

impl SyntaxError {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            unknown_tag: None,
            is_too_deep: false,
        }
    }

    pub(crate) fn too_deep(at: usize) -> Self {
        let mut error = Self::new(at, "tags or brackets nest too deep");
        error.is_too_deep = true;
        error
    }
}

/// The line and the column of a byte, both from 1; columns count characters.
#[must_use]
pub fn place(source: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    let before = &source[..at];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}
