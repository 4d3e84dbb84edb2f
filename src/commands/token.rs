//! The token of a place: the sources of this user, asked in order.

use std::cell::RefCell;

use secrecy::SecretString;

use crate::commands::connect::{KnownToken, Target};
use crate::config;
use crate::config::credential::{self, SourceLookup, SourceResult, TokenSearch, TokenSource};
use crate::config::keyring::patiently;
use crate::config::login::Logins;
use crate::config::profile::NamedBy;
use crate::config::store_address;
use crate::config::token_storage::{Keyring, KeyringFailure, TokenFiles, TokenStorage, account};
use crate::error::{Error, Kind, Result};
use crate::ui::Run;

/// The token to send to a place. Its known facts are saved with the place.
pub(super) fn of(run: &mut Run, place: &Target) -> Result<SecretString> {
    let search = search(run, place)?;
    match search.found {
        Ok(Some((token, _))) => Ok(token),
        Ok(None) => Err(missing(place, &search.said)),
        Err(error) => Err(error),
    }
}

/// Looks for the token, and says what each source said.
pub(super) fn search(run: &mut Run, place: &Target) -> Result<TokenSearch> {
    let folders = run.folders()?;
    let logins = Logins::below(folders.state());
    let files = TokenFiles::below(folders.state());
    let base = place.base.as_str();
    let account = account(place.api.name, &place.profile.name, base);
    let kept = logins
        .of(place.api.name, &place.profile.name, base)
        .map(|login| login.kept);
    let attended = run.is_attended();
    let Run {
        environment,
        reporter: talk,
        keyring,
        ..
    } = run;
    let talk = RefCell::new(talk);
    let sources: Vec<(TokenSource, SourceLookup<'_>)> = vec![
        (
            TokenSource::Environment(place.api.auth.variable),
            Box::new(|| {
                Ok(in_environment(
                    config::read(environment, place.api.auth.variable)?,
                    place,
                ))
            }),
        ),
        (
            TokenSource::Command,
            Box::new(|| match command(place) {
                Ok(command) => {
                    let tell = |line: &str| talk.borrow_mut().note(line);
                    credential::run(command, environment, tell).map(SourceResult::Token)
                }
                Err(nothing) => Ok(nothing),
            }),
        ),
        (
            TokenSource::Keyring,
            Box::new(|| {
                if kept == Some(TokenStorage::File) {
                    return Ok(SourceResult::Nothing(
                        "the token was put into the file".to_owned(),
                    ));
                }
                let tell = |note: &str| talk.borrow_mut().note(note);
                let account = account.clone();
                let get = move |keyring: &dyn Keyring| keyring.get(&account);
                in_keyring(patiently(keyring, attended, tell, get), kept)
            }),
        ),
        (
            TokenSource::File,
            Box::new(|| {
                let found = files.get(&account)?;
                Ok(found.map_or_else(nothing, SourceResult::Token))
            }),
        ),
    ];
    let search = credential::search(sources);
    if let Ok(Some((token, source))) = &search.found {
        place.knows(KnownToken {
            source: *source,
            login: logins.of_token(token, base).cloned(),
        });
    }
    Ok(search)
}

impl Run {
    /// Does something with the keyring, within bounds.
    pub(super) fn with_keyring<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&dyn Keyring) -> Result<T, KeyringFailure> + Send + 'static,
    ) -> Result<T, KeyringFailure> {
        let attended = self.is_attended();
        patiently(
            &self.keyring,
            attended,
            |note| self.reporter.note(note),
            work,
        )
    }
}

fn nothing() -> SourceResult {
    SourceResult::Nothing("no token".to_owned())
}

fn in_environment(token: Option<&str>, place: &Target) -> SourceResult {
    match token {
        None => SourceResult::Nothing("not set".to_owned()),
        // The token of another store must not go where the flag points.
        Some(_) if place.named_by == NamedBy::Flag => {
            SourceResult::Nothing("set, but --profile comes first".to_owned())
        }
        Some(token) => SourceResult::Token(token.into()),
    }
}

/// The command that has the token for that address.
fn command(place: &Target) -> Result<&str, SourceResult> {
    let Some(command) = &place.profile.credential_command else {
        return Err(SourceResult::Nothing("not set".to_owned()));
    };
    let own = place.profile.own_base(place.api);
    if own == place.base.as_str() {
        return Ok(command);
    }
    Err(SourceResult::Nothing(format!("set for {own} only")))
}

/// A keyring that fails is passed over, unless the token is known to be there.
fn in_keyring(
    found: Result<Option<SecretString>, KeyringFailure>,
    kept: Option<TokenStorage>,
) -> Result<SourceResult> {
    match found {
        Ok(Some(token)) => Ok(SourceResult::Token(token)),
        Ok(None) => Ok(nothing()),
        Err(trouble) if kept == Some(TokenStorage::Keyring) => {
            Err(trouble.error("the token cannot be taken from the keyring"))
        }
        Err(trouble) => Ok(SourceResult::Nothing(trouble.reason().to_owned())),
    }
}

/// That there is none, and what to do.
pub(super) fn missing(place: &Target, said: &[(TokenSource, String)]) -> Error {
    let name = &place.profile.name;
    let (of, flag) = match place.named_by {
        NamedBy::Nobody => (String::new(), String::new()),
        _ => (format!(" for profile {name}"), format!(" --profile {name}")),
    };
    let vendor = store_address::address(place.api, None, place.store.as_deref());
    let at = if vendor.is_ok_and(|vendor| vendor == place.base.as_str()) {
        String::new()
    } else {
        format!(" at {}", place.base)
    };
    // A login is for the first API unless it says otherwise.
    let kind = match place.api.credential_file {
        Some(_) => format!(" --{} --from-file FILE", place.api.name),
        None => String::new(),
    };
    let error = Error::new(Kind::Access, format!("no API token{of}{at}"))
        .hint(format!("rc auth login{kind}{flag} saves one"))
        .hint(format!(
            "or set {} to a token of your store",
            place.api.auth.variable
        ))
        .hint("or try it without one: rc --sandbox …");
    let keyring = said
        .iter()
        .find(|(source, said)| *source == TokenSource::Keyring && said != "no token");
    match keyring {
        Some((_, said)) => error.hint(format!("keyring: {said}")),
        None => error,
    }
}
