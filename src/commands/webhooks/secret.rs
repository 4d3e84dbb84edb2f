//! `rc webhooks secret set`, and the client secret of a place for other commands:
//! from the environment, the keyring, or a file.

use clap::ArgMatches;
use secrecy::{ExposeSecret, SecretString};

use crate::cli::Options;
use crate::commands::connect::Target;
use crate::config::profile::NamedBy;
use crate::config::token_storage::{KeyringFailure, TokenFiles, TokenStorage};
use crate::config::{self, variable};
use crate::error::{Error, Kind, Result};
use crate::ui::Run;
use crate::webhooks::{secret, topics};

/// Where a new secret comes from, and where it goes.
#[derive(Debug)]
pub(super) struct SecretSource {
    with_secret: bool,
    keep: Option<TokenStorage>,
}

impl SecretSource {
    pub(super) fn of(matches: &ArgMatches) -> Self {
        Self {
            with_secret: matches.get_flag("with-secret"),
            keep: matches.get_one("keep").copied(),
        }
    }
}

/// Takes a secret and keeps it for the profile.
pub(super) fn set(run: &mut Run, options: &Options, source: &SecretSource) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows requests, and this command sends none",
        ));
    }
    let place = run.place(options)?;
    if place.sandbox {
        return Err(Error::usage("the built-in sandbox sends no webhooks")
            .hint("rc sandbox serve --client-secret chooses that of a served one"));
    }
    let secret = take(run, &place, source.with_secret)?;
    let kept = keep(run, &place, &secret, source.keep)?;
    let name = &place.profile.name;
    run.reporter.done(&format!(
        "the client secret of profile {name} is saved {}",
        in_words(kept)
    ));
    if config::read(&run.environment, variable::CLIENT_SECRET)?.is_some() {
        run.reporter.note(&format!(
            "{} is set and comes first; unset it to use the secret that was saved now",
            variable::CLIENT_SECRET
        ));
    }
    Ok(())
}

const fn in_words(kept: TokenStorage) -> &'static str {
    match kept {
        TokenStorage::Keyring => "in the keyring",
        TokenStorage::File => "in a file that only you can read",
    }
}

/// The secret: from standard input, or from the user.
fn take(run: &mut Run, place: &Target, with_secret: bool) -> Result<SecretString> {
    let typed = if with_secret {
        if run.terminal.stdin {
            return Err(Error::usage(
                "--with-secret reads a file or a pipe; typed here, the secret would show",
            )
            .hint("rc webhooks secret set asks for it without showing it"));
        }
        SecretString::from(run.stdin.text("-")?)
    } else if run.is_attended() {
        let typed = run
            .reporter
            .suspended(|| (run.ask_secret)("API client secret (not shown)"));
        let typed = typed.map(SecretString::from);
        typed.map_err(|_| Error::new(Kind::Interrupted, "cancelled; nothing was saved"))?
    } else {
        return Err(
            Error::usage("there is no terminal to ask for the client secret on")
                .hint("rc webhooks secret set --with-secret reads it from standard input")
                .hint(format!("or set {}", variable::CLIENT_SECRET)),
        );
    };
    let secret = secret::parse(&typed)?;
    // The token is taken for the secret more often than anything else.
    if let Some(token) = token(run, place)
        && token.expose_secret() == secret.expose_secret()
    {
        let at = topics::webhooks(place.api)?.secret_at;
        return Err(
            Error::usage("that is the access token, not the client secret")
                .hint(format!("the secret is in {at}")),
        );
    }
    Ok(secret)
}

/// The access token of a place, if there is one.
pub(super) fn token(run: &mut Run, place: &Target) -> Option<SecretString> {
    let search = crate::commands::token::search(run, place).ok()?;
    search.found.ok().flatten().map(|(token, _)| token)
}

