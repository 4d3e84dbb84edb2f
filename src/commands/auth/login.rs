//! `rc auth login`: a token is taken, checked, and kept. Nothing is kept before
//! the API has said what it is.

use secrecy::{ExposeSecret, SecretString};

use super::check::{self, TokenFacts};
use super::{credentials, of_a_store};
use crate::cli::Options;
use crate::commands::connect::{Target, is_sandbox};
use crate::commands::profile::run::changed_meanwhile;
use crate::config::credential::{check_length, token_of};
use crate::config::edit::{Edit, Setting};
use crate::config::login::{LockedLogins, Login, Logins, fingerprint};
use crate::config::profile::{DEFAULT, NamedBy, Profile};
use crate::config::settings::{LockedSettings, Settings};
use crate::config::token_storage::{KeyringFailure, TokenFiles, TokenStorage, account};
use crate::config::{self, store_address};
use crate::error::{Error, Kind, Result};
use crate::ui::Run;

/// What a token is read from.
pub(super) enum LoginSource {
    /// Anyone who sits there.
    Prompt,
    /// Standard input.
    Stdin,
    /// A file with credentials; `-` is standard input.
    File(String),
}

/// Takes a token for a profile.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    from: &LoginSource,
    keep: Option<TokenStorage>,
) -> Result<()> {
    let sandbox = is_sandbox(options, &run.environment)?;
    if sandbox {
        return of_a_store(&run.place(options)?);
    }
    let settings = Settings::read(&run.folders()?)?;
    let api = run.family.newest();
    let (name, named_by) =
        settings
            .config
            .choose_of(api, options.profile.as_deref(), &run.environment)?;
    let known = settings.config.find(&name).cloned();
    let profile = match &known {
        Some(_) => settings.config.profile_of(api, &name)?,
        None => Profile {
            api: (api.name != config::FIRST_API).then(|| api.name.to_owned()),
            ..Profile::named(&name)
        },
    };
    let (file, options) = match from {
        LoginSource::File(path) => {
            let file = credentials::read(run, path)?;
            let options = file.options(options);
            (Some(file), options)
        }
        LoginSource::Prompt | LoginSource::Stdin => (None, options.clone()),
    };
    let options = &options;
    if profile.credential_command.is_some() {
        return Err(
            Error::usage(format!("profile {name} takes its token from a command")).hint(format!(
                "rc profile set {name} --unset credential_command lets you log in"
            )),
        );
    }
    let new = known.is_none() && name != DEFAULT;
    let mut place = Target::of(profile, named_by, options, &run.environment, run.family)?;
    if let Some(id) = file.as_ref().and_then(|file| file.client_id.clone()) {
        place.client_id = Some(id);
    }
    // A folder that is not writable is detected before a token is asked for.
    settings.edited(&making(run, &settings, &place, new)?)?;
    if options.dry_run.is_some() {
        return rehearse(run, options, &place, new, keep);
    }
    let token = match file {
        Some(file) => {
            check_length(&file.token, "the token of the file")?;
            file.token
        }
        None => take(run, matches!(from, LoginSource::Stdin))?,
    };
    let client = run.client_with(&place, token.clone())?;
    let told = Run::wait(check::token(&client, &run.now(place.api)))?;
    let replaced = replacing(run, options, &place, &told)?;
    let login = Checked {
        place: &place,
        token: &token,
        told: &told,
        new,
        replaced,
    };
    let kept = match login.keep(run, keep)? {
        Ok(kept) => kept,
        Err(trouble) => {
            in_a_file_instead(run, options, &trouble)?;
            let in_file = login.keep(run, Some(TokenStorage::File))?;
            in_file.map_err(|trouble| trouble.error("the token was not saved"))?
        }
    };
    tell(run, &place, &told, kept, new)
}

