//! `rc sql`: queries of a copy that `rc sync` created.

mod report;
mod run;
mod spec;

use clap::ArgMatches;

use super::Command;
use super::collision::{Files, NamedFile};
use crate::cli::values::text;
use crate::error::Result;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files,
    run: |run, options, matches| run::run(run, options, matches),
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "words of other commands can be wrong"
)]
fn files(matches: &ArgMatches) -> Result<Files> {
    let named = |flag: &str, what: &'static str| {
        let path = text(matches, flag)?;
        (path != "-").then(|| NamedFile::new(what, path))
    };
    let read = [
        named("file", "file of the query"),
        named("database", "copy of the store"),
    ];
    Ok(Files::reading(read.into_iter().flatten()))
}
