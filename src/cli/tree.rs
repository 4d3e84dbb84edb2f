//! The commands, from the catalogue. Only those of the resource that is named
//! are built: clap asks for them when it gets there.

use clap::{Arg, Command};

use super::{CommandSet, argument, flags, global_flags, help, watch_flag};
use crate::catalog::{
    ApiFamily, Effect, Operation, OperationAction, Parameter, ParameterRole, Resource,
    VersionedRow, kebab,
};

/// The whole command line: the operations of the API, then `specs`.
#[must_use]
pub fn command(set: &CommandSet) -> Command {
    let mut root = Command::new("rc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The command line for Recharge")
        .styles(help::STYLES)
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .args_override_self(true)
        .help_template(help::ROOT_TEMPLATE)
        .args(global_flags::global_args());
    for resource in set.family.resources() {
        let extra = set.specs.iter().filter_map(|spec| spec.verb_of(resource));
        let extra = extra.map(|command| command.display_order(EXTRA));
        root = root.subcommand(of_resource(resource, set.fill).subcommands(extra));
    }
    let own = set.specs.iter().filter(|spec| spec.is_own());
    root.subcommands(own.map(|spec| (spec.build)().hide(spec.is_hidden)))
}

/// Extra verbs of a resource come behind those of the API.
const EXTRA: usize = 1000;