/// The edits that make a profile at its first login. Where nothing else is in
/// use yet, it is.
fn making(run: &Run, settings: &Settings, place: &Target, new: bool) -> Result<Vec<Edit>> {
    let mut edits = naming_store(place);
    if !new {
        return Ok(edits);
    }
    let profile = place.profile.name.clone();
    edits.insert(0, Edit::Make(profile.clone()));
    let vendor = store_address::address(place.api, None, place.store.as_deref())?;
    if place.base.as_str() != vendor {
        edits.push(Edit::Set {
            profile: profile.clone(),
            key: "base_url",
            to: Some(Setting::Text(place.base.as_str().to_owned())),
        });
    }
    let logins = Logins::below(run.folders()?.state());
    let alone = logins.of_profile(DEFAULT).next().is_none();
    // Commands that name no API are for the first one.
    let is_first = place.api.name == config::FIRST_API;
    let is_only = settings.config.used.is_none() && settings.config.profiles.is_empty();
    if is_first && alone && is_only {
        edits.push(Edit::Use(profile));
    }
    Ok(edits)
}

/// The edits that note the store of an API whose base URL names it.
fn naming_store(place: &Target) -> Vec<Edit> {
    if place.api.store.is_none() {
        return Vec::new();
    }
    let api = Some(place.api.name.to_owned());
    let own = &place.profile;
    let noted = [
        ("api", &api, &None),
        ("store_hash", &place.store, &own.store_hash),
        ("client_id", &place.client_id, &own.client_id),
    ];
    let changed = noted
        .into_iter()
        .filter(|(_, now, before)| now.is_some() && now != before);
    let set = changed.map(|(key, now, _)| Edit::Set {
        profile: own.name.clone(),
        key,
        to: now.clone().map(Setting::Text),
    });
    set.collect()
}

fn rehearse(
    run: &mut Run,
    options: &Options,
    place: &Target,
    new: bool,
    keep: Option<TokenStorage>,
) -> Result<()> {
    crate::commands::profile::run::plain_dry_run(options)?;
    let name = &place.profile.name;
    let files = TokenFiles::below(run.folders()?.state());
    let file = files.path(&account(place.api.name, name, place.base.as_str()));
    let file = file.map_or_else(|| "a file".to_owned(), |path| path.display().to_string());
    let place_of_it = match keep {
        Some(TokenStorage::Keyring) => "in the keyring".to_owned(),
        Some(TokenStorage::File) => format!("in {file}"),
        None => format!("in the keyring, or where there is none in {file}"),
    };
    let made = if new {
        format!("create profile {name}\n")
    } else {
        String::new()
    };
    run.print(&format!(
        "take a token for profile {name}\n\
         check it: {}\n\
         {made}keep it {place_of_it}\n",
        questions(place)
    ))
}

/// The requests that check a token.
fn questions(place: &Target) -> String {
    let base = &place.base;
    if check::describes_tokens(place.api) {
        return format!("GET {base}/token_information and GET {base}/store");
    }
    let probes = check::probes(place.api).into_iter();
    let asked = probes.map(|(_, list)| format!("GET {base}{}", list.path));
    asked.collect::<Vec<_>>().join(", ")
}

/// The token: from standard input, or from the user.
fn take(run: &mut Run, with_token: bool) -> Result<SecretString> {
    if with_token && run.terminal.stdin {
        return Err(Error::usage(
            "--with-token reads a file or a pipe; typed here, the token would show",
        )
        .hint("rc auth login asks for it without showing it"));
    }
    if with_token {
        let text = SecretString::from(run.stdin.text("-")?);
        return whole(&text, "standard input");
    }
    if !run.is_attended() {
        return Err(Error::usage("there is no terminal to ask for the token on")
            .hint("rc auth login --with-token reads it from standard input")
            .hint(format!(
                "without a login, {} is used",
                run.family.newest().auth.variable
            )));
    }
    let typed = run
        .reporter
        .suspended(|| (run.ask_secret)("API token (not shown)"))
        .map(SecretString::from)
        .map_err(|_| Error::new(Kind::Interrupted, "cancelled; nothing was sent"))?;
    whole(&typed, "the typed text")
}

