//! How `rc man` looks.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, ValueHint, value_parser};

use crate::cli::{Spec, help, plain};

pub(super) const SPEC: Spec = Spec::new("man", "Print a manual page, or write all of them", build);

const EXAMPLES: &str = "\
Examples:
  rc man subscriptions list | man -l -
  rc man --out-dir ~/.local/share/man/man1
  rc man --markdown --out-dir reference";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .after_help(help::styled(EXAMPLES))
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .num_args(0..)
                .help("the words of a command; that of rc itself without any")
                .help_heading("Arguments"),
        )
        .arg(
            Arg::new("out-dir")
                .long("out-dir")
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::DirPath)
                .conflicts_with("command")
                .help("write the pages of all commands into this folder")
                .help_heading("Options"),
        )
        .arg(
            Arg::new("markdown")
                .long("markdown")
                .action(ArgAction::SetTrue)
                .requires("out-dir")
                .help("write the command reference in Markdown, a page for each resource")
                .help_heading("Options"),
        )
}
