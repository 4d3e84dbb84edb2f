//! Words of help that are not in the catalogue, and how help looks.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};
use clap::Command;
use clap::builder::{StyledStr, Styles};

use unicode_width::UnicodeWidthStr;

use super::global_flags::{FlagGroup, GLOBAL_FLAGS, GlobalFlag};
use super::{CommandSet, topics};
use crate::catalog::{
    ApiFamily, Effect, Operation, OperationAction, Resource, VersionedRow, kebab,
};
use crate::wrap;

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

/// How much the first page of help says of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flags {
    /// Those that most commands are used with.
    Common,
    /// All of them.
    All,
}

/// The first page of help, for a terminal of that width.
#[must_use]
pub fn root(set: &CommandSet, width: usize, flags: Flags) -> StyledStr {
    let mut text = String::new();
    section(&mut text, "Resources");
    for resource in set.family.resources() {
        entry(&mut text, &kebab(resource.name), resource.about, width);
    }
    section(&mut text, "More");
    let listed = set.specs.iter().filter(|spec| spec.is_listed());
    for spec in listed {
        entry(&mut text, spec.name, spec.about, width);
    }
    section(&mut text, "Flags of every command");
    let shown = |flag: &&GlobalFlag| flags == Flags::All || flag.is_common;
    for flag in GLOBAL_FLAGS.iter().filter(shown) {
        flag_entry(&mut text, flag, width);
    }
    section(&mut text, "First steps");
    for line in [
        "rc --sandbox subscriptions list          try it without a token",
        "rc subscriptions --help                  what can be done with subscriptions",
        "rc subscriptions list --help             all filters, and an example",
        "rc --version                             the version",
    ] {
        let _ = writeln!(text, "  {line}");
    }
    if flags == Flags::Common {
        text.push_str("\nrc help flags lists all flags.\n");
    }
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
        "Examples:\n{examples}\nrc {name} <verb> --help describes a verb in full, -h in short."
    ))
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{BOLD}{title}:{BOLD:#}");
}

/// A name and what it stands for. Further lines begin below the first.
fn entry(text: &mut String, name: &str, about: &str, width: usize) {
    const INDENT: usize = 24;
    let about = hanging(about, width, INDENT);
    let _ = writeln!(text, "  {LITERAL}{name:<22}{LITERAL:#}{about}");
}

/// A flag of every command with its help.
fn flag_entry(text: &mut String, flag: &GlobalFlag, width: usize) {
    const INDENT: usize = 30;
    let names = flag_names(flag);
    let help = hanging(flag.help, width, INDENT);
    if names.width() + 4 > INDENT {
        let _ = writeln!(text, "  {LITERAL}{names}{LITERAL:#}\n{:INDENT$}{help}", "");
    } else {
        let _ = writeln!(text, "  {LITERAL}{names:<28}{LITERAL:#}{help}");
    }
}

/// The names of a flag and of its values: `-o, --output <FORMAT>`.
fn flag_names(flag: &GlobalFlag) -> String {
    let arg = flag.arg();
    let mut names = match flag.short {
        Some(short) => format!("-{short}, --{}", flag.name),
        None => format!("    --{}", flag.name),
    };
    let values = arg.get_value_names().unwrap_or_default();
    let is_optional = arg
        .get_num_args()
        .is_some_and(|range| range.min_values() == 0);
    for value in values {
        let _ = if is_optional {
            write!(names, "[=<{value}>]")
        } else {
            write!(names, " <{value}>")
        };
    }
    names
}

fn hanging(text: &str, width: usize, indent: usize) -> String {
    let layout = wrap::Layout {
        width,
        taken: indent,
        indent,
    };
    wrap::wrapped(text, layout)
}

/// All flags of every command, as `rc help flags` prints them.
#[must_use]
pub fn flags(width: usize) -> StyledStr {
    let mut text = format!("{BOLD}{}{BOLD:#}\n", topics::FLAGS_ABOUT);
    for group in FlagGroup::ALL {
        section(&mut text, group.heading());
        for flag in GLOBAL_FLAGS.iter().filter(|flag| flag.group == group) {
            flag_entry(&mut text, flag, width);
        }
    }
    text.into()
}

/// The line that stands for the flags of every command in the help of one.
const FOLDED: &str =
    "Every command also takes -o, -c, -q, --dry-run, -y, -v and more: rc help flags";

/// The help of a command, with a line for the flags of every command.
#[must_use]
pub fn with_folded_flags(help: &StyledStr) -> StyledStr {
    let text = help.ansi().to_string();
    format!("{}\n\n{FOLDED}\n", text.trim_end()).into()
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
    // An operation of the newest version is the usual case.
    if rows.iter().all(|row| row.api != family.newest()) {
        let versions: Vec<&str> = rows.iter().map(|row| row.api.version).collect();
        let _ = write!(text, "\nOnly in version {}.", versions.join(", "));
    }
    if operation.effect == Effect::Destroys {
        text.push_str("\nIt asks for confirmation, or needs --yes.");
    }
    let special = operation.value_effects.iter();
    for special in special.filter(|special| special.effect == Effect::Destroys) {
        let flag = kebab(special.field);
        let value = special.value;
        let _ = write!(
            text,
            "\nWith --{flag} {value} it asks for confirmation, or needs --yes."
        );
    }
    if operation.targets_one() {
        let list = resource.operation_to(OperationAction::List).is_some();
        let from = if list {
            format!("rc {} list", family.newest().command_of(resource))
        } else {
            "a file".to_owned()
        };
        let _ = write!(
            text,
            "\nWith - it reads ids, the records of {from}, or a CSV with a column id from \
             standard input."
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
    fn folded_line_names_flags_of_every_command() {
        let words = FOLDED
            .split([' ', ','])
            .filter(|word| word.starts_with('-'));
        let mut count = 0;
        for word in words {
            let known = |flag: &&GlobalFlag| match word.strip_prefix("--") {
                Some(name) => flag.name == name,
                None => flag.short.is_some_and(|short| word == format!("-{short}")),
            };
            assert!(GLOBAL_FLAGS.iter().any(|flag| known(&flag)), "{word}");
            count += 1;
        }
        assert!(count > 3);
    }

    #[test]
    fn entries_hang_below_their_first_line() {
        let mut text = String::new();
        entry(&mut text, "name", "one two three four five six", 40);
        let plain = StyledStr::from(text).to_string();
        let indent = " ".repeat(24);
        let expected = format!("  {:<22}one two three\n{indent}four five six\n", "name");
        assert_eq!(plain, expected);
    }

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
