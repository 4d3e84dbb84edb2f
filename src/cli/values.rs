//! Values out of clap's matches, and the flags that every command has.

use std::path::PathBuf;

use clap::ArgMatches;

use super::options::{DryRun, ErrorForm, Options, OutputOptions, Paging};
use super::{filtering, flags};
use crate::api::request::Set;
use crate::config::{Colour, NetworkFlags};
use crate::error::{Error, Result};

/// What the flags come to that every command has; `matches` are those of the
/// innermost command.
///
/// # Errors
/// A usage error for flags that need another one.
pub fn options(matches: &ArgMatches) -> Result<Options> {
    Ok(Options {
        output: OutputOptions {
            format: matches.get_one("output").copied(),
            jq: text(matches, "jq"),
            variables: filtering::variables(matches)?,
            jq_errors: matches.get_one("jq-errors").copied(),
            raw: matches.get_flag("raw"),
            slurp: matches.get_flag("slurp"),
            columns: text(matches, "columns"),
            excel: matches.get_flag("excel"),
            no_headers: matches.get_flag("no-headers"),
            all_columns: matches.get_flag("all-columns"),
            count: switched(matches, flags::COUNT),
            out: text(matches, "out").map(PathBuf::from),
        },
        colour: matches
            .get_one::<Colour>("color")
            .copied()
            .unwrap_or_default(),
        errors: matches.get_one::<ErrorForm>("errors").copied(),
        dry_run: matches.get_one::<DryRun>("dry-run").copied(),
        yes: matches.get_flag("yes"),
        fail_fast: matches.get_flag("fail-fast"),
        sandbox: matches.get_flag("sandbox"),
        base_url: text(matches, "base-url"),
        store_hash: text(matches, "store-hash"),
        api_version: text(matches, "api-version"),
        network: NetworkFlags {
            ca_file: text(matches, "ca-file").map(PathBuf::from),
            system_ca: matches.get_flag("system-ca"),
            timeout: matches.get_one("timeout").copied(),
        },
        verbose: matches.get_count("verbose"),
        trace: text(matches, "trace").map(PathBuf::from),
        profile: text(matches, "profile"),
        max_retries: matches.get_one("max-retries").copied(),
        max_time: matches.get_one("max-time").copied(),
    })
}

/// Whether a switch is given that not all commands have.
fn switched(matches: &ArgMatches, name: &str) -> bool {
    let switch = matches.try_get_one::<bool>(name).ok().flatten();
    switch.copied().unwrap_or_default()
}

/// Nested values, in the order that they apply.
///
/// # Errors
/// A usage error for one without a name.
pub fn sets(matches: &ArgMatches) -> Result<Vec<Set>> {
    let typed = texts(matches, "set")
        .into_iter()
        .map(|word| set("set", &word, false));
    let verbatim = texts(matches, "set-string")
        .into_iter()
        .map(|word| set("set-string", &word, true));
    typed.chain(verbatim).collect()
}

/// One value `NAME=VALUE` of a flag.
///
/// # Errors
/// A usage error where there is no `=`.
pub fn set(flag: &str, word: &str, verbatim: bool) -> Result<Set> {
    let Some((path, value)) = word.split_once('=') else {
        return Err(Error::usage(format!("--{flag} {word}: the = is missing"))
            .hint(format!("write --{flag} name=value")));
    };
    Ok(Set {
        path: path.to_owned(),
        value: value.to_owned(),
        verbatim,
    })
}

/// How far to follow a list.
#[must_use]
pub fn paging(matches: &ArgMatches) -> Paging {
    Paging {
        limit: limit(matches),
        page_size: matches.get_one("page-size").copied(),
    }
}

/// How many records of a list to print.
#[must_use]
pub fn limit(matches: &ArgMatches) -> Option<u64> {
    matches.get_one(flags::LIMIT).copied()
}

/// The value of a flag.
#[must_use]
pub fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

/// The values of a flag.
pub fn texts(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches
        .get_many::<String>(name)
        .map_or_else(Vec::new, |words| words.cloned().collect())
}
