//! Values that no list of the command line holds: columns of the records that
//! come, names of fields, profiles, jobs, ids.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use super::{FILES, Facts, List};
use crate::catalog::{ApiFamily, Operation, Parameter, ParameterRole, Resource, ValueKind, kebab};
use crate::filter::Columns;

/// What the words before say of the word to come.
struct Known {
    family: &'static ApiFamily,
    resource: Option<&'static Resource>,
    operation: Option<&'static Operation>,
    includes: Vec<String>,
    method: Option<String>,
    profiles: bool,
    facts: Facts,
}

/// Adds values to the arguments of the innermost command that the words name.
pub(super) fn attach(
    command: &mut Command,
    family: &'static ApiFamily,
    before: &[OsString],
    facts: &Facts,
) {
    let path = path(command, before);
    let known = known(family, &path, before, facts);
    alter(command, &path, &|arg| with_values(arg, &known));
}

/// The innermost command that the words name.
pub(super) fn innermost<'a>(command: &'a Command, words: &[OsString]) -> &'a Command {
    words.iter().fold(command, |innermost, word| {
        innermost.find_subcommand(word).unwrap_or(innermost)
    })
}

/// The names of the commands that the words name, the outermost first.
fn path(command: &Command, words: &[OsString]) -> Vec<String> {
    let mut innermost = command;
    let mut path = Vec::new();
    for word in words {
        if let Some(inner) = innermost.find_subcommand(word) {
            path.push(inner.get_name().to_owned());
            innermost = inner;
        }
    }
    path
}

fn alter(command: &mut Command, path: &[String], change: &dyn Fn(Arg) -> Arg) {
    match path {
        [first, rest @ ..] => {
            if let Some(inner) = command.find_subcommand_mut(first) {
                alter(inner, rest, change);
            }
        }
        [] => *command = std::mem::take(command).mut_args(change),
    }
}

fn known(family: &'static ApiFamily, path: &[String], before: &[OsString], facts: &Facts) -> Known {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let (resource, operation) = match path.as_slice() {
        [.., resource, verb] => {
            let resource = family.resource(resource);
            let verb = verb.replace('-', "_");
            let row = resource.and_then(|resource| family.rows(resource.name, &verb).next());
            (resource, row.map(|row| row.operation))
        }
        _ => (None, None),
    };
    let text = |word: &OsString| word.to_str().map(str::to_owned);
    let include = operation.and_then(|row: &Operation| row.query_for(ParameterRole::Include));
    let include = include.map_or_else(String::new, |flag| format!("--{}", flag.flag_name()));
    let includes = before
        .windows(2)
        .filter(|pair| !include.is_empty() && pair[0] == *include)
        .filter_map(|pair| text(&pair[1]))
        .chain(before.iter().filter_map(|word| {
            let list = word.to_str()?.strip_prefix(&include)?.strip_prefix('=')?;
            Some(list.to_owned())
        }))
        .flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|name| !name.is_empty())
        .collect();
    Known {
        family,
        resource,
        operation,
        includes,
        method: match path.as_slice() {
            ["api"] => before.get(1).and_then(text),
            _ => None,
        },
        profiles: path.first() == Some(&"profile"),
        facts: facts.clone(),
    }
}

fn with_values(arg: Arg, known: &Known) -> Arg {
    let parameter = known
        .operation
        .and_then(|operation| operation.flags().find(|flag| arg.get_id() == flag.name));
    let is_boolean = parameter.is_some_and(|parameter| parameter.kind == ValueKind::Boolean);
    match arg.get_id().as_str() {
        "columns" => columns(arg, known),
        "profile" => listed(arg, &known.facts.profiles),
        "name" if known.profiles => listed(arg, &known.facts.profiles),
        "job" => listed(arg, &known.facts.jobs),
        "target" => targets(arg, known),
        "set" | "const" => match known.operation {
            Some(operation) => arg.add(ArgValueCompleter::new(move |word: &OsStr| {
                fields(operation, &word.to_string_lossy())
            })),
            None => arg,
        },
        "path" => paths(arg, known),
        _ if is_boolean => arg.add(ArgValueCandidates::new(|| {
            vec!["true".into(), "false".into()]
        })),
        // The shell knows best how files are completed and quoted.
        _ if names_a_path(&arg) => arg.add(ArgValueCompleter::new(|_: &OsStr| vec![FILES.into()])),
        _ => arg,
    }
}

