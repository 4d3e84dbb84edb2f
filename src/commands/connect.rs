//! Where requests go, and the client that takes them there: the API, or the
//! sandbox within this very process.

use std::cell::OnceCell;
use std::fmt::Write;
use std::path::Path;
#[cfg(not(feature = "sandbox"))]
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

use crate::api::client::notice::Observer;
use crate::api::client::retry::Budget;
use crate::api::client::{Client, Connection, Http, Timing, Transport, WriteRecorder};
use crate::api::request::{Printed, quoted};
use crate::catalog::{self, Api, ApiFamily, NoVersion, VersionedRow, kebab};
use crate::cli::Options;
use crate::commands::patience;
use crate::commands::token;
use crate::config::credential::TokenSource;
use crate::config::login::Login;
use crate::config::profile::{DEFAULT, NamedBy, Profile};
use crate::config::settings::Settings;
use crate::config::store_address;
use crate::config::{self, BaseUrl, Environment, Folders, Network, NetworkFlags, variable};
use crate::error::{Error, Result};
use crate::history::{HistoryRecorder, SANDBOX, WriteContext};
use crate::output::visible;
use crate::ui::Run;
#[cfg(not(feature = "sandbox"))]
use crate::world::Clock;
#[cfg(not(feature = "sandbox"))]
use crate::world::Sleep;

/// Where `rc sandbox serve` listens unless told otherwise; a dry run of a
/// sandbox command points there, so that its `curl` form runs.
const SANDBOX_URL: &str = "http://127.0.0.1:4010";

/// The store of the sandbox, for APIs whose base URL names a store.
const SANDBOX_STORE: &str = "sandbox";

/// The place that a command works on.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) base: BaseUrl,
    /// The versions of the API that answers there.
    pub(super) family: &'static ApiFamily,
    /// The version that is spoken.
    pub(super) api: &'static Api,
    /// The version asked for; else it is the newest with the operation.
    asked_version: Option<String>,
    /// The store that the base URL names, where it names one.
    pub(super) store: Option<String>,
    /// The id of the program, where one is configured.
    pub(super) client_id: Option<String>,
    pub(super) sandbox: bool,
    pub(super) profile: Profile,
    pub(super) named_by: NamedBy,
    pub(super) network: NetworkFlags,
    budget: Budget,
    known: OnceCell<KnownToken>,
}

/// The known facts about the token that is sent there.
#[derive(Debug)]
pub(super) struct KnownToken {
    /// Where it came from.
    pub(super) source: TokenSource,
    /// What was so at its login.
    pub(super) login: Option<Login>,
}

impl Target {
    /// The name under which ids of this store are kept: those of one store are of
    /// no use in another.
    pub(super) fn recent_name(&self) -> String {
        match self.url() {
            Some(url) => self.named_api(&format!("{} at {}", self.profile.name, url.as_str())),
            None => self.named_api("sandbox"),
        }
    }

    /// Chooses the place: flag, then environment, then profile, then the public
    /// API. The sandbox reads no settings.
    pub(super) fn choose(
        options: &Options,
        environment: &Environment,
        folders: &Folders,
        family: &'static ApiFamily,
    ) -> Result<Self> {
        if is_sandbox(options, environment)? {
            let profile = Profile::named(DEFAULT);
            return Self::of(profile, NamedBy::Nobody, options, environment, family);
        }
        let config = Settings::read(folders)?.config;
        let api = family.newest();
        let (name, named_by) = config.choose_of(api, options.profile.as_deref(), environment)?;
        let profile = config.profile_of(api, &name)?;
        Self::of(profile, named_by, options, environment, family)
    }

