//! Where requests go. A token travels only over https, or within this machine.

use std::fmt;

use super::loopback::is_loopback;
use crate::error::{Error, Result};

/// The address of an API, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    host: String,
    port: Option<u16>,
    loopback: bool,
}

impl BaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// Of kind `Usage`: not a URL, plain http to another machine, or a URL
    /// that carries credentials, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self> {
        // A text with an `@`, or one that is not an URL, may hold a password
        // wherever a name, a slash or a port seems to be: it is not repeated.
        if text.contains('@') || text.contains("%40") {
            return Err(
                Error::usage("the base URL must not contain a name or password")
                    .hint("leave out the @ and everything before it; rc auth login sets a token"),
            );
        }
        let named = if is_repeatable(text) {
            format!("the base URL {text}")
        } else {
            "the base URL".to_owned()
        };
        let wrong = |why: &str| Error::usage(format!("{named} {why}"));
        let url =
            reqwest::Url::parse(text).map_err(|error| wrong("is not a URL").caused_by(error))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::usage(
                "the base URL must not contain a name or password",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must not have a query or fragment"));
        }
        let loopback = url.host_str().is_some_and(is_loopback);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => {
                return Err(wrong("would send the token unencrypted").hint(
                    "use https; plain http is only for this machine (localhost, 127.0.0.1)",
                ));
            }
            _ => return Err(wrong("is neither https nor http")),
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default(),
            loopback,
        })
    }

    /// The address without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host: a name or an address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also when it is the usual one.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether it is this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether TLS is spoken there.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Whether a text can be repeated in an error: a host, perhaps with a scheme, a
/// port and a path, and nothing that could be a password.
fn is_repeatable(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~/:[]".contains(&byte);
    if !text.bytes().all(plain) {
        return false;
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host_ends = authority.rfind(']').map_or(0, |at| at + 1);
    let port = match authority[host_ends..].split_once(':') {
        Some((_, port)) => port,
        None => "",
    };
    !path.contains(':') && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_goes_anywhere_and_http_only_to_this_machine() {
        for good in [
            "https://api.rechargeapps.com",
            "https://api.rechargeapps.com/",
            "http://localhost:4010",
            "http://127.0.0.1:4010/",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://[::ffff:127.0.0.1]:1",
            "http://2130706433",
            "http://0x7f.1:4010",
            "http://LOCALHOST:1",
            "http://localhost.:1",
            "http://shop.localhost:1",
        ] {
            let url = BaseUrl::parse(good).unwrap();
            assert!(!url.as_str().ends_with('/'));
        }
        for bad in [
            "http://api.rechargeapps.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::ffff:10.0.0.1]",
            "http://0x0a.1",
            "http://localhost@example.com",
            "http://127.0.0.1:80@example.com",
            "http://example.com\\@localhost",
            "http://notlocalhost",
            "ftp://localhost",
            "api.rechargeapps.com",
            "https://",
            "https://api.example.com/?a=1",
            "",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn credentials_in_a_url_are_refused_and_not_repeated() {
        for scheme in [
            "https://", "http://", "ftp://", "https:/", "https:", "//", "",
        ] {
            for user in ["user:", "user:1", "user:80/", ":", "", "u/", "u#", "u?"] {
                for password in [
                    "TOPSECRET",
                    "TOP/SECRET",
                    "TOP#SECRET",
                    "TOP?SECRET",
                    "TOP@SECRET",
                    "TOP\\SECRET",
                    "TOP SECRET",
                    "TOP\nSECRET",
                    "TOP[SECRET]",
                    "TOP%2FSECRET",
                ] {
                    for at in ["@", "%40", "@@"] {
                        let url = format!("{scheme}{user}{password}{at}host.example:443/x");
                        let error = BaseUrl::parse(&url).expect_err(&url);
                        let shown = format!("{error} {error:?}");
                        assert!(!shown.contains("SECRET"), "{url}: {shown}");
                        assert!(!shown.contains("TOP"), "{url}: {shown}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_could_be_a_password_or_a_key_is_not_repeated() {
        for url in [
            "user:TOPSECRET",
            "https://user:TOPSECRET",
            "https://user:TOPSECRET/x",
            "https://api.example.com?key=TOPSECRET",
            "https://api.example.com#TOPSECRET",
            "http://api.example.com/x:TOPSECRET",
            "https://TOPSECRET host",
            "ftp://a,TOPSECRET",
        ] {
            let error = BaseUrl::parse(url).expect_err(url);
            assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
        }
        for url in [
            "api.example.com",
            "http://api.example.com:80/x",
            "ftp://[::1]:21",
        ] {
            let error = BaseUrl::parse(url).expect_err(url);
            assert!(error.to_string().contains(url), "{error}");
        }
    }
}