fn names_a_path(arg: &Arg) -> bool {
    matches!(
        arg.get_value_hint(),
        ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath
    )
}

fn listed(arg: Arg, list: &List<()>) -> Arg {
    let list = list.clone();
    arg.add(ArgValueCandidates::new(move || ordered(list(()))))
}

/// Candidates in the order of the list.
fn ordered(list: Vec<String>) -> Vec<CompletionCandidate> {
    let list = list.into_iter().enumerate();
    list.map(|(at, value)| CompletionCandidate::new(value).display_order(Some(at)))
        .collect()
}

/// Columns are joined by commas; those that are there are not offered again.
fn columns(arg: Arg, known: &Known) -> Arg {
    let object = known
        .operation
        .and_then(|operation| operation.response.object());
    let Some(object) = object else { return arg };
    let includes = known.includes.clone();
    arg.add(ArgValueCompleter::new(move |word: &OsStr| {
        let word = word.to_string_lossy();
        let (there, begun) = match word.rfind(',') {
            Some(comma) => word.split_at(comma + 1),
            None => ("", &*word),
        };
        let taken: Vec<&str> = there.split(',').collect();
        let includes: Vec<&str> = includes.iter().map(String::as_str).collect();
        let columns = Columns::all(object, &includes);
        let names = columns.list().iter().map(|column| column.name.as_str());
        let names = names.filter(|name| name.starts_with(begun) && !taken.contains(name));
        ordered(names.map(|name| format!("{there}{name}")).collect())
    }))
}

/// Ids of the objects that the operation acts on.
fn targets(arg: Arg, known: &Known) -> Arg {
    let path_parameter = known
        .operation
        .and_then(|operation| operation.path_parameters.first());
    let (Some(path_parameter), Some(resource)) = (path_parameter, known.resource) else {
        return arg;
    };
    let ids = known.facts.ids.clone();
    let about = acted_on(known.family, resource, path_parameter);
    arg.add(ArgValueCandidates::new(move || ordered(ids(about))))
}

/// The resource whose id fills a path parameter.
pub(crate) fn acted_on(
    family: &ApiFamily,
    resource: &'static Resource,
    path_parameter: &Parameter,
) -> &'static str {
    let other = path_parameter.name.strip_suffix("_id");
    let other = other.and_then(|name| family.resource(name));
    other.unwrap_or(resource).name
}

/// `NAME=`, and once that is there, the values that the field may take.
fn fields(operation: &'static Operation, word: &str) -> Vec<CompletionCandidate> {
    if let Some((name, begun)) = word.split_once('=') {
        let field = operation
            .flags()
            .find(|field| kebab(field.name) == kebab(name));
        let values = field.map_or(&[][..], |field| field.values);
        let values = values.iter().filter(|value| value.starts_with(begun));
        return ordered(values.map(|value| format!("{name}={value}")).collect());
    }
    let fields = operation
        .body
        .iter()
        .filter(|field| field.name.starts_with(word));
    fields
        .map(|field| {
            CompletionCandidate::new(format!("{}=", field.name)).help(Some(field.help.into()))
        })
        .collect()
}

/// Paths of the API, up to where an id comes.
fn paths(arg: Arg, known: &Known) -> Arg {
    let Some(method) = known.method.clone() else {
        return arg;
    };
    let family = known.family;
    arg.add(ArgValueCompleter::new(move |word: &OsStr| {
        let word = word.to_string_lossy();
        let mut paths: Vec<CompletionCandidate> = Vec::new();
        for (_, operation) in family.newest().operations() {
            let fits = operation.method.name().eq_ignore_ascii_case(&method);
            let path = operation.path;
            if fits && !path.contains('{') && path.starts_with(&*word) {
                paths.push(CompletionCandidate::new(path).help(Some(operation.summary.into())));
            }
        }
        paths.sort();
        paths
    }))
}
