//! Where settings come from: flag, then environment, then profile, then
//! default. Each name of an environment variable is here once.

mod base_url;
pub mod credential;
pub mod edit;
pub mod folders;
pub mod keyring;
pub(crate) mod lock;
pub mod login;
pub mod loopback;
mod network;
pub mod profile;
mod program;
pub mod recent;
pub mod settings;
mod span;
pub mod store_address;
mod token_name;
pub mod token_storage;

use std::collections::HashMap;
use std::ffi::OsString;

use crate::error::{Error, Result};

pub use base_url::BaseUrl;
pub use folders::Folders;
pub use network::{Network, NetworkFlags, Proxy, READ_TIMEOUT, Timeouts, Trust, trust};
pub use span::span;

/// The API whose name is left out of what is kept: programs that knew no other
/// one wrote none.
pub const FIRST_API: &str = "recharge";

/// Names of environment variables.
pub mod variable {
    /// The API token.
    pub const TOKEN: &str = "RECHARGE_ACCESS_TOKEN";
    /// The token of a link to the customer portal, for `rc portal --hash`.
    pub const PORTAL_TOKEN: &str = "RECHARGE_PORTAL_TOKEN";
    /// Where the API answers, instead of the public address.
    pub const BASE_URL: &str = "RECHARGE_BASE_URL";
    /// The version of the API to ask for.
    pub const API_VERSION: &str = "RECHARGE_API_VERSION";
    /// The profile to work with.
    pub const PROFILE: &str = "RECHARGE_PROFILE";
    /// The folder for settings, instead of the system's.
    pub const CONFIG_FOLDER: &str = "RECHARGE_CONFIG_DIR";
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
    /// `1`: keep no ids that were shown.
    pub const NO_RECENT: &str = "RECHARGE_NO_RECENT";
    /// The only certificate authorities to trust, as a file.
    pub const CA_FILE: &str = "RECHARGE_CA_FILE";
    /// `1`: trust the certificate authorities of the system.
    pub const SYSTEM_CA: &str = "RECHARGE_SYSTEM_CA";
    /// How long one attempt of a request may take.
    pub const TIMEOUT: &str = "RECHARGE_TIMEOUT";
    /// The proxy of requests over https; as the following, also in small
    /// letters.
    pub const HTTPS_PROXY: &str = "HTTPS_PROXY";
    /// The proxy of whatever has none of its own.
    pub const ALL_PROXY: &str = "ALL_PROXY";
    /// Hosts that are spoken to without a proxy.
    pub const NO_PROXY: &str = "NO_PROXY";
    /// Any value: no colour.
    pub const NO_COLOR: &str = "NO_COLOR";
    /// No colour for `0`, as many programs agree.
    pub const CLICOLOR: &str = "CLICOLOR";
    /// Anything but `0`: colour even off a terminal.
    pub const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";
    /// The editor of `rc RESOURCE edit`, before [`EDITOR`].
    pub const VISUAL: &str = "VISUAL";
    /// The editor of `rc RESOURCE edit`.
    pub const EDITOR: &str = "EDITOR";
    /// Where `rc sync` copies to.
    pub const SYNC_TO: &str = "RECHARGE_SYNC_TO";
    /// The user of a database of `PostgreSQL`.
    pub const PG_USER: &str = "PGUSER";
    /// The password of that user.
    pub const PG_PASSWORD: &str = "PGPASSWORD";
    /// The file with passwords of databases.
    pub const PG_PASS_FILE: &str = "PGPASSFILE";
    /// The service of a database: its place, by a name.
    pub const PG_SERVICE: &str = "PGSERVICE";
    /// The file with services of databases.
    pub const PG_SERVICE_FILE: &str = "PGSERVICEFILE";
    /// The home folder.
    pub const HOME: &str = "HOME";
    /// The name of the user at this machine.
    pub const USER: &str = "USER";
    /// `dumb`: a terminal without colour.
    pub const TERM: &str = "TERM";
    /// The programs that open pages, with `:` between them.
    pub const BROWSER: &str = "BROWSER";

    /// Whether the value of a variable is a secret that no other program needs.
    #[must_use]
    pub fn is_secret(name: &str) -> bool {
        let mut families = crate::catalog::FAMILIES.iter();
        [CLIENT_SECRET, PORTAL_TOKEN].contains(&name)
            || families.any(|family| family.newest().auth.variable == name)
    }
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
            let refused = environment
                .get(variable::CLICOLOR)
                .is_some_and(|value| value == "0");
            forced || (terminal && !dumb && !refused)
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
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect()
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
        for (value, is_coloured) in [("0", false), ("1", true), ("", true)] {
            let set = environment(&[("CLICOLOR", value)]);
            assert_eq!(colour(&set, Colour::Auto, true), is_coloured, "{value}");
            assert!(colour(&set, Colour::Always, true));
        }
        let both = environment(&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")]);
        assert!(colour(&both, Colour::Auto, false));
    }
}
