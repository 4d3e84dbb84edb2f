//! Paths of requests. Takes a path or a path parameter as it was typed; returns
//! its only spelling, percent-encoded, or a usage error.
//!
//! A client, a proxy or a server may resolve `.` and `..`, read `\` or `%2f` as
//! a slash, drop a `;parameter` or decode twice. A path that any of them would
//! read as another path is refused: an operation must be recognised from the
//! very path that is sent.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::encode;
use crate::error::{Error, Result};

/// How often a segment may be percent-encoded before it is refused.
const MAXIMUM_DECODINGS: usize = 4;

/// Checks one path segment, not percent-encoded.
///
/// # Errors
/// Of kind `Usage`: the segment is empty, or could be read as something other
/// than one segment, however often it is decoded.
pub fn check_segment(segment: &str) -> Result<()> {
    let refuse = |why: &str| {
        let shown = segment.escape_debug();
        Err(Error::usage(format!(
            "\"{shown}\" is not valid in a path: it {why}"
        )))
    };
    if segment.is_empty() {
        return refuse("is empty");
    }
    let mut text = Cow::Borrowed(segment);
    for _ in 0..=MAXIMUM_DECODINGS {
        if let Some(why) = flaw(&text) {
            return refuse(why);
        }
        // A `%` that begins no escape stays; bytes that are not UTF-8 become
        // U+FFFD and decode no further.
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if decoded == text {
            return Ok(());
        }
        text = Cow::Owned(decoded);
    }
    refuse("is percent-encoded too often")
}

/// Why a segment could be read as something else.
fn flaw(segment: &str) -> Option<&'static str> {
    let has = |letters: &[char]| segment.contains(letters);
    if matches!(segment, "." | "..") {
        Some("leads to another path")
    } else if has(&['/', '\\']) {
        Some("contains a slash")
    } else if has(&[';']) {
        Some("contains a ;")
    } else if has(&['?', '#']) {
        Some("contains a ? or #")
    } else if segment.contains(char::is_control) {
        Some("contains a control character")
    } else if segment.trim() != segment {
        Some("begins or ends with a space")
    } else {
        None
    }
}

/// The path as it is sent, from one that may be percent-encoded already. A
/// slash at the end stays.
///
/// # Errors
/// Of kind `Usage`: a URL in place of a path, an empty segment, an escape that
/// is cut short or does not decode to UTF-8, and whatever [`check_segment`]
/// refuses.
pub fn normalized_path(typed: &str) -> Result<String> {
    if is_address(typed) {
        // It may carry a password, and is not repeated.
        return Err(Error::usage("the path is a URL or begins with a host")
            .hint("give the path alone, and the server with --base-url"));
    }
    let path = typed.strip_prefix('/').unwrap_or(typed);
    let (path, end) = match path.strip_suffix('/') {
        Some(path) => (path, "/"),
        None => (path, ""),
    };
    if path.is_empty() && end.is_empty() {
        return Ok("/".to_owned());
    }
    let segments: Result<Vec<String>> = path.split('/').map(normalized_segment).collect();
    Ok(format!("/{}{end}", segments?.join("/")))
}

fn normalized_segment(typed: &str) -> Result<String> {
    if typed.is_empty() {
        return Err(Error::usage("the path has an empty segment: //")
            .hint("write one slash between two segments"));
    }
    if typed.contains('#') {
        return Err(Error::usage(format!(
            "\"{typed}\" is not valid in a path: it contains a #"
        )));
    }
    if has_broken_escape(typed) {
        return Err(Error::usage(format!(
            "\"{typed}\": % is not followed by two hexadecimal digits"
        ))
        .hint("write %25 for a percent sign"));
    }
    let decoded = percent_decode_str(typed)
        .decode_utf8()
        .map_err(|_| Error::usage(format!("\"{typed}\" does not decode to UTF-8")))?;
    check_segment(&decoded)?;
    Ok(encode(&decoded))
}

/// Whether a path begins with a scheme or a host instead of a resource.
fn is_address(typed: &str) -> bool {
    let decoded = percent_decode_str(typed).decode_utf8_lossy();
    let slashes: &[char] = &['/', '\\'];
    if decoded.contains("://") || decoded.starts_with("//") || decoded.starts_with(r"\\") {
        return true;
    }
    let first = decoded.split(slashes).next().unwrap_or_default();
    !decoded.starts_with(slashes) && !matches!(first, "." | "..") && first.contains(['.', ':', '@'])
}

fn has_broken_escape(text: &str) -> bool {
    text.split('%').skip(1).any(|rest| {
        !rest
            .as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
#[path = "path_tests.rs"]
mod tests;
