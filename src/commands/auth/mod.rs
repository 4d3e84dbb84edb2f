//! `rc auth …`: taking a token, keeping it, telling what it is worth, and
//! letting it go. The token is printed by `rc auth token` and by nothing else.

mod args;
pub(super) mod check;
mod credentials;
mod login;
pub(super) mod logout;
mod spec;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::{Command, no_files, verb_of};
use crate::catalog;
use crate::cli::Options;
use crate::commands::connect::Target;
use crate::commands::token;
use crate::config::credential::TokenSource;
use crate::error::{Error, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use args::Auth;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| {
        let (verb, matches) = verb_of(matches)?;
        run.choose_family(options, args::family(matches))?;
        self::run(run, options, args::auth_of(verb, matches))
    },
};

/// `rc login`, which help does not list.
pub(super) const LOGIN: Command = Command {
    spec: spec::LOGIN,
    files: no_files,
    run: |run, options, matches| {
        run.choose_family(options, args::family(matches))?;
        self::run(run, options, args::auth_of("login", matches))
    },
};

/// `rc whoami`, which help does not list.
pub(super) const WHOAMI: Command = Command {
    spec: spec::WHOAMI,
    files: no_files,
    run: |run, options, _| {
        run.choose_family(options, None)?;
        self::run(run, options, Auth::Status)
    },
};

/// Does what was asked about the token.
fn run(run: &mut Run, options: &Options, asked: Auth) -> Result<()> {
    match asked {
        Auth::Login {
            with_token,
            from_file,
            keep,
        } => {
            let from = match from_file {
                Some(file) => login::LoginSource::File(file),
                None if with_token => login::LoginSource::Stdin,
                None => login::LoginSource::Prompt,
            };
            login::run(run, options, &from, keep)
        }
        Auth::Logout => logout::run(run, options),
        Auth::Status | Auth::Token if options.dry_run.is_some() => Err(Error::usage(
            "--dry-run shows what would be changed, and this command changes nothing",
        )),
        Auth::Status => status(run, options),
        Auth::Token => show(run, options),
    }
}

/// Refuses to keep a token for the sandbox, which has one.
fn of_a_store(place: &Target) -> Result<()> {
    if place.sandbox {
        return Err(Error::usage("the sandbox needs no login")
            .hint("leave out --sandbox, and unset RECHARGE_SANDBOX, to log in to a store"));
    }
    Ok(())
}

fn show(run: &mut Run, options: &Options) -> Result<()> {
    let place = run.place(options)?;
    let token = if place.sandbox {
        in_sandbox(run)?
    } else {
        token::of(run, &place)?
    };
    if run.terminal.stdout {
        run.reporter
            .note("the token gives anyone who has it access to the store, within its scopes");
    }
    run.print(&format!("{}\n", token.expose_secret()))
}

#[cfg(feature = "sandbox")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "a build without a sandbox has none"
)]
fn in_sandbox(_: &Run) -> Result<SecretString> {
    Ok(crate::sandbox::TOKEN.into())
}

#[cfg(not(feature = "sandbox"))]
fn in_sandbox(_: &Run) -> Result<SecretString> {
    Err(Error::usage("this build has no sandbox"))
}

/// Tells the store, the token's worth, and why it is this token.
fn status(run: &mut Run, options: &Options) -> Result<()> {
    let place = run.place(options)?;
    let mut printer = Printer::prepare(run, options, Shape::One, Described::default())?;
    let (token, source, said) = if place.sandbox {
        (in_sandbox(run)?, "sandbox", Vec::new())
    } else {
        let search = token::search(run, &place)?;
        match search.found {
            Ok(Some((token, source))) => (token, source.name(), search.said),
            Ok(None) => {
                printer.break_off();
                return Err(explained(token::missing(&place, &[]), &search.said));
            }
            Err(error) => return Err(explained(error, &search.said)),
        }
    };
    let client = run.client_with(&place, token.clone())?;
    let told = Run::wait(check::token(&client, &run.now(place.api)))?;
    printer.record(&record(&place, &token, source, &said, &told).to_string())?;
    printer.finish()?;
    Ok(())
}

/// An error that says what each source said.
fn explained(error: Error, said: &[(TokenSource, String)]) -> Error {
    said.iter().fold(error, |error, (source, said)| {
        error.hint(format!("{}: {said}", source.name()))
    })
}

fn record(
    place: &Target,
    token: &SecretString,
    source: &str,
    said: &[(TokenSource, String)],
    told: &check::TokenFacts,
) -> Value {
    let bucket = place.api.rate.bucket(token.expose_secret());
    let multiplier = bucket.map(|_| {
        let multiplier = catalog::recharge::multiplier(token.expose_secret());
        let (leak, size) = multiplier.unwrap_or((1.0, 1.0));
        format!("{leak}x{size}")
    });
    let sources: Map<String, Value> = said
        .iter()
        .map(|(source, said)| (source.name().to_owned(), said.as_str().into()))
        .collect();
    let sandbox = place.sandbox;
    json!({
        "store": told.store,
        "profile": (!sandbox).then_some(&place.profile.name),
        "profile_by": (!sandbox).then(|| place.named_by.name()),
        "protected": place.is_protected(),
        "base_url": (!sandbox).then(|| place.base.as_str()),
        "api_version": place.version(),
        "token": {
            "name": told.name,
            "source": source,
            "rate_multiplier": multiplier,
        },
        "sources": sources,
        "scopes": told.scopes,
    })
}
