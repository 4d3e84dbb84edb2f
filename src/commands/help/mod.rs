//! `rc help`: a topic, or the help of a command. The frame reads its words before
//! any other, as they name commands; what is left here is `rc help` behind a
//! flag.

use clap::Arg;

use super::{Command, all, no_files};
use crate::cli::{self, Spec, help, plain};

pub(super) const COMMAND: Command = Command {
    spec: Spec::new(
        "help",
        "Show help about a command or a topic: rc help topics lists them",
        build,
    ),
    files: no_files,
    run: |run, _, _| {
        let width = run.terminal.width;
        run.show(&cli::root_help(&all(), width))
    },
};

const EXAMPLES: &str = "\
Examples:
  rc help topics
  rc help exit-codes
  rc help subscriptions list";

fn build() -> clap::Command {
    let Spec { name, about, .. } = COMMAND.spec;
    plain(name, about).after_help(help::styled(EXAMPLES)).arg(
        Arg::new("topic")
            .value_name("TOPIC|COMMAND")
            .num_args(0..)
            .help("a command or a topic; rc help topics lists the topics")
            .help_heading("Arguments"),
    )
}
