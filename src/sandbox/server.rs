//! The sandbox on a socket, for any client in any language.
//!
//! In come connections, out go the sandbox's answers. HTTP/1.1 with keep-alive;
//! slow senders and large bodies are refused. Knows nothing of what is asked.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Sandbox;

/// Bodies beyond this are refused with 413.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// The head of a request, and then its body, must arrive within this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// After a failed `accept` (too many open files) the next try waits this long.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers whoever connects, until `until` is ready. Open connections are
/// closed then.
///
/// # Errors
/// When the listener has no address, which means that it is no longer open.
pub async fn serve(
    listener: TcpListener,
    sandbox: Arc<Sandbox>,
    until: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.local_addr()?;
    let mut until = pin!(until);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut until => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, sandbox.clone()));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            // Finished connections are let go of; one that panicked is gone too.
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn converse(stream: TcpStream, sandbox: Arc<Sandbox>) {
    // Answers are small and waited for: send them at once. Without it they are
    // only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let sandbox = sandbox.clone();
        async move { Ok::<_, Infallible>(answer(&sandbox, request).await) }
    });
    // A connection that breaks has nobody left to tell.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(sandbox: &Sandbox, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    // Who says beforehand that it is too much is not waited for.
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "body too large");
    }
    let reading = Limited::new(body, LARGEST_BODY).collect();
    let body = match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "body too large");
        }
        Ok(Err(_)) => return refuse(StatusCode::BAD_REQUEST, "body broke off"),
        Err(_) => return refuse(StatusCode::REQUEST_TIMEOUT, "body too slow"),
    };
    sandbox
        .answer(&Request::from_parts(head, body))
        .map(Full::new)
}

fn refuse(status: StatusCode, message: &str) -> Response<Full<Bytes>> {
    super::respond::refused(status.as_u16(), message).map(Full::new)
}
