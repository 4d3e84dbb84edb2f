//! Where settings come from: flag, then environment, then default. Each name
//! of an environment variable stands here once.

mod place;
mod span;

use std::collections::HashMap;
use std::ffi::OsString;

use secrecy::SecretString;

use crate::error::{Error, Kind, Result};

pub use place::BaseUrl;
pub use span::span;

/// Names of environment variables.
pub mod variable {
    /// The API token.
    pub const TOKEN: &str = "RECHARGE_ACCESS_TOKEN";
    /// Where the API answers, instead of the public address.
    pub const BASE_URL: &str = "RECHARGE_BASE_URL";
    /// The version of the API to ask for.
    pub const API_VERSION: &str = "RECHARGE_API_VERSION";
    /// Attempts after the first one of a request that fails.
    pub const MAX_RETRIES: &str = "RECHARGE_MAX_RETRIES";
    /// The time in which a request that fails is tried again.
    pub const MAX_TIME: &str = "RECHARGE_MAX_TIME";
    /// `1`: run every command against the built-in sandbox.
    pub const SANDBOX: &str = "RECHARGE_SANDBOX";
    /// What a served sandbox signs webhooks with.
    pub const CLIENT_SECRET: &str = "RECHARGE_CLIENT_SECRET";
    /// The folder for state, instead of the system's.
    pub const STATE_FOLDER: &str = "RECHARGE_STATE_DIR";
    /// Any value: no colour.
    pub const NO_COLOR: &str = "NO_COLOR";
    /// Anything but `0`: colour even off a terminal.
    pub const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";
    /// `dumb`: a terminal without colour.
    pub const TERM: &str = "TERM";
}

/// The environment, as the world lends it.
pub type Environment = HashMap<String, OsString>;

/// A variable that is set and not empty.
///
/// # Errors
/// When its value is not Unicode.
pub fn read<'a>(environment: &'a Environment, name: &str) -> Result<Option<&'a str>> {
    match environment.get(name) {
        None => Ok(None),
        Some(value) => match value.to_str() {
            Some("") => Ok(None),
            Some(value) => Ok(Some(value)),
            None => Err(Error::usage(format!("{name} is not valid Unicode"))),
        },
    }
}

/// The token to send.
///
/// # Errors
/// Of kind `Access`: there is none, or it cannot stand in a header. The value
/// is never part of the message.
pub fn token(environment: &Environment) -> Result<SecretString> {
    let Some(token) = read(environment, variable::TOKEN)? else {
        return Err(Error::new(Kind::Access, "no API token")
            .hint(format!("set {} to a token of your store", variable::TOKEN))
            .hint("or try it without one: rc --sandbox …"));
    };
    let token = token.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::new(
            Kind::Access,
            format!(
                "{} is not a token: it has spaces or odd characters",
                variable::TOKEN
            ),
        )
        .hint("copy the token again, without quotes or line ends"));
    }
    Ok(SecretString::from(token))
}

/// Whether colour is wanted on a stream.
#[must_use]
pub fn colour(environment: &Environment, choice: Colour, terminal: bool) -> bool {
    let set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    match choice {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if set(variable::NO_COLOR) => false,
        Colour::Auto => {
            let forced = set(variable::CLICOLOR_FORCE)
                && environment
                    .get(variable::CLICOLOR_FORCE)
                    .is_some_and(|value| value != "0");
            let dumb = environment
                .get(variable::TERM)
                .is_some_and(|term| term == "dumb");
            forced || (terminal && !dumb)
        }
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect()
    }

    #[test]
    fn a_token_is_trimmed_and_must_fit_a_header() {
        let token = token(&environment(&[(variable::TOKEN, " sk_1 \n")])).unwrap();
        assert_eq!(token.expose_secret(), "sk_1");
    }

    #[test]
    fn a_bad_token_is_never_repeated() {
        for bad in ["sk 1", "sk\u{e9}", "   "] {
            let error = token(&environment(&[(variable::TOKEN, bad)])).unwrap_err();
            assert_eq!(error.kind, Kind::Access);
            assert!(!format!("{error} {error:?}").contains("sk"), "{error}");
        }
    }

    #[test]
    fn without_a_token_the_error_says_what_to_do() {
        let error = token(&environment(&[])).unwrap_err();
        assert!(error.hints[0].contains("RECHARGE_ACCESS_TOKEN"));
        assert!(error.hints[1].contains("--sandbox"));
    }

    #[test]
    fn colour_follows_the_flag_then_the_environment_then_the_terminal() {
        let none = environment(&[]);
        assert!(colour(&none, Colour::Auto, true));
        assert!(!colour(&none, Colour::Auto, false));
        assert!(!colour(
            &environment(&[("NO_COLOR", "1")]),
            Colour::Auto,
            true
        ));
        assert!(colour(
            &environment(&[("NO_COLOR", "1")]),
            Colour::Always,
            false
        ));
        assert!(colour(
            &environment(&[("NO_COLOR", "")]),
            Colour::Auto,
            true
        ));
        assert!(!colour(
            &environment(&[("TERM", "dumb")]),
            Colour::Auto,
            true
        ));
        assert!(colour(
            &environment(&[("CLICOLOR_FORCE", "1")]),
            Colour::Auto,
            false
        ));
        assert!(!colour(
            &environment(&[("CLICOLOR_FORCE", "0")]),
            Colour::Auto,
            false
        ));
    }
}
