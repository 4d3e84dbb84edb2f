//! `rc profile …`: settings for many stores. What is written keeps what a
//! person wrote; what is wrong is found before anything is written.

use serde_json::{Value, json};

use super::args::Profiles;
use crate::catalog::{self, Api};
use crate::cli::{DryRun, Options};
use crate::commands::auth;
use crate::commands::connect::{is_sandbox, kind_of};
use crate::config::edit::{Edit, Setting};
use crate::config::login::Logins;
use crate::config::profile::{
    Config, DEFAULT, LIMIT, PROFILE_KEYS, Profile, check_columns, check_command, check_name,
};
use crate::config::settings::{LockedSettings, Settings};
use crate::config::{BaseUrl, Colour, variable};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::output::{Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Does what was asked about profiles.
pub(in crate::commands) fn run(run: &mut Run, options: &Options, asked: &Profiles) -> Result<()> {
    if options.sandbox {
        is_sandbox(options, &run.environment)?;
        return Err(Error::usage("the sandbox needs no profile"));
    }
    let settings = Settings::read(&run.folders()?)?;
    match asked {
        Profiles::List | Profiles::Show(_) if options.dry_run.is_some() => Err(Error::usage(
            "--dry-run shows what would be changed, and this command changes nothing",
        )),
        Profiles::List => list(run, options, &settings.config),
        Profiles::Show(name) => show(run, options, &settings.config, name.as_deref()),
        Profiles::Use(name) => {
            let edits = [Edit::Use(name.clone())];
            let told = format!("commands now use profile {name}");
            let there = |config: &Config| config.profile(name).map(drop);
            change(run, options, &settings, &edits, there, &told)?;
            shadowed(run, options)
        }
        Profiles::Set {
            name,
            protected,
            credential_command,
            limit,
            unset,
        } => {
            check_name(name)?;
            check_supported(options)?;
            let given = GivenSettings {
                name,
                protected: *protected,
                command: credential_command.as_deref(),
                limit: *limit,
                unset,
            };
            let edits = given.edits(options)?;
            let told = format!("profile {name} is set");
            change(run, options, &settings, &edits, |_| Ok(()), &told)
        }
        Profiles::Remove(name) => remove(run, options, &settings, name),
    }
}

/// A dry run that prints no request has one form.
pub(in crate::commands) fn plain_dry_run(options: &Options) -> Result<()> {
    if matches!(options.dry_run, Some(DryRun::Curl | DryRun::Diff)) {
        return Err(Error::usage(
            "--dry-run=curl and --dry-run=diff show requests; use --dry-run here",
        ));
    }
    Ok(())
}

/// Writes edits, or prints the file as it would be. `check` decides by what
/// the file says at that moment.
fn change(
    run: &mut Run,
    options: &Options,
    settings: &Settings,
    edits: &[Edit],
    check: impl Fn(&Config) -> Result<()>,
    told: &str,
) -> Result<()> {
    if options.dry_run.is_some() {
        check(&settings.config)?;
        return rehearse(run, options, settings, edits);
    }
    let locked = LockedSettings::take(&run.folders()?)?;
    check(&locked.settings.config)?;
    locked.edit(edits)?;
    run.reporter.done(told);
    Ok(())
}

fn rehearse(run: &mut Run, options: &Options, settings: &Settings, edits: &[Edit]) -> Result<()> {
    plain_dry_run(options)?;
    let text = settings.edited(edits)?;
    if let Some(path) = settings.path() {
        run.reporter.note(&format!("{} would be:", path.display()));
    }
    run.print(&text)
}

/// Says when something comes before the profile in use.
fn shadowed(run: &mut Run, options: &Options) -> Result<()> {
    if options.dry_run.is_none()
        && let Some(name) = crate::config::read(&run.environment, variable::PROFILE)?
    {
        let told = format!("{} is set to {name} and comes first", variable::PROFILE);
        run.reporter.note(&told);
    }
    Ok(())
}

/// Refuses flags that a profile does not keep: they would do nothing.
fn check_supported(options: &Options) -> Result<()> {
    let output = &options.output;
    let network = &options.network;
    let given = [
        ("--jq", output.jq.is_some()),
        ("--raw", output.raw),
        ("--slurp", output.slurp),
        ("--jq-errors", output.jq_errors.is_some()),
        ("--excel", output.excel),
        ("--out", output.out.is_some()),
        ("--color", options.colour != Colour::Auto),
        ("--ca-file", network.ca_file.is_some()),
        ("--system-ca", network.system_ca),
        ("--timeout", network.timeout.is_some()),
        ("--max-retries", options.max_retries.is_some()),
        ("--max-time", options.max_time.is_some()),
        ("--fail-fast", options.fail_fast),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) => Err(Error::usage(format!("a profile does not save {flag}"))
            .hint(format!("it saves {}", PROFILE_KEYS.join(", ")))),
        None => Ok(()),
    }
}

