//! The beginning of a file, as bytes: which encoding its marks indicate, and
//! whether it is something that no text is. A file that its owner takes for a
//! table may be a workbook; the error names the format and how to convert it.

use std::io::{self, Read};

use super::text::{Encoding, TextStream, read};
use crate::error::{Error, Result};

/// Bytes that are looked at.
const LOOK: usize = 512;

/// First bytes, what begins so, and what to do about it.
const NO_TEXT: [(&[u8], &str, &str); 10] = [
    (
        b"PK\x03\x04",
        "an Excel or ODS workbook (or another zip file)",
        SAVE,
    ),
    (OLD_WORKBOOK, "an old Excel workbook (xls)", SAVE),
    (
        b"\x1F\x8B",
        "compressed with gzip",
        "unpack it: gunzip -c FILE | rc bulk … -",
    ),
    (
        b"\x28\xB5\x2F\xFD",
        "compressed with zstd",
        "unpack it: zstd -dc FILE | rc bulk … -",
    ),
    (
        b"\xFD7zXZ\x00",
        "compressed with xz",
        "unpack it: xz -dc FILE | rc bulk … -",
    ),
    (
        b"BZh",
        "compressed with bzip2",
        "unpack it: bzip2 -dc FILE | rc bulk … -",
    ),
    (
        b"%PDF-",
        "a PDF",
        "export the table as CSV from where the PDF was made",
    ),
    (b"{\\rtf", "a text document (RTF)", SAVE),
    (b"PAR1", "a Parquet file", "write it as CSV or NDJSON first"),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "query it with sqlite3 -csv -header",
    ),
];

const SAVE: &str = "open it in the spreadsheet and save it as CSV (UTF-8)";

/// How pages and spreadsheets that are XML begin, in lower case.
const PAGES: [&str; 5] = ["<!doctype", "<html", "<head", "<table", "<?xml"];

/// What the first bytes say of the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EncodingMark {
    encoding: Encoding,
    /// Whether the high byte comes first.
    backwards: bool,
    /// Bytes of the mark itself.
    length: usize,
}

impl EncodingMark {
    const fn new(encoding: Encoding, backwards: bool, length: usize) -> Self {
        Self {
            encoding,
            backwards,
            length,
        }
    }
}

/// Looks whether a stream is a zip file, as workbooks are; gives it back whole.
pub(super) fn peeked(mut stream: Box<dyn Read + Send>) -> (Box<dyn Read + Send>, bool) {
    let mut first = [0; ZIP.len()];
    let mut length = 0;
    let mut broken = None;
    while length < first.len() && broken.is_none() {
        match read(&mut stream, &mut first[length..]) {
            Ok(0) => break,
            Ok(bytes) => length += bytes,
            Err(error) => broken = Some(error),
        }
    }
    if let Some(error) = broken {
        stream = Box::new(BrokenReader(Some(error)));
    }
    let is_zip = first == *ZIP;
    let first = io::Cursor::new(first[..length].to_vec());
    (Box::new(first.chain(stream)), is_zip)
}

/// How a file of an old workbook begins, and one of a new that is encrypted.
const OLD_WORKBOOK: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// The most that is searched for the mark of encryption.
#[cfg(feature = "xlsx")]
const MOST_OF_OLD: u64 = 128 * 1024 * 1024;

/// How a zip file begins.
const ZIP: &[u8; 4] = b"PK\x03\x04";

