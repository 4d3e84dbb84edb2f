//! The keyring of the system: the secret service on Linux and its relatives,
//! the keychain on macOS, the credential manager on Windows.
//!
//! It may wait for somebody who types a password, for as long as that takes:
//! [`patiently`] asks it within bounds.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::token_storage::{Keyring, KeyringFailure};

/// How long a keyring may take by itself.
const USUAL: Duration = Duration::from_secs(3);

/// How long a person may take to unlock it.
const ATTENDED: Duration = Duration::from_secs(60);

/// What tokens are filed under.
#[cfg(feature = "keyring")]
const SERVICE: &str = "recharge-cli";

/// The keyring of this user. Its calls may block for any time.
#[derive(Debug, Clone, Copy)]
pub struct SystemKeyring;

impl Keyring for SystemKeyring {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        store::get(account)
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeyringFailure> {
        store::set(account, secret.expose_secret())
    }

    fn remove(&self, account: &str) -> Result<bool, KeyringFailure> {
        store::remove(account)
    }
}

/// Asks a keyring in a thread of its own, and stops waiting after a while:
/// after 3 seconds, or after 60 where a person can unlock it (`attended`), who
/// is reported so.
///
/// # Errors
/// What `work` fails with, or that there was no answer in time.
pub fn patiently<T: Send + 'static>(
    keyring: &Arc<dyn Keyring>,
    attended: bool,
    tell: impl FnOnce(&str),
    work: impl FnOnce(&dyn Keyring) -> Result<T, KeyringFailure> + Send + 'static,
) -> Result<T, KeyringFailure> {
    let keyring = Arc::clone(keyring);
    let longest = if attended { ATTENDED } else { USUAL };
    within((USUAL, longest), tell, move || work(&*keyring))
}

/// Does work in a thread. Says after the first time that it is waited for, and
/// stops after the second.
fn within<T: Send + 'static>(
    (usual, longest): (Duration, Duration),
    tell: impl FnOnce(&str),
    work: impl FnOnce() -> Result<T, KeyringFailure> + Send + 'static,
) -> Result<T, KeyringFailure> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    let mut answer = receiver.recv_timeout(usual);
    let waits = matches!(answer, Err(mpsc::RecvTimeoutError::Timeout));
    if waits && longest > usual {
        tell(&format!(
            "waiting for the keyring, at most {} seconds: unlock it, or allow rc to use it",
            longest.as_secs()
        ));
        answer = receiver.recv_timeout(longest.saturating_sub(usual));
    }
    answer.unwrap_or_else(|error| {
        Err(KeyringFailure::Failed(match error {
            mpsc::RecvTimeoutError::Timeout => {
                format!(
                    "the keyring did not answer within {} seconds; it may be locked",
                    longest.as_secs()
                )
            }
            mpsc::RecvTimeoutError::Disconnected => "the keyring failed unexpectedly".to_owned(),
        }))
    })
}

#[cfg(feature = "keyring")]
mod store {
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::{Entry, Error};
    use secrecy::SecretString;

    use super::{KeyringFailure, SERVICE};

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    #[cfg(windows)]
    use windows_native_keyring_store::Store;
    #[cfg(all(unix, not(target_os = "macos")))]
    use zbus_secret_service_keyring_store::Store;

    /// The credential manager of Windows does not distinguish case.
    fn name(account: &str) -> std::borrow::Cow<'_, str> {
        if cfg!(windows) {
            crate::config::token_name::without_case(account).into()
        } else {
            account.into()
        }
    }

    fn entry(account: &str) -> Result<Entry, KeyringFailure> {
        let store = Store::new().map_err(|_| {
            KeyringFailure::Absent("there is no keyring on this machine".to_owned())
        })?;
        store
            .build(SERVICE, &name(account), None)
            .map_err(|error| failed(&error))
    }

    /// Some errors hold what was kept, so their text is written here.
    fn failed(error: &Error) -> KeyringFailure {
        KeyringFailure::Failed(match error {
            Error::NoStorageAccess(_) => "the keyring is locked".to_owned(),
            Error::PlatformFailure(cause) => format!("the keyring failed: {cause}"),
            Error::Ambiguous(_) => "the keyring contains it twice".to_owned(),
            _ => "the keyring contains something that is not a token".to_owned(),
        })
    }

    pub(super) fn get(account: &str) -> Result<Option<SecretString>, KeyringFailure> {
        match entry(account)?.get_password() {
            Ok(secret) => Ok(Some(secret.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    pub(super) fn set(account: &str, secret: &str) -> Result<(), KeyringFailure> {
        entry(account)?
            .set_password(secret)
            .map_err(|error| failed(&error))
    }

    pub(super) fn remove(account: &str) -> Result<bool, KeyringFailure> {
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

    use super::KeyringFailure;

    fn none<T>() -> Result<T, KeyringFailure> {
        Err(KeyringFailure::Absent(
            "this build of rc has no keyring support".to_owned(),
        ))
    }

    pub(super) fn get(_: &str) -> Result<Option<SecretString>, KeyringFailure> {
        none()
    }

    pub(super) fn set(_: &str, _: &str) -> Result<(), KeyringFailure> {
        none()
    }

    pub(super) fn remove(_: &str) -> Result<bool, KeyringFailure> {
        none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_that_does_not_answer_is_waited_for_a_while_only() {
        for (longest, notes) in [(Duration::ZERO, 0), (Duration::from_millis(20), 1)] {
            let (held, never) = mpsc::channel::<()>();
            let mut told = Vec::new();
            let tell = |note: &str| told.push(note.to_owned());
            let result = within((Duration::ZERO, longest), tell, move || {
                let _ = never.recv();
                Ok(())
            });
            drop(held);
            let Err(KeyringFailure::Failed(reason)) = result else {
                panic!("{result:?}");
            };
            assert!(reason.contains("locked"), "{reason}");
            assert_eq!(told.len(), notes, "{told:?}");
        }
    }

    #[test]
    fn a_person_has_time_to_unlock_it() {
        let (unlock, locked) = mpsc::channel::<()>();
        let waits = (Duration::ZERO, ATTENDED);
        let tell = move |note: &str| {
            assert!(note.contains("unlock it"), "{note}");
            unlock.send(()).unwrap();
        };
        let result = within(waits, tell, move || {
            locked.recv().unwrap();
            Ok(7)
        });
        assert_eq!(result, Ok(7));
    }
}
