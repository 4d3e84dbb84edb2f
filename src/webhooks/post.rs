//! Posts a message to an address, with unchanged headers. Redirects are not followed;
//! only the status of an answer counts.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};

use super::forward::ForwardTarget;
use crate::api::client::{Http, Transport};
use crate::config::{Network, Timeouts};
use crate::error::{Error, Result};

/// How long a program has to answer: it may be stopped at a breakpoint.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The most bytes of an answer that are read.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// Sends messages to one address.
pub struct Poster {
    target: ForwardTarget,
    http: Http,
}

impl std::fmt::Debug for Poster {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Poster")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// The result of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The status of the answer, or why there is no answer.
    pub answer: Result<u16, String>,
    /// How long it took.
    pub milliseconds: u64,
}

impl Posted {
    /// Whether the program accepted the message.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.answer, Ok(200..=299))
    }

    /// The result of it, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.answer {
            Ok(status @ 300..=399) => format!("{status}; redirects are not followed"),
            Ok(status) => status.to_string(),
            Err(reason) => reason.clone(),
        }
    }
}

impl Poster {
    /// Posts to that address, with the proxy and the authorities of the network settings.
    ///
    /// # Errors
    /// Of kind `Usage`: the authorities cannot be read.
    pub fn new(target: ForwardTarget, mut network: Network) -> Result<Self> {
        network.timeouts = Timeouts {
            read: None,
            total: Some(PATIENCE),
            ..Timeouts::default()
        };
        network.largest = Some(LARGEST_ANSWER);
        let http = Http::new(target.base(), &network)?;
        Ok(Self { target, http })
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> &str {
        self.target.as_str()
    }

    /// Posts a message, once.
    ///
    /// # Errors
    /// Of kind `Usage`: a header cannot be sent.
    pub async fn post(&self, headers: &[(String, String)], body: Bytes) -> Result<Posted> {
        let request = http::Request::post(self.target.as_str()).body(body);
        let mut request = request
            .map_err(|error| Error::unexpected("a message cannot be sent").caused_by(error))?;
        for (name, value) in headers {
            let parsed = (
                HeaderName::try_from(name),
                HeaderValue::from_bytes(value.as_bytes()),
            );
            let (Ok(name), Ok(value)) = parsed else {
                return Err(Error::usage("a header of the message cannot be sent"));
            };
            request.headers_mut().append(name, value);
        }
        let begun = Instant::now();
        let answer = self.http.send(request).await;
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let answer = match answer {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(failure) => failure.status.ok_or(failure.reason),
        };
        Ok(Posted {
            answer,
            milliseconds,
        })
    }
}
