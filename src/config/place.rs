//! Where requests go. A token travels only over https, or within this machine.

use std::fmt;
use std::net::IpAddr;

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
        let wrong = |why: &str| Error::usage(format!("the base URL {text} {why}"));
        let url =
            reqwest::Url::parse(text).map_err(|error| wrong("is not a URL").caused_by(error))?;
        if !url.username().is_empty() || url.password().is_some() {
            // The text may hold a secret: do not repeat it.
            return Err(Error::usage(
                "the base URL must not carry a name or password",
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
                return Err(wrong("would send the token in the clear").hint(
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

fn is_loopback(host: &str) -> bool {
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback())
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
        ] {
            let url = BaseUrl::parse(good).unwrap();
            assert!(!url.as_str().ends_with('/'));
        }
        for bad in [
            "http://api.rechargeapps.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
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
        let error = BaseUrl::parse("https://user:secret@api.example.com").unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}
