//! The server of a theme: the sandbox with the theme's pages, and beside it what
//! the bar and the reload need. It answers this machine and its own pages alone.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue, LOCATION, ORIGIN};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use recharge_listener::{Broken, ResponseBody, Service};
use serde_json::{Value, json};

use super::pages::ServedTheme;
use super::shell;
use super::store::{customers, first, link};
use crate::catalog::portal;
use crate::error::{Error, Result};
use crate::sandbox::{Ending, Sandbox, control};

/// Where the server's own paths begin.
pub(super) const ROOT: &str = "/__theme";

/// Bodies beyond this are refused: forms of themes are small.
const LARGEST_BODY: usize = 1 << 20;

/// How often files are looked at.
pub(super) const POLL: Duration = Duration::from_millis(150);

/// How long a question for the next version stays open.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// How often a question looks at the version.
const LOOK: Duration = Duration::from_millis(25);

/// The server.
pub(super) struct Live {
    pub(super) sandbox: Sandbox,
    pub(super) theme: Arc<ServedTheme>,
    pub(super) customer: std::sync::atomic::AtomicU64,
    pub(super) is_hosted: bool,
}

impl Service for Live {
    fn admit(
        &self,
        peer: IpAddr,
        head: &Parts,
    ) -> std::result::Result<usize, Box<Response<Bytes>>> {
        if is_own(peer, &head.headers) {
            return Ok(LARGEST_BODY);
        }
        let message = "this server accepts only this machine and its own pages";
        Err(Box::new(self.refuse(StatusCode::FORBIDDEN, message)))
    }

    async fn answer(
        &self,
        request: Request<Bytes>,
    ) -> std::result::Result<Response<ResponseBody>, Broken> {
        let path = request.uri().path().to_owned();
        if path == "/" {
            return Ok(self.shown(self.start()).map(ResponseBody::whole));
        }
        if let Some(rest) = path.strip_prefix(ROOT) {
            return Ok(self.own(rest, &request).await.map(ResponseBody::whole));
        }
        let reply = self.sandbox.receive(&request);
        if !reply.after.is_zero() {
            tokio::time::sleep(reply.after).await;
        }
        match reply.ending {
            Ending::Whole(answer) => Ok(answer.map(ResponseBody::whole)),
            Ending::Cut(answer, length) => Ok(answer.map(|body| ResponseBody::cut(&body, length))),
            Ending::Reset | Ending::Never => Err(Broken::Reset),
        }
    }

    fn refuse(&self, status: StatusCode, message: &str) -> Response<Bytes> {
        response(status, "text/plain; charset=utf-8", message.to_owned())
    }
}

/// Whether a request comes from this machine, under a name of this machine, and
/// from no page of another origin.
fn is_own(peer: IpAddr, headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &HeaderValue| value.to_str().unwrap_or("?"))
    };
    let host = text(HOST).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    let is_own_name =
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let is_own_origin =
        text(ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(host));
    peer.to_canonical().is_loopback() && is_own_name && is_own_origin
}

impl Live {
    /// The first page of the customer who is shown.
    pub(super) fn start(&self) -> Result<Response<Bytes>> {
        Ok(moved(&self.url("/subscriptions")?))
    }

    /// A URL of the portal of the customer who is shown.
    pub(super) fn url(&self, path: &str) -> Result<String> {
        let customer = self.customer.load(std::sync::atomic::Ordering::Relaxed);
        Ok(link(&self.sandbox, customer)?.url(path, self.is_hosted))
    }

    fn shown(&self, answer: Result<Response<Bytes>>) -> Response<Bytes> {
        answer.unwrap_or_else(|error| self.refuse(StatusCode::NOT_FOUND, &error.to_string()))
    }

