//! The command reference: every command, written in Markdown for the book.
//!
//! Takes the commands that [`crate::cli`] builds and gives one page for each
//! resource or other first word, so that a page says what `--help` says. Flags
//! of every command are on the first page only. Writes no file.

use std::fmt::Write;

use clap::{Arg, Command};

use super::{CommandSet, topics};
use crate::cli;

/// A page, and the name of its file.
#[derive(Debug)]
pub struct ReferencePage {
    /// Like `subscriptions.md`.
    pub file: String,
    /// Markdown.
    pub text: String,
}

/// The page that lists all others, with the flags of every command.
const FIRST: &str = "commands.md";

/// The pages of all commands, the list of pages first. Commands that a resource
/// of `rc bulk` repeats for each operation are not repeated here.
#[must_use]
pub fn pages(set: &CommandSet) -> Vec<ReferencePage> {
    let mut root = cli::command(set);
    root.build();
    let mut pages = vec![first(&root)];
    for command in visible(&root) {
        let mut text = String::new();
        section(command, 1, &mut text);
        pages.push(ReferencePage {
            file: format!("{}.md", command.get_name()),
            text,
        });
    }
    pages
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
}

fn first(root: &Command) -> ReferencePage {
    let mut text = "# Commands\n\n\
        `rc <resource> <verb> [ID …] [--flag value …]`\n\n\
        | command | purpose |\n| --- | --- |\n"
        .to_owned();
    for command in visible(root) {
        let name = command.get_name();
        let purpose = purpose(command);
        let _ = writeln!(text, "| [`rc {name}`]({name}.md) | {purpose} |");
    }
    text.push_str("\n## Flags of every command\n");
    arguments(root, true, &mut text);
    for topic in topics::ALL {
        let _ = write!(
            text,
            "\n## {}\n\n```text\n{}\n```\n",
            capital(&topic.name.replace('-', " ")),
            topic.text.trim()
        );
    }
    ReferencePage {
        file: FIRST.to_owned(),
        text,
    }
}

/// A command with its verbs; a heading has one level for each of them.
fn section(command: &Command, level: usize, text: &mut String) {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let words = name.replacen("rc-", "", 1);
    let path = command
        .get_bin_name()
        .map_or_else(|| format!("rc {words}"), str::to_owned);
    let _ = write!(text, "{} {path}\n\n{}\n", "#".repeat(level), about(command));
    let verbs: Vec<&Command> = visible(command).collect();
    // These say for every operation what their own sections say.
    let is_repeated = matches!(name, "rc-bulk-check" | "rc-bulk-template");
    if verbs.is_empty() || is_repeated {
        let usage = command.clone().render_usage().to_string();
        let usage = usage
            .trim_start_matches("Usage:")
            .trim()
            .replace("[OPTIONS]", "[flags]");
        let _ = write!(text, "\n```text\n{usage}\n```\n");
    } else {
        text.push_str("\n| command | purpose |\n| --- | --- |\n");
        for verb in &verbs {
            let path = format!("{path} {}", verb.get_name());
            let link = path.replace(' ', "-");
            let _ = writeln!(text, "| [`{path}`](#{link}) | {} |", purpose(verb));
        }
    }
    arguments(command, false, text);
    after(command, text);
    if is_repeated {
        return;
    }
    for verb in verbs {
        text.push('\n');
        section(verb, (level + 1).min(4), text);
    }
}

/// The short description, in one row of a table.
fn purpose(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string);
    cell(&escaped(&about.unwrap_or_default()))
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    escaped(&about.map(ToString::to_string).unwrap_or_default())
}

/// Arguments and flags in tables, one for each heading of the help.
fn arguments(command: &Command, of_all: bool, text: &mut String) {
    let mut headings: Vec<&str> = Vec::new();
    let shown: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && arg.get_id() != "help")
        .filter(|arg| of_all || !arg.is_global_set())
        .collect();
    for arg in &shown {
        let heading = heading(arg);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        let _ = write!(
            text,
            "\n**{heading}**\n\n| argument | meaning |\n| --- | --- |\n"
        );
        for arg in &shown {
            if self::heading(arg) == heading {
                let _ = writeln!(text, "| `{}` | {} |", spelled(arg), meaning(arg));
            }
        }
    }
}

/// The heading of the help under which an argument is.
fn heading(arg: &Arg) -> &str {
    let plain = if arg.is_positional() {
        "Arguments"
    } else {
        "Options"
    };
    arg.get_help_heading().unwrap_or(plain)
}

/// Like `-n, --limit <N>`, or `--dry-run[=<FORM>]` where the value may be absent.
fn spelled(arg: &Arg) -> String {
    let values = match arg.get_num_args() {
        Some(number) if number.takes_values() || arg.is_positional() => arg
            .get_value_names()
            .map(|names| {
                let names = names.iter().map(|name| format!("<{name}>"));
                names.collect::<Vec<_>>().join(" ")
            })
            .unwrap_or_default(),
        _ => String::new(),
    };
    let short = arg.get_short().map(|short| format!("-{short}, "));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let name = format!("{}{}", short.unwrap_or_default(), long.unwrap_or_default());
    let is_optional = arg
        .get_num_args()
        .is_some_and(|number| number.min_values() == 0);
    let spelled = if is_optional && !values.is_empty() && !name.is_empty() {
        format!("{name}[={values}]")
    } else {
        format!("{name} {values}")
    };
    spelled.trim().replace('|', "\\|")
}

fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let mut meaning = cell(&escaped(&help.map(ToString::to_string).unwrap_or_default()));
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    let takes_values = arg
        .get_num_args()
        .is_some_and(|number| number.takes_values());
    let are_named = values
        .iter()
        .all(|value| meaning.contains(value.trim_matches('`')));
    if takes_values && !values.is_empty() && !are_named {
        let _ = write!(meaning, ": {}", values.join(", "));
    }
    meaning
}

/// Examples become a block of code, and the rest paragraphs.
fn after(command: &Command, text: &mut String) {
    let after = command
        .get_after_long_help()
        .or_else(|| command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    let (mut is_code, mut is_paragraph) = (false, false);
    for line in after.lines() {
        let indented = line.starts_with(' ');
        if indented != is_code && !(is_code && line.is_empty()) {
            text.push_str(if indented { "\n```text\n" } else { "```\n" });
            is_code = indented;
            is_paragraph = false;
        }
        if indented {
            let _ = writeln!(text, "{}", line.strip_prefix("  ").unwrap_or(line));
            continue;
        }
        // A line continues the paragraph of the one before.
        if !line.is_empty() && !is_paragraph {
            text.push('\n');
        }
        if !line.is_empty() {
            let _ = writeln!(text, "{}", escaped(line));
        }
        is_paragraph = !line.is_empty();
    }
    if is_code {
        text.push_str("```\n");
    }
}

/// Text in one row of a table.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

/// Text of help as Markdown: signs that Markdown reads are shown as they are.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '*' | '_' | '<' | '[' | '`' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
