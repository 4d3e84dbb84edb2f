//! How requests get to the API: time limits, whom to trust, and the proxy that
//! is between. Flags win over the environment; nothing is read from files here,
//! and nothing is connected to.
//!
//! A program speaks to one host only, so whether a proxy is used is decided
//! once, here. An address of a proxy may carry a password: it is never part of
//! a message, and [`Proxy`] shows itself without it.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::base_url::BaseUrl;
use super::{Environment, read, variable};
use crate::error::{Error, Result};

/// A connection that is not made within this time is given up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// An answer that says nothing for this long is given up.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// One attempt takes at most so long, from the first byte to the last.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(120);

/// An answer is read up to this size, unpacked. A page of the largest records
/// has a few mebibytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// What flags ask for.
#[derive(Debug, Clone, Default)]
pub struct NetworkFlags {
    /// The only authorities to trust.
    pub ca_file: Option<PathBuf>,
    /// Trust the authorities of the system.
    pub system_ca: bool,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
}

/// The settings of the network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Time limits.
    pub timeouts: Timeouts,
    /// Whom to trust.
    pub trust: Trust,
    /// What is between, if anything.
    pub proxy: Option<Proxy>,
    /// How many bytes an answer may have.
    pub largest: Option<usize>,
}

/// Time limits of one attempt.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until a connection is made.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub read: Option<Duration>,
    /// From the first byte to the last.
    pub total: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: CONNECT_TIMEOUT,
            read: Some(READ_TIMEOUT),
            total: Some(TOTAL_TIMEOUT),
        }
    }
}

/// Who may vouch for a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// The authorities that Mozilla trusts, built in.
    BuiltIn,
    /// Those of the system.
    System,
    /// Those of a file, and no others.
    File(PathBuf),
}

/// A proxy, and the variable that names it.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// The variable, as it is spelled in the environment.
    pub variable: String,
    url: SecretString,
    shown: String,
}

impl Proxy {
    /// The whole address; it may hold a password.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.expose_secret()
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the proxy {} ({})", self.shown, self.variable)
    }
}

impl Network {
    /// The settings for speaking to `base`.
    ///
    /// # Errors
    /// Of kind `Usage`, naming the variable that is wrong.
    pub fn of(flags: &NetworkFlags, environment: &Environment, base: &BaseUrl) -> Result<Self> {
        Ok(Self {
            timeouts: Timeouts {
                total: Some(timeout(flags, environment)?),
                ..Timeouts::default()
            },
            trust: trust(flags, environment)?,
            proxy: proxy(environment, base)?,
            largest: Some(LARGEST),
        })
    }

    /// For this machine: no proxy, and neither waits nor answers have an end.
    #[must_use]
    pub const fn patient() -> Self {
        Self {
            timeouts: Timeouts {
                connect: CONNECT_TIMEOUT,
                read: None,
                total: None,
            },
            trust: Trust::BuiltIn,
            proxy: None,
            largest: None,
        }
    }
}

fn timeout(flags: &NetworkFlags, environment: &Environment) -> Result<Duration> {
    if let Some(flag) = flags.timeout {
        return Ok(flag);
    }
    match read(environment, variable::TIMEOUT)? {
        None => Ok(TOTAL_TIMEOUT),
        Some(word) => super::span(word)
            .ok()
            .filter(|span| !span.is_zero())
            .ok_or_else(|| {
                Error::usage(format!(
                    "{} is {word:?}, which is not a duration",
                    variable::TIMEOUT
                ))
                .hint("write it like 30s or 2m")
            }),
    }
}

/// Whom to trust: flag, then environment, then the authorities that are built in.
///
/// # Errors
/// A variable is not Unicode.
pub fn trust(flags: &NetworkFlags, environment: &Environment) -> Result<Trust> {
    if let Some(file) = &flags.ca_file {
        return Ok(Trust::File(file.clone()));
    }
    if flags.system_ca {
        return Ok(Trust::System);
    }
    if let Some(file) = read(environment, variable::CA_FILE)? {
        return Ok(Trust::File(PathBuf::from(file)));
    }
    Ok(match read(environment, variable::SYSTEM_CA)? {
        None | Some("0" | "false" | "no") => Trust::BuiltIn,
        Some(_) => Trust::System,
    })
}

fn proxy(environment: &Environment, base: &BaseUrl) -> Result<Option<Proxy>> {
    if base.is_loopback() {
        return Ok(None);
    }
    let Some((name, value)) = first_of(environment, &[variable::HTTPS_PROXY, variable::ALL_PROXY])?
    else {
        return Ok(None);
    };
    if let Some((_, exceptions)) = first_of(environment, &[variable::NO_PROXY])?
        && excepted(base.host(), base.port(), exceptions)
    {
        return Ok(None);
    }
    read_proxy(name, value.trim()).map(Some)
}

/// The first of these variables that is set, also in small letters, as other
/// programs read them.
fn first_of<'a>(environment: &'a Environment, names: &[&str]) -> Result<Option<(String, &'a str)>> {
    for name in names {
        for spelled in [name.to_ascii_lowercase(), (*name).to_owned()] {
            if let Some(value) = read(environment, &spelled)? {
                return Ok(Some((spelled, value)));
            }
        }
    }
    Ok(None)
}

fn read_proxy(variable: String, value: &str) -> Result<Proxy> {
    // The value may hold a password: it is not repeated.
    let wrong = || {
        Error::usage(format!("{variable} is not the address of a proxy"))
            .hint("write it like http://proxy.example.com:3128; https and socks5 work as well")
            .hint(format!("or unset {variable}; nothing was sent"))
    };
    let whole = if value.contains("://") {
        value.to_owned()
    } else {
        format!("http://{value}")
    };
    let url = reqwest::Url::parse(&whole).map_err(|_| wrong())?;
    let known = matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h");
    // A password with a slash makes the rest of the address a path.
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let host = url
        .host_str()
        .filter(|host| known && bare && !host.is_empty());
    let Some(host) = host else {
        return Err(wrong());
    };
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    Ok(Proxy {
        shown: format!("{}://{host}{port}", url.scheme()),
        variable,
        url: SecretString::from(whole),
    })
}

/// Whether `NO_PROXY` names the host: `*`, a name and what lies below it, an
/// address, a network (`10.0.0.0/8`), each perhaps with a port.
fn excepted(host: &str, port: Option<u16>, exceptions: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = host.parse().ok();
    exceptions.split([',', ' ']).any(|entry| {
        let entry = entry
            .trim()
            .trim_start_matches("*.")
            .trim_start_matches('.');
        if entry == "*" {
            return true;
        }
        let (name, wanted) = match entry.rsplit_once(':') {
            Some((name, digits)) if !name.contains(':') => (name, digits.parse().ok()),
            _ => (entry, None),
        };
        if name.is_empty() || (wanted.is_some() && wanted != port) {
            return false;
        }
        if let Some(address) = address {
            return within(address, name.trim_start_matches('[').trim_end_matches(']'));
        }
        let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
        host == name || host.ends_with(&format!(".{name}"))
    })
}

/// Whether an address is one, or lies in a network.
fn within(address: IpAddr, entry: &str) -> bool {
    let (network, length) = match entry.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()),
        None => (entry, Some(128)),
    };
    let (Ok(network), Some(length)) = (network.parse::<IpAddr>(), length) else {
        return false;
    };
    let (one, other, width) = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    let free = width - length.min(width);
    free == 128 || one >> free == other >> free
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
