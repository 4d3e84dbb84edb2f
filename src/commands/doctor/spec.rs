//! How `rc doctor` looks.

use clap::Command;

use crate::cli::{Spec, help, plain};

pub(super) const SPEC: Spec = Spec::new("doctor", "Check token, network, clock and limits", build);

/// The last lines of its help.
const EXAMPLES: &str = "\
Needs no token, and changes nothing. The exit code is 0 when rc is ready to use,
else the exit code of the first failure.

Examples:
  rc doctor
  rc doctor -o json
  rc doctor --base-url http://127.0.0.1:4010";

fn build() -> Command {
    plain(SPEC.name, SPEC.about).after_help(help::styled(EXAMPLES))
}
