//! Manual pages: the command line, written down for `man`.
//!
//! Takes the commands that [`crate::cli`] builds; returns pages in roff, so
//! that a page never says what `--help` does not. Flags that go with every
//! command are in the page of `rc` only. Writes no file.

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::{CommandSet, topics};
use crate::cli;
use crate::error::{Error, Result};

/// A page, and the name of its file.
#[derive(Debug)]
pub struct ManualPage {
    /// Like `rc-subscriptions-list.1`.
    pub file: String,
    /// Roff.
    pub text: String,
}

/// The page of the command that the words name; that of `rc` without words.
///
/// # Errors
/// Of kind `Usage`: there is no such command.
pub fn page(set: &CommandSet, words: &[String]) -> Result<ManualPage> {
    let mut root = cli::command(set);
    root.build();
    let mut command = &root;
    let mut above = None;
    for word in words {
        above = Some(command.clone());
        command = command.find_subcommand(word).ok_or_else(|| {
            Error::usage(format!("there is no command {}", words.join(" ")))
                .hint("rc --help lists resources and commands")
        })?;
    }
    Ok(written(command, above.as_ref()))
}

/// The pages of all commands. Those of `rc bulk check` and `rc bulk template`
/// say for every operation what their own pages say.
#[must_use]
pub fn pages(set: &CommandSet) -> Vec<ManualPage> {
    let mut root = cli::command(set);
    root.build();
    let mut pages = Vec::new();
    gather(&root, None, &mut pages);
    pages
}

fn gather(command: &Command, above: Option<&Command>, pages: &mut Vec<ManualPage>) {
    pages.push(written(command, above));
    if matches!(name(command), "rc-bulk-check" | "rc-bulk-template") {
        return;
    }
    for inner in command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
    {
        gather(inner, Some(command), pages);
    }
}

/// Like `rc-subscriptions-list`.
fn name(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

fn written(command: &Command, above: Option<&Command>) -> ManualPage {
    let name = name(command).to_owned();
    let page = Man::new(told_whole(command, above.is_none()))
        .title(title(&name))
        // A day would change with every build, and an argument that is left out
        // moves the next into its place.
        .date("\"\"")
        .source("rc")
        .manual(MANUAL);
    let mut text = Vec::new();
    // Nothing fails to be written to memory.
    let _ = sections(&page, command, above, &mut text);
    ManualPage {
        file: format!("{name}.1"),
        text: begun_once(&String::from_utf8_lossy(&text)),
    }
}

/// What is in the middle of the first line of a page.
const MANUAL: &str = "Recharge";

/// Letters of the longest title that fits twice into a line of 78 columns, with
/// `(1)` behind each and the name of the manual between.
const LONGEST_TITLE: usize = (78 - MANUAL.len() - 2) / 2 - "(1)".len();

/// The name in the first line of a page, cut where it would not fit.
fn title(name: &str) -> String {
    let title = name.to_uppercase();
    match title.get(..LONGEST_TITLE - 3) {
        Some(beginning) if title.len() > LONGEST_TITLE => format!("{beginning}..."),
        _ => title,
    }
}

fn sections(
    page: &Man,
    command: &Command,
    above: Option<&Command>,
    to: &mut Vec<u8>,
) -> std::io::Result<()> {
    page.render_title(to)?;
    page.render_name_section(to)?;
    page.render_synopsis_section(to)?;
    let about = command.get_long_about().or_else(|| command.get_about());
    let mut rest = Roff::default();
    rest.control("SH", ["DESCRIPTION"]);
    prose(
        &mut rest,
        &about.map(ToString::to_string).unwrap_or_default(),
    );
    rest.to_writer(to)?;
    page.render_options_section(to)?;
    if command.has_subcommands() {
        page.render_subcommands_section(to)?;
    }
    let mut rest = Roff::default();
    match above {
        None => {
            for topic in topics::ALL {
                rest.control("SH", [heading(topic.name).as_str()]);
                prose(&mut rest, topic.text);
            }
        }
        Some(above) => {
            let after = command
                .get_after_long_help()
                .or_else(|| command.get_after_help());
            prose(
                &mut rest,
                &after.map(ToString::to_string).unwrap_or_default(),
            );
            rest.control("SH", ["SEE ALSO"]);
            rest.text([roman(see_also(above))]);
        }
    }
    rest.to_writer(to)
}

fn see_also(above: &Command) -> String {
    let flags = "rc(1) for the flags of every command";
    if name(above) == "rc" {
        flags.to_owned()
    } else {
        format!("{}(1), {flags}", name(above))
    }
}

/// The name of a topic, as manual pages call it.
fn heading(topic: &str) -> String {
    match topic {
        "exit-codes" => "EXIT STATUS".to_owned(),
        other => other.to_uppercase(),
    }
}

/// The command with the help of every flag, also of those that the short help
/// leaves out, and without those of `rc` itself.
fn told_whole(command: &Command, is_root: bool) -> Command {
    let usage = command.clone().render_usage().to_string();
    let usage = usage
        .trim_start_matches("Usage:")
        .trim()
        .replace("[OPTIONS]", "[flags]");
    let usage = if is_root {
        "rc <resource> <verb> [ID …] [flags]".to_owned()
    } else {
        usage
    };
    let whole = |arg: Arg| {
        let hidden = arg.is_hide_set() || (arg.is_global_set() && !is_root);
        match arg.get_help().cloned() {
            Some(help) if arg.get_long_help().is_none() => arg.long_help(help),
            _ => arg,
        }
        .hide(hidden)
    };
    command.clone().override_usage(usage).mut_args(whole)
}

/// Text as help has it: a short line that ends in a colon is a heading where
/// examples follow, what is indented keeps its lines, the rest is paragraphs.
fn prose(roff: &mut Roff, text: &str) {
    let (mut kept, mut paragraph) = (false, false);
    for line in text.lines() {
        let title = line.strip_suffix(':');
        if let Some(title @ ("Example" | "Examples" | "Resources")) = title {
            roff.control("SH", [title.to_uppercase().as_str()]);
            paragraph = false;
            continue;
        }
        if line.is_empty() {
            paragraph = true;
            continue;
        }
        let indented = line.starts_with(' ');
        if kept && !indented {
            roff.control("fi", []);
        }
        if std::mem::take(&mut paragraph) {
            roff.control("PP", []);
        }
        if indented && !kept {
            roff.control("nf", []);
        }
        kept = indented;
        roff.text([roman(line)]);
    }
    if kept {
        roff.control("fi", []);
    }
}

/// Every part of a page begins with what all of it needs; once is enough.
fn begun_once(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut lines = text.lines();
    let first: Vec<&str> = lines.by_ref().take(2).collect();
    for line in first
        .iter()
        .copied()
        .chain(lines.filter(|line| !first.contains(line)))
    {
        whole.push_str(line);
        whole.push('\n');
    }
    whole
}
