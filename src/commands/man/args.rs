//! The words of `rc man`.

use std::path::PathBuf;

use clap::ArgMatches;

/// Which manual pages.
#[derive(Debug)]
pub(super) enum Manual {
    /// That of one command, to standard output.
    Page(Vec<String>),
    /// All of them, a file each, into a folder.
    All(PathBuf),
    /// The command reference in Markdown, into a folder.
    Reference(PathBuf),
}

/// What the words come to.
pub(super) fn manual_of(matches: &ArgMatches) -> Manual {
    match matches.get_one::<PathBuf>("out-dir") {
        Some(folder) if matches.get_flag("markdown") => Manual::Reference(folder.clone()),
        Some(folder) => Manual::All(folder.clone()),
        None => Manual::Page(
            matches
                .get_many("command")
                .map_or_else(Vec::new, |words| words.cloned().collect()),
        ),
    }
}
