//! A keyring of a test: it contains what it is given, or fails as it is
//! reported.

use std::collections::HashMap;
use std::sync::Mutex;

use recharge_cli::config::token_storage::{Keyring, KeyringFailure};
use secrecy::SecretString;

/// A keyring of a test.
pub struct Ring {
    held: Mutex<HashMap<String, SecretString>>,
    trouble: Mutex<Option<KeyringFailure>>,
}

impl Ring {
    /// An empty one that works.
    pub fn open() -> Self {
        Self {
            held: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// None at all.
    pub fn absent() -> Self {
        let ring = Self::open();
        ring.fails_with(Some(KeyringFailure::Absent(
            "there is no keyring on this machine".to_owned(),
        )));
        ring
    }

    /// From now on it fails, or works.
    pub fn fails_with(&self, trouble: Option<KeyringFailure>) {
        *self.trouble.lock().unwrap() = trouble;
    }

    /// The accounts that it contains something for.
    pub fn accounts(&self) -> Vec<String> {
        self.held.lock().unwrap().keys().cloned().collect()
    }

    fn works(&self) -> Result<(), KeyringFailure> {
        self.trouble.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl Keyring for Ring {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        self.works()?;
        Ok(self.held.lock().unwrap().get(account).cloned())
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeyringFailure> {
        self.works()?;
        let mut held = self.held.lock().unwrap();
        held.insert(account.to_owned(), secret.clone());
        Ok(())
    }

    fn remove(&self, account: &str) -> Result<bool, KeyringFailure> {
        self.works()?;
        Ok(self.held.lock().unwrap().remove(account).is_some())
    }
}
