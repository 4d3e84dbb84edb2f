//! How `rc completions` looks.

use clap::builder::EnumValueParser;
use clap::{Arg, Command};

use crate::cli::complete::Shell;
use crate::cli::{Spec, help, plain};

pub(super) const SPEC: Spec = Spec::new(
    "completions",
    "Print the completion script of a shell",
    build,
);

const EXAMPLES: &str = "\
The script gets all completions from rc: commands, flags, values, columns,
profiles and jobs. It uses no network.

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
