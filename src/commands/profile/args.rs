//! The words of `rc profile`.

use clap::ArgMatches;

use crate::cli::values::limit;

/// What to do about profiles.
#[derive(Debug)]
pub(in crate::commands) enum Profiles {
    /// Show all.
    List,
    /// Show one; that in use without a name.
    Show(Option<String>),
    /// Work with it from now on.
    Use(String),
    /// Change what is set. Base URL, API version, output format and columns are
    /// flags that every command has.
    Set {
        /// The profile; it is made when it is missing.
        name: String,
        /// Whether every write asks first.
        protected: Option<bool>,
        /// The command that prints the token.
        credential_command: Option<String>,
        /// The most records of lists.
        limit: Option<u64>,
        /// Settings to take away.
        unset: Vec<&'static str>,
    },
    /// Remove it, and its token.
    Remove(String),
}

/// What the words come to.
pub(super) fn profile_of(verb: &str, matches: &ArgMatches) -> Profiles {
    let name = || matches.get_one::<String>("name").cloned();
    match verb {
        "show" => Profiles::Show(name()),
        "use" => Profiles::Use(name().unwrap_or_default()),
        "set" => Profiles::Set {
            name: name().unwrap_or_default(),
            protected: matches.get_one("protected").copied(),
            credential_command: matches.get_one("credential-command").cloned(),
            limit: limit(matches),
            unset: unset(matches),
        },
        "remove" => Profiles::Remove(name().unwrap_or_default()),
        _ => Profiles::List,
    }
}

fn unset(matches: &ArgMatches) -> Vec<&'static str> {
    let words = matches.get_many::<String>("unset").into_iter().flatten();
    words
        .filter_map(|word| {
            let keys = crate::config::profile::PROFILE_KEYS;
            keys.iter().copied().find(|key| key == word)
        })
        .collect()
}