    /// The place of a profile.
    pub(super) fn of(
        profile: Profile,
        named_by: NamedBy,
        options: &Options,
        environment: &Environment,
        family: &'static ApiFamily,
    ) -> Result<Self> {
        let sandbox = is_sandbox(options, environment)?;
        // A profile that a flag names is as good as the flag.
        let flagged = named_by == NamedBy::Flag;
        let chosen = |flag: &Option<String>, set: &Option<String>, variable: &str| {
            let own = set.clone();
            Ok(match (flag, config::read(environment, variable)?) {
                (Some(flag), _) => Some(flag.clone()),
                (None, Some(given)) if !flagged || own.is_none() => Some(given.to_owned()),
                (None, _) => own,
            })
        };
        let newest = family.newest();
        let base = if sandbox {
            Some(SANDBOX_URL.to_owned())
        } else {
            chosen(&options.base_url, &profile.base_url, newest.base_variable)?
        };
        let store = match newest.store {
            None => None,
            Some(_) if sandbox => Some(SANDBOX_STORE.to_owned()),
            Some(part) => chosen(&options.store_hash, &profile.store_hash, part.variable)?,
        };
        if newest.store.is_none() && options.store_hash.is_some() {
            return Err(Error::usage(format!(
                "--store-hash names a store of another API than {}",
                newest.title
            )));
        }
        let base = store_address::address(newest, base.as_deref(), store.as_deref())?;
        let named = store_address::store_of(newest, &base);
        if let (Some(asked), Some(named)) = (&store, &named)
            && asked != named
        {
            return Err(Error::usage(format!(
                "the base URL belongs to the store {named}, but {asked} was requested"
            )));
        }
        let client_id = match newest.headers.client_id {
            Some(client) => chosen(&None, &profile.client_id, client.variable)?,
            None => None,
        };
        let asked_version = chosen(
            &options.api_version,
            &profile.api_version,
            variable::API_VERSION,
        )?;
        if let Some(version) = &asked_version
            && (!version.bytes().all(|byte| byte.is_ascii_graphic()) || version.is_empty())
        {
            return Err(Error::usage(format!("{version:?} is not an API version")));
        }
        let api = asked_version
            .as_deref()
            .and_then(|version| family.version(version))
            .unwrap_or_else(|| family.newest());
        Ok(Self {
            base: BaseUrl::parse(&base)?,
            family,
            api,
            asked_version,
            store: named.or(store),
            client_id,
            sandbox,
            network: options.network.clone(),
            profile,
            named_by,
            known: OnceCell::new(),
            budget: patience::budget(options, environment)?,
        })
    }

    /// A name with that of the API before it. The first API has no name there,
    /// so that what older programs kept is found.
    fn named_api(&self, name: &str) -> String {
        if self.api.name == config::FIRST_API {
            return name.to_owned();
        }
        format!("{} {name}", self.api.name)
    }

    /// The version of the API that is asked for.
    pub(super) fn version(&self) -> &str {
        self.asked_version.as_deref().unwrap_or(self.api.version)
    }

    /// The version asked for, where no table describes it.
    fn unknown_version(&self) -> Option<String> {
        let asked = self.asked_version.clone();
        asked.filter(|version| version != self.api.version)
    }

    /// The row for a call of an operation: in the version asked for, else in
    /// the newest with the operation. From here on the target speaks it.
    ///
    /// # Errors
    /// Of kind `Usage`: there is no such version, or it lacks the operation.
    pub(super) fn row(&mut self, resource: &str, verb: &str) -> Result<VersionedRow> {
        let asked = self.asked_version.as_deref();
        let row = self
            .family
            .choose(asked, resource, verb)
            .map_err(|missing| {
                let version = asked.unwrap_or_default();
                let known: Vec<&str> = self.family.version_names().collect();
                match missing {
                    NoVersion::Unknown => {
                        Error::usage(format!("there is no version {version} of the API"))
                            .hint(format!("its versions: {}", known.join(", ")))
                            .hint("rc api takes any version")
                    }
                    NoVersion::Lacking(others) => Error::usage(format!(
                        "version {version} of the API has no {} {}",
                        kebab(resource),
                        kebab(verb)
                    ))
                    .hint(format!("it is in version {}", others.join(", "))),
                }
            })?;
        self.api = row.api;
        Ok(row)
    }

    /// Where requests go, unless they stay in this process.
    pub(super) fn url(&self) -> Option<&BaseUrl> {
        (!self.sandbox).then_some(&self.base)
    }

