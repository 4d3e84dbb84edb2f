//! The file of a workbook: read as a whole, but never more of it than its
//! bounds allow, and distinguished from other zip files.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use memchr::memmem;
use zip::ZipArchive;

use crate::error::{Error, Result};

/// The largest file that is read.
const LARGEST_FILE: u64 = 128 * 1024 * 1024;

/// The most that all parts of a workbook may come to.
const LARGEST_WHOLE: u64 = 1024 * 1024 * 1024;

/// The most that a part other than a sheet may come to.
const LARGEST_PART: u64 = 256 * 1024 * 1024;

/// The most that formats, names and relations may come to.
const LARGEST_LIST: u64 = 32 * 1024 * 1024;

/// The most shared texts that a workbook may have.
const MOST_TEXTS: u64 = 8 * 1024 * 1024;

/// How much larger than in the file a part may be, once it is large at all.
const LARGEST_RATIO: u64 = 200;
const LARGE: u64 = 16 * 1024 * 1024;

/// Bytes of a part that are searched again with those that follow: longer
/// than the tag of a row.
const KEPT: usize = 512;

/// The bytes of a file that is a zip.
pub(super) type Archive = ZipArchive<Cursor<Vec<u8>>>;

/// What kind of workbook a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WorkbookKind {
    Xlsx,
    Ods,
}

/// A workbook whose size is known to be bounded.
pub(super) struct Package {
    pub(super) kind: WorkbookKind,
    pub(super) bytes: Vec<u8>,
    /// Whether a cell of a sheet may have a formula.
    pub(super) has_formulas: bool,
    /// Whether cells of a sheet may be merged.
    pub(super) has_merges: bool,
    /// Rows of all sheets that are hidden, of an xlsx file.
    pub(super) hidden: u64,
}

/// Reads a whole file and checks that it is a workbook of bounded size.
///
/// # Errors
/// A usage error that says what the file is and what to do.
pub(super) fn read(name: &str, stream: &mut dyn Read) -> Result<Package> {
    let mut bytes = Vec::new();
    let mut bounded = stream.take(LARGEST_FILE + 1);
    let read = bounded.read_to_end(&mut bytes);
    read.map_err(|error| Error::reading(name, error).hint("get the complete file and try again"))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(too_large(name));
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
        Error::usage(format!(
            "{name} is a damaged Excel or ODS workbook (or another zip file)"
        ))
        .hint("get the complete file, or open it in the spreadsheet and save it as CSV (UTF-8)")
        .caused_by(error)
    })?;
    let kind = kind(name, &archive)?;
    let mut package = Package {
        kind,
        bytes: Vec::new(),
        has_formulas: false,
        has_merges: false,
        hidden: 0,
    };
    let archive = measured(name, archive, &mut package)?;
    package.bytes = archive.into_inner().into_inner();
    Ok(package)
}

fn kind(name: &str, archive: &Archive) -> Result<WorkbookKind> {
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(Cow::into_owned))
        .collect();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let within = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if has("xl/workbook.bin") {
        return Err(other(name, "a binary Excel workbook (xlsb)", SAVE));
    }
    if has("xl/workbook.xml") || (has("[Content_Types].xml") && within("xl/")) {
        return Ok(WorkbookKind::Xlsx);
    }
    if has("content.xml") && has("META-INF/manifest.xml") {
        return Ok(WorkbookKind::Ods);
    }
    if within("Index/") {
        return Err(other(name, "a Numbers document", SAVE));
    }
    if within("word/") {
        return Err(other(name, "a Word document", "export its table as CSV"));
    }
    let mut shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 3 {
        shown.push_str(", …");
    }
    let what = format!("a zip file, but not a workbook; it has {shown}");
    Err(other(name, &what, "unpack it and name the file in it"))
}

const SAVE: &str = "open it in its program and save it as xlsx or CSV (UTF-8)";

fn other(name: &str, what: &str, hint: &str) -> Error {
    Error::usage(format!("{name} is {what}")).hint(hint.to_owned())
}

fn too_large(name: &str) -> Error {
    Error::usage(format!(
        "{name} is larger than a workbook that can be read: at most 128 MiB, 1 GiB unpacked"
    ))
    .hint("save the sheet as CSV (UTF-8)")
}

