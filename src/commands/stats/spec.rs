//! How `rc stats <resource>` looks. The filters are those of the resource's
//! list; a resource without a list has no figures.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};
use jiff::tz::TimeZone;

use crate::catalog::{Operation, OperationAction, ParameterRole, Resource, kebab};
use crate::cli::{Spec, argument, flags, tree};
use crate::commands::FAMILY;
use crate::error::Error;
use crate::stats::usual_time;

const LONG_ABOUT: &str = "\
Count, sum and chart any list, by any field.

Reads the whole list of a resource, with the filters of the list, and prints a
row for each group: --by FIELD groups, --sum FIELD sums. The output is a bar
chart on a terminal; elsewhere, or with -o, --jq or --columns, it is records.
Amounts are summed exactly. Memory holds a few numbers for each group, not the
records.";

const EXAMPLES: &str = "\
Examples:
  rc stats subscriptions --by status
  rc stats charges --by day --sum total_price
  rc stats orders --by month --sum total_price --mean total_price -o csv
  rc stats subscriptions --status active --by product_title --top 10";

pub(super) const SPEC: Spec = Spec {
    unknown_word: Some(unknown_word),
    ..Spec::new(
        "stats",
        "Count, sum and chart any list, by any field",
        build,
    )
};

fn build() -> Command {
    Command::new(SPEC.name)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .args_override_self(true)
        .about(SPEC.about)
        .long_about(LONG_ABOUT)
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_help_heading("Resources")
        .defer(|command| command.subcommands(listed().map(|(resource, _)| named(resource))))
}

/// The resources that have a list.
pub(super) fn listed() -> impl Iterator<Item = (&'static Resource, &'static Operation)> {
    let resources = FAMILY.newest().resources.iter();
    resources.filter_map(|resource| Some((resource, resource.operation_to(OperationAction::List)?)))
}

fn named(resource: &'static Resource) -> Command {
    Command::new(kebab(resource.name))
        .about(resource.about)
        .aliases(tree::other_names(resource))
        .disable_help_flag(true)
        .args_override_self(true)
        .defer(fill)
}

fn fill(command: Command) -> Command {
    let found = listed().find(|(resource, _)| kebab(resource.name) == command.get_name());
    let Some((resource, list)) = found else {
        return command;
    };
    let mut command = command
        .long_about(format!("Count, sum and chart {}.", words(resource)))
        .after_help(after(resource, list))
        .args(argument::target(list))
        .args(figures(resource));
    for (order, parameter) in list.query.iter().enumerate() {
        match parameter.role {
            // --page-size and --limit say it.
            ParameterRole::PageSize => {}
            // Figures are of a whole list, in whatever order.
            ParameterRole::Cursor | ParameterRole::PageNumber | ParameterRole::Sort => {
                let flag = argument::flag(parameter, "Filters", order);
                command = command.arg(flag.hide(true));
            }
            _ => command = command.arg(argument::flag(parameter, "Filters", order)),
        }
    }
    if list.pages() {
        command = command.args(flags::paging(FAMILY.newest().maximum_page_size));
    }
    command
}

/// The flags that say what to work out.
fn figures(resource: &'static Resource) -> Vec<Arg> {
    let on = usual_time(resource.object);
    let on = on.map_or_else(String::new, |field| format!(" [default: {field}]"));
    let fields = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("FIELD,FIELD")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .help(help)
    };
    let flags = vec![
        fields("by", "group by this field, or by day, week or month"),
        Arg::new("on")
            .long("on")
            .value_name("FIELD")
            .help(format!("time field for --by day, week and month{on}")),
        Arg::new("count")
            .long("count")
            .action(ArgAction::SetTrue)
            .help("sort and chart by the count, which is always computed"),
        fields("sum", "sum of a field"),
        fields("mean", "mean of a field"),
        fields("min", "smallest value of a field"),
        fields("max", "largest value of a field"),
        Arg::new("top")
            .long("top")
            .value_name("N")
            .value_parser(top)
            .help("show the N largest rows, and the sum of the others"),
        Arg::new("zone")
            .long("zone")
            .value_name("ZONE")
            .value_parser(|word: &str| zone(word).map(|_| word.to_owned()))
            .help("time zone of days, like America/New_York [default: UTC]"),
    ];
    flags
        .into_iter()
        .map(|flag| flag.help_heading("Figures"))
        .collect()
}

fn after(resource: &Resource, list: &Operation) -> String {
    let by = resource.object.columns.iter().find(|name| **name != "id");
    let by = by.copied().unwrap_or("id");
    let mut name = kebab(resource.name);
    for parameter in list.query.iter().filter(|parameter| parameter.required) {
        let value = parameter.values.first().unwrap_or(&"1");
        let _ = write!(name, " --{} {value}", parameter.flag_name());
    }
    let mut text = format!("Examples:\n  rc stats {name} --by {by}");
    if let Some(field) = usual_time(resource.object) {
        let _ = write!(
            text,
            "\n  rc stats {name} --by month -o csv\n\n\
             Days are those of {field}, unless --on says otherwise."
        );
    }
    text
}

fn words(resource: &Resource) -> String {
    resource.name.replace('_', " ")
}

fn top(word: &str) -> Result<usize, String> {
    match word.parse() {
        Ok(top @ 1..) => Ok(top),
        _ => Err("not a whole number above 0".to_owned()),
    }
}

pub(in crate::commands) fn zone(word: &str) -> Result<TimeZone, String> {
    match word {
        "UTC" | "utc" => Ok(TimeZone::UTC),
        "local" => Ok(TimeZone::system()),
        _ => TimeZone::get(word).map_err(|_| {
            "not a time zone like America/New_York; \"local\" is that of this machine".to_owned()
        }),
    }
}

/// The error for a resource without a list.
fn unknown_word(inner: &[&Command], word: &str) -> Option<Error> {
    let within = inner.last()?;
    let resource = FAMILY
        .resource(word)
        .filter(|_| within.get_name() == "stats")?;
    Some(
        Error::usage(format!("{} has no list to count", words(resource)))
            .hint("rc stats --help lists what has one"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Period;

    #[test]
    fn no_field_is_called_as_a_span_of_time() {
        for (resource, _) in listed() {
            for span in Period::ALL {
                assert!(resource.object.field(span.name()).is_none());
            }
        }
    }
}
