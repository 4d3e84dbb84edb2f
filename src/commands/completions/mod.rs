//! `rc completions`: the script by which a shell asks, and what it is answered.

mod run;
mod spec;

use clap::ArgMatches;

use super::{Command, no_files};
use crate::cli::complete::Shell;

pub(super) use run::answer;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| run::script(run, options, shell_of(matches)),
};

fn shell_of(matches: &ArgMatches) -> Shell {
    let shell = matches.get_one("shell").copied();
    shell.unwrap_or(Shell::Bash)
}
