//! Before a write: may the token do it at all? What was so at login is known;
//! when it says no, the API is asked again, as scopes can be given later.
//!
//! Only what the reference documents is compared with the token, and only for
//! writes: a read that is refused has done no harm.

use crate::api::client::Client;
use crate::catalog::{Effect, Operation};
use crate::commands::auth;
use crate::commands::connect::Target;
use crate::config::login::{LockedLogins, Login};
use crate::error::{Error, Kind, Result};
use crate::ui::Run;

/// Refuses a write that the token may not do; nothing is sent then. `beside`
/// are scopes that the way of doing it needs.
pub(in crate::commands) fn scopes(
    run: &mut Run,
    place: &Target,
    client: &Client,
    operation: &Operation,
    beside: &[&str],
) -> Result<()> {
    let Some(login) = place.known().and_then(|known| known.login.as_ref()) else {
        return Ok(());
    };
    let lacks = |scopes: &[String]| {
        let mut needed = operation.scope.into_iter().chain(beside.iter().copied());
        needed.find(|scope| !scopes.iter().any(|has| has == scope))
    };
    if operation.effect == Effect::Reads || lacks(&login.scopes).is_none() {
        return Ok(());
    }
    let now = run.now(place.api);
    let Ok(scopes) = Run::wait(auth::check::scopes(client, &now)) else {
        // Anyone who does not answer this will not answer the write either, and
        // says why then.
        return Ok(());
    };
    let refused = lacks(&scopes);
    if let Err(error) = note(run, login, scopes) {
        run.reporter.note(&error.to_string());
    }
    let Some(scope) = refused else {
        return Ok(());
    };
    Err(Error::new(
        Kind::Access,
        format!("the token lacks the scope {scope}; nothing was sent"),
    )
    .hint("add it in Recharge: Tools & apps, API tokens")
    .hint("rc auth status shows the scopes of the token; rc api sends any request"))
}

/// Notes what the token may do now, unless another login took the place of
/// this one meanwhile.
fn note(run: &Run, login: &Login, scopes: Vec<String>) -> Result<()> {
    let mut locked = LockedLogins::take(run.folders()?.state())?;
    if locked
        .logins
        .of(&login.api, &login.profile, &login.base_url)
        != Some(login)
    {
        return Ok(());
    }
    let login = login.clone();
    locked.note(Login { scopes, ..login })
}
