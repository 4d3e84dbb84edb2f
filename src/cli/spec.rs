//! The description of a command: help, completion, manual pages and suggestions
//! follow from it.

use clap::Command;

use crate::catalog::{ApiFamily, Resource};
use crate::error::Error;
use crate::output::Format;

/// Makes a command of which only the wanted parts are built in full.
pub type BuildWhere = fn(&dyn Fn(&Command) -> bool) -> Command;

/// What to say of a word; in come the commands that the words before it name.
pub type ExplainWord = fn(&[&Command], &str) -> Option<Error>;

/// What to say where the words end after these commands.
pub type ExplainEnd = fn(&[&Command]) -> Option<Error>;

/// A command that is not an operation of the API.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The word on the command line, in kebab case.
    pub name: &'static str,
    /// One line for help.
    pub about: &'static str,
    /// The resource that it is an extra verb of, in snake case (`webhooks`).
    pub under: Option<&'static str>,
    /// The resources that it is an extra verb of, where there are many.
    pub of_resource: Option<ResourceVerb>,
    /// The API whose operations are the verbs of the words below it.
    pub family: Option<&'static ApiFamily>,
    /// Whether help, manual pages and completion leave it out.
    pub is_hidden: bool,
    /// Makes the command with its flags, examples and verbs.
    pub build: fn() -> Command,
    /// As `build`, but builds in full only the commands that are wanted; for
    /// commands whose verbs are too many for one keystroke.
    pub build_where: Option<BuildWhere>,
    /// Output formats that it supports; empty means all of them.
    pub formats: &'static [Format],
    /// What to say of a word that the command does not know. In come the commands
    /// that the words before name, and the word.
    pub unknown_word: Option<ExplainWord>,
    /// What to say where the words end too early.
    pub unfinished: Option<ExplainEnd>,
}

/// A verb of every resource that fits.
#[derive(Debug, Clone, Copy)]
pub struct ResourceVerb {
    /// Whether a resource has the verb.
    pub exists: fn(&Resource) -> bool,
    /// Makes the command for a resource that has it.
    pub build: fn(&'static Resource) -> Command,
}

impl Spec {
    /// A command of this name, with the defaults of most commands.
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str, build: fn() -> Command) -> Self {
        Self {
            name,
            about,
            under: None,
            of_resource: None,
            family: None,
            is_hidden: false,
            build,
            build_where: None,
            formats: &[],
            unknown_word: None,
            unfinished: None,
        }
    }

    /// Whether it is a command of its own, not a verb of a resource.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        self.under.is_none() && self.of_resource.is_none()
    }

    /// Whether the first page of help lists it.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.is_own() && !self.is_hidden
    }

    /// The command as an extra verb of a resource, if it is one.
    #[must_use]
    pub fn verb_of(&self, resource: &'static Resource) -> Option<Command> {
        if self.under == Some(resource.name) {
            return Some((self.build)());
        }
        let verb = self.of_resource.filter(|verb| (verb.exists)(resource))?;
        Some((verb.build)(resource))
    }

    /// Refuses a format that the command does not support.
    ///
    /// # Errors
    /// A usage error that names those it does support.
    pub fn check_format(&self, format: Option<Format>) -> Result<(), Error> {
        let Some(format) = format.filter(|format| !self.formats.contains(format)) else {
            return Ok(());
        };
        if self.formats.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.formats.iter().map(|format| format.name()).collect();
        let message = format!("{} does not support --output {}", self.name, format.name());
        Err(Error::usage(message).hint(format!("it supports {}", names.join(", "))))
    }
}

/// All commands: the operations of an API, and those of the program.
#[derive(Debug, Clone)]
pub struct CommandSet {
    /// The API whose operations are commands: the union of its versions.
    pub family: &'static ApiFamily,
    /// Adds its verbs to the command of a resource; clap calls it once the
    /// resource is named. It is [`super::tree::fill_resource`] of the family:
    /// clap takes a plain function.
    pub fill: fn(Command) -> Command,
    /// The commands that are not operations.
    pub specs: Vec<&'static Spec>,
}

/// A command of the usual look; flags, verbs and examples are added to it.
#[must_use]
pub fn plain(name: &'static str, about: &'static str) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .args_override_self(true)
        .about(about)
}
