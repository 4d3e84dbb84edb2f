//! Files that a command line names: none that is written is one that is read,
//! or written for another purpose.
//!
//! Takes what was asked for; returns a usage error, before anything is opened
//! for writing. Files are compared by device and inode (on Windows by volume
//! and index), so that links do not hide what they lead to.

use std::fs;
use std::path::{Path, PathBuf};

use same_file::Handle;

use crate::cli::Options;
use crate::config::{self, Environment, Folders, variable};
use crate::error::{Error, Result};

/// A file that the command line names, and what names it.
pub(super) struct NamedFile {
    by: &'static str,
    path: PathBuf,
}

impl NamedFile {
    pub(super) fn new(by: &'static str, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { by, path }
    }
}

/// The files that the words of a command name.
#[derive(Default)]
pub(super) struct Files {
    pub(super) read: Vec<NamedFile>,
    pub(super) written: Vec<NamedFile>,
}

impl Files {
    /// Files that are only read.
    pub(super) fn reading(files: impl Iterator<Item = NamedFile>) -> Self {
        Self {
            read: files.collect(),
            written: Vec::new(),
        }
    }
}

/// What makes two paths the same file.
#[derive(PartialEq, Eq)]
enum Identity {
    /// A file that is there.
    There(Handle),
    /// A name in a folder that has no such file yet.
    ToCome(PathBuf),
}

/// Refuses a file that would be written over while it is still needed.
///
/// # Errors
/// Of kind `Usage`, naming the flag and both files.
pub(super) fn check(
    options: &Options,
    files: &Files,
    environment: &Environment,
    folders: Option<&Folders>,
) -> Result<()> {
    let mut seen: Vec<(&NamedFile, Identity)> = Vec::new();
    let common = common_outputs(options);
    for written in common.iter().chain(&files.written) {
        let Some(identity) = identity(&written.path) else {
            continue;
        };
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == identity) {
            return Err(clash(written, &format!("the output of {}", other.by)));
        }
        seen.push((written, identity));
    }
    if seen.is_empty() {
        return Ok(());
    }
    let clashing = |identity: &Identity| seen.iter().find(|(_, known)| known == identity);
    let own: Vec<NamedFile> = folders.into_iter().flat_map(own).collect();
    let common = common_inputs(options, environment)?;
    for read in files.read.iter().chain(&common).chain(&own) {
        if let Some(identity) = identity(&read.path)
            && let Some((written, _)) = clashing(&identity)
        {
            let what = format!("the {} {}", read.by, read.path.display());
            return Err(clash(written, &what));
        }
    }
    if let Some(stdin) = regular_stdin()
        && let Some((written, _)) = clashing(&Identity::There(stdin))
    {
        return Err(clash(written, "the file on standard input"));
    }
    Ok(())
}

fn clash(written: &NamedFile, what: &str) -> Error {
    let (by, path) = (written.by, written.path.display());
    Error::usage(format!("{by} {path} would overwrite {what}")).hint("name another file")
}

/// Files that flags of every command write. Standard output and devices are none.
fn common_outputs(options: &Options) -> Vec<NamedFile> {
    let out = options.output.out.iter();
    let out = out.filter(|path| path.as_path() != Path::new("-"));
    let out = out.map(|path| NamedFile::new("--out", path));
    let trace = options.trace.iter();
    out.chain(trace.map(|path| NamedFile::new("--trace", path)))
        .collect()
}

/// Files that flags of every command, or variables, have read.
fn common_inputs(options: &Options, environment: &Environment) -> Result<Vec<NamedFile>> {
    let by_variable = config::read(environment, variable::CA_FILE)?.map(PathBuf::from);
    let authorities = options.network.ca_file.clone().or(by_variable);
    let files = authorities.map(|path| NamedFile::new("certificate file", path));
    Ok(files.into_iter().collect())
}

/// Files that the program keeps for itself.
fn own(folders: &Folders) -> Vec<NamedFile> {
    let settings = folders.settings().into_iter();
    let store = folders.state().map(|state| state.join("sandbox.json"));
    settings
        .map(|path| NamedFile::new("settings file", path))
        .chain(store.map(|path| NamedFile::new("store of --sandbox,", path)))
        .collect()
}

/// What a path leads to; nothing for a device, a pipe or a folder, and for what
/// cannot be looked at, which fails with a better message where it is opened.
fn identity(path: &Path) -> Option<Identity> {
    match fs::metadata(path) {
        Ok(facts) if facts.is_file() => Handle::from_path(path).ok().map(Identity::There),
        Ok(_) => None,
        Err(_) => {
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            let folder = fs::canonicalize(folder).ok()?;
            Some(Identity::ToCome(folder.join(path.file_name()?)))
        }
    }
}

fn regular_stdin() -> Option<Handle> {
    let stdin = Handle::stdin().ok()?;
    let facts = stdin.as_file().metadata().ok()?;
    facts.is_file().then_some(stdin)
}
