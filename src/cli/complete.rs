//! Completions of a line that is being typed.
//!
//! Takes the words, and [`Facts`] that only the machine knows; returns an
//! [`Offer`]. Reads no file and asks no one by itself, so that an answer takes
//! a few milliseconds; of the command line only what the words name is built.

mod line;
mod shell;
mod values;

use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use clap::Command;
use clap_complete::engine::{self, CompletionCandidate};

use super::{CommandSet, Spec, topics, tree};
use crate::catalog::ApiFamily;

pub use line::{TypedLine, asked};
pub use shell::Shell;

/// A list that is made only when a word needs it.
pub type List<T> = Arc<dyn Fn(T) -> Vec<String> + Send + Sync>;

/// What is on this machine. None of it fails: what cannot be detected is empty.
#[derive(Clone)]
pub struct Facts {
    /// Names of profiles.
    pub profiles: List<()>,
    /// Ids of jobs, the newest first.
    pub jobs: List<()>,
    /// Ids of objects of a resource that were met lately, the latest first.
    pub ids: List<&'static str>,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Facts").finish_non_exhaustive()
    }
}

/// What to offer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// How the shell continues.
    pub next: Next,
    /// What the word may become.
    pub candidates: Vec<Completion>,
}

/// How the shell continues.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A word that is complete is followed by a space.
    #[default]
    Word,
    /// The rest of the word is still to come.
    Rest,
    /// The word names a file: the shell knows those best.
    Files,
}

/// What a word may become.
#[derive(Debug, PartialEq, Eq)]
pub struct Completion {
    /// The word, or the part of it that the shell replaces.
    pub value: String,
    /// A few words about it.
    pub about: Option<String>,
}

/// Stands among candidates where a file may be named.
const FILES: &str = "\u{1}files";

/// What the last word of the line may become.
#[must_use]
pub fn offer(set: &CommandSet, line: &TypedLine, facts: &Facts) -> Offer {
    let mut words = line.words.clone();
    let asked = tells(&mut words);
    let topics = asked == Some("help") && words.len() == 2;
    let mut command = built(set, &words);
    let last = words.len() - 1;
    if asked.is_none() {
        let family = family_of(set, &words[1..last]);
        values::attach(&mut command, family, &words[1..last], facts);
    }
    let current = words[last].clone();
    let names = words[1..last].to_vec();
    let mut found = engine::complete(&mut command, words, last, None).unwrap_or_default();
    if asked.is_some() {
        found.retain(|candidate| !is_flag(candidate.get_value()));
    }
    let mut offer = shown(found, &current, &line.before);
    let innermost = values::innermost(&command, &names);
    by_proper_names(&mut offer.candidates, innermost, &current);
    if topics {
        let is_topic = |name: &str| topics::names().any(|(topic, _)| topic == name);
        offer.candidates.retain(|command| !is_topic(&command.value));
        offer.candidates.splice(0..0, topics_like(&current));
    }
    offer
}

/// The API that the words are about: that of the command they begin with, where it is
/// one of an API.
fn family_of(set: &CommandSet, before: &[OsString]) -> &'static ApiFamily {
    let named = |spec: &&&Spec| before.first().is_some_and(|first| first == spec.name);
    let spec = set.specs.iter().find(named);
    spec.and_then(|spec| spec.family).unwrap_or(set.family)
}

/// `rc help subscriptions …` and `rc man subscriptions …` continue as `rc
/// subscriptions …` does, but for values and flags.
fn tells(words: &mut Vec<OsString>) -> Option<&'static str> {
    let second = words.get(1).filter(|_| words.len() > 2)?;
    let asked = ["help", "man"].into_iter().find(|name| second == name)?;
    words.remove(1);
    Some(asked)
}

/// Of the names of a command one is offered, and it is the alias only to who
/// began with it.
fn by_proper_names(candidates: &mut [Completion], innermost: &Command, current: &OsStr) {
    let begun = current.to_string_lossy();
    for candidate in candidates {
        if let Some(inner) = innermost.find_subcommand(&candidate.value)
            && inner.get_name().starts_with(&*begun)
        {
            inner.get_name().clone_into(&mut candidate.value);
        }
    }
}

fn topics_like(current: &OsStr) -> impl Iterator<Item = Completion> {
    let current = current.to_string_lossy().into_owned();
    topics::names()
        .filter(move |(name, _)| name.starts_with(&current))
        .map(|(name, about)| Completion {
            value: name.to_owned(),
            about: Some(about.to_owned()),
        })
}

/// The command line, of which only what the words name is built.
fn built(set: &CommandSet, words: &[OsString]) -> Command {
    let named = |command: &Command| {
        let names = std::iter::once(command.get_name()).chain(command.get_all_aliases());
        names
            .into_iter()
            .any(|name| words.iter().any(|word| word == name))
    };
    let mut root = tree::command(set);
    for inner in root.get_subcommands_mut() {
        let spec = set.specs.iter().find(|spec| spec.name == inner.get_name());
        if !named(inner) {
            *inner = std::mem::take(inner).defer(std::convert::identity);
        } else if let Some(build) = spec.and_then(|spec| spec.build_where) {
            *inner = build(&named);
        }
    }
    root.build();
    root
}

fn is_flag(word: &OsStr) -> bool {
    word.as_encoded_bytes().first() == Some(&b'-')
}

/// Flags are shown to who begins one, or where nothing else can come; of those
/// with two names the long one says more.
fn shown(found: Vec<CompletionCandidate>, current: &OsStr, before: &str) -> Offer {
    let is_file =
        |candidate: &CompletionCandidate| candidate.get_value().to_string_lossy().ends_with(FILES);
    if found.iter().any(is_file) {
        return Offer {
            next: Next::Files,
            candidates: Vec::new(),
        };
    }
    let words_come = found
        .iter()
        .any(|candidate| !is_flag(candidate.get_value()));
    let is_shown = |value: &OsStr| {
        let bytes = value.as_encoded_bytes();
        is_flag(current) || !is_flag(value) || (!words_come && bytes.starts_with(b"--"))
    };
    let candidates: Vec<Completion> = found
        .into_iter()
        .filter(|candidate| is_shown(candidate.get_value()))
        .filter_map(|candidate| {
            let value = candidate.get_value().to_str()?;
            let about = candidate.get_help().map(ToString::to_string);
            Some(Completion {
                value: value.strip_prefix(before).unwrap_or(value).to_owned(),
                about: about.and_then(|about| about.lines().next().map(str::to_owned)),
            })
        })
        .collect();
    let unfinished = |candidate: &Completion| candidate.value.ends_with(['=', '.']);
    let rest = !candidates.is_empty() && candidates.iter().all(unfinished);
    Offer {
        next: if rest { Next::Rest } else { Next::Word },
        candidates,
    }
}

#[cfg(test)]
#[path = "complete_tests.rs"]
mod tests;
