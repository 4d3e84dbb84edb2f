//! Both signatures of a webhook's message.
//!
//! Takes the client secret and the bytes that are sent; returns the values of
//! headers: `X-Recharge-Hmac-Sha256` and `X-Recharge-Webhook-Signature`.

use std::fmt::Write as _;

use ring::{digest, hmac};

/// The older signature: the plain SHA-256 of the secret followed by the body,
/// which its header calls an HMAC.
#[must_use]
pub fn legacy(secret: &str, body: impl AsRef<[u8]>) -> String {
    let mut all = digest::Context::new(&digest::SHA256);
    all.update(secret.as_bytes());
    all.update(body.as_ref());
    hex(all.finish().as_ref())
}

/// The newer signature: the HMAC-SHA256 of a time in seconds since 1970 and the
/// body, keyed with the secret.
#[must_use]
pub fn timed(secret: &str, seconds: i64, body: impl AsRef<[u8]>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut signing = hmac::Context::with_key(&key);
    signing.update(format!("{seconds}.").as_bytes());
    signing.update(body.as_ref());
    format!("t={seconds},v1={}", hex(signing.sign().as_ref()))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From FIPS 180-4's example: SHA-256 of "abc".
    #[test]
    fn the_older_one_is_the_plain_hash_of_secret_and_body() {
        assert_eq!(
            legacy("a", "bc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    /// Test case 2 of RFC 4231 signs "what do ya want for nothing?" with the
    /// key "Jefe".
    #[test]
    fn the_newer_one_is_keyed_as_published_vectors_say() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        let tag = hmac::sign(&key, b"what do ya want for nothing?");
        assert_eq!(
            hex(tag.as_ref()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"s");
        let tag = hex(hmac::sign(&key, b"1700000000.{}").as_ref());
        assert_eq!(
            timed("s", 1_700_000_000, "{}"),
            format!("t=1700000000,v1={tag}")
        );
    }
}
