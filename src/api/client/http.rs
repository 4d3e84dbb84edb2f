//! The transport over the network: reqwest with rustls. It keeps connections
//! and speaks HTTP/2 and gzip where the server does; it follows no redirect,
//! because one could carry the token to another host.
//!
//! Takes the settings of the network and one request at a time; returns an
//! answer, or why none came and what to do about it. It knows neither tokens
//! nor what a request means.

use std::fmt;

use bytes::Bytes;

use super::attempt_time::{AttemptTime, TimeLimit};
use super::resolver::PinnedResolver;
use super::{Failure, Sending, Transport, tls};
use crate::config::{BaseUrl, Network, Proxy, Timeouts};
use crate::error::{Error, Result};

/// How the program names itself.
pub const USER_AGENT: &str = concat!("recharge-cli/", env!("CARGO_PKG_VERSION"));

/// Connections of one attempt that a stop of the process may spoil.
const MOST_CONNECTIONS: u32 = 8;

/// A pool of connections to one API.
pub struct Http {
    client: reqwest::Client,
    limits: Timeouts,
    proxy: Option<Proxy>,
    largest: Option<usize>,
}

impl Http {
    /// Makes ready to speak to `base`; connects only when something is sent.
    ///
    /// # Errors
    /// Of kind `Usage`: the authorities to trust cannot be read.
    pub fn new(base: &BaseUrl, network: &Network) -> Result<Self> {
        let tls = if base.is_https() {
            tls::settings(&network.trust)?
        } else {
            tls::unused()?
        };
        let limits = network.timeouts;
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            // The others are counted by [`AttemptTime`].
            .connect_timeout(limits.connect)
            .redirect(reqwest::redirect::Policy::none())
            // Names of this machine resolve to this machine.
            .dns_resolver(PinnedResolver)
            .tls_backend_preconfigured(tls)
            // The environment was read already, and a proxy chosen.
            .no_proxy();
        if let Some(proxy) = &network.proxy {
            // Its causes may repeat the address, and with it a password.
            let made = reqwest::Proxy::all(proxy.url()).map_err(|_| {
                Error::usage(format!("{} is not the address of a proxy", proxy.variable))
            })?;
            builder = builder.proxy(made);
        }
        let client = builder
            .build()
            .map_err(|error| Error::unexpected("cannot set up HTTP").caused_by(error))?;
        Ok(Self {
            client,
            limits,
            proxy: network.proxy.clone(),
            largest: network.largest,
        })
    }

    /// For questions to this machine whose answers take their time.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn patient(base: &BaseUrl) -> Result<Self> {
        Self::new(base, &Network::patient())
    }

    /// The body, up to the size that is allowed: a small answer can unpack to
    /// more than there is memory.
    async fn body(
        &self,
        mut answer: reqwest::Response,
        time: &mut AttemptTime,
    ) -> Result<Bytes, Failure> {
        let status = Some(answer.status().as_u16());
        let broken = |error| Failure {
            not_sent: false,
            status,
            ..self.failure(error)
        };
        let (mut pieces, mut length) = (Vec::new(), 0);
        loop {
            let piece = time.step(answer.chunk()).await;
            let piece = piece.map_err(|TimeLimit| too_long(status))?;
            let Some(piece) = piece.map_err(broken)? else {
                break;
            };
            length += piece.len();
            if self.largest.is_some_and(|largest| length > largest) {
                return Err(Failure {
                    not_sent: false,
                    status,
                    hint: None,
                    reason: "the response is too large to come from the API".to_owned(),
                });
            }
            pieces.push(piece);
        }
        // Put together once, at its size: what grows piece by piece leaves
        // holes in memory, page after page.
        let mut body = Vec::with_capacity(length);
        for piece in pieces {
            body.extend_from_slice(&piece);
        }
        Ok(Bytes::from(body))
    }

    /// Sends a request and waits for the head of its answer.
    async fn head(
        &self,
        request: reqwest::Request,
        time: &mut AttemptTime,
    ) -> Result<reqwest::Response, Failure> {
        for _ in 0..MOST_CONNECTIONS {
            // A body of bytes can be cloned, and there is no other.
            let Some(again) = request.try_clone() else {
                break;
            };
            let before = time.spent();
            let head = time.step(self.client.execute(again)).await;
            match head.map_err(|TimeLimit| too_long(None))? {
                // The limit of connecting goes by the clock, so it ended
                // because the process was stopped. Nothing was sent.
                Err(error) if error.is_connect() && error.is_timeout() && time.is_early(before) => {
                }
                head => return head.map_err(|error| self.failure(error)),
            }
        }
        let head = time.step(self.client.execute(request)).await;
        head.map_err(|TimeLimit| too_long(None))?
            .map_err(|error| self.failure(error))
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "map_err hands the error over"
    )]
    fn failure(&self, error: reqwest::Error) -> Failure {
        let not_sent = error.is_connect() || error.is_builder();
        let wrong_tls = tls::within(&error);
        let what = if error.is_timeout() && error.is_connect() {
            "the connection took too long"
        } else if error.is_timeout() {
            "it took too long"
        } else if wrong_tls.is_some() && error.is_connect() {
            "no TLS connection"
        } else if error.is_connect() {
            "cannot connect"
        } else if error.is_body() || error.is_decode() {
            "the response was cut off"
        } else {
            "the connection broke"
        };
        let hint = match (wrong_tls, &self.proxy) {
            (Some(wrong), _) if not_sent => Some(tls::advice(wrong)),
            (_, Some(proxy)) if not_sent => Some(format!(
                "nothing was sent; requests go through {proxy}: check that it runs and permits \
                 them, or name the host in NO_PROXY"
            )),
            _ => None,
        };
        Failure {
            not_sent,
            status: None,
            hint,
            reason: with_root_cause(what, &error),
        }
    }
}

impl fmt::Debug for Http {
    /// What it is made of contains the password of a proxy.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Http")
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

impl Transport for Http {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let failed = |error| self.failure(error);
            let request = reqwest::Request::try_from(request).map_err(failed)?;
            let mut time = AttemptTime::new(self.limits);
            let mut answer = self.head(request, &mut time).await?;
            let mut whole = http::Response::new(Bytes::new());
            *whole.status_mut() = answer.status();
            *whole.version_mut() = answer.version();
            *whole.headers_mut() = std::mem::take(answer.headers_mut());
            *whole.body_mut() = self.body(answer, &mut time).await?;
            Ok(whole)
        })
    }
}

/// The failure of an attempt that reached a limit. `status` is that of its
/// answer, where one began.
fn too_long(status: Option<u16>) -> Failure {
    Failure {
        not_sent: false,
        hint: None,
        status,
        reason: "it took too long".to_owned(),
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
