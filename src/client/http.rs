//! The transport over the network: reqwest with rustls. Roots of trust are the
//! built-in ones of Mozilla, so that nothing is read from the system to start.

use std::time::Duration;

use bytes::Bytes;

use super::{Failure, Sending, Transport};
use crate::config::BaseUrl;
use crate::error::{Error, Result};

/// An answer that says nothing for this long is given up.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// A pool of connections to one API.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
    /// Makes ready to speak to `base`; connects only when something is sent.
    pub fn new(base: &BaseUrl) -> Result<Self> {
        Self::built(base, |builder| builder.read_timeout(READ_TIMEOUT))
    }

    /// As [`Self::new`], for questions whose answers take their time.
    pub fn patient(base: &BaseUrl) -> Result<Self> {
        Self::built(base, |builder| builder)
    }

    fn built(
        base: &BaseUrl,
        finish: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("recharge-cli/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            // A redirect could carry the token to another host.
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(tls(base.is_https())?);
        if base.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = finish(builder)
            .build()
            .map_err(|error| Error::unexpected("cannot set up HTTP").caused_by(error))?;
        Ok(Self { client })
    }
}

/// The TLS settings; without roots where TLS is not spoken.
fn tls(https: bool) -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    if https {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::unexpected("cannot set up TLS").caused_by(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

impl Transport for Http {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(failure)?;
            let mut answer = self.client.execute(request).await.map_err(failure)?;
            let mut whole = http::Response::new(Bytes::new());
            *whole.status_mut() = answer.status();
            *whole.headers_mut() = std::mem::take(answer.headers_mut());
            let status = Some(whole.status().as_u16());
            let broken = |error| Failure {
                not_sent: false,
                status,
                ..failure(error)
            };
            *whole.body_mut() = answer.bytes().await.map_err(broken)?;
            Ok(whole)
        })
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "map_err hands the error over"
)]
fn failure(error: reqwest::Error) -> Failure {
    let not_sent = error.is_connect() || error.is_builder();
    let what = if error.is_timeout() && error.is_connect() {
        "the connection took too long"
    } else if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "cannot connect"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the connection broke"
    };
    Failure {
        not_sent,
        status: None,
        reason: with_root_cause(what, &error),
    }
}

/// The innermost cause is the one that tells something (`Connection refused`).
fn with_root_cause(what: &str, error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("{what} ({cause})")
}
