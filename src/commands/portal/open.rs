//! Opens a link in a browser without showing it to anybody else.
//!
//! Arguments of programs can be read by every user of a machine, so the browser is
//! given a file that only the user may read. The file leads to a page of this
//! machine whose path no one can guess, and that page leads on to the portal, once.
//! So the token is in no argument and on no disk, anyone who has not read the file
//! gets nothing, and it is certain when the browser has come for it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io::Write as _, pin::pin};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderValue, LOCATION, REFERRER_POLICY};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use recharge_listener::{Broken, Limits, ResponseBody, Service, is_from_this_machine};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::commands::browser;
use crate::config::{BaseUrl, Environment};
use crate::error::{Error, Result};
use crate::ui::Run;

/// How long a browser may take to come for the link.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the last response may take to leave.
const LEAVING: Duration = Duration::from_secs(1);

/// Opens a link, and returns once a browser has come for it.
pub(super) fn open(environment: &Environment, url: &SecretString) -> Result<()> {
    open_within(PATIENCE, environment, url)
}

fn open_within(patience: Duration, environment: &Environment, url: &SecretString) -> Result<()> {
    let without_query = url.expose_secret().split('?').next().unwrap_or_default();
    BaseUrl::parse(without_query).map_err(|error| {
        Error::unexpected("the API names a portal address that is not safe to open in a browser")
            .caused_by(error)
    })?;
    let location = HeaderValue::from_str(url.expose_secret());
    let mut location = location.map_err(|_| {
        Error::unexpected("the API names a portal address that is not safe to open in a browser")
    })?;
    location.set_sensitive(true);
    let mut random = [0; 24];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Error::unexpected("the system provides no random numbers"))?;
    let path = random.iter().fold(String::from("/"), |path, byte| {
        path + &format!("{byte:02x}")
    });
    Run::wait(async {
        let failed =
            |error| Error::unexpected("cannot open a port on this machine").caused_by(error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        // It goes with this value, also when something fails.
        let file = page(&format!("http://{address}{path}"))?;
        let door = Arc::new(Door {
            path,
            location,
            is_taken: AtomicBool::new(false),
            taken: Notify::new(),
        });
        let left = async {
            door.taken.notified().await;
            tokio::time::sleep(LEAVING).await;
        };
        let served = recharge_listener::serve(listener, Arc::clone(&door), Limits::default(), left);
        let mut served = pin!(served);
        let mut late = pin!(tokio::time::sleep(patience));
        let openers = browser::openers(environment, file.path().as_os_str())?;
        let mut openers = openers.into_iter();
        loop {
            let Some(child) = browser::start(&mut openers) else {
                return Err(unopened("no browser could be started"));
            };
            let failed = async {
                if end_of(child).await {
                    // It has handed the page on to a browser that runs.
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                served = &mut served => {
                    return served.map_err(|error| Error::unexpected("the server \
                        stopped").caused_by(error));
                }
                () = &mut late => return Err(unopened("no browser requested the link in time")),
                () = failed => {}
            }
        }
    })
}

fn unopened(why: &str) -> Error {
    Error::unexpected(why)
        .hint("BROWSER names the program that opens pages")
        .hint("without --open the link is printed")
}

/// Whether a program ended well. A thread waits, so that none is left behind.
async fn end_of(mut child: std::process::Child) -> bool {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let is_ok = child.wait().is_ok_and(|status| status.success());
        // No one listens once a browser has come.
        let _ = tell.send(is_ok);
    });
    told.await.unwrap_or(false)
}

/// A file, readable by its owner only, that leads to a page of this machine.
fn page(url: &str) -> Result<tempfile::NamedTempFile> {
    let failed = |error| Error::unexpected("no temporary file can be written").caused_by(error);
    let mut made = tempfile::Builder::new();
    let mut file = made
        .prefix("rc-portal-")
        .suffix(".html")
        .tempfile()
        .map_err(failed)?;
    let text = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" \
         content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={url}\">\n\
         <title>Customer portal</title>\n<a href=\"{url}\">Open the customer portal</a>\n"
    );
    file.write_all(text.as_bytes()).map_err(failed)?;
    Ok(file)
}

/// A page that leads on to a link, once.
struct Door {
    path: String,
    location: HeaderValue,
    is_taken: AtomicBool,
    taken: Notify,
}

impl Service for Door {
    fn admit(
        &self,
        peer: IpAddr,
        head: &Parts,
    ) -> std::result::Result<usize, Box<Response<Bytes>>> {
        // A link that a browser looks up in advance is not shown to anybody.
        let is_preview = ["purpose", "sec-purpose"]
            .iter()
            .any(|name| head.headers.contains_key(*name));
        let is_asked = head.method == Method::GET && !is_preview;
        if is_asked && is_from_this_machine(peer, &head.headers) {
            return Ok(0);
        }
        Err(Box::new(self.refuse(StatusCode::FORBIDDEN, "")))
    }

    async fn answer(
        &self,
        request: Request<Bytes>,
    ) -> std::result::Result<Response<ResponseBody>, Broken> {
        let is_it = request.uri().path() == self.path;
        let mut answer = Response::new(ResponseBody::whole(Bytes::new()));
        *answer.status_mut() = StatusCode::NOT_FOUND;
        if is_it && !self.is_taken.swap(true, Ordering::Relaxed) {
            *answer.status_mut() = StatusCode::SEE_OTHER;
            let headers = answer.headers_mut();
            headers.insert(LOCATION, self.location.clone());
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            self.taken.notify_one();
        }
        Ok(answer)
    }

    fn refuse(&self, status: StatusCode, _: &str) -> Response<Bytes> {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = status;
        answer
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn opened(url: &str) -> String {
        let environment = [("BROWSER".to_owned(), "true".into())].into();
        let url = SecretString::from(url.to_owned());
        let error = open_within(Duration::from_millis(100), &environment, &url).unwrap_err();
        format!("{error:?}")
    }

    #[test]
    fn browser_that_never_comes_is_an_error() {
        let error = opened("https://shop.example.com/portal/ab?token=secret");
        assert!(
            error.contains("no browser requested the link in time"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn browser_is_sent_to_no_page_that_is_not_of_the_web() {
        for url in [
            "file:///etc/passwd?token=secret",
            "javascript:alert(1)?token=secret",
            "http://shop.example.com/portal/ab?token=secret",
            "https://shop.example.com/portal/ab?token=\r\nsecret",
        ] {
            let error = opened(url);
            assert!(error.contains("not safe to open in a browser"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
