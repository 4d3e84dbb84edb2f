//! `rc webhooks …`: what the API's own verbs leave to do, from the list of topics
//! to a receiver.

mod apply;
pub(super) mod listen;
pub(in crate::commands) mod receive;
mod remote;
pub(in crate::commands) mod secret;
mod spec;
mod topics;
mod trigger;
mod verify;

use clap::ArgMatches;

use super::collision::{Files, NamedFile};
use super::{Command, no_files, verb_of};
use crate::cli::values::text;
use crate::error::Result;

pub(super) const TOPICS: Command = Command {
    spec: spec::TOPICS,
    files: no_files,
    run: |run, options, matches| topics::run(run, options, text(matches, "name").as_deref()),
};

pub(super) const VERIFY: Command = Command {
    spec: spec::VERIFY,
    files: |matches| Ok(read_files(matches, &["body", "request"])),
    run: |run, options, matches| verify::run(run, options, &verify::Verify::of(matches)?),
};

pub(super) const TRIGGER: Command = Command {
    spec: spec::TRIGGER,
    files: no_files,
    run: |run, options, matches| trigger::run(run, options, &trigger::Trigger::of(matches)?),
};

pub(super) const APPLY: Command = Command {
    spec: spec::APPLY,
    files: |matches| Ok(read_files(matches, &["file"])),
    run: |run, options, matches| {
        let file = text(matches, "file").unwrap_or_default();
        apply::run(run, options, &file, matches.get_flag("prune"))
    },
};

pub(super) const SECRET: Command = Command {
    spec: spec::SECRET,
    files: no_files,
    run: |run, options, matches| {
        let (_, matches) = verb_of(matches)?;
        secret::set(run, options, &secret::SecretSource::of(matches))
    },
};

/// The files that these arguments name; `-` is standard input.
fn read_files(matches: &ArgMatches, names: &[&str]) -> Files {
    let words = names.iter().filter_map(|name| text(matches, name));
    let paths = words.filter(|word| word != "-");
    Files::reading(paths.map(|path| NamedFile::new("input file", path)))
}

/// Reads a file, or standard input, to the byte.
fn bytes(run: &mut crate::ui::Run, word: &str, largest: u64) -> Result<Vec<u8>> {
    use std::io::Read;

    use crate::error::Error;
    let (stream, named): (Box<dyn Read + Send>, &str) = if word == "-" {
        (run.stdin.take()?, "standard input")
    } else {
        let file = std::fs::File::open(word).map_err(|error| Error::reading(word, error))?;
        (Box::new(file), word)
    };
    let mut bytes = Vec::new();
    let read = stream.take(largest + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::reading(named, error))?;
    if bytes.len() as u64 > largest {
        let most = largest >> 20;
        return Err(Error::usage(format!("{named} is larger than {most} MiB")));
    }
    Ok(bytes)
}

/// Headers `NAME: VALUE`, as they were typed.
fn headers(words: &[String]) -> Result<Vec<(String, String)>> {
    use crate::error::Error;
    let parsed = words.iter().map(|word| {
        let (name, value) = word.split_once(':').ok_or_else(|| {
            Error::usage("-H: the : after the name is missing").hint("write -H 'NAME: VALUE'")
        })?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    parsed.collect()
}
