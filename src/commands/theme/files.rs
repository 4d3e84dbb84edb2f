//! `rc theme new|pack|unpack`: themes as folders and as archives.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use recharge_theme::folder::{LARGEST_FILE, LARGEST_THEME, MOST_FILES, TRANSLATIONS};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::cli::values::text;
use crate::error::{Error, Result};
use crate::ui::Run;

/// The theme that `new` writes.
const BEGINNING: &[(&str, &str)] = &[
    ("base.html", include_str!("beginning/base.html")),
    (
        "subscriptions.html",
        include_str!("beginning/subscriptions.html"),
    ),
    (
        "_subscription_row.html",
        include_str!("beginning/_subscription_row.html"),
    ),
    (
        "subscription.html",
        include_str!("beginning/subscription.html"),
    ),
    ("style.css", include_str!("beginning/style.css")),
    ("404.html", include_str!("beginning/404.html")),
    ("meta.json", "{\"frontend_version\":\"legacy_novum\"}\n"),
];

pub(super) fn new(run: &mut Run, matches: &ArgMatches) -> Result<()> {
    let folder = super::folder(matches);
    empty(&folder)?;
    for (name, text) in BEGINNING {
        write(&folder.join(name), text.as_bytes())?;
    }
    let folder = folder.display();
    run.reporter.done(&format!(
        "{folder} has a theme of {} files\n  rc theme serve {folder}",
        BEGINNING.len()
    ));
    Ok(())
}

/// Packs what the vendor's engine takes: the texts of `t` are this program's.
pub(super) fn pack(run: &mut Run, matches: &ArgMatches) -> Result<()> {
    let theme = super::open(&super::folder(matches))?;
    let file = PathBuf::from(text(matches, "file").unwrap_or_default());
    if let Some(problem) = theme.problems.first() {
        return Err(
            Error::usage(format!("{}: {}", problem.name, problem.message))
                .hint("an archive without it would lack a file"),
        );
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // Times are left out: the same theme gives the same archive.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut count = 0;
    for name in theme.names().filter(|name| *name != TRANSLATIONS) {
        let begun = archive
            .start_file(name, options)
            .map_err(std::io::Error::from);
        let written = begun.and_then(|()| archive.write_all(theme.file(name).unwrap_or_default()));
        written
            .map_err(|error| Error::unexpected(format!("cannot pack {name}")).caused_by(error))?;
        count += 1;
    }
    let bytes = archive
        .finish()
        .map_err(|error| Error::unexpected("cannot end the archive").caused_by(error))?;
    write_whole(&file, &bytes.into_inner())?;
    run.reporter
        .done(&format!("{} has {count} files", file.display()));
    Ok(())
}

pub(super) fn unpack(run: &mut Run, matches: &ArgMatches) -> Result<()> {
    let folder = super::folder(matches);
    let file = PathBuf::from(text(matches, "file").unwrap_or_default());
    let named = file.display().to_string();
    let broken = |error: zip::result::ZipError| {
        Error::usage(format!("{named} is not an archive that can be read")).caused_by(error)
    };
    let opened = fs::File::open(&file).map_err(|error| Error::reading(&named, error))?;
    let mut archive = ZipArchive::new(opened).map_err(broken)?;
    if archive.len() > MOST_FILES {
        return Err(Error::usage(format!(
            "{named} has {} files, and a theme has at most {MOST_FILES}",
            archive.len()
        )));
    }
    // Everything is read and named before anything is written.
    let mut files = Vec::new();
    let mut total = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let written = entry.name().map_err(broken)?.into_owned();
        let name = flat_name(&written).ok_or_else(|| {
            Error::usage(format!(
                "{named} has a file {written:?}, which a theme cannot have"
            ))
        })?;
        let mut bytes = Vec::new();
        // What an archive says of sizes need not be true.
        entry
            .take(LARGEST_FILE + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::reading(&named, error))?;
        total += bytes.len() as u64;
        if bytes.len() as u64 > LARGEST_FILE || total > LARGEST_THEME {
            return Err(Error::usage(format!(
                "{named} is too large for a theme at {name}"
            )));
        }
        if files.iter().any(|(each, _)| *each == name) {
            return Err(Error::usage(format!("{named} has two files {name}")));
        }
        files.push((name, bytes));
    }
    empty(&folder)?;
    for (name, bytes) in &files {
        write(&folder.join(name), bytes)?;
    }
    run.reporter
        .done(&format!("{} has {} files", folder.display(), files.len()));
    Ok(())
}

/// The name of a file in the folder; archives of folders have one folder around
/// all. Names that lead outside or that other systems reserve are refused.
fn flat_name(name: &str) -> Option<String> {
    if name.contains(['\\', '\0', ':'])
        || name.starts_with('/')
        || name.split('/').any(|part| part == "..")
    {
        return None;
    }
    let last = name.rsplit('/').next().unwrap_or_default();
    let is_name =
        !last.is_empty() && last != "." && last.len() <= 200 && !last.chars().any(char::is_control);
    is_name.then(|| last.to_owned())
}

/// A folder that is there and empty.
fn empty(folder: &Path) -> Result<()> {
    let named = folder.display();
    fs::create_dir_all(folder).map_err(|error| {
        Error::usage(format!("cannot make the folder {named}")).caused_by(error)
    })?;
    let mut entries =
        fs::read_dir(folder).map_err(|error| Error::reading(&named.to_string(), error))?;
    if entries.next().is_some() {
        return Err(Error::usage(format!("{named} is not empty"))
            .hint("name a folder that does not exist yet"));
    }
    Ok(())
}

pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).map_err(|error| Error::writing(&file.display().to_string(), error))
}

/// The file appears whole or not at all.
fn write_whole(file: &Path, bytes: &[u8]) -> Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let cannot = |error| Error::writing(&file.display().to_string(), error);
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
    beside.write_all(bytes).map_err(cannot)?;
    beside.persist(file).map_err(|error| cannot(error.error))?;
    Ok(())
}
