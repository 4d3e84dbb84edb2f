//! Why values make no request, for those who say it in other words than those
//! of the command line.

use crate::catalog::Parameter;
use crate::error::Error;

/// Why values make no request.
#[derive(Debug)]
pub enum Flaw {
    /// Required parameters have no value.
    Missing(Vec<&'static Parameter>),
    /// It would change nothing.
    Nothing,
    /// A field of the body has a value that it cannot have.
    Field {
        /// Its name.
        name: String,
        /// The value.
        value: String,
        /// Why not, as a fragment.
        reason: String,
    },
    /// A nested value has no place.
    Set {
        /// Its dotted path.
        path: String,
        /// The value as typed.
        value: String,
        /// Why not, as a fragment.
        reason: String,
    },
    /// Anything else, as it is reported.
    Other(Error),
}

impl From<Error> for Flaw {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Flaw {
    /// The flaw in the words of the command line.
    #[must_use]
    pub fn told(self) -> Error {
        match self {
            Self::Missing(parameters) => {
                let flags: Vec<String> = parameters
                    .into_iter()
                    .map(|parameter| format!("--{}", parameter.flag_name()))
                    .collect();
                Error::usage(format!("missing {}", flags.join(", ")))
            }
            Self::Nothing => Error::usage("there is nothing to change")
                .hint("name a field to change; --help lists them"),
            Self::Field {
                name,
                value,
                reason,
            } => Error::usage(format!("{name} cannot be {value}: {reason}")),
            Self::Set {
                path,
                value,
                reason,
            } => Error::usage(format!("--set {path}={value}: {reason}")),
            Self::Other(error) => error,
        }
    }
}
