//! The words of `rc auth`.

use clap::ArgMatches;

use crate::config::token_storage::TokenStorage;

/// What to do about the token.
#[derive(Debug)]
pub(super) enum Auth {
    /// Take one, check it and keep it.
    Login {
        /// It comes on standard input.
        with_token: bool,
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

/// What the words come to.
pub(super) fn auth_of(verb: &str, matches: &ArgMatches) -> Auth {
    match verb {
        "login" => Auth::Login {
            with_token: matches.get_flag("with-token"),
            keep: matches.get_one("keep").copied(),
        },
        "logout" => Auth::Logout,
        "token" => Auth::Token,
        _ => Auth::Status,
    }
}
