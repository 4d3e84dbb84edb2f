//! `rc sandbox …`: the local Recharge.

mod args;
pub(super) mod control;
mod copy;
mod run;
mod spec;

use clap::ArgMatches;

use super::collision::{Files, NamedFile};
use super::{Command, verb_of};
use crate::error::Result;
use args::Sandbox;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files,
    run: |run, options, matches| {
        let (verb, matches) = verb_of(matches)?;
        let platform = args::platform(matches);
        run::run(run, options, platform, &args::sandbox(verb, matches))
    },
};

fn files(matches: &ArgMatches) -> Result<Files> {
    let (verb, matches) = verb_of(matches)?;
    let mut files = Files::default();
    match args::sandbox(verb, matches) {
        Sandbox::Serve(serving) => {
            if let Some(data) = &serving.data {
                let mut journal = data.clone().into_os_string();
                journal.push(".journal");
                files.written.push(NamedFile::new("--data", data));
                let journal = NamedFile::new("the journal of --data", journal);
                files.written.push(journal);
            }
        }
        Sandbox::Load { file } => files.read.push(NamedFile::new("input file", file)),
        _ => {}
    }
    Ok(files)
}
