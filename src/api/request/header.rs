//! Headers that the user adds to a free request: which may be added, and whose
//! values are secrets.
//!
//! The token, the host, the length and the coding of a message belong to the
//! program. A header that makes a server read another method than the one that
//! was checked and confirmed is refused.

use http::{HeaderName, HeaderValue};

use crate::catalog::Api;
use crate::error::{Error, Result};

/// A header beside those of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraHeader {
    /// Its name, as typed.
    pub name: String,
    /// Its value, without blanks around it.
    pub value: String,
}

/// Headers that identify the user, in every API.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];

/// Headers by which a server may choose another host.
const HOSTS: &[&str] = &[
    "host",
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-server",
    "x-host",
    "x-original-host",
];

/// Headers by which a server may choose another method or path.
const OVERRIDES: &[&str] = &[
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

/// Headers that describe the connection and the coding of the message.
const OF_CONNECTION: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Words in the name of a header whose value is a secret.
const SECRET_WORDS: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "signature",
];

/// Pairs of words in the name of a header whose value is a secret.
const SECRET_PAIRS: &[(&str, &str)] = &[("api", "key"), ("access", "key"), ("auth", "key")];

/// The header that a word `NAME:VALUE` stands for.
///
/// # Errors
/// Of kind `Usage`: it is not a header, or one that belongs to the program.
/// The value is never repeated.
pub fn parse(api: &Api, word: &str) -> Result<ExtraHeader> {
    let Some((name, value)) = word.split_once(':') else {
        // The text may be only a value, and a secret.
        return Err(Error::usage("--header: the : after the name is missing")
            .hint("write --header 'NAME: VALUE'"));
    };
    let (name, value) = (name.trim_end(), value.trim());
    let Ok(known) = HeaderName::from_bytes(name.as_bytes()) else {
        return Err(Error::usage(format!(
            "--header: \"{}\" is not the name of a header",
            crate::excerpt::shortened(name, 40).escape_debug()
        )));
    };
    if let Some((why, hint)) = refusal(api, known.as_str()) {
        return Err(Error::usage(format!("--header {name}: {why}")).hint(hint));
    }
    if HeaderValue::from_str(value).is_err() {
        return Err(Error::usage(format!(
            "--header {name}: the value contains characters that no header can have"
        )));
    }
    Ok(ExtraHeader {
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

/// Why a header cannot be added, and what to do instead. The name is in lower
/// case.
fn refusal(api: &Api, name: &str) -> Option<(&'static str, &'static str)> {
    let is = |other: Option<&str>| other.is_some_and(|other| other.eq_ignore_ascii_case(name));
    if CREDENTIALS.contains(&name) || is(api.auth.header()) {
        return Some((
            "the token is never a flag",
            "rc auth login keeps it, or set it in the environment",
        ));
    }
    if HOSTS.contains(&name) {
        return Some((
            "it could lead the request to another host",
            "name the server with --base-url",
        ));
    }
    if OVERRIDES.contains(&name) {
        return Some((
            "it could turn the request into another one",
            "give method and path themselves",
        ));
    }
    if OF_CONNECTION.contains(&name) {
        return Some(("rc sets it itself", "leave it out"));
    }
    if is(api.headers.version) {
        return Some((
            "it chooses the version of the API",
            "--api-version chooses it",
        ));
    }
    None
}

/// Whether the value of a header is a secret.
#[must_use]
pub fn is_secret(api: &Api, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let own = api.auth.header();
    let is_own = own.is_some_and(|own| own.eq_ignore_ascii_case(&name));
    let words: Vec<&str> = name.split(['-', '_']).collect();
    let has_pair = |pair: &[&str]| matches!(pair, [a, b] if SECRET_PAIRS.contains(&(a, b)));
    is_own
        || CREDENTIALS.contains(&name.as_str())
        || words.iter().any(|word| SECRET_WORDS.contains(word))
        || words.windows(2).any(has_pair)
        || api.is_secret_name(&name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::{API, TOKEN_HEADER, VERSION_HEADER};

    #[test]
    fn header_is_a_name_and_a_value() {
        let found = parse(&API, "X-Trace:  a:b ").unwrap();
        assert_eq!(
            (found.name.as_str(), found.value.as_str()),
            ("X-Trace", "a:b")
        );
        assert_eq!(parse(&API, "X-Empty:").unwrap().value, "");
        for word in [
            "X-Trace",
            ":authority: x",
            "X Trace: a",
            "X-Trace: a\nb",
            ": x",
        ] {
            let error = parse(&API, word).unwrap_err();
            assert!(!error.message.contains("a\nb"), "{error:?}");
        }
    }

    #[test]
    fn headers_of_the_program_are_refused_in_any_case() {
        let own = [TOKEN_HEADER, VERSION_HEADER];
        let all = [CREDENTIALS, HOSTS, OVERRIDES, OF_CONNECTION, &own].concat();
        for name in all {
            for name in [name.to_uppercase(), name.to_lowercase()] {
                let error = parse(&API, &format!("{name}: sk_live_1")).unwrap_err();
                assert!(!error.to_string().contains("sk_live_1"), "{name}");
            }
        }
    }

    #[test]
    fn secret_headers_are_known_by_their_names() {
        for name in [
            "X-Shopify-Access-Token",
            "x-api-key",
            "X_Api_Key",
            "Client-Secret",
            "X-Password",
            "Cookie",
        ] {
            assert!(is_secret(&API, name), "{name}");
        }
        for name in ["Idempotency-Key", "X-Request-Id", "Accept", "If-None-Match"] {
            assert!(!is_secret(&API, name), "{name}");
        }
    }
}
