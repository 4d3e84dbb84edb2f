//! How `rc completions` looks.

use clap::builder::EnumValueParser;
use clap::{Arg, Command};

use crate::cli::complete::Shell;
use crate::cli::{Spec, help, plain};

pub(super) const SPEC: Spec = Spec::new(
    "completions",
    "Print the script that completes rc in a shell",
    build,
);

const EXAMPLES: &str = "\
The script asks rc for all that it shows: commands, flags, values, and the
columns, profiles and jobs that there are. It asks no network.

In ~/.bashrc: source <(rc completions bash)
In ~/.zshrc, after compinit: source <(rc completions zsh)
In $PROFILE: rc completions powershell | Out-String | Invoke-Expression

Examples:
  mkdir -p ~/.local/share/bash-completion/completions
  rc completions bash > ~/.local/share/bash-completion/completions/rc
  mkdir -p ~/.config/fish/completions
  rc completions fish > ~/.config/fish/completions/rc.fish";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .after_help(help::styled(EXAMPLES))
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(EnumValueParser::<Shell>::new())
                .help("the shell")
                .help_heading("Arguments"),
        )
}
