//! The keyring of the system: the secret service on Linux and its relatives,
//! the keychain on macOS, the credential manager on Windows.
//!
//! It is asked in a thread of its own, with a limit: a locked keyring waits for
//! somebody who types a password, and perhaps nobody is there.

use std::sync::mpsc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::keep::{Keyring, Trouble};

/// The longest that it is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// What tokens are filed under.
#[cfg(feature = "keyring")]
const SERVICE: &str = "recharge-cli";

/// The keyring of this user.
#[derive(Debug, Clone, Copy)]
pub struct SystemKeyring;

impl Keyring for SystemKeyring {
    fn get(&self, account: &str) -> Result<Option<SecretString>, Trouble> {
        let account = account.to_owned();
        within(PATIENCE, move || store::get(&account))
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), Trouble> {
        let (account, secret) = (account.to_owned(), secret.clone());
        within(PATIENCE, move || {
            store::set(&account, secret.expose_secret())
        })
    }

    fn remove(&self, account: &str) -> Result<bool, Trouble> {
        let account = account.to_owned();
        within(PATIENCE, move || store::remove(&account))
    }
}

/// Does work in a thread, and stops waiting for it after a while.
fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(patience).unwrap_or_else(|error| {
        Err(Trouble::Failed(match error {
            mpsc::RecvTimeoutError::Timeout => {
                format!(
                    "the keyring did not answer within {} seconds; it may be locked",
                    patience.as_secs()
                )
            }
            mpsc::RecvTimeoutError::Disconnected => "the keyring broke".to_owned(),
        }))
    })
}

#[cfg(feature = "keyring")]
mod store {
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::{Entry, Error};
    use secrecy::SecretString;

    use super::{SERVICE, Trouble};

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    #[cfg(windows)]
    use windows_native_keyring_store::Store;
    #[cfg(all(unix, not(target_os = "macos")))]
    use zbus_secret_service_keyring_store::Store;

    fn entry(account: &str) -> Result<Entry, Trouble> {
        let store = Store::new()
            .map_err(|_| Trouble::Absent("there is no keyring on this machine".to_owned()))?;
        store
            .build(SERVICE, account, None)
            .map_err(|error| failed(&error))
    }

    /// Some errors hold what was kept, so their text is written here.
    fn failed(error: &Error) -> Trouble {
        Trouble::Failed(match error {
            Error::NoStorageAccess(_) => "the keyring is locked".to_owned(),
            Error::PlatformFailure(cause) => format!("the keyring failed: {cause}"),
            Error::Ambiguous(_) => "the keyring holds it twice".to_owned(),
            _ => "the keyring holds something that is no token".to_owned(),
        })
    }

    pub(super) fn get(account: &str) -> Result<Option<SecretString>, Trouble> {
        match entry(account)?.get_password() {
            Ok(secret) => Ok(Some(secret.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    pub(super) fn set(account: &str, secret: &str) -> Result<(), Trouble> {
        entry(account)?
            .set_password(secret)
            .map_err(|error| failed(&error))
    }

    pub(super) fn remove(account: &str) -> Result<bool, Trouble> {
        match entry(account)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }
}

#[cfg(not(feature = "keyring"))]
mod store {
    use secrecy::SecretString;

    use super::Trouble;

    fn none<T>() -> Result<T, Trouble> {
        Err(Trouble::Absent(
            "this build of rc knows no keyring".to_owned(),
        ))
    }

    pub(super) fn get(_: &str) -> Result<Option<SecretString>, Trouble> {
        none()
    }

    pub(super) fn set(_: &str, _: &str) -> Result<(), Trouble> {
        none()
    }

    pub(super) fn remove(_: &str) -> Result<bool, Trouble> {
        none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_that_does_not_answer_is_waited_for_a_while_only() {
        let (held, never) = mpsc::channel::<()>();
        let result = within(Duration::ZERO, move || {
            let _ = never.recv();
            Ok(())
        });
        drop(held);
        let Err(Trouble::Failed(reason)) = result else {
            panic!("{result:?}");
        };
        assert!(reason.contains("locked"), "{reason}");
    }
}
