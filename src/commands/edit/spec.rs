//! How `rc RESOURCE edit` looks.

use clap::{Arg, Command};

use super::operations;
use crate::api::request;
use crate::catalog::{Resource, kebab};
use crate::cli::{ResourceVerb, Spec, plain};

/// The name of the id among the matches.
pub(super) const TARGET: &str = "target";

pub(super) const SPEC: Spec = Spec {
    of_resource: Some(ResourceVerb {
        exists: |resource| operations(resource).is_some(),
        build: build_for,
    }),
    ..Spec::new("edit", "Change fields in an editor", build)
};

const LONG_ABOUT: &str = "\
Change fields in an editor.

Opens the fields that can be changed as JSON in $VISUAL or $EDITOR, shows the
difference, asks for confirmation, and sends only the changed fields. The object
is read again first: if it was changed meanwhile, nothing is sent, the file is
kept, and the exit code is 7. A field that is removed from the file keeps its
value.";

/// The command without a resource; it is not reachable.
fn build() -> Command {
    plain(SPEC.name, SPEC.about)
}

fn build_for(resource: &'static Resource) -> Command {
    let command = build().long_about(LONG_ABOUT).after_help(format!(
        "Examples:\n  rc {name} edit 12345\n  EDITOR=nano rc {name} edit 12345",
        name = kebab(resource.name)
    ));
    let Some((get, _)) = operations(resource) else {
        return command;
    };
    let Some(parameter) = get.path_parameters.first() else {
        return command;
    };
    command.arg(
        Arg::new(TARGET)
            .value_name("ID")
            .required(true)
            .value_parser(move |word: &str| {
                request::check(parameter, word).map(|()| word.to_owned())
            })
            .help(parameter.help)
            .help_heading("Arguments"),
    )
}
