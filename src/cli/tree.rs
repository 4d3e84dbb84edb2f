//! The commands, from the catalogue. Only those of the resource that is named
//! are built: clap asks for them when it gets there.

use clap::{Arg, ArgAction, Command};

use super::{argument, auth, bulk, flags, help, manual, sandbox, stats, watch};
use crate::catalog::{self, Effect, Operation, ParameterRole, Resource, kebab};

/// The whole command line.
#[must_use]
pub fn command() -> Command {
    let mut root = Command::new("rc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The command line for Recharge")
        .styles(help::STYLES)
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .args_override_self(true)
        .help_template(help::ROOT_TEMPLATE)
        .after_help(help::root())
        .args(flags::output())
        .args(flags::everywhere());
    for resource in catalog::RESOURCES {
        root = root.subcommand(of_resource(resource, fill_resource));
    }
    root = root
        .subcommand(stats::command())
        .subcommand(bulk::command())
        .subcommand(auth::auth())
        .subcommand(auth::profile())
        .subcommand(api())
        .subcommand(doctor())
        .subcommand(openapi());
    if cfg!(feature = "sandbox") {
        root = root.subcommand(sandbox::command());
    }
    root.subcommands(manual::commands())
}

/// The command of a resource; `fill` adds its verbs once it is named.
pub(super) fn of_resource(resource: &Resource, fill: fn(Command) -> Command) -> Command {
    Command::new(kebab(resource.name))
        .about(resource.about)
        .aliases(other_names(resource))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .args_override_self(true)
        .help_template(help::VERBS_TEMPLATE)
        .defer(fill)
}

/// The singular, and both as the API spells them.
pub(super) fn other_names(resource: &Resource) -> Vec<String> {
    let mut names = Vec::new();
    for name in [
        kebab(resource.singular),
        resource.name.to_owned(),
        resource.singular.to_owned(),
    ] {
        if name != kebab(resource.name) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn fill_resource(command: Command) -> Command {
    let Some(resource) = catalog::resource(command.get_name()) else {
        return command;
    };
    let verbs = resource
        .operations
        .iter()
        .map(|operation| verb(resource, operation));
    command
        .after_help(help::resource(resource))
        .subcommands(verbs)
}

fn verb(resource: &'static Resource, operation: &'static Operation) -> Command {
    let mut command = Command::new(kebab(operation.verb))
        .disable_help_flag(true)
        .args_override_self(true)
        .about(operation.summary)
        .long_about(help::long_about(operation))
        .visible_aliases(operation.aliases)
        .after_help(help::after(resource, operation))
        .args(argument::target(operation));
    if operation.verb.contains('_') {
        command = command.alias(operation.verb);
    }
    let filters = if operation.effect == Effect::Reads {
        "Filters"
    } else {
        "Options"
    };
    for (order, parameter) in operation.query.iter().enumerate() {
        match parameter.role {
            // --page-size and --limit say it.
            ParameterRole::PageSize => {}
            ParameterRole::Cursor | ParameterRole::PageNumber => {
                command = command.arg(argument::flag(parameter, "Paging", 100 + order));
            }
            _ => command = command.arg(argument::flag(parameter, filters, order)),
        }
    }
    for (order, parameter) in operation.body.iter().enumerate() {
        command = command.arg(argument::flag(parameter, "Fields", order));
    }
    if operation.takes_body() {
        command = command.args(flags::body());
    }
    if operation.pages() {
        command = command.args(flags::paging());
    }
    if operation.effect == Effect::Reads {
        command = command.arg(watch::flag());
    }
    command
}

fn api() -> Command {
    Command::new("api")
        .disable_help_flag(true)
        .args_override_self(true)
        .about("Send any request: every path, every version")
        .after_help(help::styled(help::API))
        .arg(
            Arg::new("method")
                .value_name("METHOD")
                .required(true)
                .ignore_case(true)
                .value_parser(["GET", "POST", "PUT", "DELETE"])
                .help("HTTP method"),
        )
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .required(true)
                .help("path on the API, as in /subscriptions"),
        )
        .arg(
            Arg::new("field")
                .long("field")
                .short('f')
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("query of GET and DELETE, field of the body otherwise"),
        )
        .arg(
            Arg::new("body")
                .long("body")
                .value_name("JSON|@FILE|-")
                .help("the whole body; fields override it"),
        )
        .arg(
            Arg::new("paginate")
                .long("paginate")
                .action(ArgAction::SetTrue)
                .help("follow the list to its end and print its records"),
        )
        .args(
            flags::paging()
                .into_iter()
                .map(|flag| flag.requires("paginate")),
        )
}

fn doctor() -> Command {
    Command::new("doctor")
        .disable_help_flag(true)
        .args_override_self(true)
        .about(help::DOCTOR_ABOUT)
        .after_help(help::styled(help::DOCTOR))
}

fn openapi() -> Command {
    Command::new("openapi")
        .disable_help_flag(true)
        .about(help::OPENAPI_ABOUT)
        .after_help(help::styled(help::OPENAPI))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_command_line_is_sound() {
        // Builds every deferred command, and so checks every flag of all.
        command().debug_assert();
    }

    #[test]
    fn every_operation_can_be_reached_by_its_own_name() {
        let mut root = command();
        root.build();
        for (resource, operation) in catalog::operations() {
            let verbs = root
                .find_subcommand(kebab(resource.name))
                .expect(resource.name);
            let verb = verbs
                .find_subcommand(kebab(operation.verb))
                .expect(operation.verb);
            for parameter in operation
                .flags()
                .filter(|parameter| parameter.role != ParameterRole::PageSize)
            {
                assert!(
                    verb.get_arguments()
                        .any(|arg| arg.get_id() == parameter.name),
                    "{} {} has no flag for {}",
                    resource.name,
                    operation.verb,
                    parameter.name
                );
            }
        }
    }

    #[test]
    fn only_the_named_resource_is_built() {
        let matches = command().try_get_matches_from(["rc", "store", "get"]);
        assert!(matches.is_ok());
        let root = command();
        let unbuilt = root.find_subcommand("charges").expect("charges");
        assert_eq!(unbuilt.get_subcommands().count(), 0);
    }
}
