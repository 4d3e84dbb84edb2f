//! `rc auth logout`: a token is removed wherever it was put.

use super::of_a_store;
use crate::cli::Options;
use crate::config;
use crate::config::login::{LockedLogins, Logins};
use crate::config::token_storage::{TokenFiles, TokenStorage, account};
use crate::error::{Error, Result};
use crate::ui::Run;

/// Removes the tokens of the profile, of every address that they were for.
pub(super) fn run(run: &mut Run, options: &Options) -> Result<()> {
    let place = run.place(options)?;
    of_a_store(&place)?;
    let name = place.profile.name.clone();
    let base = place.base.as_str().to_owned();
    if options.dry_run.is_some() {
        crate::commands::profile::run::plain_dry_run(options)?;
        let logins = Logins::below(run.folders()?.state());
        let lines = removable(&logins, &name, &base)
            .into_iter()
            .map(|(base, _)| format!("remove the token of profile {name} for {base}\n"));
        let text: String = lines.collect();
        return run.print(&text);
    }
    let removed = forget(run, &name, &base)?;
    if removed == 0 {
        run.reporter
            .note(&format!("no token is saved for profile {name}"));
    } else {
        run.reporter.done(&format!(
            "the token of profile {name} is removed from this machine; it stays valid until it is \
             deleted in {}",
            place.api.title
        ));
    }
    let variable = place.api.auth.variable;
    if config::read(&run.environment, variable)?.is_some() {
        run.reporter.note(&format!("{variable} is still set"));
    }
    Ok(())
}

/// The addresses that a profile may have tokens for, and where they were put.
fn removable(logins: &Logins, profile: &str, base: &str) -> Vec<(String, Option<TokenStorage>)> {
    let mut found: Vec<(String, Option<TokenStorage>)> = logins
        .of_profile(profile)
        .map(|login| (login.base_url.clone(), Some(login.kept)))
        .collect();
    if !found.iter().any(|(known, _)| known == base) {
        found.push((base.to_owned(), None));
    }
    found
}

/// Removes the tokens of a profile; gives how many there were. One that cannot
/// be removed is an error, after all others are.
pub(crate) fn forget(run: &mut Run, profile: &str, base: &str) -> Result<usize> {
    let folders = run.folders()?;
    let files = TokenFiles::below(folders.state());
    let mut locked = LockedLogins::take(folders.state())?;
    let (mut removed, mut trouble) = (0, None);
    for (base, kept) in removable(&locked.logins, profile, base) {
        let account = account(run.family.newest().name, profile, &base);
        let named = account.clone();
        let in_keyring = match run.with_keyring(move |keyring| keyring.remove(&named)) {
            Ok(was) => Ok(was),
            // A token that is known to be there is still there.
            Err(reason) if kept == Some(TokenStorage::Keyring) => {
                Err(reason.error("the token is still in the keyring"))
            }
            Err(reason) => {
                if matches!(
                    reason,
                    crate::config::token_storage::KeyringFailure::Failed(_)
                ) {
                    run.reporter.note(&format!(
                        "the keyring was not searched: {}",
                        reason.reason()
                    ));
                }
                Ok(false)
            }
        };
        match (in_keyring, files.remove(&account)) {
            (Ok(keyring), Ok(file)) => {
                removed += usize::from(keyring || file);
                locked.forget(profile, &base)?;
            }
            (Err(error), _) | (_, Err(error)) => trouble = trouble.or(Some(error)),
        }
    }
    trouble.map_or(Ok(removed), Err::<usize, Error>)
}
