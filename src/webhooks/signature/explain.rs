//! Why a signature is wrong: the mistakes that people make, tried one by one.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::{digest, hmac};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{Timed, Verifier, made, same};
use crate::webhooks::body::compact;

/// Bodies that are larger are not tried in other spellings.
const LARGEST_RESPELLED: usize = 4 << 20;

/// Why a signature is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// An HMAC was made instead of a plain hash.
    HmacInsteadOfHash,
    /// The body was put before the secret.
    SecretAfterBody,
    /// Only the body was hashed.
    WithoutSecret,
    /// The access token was used as the secret.
    TokenAsSecret,
    /// The secret has white space around it that is not part of it.
    SpacedSecret,
    /// The body was parsed and written again.
    Reserialized(&'static str),
    /// It is valid, and written in another way.
    Spelling(&'static str),
    /// The time is missing in the signed text.
    WithoutTime,
    /// A plain hash was made instead of an HMAC.
    HashInsteadOfHmac,
    /// The header with the time has another one than the signature.
    OtherTime {
        /// The time of the header.
        header: String,
        /// The time of the signature.
        signed: i64,
    },
    /// The time is too far away.
    Stale {
        /// How old the message is; below zero in the future.
        seconds: i64,
        /// The accepted difference.
        tolerance: u64,
    },
    /// The signature does not look like one.
    Malformed(&'static str),
    /// None of these.
    Unknown,
}

impl Mistake {
    /// A short name, for programs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::HmacInsteadOfHash => "hmac_instead_of_hash",
            Self::SecretAfterBody => "secret_after_body",
            Self::WithoutSecret => "without_secret",
            Self::TokenAsSecret => "token_as_secret",
            Self::SpacedSecret => "spaced_secret",
            Self::Reserialized(_) => "reserialized_body",
            Self::Spelling(_) => "spelling",
            Self::WithoutTime => "without_time",
            Self::HashInsteadOfHmac => "hash_instead_of_hmac",
            Self::OtherTime { .. } => "other_time",
            Self::Stale { .. } => "stale",
            Self::Malformed(_) => "malformed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HmacInsteadOfHash => out.write_str(
                "it is an HMAC of the body; despite its name, the header contains the plain \
                 SHA-256 of the client secret followed by the body",
            ),
            Self::SecretAfterBody => out.write_str(
                "it hashes the body followed by the client secret; the secret comes first",
            ),
            Self::WithoutSecret => {
                out.write_str("it hashes the body alone; the client secret comes before it")
            }
            Self::TokenAsSecret => out
                .write_str("it was made with the access token; use the client secret of the token"),
            Self::SpacedSecret => {
                out.write_str("the client secret has white space at its beginning or end")
            }
            Self::Reserialized(how) => write!(
                out,
                "the body is not the one that was signed: it was {how}; check the bytes that \
                 arrive, before they are parsed"
            ),
            Self::Spelling(how) => write!(
                out,
                "it is right, but {how}; it must be lower-case \
                hexadecimal"
            ),
            Self::WithoutTime => out.write_str(
                "it signs the body alone; the time and a full stop come before the body",
            ),
            Self::HashInsteadOfHmac => out.write_str(
                "it is a plain SHA-256; this header contains an HMAC-SHA256 keyed with the client \
                 secret",
            ),
            Self::OtherTime { header, signed } => {
                write!(
                    out,
                    "the timestamp header says {header}, but {signed} is signed"
                )
            }
            Self::Stale { seconds, tolerance } if *seconds < 0 => write!(
                out,
                "its time is {} seconds in the future, and {tolerance} are accepted; check the \
                 clock",
                seconds.unsigned_abs()
            ),
            Self::Stale { seconds, tolerance } => write!(
                out,
                "it is {seconds} seconds old, and {tolerance} are accepted: it may be a replay by \
                 somebody else"
            ),
            Self::Malformed(why) => out.write_str(why),
            Self::Unknown => {
                out.write_str("it was made with another client secret, or for another body")
            }
        }
    }
}

