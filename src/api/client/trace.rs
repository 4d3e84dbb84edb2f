//! Seeing: a transport around another one that shows each attempt, retries
//! too, to a sink that was lent.
//!
//! What a sink sees carries no secret any more (see [`redact`]), so that none
//! of them can give one away. An attempt that is dropped before its answer
//! came, as by Ctrl-C, is seen as well.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Version};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::redact::{self, REDACTED, TokenFinder};
use super::{Redacting, Sending, Transport};
use crate::catalog::{Api, Headers};
use crate::world::Clock;

/// Takes note of attempts.
pub trait TraceSink: Send + Sync {
    /// An attempt has ended.
    fn saw(&self, exchange: &Exchange);
}

/// One attempt, without secrets.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// What was sent.
    pub asked: Message,
    /// What came back, or why nothing came.
    pub answered: Result<Answered, String>,
}

/// An answer as it was seen.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The version of HTTP that was spoken.
    pub version: &'static str,
    /// The state of the rate limit, as a header states it.
    pub limit: Option<String>,
    /// The version of the API that answered.
    pub api_version: Option<String>,
    /// The id by which support finds the request.
    pub request_id: Option<String>,
    /// What was in it.
    pub message: Message,
}

/// Headers and a body.
#[derive(Debug, Clone)]
pub struct Message {
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body, when it is text.
    pub body: Option<String>,
    /// Its bytes, before anything was taken out.
    pub size: usize,
}

impl Message {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn seen(headers: &HeaderMap, body: &Bytes, api: &Api, token: &TokenFinder) -> Self {
        let headers = headers.iter().map(|(name, value)| {
            let shown = if redact::hides_header(api, name.as_str()) {
                REDACTED.to_owned()
            } else {
                let text = String::from_utf8_lossy(value.as_bytes());
                token.clean_text(&redact::address(api, &text)).into_owned()
            };
            (name.as_str().to_owned(), shown)
        });
        let body_text = std::str::from_utf8(body).ok();
        let shown = body_text.map(|text| token.clean_text(&redact::body(api, text)).into_owned());
        Self {
            headers: headers.collect(),
            body: shown,
            size: body.len(),
        }
    }
}

/// A transport that is watched.
pub struct Traced {
    inner: Box<dyn Transport>,
    sinks: Vec<Arc<dyn TraceSink>>,
    clock: Clock,
    api: &'static Api,
    token: TokenFinder,
}

impl Traced {
    /// Shows what `inner` does to the sinks: requests to `api`, without the
    /// token wherever it stands.
    #[must_use]
    pub fn new(
        inner: Box<dyn Transport>,
        sinks: Vec<Arc<dyn TraceSink>>,
        clock: Clock,
        api: &'static Api,
        token: &SecretString,
    ) -> Self {
        Self {
            inner: Box::new(Redacting::new(inner, token)),
            sinks,
            clock,
            api,
            token: TokenFinder::of(token.expose_secret()),
        }
    }

    fn message(&self, headers: &HeaderMap, body: &Bytes) -> Message {
        Message::seen(headers, body, self.api, &self.token)
    }

    fn answered(&self, answer: &http::Response<Bytes>) -> Answered {
        let message = self.message(answer.headers(), answer.body());
        let header = |name: &str| message.header(name).map(str::to_owned);
        let Headers {
            version: api_version,
            request_id,
            ..
        } = self.api.headers;
        Answered {
            status: answer.status().as_u16(),
            version: version(answer.version()),
            limit: header(self.api.rate.header()),
            api_version: api_version.and_then(header),
            request_id: request_id.and_then(header),
            message,
        }
    }
}

impl Transport for Traced {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let mut pending = PendingExchange::begin(self, &request);
            let result = self.inner.send(request).await;
            pending.end(match &result {
                Ok(answer) => Ok(self.answered(answer)),
                Err(failure) => Err(self.token.clean_text(&failure.reason).into_owned()),
            });
            result
        })
    }
}

/// An attempt under way.
struct PendingExchange<'a> {
    traced: &'a Traced,
    begun: Instant,
    exchange: Option<Exchange>,
}

impl<'a> PendingExchange<'a> {
    fn begin(traced: &'a Traced, request: &http::Request<Bytes>) -> Self {
        let url = redact::address(traced.api, &request.uri().to_string());
        let exchange = Exchange {
            started: (traced.clock)(),
            elapsed: Duration::ZERO,
            method: request.method().to_string(),
            url: traced.token.clean_text(&url).into_owned(),
            asked: traced.message(request.headers(), request.body()),
            answered: Err("the wait for it was cancelled".to_owned()),
        };
        Self {
            traced,
            begun: Instant::now(),
            exchange: Some(exchange),
        }
    }

    fn end(&mut self, answered: Result<Answered, String>) {
        if let Some(exchange) = &mut self.exchange {
            exchange.answered = answered;
        }
        self.show();
    }

    fn show(&mut self) {
        let Some(mut exchange) = self.exchange.take() else {
            return;
        };
        exchange.elapsed = self.begun.elapsed();
        for sink in &self.traced.sinks {
            sink.saw(&exchange);
        }
    }
}

impl Drop for PendingExchange<'_> {
    fn drop(&mut self) {
        self.show();
    }
}

const fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}
