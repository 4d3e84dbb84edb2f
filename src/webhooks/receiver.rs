//! Receives messages of webhooks over HTTP: checks both signatures, records each
//! message, and forwards its exact bytes and headers.
//!
//! Takes a listener; passes messages to a [`MessageLog`] and to a [`Poster`]. A message
//! with a wrong signature is answered with 401 and not forwarded.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use jiff::Timestamp;
use recharge_listener::{Broken, Limits, ResponseBody, Service, serve};
use secrecy::SecretString;
use tokio::net::TcpListener;

use super::post::{Posted, Poster};
use super::signature::{SignedMessage, Verification, Verifier};
use crate::catalog::Webhooks;
use crate::error::{Error, Result};
use crate::world::Clock;

/// The largest message, in bytes.
const LARGEST: usize = 16 << 20;

/// Headers of one connection, which are not forwarded. `Host` and the length are
/// those of the next one.
const OF_THE_CONNECTION: &[&str] = &[
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A message that came in.
#[derive(Debug, Clone)]
pub struct ReceivedMessage {
    /// When it came.
    pub at: Timestamp,
    /// Its headers without those of the connection.
    pub headers: Vec<(String, String)>,
    /// Its body, to the byte.
    pub body: Bytes,
    /// The topic, where a header names one.
    pub topic: Option<String>,
    /// The result of its signatures.
    pub verification: Verification,
}

impl ReceivedMessage {
    /// The first key of the body (`subscription`): the kind of object.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        let value: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        value.as_object()?.keys().next().cloned()
    }
}

/// Records messages and their results.
pub trait MessageLog: Send + Sync {
    /// Records a message before it is forwarded; returns the number of its record.
    ///
    /// # Errors
    /// The record cannot be written. The sender gets an error, and sends the message again.
    fn received(&self, message: &ReceivedMessage) -> Result<Option<i64>>;

    /// Records the result of a message: `None` if it was not forwarded.
    ///
    /// # Errors
    /// The record cannot be written.
    fn ended(
        &self,
        record: Option<i64>,
        message: &ReceivedMessage,
        posted: Option<&Posted>,
    ) -> Result<()>;
}

/// How to receive.
pub struct ReceiverSettings {
    /// The webhooks whose headers are looked for.
    pub webhooks: &'static Webhooks,
    /// The client secret.
    pub secret: SecretString,
    /// The access token, to detect that it was used as the secret.
    pub token: Option<SecretString>,
    /// The present.
    pub clock: Clock,
    /// The target of messages; without it they are only recorded.
    pub forward: Option<Poster>,
    /// Takes the messages.
    pub log: Arc<dyn MessageLog>,
}

/// Receives messages until `until` is ready.
///
/// # Errors
/// The listener is no longer open.
pub async fn run(
    listener: TcpListener,
    settings: ReceiverSettings,
    until: impl Future<Output = ()>,
) -> Result<()> {
    let receiver = Arc::new(Receiver { settings });
    serve(listener, receiver, Limits::default(), until)
        .await
        .map_err(|error| Error::unexpected("the receiver stopped").caused_by(error))
}

struct Receiver {
    settings: ReceiverSettings,
}

impl Service for Receiver {
    fn admit(&self, _: IpAddr, head: &Parts) -> std::result::Result<usize, Box<Response<Bytes>>> {
        if head.method == Method::POST {
            return Ok(LARGEST);
        }
        let refusal = self.refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "messages of webhooks are sent with POST",
        );
        Err(Box::new(refusal))
    }

    async fn answer(
        &self,
        request: Request<Bytes>,
    ) -> std::result::Result<Response<ResponseBody>, Broken> {
        let (head, body) = request.into_parts();
        let message = self.message(&head.headers, body);
        let status = self
            .take(&message)
            .await
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let said = if status.is_success() {
            ""
        } else {
            "the message was not accepted"
        };
        Ok(self.refuse(status, said).map(ResponseBody::whole))
    }

    fn refuse(&self, status: StatusCode, message: &str) -> Response<Bytes> {
        let mut response = Response::new(Bytes::copy_from_slice(message.as_bytes()));
        *response.status_mut() = status;
        response
    }
}

impl Receiver {
    fn message(&self, headers: &HeaderMap, body: Bytes) -> ReceivedMessage {
        let at = (self.settings.clock)();
        let headers = forwarded(headers);
        let ReceiverSettings {
            webhooks,
            secret,
            token,
            ..
        } = &self.settings;
        let verifier = Verifier {
            webhooks,
            secret,
            token: token.as_ref(),
            now: at.as_second(),
        };
        let verification = verifier.verify(&SignedMessage {
            headers: &headers,
            body: &body,
        });
        let topic = super::signature::header(&headers, webhooks.headers.topic);
        ReceivedMessage {
            at,
            topic: topic.map(str::to_owned),
            headers,
            body,
            verification,
        }
    }

    /// Records a message, forwards it, and returns the status to answer with: that of
    /// the program, so that the sender sends refused messages again.
    async fn take(&self, message: &ReceivedMessage) -> Result<StatusCode> {
        let log = &self.settings.log;
        let record = log.received(message)?;
        if !message.verification.is_valid() {
            log.ended(record, message, None)?;
            return Ok(StatusCode::UNAUTHORIZED);
        }
        let Some(poster) = &self.settings.forward else {
            log.ended(record, message, None)?;
            return Ok(StatusCode::OK);
        };
        let posted = poster.post(&message.headers, message.body.clone()).await?;
        log.ended(record, message, Some(&posted))?;
        let status = posted.answer.as_ref().ok().copied();
        Ok(match status {
            // A redirect is not followed by the sender either.
            Some(300..=399) | None => StatusCode::BAD_GATEWAY,
            Some(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        })
    }
}

/// The headers of a message without those of the connection.
fn forwarded(headers: &HeaderMap) -> Vec<(String, String)> {
    let named = headers.iter();
    named
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()))
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}
