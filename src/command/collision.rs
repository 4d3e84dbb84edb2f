//! Files that a command line names: none that is written is one that is read,
//! or written for another purpose.
//!
//! In comes what was asked for; out comes a usage error, before anything is
//! opened for writing. Files are compared by device and inode (on Windows by
//! volume and index), so that links do not hide what they lead to.

use std::fs;
use std::path::{Path, PathBuf};

use same_file::Handle;

use crate::cli::{Action, Bulk, Call, Options, Sandbox};
use crate::config::{self, Environment, Folders, variable};
use crate::error::{Error, Result};

/// A file that the command line names, and what names it.
struct NamedFile {
    by: &'static str,
    path: PathBuf,
}

impl NamedFile {
    fn new(by: &'static str, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { by, path }
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
    action: &Action,
    environment: &Environment,
    folders: Option<&Folders>,
) -> Result<()> {
    let mut seen: Vec<(NamedFile, Identity)> = Vec::new();
    for written in outputs(options, action) {
        let Some(identity) = identity(&written.path) else {
            continue;
        };
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == identity) {
            return Err(clash(&written, &format!("what {} writes", other.by)));
        }
        seen.push((written, identity));
    }
    if seen.is_empty() {
        return Ok(());
    }
    let clashing = |identity: &Identity| seen.iter().find(|(_, known)| known == identity);
    let own = folders.into_iter().flat_map(own);
    for read in inputs(options, action, environment)?.into_iter().chain(own) {
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

/// Files that are written. Standard output and devices are none.
fn outputs(options: &Options, action: &Action) -> Vec<NamedFile> {
    let mut files = Vec::new();
    let out = options.output.out.iter();
    let out = out.filter(|path| path.as_path() != Path::new("-"));
    files.extend(out.map(|path| NamedFile::new("--out", path)));
    files.extend(
        options
            .trace
            .iter()
            .map(|path| NamedFile::new("--trace", path)),
    );
    match action {
        Action::Bulk(Bulk::Run(work, _) | Bulk::Check(work)) => {
            files.extend(
                work.report
                    .iter()
                    .map(|path| NamedFile::new("--report", path)),
            );
        }
        Action::Sandbox(Sandbox::Serve(serving)) => {
            if let Some(data) = &serving.data {
                let mut journal = data.clone().into_os_string();
                journal.push(".journal");
                files.push(NamedFile::new("--data", data));
                files.push(NamedFile::new("the journal of --data", journal));
            }
        }
        _ => {}
    }
    files
}

/// Files that are read.
fn inputs(options: &Options, action: &Action, environment: &Environment) -> Result<Vec<NamedFile>> {
    let mut files = Vec::new();
    match action {
        Action::Call(call) => files.extend(values(call)),
        Action::Stats(stats) => files.extend(values(&stats.call)),
        Action::Free(free) => files.extend(free.body.iter().filter_map(|word| at_file(word))),
        Action::Bulk(Bulk::Run(work, _) | Bulk::Check(work)) => {
            files.push(NamedFile::new("input file", &work.file));
            let words = work.constants.iter().map(|(_, word)| word);
            files.extend(words.filter_map(|word| at_file(word)));
        }
        Action::Sandbox(Sandbox::Load { file }) => files.push(NamedFile::new("input file", file)),
        _ => {}
    }
    let by_variable = config::read(environment, variable::CA_FILE)?.map(PathBuf::from);
    let authorities = options.network.ca_file.clone().or(by_variable);
    files.extend(authorities.map(|path| NamedFile::new("certificate file", path)));
    Ok(files)
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

fn values(call: &Call) -> impl Iterator<Item = NamedFile> {
    let words = call.given.iter().flat_map(|(_, words)| words);
    words.chain(&call.body).filter_map(|word| at_file(word))
}

fn at_file(word: &str) -> Option<NamedFile> {
    let path = word.strip_prefix('@')?;
    Some(NamedFile::new("input file", path))
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
