//! A transport around another one: whatever answers repeat of the token is
//! taken out before anything else sees them, in each status, in headers and
//! bodies, and in the reasons of failures.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::redact::TokenFinder;
use super::{Failure, Sending, Transport};
use secrecy::{ExposeSecret, SecretString};

/// Answers without the token.
pub struct Redacting {
    inner: Box<dyn Transport>,
    finder: TokenFinder,
}

impl Redacting {
    /// Takes a token out of what `inner` answers.
    #[must_use]
    pub fn new(inner: Box<dyn Transport>, token: &SecretString) -> Self {
        Self {
            inner,
            finder: TokenFinder::of(token.expose_secret()),
        }
    }
}

impl Transport for Redacting {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let finder = &self.finder;
            match self.inner.send(request).await {
                Ok(answer) => Ok(cleaned(answer, finder)),
                Err(failure) => Err(Failure {
                    reason: finder.clean_text(&failure.reason).into_owned(),
                    hint: failure
                        .hint
                        .map(|hint| finder.clean_text(&hint).into_owned()),
                    ..failure
                }),
            }
        })
    }
}

fn cleaned(mut answer: Response<Bytes>, finder: &TokenFinder) -> Response<Bytes> {
    clean_headers(answer.headers_mut(), finder);
    if let Cow::Owned(body) = finder.clean(answer.body()) {
        *answer.body_mut() = Bytes::from(body);
    }
    answer
}

fn clean_headers(headers: &mut HeaderMap, finder: &TokenFinder) {
    let named: Vec<HeaderName> = headers
        .keys()
        .filter(|name| finder.is_in_name(name.as_str()))
        .cloned()
        .collect();
    for name in named {
        headers.remove(name);
    }
    for value in headers.values_mut() {
        if let Cow::Owned(bytes) = finder.clean(value.as_bytes()) {
            // Cutting out of a value leaves one; an empty one is safe as well.
            *value =
                HeaderValue::from_bytes(&bytes).unwrap_or_else(|_| HeaderValue::from_static(""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "sk_1x1_0123456789/abc";

    /// Answers each request with the same answer.
    struct Repeating(Result<(&'static str, &'static str), &'static str>);

    impl Transport for Repeating {
        fn send(&self, _: http::Request<Bytes>) -> Sending<'_> {
            let told = self.0.map_err(|reason| Failure {
                not_sent: false,
                hint: Some(reason.to_owned()),
                status: None,
                reason: reason.to_owned(),
            });
            Box::pin(async move {
                let (header, body) = told?;
                let answer = Response::builder()
                    .header("X-Echo", header)
                    .header(format!("x-{TOKEN}").replace('/', "-"), "1")
                    .header("x-sk_1x1_0123456789", "1");
                Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
            })
        }
    }

    fn sent(inner: Repeating, token: Option<&str>) -> Result<Response<Bytes>, Failure> {
        let request = http::Request::get("http://x/");
        let token = SecretString::from(token.unwrap_or_default());
        let redacting = Redacting::new(Box::new(inner), &token);
        let request = request.body(Bytes::new()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(redacting.send(request))
    }

    #[test]
    fn headers_bodies_and_failures_lose_the_token_of_their_request() {
        let repeating = || {
            Repeating(Ok((
                "a sk_1x1_0123456789%2Fabc",
                "{\"a\":\"sk_1x1_0123456789\\/abc\"}",
            )))
        };
        let answer = sent(repeating(), Some(TOKEN)).unwrap();
        assert_eq!(answer.headers()["X-Echo"], "a [redacted]");
        assert_eq!(answer.body(), "{\"a\":\"[redacted]\"}");
        let other = sent(repeating(), Some("sk_another_token_of_the_store")).unwrap();
        assert!(other.body().ends_with(b"abc\"}"));
        assert!(sent(repeating(), None).unwrap().body().ends_with(b"abc\"}"));
        let failure = sent(Repeating(Err("bad sk_1x1_0123456789/abc")), Some(TOKEN)).unwrap_err();
        assert_eq!(failure.reason, "bad [redacted]");
        assert_eq!(failure.hint.as_deref(), Some("bad [redacted]"));
    }

    #[test]
    fn a_header_whose_name_is_the_token_is_left_out() {
        let answer = sent(Repeating(Ok(("", ""))), Some("sk_1X1_0123456789")).unwrap();
        let names: Vec<&str> = answer.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-echo"]);
    }
}
