//! Where tokens are kept: the keyring of the system, or a file that only its
//! owner may read. A token is kept under the profile and the address that it
//! was made for, so that it goes to no other.

use std::io;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::FIRST_API;
use super::folders::{self, Forbidden};
use super::token_name;
use crate::error::{Error, Kind, Result};

/// A keyring, as the world lends it.
pub trait Keyring: Send + Sync {
    /// What is kept under an account.
    ///
    /// # Errors
    /// There is no keyring, or it does not answer as it should.
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeyringFailure>;

    /// Keeps a secret under an account, in place of what was there.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeyringFailure>;

    /// Removes what is kept under an account; says whether there was any.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn remove(&self, account: &str) -> Result<bool, KeyringFailure>;
}

/// Why a keyring is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringFailure {
    /// There is none on this machine.
    Absent(String),
    /// There is one, and it is locked, slow or broken.
    Failed(String),
}

impl KeyringFailure {
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
pub enum TokenStorage {
    /// In the keyring of the system.
    Keyring,
    /// In a file.
    File,
}

/// The name under which a token is kept: `garden@api.rechargeapps.com`. That of
/// another API than the first begins with its name (`toy+garden@…`).
#[must_use]
pub fn account(api: &str, profile: &str, base_url: &str) -> String {
    let host = base_url
        .split_once("://")
        .map_or(base_url, |(_, rest)| rest);
    if api == FIRST_API {
        return format!("{profile}@{host}");
    }
    // No name of a profile has a plus in it.
    format!("{api}+{profile}@{host}")
}

/// Permissions that other users must not have.
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
        Some(self.folder.as_ref()?.join(token_name::of(account)))
    }

    /// The file of an account that is there, by its present name or by that of
    /// version 0.1.0.
    ///
    /// Names are compared to the letter with what the folder lists: opening
    /// `Prod` may open `prod`.
    fn present(&self, account: &str) -> io::Result<Option<PathBuf>> {
        let names = self.names()?;
        let mut candidates = [token_name::of(account), token_name::old(account)].into_iter();
        let name = candidates.find(|name| names.contains(name));
        Ok(self
            .folder
            .as_ref()
            .zip(name)
            .map(|(folder, name)| folder.join(name)))
    }

    /// The names of all files of tokens.
    fn names(&self) -> io::Result<Vec<String>> {
        let Some(folder) = &self.folder else {
            return Ok(Vec::new());
        };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if folders::absent(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(io::Result::transpose).collect()
    }

    /// Gives files of version 0.1.0 their present names: where case does not
    /// count, a new file could replace one of them.
    fn rename_old(&self) -> io::Result<()> {
        let names = self.names()?;
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        for name in &names {
            if let Some(new) = token_name::renewed(name)
                && !names.contains(&new)
            {
                std::fs::rename(folder.join(name), folder.join(new))?;
            }
        }
        Ok(())
    }

    /// What is kept under an account.
    ///
    /// # Errors
    /// Of kind `Access`: others can read the file. The token is not used then.
    pub fn get(&self, account: &str) -> Result<Option<SecretString>> {
        let Some(folder) = &self.folder else {
            return Ok(None);
        };
        let unreadable = |error| Error::reading(&folder.display().to_string(), error);
        let Some(path) = self.present(account).map_err(unreadable)? else {
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
        self.rename_old()
            .map_err(|error| folders::unwritable(&path, error))?;
        let line = zeroize_line(secret);
        folders::write_private(&path, line.expose_secret().as_bytes())?;
        Ok(path)
    }

    /// Removes what is kept under an account; says whether there was any.
    ///
    /// # Errors
    /// The file is there and cannot be removed.
    pub fn remove(&self, account: &str) -> Result<bool> {
        let Some(folder) = &self.folder else {
            return Ok(false);
        };
        let mut found = false;
        loop {
            let still_there = |path: &Path, error| {
                let message = format!("the token is still in {}", path.display());
                Error::new(Kind::Access, message)
                    .hint("remove the file by hand")
                    .caused_by(error)
            };
            let present = self.present(account);
            let Some(path) = present.map_err(|error| still_there(folder, error))? else {
                return Ok(found);
            };
            match std::fs::remove_file(&path) {
                Ok(()) => found = true,
                Err(error) if folders::absent(&error) => return Ok(found),
                Err(error) => return Err(still_there(&path, error)),
            }
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
        let base = "https://api.example.com";
        assert_eq!(account("recharge", "a", base), "a@api.example.com");
        assert_eq!(account("toy", "a", base), "toy+a@api.example.com");
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

    #[test]
    fn profiles_that_differ_in_case_have_files_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        files.set("Prod@x", &"sk_1".into()).unwrap();
        assert!(files.get("prod@x").unwrap().is_none());
        files.set("prod@x", &"sk_2".into()).unwrap();
        let token = |account: &str| files.get(account).unwrap().unwrap();
        assert_eq!(token("Prod@x").expose_secret(), "sk_1\n");
        assert_eq!(token("prod@x").expose_secret(), "sk_2\n");
        let names = files.names().unwrap();
        assert!(names.iter().all(|name| !name.contains('P')), "{names:?}");
    }

    #[test]
    fn a_token_of_the_first_version_is_found_by_its_own_profile_only() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let tokens = folder.path().join("tokens");
        folders::write_private(&tokens.join("Prod@x"), b"sk_old\n").unwrap();
        let token = |account: &str| {
            let found = files.get(account).unwrap();
            found.map(|token| token.expose_secret().trim().to_owned())
        };
        assert_eq!(token("Prod@x").as_deref(), Some("sk_old"));
        assert_eq!(token("prod@x"), None);
        assert_eq!(token("PROD@x"), None);
        // A write gives it its present name, and takes nothing away.
        files.set("prod@x", &"sk_new".into()).unwrap();
        assert_eq!(token("Prod@x").as_deref(), Some("sk_old"));
        assert!(!tokens.join("Prod@x").exists());
        assert!(files.remove("Prod@x").unwrap());
        assert_eq!(token("Prod@x"), None);
        assert_eq!(token("prod@x").as_deref(), Some("sk_new"));
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
        // Kept again, it is closed again.
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
