//! Sends messages to a local program: signed, over HTTP, one at a time. Redirects are
//! not followed, and only the status of an answer counts.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use jiff::Timestamp;

use crate::api::client::{Http, Transport};
use crate::config::loopback::is_loopback;
use crate::config::{BaseUrl, Network, Timeouts};
use crate::error::{Error, Result};

/// How long a program has to answer: it may be stopped at a breakpoint.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The most bytes of an answer that are read.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// The longest part of an answer's `Location` that is repeated.
const LONGEST_LOCATION: usize = 200;

/// The header with the number of the delivery.
pub const DELIVERY_HEADER: &str = "X-Rc-Delivery";
/// The header with the number of the event.
pub const EVENT_HEADER: &str = "X-Rc-Event";
/// The header that states how close the body is to that of the webhook.
pub const BODY_HEADER: &str = "X-Rc-Body";
/// The header with the number of the attempt, among those that may have arrived.
pub const ATTEMPT_HEADER: &str = "X-Rc-Attempt";

/// Where messages go.
#[derive(Debug, Clone)]
pub struct ForwardTarget {
    text: String,
    base: BaseUrl,
}

impl ForwardTarget {
    /// Reads an address.
    ///
    /// # Errors
    /// Of kind `Usage`: not a URL, one with a name or password, or plain http to
    /// another machine: messages contain personal data.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| Error::usage(format!("the address to forward to {why}"));
        let url =
            reqwest::Url::parse(text).map_err(|error| wrong("is not a URL").caused_by(error))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must not contain a name or password")
                .hint("-H 'Authorization: …' sends a header"));
        }
        let here = url.host_str().is_some_and(is_loopback);
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => {
                return Err(wrong("would send personal data unencrypted")
                    .hint("use https; plain http is only for this machine"));
            }
            _ => return Err(wrong("is neither https nor http")),
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self {
            text: url.as_str().to_owned(),
            base: BaseUrl::parse(&origin)?,
        })
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address without its path, which selects the proxy.
    #[must_use]
    pub const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// The address for a topic: that path below the address.
    fn of_topic(&self, topic: &str) -> String {
        let (path, query) = match self.text.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (self.text.as_str(), String::new()),
        };
        format!("{}/{topic}{query}", path.trim_end_matches('/'))
    }
}

/// Signs a body: returns the headers for a time.
pub type Signer = Arc<dyn Fn(&[u8], Timestamp) -> Vec<(String, String)> + Send + Sync>;

/// Settings of headers and addresses.
#[derive(Debug, Clone, Default)]
pub struct ForwardOptions {
    /// Each topic has a path of its own below the address.
    pub path_per_topic: bool,
    /// The header that names the topic, if one does.
    pub topic_header: Option<&'static str>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
}

/// A message to send.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Its topic, if it is known.
    pub topic: Option<&'a str>,
    /// The number of the delivery.
    pub delivery: i64,
    /// The number of its event, if it has one.
    pub event: Option<i64>,
    /// How close the body is to that of the webhook, if it was rebuilt.
    pub form: Option<&'a str>,
    /// Which attempt it is.
    pub attempt: u32,
    /// The body.
    pub body: &'a [u8],
}

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forwarded {
    /// An answer, and the reason if it is not a success.
    Answered(u16, Option<String>),
    /// Nothing was sent.
    NotSent(String),
    /// The connection broke; the message may have arrived.
    Broken(String),
    /// There was no answer in time; the message may have arrived.
    TooLate(String),
}

/// Sends messages to a target.
pub struct Forwarder {
    target: ForwardTarget,
    http: Http,
    patience: Duration,
    signer: Signer,
    options: ForwardOptions,
}

impl fmt::Debug for Forwarder {
    /// Its headers and its signer may contain secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Forwarder")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

impl Forwarder {
    /// A forwarder, with the proxy and the authorities of the network settings.
    ///
    /// # Errors
    /// Of kind `Usage`: the authorities cannot be read, or a header cannot be sent.
    pub fn new(
        target: ForwardTarget,
        mut network: Network,
        patience: Duration,
        signer: Signer,
        options: ForwardOptions,
    ) -> Result<Self> {
        for (name, value) in &options.headers {
            let name_is_good = HeaderName::try_from(name.as_str()).is_ok();
            if !name_is_good || HeaderValue::try_from(value.as_str()).is_err() {
                return Err(Error::usage(format!("-H {name}: not a valid header"))
                    .hint("write -H 'Name: value'"));
            }
        }
        network.timeouts = Timeouts {
            read: None,
            total: Some(patience),
            ..Timeouts::default()
        };
        network.largest = Some(LARGEST_ANSWER);
        let http = Http::new(&target.base, &network)?;
        Ok(Self {
            target,
            http,
            patience,
            signer,
            options,
        })
    }