/// What was given for a profile.
struct GivenSettings<'a> {
    name: &'a str,
    protected: Option<bool>,
    command: Option<&'a str>,
    limit: Option<u64>,
    unset: &'a [&'static str],
}

impl GivenSettings<'_> {
    fn edits(&self, options: &Options) -> Result<Vec<Edit>> {
        if let Some(url) = &options.base_url {
            BaseUrl::parse(url)?;
        }
        self.command.map_or(Ok(()), check_command)?;
        let columns = options.output.columns.as_deref();
        columns.map_or(Ok(()), check_columns)?;
        if self.limit == Some(0) {
            return Err(Error::usage("a limit of 0 would list nothing")
                .hint("--unset limit removes the limit"));
        }
        let text = |text: &str| Setting::Text(text.to_owned());
        // A store that a base URL names is one of an API whose base URLs do.
        let mut families = catalog::FAMILIES.iter().map(|family| family.newest());
        let api = families.find(|api| options.store_hash.is_some() && api.store.is_some());
        let api = api.map(|api| api.name);
        let set = [
            ("api", api.map(text)),
            ("store_hash", options.store_hash.as_deref().map(text)),
            ("base_url", options.base_url.as_deref().map(text)),
            ("api_version", options.api_version.as_deref().map(text)),
            ("protected", self.protected.map(Setting::Switch)),
            ("credential_command", self.command.map(text)),
            ("output", options.output.format.map(Format::name).map(text)),
            ("columns", columns.map(text)),
            (LIMIT, self.limit.map(Setting::Count)),
        ];
        let set: Vec<_> = set
            .into_iter()
            .filter_map(|(key, to)| Some((key, to?)))
            .collect();
        if let Some((key, _)) = set.iter().find(|(key, _)| self.unset.contains(key)) {
            return Err(Error::usage(format!("{key} cannot be set and unset")));
        }
        let mut edits = vec![Edit::Make(self.name.to_owned())];
        let edit = |key, to| Edit::Set {
            profile: self.name.to_owned(),
            key,
            to,
        };
        edits.extend(self.unset.iter().map(|key| edit(key, None)));
        edits.extend(set.into_iter().map(|(key, to)| edit(key, Some(to))));
        Ok(edits)
    }
}

fn remove(run: &mut Run, options: &Options, settings: &Settings, name: &str) -> Result<()> {
    let Some(profile) = settings.config.find(name).cloned() else {
        settings.config.profile(name)?;
        return Err(Error::usage(format!("nothing is set for profile {name}"))
            .hint("rc auth logout removes its token"));
    };
    if let Some(family) = catalog::family(profile.api_name()).filter(|_| profile.api.is_some()) {
        run.family = family;
    }
    let edits = [Edit::Remove(name.to_owned())];
    if options.dry_run.is_some() {
        return rehearse(run, options, settings, &edits);
    }
    settings.edited(&edits)?;
    let stores = stores_of(run, name)?;
    run.confirm(
        options,
        &removal_question(run.family.newest(), &profile, &stores),
    )?;
    let locked = LockedSettings::take(&run.folders()?)?;
    let now = locked.settings.config.find(name);
    if now != Some(&profile) || stores_of(run, name)? != stores {
        return Err(changed_meanwhile(name).hint(format!("rc profile show {name}")));
    }
    // First the token: a profile that is gone cannot be logged out.
    auth::logout::forget(run, name, &profile.own_base(run.family.newest()))?;
    locked.edit(&edits)?;
    run.reporter.done(&format!("profile {name} is removed"));
    Ok(())
}

