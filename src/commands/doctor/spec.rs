//! How `rc doctor` looks.

use clap::Command;

use crate::cli::{Spec, help, plain};

pub(super) const SPEC: Spec = Spec::new("doctor", "Check token, network, clock and limits", build);

/// The last lines of its help.
const EXAMPLES: &str = "\
It needs no token, and changes nothing. Its exit code is 0 when rc can be used,
else that of the first failure.

Examples:
  rc doctor
  rc doctor -o json
  rc doctor --base-url http://127.0.0.1:4010";

fn build() -> Command {
    plain(SPEC.name, SPEC.about).after_help(help::styled(EXAMPLES))
}
