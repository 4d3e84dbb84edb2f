//! Asking politely: a request goes out with the token and comes back as an
//! answer or as an error that says what to do. Retries are decided purely (see
//! [`retry`]); how bytes travel is a [`Transport`] that is passed in.

pub mod har;
mod http;
pub mod redact;
mod refusal;
pub mod retry;
pub mod tls;
pub mod trace;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use ::http::{HeaderMap, HeaderValue};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

use crate::catalog;
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::world::Sleep;
use retry::{Outcome, Verdict};

pub use crate::config::READ_TIMEOUT;
pub use http::{Http, USER_AGENT};

/// A client of one store.
pub struct Client {
    transport: Box<dyn Transport>,
    base: String,
    token: SecretString,
    version: String,
    sleep: Sleep,
}

/// How a request gets to the API and its answer back.
pub trait Transport: Send + Sync {
    /// Sends one request, once.
    fn send(&self, request: ::http::Request<Bytes>) -> Sending<'_>;
}

/// An answer on its way.
pub type Sending<'a> =
    Pin<Box<dyn Future<Output = Result<::http::Response<Bytes>, Failure>> + Send + 'a>>;

/// Why no answer came.
#[derive(Debug)]
pub struct Failure {
    /// Whether it is certain that the API did not receive the request.
    pub not_sent: bool,
    /// What to do about it, when that is known better than in general.
    pub hint: Option<String>,
    /// What happened, as a fragment.
    pub reason: String,
}

/// A successful answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status, 2xx.
    pub status: u16,
    /// The id by which support finds the request.
    pub request_id: Option<String>,
    /// The body, whole.
    pub body: Bytes,
}

/// What to say of a write that got no clear answer.
pub const UNKNOWN: &str =
    "it is unknown whether the API carried it out: look before you send it again";

/// What a client is made of, besides its transport.
#[derive(Debug)]
pub struct Connection {
    /// Where the API answers, without a slash at the end.
    pub base: String,
    /// The token.
    pub token: SecretString,
    /// The version of the API to ask for.
    pub version: String,
}

impl Client {
    /// A client that sends through `transport` and waits with `sleep`.
    #[must_use]
    pub fn new(transport: Box<dyn Transport>, connection: Connection, sleep: Sleep) -> Self {
        Self {
            transport,
            base: connection.base,
            token: connection.token,
            version: connection.version,
            sleep,
        }
    }

    /// Sends a request and waits for its answer, again where that is safe.
    ///
    /// # Errors
    /// `Access`, `NotFound`, `Refused` for what the API says; `Unreachable`
    /// when no usable answer came.
    pub async fn send(&self, request: &Request) -> Result<Answer> {
        let safe = !request.changes();
        let begun = Instant::now();
        let mut attempt = 0;
        loop {
            let result = self.transport.send(self.outgoing(request)?).await;
            let outcome = Outcome::of(&result);
            match retry::decide(attempt, outcome, safe, fastrand::f64()) {
                Verdict::Again(after) if begun.elapsed() < PATIENCE => {
                    let after = result
                        .ok()
                        .and_then(|answer| retry_after(answer.headers()))
                        .unwrap_or(after);
                    (self.sleep)(after).await;
                    attempt += 1;
                }
                _ => return self.conclude(request, result, safe),
            }
        }
    }

    fn conclude(
        &self,
        request: &Request,
        result: Result<::http::Response<Bytes>, Failure>,
        safe: bool,
    ) -> Result<Answer> {
        let answer = result.map_err(|failure| unanswered(&self.base, &failure, safe))?;
        let token = self.token.expose_secret();
        let request_id = header(answer.headers(), catalog::REQUEST_ID_HEADER)
            .map(|id| redact::without_token(&id, token).into_owned());
        let status = answer.status().as_u16();
        let body = answer.into_body();
        if (200..300).contains(&status) {
            return Ok(Answer {
                status,
                request_id,
                body,
            });
        }
        let body = self.redacted(&body);
        Err(refusal::explain(request, status, request_id, &body))
    }

    /// A body without the token, should a server repeat it.
    fn redacted(&self, body: &Bytes) -> Bytes {
        let token = self.token.expose_secret();
        match std::str::from_utf8(body).map(|text| redact::without_token(text, token)) {
            Ok(Cow::Owned(text)) => text.into(),
            _ => body.clone(),
        }
    }

    fn outgoing(&self, request: &Request) -> Result<::http::Request<Bytes>> {
        let json = HeaderValue::from_static("application/json");
        let mut token = HeaderValue::from_str(self.token.expose_secret())
            .map_err(|_| Error::new(Kind::Access, "the token cannot stand in a header"))?;
        token.set_sensitive(true);
        let mut builder = ::http::Request::builder()
            .method(request.method.name())
            .uri(format!("{}{}", self.base, request.target()))
            .header(catalog::TOKEN_HEADER, token)
            .header(catalog::VERSION_HEADER, self.version.as_str())
            .header("Accept", json.clone());
        if request.body.is_some() {
            builder = builder.header("Content-Type", json);
        }
        let body = request.body.clone().map_or_else(Bytes::new, Bytes::from);
        builder
            .body(body)
            .map_err(|error| Error::usage("the request cannot be made").caused_by(error))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client")
            .field("base", &self.base)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

fn unanswered(base: &str, failure: &Failure, safe: bool) -> Error {
    let error = Error::new(
        Kind::Unreachable,
        format!("no answer from {base}: {}", failure.reason),
    );
    if let Some(hint) = &failure.hint {
        return error.hint(hint);
    }
    if failure.not_sent {
        return error.hint("nothing was sent; check the network and the base URL");
    }
    if safe {
        return error.hint("nothing was changed; try again");
    }
    error.hint(UNKNOWN)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// No attempt begins later than this after the first.
const PATIENCE: Duration = Duration::from_secs(90);

/// The longest wait that an answer can ask for.
const LONGEST_WAIT: u64 = 30;

/// The wait that the API asks for, if it does.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = header(headers, "Retry-After")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST_WAIT)))
}
