//! The words of `rc auth`.

use clap::ArgMatches;

use crate::catalog::{self, ApiFamily};
use crate::cli::values::text;
use crate::config::token_storage::TokenStorage;

/// What to do about the token.
#[derive(Debug)]
pub(super) enum Auth {
    /// Take one, check it and keep it.
    Login {
        /// It comes on standard input.
        with_token: bool,
        /// The file with credentials that it is in.
        from_file: Option<String>,
        /// Where to keep it, if that was said.
        keep: Option<TokenStorage>,
    },
    /// Remove it wherever it is kept.
    Logout,
    /// Tell where it comes from and what it may do.
    Status,
    /// Print it.
    Token,
}

/// The API that a flag names.
pub(super) fn family(matches: &ArgMatches) -> Option<&'static ApiFamily> {
    let mut families = catalog::FAMILIES.iter().copied();
    families.find(|family| {
        let name = family.newest().name;
        matches.try_contains_id(name).unwrap_or_default() && matches.get_flag(name)
    })
}

/// What the words come to.
pub(super) fn auth_of(verb: &str, matches: &ArgMatches) -> Auth {
    match verb {
        "login" => Auth::Login {
            with_token: matches.get_flag("with-token"),
            from_file: text(matches, "from-file"),
            keep: matches.get_one("keep").copied(),
        },
        "logout" => Auth::Logout,
        "token" => Auth::Token,
        _ => Auth::Status,
    }
}
