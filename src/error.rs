//! Errors as values: a kind, a message, what caused it, and what the user can
//! do next. No module prints an error or decides an exit code.

use std::fmt;

/// The kinds of failure. Each has one exit code (see [`crate::exit`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that no one foresaw, or the machine's own trouble.
    Unexpected,
    /// The command line or an input file is wrong; nothing was sent.
    Usage,
    /// No token, a refused token, or a missing scope.
    Access,
    /// The requested object does not exist.
    NotFound,
    /// The API understood the request and refused it.
    Refused,
    /// No usable answer came: network, time limit, server errors, rate limit.
    Unreachable,
    /// Some of the work failed; the rest was done.
    Partial,
    /// A check found something wrong.
    CheckFailed,
    /// The user stopped it.
    Interrupted,
    /// Anyone who read the output has gone, or nothing else is to be printed.
    /// Not a failure, but the end of work.
    Closed,
}

impl Kind {
    /// The name that JSON errors carry; stable.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unexpected => "unexpected",
            Self::Usage => "usage",
            Self::Access => "access",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Partial => "partial",
            Self::CheckFailed => "check_failed",
            Self::Interrupted => "interrupted",
            Self::Closed => "closed",
        }
    }
}

/// A failure on its way to the user.
#[derive(Debug)]
pub struct Error {
    /// Which kind it is.
    pub kind: Kind,
    /// What failed, naming the thing and the value; lower case, no full stop.
    pub message: String,
    /// Hints for the user; one line each.
    pub hints: Vec<String>,
    /// What the API said, when it answered.
    pub answer: Option<Box<Refusal>>,
    /// Whether it is certain that the request changed nothing: it was not
    /// sent, or it was refused.
    pub untouched: bool,
    /// Whether it is unknown if the request was carried out. Never together
    /// with `untouched`.
    pub in_doubt: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a blocked write fails with after Ctrl-C.
#[derive(Debug)]
pub struct WriteInterrupted;

impl fmt::Display for WriteInterrupted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("interrupted")
    }
}

impl std::error::Error for WriteInterrupted {}

/// The part of an API answer that explains a failure.
#[derive(Debug, Clone, Default)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The id by which support finds the request.
    pub request_id: Option<String>,
    /// The `errors` or `error` member of the body, as JSON text.
    pub errors: Option<String>,
}

/// The result of everything that can fail towards the user.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of that kind.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
            answer: None,
            untouched: false,
            in_doubt: false,
            source: None,
        }
    }

    /// A wrong command line or input file.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Something unforeseen.
    #[must_use]
    pub fn unexpected(message: impl Into<String>) -> Self {
        Self::new(Kind::Unexpected, message)
    }

    /// Adds what the user can do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what the API said.
    #[must_use]
    pub fn answered(mut self, answer: Refusal) -> Self {
        self.answer = Some(Box::new(answer));
        self
    }

    /// Says that the request certainly changed nothing.
    #[must_use]
    pub const fn untouched(mut self) -> Self {
        self.untouched = true;
        self
    }

    /// Adds what caused it.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Trouble with writing output: a reader that has gone is not a failure.
    #[must_use]
    pub fn writing(to: &str, error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::new(Kind::Closed, "standard output was closed");
        }
        if error
            .get_ref()
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<WriteInterrupted>)
        {
            return Self::new(Kind::Interrupted, "interrupted");
        }
        Self::unexpected(format!("cannot write to {to}")).caused_by(error)
    }

    /// Trouble with reading what the user named.
    #[must_use]
    pub fn reading(from: &str, error: std::io::Error) -> Self {
        Self::usage(format!("cannot read {from}")).caused_by(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            // Libraries repeat their causes in their own text; say it once.
            if !self.message.contains(&text) {
                write!(out, ": {text}")?;
            }
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