/// `Remove profile garden and its token for "The Garden" [live, protected]?`
fn removal_question(api: &Api, profile: &Profile, stores: &[String]) -> String {
    let name = &profile.name;
    if stores.is_empty() {
        return format!("Remove profile {name} and the token that is saved for it?");
    }
    let quoted: Vec<String> = stores.iter().map(|store| format!("\"{store}\"")).collect();
    let tokens = if stores.len() == 1 { "token" } else { "tokens" };
    let base = BaseUrl::parse(&profile.own_base(api));
    let kind = base
        .as_ref()
        .map_or("unknown host", |base| kind_of(api, base));
    let protected = if profile.protected { ", protected" } else { "" };
    let stores = quoted.join(", ");
    format!("Remove profile {name} and its {tokens} for {stores} [{kind}{protected}]?")
}

/// The stores that tokens of a profile are for, as they were named at login.
fn stores_of(run: &Run, name: &str) -> Result<Vec<String>> {
    let logins = Logins::below(run.folders()?.state());
    let stores = logins.of_profile(name);
    Ok(stores.filter_map(|login| login.store.clone()).collect())
}

/// The error of a command that finds another state than it asked about.
pub(in crate::commands) fn changed_meanwhile(name: &str) -> Error {
    let message = format!("profile {name} was changed by another command; nothing was changed");
    Error::new(Kind::Partial, message)
}

fn list(run: &mut Run, options: &Options, config: &Config) -> Result<()> {
    let (used, _) = config.choose(options.profile.as_deref(), &run.environment)?;
    let logins = Logins::below(run.folders()?.state());
    let mut profiles = config.profiles.clone();
    // The profile in use exists, even where nothing is set for it.
    if config.find(DEFAULT).is_none()
        && (used == DEFAULT || logins.of_profile(DEFAULT).next().is_some())
    {
        profiles.insert(0, Profile::named(DEFAULT));
    }
    let described = Described::of_keys(&RECORD_KEYS);
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    for profile in profiles {
        let record = record(run.family.newest(), &profile, &used, &logins);
        if printer.record(&record.to_string())? == Flow::Enough {
            break;
        }
    }
    printer.finish()?;
    Ok(())
}

fn show(run: &mut Run, options: &Options, config: &Config, name: Option<&str>) -> Result<()> {
    let (used, _) = config.choose(options.profile.as_deref(), &run.environment)?;
    let profile = config.profile(name.unwrap_or(&used))?;
    let logins = Logins::below(run.folders()?.state());
    let described = Described::of_keys(&RECORD_KEYS);
    let mut printer = Printer::prepare(run, options, Shape::One, described)?;
    printer.record(&record(run.family.newest(), &profile, &used, &logins).to_string())?;
    printer.finish()?;
    Ok(())
}

/// The keys of the record of a profile.
const RECORD_KEYS: [&str; 13] = [
    "name",
    "api",
    "store_hash",
    "in_use",
    "store",
    "token",
    "protected",
    "base_url",
    "api_version",
    "credential_command",
    "output",
    "columns",
    LIMIT,
];

fn record(api: &'static Api, profile: &Profile, used: &str, logins: &Logins) -> Value {
    let api = catalog::family(profile.api_name()).map_or(api, catalog::ApiFamily::newest);
    let login = logins.of(api.name, &profile.name, &profile.own_base(api));
    json!({
        "name": profile.name,
        "api": api.name,
        "store_hash": profile.store_hash,
        "in_use": profile.name == used,
        "store": login.and_then(|login| login.store.clone()),
        "token": match (&profile.credential_command, login) {
            (Some(_), _) => Some("credential_command"),
            (None, Some(login)) => Some(match login.kept {
                crate::config::token_storage::TokenStorage::Keyring => "keyring",
                crate::config::token_storage::TokenStorage::File => "file",
            }),
            (None, None) => None,
        },
        "protected": profile.protected,
        "base_url": profile.base_url,
        "api_version": profile.api_version,
        "credential_command": profile.credential_command,
        "output": profile.output,
        "columns": profile.columns,
        LIMIT: profile.limit,
    })
}