/// The command of a resource; `fill` adds its verbs once it is named.
#[must_use]
pub fn of_resource(resource: &Resource, fill: fn(Command) -> Command) -> Command {
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
#[must_use]
pub fn other_names(resource: &Resource) -> Vec<String> {
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

/// Adds the verbs of all versions to the command of a resource.
#[must_use]
pub fn fill_resource(family: &ApiFamily, command: Command) -> Command {
    let Some(resource) = family.resource(command.get_name()) else {
        return command;
    };
    let verbs: Vec<Command> = family
        .operations_of(resource.name)
        .map(|row| verb(family, row))
        .collect();
    command
        .after_help(help::resource(resource))
        .subcommands(verbs)
}

/// What other programs call the verb. Help does not list them, and a verb of the
/// resource comes before a synonym.
fn synonyms(resource: &Resource, operation: &Operation) -> impl Iterator<Item = &'static str> {
    let names: &[&str] = match operation.action {
        OperationAction::List => &["ls"],
        OperationAction::Get => &["show", "view"],
        OperationAction::Delete => &["rm"],
        _ => &[],
    };
    // Where several operations have the action, the verb of its name has them.
    let first = resource.operation_to(operation.action);
    let is_first = first.is_some_and(|first| std::ptr::eq(first, operation));
    let names = names.iter().filter(move |_| is_first).copied();
    names.filter(|name| {
        resource
            .operations
            .iter()
            .all(|other| other.verb != *name && !other.aliases.contains(name))
    })
}

/// The words that stand for what an operation acts on.
fn target(resource: &Resource, operation: &'static Operation) -> Option<Arg> {
    let unique = resource.unique();
    match unique.filter(|_| operation.action == OperationAction::Get) {
        Some(unique) => argument::target_or_unique(operation, unique),
        None => argument::target(operation),
    }
}

/// The command of an operation, with the flags of all versions that have it.
fn verb(family: &ApiFamily, row: VersionedRow) -> Command {
    let VersionedRow {
        resource,
        operation,
        ..
    } = row;
    let rows: Vec<VersionedRow> = family.rows(resource.name, operation.verb).collect();
    let mut command = Command::new(kebab(operation.verb))
        .disable_help_flag(true)
        .args_override_self(true)
        .about(operation.summary)
        .long_about(help::long_about(operation))
        .visible_aliases(operation.aliases)
        .after_help(help::after(family, &rows))
        .args(target(resource, operation));
    if operation.verb.contains('_') {
        command = command.alias(operation.verb);
    }
    command = command.aliases(synonyms(resource, operation));
    let filters = if operation.effect == Effect::Reads {
        "Filters"
    } else {
        "Options"
    };
    for (order, parameter) in united(&rows, |row| row.query).enumerate() {
        match parameter.role {
            // --page-size and --limit say it.
            ParameterRole::PageSize => {}
            ParameterRole::Cursor | ParameterRole::PageNumber => {
                command = command.arg(flag_of(&rows, parameter, "Paging", 100 + order));
            }
            _ => command = command.arg(flag_of(&rows, parameter, filters, order)),
        }
    }
    for (order, parameter) in united(&rows, |row| row.body).enumerate() {
        command = command.arg(flag_of(&rows, parameter, "Fields", order));
    }
    if operation.takes_body() {
        command = command.args(flags::body());
    }
    if operation.pages() {
        command = command.args(flags::paging(row.api.maximum_page_size));
    }
    if operation.response.is_list() {
        command = command.arg(flags::count_only());
    }
    if operation.effect == Effect::Reads {
        command = command.arg(watch_flag::flag());
    }
    command
}

/// The flag of a parameter. One that only older versions have says so, and
/// the short help leaves it out.
fn flag_of(
    rows: &[VersionedRow],
    parameter: &'static Parameter,
    heading: &'static str,
    order: usize,
) -> Arg {
    let flag = argument::flag(parameter, heading, order);
    let has_it = |row: &&VersionedRow| {
        let mut flags = row.operation.flags();
        flags.any(|own| own.name == parameter.name)
    };
    match rows.iter().find(has_it) {
        Some(row) if row.api != rows[0].api => {
            let help = format!("{}; version {} only", parameter.help, row.api.version);
            flag.help(help).hide_short_help(true)
        }
        _ => flag,
    }
}

/// The parameters of all versions, each once, as the newest with it states it.
pub fn united(
    rows: &[VersionedRow],
    of: fn(&'static Operation) -> &'static [Parameter],
) -> impl Iterator<Item = &'static Parameter> + use<> {
    let mut found: Vec<&'static Parameter> = Vec::new();
    for parameter in rows.iter().flat_map(|row| of(row.operation)) {
        if found.iter().all(|known| known.name != parameter.name) {
            found.push(parameter);
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::cli::Spec;

    #[test]
    fn the_whole_command_line_is_sound() {
        // Builds every deferred command, and so checks every flag of all.
        crate::commands::command_line().debug_assert();
    }

    #[test]
    fn every_operation_can_be_reached_by_its_own_name() {
        let mut root = crate::commands::command_line();
        root.build();
        for (resource, operation) in catalog::recharge::API.operations() {
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
    fn verb_is_found_by_the_names_that_other_programs_have_for_it() {
        let mut root = crate::commands::command_line();
        root.build();
        let found = |resource: &str, word: &str| {
            let verbs = root.find_subcommand(resource).unwrap();
            let verb = verbs.find_subcommand(word);
            verb.map(|verb| verb.get_name().to_owned())
        };
        for (word, verb) in [
            ("ls", "list"),
            ("show", "get"),
            ("view", "get"),
            ("rm", "delete"),
        ] {
            assert_eq!(found("subscriptions", word).as_deref(), Some(verb));
        }
        assert_eq!(found("events", "rm"), None);
    }

    #[test]
    fn only_the_named_resource_is_built() {
        let matches = crate::commands::command_line().try_get_matches_from(["rc", "store", "get"]);
        assert!(matches.is_ok());
        let root = crate::commands::command_line();
        let unbuilt = root.find_subcommand("charges").expect("charges");
        assert_eq!(unbuilt.get_subcommands().count(), 0);
    }

    /// `rc webhooks listen`, as a command of its own would add it.
    const LISTEN: Spec = Spec {
        under: Some("webhooks"),
        ..Spec::new("listen", "Receive webhooks on this machine", || {
            crate::cli::plain("listen", "Receive webhooks on this machine")
                .arg(clap::Arg::new("port").long("port"))
        })
    };

    fn words(line: &str) -> Vec<std::ffi::OsString> {
        line.split(' ').map(Into::into).collect()
    }

    #[test]
    fn extra_verb_of_a_resource_is_parsed_listed_and_completed() {
        let specs = CommandSet {
            specs: vec![&LISTEN],
            ..crate::commands::all()
        };
        let parsed = crate::cli::parse(&specs, &words("webhooks listen --port 1 -o csv"), None);
        let Ok(crate::cli::Typed::Matches(matches)) = parsed else {
            panic!("{parsed:?}");
        };
        let (_, webhooks) = matches.root.subcommand().unwrap();
        assert_eq!(webhooks.subcommand_name(), Some("listen"));
        assert_eq!(
            matches.options.output.format,
            Some(crate::output::Format::Csv)
        );

        let help = crate::cli::parse(&specs, &words("webhooks --help"), None);
        let Ok(crate::cli::Typed::Text(help)) = help else {
            panic!("{help:?}");
        };
        let help = help.to_string();
        assert!(
            help.find("  create").unwrap() < help.find("  listen").unwrap(),
            "{help}"
        );

        let page = crate::cli::manual::page(&specs, &["webhooks".into(), "listen".into()]);
        assert!(page.unwrap().text.contains("\\-\\-port"));

        let error = crate::cli::parse(&specs, &words("webhooks listne"), None).unwrap_err();
        assert!(
            error
                .hints
                .iter()
                .any(|hint| hint == "did you mean listen?"),
            "{error:?}"
        );
    }

    #[test]
    fn command_refuses_a_format_that_it_does_not_support() {
        use crate::output::Format;
        let spec = Spec {
            formats: &[Format::Table, Format::Json],
            ..LISTEN
        };
        assert!(spec.check_format(None).is_ok());
        assert!(spec.check_format(Some(Format::Json)).is_ok());
        let error = spec.check_format(Some(Format::Csv)).unwrap_err();
        assert_eq!(error.message, "listen does not support --output csv");
        assert_eq!(error.hints, ["it supports table, json"]);
        assert!(LISTEN.check_format(Some(Format::Csv)).is_ok());
    }

    #[test]
    fn frame_imports_no_command() {
        fn check(folder: &std::path::Path) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    check(&path);
                } else if path.extension().is_some_and(|kind| kind == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let code = text.split("#[cfg(test)]").next().unwrap();
                    let is_test = path.to_string_lossy().ends_with("_tests.rs");
                    let upward = code.contains("crate::commands") || code.contains("crate::ui");
                    assert!(is_test || !upward, "{}", path.display());
                }
            }
        }
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        check(&root.join("src/cli"));
    }
}