    /// What printed requests need to know.
    pub(super) fn printed(&self) -> Printed<'_> {
        Printed {
            base_url: self.base.as_str(),
            api: self.api,
            version: self.version(),
        }
    }

    /// Whether every write asks first.
    pub(super) const fn is_protected(&self) -> bool {
        self.profile.protected && !self.sandbox
    }

    /// Takes note of what is known of the token.
    pub(super) fn knows(&self, known: KnownToken) {
        // It is reported once: the token does not change within a command.
        let _ = self.known.set(known);
    }

    /// The known facts about the token, once it was looked up.
    pub(super) fn known(&self) -> Option<&KnownToken> {
        self.known.get()
    }

    /// The store, in words of a question.
    pub(super) fn named(&self) -> String {
        let known = self.known();
        let store = known.and_then(|known| known.login.as_ref()?.store.as_deref());
        self.named_as(store)
    }

    /// As [`Target::named`], where the name of the store was detected.
    pub(super) fn named_as(&self, store: Option<&str>) -> String {
        if self.sandbox {
            return "the sandbox".to_owned();
        }
        let known = self.known();
        let foreign =
            known.is_some_and(|known| matches!(known.source, TokenSource::Environment(_)));
        let by = match (foreign, self.named_by) {
            (true, _) => Some(format!("the token of {}", self.api.auth.variable)),
            (false, NamedBy::Nobody) => None,
            (false, _) => Some(format!("profile {}", self.profile.name)),
        };
        let protected = if self.is_protected() {
            ", which is protected"
        } else {
            ""
        };
        let base = &self.base;
        match (store, by) {
            (Some(store), by) => {
                let by = by.map_or_else(String::new, |by| format!("{by}, "));
                format!("{} ({by}{base}){protected}", visible::one_line(store))
            }
            (None, Some(by)) => format!("the store behind {base} ({by}){protected}"),
            (None, None) => format!("the store behind {base}{protected}"),
        }
    }

    /// The store in a question: its name, whether it is live, and whether it
    /// is protected.
    pub(super) fn in_question(&self) -> String {
        let known = self.known();
        let login = known.and_then(|known| known.login.as_ref());
        self.in_question_as(login.and_then(|login| login.store.as_deref()))
    }

    /// As [`Target::in_question`], where the name of the store was detected.
    pub(super) fn in_question_as(&self, store: Option<&str>) -> String {
        let known = self.known();
        let foreign =
            known.is_some_and(|known| matches!(known.source, TokenSource::Environment(_)));
        let mut token = String::new();
        let store = if self.sandbox {
            "the sandbox".to_owned()
        } else if let Some(name) = store {
            if foreign {
                token = format!(", token of {}", self.api.auth.variable);
            }
            format!("\"{}\"", visible::one_line(name))
        } else if foreign {
            format!("the store of {}", self.api.auth.variable)
        } else {
            format!("the store of profile {}", self.profile.name)
        };
        let protected = if self.is_protected() {
            ", protected"
        } else {
            ""
        };
        format!("{store} [{}{protected}{token}]", self.kind())
    }

    /// Where the store is, as [`kind_of`] says it.
    fn kind(&self) -> &str {
        if self.sandbox {
            return "local";
        }
        kind_of(self.api, &self.base)
    }

    /// What the history says about writes of a command to this target.
    fn write_context(&self, command: String) -> WriteContext {
        if self.sandbox {
            return WriteContext {
                command,
                store: Some(SANDBOX.to_owned()),
                ..WriteContext::default()
            };
        }
        let known = self.known();
        let foreign =
            known.is_some_and(|known| matches!(known.source, TokenSource::Environment(_)));
        WriteContext {
            command,
            store: known.and_then(|known| known.login.as_ref()?.store.clone()),
            base_url: Some(self.base.as_str().to_owned()),
            profile: (!foreign).then(|| self.profile.name.clone()),
        }
    }

    /// A client for the place, with the token that belongs to it.
    pub(super) fn client(
        &self,
        transport: Box<dyn Transport>,
        token: SecretString,
        timing: Timing,
        observer: Arc<dyn Observer>,
        recorder: Arc<dyn WriteRecorder>,
    ) -> Arc<Client> {
        let connection = Connection {
            base: self.base.as_str().to_owned(),
            token,
            api: self.api,
            version: self.unknown_version(),
            client_id: self.client_id.clone(),
            store: self.store.clone(),
        };
        let client = Client::new(transport, connection, timing, self.budget);
        Arc::new(client.observed(observer).recorded(Some(recorder)))
    }

    /// A client for another API beside the place, at another address.
    fn client_of(
        &self,
        transport: Box<dyn Transport>,
        connection: Connection,
        timing: Timing,
        observer: Arc<dyn Observer>,
        recorder: Arc<dyn WriteRecorder>,
    ) -> Arc<Client> {
        let client = Client::new(transport, connection, timing, self.budget);
        Arc::new(client.observed(observer).recorded(Some(recorder)))
    }

    /// The way to the place, unless it is the sandbox.
    pub(super) fn http(&self, environment: &Environment) -> Result<Box<dyn Transport>> {
        let network = Network::of(&self.network, environment, &self.base)?;
        Ok(Box::new(Http::new(&self.base, &network)?))
    }
}

