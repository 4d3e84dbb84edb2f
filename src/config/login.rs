//! What is known of tokens that were checked: the store they are of, what they
//! may do, and where they are kept. The tokens themselves are not in it; a
//! token is known again by a piece of its hash.
//!
//! It is a note of what was so at login. Whoever decides by it asks the API
//! again first, and where the note cannot be read, nothing is known.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::folders;
use super::keep::Kept;
use crate::error::Result;

/// A token that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The profile that it is of.
    pub profile: String,
    /// Where it was checked.
    pub base_url: String,
    /// Where it is kept.
    pub kept: Kept,
    /// By what it is known again.
    pub fingerprint: String,
    /// The name of the store, when the token may tell it.
    pub store: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was checked.
    pub checked_at: String,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logins {
    path: Option<PathBuf>,
    known: Vec<Login>,
}

impl Logins {
    /// Reads the notes below a folder for state.
    #[must_use]
    pub fn below(state: Option<&Path>) -> Self {
        let path = state.map(|folder| folder.join("logins.json"));
        let text = path
            .as_deref()
            .and_then(|path| folders::text(path, None).ok()?);
        let known = text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            path,
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

    /// That of a profile at an address.
    #[must_use]
    pub fn of(&self, profile: &str, base_url: &str) -> Option<&Login> {
        self.of_profile(profile)
            .find(|login| login.base_url == base_url)
    }

    /// What is known of a token at an address.
    #[must_use]
    pub fn of_token(&self, token: &SecretString, base_url: &str) -> Option<&Login> {
        let fingerprint = fingerprint(token);
        self.known
            .iter()
            .find(|login| login.fingerprint == fingerprint && login.base_url == base_url)
    }

    /// Notes a login, in place of the one of the same profile and address.
    ///
    /// # Errors
    /// The notes cannot be written.
    pub fn note(&mut self, login: Login) -> Result<()> {
        self.known
            .retain(|known| known.profile != login.profile || known.base_url != login.base_url);
        self.known.push(login);
        self.write()
    }

    /// Forgets a profile at an address.
    ///
    /// # Errors
    /// The notes cannot be written.
    pub fn forget(&mut self, profile: &str, base_url: &str) -> Result<()> {
        let before = self.known.len();
        self.known
            .retain(|known| known.profile != profile || known.base_url != base_url);
        if self.known.len() == before {
            return Ok(());
        }
        self.write()
    }

    fn write(&self) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let text = serde_json::to_string_pretty(&self.known).unwrap_or_default();
        folders::write_private(path, format!("{text}\n").as_bytes())
    }
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
            profile: profile.to_owned(),
            base_url: base_url.to_owned(),
            kept: Kept::File,
            fingerprint: fingerprint(&token.into()),
            store: Some("A Store".to_owned()),
            scopes: vec!["read_orders".to_owned()],
            checked_at: "2026-11-20T12:00:00Z".to_owned(),
        }
    }

    #[test]
    fn a_token_is_known_again_and_not_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let mut logins = Logins::below(Some(folder.path()));
        logins.note(login("a", "https://x", "sk_old")).unwrap();
        logins.note(login("a", "https://x", "sk_secret")).unwrap();
        logins.note(login("a", "https://y", "sk_other")).unwrap();
        let again = Logins::below(Some(folder.path()));
        assert_eq!(again, logins);
        assert!(again.of_token(&"sk_secret".into(), "https://x").is_some());
        assert!(again.of_token(&"sk_secret".into(), "https://y").is_none());
        assert!(again.of_token(&"sk_old".into(), "https://x").is_none());
        let text = std::fs::read_to_string(folder.path().join("logins.json")).unwrap();
        assert!(!text.contains("sk_"), "{text}");
        logins.forget("a", "https://x").unwrap();
        assert_eq!(logins.of_profile("a").count(), 1);
    }

    #[test]
    fn notes_that_cannot_be_read_say_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("logins.json"), "{").unwrap();
        let logins = Logins::below(Some(folder.path()));
        assert_eq!(logins.of_profile("a").count(), 0);
    }
}
