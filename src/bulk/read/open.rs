//! Opening what the user named: a file, a pipe, or `-` for standard input.

use std::fs::{self, File};
use std::io::{self, Read};

use crate::error::{Error, Result};

/// A stream of bytes.
pub type InputStream = Box<dyn Read + Send>;

/// Opens a path as it was typed. Gives its name for messages and its stream;
/// standard input is taken only for `-`.
///
/// # Errors
/// A usage error that says what to do when it cannot be read.
pub fn open_path(
    path: &str,
    stdin: impl FnOnce() -> Result<InputStream>,
) -> Result<(String, InputStream)> {
    if path == "-" {
        return Ok(("standard input".to_owned(), stdin()?));
    }
    if path.is_empty() {
        return Err(Error::usage("the name of the file is empty")
            .hint("give a file, or - for standard input"));
    }
    // A folder opens like a file on some systems, and fails oddly on others.
    if fs::metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::usage(format!("{path} is a folder")).hint("name a file in it"));
    }
    let file = File::open(path).map_err(|error| refused(path, error))?;
    Ok((path.to_owned(), Box::new(file)))
}

fn refused(path: &str, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "check the name; - reads standard input",
        io::ErrorKind::PermissionDenied => "you may not read it: check its permissions",
        _ => "- reads standard input",
    };
    Error::reading(path, error).hint(hint)
}
