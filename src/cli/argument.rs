//! A parameter of the catalogue as an argument of the command line.

use std::fmt::Write;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction};

use crate::api::request;
use crate::catalog::{Operation, Parameter, ParameterRole, Unique, ValueKind, kebab};

/// The words that stand for what an operation acts on.
#[must_use]
pub fn target(operation: &'static Operation) -> Option<Arg> {
    let path_parameter = operation.path_parameters.first()?;
    let takes_many = operation.targets_one();
    let arg = Arg::new("target")
        .value_name(value_name(path_parameter))
        .required(true)
        .value_parser(move |word: &str| checked_target(path_parameter, takes_many, word))
        .help_heading("Arguments");
    if let [_, _, ..] = operation.path_parameters {
        return Some(several_parts(operation, arg));
    }
    Some(if takes_many {
        arg.num_args(1..).help(format!(
            "{}; one or several (1 2 or 1,2), or - to read them from standard input",
            path_parameter.help
        ))
    } else {
        arg.help(path_parameter.help)
    })
}

/// The words for a path with several parts: one for each, in their order.
fn several_parts(operation: &'static Operation, arg: Arg) -> Arg {
    let parts = operation.path_parameters;
    let names = parts.iter().map(|part| kebab(part.name).to_uppercase());
    let help: Vec<&str> = parts.iter().map(|part| part.help).collect();
    arg.value_names(names)
        .num_args(parts.len())
        .help(help.join(", then "))
        .value_parser(move |word: &str| {
            for part in parts {
                request::check(part, word)?;
            }
            Ok::<String, String>(word.to_owned())
        })
}

/// As [`target`], where a word may also be the value of a field that no two
/// objects share.
#[must_use]
pub fn target_or_unique(operation: &'static Operation, unique: Unique) -> Option<Arg> {
    let path_parameter = operation.path_parameters.first()?;
    let arg = target(operation)?;
    let field = unique.field.replace('_', " ");
    Some(
        arg.value_name(format!(
            "{}|{}",
            value_name(path_parameter),
            field.to_uppercase()
        ))
        .value_parser(|word: &str| match word {
            "" => Err("empty"),
            _ => Ok(word.to_owned()),
        })
        .help(format!(
            "{} or its {field}; one or several (1 2 or 1,2), or - to read ids from standard \
                 input",
            path_parameter.help
        )),
    )
}

fn checked_target(
    path_parameter: &Parameter,
    takes_many: bool,
    word: &str,
) -> Result<String, String> {
    if word.is_empty() {
        return Err("empty".to_owned());
    }
    if word == "-" {
        return Ok(word.to_owned());
    }
    if takes_many && path_parameter.kind == ValueKind::Id && word.contains(',') {
        for id in word.split(',') {
            request::check(path_parameter, id).map_err(|reason| match id {
                "" => "an id is empty".to_owned(),
                id => format!("{id}: {reason}"),
            })?;
        }
    } else {
        request::check(path_parameter, word)?;
    }
    Ok(word.to_owned())
}

/// The targets that a word names: `1,2` names two ids. A word that is something
/// else, as an email address, stays whole.
#[must_use]
pub fn targets_of(operation: &Operation, word: &str) -> Vec<String> {
    let path_parameter = operation.path_parameters.first();
    let is_list = path_parameter.is_some_and(|path_parameter| {
        operation.targets_one()
            && path_parameter.kind == ValueKind::Id
            && word
                .split(',')
                .all(|id| request::check(path_parameter, id).is_ok())
    });
    if is_list {
        return word.split(',').map(str::to_owned).collect();
    }
    vec![word.to_owned()]
}

/// A parameter as a flag. `heading` groups it in help.
#[must_use]
pub fn flag(parameter: &'static Parameter, heading: &'static str, order: usize) -> Arg {
    let plain = kebab(parameter.name);
    let mut arg = Arg::new(parameter.name)
        .value_name(value_name(parameter))
        .help(help(parameter))
        .help_heading(heading)
        .hide_short_help(!parameter.common)
        .hide_possible_values(parameter.values.len() > 6)
        .display_order(if parameter.common {
            order
        } else {
            1000 + order
        });
    // The name as the API spells it works too, since that is what one copies.
    if plain != parameter.name {
        arg = arg.alias(parameter.name);
    }
    arg = match parameter.flag {
        // The short help is for those who know the short names.
        Some(flag) => arg.long(flag).alias(plain).long_help(format!(
            "{}\n[the name of the API works as well: --{}]",
            help(parameter),
            kebab(parameter.name)
        )),
        None => arg.long(plain),
    };
    arg = takes(parameter, arg);
    parsed(parameter, arg)
}

fn takes(parameter: &Parameter, arg: Arg) -> Arg {
    match parameter.kind {
        ValueKind::Boolean => arg.num_args(0..=1).default_missing_value("true"),
        ValueKind::Time | ValueKind::Day | ValueKind::Money | ValueKind::Integer => {
            arg.allow_hyphen_values(true)
        }
        ValueKind::Pairs | ValueKind::Ids | ValueKind::References(_) => {
            arg.action(ArgAction::Append)
        }
        ValueKind::Texts => arg.action(ArgAction::Append).value_delimiter(','),
        _ if parameter.multiple => arg.action(ArgAction::Append).value_delimiter(','),
        _ => arg,
    }
}

fn parsed(parameter: &'static Parameter, arg: Arg) -> Arg {
    match parameter.kind {
        ValueKind::Text | ValueKind::Texts if !parameter.values.is_empty() => {
            arg.value_parser(PossibleValuesParser::new(parameter.values))
        }
        _ => arg.value_parser(move |word: &str| checked(parameter, word)),
    }
}

/// Checks a word unless it names a file, which is read and checked later.
fn checked(parameter: &Parameter, word: &str) -> Result<String, String> {
    if !(parameter.takes_file() && word.starts_with('@')) {
        request::check(parameter, word)?;
    }
    Ok(word.to_owned())
}

fn help(parameter: &Parameter) -> String {
    let mut help = parameter.help.to_owned();
    if parameter.required {
        help.push_str(" (required");
        for (at, other) in parameter.unless.iter().enumerate() {
            let joint = if at == 0 { " without" } else { " or" };
            let _ = write!(help, "{joint} --{}", kebab(other));
        }
        help.push(')');
    }
    if let Some(maximum) = parameter.maximum
        && parameter.kind == ValueKind::Integer
    {
        let _ = write!(help, ", at most {maximum}");
    }
    if let Some(default) = parameter.default
        && parameter.role != ParameterRole::PageNumber
    {
        let _ = write!(help, " [default: {default}]");
    }
    help
}

fn value_name(parameter: &Parameter) -> &'static str {
    if let Some(placeholder) = parameter.placeholder {
        return placeholder;
    }
    match parameter.kind {
        ValueKind::Id if parameter.multiple => "ID,ID",
        ValueKind::Id | ValueKind::External(_) | ValueKind::Reference(_) => "ID",
        ValueKind::Ids | ValueKind::References(_) => "ID,ID",
        ValueKind::Integer => "N",
        ValueKind::Boolean => "true|false",
        ValueKind::Time => "TIME",
        ValueKind::Day => "DAY",
        ValueKind::Money => "AMOUNT",
        ValueKind::Pairs => "NAME=VALUE",
        ValueKind::Json => "JSON|@FILE",
        ValueKind::Texts => "WORD,WORD",
        ValueKind::Text if !parameter.values.is_empty() => "WORD",
        ValueKind::Text => "TEXT",
    }
}