/// The token in a text. One that is too short is refused, except for that of
/// the sandbox, which is not a secret.
fn whole(text: &SecretString, from: &str) -> Result<SecretString> {
    let token = token_of(text.expose_secret(), from)?;
    if !is_public(&token) {
        check_length(&token, from)?;
    }
    Ok(token)
}

#[cfg(feature = "sandbox")]
fn is_public(token: &SecretString) -> bool {
    token.expose_secret() == crate::sandbox::TOKEN
}

#[cfg(not(feature = "sandbox"))]
fn is_public(_: &SecretString) -> bool {
    false
}

/// Asks before the token of one store takes the place of another's. Gives the
/// store whose token is replaced.
fn replacing(
    run: &mut Run,
    options: &Options,
    place: &Target,
    told: &TokenFacts,
) -> Result<Option<String>> {
    let name = &place.profile.name;
    let before = store_before(&Logins::below(run.folders()?.state()), place);
    if let (Some(before), Some(now)) = (&before, &told.store)
        && before != now
    {
        let question =
            format!("Replace the token of \"{before}\" in profile {name} by one of \"{now}\"?");
        run.confirm(options, &question)?;
    }
    Ok(before)
}

fn store_before(logins: &Logins, place: &Target) -> Option<String> {
    let login = logins.of(place.api.name, &place.profile.name, place.base.as_str());
    login.and_then(|login| login.store.clone())
}

/// A token that the API knows, on its way to where it is kept.
struct Checked<'a> {
    place: &'a Target,
    token: &'a SecretString,
    told: &'a TokenFacts,
    /// Whether the login makes the profile.
    new: bool,
    /// The store whose token was there when that was asked about.
    replaced: Option<String>,
}

