//! The signatures of messages: created, checked, and explained if they are wrong.
//!
//! A message carries two: the plain SHA-256 of the client secret followed by the
//! body, whose header calls it an HMAC, and an HMAC-SHA256 with a time. `explain` tries
//! the mistakes that make a valid message look invalid, so that the answer says what to
//! change.

mod explain;

use recharge_listener::signature as made;
use secrecy::{ExposeSecret, SecretString};

use crate::catalog::Webhooks;
pub use explain::Mistake;
pub(super) use explain::hex;

/// Names and values of headers.
pub type HeaderList = Vec<(String, String)>;

/// The headers that sign a body, at a time in seconds since 1970.
#[must_use]
pub fn sign(
    webhooks: &Webhooks,
    secret: &SecretString,
    seconds: i64,
    body: &[u8],
) -> Vec<(&'static str, String)> {
    let (names, secret) = (webhooks.headers, secret.expose_secret());
    vec![
        (names.digest, made::legacy(secret, body)),
        (names.timestamp, seconds.to_string()),
        (names.signature, made::timed(secret, seconds, body)),
    ]
}

/// A message to check.
#[derive(Debug, Clone, Copy)]
pub struct SignedMessage<'a> {
    /// Its headers.
    pub headers: &'a [(String, String)],
    /// Its body, to the byte.
    pub body: &'a [u8],
}

/// The settings of a check.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    /// The webhooks whose headers are looked for.
    pub webhooks: &'static Webhooks,
    /// The client secret.
    pub secret: &'a SecretString,
    /// The access token, which is often mistaken for the secret.
    pub token: Option<&'a SecretString>,
    /// The present, in seconds since 1970.
    pub now: i64,
}

/// The result of one signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureState {
    /// It is right.
    Valid,
    /// The message has no such header.
    Absent,
    /// It is wrong, and why.
    Wrong(Mistake),
}

/// The result of both signatures of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The plain SHA-256.
    pub digest: SignatureState,
    /// The HMAC with a time.
    pub timed: SignatureState,
    /// The scheme of another vendor, if the message is signed with it and has no
    /// signature of this API.
    pub foreign: Option<&'static str>,
}

impl Verification {
    /// Whether there is a signature, and none is wrong.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let states = [&self.digest, &self.timed];
        states.contains(&&SignatureState::Valid)
            && !states
                .iter()
                .any(|state| matches!(state, SignatureState::Wrong(_)))
    }

    /// Why the message cannot be trusted, if it cannot: the time first,
    /// then the older signature.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        if let Some(scheme) = self.foreign {
            return Some(format!(
                "it is signed as {scheme} signs, not as Recharge does"
            ));
        }
        for state in [&self.digest, &self.timed] {
            if let SignatureState::Wrong(mistake) = state {
                return Some(mistake.to_string());
            }
        }
        (!self.is_valid()).then(|| "it has no signature".to_owned())
    }
}

impl Verifier<'_> {
    /// Checks both signatures of a message.
    #[must_use]
    pub fn verify(&self, message: &SignedMessage) -> Verification {
        let names = self.webhooks.headers;
        let digest = match header(message.headers, names.digest) {
            None => SignatureState::Absent,
            Some(given) => self.digest(given, message.body),
        };
        let timed = match header(message.headers, names.signature) {
            None => SignatureState::Absent,
            Some(given) => {
                let stated = header(message.headers, names.timestamp);
                self.timed(given, stated, message.body)
            }
        };
        let is_unsigned = [&digest, &timed]
            .iter()
            .all(|state| **state == SignatureState::Absent);
        Verification {
            foreign: is_unsigned
                .then(|| explain::foreign(message.headers))
                .flatten(),
            digest,
            timed,
        }
    }

    fn digest(&self, given: &str, body: &[u8]) -> SignatureState {
        let given = given.trim();
        if same(given, &made::legacy(self.secret.expose_secret(), body)) {
            return SignatureState::Valid;
        }
        SignatureState::Wrong(explain::digest(self, given, body))
    }

    fn timed(&self, given: &str, stated: Option<&str>, body: &[u8]) -> SignatureState {
        let Some(parts) = Timed::parse(given) else {
            return SignatureState::Wrong(explain::malformed(self, given, body));
        };
        let wanted = made::timed(self.secret.expose_secret(), parts.seconds, body);
        let wanted = wanted.rsplit('=').next().unwrap_or_default();
        if !parts.tags.iter().any(|tag| same(tag, wanted)) {
            return SignatureState::Wrong(explain::timed(self, &parts, body));
        }
        if let Some(stated) = stated.filter(|stated| stated.trim().parse() != Ok(parts.seconds)) {
            return SignatureState::Wrong(Mistake::OtherTime {
                header: stated.trim().chars().take(20).collect(),
                signed: parts.seconds,
            });
        }
        let age = self.now.saturating_sub(parts.seconds);
        if age.unsigned_abs() > self.webhooks.tolerance_seconds {
            return SignatureState::Wrong(Mistake::Stale {
                seconds: age,
                tolerance: self.webhooks.tolerance_seconds,
            });
        }
        SignatureState::Valid
    }
}

/// The parts of `t=…,v1=…`. A secret that is being replaced gives several tags.
pub(super) struct Timed<'a> {
    seconds: i64,
    tags: Vec<&'a str>,
}

impl<'a> Timed<'a> {
    fn parse(value: &'a str) -> Option<Self> {
        let (mut seconds, mut tags) = (None, Vec::new());
        for part in value.split(',') {
            match part.trim().split_once('=')? {
                ("t", time) => seconds = time.parse().ok(),
                ("v1", tag) => tags.push(tag),
                _ => {}
            }
        }
        let seconds = seconds?;
        (!tags.is_empty()).then_some(Self { seconds, tags })
    }
}

/// The value of a header; names do not distinguish case.
#[must_use]
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut headers = headers.iter();
    let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// Compares in a time that does not depend on the position of a difference.
fn same(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    one.len() == other.len() && pairs.fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
