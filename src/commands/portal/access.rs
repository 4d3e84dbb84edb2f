//! The way into a portal: a link that is made with the token of the store, or a
//! hash and a token that the user gives.
//!
//! Neither token nor hash is shown: the client knows the hash by a placeholder,
//! which the transport replaces just before a request leaves.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{HeaderValue, LOCATION};
use secrecy::SecretString;
use serde_json::Value;

use super::args::OfCustomer;
use crate::api::client::redact::REDACTED;
use crate::api::client::{Client, Sending, Transport};
use crate::api::request::Request;
use crate::catalog::portal::{API, access};
use crate::catalog::{Method, Operation};
use crate::commands::connect::Target;
use crate::config::credential::token_of;
use crate::config::{self, BaseUrl, variable};
use crate::error::{Error, Kind, Result};
use crate::ui::Run;
use crate::ui::input::whole;

/// The segment of a path that stands for the hash of the customer.
const PLACEHOLDER: &str = "customer_hash";

/// The largest file with a token, in bytes.
const LARGEST_TOKEN: u64 = 64 * 1024;

/// A link to the portal of a customer.
pub(super) struct PortalLink {
    /// Where the portals of the store are.
    base: BaseUrl,
    hash: String,
    token: SecretString,
    /// The address that the customer opens; it contains the token.
    pub(super) url: SecretString,
    /// When it ends.
    pub(super) expires: Option<String>,
}

/// The base URL of a portal, with the placeholder.
pub(super) fn base_url(base: &BaseUrl) -> String {
    format!("{}/{PLACEHOLDER}", base.as_str())
}

/// The base URL of a portal for which no link was made.
pub(super) fn usual_base_url(of: &OfCustomer) -> String {
    let base = of.portal_url.as_deref().unwrap_or(API.base_url);
    format!("{}/{PLACEHOLDER}", base.trim_end_matches('/'))
}

/// The request that opens a session of a customer.
pub(super) fn session_request(customer: &str) -> Result<Request> {
    let row = &access::SESSION;
    crate::api::request::check(&row.path_parameters[0], customer)
        .map_err(|why| Error::usage(format!("the customer {customer:?}: {why}")))?;
    let path_parameter = format!("{{{}}}", row.path_parameters[0].name);
    Ok(request(
        row,
        row.path.replace(&path_parameter, customer),
        Some("{}"),
    ))
}

fn request(row: &'static Operation, path: String, body: Option<&str>) -> Request {
    Request {
        method: row.method,
        path,
        query: Vec::new(),
        body: body
            .filter(|_| row.method != Method::Get)
            .map(str::to_owned),
        headers: Vec::new(),
        operation: Some(row),
        notes: Vec::new(),
    }
}

/// Makes a link for a customer. No email is sent.
pub(super) fn make(run: &mut Run, place: &Target, customer: &str) -> Result<PortalLink> {
    let opening = session_request(customer)?;
    let client = run.client(place)?;
    let answer = Run::wait(client.send(&opening))?;
    let session = field(&answer.body, &[access::SESSION_KEY, access::SESSION_TOKEN])?;
    let session = SecretString::from(session);
    let client = run.client_with(place, session)?;
    let asking = request(&access::LINK, access::LINK.path.to_owned(), None);
    let answer = Run::wait(client.send(&asking))?;
    let text = |name: &str| field(&answer.body, &[name]);
    let base = BaseUrl::parse(&text(access::BASE_URL)?).map_err(|error| {
        Error::unexpected("the API names a portal address that must not receive a token")
            .caused_by(error)
    })?;
    Ok(PortalLink {
        base,
        hash: checked_hash(&text(access::HASH)?)?,
        token: token_of(&text(access::LINK_TOKEN)?, "the token of the link")?,
        url: SecretString::from(text(access::PORTAL_URL)?),
        expires: text(access::EXPIRES).ok(),
    })
}

/// A text in an answer. Nothing of the answer is repeated: it has secrets.
fn field(body: &[u8], path: &[&str]) -> Result<String> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let found = path.iter().try_fold(&value, |value, name| value.get(name));
    let text = found
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| {
        let name = path.last().copied().unwrap_or_default();
        Error::unexpected(format!("the response has no {name}"))
            .hint("the reference does not describe customer sessions; the API may have changed")
    })
}

