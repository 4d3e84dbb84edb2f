//! The client secret that signs messages: the name under which it is stored, and how it
//! is created. The command decides where it is stored.

use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};

use crate::config::token_storage;
use crate::error::{Error, Result};

/// Random bytes of a secret that is created here.
const BYTES: usize = 32;

/// The longest secret that is accepted, in bytes.
const LONGEST: usize = 4096;

/// The name under which the secret of a profile at an address is kept.
///
/// Tokens are kept under names without this beginning, as no name of an API has
/// a dot in it.
#[must_use]
pub fn account(api: &str, profile: &str, base_url: &str) -> String {
    let account = token_storage::account(api, profile, base_url);
    format!("client.secret+{account}")
}

/// A new secret: 64 hexadecimal digits, as the API makes them.
///
/// # Errors
/// The system provides no random numbers.
pub fn generate() -> Result<SecretString> {
    let mut bytes = [0; BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::unexpected("the system provides no random numbers"))?;
    Ok(super::signature::hex(&bytes).into())
}

/// The secret in a text: one line, without the blanks around it.
///
/// # Errors
/// Of kind `Usage`: it is empty, too long, has several lines, or letters that no
/// secret has. The text is not repeated.
pub fn parse(text: &SecretString) -> Result<SecretString> {
    let secret = text.expose_secret().trim();
    let wrong = |why: &str| Error::usage(format!("the client secret {why}"));
    if secret.is_empty() {
        return Err(wrong("is empty"));
    }
    if secret.len() > LONGEST {
        return Err(wrong("is too long"));
    }
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("contains characters other than plain ASCII")
            .hint("give only the secret, without quotes or a name before it"));
    }
    Ok(secret.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_kept_under_another_name_than_any_token() {
        let base = "https://api.example.com";
        let own = account("recharge", "a", base);
        assert_eq!(own, "client.secret+a@api.example.com");
        assert_ne!(own, token_storage::account("client.secret", "b", base));
    }

    #[test]
    fn each_secret_that_is_made_is_another_one() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_eq!(one.expose_secret().len(), 64);
        assert_ne!(one.expose_secret(), other.expose_secret());
    }

    #[test]
    fn secret_that_cannot_be_one_is_refused_and_not_repeated() {
        assert_eq!(parse(&" abc\n".into()).unwrap().expose_secret(), "abc");
        for wrong in [
            "",
            " \n",
            "two words",
            "a\nb",
            "caf\u{e9}",
            &"x".repeat(5000),
        ] {
            let error = parse(&wrong.into()).unwrap_err();
            assert!(wrong.len() < 3 || !error.message.contains(wrong), "{error}");
        }
    }
}
