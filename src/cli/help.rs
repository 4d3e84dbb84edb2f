//! Words of help that are not in the catalogue, and how help looks.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};
use clap::builder::{StyledStr, Styles};

use super::tree::kebab;
use crate::catalog::{self, Effect, Operation, Resource};

/// Colours of help and errors.
pub(super) const STYLES: Styles = Styles::styled()
    .header(BOLD)
    .usage(BOLD)
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new().effects(Effects::DIMMED))
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default());

const BOLD: Style = Style::new().effects(Effects::BOLD);
const LITERAL: Style = AnsiColor::Cyan.on_default();

/// The first page lists what there is before any flag.
pub(super) const ROOT_TEMPLATE: &str = "\
{about-with-newline}
{usage-heading} rc <resource> <verb> [ID …] [--flag value …]{after-help}";

/// The first page of help.
pub(super) fn root() -> StyledStr {
    let mut text = String::new();
    section(&mut text, "Resources");
    for resource in catalog::RESOURCES {
        entry(&mut text, &kebab(resource.name), resource.about);
    }
    section(&mut text, "More");
    entry(
        &mut text,
        "api",
        "Send any request: every path, every version",
    );
    if cfg!(feature = "sandbox") {
        entry(
            &mut text,
            "sandbox",
            "A Recharge of your own: local, stateful, without a token",
        );
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
    text.trim_end().to_owned().into()
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{BOLD}{title}:{BOLD:#}");
}

fn entry(text: &mut String, name: &str, about: &str) {
    let _ = writeln!(text, "  {LITERAL}{name:<22}{LITERAL:#}{about}");
}

/// The first lines of the long help of an operation.
pub(super) fn long_about(operation: &Operation) -> String {
    let mut text = operation.summary.to_owned();
    if !operation.details.is_empty() {
        let _ = write!(text, "\n\n{}", operation.details);
    }
    text
}

/// The last lines of the help of an operation: an example, and what it needs.
pub(super) fn after(resource: &Resource, operation: &Operation) -> StyledStr {
    let mut text = format!("{BOLD}Example:{BOLD:#}\n  {}\n", operation.example);
    let scopes: Vec<&str> = operation.scopes().collect();
    if let Some((first, others)) = scopes.split_first() {
        let _ = write!(text, "\nThe token needs the scope {first}");
        if !others.is_empty() {
            let _ = write!(text, ", perhaps also {}", others.join(", "));
        }
        text.push('.');
    }
    if operation.effect == Effect::Destroys {
        text.push_str("\nIt cannot be taken back: it asks first, or needs --yes.");
    }
    if operation.targets_one() {
        let list = resource.operation("list").is_some();
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

/// The last lines of the help of `rc api`.
pub(super) const API: &str = "\
Examples:
  rc api GET /subscriptions -f status=active --paginate
  rc api POST /subscriptions/89559201/activate
  rc api GET /shop --api-version 2021-01";

/// The last lines of the help of `rc sandbox`.
pub(super) const SANDBOX: &str = "\
Any command runs against the sandbox with --sandbox, or with RECHARGE_SANDBOX=1
in the environment; what it changes is kept between commands.

Examples:
  rc --sandbox subscriptions list
  rc sandbox serve --port 4010
  rc sandbox seed --customers 5000
  rc sandbox reset --yes";