/// Why the plain hash is wrong.
pub(super) fn digest(verifier: &Verifier, given: &str, body: &[u8]) -> Mistake {
    let secret = verifier.secret.expose_secret();
    if let Some(how) = spelling(given, &made::legacy(secret, body)) {
        return Mistake::Spelling(how);
    }
    let hmac_of = |secret: &str| hmac_hex(secret, body);
    let is = |wanted: &str| same(given, wanted) || spelling(given, wanted).is_some();
    if is(&hmac_of(secret)) {
        return Mistake::HmacInsteadOfHash;
    }
    if is(&hash_hex(&[body, secret.as_bytes()])) {
        return Mistake::SecretAfterBody;
    }
    if is(&hash_hex(&[body])) {
        return Mistake::WithoutSecret;
    }
    if let Some(mistake) = other_secret(verifier, |secret| {
        is(&made::legacy(secret, body)) || is(&hmac_of(secret))
    }) {
        return mistake;
    }
    if let Some(how) = respelled(body, |body| same(given, &made::legacy(secret, body))) {
        return Mistake::Reserialized(how);
    }
    unlike(given)
}

/// Why the HMAC with a time is wrong.
pub(super) fn timed(verifier: &Verifier, parts: &Timed, body: &[u8]) -> Mistake {
    let secret = verifier.secret.expose_secret();
    let seconds = parts.seconds;
    let wanted = |secret: &str, body: &[u8]| {
        let all = made::timed(secret, seconds, body);
        all.rsplit('=').next().unwrap_or_default().to_owned()
    };
    let any = |wanted: &str| parts.tags.iter().any(|tag| same(tag, wanted));
    let right = wanted(secret, body);
    if let Some(how) = parts.tags.iter().find_map(|tag| spelling(tag, &right)) {
        return Mistake::Spelling(how);
    }
    if any(&hmac_hex(secret, body)) {
        return Mistake::WithoutTime;
    }
    let time = seconds.to_string();
    let hashes = [
        made::legacy(secret, body),
        hash_hex(&[secret.as_bytes(), time.as_bytes(), b".", body]),
    ];
    if hashes.iter().any(|hash| any(hash)) {
        return Mistake::HashInsteadOfHmac;
    }
    if let Some(mistake) = other_secret(verifier, |secret| any(&wanted(secret, body))) {
        return mistake;
    }
    if let Some(how) = respelled(body, |body| any(&wanted(secret, body))) {
        return Mistake::Reserialized(how);
    }
    parts
        .tags
        .first()
        .map_or(Mistake::Unknown, |tag| unlike(tag))
}

/// The mistake of a value without the form `t=…,v1=…`.
pub(super) fn malformed(verifier: &Verifier, given: &str, body: &[u8]) -> Mistake {
    let given = given.trim();
    if same(given, &made::legacy(verifier.secret.expose_secret(), body)) {
        return Mistake::HashInsteadOfHmac;
    }
    if same(given, &hmac_hex(verifier.secret.expose_secret(), body)) {
        return Mistake::WithoutTime;
    }
    Mistake::Malformed("the signature does not have the form t=TIME,v1=HEXADECIMAL")
}

/// Whether another secret fits: the access token, or the secret without the white
/// space around it.
fn other_secret(verifier: &Verifier, fits: impl Fn(&str) -> bool) -> Option<Mistake> {
    let secret = verifier.secret.expose_secret();
    if secret.trim() != secret && fits(secret.trim()) {
        return Some(Mistake::SpacedSecret);
    }
    let token = verifier.token?.expose_secret();
    // The other way round: the message is right, and the token was given here.
    let is_token_here = secret == token;
    (is_token_here || fits(token)).then_some(Mistake::TokenAsSecret)
}

/// The other spelling of a valid signature, if it has one.
fn spelling(given: &str, wanted: &str) -> Option<&'static str> {
    if !same(given, wanted) && same(&given.to_ascii_lowercase(), wanted) {
        return Some("in upper case");
    }
    let bytes = unhex(wanted)?;
    if same(given, &BASE64.encode(bytes)) {
        return Some("in base64");
    }
    let rest = given.strip_prefix("sha256=")?;
    same(rest, wanted).then_some("with \"sha256=\" before it")
}

