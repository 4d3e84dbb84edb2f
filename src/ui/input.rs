//! Standard input, which is read once.

use std::fs::File;
use std::io::Read;

use crate::error::{Error, Result};

/// The largest value that is read, in bytes. No body of the API is nearly as
/// large.
pub(crate) const LARGEST: u64 = 64 << 20;

/// Standard input, which one part of the command line may claim.
pub(crate) struct Input {
    stream: Option<Box<dyn Read + Send>>,
}

impl Input {
    pub(crate) fn new(stream: Box<dyn Read + Send>) -> Self {
        Self {
            stream: Some(stream),
        }
    }

    /// Takes it, once.
    pub(crate) fn take(&mut self) -> Result<Box<dyn Read + Send>> {
        self.stream
            .take()
            .ok_or_else(|| Error::usage("standard input can be read only once"))
    }

    /// Gives it back, whole, after a look at its beginning.
    pub(crate) fn put_back(&mut self, stream: Box<dyn Read + Send>) {
        self.stream = Some(stream);
    }

    /// Whether the command reads its values from it.
    pub(crate) const fn is_taken(&self) -> bool {
        self.stream.is_none()
    }

    /// The text that a word stands for: itself, `@file`, or `-`.
    pub(crate) fn text(&mut self, word: &str) -> Result<String> {
        if word == "-" {
            return whole(self.take()?, "standard input", LARGEST);
        }
        match word.strip_prefix('@') {
            Some(path) => {
                let file = File::open(path).map_err(|error| Error::reading(path, error))?;
                whole(file, path, LARGEST)
            }
            None => Ok(word.to_owned()),
        }
    }
}

/// Reads a text to its end, within a limit.
pub(crate) fn whole(stream: impl Read, named: &str, largest: u64) -> Result<String> {
    let mut text = String::new();
    let mut stream = stream.take(largest + 1);
    stream
        .read_to_string(&mut text)
        .map_err(|error| match stream.limit() {
            // It may have been cut within a letter.
            0 => too_large(named, largest),
            _ => Error::reading(named, error),
        })?;
    if text.len() as u64 > largest {
        return Err(too_large(named, largest));
    }
    Ok(text)
}

fn too_large(named: &str, largest: u64) -> Error {
    Error::usage(format!("{named} is larger than {} MiB", largest >> 20))
        .hint("rc bulk sends many records one by one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_end_is_refused() {
        for byte in [b'a', 0xC3] {
            let error = whole(std::io::repeat(byte), "@x", 1 << 20).unwrap_err();
            if byte == b'a' {
                assert_eq!(error.message, "@x is larger than 1 MiB");
            }
        }
        assert_eq!(whole(&b"ab"[..], "@x", 2).unwrap(), "ab");
    }
}