/// A hash becomes a segment of a path, and nothing else.
fn checked_hash(hash: &str) -> Result<String> {
    let hash = hash.trim();
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if hash.is_empty() || hash.len() > 128 || !hash.bytes().all(is_one) {
        return Err(Error::usage("the hash of the customer is not valid")
            .hint("rc customers get shows it in the field hash: letters and digits"));
    }
    Ok(hash.to_owned())
}

/// A client for the portal of a customer.
pub(super) fn client(run: &mut Run, of: &OfCustomer, place: &Target) -> Result<Arc<Client>> {
    let link = match &of.customer {
        Some(customer) => make(run, place, customer)?,
        None => given(run, of, place)?,
    };
    let PortalLink {
        base, hash, token, ..
    } = link;
    let around = |inner| Box::new(WithHash { inner, hash }) as Box<dyn Transport>;
    run.portal_client(place, &base, base_url(&base), token, around)
}

/// The hash and token that the user gives.
fn given(run: &mut Run, of: &OfCustomer, place: &Target) -> Result<PortalLink> {
    let hash = checked_hash(of.hash.as_deref().unwrap_or_default())?;
    let base = match (&of.portal_url, place.sandbox) {
        (Some(url), _) => BaseUrl::parse(url)?,
        (None, true) => BaseUrl::parse(API.base_url)?,
        (None, false) => {
            return Err(Error::usage("--hash needs the address of the portal")
                .hint("give it with --portal-url https://SHOP/tools/recurring/portal"));
        }
    };
    let variable = variable::PORTAL_TOKEN;
    let token = match &of.token_file {
        Some(file) if file == "-" => {
            let text = whole(run.stdin.take()?, "standard input", LARGEST_TOKEN)?;
            token_of(&text, "standard input")?
        }
        Some(file) => {
            let open = std::fs::File::open(file).map_err(|error| Error::reading(file, error))?;
            token_of(&whole(open, file, LARGEST_TOKEN)?, file)?
        }
        None => match config::read(&run.environment, variable)? {
            Some(token) => token_of(token, variable)?,
            None => {
                return Err(Error::new(Kind::Access, "there is no portal token")
                    .hint(format!("set {variable}, or give --token-file FILE"))
                    .hint("a token is not an argument, as other programs can read arguments"));
            }
        },
    };
    Ok(PortalLink {
        base,
        hash,
        token,
        url: SecretString::from(String::new()),
        expires: None,
    })
}

/// Puts the hash of the customer in the place of its placeholder.
struct WithHash {
    inner: Box<dyn Transport>,
    hash: String,
}

impl Transport for WithHash {
    fn send(&self, mut request: http::Request<Bytes>) -> Sending<'_> {
        let wanted = format!("/{PLACEHOLDER}/");
        let uri = request.uri().to_string();
        let with_hash = uri.replacen(&wanted, &format!("/{}/", self.hash), 1);
        // A hash is made of letters and digits, which any URL can have.
        if let Ok(uri) = with_hash.parse() {
            *request.uri_mut() = uri;
        }
        Box::pin(async move {
            let mut answer = self.inner.send(request).await?;
            // It leads to a page with the token, and no redirect is followed.
            if let Some(place) = answer.headers_mut().get_mut(LOCATION) {
                *place = HeaderValue::from_static(REDACTED);
            }
            Ok(answer.map(|body| self.without_hash(body)))
        })
    }
}

impl WithHash {
    /// A body with the placeholder wherever it has the hash, as in links of pages.
    fn without_hash(&self, body: Bytes) -> Bytes {
        match std::str::from_utf8(&body) {
            Ok(text) if text.contains(&self.hash) => text.replace(&self.hash, PLACEHOLDER).into(),
            _ => body,
        }
    }
}

/// What an error of the portal means: it answers a wrong token with the way to its
/// login.
pub(super) fn explained(error: Error) -> Error {
    let status = error.answer.as_deref().map(|answer| answer.status);
    if !matches!(status, Some(300..=399)) {
        return error;
    }
    let mut explained = Error::new(Kind::Access, "the portal refused the token").hint(
        "it has expired, or belongs to another customer; rc portal link CUSTOMER makes a new one",
    );
    explained.answer = error.answer;
    explained.untouched()
}