/// The mistake of a text that is not a SHA-256 in hexadecimal.
fn unlike(given: &str) -> Mistake {
    match unhex(given) {
        Some(bytes) if bytes.len() == 32 => Mistake::Unknown,
        _ => Mistake::Malformed("it is not a SHA-256 in hexadecimal, which has 64 digits"),
    }
}

/// Finds the spelling of the body that was signed, and describes the change since.
fn respelled(body: &[u8], fits: impl Fn(&[u8]) -> bool) -> Option<&'static str> {
    if body.len() > LARGEST_RESPELLED {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    let trimmed = text.trim();
    for (other, how) in [
        (
            trimmed.to_owned(),
            "changed by a line break or space at its end",
        ),
        (
            format!("{trimmed}\n"),
            "changed by removing the line break at its end",
        ),
        (
            text.replace("\r\n", "\n"),
            "changed by different line breaks",
        ),
        (
            text.replace('\n', "\r\n"),
            "changed by different line breaks",
        ),
    ] {
        if fits(other.as_bytes()) {
            return Some(how);
        }
    }
    let value: Value = serde_json::from_str(trimmed).ok()?;
    let again = "parsed and written again";
    let written = serde_json::to_string(&value).ok()?;
    let tight = compact(trimmed);
    let spaced = with_spaces(&tight);
    let escaped = [&tight, &written].map(|text| ascii(text));
    let slashes = tight.replace('/', "\\/");
    let unescaped = tight.replace("\\/", "/");
    let pretty = serde_json::to_string_pretty(&value).ok()?;
    let mut all = vec![tight, written, spaced, slashes, unescaped, pretty];
    all.extend(escaped);
    let fitting = all.iter().any(|other| fits(other.as_bytes()));
    fitting.then_some(again)
}

/// Compact JSON with a blank after each comma and colon, as Python writes it.
fn with_spaces(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 8);
    let (mut in_text, mut is_escaped) = (false, false);
    for letter in json.chars() {
        out.push(letter);
        if in_text {
            in_text = is_escaped || letter != '"';
            is_escaped = !is_escaped && letter == '\\';
        } else if letter == '"' {
            in_text = true;
        } else if matches!(letter, ',' | ':') {
            out.push(' ');
        }
    }
    out
}

/// JSON in which letters beyond ASCII are escapes.
fn ascii(json: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for letter in json.chars() {
        if letter.is_ascii() {
            out.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut units) {
            // Writing to a text does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

fn hash_hex(parts: &[&[u8]]) -> String {
    let mut all = digest::Context::new(&digest::SHA256);
    for part in parts {
        all.update(part);
    }
    hex(all.finish().as_ref())
}

fn hmac_hex(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex(hmac::sign(&key, body).as_ref())
}

/// Bytes in lower-case hexadecimal.
pub(in crate::webhooks) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

/// The schemes of others, by a header that only they have.
const FOREIGN: &[(&str, &str)] = &[
    ("X-Shopify-Hmac-Sha256", "Shopify"),
    ("Stripe-Signature", "Stripe"),
    ("X-Hub-Signature-256", "GitHub"),
    ("X-Hub-Signature", "GitHub"),
    ("X-Slack-Signature", "Slack"),
    ("svix-signature", "Svix"),
    ("webhook-signature", "Standard Webhooks"),
    ("X-Twilio-Signature", "Twilio"),
    ("X-Square-HmacSha256-Signature", "Square"),
    ("Paypal-Transmission-Sig", "PayPal"),
    ("X-WC-Webhook-Signature", "WooCommerce"),
    ("X-Klaviyo-Signature", "Klaviyo"),
    ("Klaviyo-Signature", "Klaviyo"),
];

/// The scheme of others that a message is signed with.
pub(super) fn foreign(headers: &[(String, String)]) -> Option<&'static str> {
    let mut known = FOREIGN.iter();
    let found = known.find(|(name, _)| super::header(headers, name).is_some());
    found.map(|(_, scheme)| *scheme)
}
