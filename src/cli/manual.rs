//! The commands that tell about `rc` itself: help, completions and manual
//! pages. Their words, and what they come to.

use std::path::PathBuf;

use clap::builder::EnumValueParser;
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};

use super::complete::Shell;
use super::help;

/// Which manual pages.
#[derive(Debug)]
pub enum Manual {
    /// That of one command, to standard output.
    Page(Vec<String>),
    /// All of them, a file each, into a folder.
    All(PathBuf),
}

/// One line about `rc help`.
pub(super) const HELP_ABOUT: &str = "Tell about a command, or a topic: rc help topics lists them";

/// One line about `rc completions`.
pub(super) const COMPLETIONS_ABOUT: &str = "Print the script that completes rc in a shell";

/// One line about `rc man`.
pub(super) const MAN_ABOUT: &str = "Print a manual page, or write all of them";

const HELP: &str = "\
Examples:
  rc help topics
  rc help exit-codes
  rc help subscriptions list";

const COMPLETIONS: &str = "\
The script asks rc for all that it shows: commands, flags, values, and the
columns, profiles and jobs that there are. It asks no network.

In ~/.bashrc: source <(rc completions bash)
In ~/.zshrc, after compinit: source <(rc completions zsh)
In $PROFILE: rc completions powershell | Out-String | Invoke-Expression

Examples:
  rc completions bash > ~/.local/share/bash-completion/completions/rc
  rc completions fish > ~/.config/fish/completions/rc.fish";

const MAN: &str = "\
Examples:
  rc man subscriptions list | man -l -
  rc man --out-dir ~/.local/share/man/man1";

/// The three commands.
pub(super) fn commands() -> [Command; 3] {
    [
        plain("help", HELP_ABOUT, HELP).arg(
            Arg::new("topic")
                .value_name("TOPIC|COMMAND")
                .num_args(0..)
                .help("what to tell about; rc help topics lists the topics")
                .help_heading("Arguments"),
        ),
        plain("completions", COMPLETIONS_ABOUT, COMPLETIONS).arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(EnumValueParser::<Shell>::new())
                .help("the shell")
                .help_heading("Arguments"),
        ),
        plain("man", MAN_ABOUT, MAN)
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
            ),
    ]
}

fn plain(name: &'static str, about: &'static str, after: &'static str) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .args_override_self(true)
        .about(about)
        .after_help(help::styled(after))
}

pub(super) fn manual_of(matches: &ArgMatches) -> Manual {
    match matches.get_one::<PathBuf>("out-dir") {
        Some(folder) => Manual::All(folder.clone()),
        None => Manual::Page(
            matches
                .get_many("command")
                .map_or_else(Vec::new, |words| words.cloned().collect()),
        ),
    }
}

pub(super) fn shell_of(matches: &ArgMatches) -> Shell {
    let shell = matches.get_one("shell").copied();
    shell.unwrap_or(Shell::Bash)
}
