//! Where tokens are kept: the keyring of the system, or a file that only its
//! owner may read. A token is kept under the profile and the address that it
//! was made for, so that it goes to no other.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use super::folders::{self, Forbidden};
use crate::error::{Error, Kind, Result};

/// A keyring, as the world lends it.
pub trait Keyring: Send + Sync {
    /// What is kept under an account.
    ///
    /// # Errors
    /// There is no keyring, or it does not answer as it should.
    fn get(&self, account: &str) -> Result<Option<SecretString>, Trouble>;

    /// Keeps a secret under an account, in place of what was there.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), Trouble>;

    /// Removes what is kept under an account; tells whether there was any.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn remove(&self, account: &str) -> Result<bool, Trouble>;
}

/// Why a keyring is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// There is none on this machine.
    Absent(String),
    /// There is one, and it is locked, slow or broken.
    Failed(String),
}

impl Trouble {
    /// In words.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Absent(reason) | Self::Failed(reason) => reason,
        }
    }

    /// As an error about what was to be done.
    #[must_use]
    pub fn error(&self, what: &str) -> Error {
        let error = Error::new(Kind::Access, format!("{what}: {}", self.reason()));
        match self {
            Self::Absent(_) => error,
            Self::Failed(_) => error.hint("unlock the keyring, and try again"),
        }
    }
}

/// Where a token is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// In the keyring of the system.
    Keyring,
    /// In a file.
    File,
}

/// The name under which a token is kept: `garden@api.rechargeapps.com`.
#[must_use]
pub fn account(profile: &str, base_url: &str) -> String {
    let host = base_url
        .split_once("://")
        .map_or(base_url, |(_, rest)| rest);
    format!("{profile}@{host}")
}

/// What stands in the name of a file as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'@');

/// What others must not be able to do.
const PRIVATE: Forbidden = Forbidden {
    bits: 0o077,
    can: "read the token in",
};

/// Files of tokens, below the folder for state: folders of settings are copied
/// about and put under version control.
#[derive(Debug, Clone)]
pub struct TokenFiles {
    folder: Option<PathBuf>,
}

impl TokenFiles {
    /// The files below a folder for state.
    #[must_use]
    pub fn below(state: Option<&Path>) -> Self {
        Self {
            folder: state.map(|folder| folder.join("tokens")),
        }
    }

    /// The file of an account, if there is a place for it.
    #[must_use]
    pub fn path(&self, account: &str) -> Option<PathBuf> {
        let name = utf8_percent_encode(account, PLAIN).to_string();
        Some(self.folder.as_ref()?.join(name))
    }

    /// What is kept under an account.
    ///
    /// # Errors
    /// Of kind `Access`: others can read the file. The token is not used then.
    pub fn get(&self, account: &str) -> Result<Option<SecretString>> {
        let Some(path) = self.path(account) else {
            return Ok(None);
        };
        let text = folders::text(&path, Some(PRIVATE)).map_err(|error| match error.kind {
            Kind::Access => {
                error.hint("if somebody may have read it, make a new token in Recharge")
            }
            _ => error,
        })?;
        Ok(text.map(SecretString::from))
    }

    /// Keeps a secret under an account; gives the path of its file.
    ///
    /// # Errors
    /// Of kind `Usage`: there is no place for it.
    pub fn set(&self, account: &str, secret: &SecretString) -> Result<PathBuf> {
        let path = self
            .path(account)
            .ok_or_else(|| folders::homeless("the token", super::variable::STATE_FOLDER))?;
        let line = zeroize_line(secret);
        folders::write_private(&path, line.expose_secret().as_bytes())?;
        Ok(path)
    }

    /// Removes what is kept under an account; tells whether there was any.
    ///
    /// # Errors
    /// The file is there and cannot be removed.
    pub fn remove(&self, account: &str) -> Result<bool> {
        let Some(path) = self.path(account) else {
            return Ok(false);
        };
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if folders::absent(&error) => Ok(false),
            Err(error) => Err(Error::new(
                Kind::Access,
                format!("the token is still in {}", path.display()),
            )
            .hint("remove the file by hand")
            .caused_by(error)),
        }
    }
}

fn zeroize_line(secret: &SecretString) -> SecretString {
    SecretString::from(format!("{}\n", secret.expose_secret()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> TokenFiles {
        TokenFiles::below(Some(folder))
    }

    #[test]
    fn a_token_belongs_to_a_profile_and_an_address() {
        assert_eq!(account("a", "https://api.example.com"), "a@api.example.com");
        let folder = tempfile::tempdir().unwrap();
        let path = files(folder.path()).path("a@127.0.0.1:80/../x").unwrap();
        assert_eq!(path.file_name().unwrap(), "a@127.0.0.1%3A80%2F..%2Fx");
    }

    #[test]
    fn what_is_kept_in_a_file_comes_back_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(&folder.path().join("new"));
        assert!(files.get("a@x").unwrap().is_none());
        assert!(!files.remove("a@x").unwrap());
        files.set("a@x", &"sk_1".into()).unwrap();
        let found = files.get("a@x").unwrap().unwrap();
        assert_eq!(found.expose_secret(), "sk_1\n");
        assert!(files.remove("a@x").unwrap());
        assert!(files.get("a@x").unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_the_file_of_a_token() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let path = files.set("a@x", &"sk_1".into()).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        for wrong in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(wrong)).unwrap();
            let error = files.get("a@x").unwrap_err();
            assert_eq!(error.kind, Kind::Access);
            assert!(error.hints[0].starts_with("chmod 600"), "{error:?}");
        }
        // Kept anew, it is closed again.
        files.set("a@x", &"sk_2".into()).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn without_a_home_folder_nothing_is_kept() {
        let files = TokenFiles::below(None);
        assert!(files.get("a@x").unwrap().is_none());
        let error = files.set("a@x", &"sk_1".into()).unwrap_err();
        assert!(error.hints[0].contains("RECHARGE_STATE_DIR"));
    }
}
