//! Where a value stands in a request: a hole of the path, a parameter, or a
//! part of one.

use crate::catalog::{Operation, Parameter};

/// A place in a request.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// The hole of the path with that number.
    Hole(usize),
    /// A parameter.
    Whole(&'static Parameter),
    /// A part of the body's parameter.
    Part {
        /// The parameter.
        parameter: &'static Parameter,
        /// Dotted path from the top of the body.
        path: String,
        /// Whether it is text even when it looks like JSON.
        verbatim: bool,
    },
    /// One pair of a parameter that is a list of names and values.
    Pair {
        /// The parameter.
        parameter: &'static Parameter,
        /// The name of the pair.
        name: String,
    },
}

impl Place {
    /// The parameter that a value here is for.
    pub(super) const fn parameter(&self) -> Option<&'static Parameter> {
        match self {
            Self::Hole(_) => None,
            Self::Whole(parameter)
            | Self::Part { parameter, .. }
            | Self::Pair { parameter, .. } => Some(parameter),
        }
    }

    /// The name of a column for this place.
    pub(super) fn name(&self, operation: &Operation) -> Option<String> {
        match self {
            Self::Hole(hole) => {
                let hole = operation.path_parameters.get(*hole);
                hole.map(|hole| hole.name.to_owned())
            }
            _ => Some(self.path().to_owned()),
        }
    }

    /// Whether two values cannot stand at both places.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Hole(one), Self::Hole(other)) => one == other,
            (Self::Hole(_), _) | (_, Self::Hole(_)) => false,
            (Self::Pair { name, .. }, Self::Pair { name: second, .. }) => {
                self.top() == other.top() && name == second
            }
            _ => within(self.path(), other.path()) || within(other.path(), self.path()),
        }
    }

    /// The path in the body; nothing for a hole.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Part { path, .. } => path,
            _ => self.top(),
        }
    }

    fn top(&self) -> &str {
        self.parameter().map_or("", |parameter| parameter.name)
    }
}

/// Whether a path is the other, or leads into it.
fn within(path: &str, other: &str) -> bool {
    path.strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
