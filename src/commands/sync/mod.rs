//! `rc sync`: a copy of the store's tables, kept current.

mod args;
mod check;
mod lake;
mod place;
mod run;
mod singer;
mod spec;
mod status;
mod views;
mod watcher;

use clap::ArgMatches;

use super::Command;
use super::collision::{Files, NamedFile};
use crate::error::Result;
use crate::sync::destination::files::DATABASE;
use crate::sync::destination::{Address, LakeLocation, USUAL_FILE};

pub(in crate::commands) use place::open_copy;
pub(in crate::commands) use run::{SyncJob, copy, store_id, store_key};
pub(in crate::commands) use singer::{given, refuse_formats};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files,
    run: |run, options, matches| {
        let inner = matches.subcommand().map_or(matches, |(_, inner)| inner);
        run.choose_family(options, args::source(inner))?;
        if let Some(words) = args::print_views(matches) {
            return views::print(run, options, &words);
        }
        match matches.subcommand_name() {
            Some("status") => status::run(run, options, args::destination(inner)?.as_ref()),
            Some("check") => check::run(run, options, &args::sync_of(inner)?),
            _ => run::run(run, options, &args::sync_of(inner)?),
        }
    },
};

/// The files that a run writes: those of the destination.
fn files(matches: &ArgMatches) -> Result<Files> {
    if args::print_views(matches).is_some() {
        return Ok(Files::default());
    }
    let matches = matches.subcommand().map_or(matches, |(_, inner)| inner);
    let mut files = Files::default();
    let path = match args::destination(matches)? {
        Some(Address::Sqlite(path)) => path,
        Some(
            Address::Ndjson(folder)
            | Address::Csv(folder)
            | Address::Lake(_, LakeLocation::Folder(folder)),
        ) => folder.join(DATABASE),
        Some(Address::Singer(command)) => {
            let state = args::state(matches).map(|path| NamedFile::new("the state", path));
            match command {
                Some(_) => files.written.extend(state),
                None => files.read.extend(state),
            }
            return Ok(files);
        }
        Some(Address::Postgres(_) | Address::Lake(_, LakeLocation::Bucket { .. })) => {
            return Ok(files);
        }
        None => USUAL_FILE.into(),
    };
    files.written.push(NamedFile::new("the copy", path));
    Ok(files)
}
