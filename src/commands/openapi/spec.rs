//! How `rc openapi` looks.

use clap::Command;

use crate::cli::{Spec, help, plain};

pub(super) const SPEC: Spec =
    Spec::new("openapi", "Print the API as an OpenAPI 3.1 document", build);

/// The last lines of its help.
const EXAMPLES: &str = "\
It is generated from the tables that rc itself uses; no request is sent.

Examples:
  rc openapi --out openapi.json
  rc openapi --jq '.paths | keys[]'";

fn build() -> Command {
    plain(SPEC.name, SPEC.about).after_help(help::styled(EXAMPLES))
}