/// Keeps a secret: in the keyring, and where there is none in a file.
fn keep(
    run: &mut Run,
    place: &Target,
    secret: &SecretString,
    keep: Option<TokenStorage>,
) -> Result<TokenStorage> {
    let account = account(place);
    let files = TokenFiles::below(run.folders()?.state());
    let named = account.clone();
    if keep == Some(TokenStorage::File) {
        // One that stays in the keyring would come before the file.
        match run.with_keyring(move |keyring| keyring.remove(&named)) {
            Ok(_) | Err(KeyringFailure::Absent(_)) => {}
            Err(failure) => return Err(failure.error("the client secret was not saved")),
        }
    } else {
        let value = secret.clone();
        match run.with_keyring(move |keyring| keyring.set(&named, &value)) {
            Ok(()) => {
                files.remove(&account)?;
                return Ok(TokenStorage::Keyring);
            }
            Err(failure @ KeyringFailure::Failed(_)) => {
                return Err(failure
                    .error("the client secret was not saved")
                    .hint("or save it in a file that only you can read: --keep file"));
            }
            Err(failure) if keep.is_some() => {
                return Err(failure.error("the client secret was not saved"));
            }
            Err(_) => {}
        }
    }
    files.set(&account, secret)?;
    Ok(TokenStorage::File)
}

fn account(place: &Target) -> String {
    let name = &place.profile.name;
    secret::account(place.api.name, name, place.base.as_str())
}

/// The client secret of a place, if it is known.
///
/// That of the environment comes first, unless a flag names the profile.
pub(in crate::commands) fn known(run: &mut Run, place: &Target) -> Result<Option<SecretString>> {
    let set = config::read(&run.environment, variable::CLIENT_SECRET)?.map(SecretString::from);
    if set.is_some() && place.named_by != NamedBy::Flag {
        return Ok(set);
    }
    if place.sandbox {
        return Ok(set.or_else(of_sandbox));
    }
    let account = account(place);
    let files = TokenFiles::below(run.folders()?.state());
    let named = account.clone();
    let found = match run.with_keyring(move |keyring| keyring.get(&named)) {
        Ok(found) => found,
        Err(KeyringFailure::Absent(_)) => None,
        Err(failure) => match files.get(&account)? {
            Some(found) => Some(found),
            None => {
                return Err(failure.error("the client secret cannot be taken from the keyring"));
            }
        },
    };
    let found = match found {
        Some(found) => Some(found),
        None => files.get(&account)?,
    };
    let found = found.map(|secret| secret::parse(&secret)).transpose()?;
    Ok(found.or(set))
}

#[cfg(feature = "sandbox")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "a build without the sandbox has none"
)]
fn of_sandbox() -> Option<SecretString> {
    Some(crate::sandbox::CLIENT_SECRET.into())
}

#[cfg(not(feature = "sandbox"))]
fn of_sandbox() -> Option<SecretString> {
    None
}

/// The client secret of a place, for messages that come from the API.
///
/// # Errors
/// Of kind `Access`: it is not known.
pub(in crate::commands) fn of(run: &mut Run, place: &Target) -> Result<SecretString> {
    if let Some(secret) = known(run, place)? {
        return Ok(secret);
    }
    let at = topics::webhooks(place.api)?.secret_at;
    let name = &place.profile.name;
    Err(Error::new(
        Kind::Access,
        format!("the client secret of profile {name} is not known"),
    )
    .hint(format!("it is in {at}; it is not the access token"))
    .hint("rc webhooks secret set saves it")
    .hint(format!("or set {}", variable::CLIENT_SECRET)))
}

/// The client secret of a place, for messages that are made here. Where none is
/// known one is made, kept, and shown this once.
pub(in crate::commands) fn of_or_made(run: &mut Run, place: &Target) -> Result<SecretString> {
    if let Some(secret) = known(run, place)? {
        return Ok(secret);
    }
    let made = secret::generate()?;
    let kept = keep(run, place, &made, None)?;
    let name = &place.profile.name;
    run.reporter.note(&format!(
        "messages are signed with a client secret that was created for profile {name} and saved \
         {}; your program checks signatures with it; it is not shown again: {}",
        in_words(kept),
        made.expose_secret()
    ));
    run.reporter
        .note("rc webhooks secret set replaces it with the one of Recharge");
    Ok(made)
}