/// `live` for the vendor's host, `local` for this machine, else the host.
pub(super) fn kind_of<'a>(api: &Api, base: &'a BaseUrl) -> &'a str {
    if base.is_loopback() {
        return "local";
    }
    // The place of the store in it is not a part of a URL.
    let vendor = store_address::address(api, None, Some(SANDBOX_STORE));
    match vendor.and_then(|vendor| BaseUrl::parse(&vendor)) {
        Ok(vendor) if vendor.host() == base.host() => "live",
        _ => base.host(),
    }
}

/// The flags that name the store, as they were given: with them a suggested
/// command works on the same one. Empty, or with a blank before each.
pub(super) fn target_flags(options: &Options) -> String {
    let mut flags = String::new();
    if options.sandbox {
        flags.push_str(" --sandbox");
    }
    let named = [
        ("profile", &options.profile),
        ("base-url", &options.base_url),
        ("store-hash", &options.store_hash),
        ("api-version", &options.api_version),
    ];
    for (flag, value) in named {
        if let Some(value) = value {
            let _ = write!(flags, " --{flag} {}", quoted(value));
        }
    }
    flags
}

/// Whether the sandbox within this process is meant.
pub(super) fn is_sandbox(options: &Options, environment: &Environment) -> Result<bool> {
    let other = [
        ("--base-url", options.base_url.is_some()),
        ("--profile", options.profile.is_some()),
        ("--store-hash", options.store_hash.is_some()),
    ];
    let other = other.into_iter().find(|(_, given)| *given);
    if let (true, Some((flag, _))) = (options.sandbox, other) {
        return Err(Error::usage(format!(
            "--sandbox and {flag} cannot be combined"
        )));
    }
    let wished = config::read(environment, variable::SANDBOX)?;
    let wished = wished.is_some_and(|word| !matches!(word, "0" | "false" | "no"));
    if wished && options.profile.is_some() && options.base_url.is_none() {
        // Anyone who has set it expects that no store is touched.
        return Err(Error::usage(format!(
            "--profile names a store, and {} is set",
            variable::SANDBOX
        ))
        .hint(format!("unset {} to work on a store", variable::SANDBOX)));
    }
    Ok(options.sandbox || (wished && options.base_url.is_none()))
}

impl Run {
    /// Works on the API that is given, else on that of the store that is asked for: a
    /// store that a base URL names, or the profile in use.
    pub(super) fn choose_family(
        &mut self,
        options: &Options,
        given: Option<&'static ApiFamily>,
    ) -> Result<()> {
        let families = || catalog::FAMILIES.iter().copied();
        let asked = match given {
            Some(given) => Some(given),
            None if options.store_hash.is_some() => {
                families().find(|family| family.newest().store.is_some())
            }
            None if is_sandbox(options, &self.environment)? => None,
            None => {
                let config = Settings::read(&self.folders()?)?.config;
                let profile = options.profile.as_deref();
                let (name, _) = config.choose(profile, &self.environment)?;
                let profile = config.find(&name);
                // A program with another set of commands works on its own API.
                let api = profile.and_then(|profile| profile.api.as_deref());
                api.and_then(catalog::family)
            }
        };
        self.family = asked.unwrap_or(self.family);
        Ok(())
    }

