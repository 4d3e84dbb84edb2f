//! Facts about tokens that were checked: the store they are of, what they may
//! do, and where they are kept. The tokens themselves are not in it; a token is
//! known again by a piece of its hash.
//!
//! It is a note of what was so at login. Anyone who decides by it asks the API
//! again first, and where the note cannot be read, nothing is known.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::token_storage::TokenStorage;
use super::{FIRST_API, folders, lock};
use crate::error::{Error, Result};

/// A token that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The name of the API that it is for. Notes without one are of the API
    /// that was the only one before.
    #[serde(default = "first_api")]
    pub api: String,
    /// The profile that it is of.
    pub profile: String,
    /// Where it was checked.
    pub base_url: String,
    /// Where it is kept.
    pub kept: TokenStorage,
    /// By what it is known again.
    pub fingerprint: String,
    /// The name of the store, when the token may tell it.
    pub store: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was checked.
    pub checked_at: String,
}

fn first_api() -> String {
    FIRST_API.to_owned()
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logins {
    known: Vec<Login>,
}

impl Logins {
    /// Reads the notes below a folder for state.
    #[must_use]
    pub fn below(state: Option<&Path>) -> Self {
        let text = state.and_then(|folder| folders::text(&file(folder), None).ok()?);
        let known = text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            known: known.unwrap_or_default(),
        }
    }

    /// Those of a profile, at any address.
    pub fn of_profile(&self, profile: &str) -> impl Iterator<Item = &Login> {
        let profile = profile.to_owned();
        self.known
            .iter()
            .filter(move |login| login.profile == profile)
    }

    /// That of a profile at an address, for an API.
    #[must_use]
    pub fn of(&self, api: &str, profile: &str, base_url: &str) -> Option<&Login> {
        self.of_profile(profile)
            .find(|login| login.api == api && login.base_url == base_url)
    }

    /// What is known of a token at an address.
    #[must_use]
    pub fn of_token(&self, token: &SecretString, base_url: &str) -> Option<&Login> {
        let fingerprint = fingerprint(token);
        self.known
            .iter()
            .find(|login| login.fingerprint == fingerprint && login.base_url == base_url)
    }
}

/// The notes, locked: while this is held, no one else changes them, nor the
/// tokens that they are about.
///
/// Take it after the last question and the last request.
#[derive(Debug)]
pub struct LockedLogins {
    /// What the notes say now.
    pub logins: Logins,
    path: Option<PathBuf>,
    _lock: Option<lock::Lock>,
}

impl LockedLogins {
    /// Locks the notes and reads them again. Without a folder for state there
    /// is nothing to lock, and nothing is noted.
    ///
    /// # Errors
    /// Of kind `Partial`: another process holds the lock for too long. Of kind
    /// `Usage`: the notes cannot be read or locked. Of kind `Unexpected`: they
    /// are damaged, and would be lost when they are written.
    pub fn take(state: Option<&Path>) -> Result<Self> {
        let Some(path) = state.map(file) else {
            return Ok(Self {
                logins: Logins::default(),
                path: None,
                _lock: None,
            });
        };
        let path =
            folders::behind_links(&path).map_err(|error| folders::unwritable(&path, error))?;
        let lock = lock::hold(&path, lock::PATIENCE)?;
        let known = match folders::text(&path, None)? {
            Some(text) => serde_json::from_str(&text).map_err(|error| {
                Error::unexpected(format!("{} is damaged", path.display()))
                    .hint("move it away, and log in again")
                    .caused_by(error)
            })?,
            None => Vec::new(),
        };
        Ok(Self {
            logins: Logins { known },
            path: Some(path),
            _lock: Some(lock),
        })
    }

    /// Notes a login, in place of the one of the same profile and address.
    ///
    /// # Errors
    /// The notes cannot be written.
    pub fn note(&mut self, login: Login) -> Result<()> {
        let known = &mut self.logins.known;
        known.retain(|known| known.profile != login.profile || known.base_url != login.base_url);
        known.push(login);
        self.write()
    }

    /// Forgets a profile at an address.
    ///
    /// # Errors
    /// The notes cannot be written.
    pub fn forget(&mut self, profile: &str, base_url: &str) -> Result<()> {
        let known = &mut self.logins.known;
        let before = known.len();
        known.retain(|known| known.profile != profile || known.base_url != base_url);
        if known.len() == before {
            return Ok(());
        }
        self.write()
    }

    fn write(&self) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let text = serde_json::to_string_pretty(&self.logins.known).unwrap_or_default();
        folders::write_private(path, format!("{text}\n").as_bytes())
    }
}

fn file(state: &Path) -> PathBuf {
    state.join("logins.json")
}

/// A piece of the hash of a token: enough to know it again, not enough to try
/// tokens against.
#[must_use]
pub fn fingerprint(token: &SecretString) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, token.expose_secret().as_bytes());
    hash.as_ref()
        .iter()
        .take(8)
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(profile: &str, base_url: &str, token: &str) -> Login {
        Login {
            api: first_api(),
            profile: profile.to_owned(),
            base_url: base_url.to_owned(),
            kept: TokenStorage::File,
            fingerprint: fingerprint(&token.into()),
            store: Some("A Store".to_owned()),
            scopes: vec!["read_orders".to_owned()],
            checked_at: "2026-11-20T12:00:00Z".to_owned(),
        }
    }

    #[test]
    fn note_without_an_api_is_of_the_first_one_and_of_no_other() {
        let mut old = serde_json::to_value(login("a", "https://x", "sk_secret")).unwrap();
        old.as_object_mut().unwrap().remove("api");
        let known = vec![serde_json::from_value(old).unwrap()];
        let logins = Logins { known };
        assert!(logins.of(FIRST_API, "a", "https://x").is_some());
        assert!(logins.of("toy", "a", "https://x").is_none());
    }

    #[test]
    fn a_token_is_known_again_and_not_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let mut locked = LockedLogins::take(Some(folder.path())).unwrap();
        locked.note(login("a", "https://x", "sk_old")).unwrap();
        locked.note(login("a", "https://x", "sk_secret")).unwrap();
        locked.note(login("a", "https://y", "sk_other")).unwrap();
        let again = Logins::below(Some(folder.path()));
        assert_eq!(again, locked.logins);
        assert!(again.of_token(&"sk_secret".into(), "https://x").is_some());
        assert!(again.of_token(&"sk_secret".into(), "https://y").is_none());
        assert!(again.of_token(&"sk_old".into(), "https://x").is_none());
        let text = std::fs::read_to_string(folder.path().join("logins.json")).unwrap();
        assert!(!text.contains("sk_"), "{text}");
        locked.forget("a", "https://x").unwrap();
        assert_eq!(locked.logins.of_profile("a").count(), 1);
    }

    #[test]
    fn notes_that_cannot_be_read_say_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("logins.json"), "{").unwrap();
        let logins = Logins::below(Some(folder.path()));
        assert_eq!(logins.of_profile("a").count(), 0);
    }

    #[test]
    fn damaged_notes_are_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logins.json");
        std::fs::write(&path, "[{").unwrap();
        let error = LockedLogins::take(Some(folder.path())).unwrap_err();
        assert!(error.message.ends_with("logins.json is damaged"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[{");
    }
}
