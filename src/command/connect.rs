//! Where requests go, and the client that takes them there: the API, or the
//! sandbox within this very process.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

use super::patience;
use crate::catalog;
use crate::cli::Options;
use crate::client::retry::Budget;
use crate::client::{Client, Connection, Http, Timing, Transport};
use crate::config::{self, BaseUrl, Environment, variable};
use crate::error::{Error, Result};
use crate::request::Printed;
use crate::world::Clock;
#[cfg(not(feature = "sandbox"))]
use crate::world::Sleep;

/// Where `rc sandbox serve` listens unless told otherwise; a dry run of a
/// sandbox command points there, so that its `curl` form runs.
const SANDBOX_URL: &str = "http://127.0.0.1:4010";

/// The place that a command works on.
#[derive(Debug)]
pub(super) struct Place {
    base: BaseUrl,
    version: String,
    sandbox: bool,
    budget: Budget,
}

impl Place {
    /// Chooses the place: flag, then environment, then the public API.
    pub(super) fn choose(options: &Options, environment: &Environment) -> Result<Self> {
        if options.sandbox && options.base_url.is_some() {
            return Err(Error::usage("--sandbox and --base-url cannot go together"));
        }
        let wished = config::read(environment, variable::SANDBOX)?;
        let wished = wished.is_some_and(|word| !matches!(word, "0" | "false" | "no"));
        let sandbox = options.sandbox || (wished && options.base_url.is_none());
        let base = match (
            &options.base_url,
            config::read(environment, variable::BASE_URL)?,
        ) {
            _ if sandbox => SANDBOX_URL,
            (Some(flag), _) => flag,
            (None, Some(set)) => set,
            (None, None) => catalog::BASE_URL,
        };
        let version = match &options.api_version {
            Some(flag) => flag,
            None => config::read(environment, variable::API_VERSION)?.unwrap_or(catalog::VERSION),
        };
        if !version.bytes().all(|byte| byte.is_ascii_graphic()) || version.is_empty() {
            return Err(Error::usage(format!(
                "the API version {version:?} is not a version"
            )));
        }
        Ok(Self {
            base: BaseUrl::parse(base)?,
            version: version.to_owned(),
            sandbox,
            budget: patience::budget(options, environment)?,
        })
    }

    /// Where requests go, unless they stay in this process.
    #[cfg(feature = "sandbox")]
    pub(super) fn url(&self) -> Option<&BaseUrl> {
        (!self.sandbox).then_some(&self.base)
    }

    /// What printed requests need to know.
    pub(super) fn printed(&self) -> Printed<'_> {
        Printed {
            base_url: self.base.as_str(),
            version: &self.version,
        }
    }

    /// The store, in words of a question.
    pub(super) fn named(&self) -> String {
        if self.sandbox {
            return "the sandbox".to_owned();
        }
        format!("the store behind {}", self.base)
    }

    /// A client for the place. Without a token this is an error, except for
    /// the sandbox.
    pub(super) fn client(
        &self,
        environment: &Environment,
        folder: Option<PathBuf>,
        clock: &Clock,
        timing: Timing,
    ) -> Result<Arc<Client>> {
        let (transport, token): (Box<dyn Transport>, SecretString) = if self.sandbox {
            sandbox(environment, folder, clock, timing.sleep.clone())?
        } else {
            let token = config::token(environment)?;
            (Box::new(Http::new(&self.base)?), token)
        };
        let connection = Connection {
            base: self.base.as_str().to_owned(),
            token,
            version: self.version.clone(),
        };
        Ok(Arc::new(Client::new(
            transport,
            connection,
            timing,
            self.budget,
        )))
    }
}

#[cfg(feature = "sandbox")]
use super::local::open as sandbox;

/// Without the sandbox there is nothing to open.
#[cfg(not(feature = "sandbox"))]
fn sandbox(
    _: &Environment,
    _: Option<PathBuf>,
    _: &Clock,
    _: Sleep,
) -> Result<(Box<dyn Transport>, SecretString)> {
    Err(Error::usage("this build has no sandbox")
        .hint("build it with the feature \"sandbox\", which is on by default"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::{self, Typed};

    fn place(words: &[&str], set: &[(&str, &str)]) -> Result<Place> {
        let words: Vec<OsString> = ["store", "get"]
            .iter()
            .chain(words)
            .map(OsString::from)
            .collect();
        let Typed::Invocation(invocation) = cli::parse(&words, None)? else {
            panic!("not an invocation");
        };
        let environment = set
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect();
        Place::choose(&invocation.options, &environment)
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_default() {
        let url = |words: &[&str], set: &[(&str, &str)]| place(words, set).unwrap().base;
        assert_eq!(url(&[], &[]).as_str(), "https://api.rechargeapps.com");
        let set = [("RECHARGE_BASE_URL", "https://one.example.com")];
        assert_eq!(url(&[], &set).as_str(), "https://one.example.com");
        let flag = ["--base-url", "https://two.example.com/"];
        assert_eq!(url(&flag, &set).as_str(), "https://two.example.com");
    }

    #[test]
    fn the_sandbox_is_chosen_by_flag_or_environment() {
        assert!(place(&["--sandbox"], &[]).unwrap().sandbox);
        assert!(place(&[], &[("RECHARGE_SANDBOX", "1")]).unwrap().sandbox);
        assert!(!place(&[], &[("RECHARGE_SANDBOX", "0")]).unwrap().sandbox);
        let real = place(
            &["--base-url", "https://x.example.com"],
            &[("RECHARGE_SANDBOX", "1")],
        );
        assert!(!real.unwrap().sandbox);
        assert!(place(&["--sandbox", "--base-url", "https://x.example.com"], &[]).is_err());
    }
}