    /// The place that a command works on.
    pub(super) fn place(&self, options: &Options) -> Result<Target> {
        Target::choose(options, &self.environment, &self.folders()?, self.family)
    }

    /// A client of the place. Without a token this is an error, except for the
    /// sandbox.
    pub(super) fn client(&mut self, place: &Target) -> Result<Arc<Client>> {
        if place.sandbox {
            let (transport, token) = self.sandbox()?;
            return Ok(self.seen(place, transport, token));
        }
        let token = token::of(self, place)?;
        self.client_with(place, token)
    }

    /// A client of the place that sends that token.
    pub(super) fn client_with(&self, place: &Target, token: SecretString) -> Result<Arc<Client>> {
        let transport = if place.sandbox {
            self.sandbox()?.0
        } else {
            place.http(&self.environment)?
        };
        Ok(self.seen(place, transport, token))
    }

    /// A client of the customer portal of the place. `base` is where the token may
    /// go, `shown` is what is shown of it, and `around` makes of one the other.
    pub(super) fn portal_client(
        &self,
        place: &Target,
        base: &BaseUrl,
        shown: String,
        token: SecretString,
        around: impl FnOnce(Box<dyn Transport>) -> Box<dyn Transport>,
    ) -> Result<Arc<Client>> {
        let api = &crate::catalog::portal::API;
        let transport = if place.sandbox {
            self.sandbox()?.0
        } else {
            let network = Network::of(&place.network, &self.environment, base)?;
            Box::new(Http::new(base, &network)?) as Box<dyn Transport>
        };
        let transport = self
            .request_trace
            .around(around(transport), &self.clock, api, &token);
        let connection = Connection {
            base: shown,
            token,
            api,
            version: None,
            client_id: None,
            store: None,
        };
        let observer = Arc::new(self.reporter.voice());
        let recorder = Arc::new(self.recorder_of(place, api));
        let timing = self.timing.clone();
        Ok(place.client_of(transport, connection, timing, observer, recorder))
    }

    /// A client whose requests are shown where that was asked for.
    fn seen(
        &self,
        place: &Target,
        transport: Box<dyn Transport>,
        token: SecretString,
    ) -> Arc<Client> {
        let transport = self
            .request_trace
            .around(transport, &self.clock, place.api, &token);
        let observer = Arc::new(self.reporter.voice());
        let recorder = Arc::new(self.recorder(place));
        place.client(transport, token, self.timing.clone(), observer, recorder)
    }

    /// What writes of this command to a place are recorded with.
    fn recorder(&self, place: &Target) -> HistoryRecorder {
        self.recorder_of(place, place.api)
    }

    /// The same for writes to another API beside the place.
    fn recorder_of(&self, place: &Target, api: &'static Api) -> HistoryRecorder {
        let folders = self.folders().ok();
        let state = folders.and_then(|folders| folders.state().map(Path::to_owned));
        let voice = self.reporter.voice();
        HistoryRecorder::new(
            api,
            state,
            place.write_context(self.command.clone()),
            self.clock.clone(),
            Box::new(move |warning| voice.note(warning)),
        )
    }

    /// The sandbox within this process, and its token.
    pub(super) fn sandbox(&self) -> Result<(Box<dyn Transport>, SecretString)> {
        let folder = self.state_folder.clone();
        sandbox(
            self.family.newest(),
            &self.environment,
            folder,
            &self.clock,
            self.timing.sleep.clone(),
        )
    }
}

#[cfg(feature = "sandbox")]
use crate::commands::local::open as sandbox;

/// Without the sandbox there is nothing to open.
#[cfg(not(feature = "sandbox"))]
fn sandbox(
    _: &Api,
    _: &Environment,
    _: Option<PathBuf>,
    _: &Clock,
    _: Sleep,
) -> Result<(Box<dyn Transport>, SecretString)> {
    Err(Error::usage("this build has no sandbox")
        .hint("build it with the feature \"sandbox\", which is on by default"))
}

#[cfg(test)]
#[path = "connect_tests.rs"]
mod tests;
