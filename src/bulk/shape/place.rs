//! Where a value is in a request: a path parameter, a parameter, or a part of
//! one.

use crate::catalog::{Operation, Parameter};

/// A place in a request.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// The path parameter with that number.
    PathParameter(usize),
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
            Self::PathParameter(_) => None,
            Self::Whole(parameter)
            | Self::Part { parameter, .. }
            | Self::Pair { parameter, .. } => Some(parameter),
        }
    }

    /// The name of a column for this place.
    pub(super) fn name(&self, operation: &Operation) -> Option<String> {
        match self {
            Self::PathParameter(path_parameter) => {
                let path_parameter = operation.path_parameters.get(*path_parameter);
                path_parameter.map(|path_parameter| path_parameter.name.to_owned())
            }
            _ => Some(self.path().to_owned()),
        }
    }

    /// Whether two values cannot be at both places.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::PathParameter(one), Self::PathParameter(other)) => one == other,
            (Self::PathParameter(_), _) | (_, Self::PathParameter(_)) => false,
            (Self::Pair { name, .. }, Self::Pair { name: second, .. }) => {
                self.top() == other.top() && name == second
            }
            _ => within(self.path(), other.path()) || within(other.path(), self.path()),
        }
    }

    /// The path in the body; nothing for a path parameter.
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