/// Looks at the beginning of a stream and makes a text of it; says also whether
/// it began with the mark of UTF-8.
pub(super) fn text(
    name: &str,
    mut stream: Box<dyn Read + Send>,
    chosen: Option<Encoding>,
) -> Result<(TextStream, bool)> {
    let (first, broken) = look(&mut stream);
    if let Some(error) = broken {
        stream = Box::new(BrokenReader(Some(error)));
    }
    #[cfg(feature = "xlsx")]
    if first.starts_with(OLD_WORKBOOK) {
        let mut whole = first.clone();
        let _ = stream.take(MOST_OF_OLD).read_to_end(&mut whole);
        if super::workbook::is_encrypted(&whole) {
            return Err(super::workbook::protected(name));
        }
        refuse_other_files(name, &first)?;
        return Err(Error::usage(format!("{name} is not text")));
    }
    refuse_other_files(name, &first)?;
    let mark = mark(&first);
    if let (Some(mark), Some(chosen)) = (mark, chosen)
        && mark.encoding != chosen
    {
        let (is, chosen) = (mark.encoding.name(), chosen.name());
        return Err(Error::usage(format!(
            "{name} begins with the byte order mark of {is}, not {chosen}"
        ))
        .hint(format!("leave out --encoding {chosen}")));
    }
    let guess = mark.or_else(|| {
        without_mark(&first).filter(|guess| chosen.is_none_or(|chosen| chosen == guess.encoding))
    });
    let encoding = chosen.or(guess.map(|guess| guess.encoding));
    let backwards = guess.is_some_and(|guess| guess.backwards);
    let length = guess.map_or(0, |guess| guess.length);
    let text = TextStream::new(stream, encoding, backwards, &first[length..]);
    let marked = mark.is_some_and(|mark| mark.encoding == Encoding::Utf8);
    Ok((text, marked))
}

/// The first bytes, and what broke the stream while they were read: what is
/// before is still looked at, so that the line of the break is known.
fn look(stream: &mut dyn Read) -> (Vec<u8>, Option<io::Error>) {
    let mut first = vec![0; LOOK];
    let mut length = 0;
    let mut broken = None;
    while length < LOOK && broken.is_none() {
        match read(stream, &mut first[length..]) {
            Ok(0) => break,
            Ok(bytes) => length += bytes,
            Err(error) => broken = Some(error),
        }
    }
    first.truncate(length);
    (first, broken)
}

/// A stream that has broken.
struct BrokenReader(Option<io::Error>);

impl Read for BrokenReader {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn refuse_other_files(name: &str, first: &[u8]) -> Result<()> {
    let known = NO_TEXT.iter().find(|(magic, ..)| first.starts_with(magic));
    if let Some((_, what, hint)) = known {
        return Err(Error::usage(format!("{name} is not text: it is {what}")).hint(*hint));
    }
    let inner = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first);
    let word = String::from_utf8_lossy(inner.trim_ascii_start()).to_ascii_lowercase();
    if PAGES.iter().any(|page| word.starts_with(page)) {
        return Err(
            Error::usage(format!("{name} is not a table: it is an HTML or XML page"))
                .hint("was it saved from a browser? download the file itself")
                .hint(SAVE),
        );
    }
    if first.starts_with(b"\xFF\xFE\0\0") || first.starts_with(b"\0\0\xFE\xFF") {
        return Err(Error::usage(format!("{name} is UTF-32")).hint("save it as UTF-8"));
    }
    Ok(())
}

fn mark(first: &[u8]) -> Option<EncodingMark> {
    match first {
        [0xEF, 0xBB, 0xBF, ..] => Some(EncodingMark::new(Encoding::Utf8, false, 3)),
        [0xFF, 0xFE, ..] => Some(EncodingMark::new(Encoding::Utf16, false, 2)),
        [0xFE, 0xFF, ..] => Some(EncodingMark::new(Encoding::Utf16, true, 2)),
        _ => None,
    }
}

/// Where most pairs hold one NUL and always on the same side, it is UTF-16: a
/// header is ASCII for the most part.
fn without_mark(first: &[u8]) -> Option<EncodingMark> {
    let pairs = first.len() / 2;
    let with_nul_at = |side: usize| {
        let pairs = first.chunks_exact(2);
        pairs
            .filter(|pair| pair[side] == 0 && pair[1 - side] != 0)
            .count()
    };
    if pairs < 2 {
        return None;
    }
    match (with_nul_at(0) * 2 > pairs, with_nul_at(1) * 2 > pairs) {
        (false, true) => Some(EncodingMark::new(Encoding::Utf16, false, 0)),
        (true, false) => Some(EncodingMark::new(Encoding::Utf16, true, 0)),
        _ => None,
    }
}