    /// Where messages go.
    #[must_use]
    pub const fn target(&self) -> &ForwardTarget {
        &self.target
    }

    /// Sends a message, once; also gives how many milliseconds that took.
    ///
    /// # Errors
    /// Of kind `Unexpected`: the message is not an HTTP request.
    pub async fn send(&self, message: &Outgoing<'_>, now: Timestamp) -> Result<(Forwarded, u64)> {
        let request = self.request(message, now)?;
        let begun = Instant::now();
        let answer = self.http.send(request).await;
        let took = begun.elapsed();
        let forwarded = match answer {
            Ok(answer) => {
                let status = answer.status().as_u16();
                let location = answer.headers().get(LOCATION);
                Forwarded::Answered(status, complaint(status, location))
            }
            Err(failure) => match failure.status {
                Some(status) => Forwarded::Answered(status, complaint(status, None)),
                None if failure.not_sent => Forwarded::NotSent(failure.reason),
                None if took >= self.patience => {
                    let seconds = self.patience.as_secs();
                    Forwarded::TooLate(format!("no answer in {seconds} seconds"))
                }
                None => Forwarded::Broken(failure.reason),
            },
        };
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Ok((forwarded, milliseconds))
    }

    fn request(&self, message: &Outgoing<'_>, now: Timestamp) -> Result<http::Request<Bytes>> {
        let uri = match message.topic {
            Some(topic) if self.options.path_per_topic => self.target.of_topic(topic),
            _ => self.target.text.clone(),
        };
        let mut request = http::Request::post(uri)
            .header(CONTENT_TYPE, "application/json")
            .header(DELIVERY_HEADER, message.delivery)
            .header(ATTEMPT_HEADER, message.attempt);
        if let Some(event) = message.event {
            request = request.header(EVENT_HEADER, event);
        }
        if let Some(form) = message.form {
            request = request.header(BODY_HEADER, form);
        }
        if let (Some(header), Some(topic)) = (self.options.topic_header, message.topic) {
            request = request.header(header, topic);
        }
        for (name, value) in (self.signer)(message.body, now) {
            request = request.header(name, value);
        }
        let body = Bytes::copy_from_slice(message.body);
        let mut request = request
            .body(body)
            .map_err(|error| Error::unexpected("a message cannot be sent").caused_by(error))?;
        for (name, value) in &self.options.headers {
            let name = HeaderName::try_from(name.as_str());
            let value = HeaderValue::try_from(value.as_str());
            if let (Ok(name), Ok(value)) = (name, value) {
                request.headers_mut().insert(name, value);
            }
        }
        Ok(request)
    }
}

/// Why an answer is not a success.
fn complaint(status: u16, location: Option<&HeaderValue>) -> Option<String> {
    match status {
        200..=299 => None,
        300..=399 => {
            let to = location.and_then(|location| location.to_str().ok());
            let to: String = to
                .unwrap_or("elsewhere")
                .chars()
                .take(LONGEST_LOCATION)
                .collect();
            Some(format!(
                "status {status} leads to {to}; redirects are not followed"
            ))
        }
        _ => Some(format!("status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_gets_messages_in_the_clear() {
        for good in [
            "http://localhost:3000/hooks?a=b",
            "https://example.com/hooks",
        ] {
            assert!(ForwardTarget::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com/",
            "ftp://localhost/",
            "localhost:3000",
            "http://a:b@localhost/",
            "",
        ] {
            assert!(ForwardTarget::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn each_topic_has_its_path_below_the_address() {
        let target = ForwardTarget::parse("http://localhost:3000/hooks/?a=b").unwrap();
        assert_eq!(
            target.of_topic("charge/paid"),
            "http://localhost:3000/hooks/charge/paid?a=b"
        );
    }

    #[test]
    fn a_redirect_is_named_and_not_followed() {
        let location = HeaderValue::from_static("https://example.com/");
        let told = complaint(302, Some(&location)).unwrap();
        assert_eq!(
            told,
            "status 302 leads to https://example.com/; redirects are not followed"
        );
        assert_eq!(complaint(204, None), None);
    }
}