/// Unpacks every part once, and keeps nothing of it: sizes that a file claims
/// are not to be trusted.
fn measured(name: &str, mut archive: Archive, package: &mut Package) -> Result<Archive> {
    let mut whole = 0;
    let mut texts = 0;
    let mut buffer = vec![0; 64 * 1024];
    for at in 0..archive.len() {
        let damaged = |error: zip::result::ZipError| {
            Error::usage(format!("{name} is a damaged workbook"))
                .hint("open it in the spreadsheet and save it again")
                .caused_by(error)
        };
        let mut part = archive.by_index(at).map_err(|error| {
            if error.to_string().to_lowercase().contains("password") {
                return protected(name);
            }
            damaged(error)
        })?;
        let packed = part.compressed_size().max(1);
        let part_name = part.name().map(Cow::into_owned);
        let part_name = part_name.map_err(damaged)?;
        let most = most(&part_name);
        let mut size = 0;
        let is_sheet = part_name.contains("worksheets/");
        // The end of the last piece, as a tag may be cut in two.
        let mut kept = 0;
        loop {
            let read = part.read(&mut buffer[kept..]).map_err(|error| {
                Error::usage(format!(
                    "{name} is a damaged workbook: {part_name} is broken"
                ))
                .hint("open it in the spreadsheet and save it again")
                .caused_by(error)
            })?;
            if read == 0 {
                break;
            }
            size += read as u64;
            whole += read as u64;
            let piece = &buffer[..kept + read];
            package.has_formulas |= has_tag(piece, b"f");
            package.has_merges |= memmem::find(piece, b"mergeCell").is_some();
            texts += memmem::find_iter(piece, b"<si").count() as u64;
            if is_sheet {
                package.hidden += hidden_rows(piece, kept);
            }
            let is_bomb = size > LARGE && size / packed > LARGEST_RATIO;
            if is_bomb || size > most || whole > LARGEST_WHOLE || texts > MOST_TEXTS {
                return Err(too_large(name));
            }
            kept = (kept + read).min(KEPT);
            let end = piece.len();
            buffer.copy_within(end - kept..end, 0);
        }
    }
    if package.kind == WorkbookKind::Ods && is_protected(&mut archive) {
        return Err(protected(name));
    }
    Ok(archive)
}

/// How many rows with cells are hidden; those within the first bytes, which
/// were seen before, are not counted again.
fn hidden_rows(xml: &[u8], seen: usize) -> u64 {
    const HIDDEN: &[u8] = b" hidden=\"";
    let found = memmem::find_iter(xml, HIDDEN).filter(|at| {
        let value = &xml[at + HIDDEN.len()..];
        let Some(begin) = memchr::memrchr(b'<', &xml[..*at]) else {
            return false;
        };
        let name = xml[begin + 1..*at].split(|byte| *byte == b' ').next();
        let is_row = name.is_some_and(|name| name == b"row" || name.ends_with(b":row"));
        let end = memchr::memchr(b'>', value);
        let is_empty = end.is_some_and(|end| value[..end].ends_with(b"/"));
        let is_true = value.starts_with(b"1\"") || value.starts_with(b"true\"");
        // The value ends behind what was seen.
        is_row && is_true && !is_empty && at + HIDDEN.len() + 2 > seen
    });
    found.count() as u64
}

fn most(part: &str) -> u64 {
    let lists = [
        ".rels",
        "styles.xml",
        "workbook.xml",
        "manifest.xml",
        "[Content_Types].xml",
    ];
    let is_list = lists.iter().any(|list| part.ends_with(list));
    if is_list {
        LARGEST_LIST
    } else if part.contains("worksheets/") || part == "content.xml" {
        LARGEST_WHOLE
    } else {
        LARGEST_PART
    }
}

/// Whether XML has an element of that name, with any prefix.
fn has_tag(xml: &[u8], name: &[u8]) -> bool {
    memmem::find_iter(xml, name).any(|at| {
        let before = at.checked_sub(1).map(|before| xml[before]);
        let after = xml.get(at + name.len());
        matches!(before, Some(b'<' | b':')) && matches!(after, Some(b'>' | b' ' | b'/'))
    })
}

fn is_protected(archive: &mut Archive) -> bool {
    let Ok(part) = archive.by_name("META-INF/manifest.xml") else {
        return false;
    };
    let mut manifest = Vec::new();
    let read = part.take(LARGEST_LIST).read_to_end(&mut manifest);
    read.is_ok() && memmem::find(&manifest, b"encryption-data").is_some()
}

/// A workbook that only opens with a password.
pub(in crate::bulk::read) fn protected(name: &str) -> Error {
    Error::usage(format!("{name} is protected with a password"))
        .hint("open it in the spreadsheet, remove the password and save it again")
}

/// Whether an old kind of file contains a new workbook, encrypted.
pub(in crate::bulk::read) fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    memmem::find(bytes, &name).is_some()
}
