//! A request as it goes out: with the token, the version, and the headers of the
//! user.

use std::fmt::Write;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use super::{Client, redact};
use crate::api::request::{ExtraHeader, Request, encode};
use crate::catalog::AuthPlace;
use crate::error::{Error, Kind, Result};

impl Client {
    /// The request for the transport.
    ///
    /// # Errors
    /// `Access` for a token that no header can have; `Usage` for a header of the
    /// user that carries the token.
    pub(super) fn outgoing(&self, request: &Request) -> Result<http::Request<Bytes>> {
        let json = HeaderValue::from_static("application/json");
        let mut url = format!("{}{}", self.base, request.target());
        if let AuthPlace::Query(parameter) = self.api.auth.place {
            let sign = if url.contains('?') { '&' } else { '?' };
            let token = encode(self.token.expose_secret());
            let _ = write!(url, "{sign}{parameter}={token}");
        }
        let mut builder = http::Request::builder()
            .method(request.method.name())
            .uri(url)
            .header("Accept", json.clone());
        if let AuthPlace::Header(name) = self.api.auth.place {
            let mut token = HeaderValue::from_str(self.token.expose_secret()).map_err(|_| {
                Error::new(
                    Kind::Access,
                    "the token has characters that a header cannot contain",
                )
            })?;
            token.set_sensitive(true);
            builder = builder.header(name, token);
        }
        if let Some(name) = self.api.headers.version {
            builder = builder.header(name, self.version());
        }
        if let (Some(client), Some(id)) = (self.api.headers.client_id, &self.program) {
            builder = builder.header(client.header, id);
        }
        if request.body.is_some() {
            builder = builder.header("Content-Type", json);
        }
        let body = request.body.clone().map_or_else(Bytes::new, Bytes::from);
        let mut outgoing = builder
            .body(body)
            .map_err(|error| Error::usage("the request cannot be built").caused_by(error))?;
        for extra in &request.headers {
            let (name, value) = self.extra(extra)?;
            outgoing.headers_mut().insert(name, value);
        }
        Ok(outgoing)
    }

    /// A header of the user, which must not carry the token to where none is
    /// taken out.
    fn extra(&self, extra: &ExtraHeader) -> Result<(HeaderName, HeaderValue)> {
        let ExtraHeader { name, value } = extra;
        if value.contains(self.token.expose_secret()) {
            return Err(Error::usage(format!("the header {name} contains the token")).untouched());
        }
        let wrong = || Error::usage(format!("{name} cannot be sent as a header")).untouched();
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        value.set_sensitive(redact::hides_header(self.api, name));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        Ok((name, value))
    }
}