impl Checked<'_> {
    /// Keeps the token in one step: no one else changes settings, notes or
    /// tokens meanwhile. Asks nothing; where there is no keyring and no place
    /// was chosen, says why and changes nothing.
    ///
    /// # Errors
    /// The profile or its token was changed since the questions were asked.
    fn keep(
        &self,
        run: &mut Run,
        keep: Option<TokenStorage>,
    ) -> Result<Result<TokenStorage, KeyringFailure>> {
        let folders = run.folders()?;
        let settings = LockedSettings::take(&folders)?;
        let mut logins = LockedLogins::take(folders.state())?;
        self.check(&settings.settings, &logins.logins)?;
        let edits = making(run, &settings.settings, self.place, self.new)?;
        let account = account(
            self.place.api.name,
            &self.place.profile.name,
            self.place.base.as_str(),
        );
        let files = TokenFiles::below(folders.state());
        if keep != Some(TokenStorage::File) {
            let (named, token) = (account.clone(), self.token.clone());
            match run.with_keyring(move |keyring| keyring.set(&named, &token)) {
                Ok(()) => {}
                Err(trouble @ KeyringFailure::Failed(_)) => {
                    return Err(trouble
                        .error("the token was not saved")
                        .hint("or save it in a file that only you can read: --keep file"));
                }
                Err(trouble) if keep.is_some() => {
                    return Err(trouble
                        .error("the token was not saved")
                        .hint("--keep file saves it in a file that only you can read"));
                }
                Err(trouble) => return Ok(Err(trouble)),
            }
            if let Err(error) = settings.edit(&edits) {
                // A token without its profile would never be removed.
                let _ = run.with_keyring(move |keyring| keyring.remove(&account));
                return Err(error);
            }
            files.remove(&account)?;
            self.note(run, &mut logins, TokenStorage::Keyring);
            return Ok(Ok(TokenStorage::Keyring));
        }
        settings.edit(&edits)?;
        let path = files.set(&account, self.token)?;
        let before = logins.logins.of(
            self.place.api.name,
            &self.place.profile.name,
            self.place.base.as_str(),
        );
        if before.is_some_and(|login| login.kept == TokenStorage::Keyring)
            && let Err(trouble) = run.with_keyring(move |keyring| keyring.remove(&account))
        {
            run.reporter.note(&format!(
                "the token that was saved before is still in the keyring: {}",
                trouble.reason()
            ));
        }
        self.note(run, &mut logins, TokenStorage::File);
        run.reporter.note(&format!(
            "the token is saved in {}, which only you can read; it is not encrypted",
            path.display()
        ));
        Ok(Ok(TokenStorage::File))
    }

    /// Refuses when what was decided before the lock no longer holds.
    fn check(&self, settings: &Settings, logins: &Logins) -> Result<()> {
        let asked_about = &self.place.profile;
        let same = match settings.config.find(&asked_about.name) {
            Some(now) if self.new => {
                now.credential_command.is_none()
                    && now.own_base(self.place.api) == self.place.base.as_str()
            }
            Some(now) => now == asked_about,
            None => self.new || asked_about.name == DEFAULT,
        };
        if same && store_before(logins, self.place) == self.replaced {
            return Ok(());
        }
        let name = &asked_about.name;
        Err(changed_meanwhile(name).hint(format!("log in again: rc auth login --profile {name}")))
    }

    /// Notes the login. The token is kept also where that fails; only its
    /// store is not known by name then.
    fn note(&self, run: &mut Run, logins: &mut LockedLogins, kept: TokenStorage) {
        let noted = logins.note(Login {
            api: self.place.api.name.to_owned(),
            profile: self.place.profile.name.clone(),
            base_url: self.place.base.as_str().to_owned(),
            kept,
            fingerprint: fingerprint(self.token),
            store: self.told.store.clone(),
            scopes: self.told.scopes.clone(),
            checked_at: (run.clock)().to_string(),
        });
        if let Err(error) = noted {
            run.reporter.note(&error.to_string());
        }
    }
}

fn in_a_file_instead(run: &mut Run, options: &Options, trouble: &KeyringFailure) -> Result<()> {
    if run.is_attended() {
        return run.confirm(
            options,
            &format!(
                "Save the token in a file that only you can read? ({})",
                trouble.reason()
            ),
        );
    }
    run.reporter.note(trouble.reason());
    Ok(())
}

fn tell(
    run: &mut Run,
    place: &Target,
    told: &TokenFacts,
    kept: TokenStorage,
    new: bool,
) -> Result<()> {
    let name = &place.profile.name;
    let store = told.store.as_deref();
    let store = store.unwrap_or("a store whose name the token may not read");
    let kept = match kept {
        TokenStorage::Keyring => "in the keyring",
        TokenStorage::File => "in a file",
    };
    run.reporter.done(&format!(
        "logged in to {} as profile {name}; the token is saved {kept}",
        crate::output::visible::one_line(store)
    ));
    let scopes = told.scopes.join(", ");
    run.reporter.done(&format!(
        "its scopes: {}",
        crate::output::visible::one_line(&scopes)
    ));
    let config = Settings::read(&run.folders()?)?.config;
    let used = config.used.as_deref().unwrap_or(DEFAULT);
    if new && used != name {
        run.reporter.done(&format!(
            "commands use profile {used}; change that with: rc profile use {name}"
        ));
    }
    let variable = place.api.auth.variable;
    if config::read(&run.environment, variable)?.is_some() && place.named_by != NamedBy::Flag {
        run.reporter.note(&format!(
            "{variable} is set and comes first; unset it to use the token that was saved now"
        ));
    }
    let own = place.profile.own_base(place.api);
    if !new && own != place.base.as_str() {
        run.reporter.note(&format!(
            "the token is for {} only, and profile {name} works on {own}",
            place.base
        ));
    }
    Ok(())
}