    async fn own(&self, path: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let query = request.uri().query().unwrap_or_default();
        let number = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(each, _)| each == name)
                .and_then(|(_, value)| value.parse::<u64>().ok())
        };
        let method = request.method();
        match (method, path) {
            (&Method::GET, "/version") => {
                self.next_version(number("after").unwrap_or_default()).await
            }
            (&Method::GET, "" | "/") => self.shown(self.index()),
            // What changes something is a form of an own page, not a link.
            (&Method::POST, "/customer") => {
                let customer = number("id").unwrap_or_default();
                let answer = link(&self.sandbox, customer).and_then(|_| {
                    self.customer
                        .store(customer, std::sync::atomic::Ordering::Relaxed);
                    self.start()
                });
                self.shown(answer)
            }
            (&Method::POST, "/clock") => {
                self.controlled("clock/advance", &json!({"by": "30d"}), request)
            }
            (&Method::POST, "/reset") => {
                let answer = self.controlled("reset", &json!({}), request);
                if let Ok(customer) = first(&self.sandbox) {
                    self.customer
                        .store(customer, std::sync::atomic::Ordering::Relaxed);
                }
                if answer.status().is_redirection() {
                    self.shown(self.start())
                } else {
                    answer
                }
            }
            _ => self.refuse(
                StatusCode::NOT_FOUND,
                "the server of the theme has no such path",
            ),
        }
    }

    /// Answers when the theme is newer, or when the wait is over.
    async fn next_version(&self, after: u64) -> Response<Bytes> {
        let mut waited = Duration::ZERO;
        let mut version = self.theme.version();
        while version.number <= after && waited < LONGEST_WAIT {
            tokio::time::sleep(LOOK).await;
            waited += LOOK;
            version = self.theme.version();
        }
        let body = json!({"version": version.number, "style": version.is_style && version.number == after + 1});
        response(StatusCode::OK, "application/json", body.to_string())
    }

    fn index(&self) -> Result<Response<Bytes>> {
        let link = link(
            &self.sandbox,
            self.customer.load(std::sync::atomic::Ordering::Relaxed),
        )?;
        let pages = portal::API.operations().filter_map(|(_, row)| {
            let template = row.template.filter(|_| row.path_parameters.is_empty())?;
            Some((
                format!("{} ({template})", row.summary),
                link.url(row.path, self.is_hosted),
            ))
        });
        let pages: Vec<(String, String)> = pages.collect();
        let body = shell::index(&customers(&self.sandbox)?, &pages);
        Ok(response(StatusCode::OK, "text/html; charset=utf-8", body))
    }

    /// Does something with the sandbox, and leads back to the page.
    fn controlled(&self, path: &str, body: &Value, from: &Request<Bytes>) -> Response<Bytes> {
        let request =
            Request::post(format!("{}/{path}", control::ROOT)).body(Bytes::from(body.to_string()));
        let Ok(request) = request else {
            return self.refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the sandbox cannot be asked",
            );
        };
        let answer = self.sandbox.control(&request);
        if !answer.status().is_success() {
            return answer;
        }
        let back = from
            .headers()
            .get(http::header::REFERER)
            .and_then(|referer| referer.to_str().ok());
        // Only the path: it leads nowhere else. Two slashes would.
        let back = back.and_then(|back| back.parse::<http::Uri>().ok());
        let back = back.and_then(|back| back.path_and_query().map(ToString::to_string));
        moved(
            back.filter(|back| !back.starts_with("//"))
                .as_deref()
                .unwrap_or("/"),
        )
    }
}

fn response(status: StatusCode, kind: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn moved(place: &str) -> Response<Bytes> {
    let mut response = response(
        StatusCode::SEE_OTHER,
        "text/plain; charset=utf-8",
        String::new(),
    );
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// Lets time pass in the sandbox, and reads the theme again when files change.
pub(super) async fn in_background(
    live: &Live,
    folder: &std::path::Path,
) -> Result<std::convert::Infallible> {
    let mut known = fingerprint(folder);
    loop {
        tokio::time::sleep(POLL).await;
        live.sandbox.tick();
        let now = fingerprint(folder);
        if now != known {
            known = now;
            live.theme.reload();
        }
    }
}

/// What changes when a file of the folder changes.
fn fingerprint(folder: &std::path::Path) -> Vec<(std::ffi::OsString, u64, Option<SystemTime>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            // Links are followed: what they lead to changes.
            let found = std::fs::metadata(entry.path()).ok()?;
            Some((entry.file_name(), found.len(), found.modified().ok()))
        })
        .take(recharge_theme::folder::MOST_FILES)
        .collect();
    files.sort();
    files
}

/// An error of the server.
pub(super) fn cannot_listen(port: u16, error: std::io::Error) -> Error {
    Error::unexpected(format!("cannot listen on port {port}"))
        .hint("choose another with --port, or 0 for a free one")
        .caused_by(error)
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
