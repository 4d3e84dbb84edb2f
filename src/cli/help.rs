//! Words of help that are not in the catalogue, and how help looks.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};
use clap::Command;
use clap::builder::{StyledStr, Styles};

use super::CommandSet;
use crate::catalog::{
    ApiFamily, Effect, Operation, OperationAction, Resource, VersionedRow, kebab,
};

/// Colours of help and errors.
pub const STYLES: Styles = Styles::styled()
    .header(BOLD)
    .usage(BOLD)
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new().effects(Effects::DIMMED))
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default());

const BOLD: Style = Style::new().effects(Effects::BOLD);
const LITERAL: Style = AnsiColor::Cyan.on_default();

/// The first page lists what there is before any flag.
pub const ROOT_TEMPLATE: &str = "\
{about-with-newline}
{usage-heading} rc <resource> <verb> [ID …] [--flag value …]{after-help}";

/// What has verbs lists them, and no flag: those come with each verb.
pub const VERBS_TEMPLATE: &str = "\
{about-with-newline}
{usage-heading} {usage}

\x1b[1mVerbs:\x1b[0m
{subcommands}{after-help}";

/// The same, where resources come next.
pub const RESOURCES_TEMPLATE: &str = "\
{about-with-newline}
{usage-heading} {usage}

\x1b[1mResources:\x1b[0m
{subcommands}{after-help}";

/// A command that has verbs.
#[must_use]
pub fn group(name: &'static str, about: &'static str, after: &'static str) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .args_override_self(true)
        .about(about)
        .after_help(styled(after))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .help_template(VERBS_TEMPLATE)
}

/// A verb of such a command.
#[must_use]
pub fn verb(name: &'static str, about: &'static str, after: &'static str) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .args_override_self(true)
        .about(about)
        .after_help(styled(after))
}

/// The first page of help.
#[must_use]
pub fn root(set: &CommandSet) -> StyledStr {
    let mut text = String::new();
    section(&mut text, "Resources");
    for resource in set.family.resources() {
        entry(&mut text, &kebab(resource.name), resource.about);
    }
    section(&mut text, "More");
    for spec in set.specs.iter().filter(|spec| spec.is_own()) {
        entry(&mut text, spec.name, spec.about);
    }
    section(&mut text, "To begin");
    for line in [
        "rc --sandbox subscriptions list          try it without a token",
        "rc subscriptions --help                  what can be done with subscriptions",
        "rc subscriptions list --help             all filters, and an example",
        "rc --version                             the version",
    ] {
        let _ = writeln!(text, "  {line}");
    }
    let _ = writeln!(
        text,
        "\n-o, --jq, --columns, --dry-run and more go with every command: see its --help."
    );
    // The template puts a blank line before it.
    text.trim().to_owned().into()
}

/// Text in the look of all help: headings, and commands to be typed.
///
/// clap wraps it, and takes a line for new only where the end of the one before
/// and its own beginning have the same style. So what is styled begins behind
/// its indent, or in front of the end of the line before.
#[must_use]
pub fn styled(text: &str) -> StyledStr {
    let mut styled = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        let _ = match line {
            "Example:" | "Examples:" | "Resources:" => match styled.pop() {
                Some(end) => writeln!(styled, "{BOLD}{end}{line}{BOLD:#}"),
                None => writeln!(styled, "{BOLD}{line}{BOLD:#}"),
            },
            _ => match line.strip_prefix("  rc ") {
                Some(words) => writeln!(styled, "  {LITERAL}rc {words}{LITERAL:#}"),
                None => writeln!(styled, "{line}"),
            },
        };
    }
    styled.truncate(styled.trim_end().len());
    styled.into()
}

/// The last lines of the help of a resource.
#[must_use]
pub fn resource(resource: &Resource) -> StyledStr {
    let name = kebab(resource.name);
    let mut examples = String::new();
    for operation in resource.operations.iter().take(2) {
        let _ = writeln!(examples, "  {}", broken(operation.example));
    }
    styled(&format!(
        "Examples:\n{examples}\nrc {name} <verb> --help tells all about a verb, -h the most important."
    ))
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{BOLD}{title}:{BOLD:#}");
}

fn entry(text: &mut String, name: &str, about: &str) {
    let _ = writeln!(text, "  {LITERAL}{name:<22}{LITERAL:#}{about}");
}

/// The first lines of the long help of an operation.
#[must_use]
pub fn long_about(operation: &Operation) -> String {
    let mut text = operation.summary.to_owned();
    if !operation.details.is_empty() {
        let _ = write!(text, "\n\n{}", operation.details);
    }
    text
}

/// The last lines of the help of an operation: an example, and what it needs.
#[must_use]
pub fn after(family: &ApiFamily, rows: &[VersionedRow]) -> StyledStr {
    let Some(VersionedRow {
        resource,
        operation,
        ..
    }) = rows.first()
    else {
        return StyledStr::new();
    };
    let example = broken(operation.example);
    let mut text = format!("{BOLD}Example:{BOLD:#}\n  {LITERAL}{example}{LITERAL:#}\n");
    let scopes: Vec<&str> = operation.scopes().collect();
    if let Some((first, others)) = scopes.split_first() {
        let _ = write!(text, "\nThe token needs the scope {first}");
        if !others.is_empty() {
            let _ = write!(text, ", perhaps also {}", others.join(", "));
        }
        text.push('.');
    }
    // What the newest version has is the usual case.
    if rows.iter().all(|row| row.api != family.newest()) {
        let versions: Vec<&str> = rows.iter().map(|row| row.api.version).collect();
        let _ = write!(text, "\nOnly in version {}.", versions.join(", "));
    }
    if operation.effect == Effect::Destroys {
        text.push_str("\nIt asks for confirmation, or needs --yes.");
    }
    if operation.targets_one() {
        let list = resource.operation_to(OperationAction::List).is_some();
        let from = if list {
            format!("rc {} list", kebab(resource.name))
        } else {
            "a file".to_owned()
        };
        let _ = write!(
            text,
            "\nWith - it reads ids, or the records of {from}, from standard input."
        );
    }
    text.into()
}

/// A command over several lines, as a shell reads it: broken between words and
/// never within quotes.
fn broken(example: &str) -> String {
    const WIDEST: usize = 72;
    let mut lines = vec![String::new()];
    let (mut word, mut quote) = (String::new(), None);
    for letter in example.chars().chain([' ']) {
        match (letter, quote) {
            (' ', None) => {
                let line = lines
                    .last_mut()
                    .filter(|line| line.len() + word.len() < WIDEST);
                match line {
                    Some(line) if line.is_empty() => *line = std::mem::take(&mut word),
                    Some(line) => {
                        line.push(' ');
                        line.push_str(&std::mem::take(&mut word));
                    }
                    None => lines.push(std::mem::take(&mut word)),
                }
                continue;
            }
            ('\'' | '"', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            _ => {}
        }
        word.push(letter);
    }
    lines.join(" \\\n      ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn a_broken_example_is_still_the_same_command() {
        for (_, operation) in catalog::recharge::API.operations() {
            let lines = broken(operation.example);
            let joined = lines.replace(" \\\n      ", " ");
            assert_eq!(joined, operation.example);
            assert_eq!(
                shell_words::split(&lines).ok(),
                shell_words::split(operation.example).ok()
            );
        }
    }
}
