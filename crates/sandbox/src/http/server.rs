//! The sandbox on a socket, for any client in any language.
//!
//! In come connections, out go the sandbox's answers, late, cut short or not at
//! all where faults want it so. HTTP/1.1 with keep-alive; slow senders and large
//! bodies are refused. Knows nothing of what is asked.

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::Ending;
use crate::Sandbox;
use crate::http::control;
use crate::http::sent::{Broken, Sent};
use crate::webhooks::post;

/// Bodies beyond this are refused with 413.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// The head of a request, and then its body, must arrive within this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who never gives up waiting for an answer that never comes is let go of after
/// this long.
const LONGEST_HANG: Duration = Duration::from_secs(10 * 60);

/// How often it is looked whether time brought something.
const TICK: Duration = Duration::from_millis(200);

/// No request waits longer than this for what happens in the background.
const LONGEST_WORK: Duration = Duration::from_millis(50);

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
    serve_with(listener, sandbox, PATIENCE, until).await
}

/// As [`serve`], with that much patience for slow senders.
pub(crate) async fn serve_with(
    listener: TcpListener,
    sandbox: Arc<Sandbox>,
    patience: Duration,
    until: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.local_addr()?;
    sandbox.with_state(|state| state.longest_work = Some(LONGEST_WORK));
    let mut until = pin!(until);
    let mut posting = pin!(post::run(&sandbox));
    let mut connections = JoinSet::new();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut until => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(converse(stream, peer, patience, sandbox.clone()));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            _ = ticks.tick() => if sandbox.tick() {
                // It takes a rest as long as its work, and goes on then.
                ticks.reset_after(LONGEST_WORK);
            },
            () = &mut posting => {}
            // Finished connections are let go of; one that panicked is gone too.
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, patience: Duration, sandbox: Arc<Sandbox>) {
    // Answers are small and waited for: send them at once. Without it they are
    // only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let sandbox = sandbox.clone();
        async move { answer(&sandbox, peer.ip(), patience, request).await }
    });
    let mut connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), service);
    let ended = (&mut connection).await;
    let broken = ended.err().and_then(|error| {
        let cause = error.source()?.downcast_ref::<Broken>()?;
        Some(*cause)
    });
    // A connection that breaks by itself has nobody left to tell.
    if broken == Some(Broken::Reset) {
        // Without it the connection would end in an orderly way, which clients
        // take for something else.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn answer(
    sandbox: &Sandbox,
    peer: IpAddr,
    patience: Duration,
    request: Request<Incoming>,
) -> Result<Response<Sent>, Broken> {
    let (head, body) = request.into_parts();
    let controls = head.uri.path().starts_with(control::ROOT);
    if controls && !may_control(peer, &head.headers) {
        return Ok(refuse(
            StatusCode::FORBIDDEN,
            "the control surface is for this machine alone",
        ));
    }
    let largest = if controls {
        control::largest_body(head.uri.path())
    } else {
        LARGEST_BODY
    };
    let body = match read(body, largest, patience).await {
        Err((status, message)) => return Ok(refuse(status, &message)),
        Ok(body) => body,
    };
    let request = Request::from_parts(head, body);
    if controls {
        let put = sandbox.control_clock(&request, LONGEST_WORK, tokio::task::yield_now);
        if let Some(answer) = put.await {
            return Ok(answer.map(Sent::whole));
        }
        return Ok(sandbox.control(&request).map(Sent::whole));
    }
    let reply = sandbox.receive(&request);
    // Who waits needs it no more.
    drop(request);
    if !reply.after.is_zero() {
        tokio::time::sleep(reply.after).await;
    }
    if matches!(reply.ending, Ending::Never) {
        tokio::time::sleep(LONGEST_HANG).await;
    }
    match reply.ending {
        Ending::Whole(answer) => Ok(answer.map(Sent::whole)),
        Ending::Cut(answer, length) => Ok(answer.map(|body| Sent::cut(&body, length))),
        Ending::Reset | Ending::Never => Err(Broken::Reset),
    }
}

async fn read(
    body: Incoming,
    largest: usize,
    patience: Duration,
) -> Result<Bytes, (StatusCode, String)> {
    let too_large = || {
        let message = format!("body too large: {largest} bytes at most");
        (StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    // Who says beforehand that it is too much is not waited for.
    if body.size_hint().lower() > largest as u64 {
        return Err(too_large());
    }
    let reading = Limited::new(body, largest).collect();
    match tokio::time::timeout(patience, reading).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "body broke off".to_owned())),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "body too slow".to_owned())),
    }
}

/// The control surface asks for no token, so it answers this machine only, and
/// no web page that a browser on it shows: these name where they come from, or
/// reach it under a name of their own.
fn may_control(peer: IpAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    let local = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    peer.to_canonical().is_loopback() && local && !headers.contains_key(header::ORIGIN)
}

fn refuse(status: StatusCode, message: &str) -> Response<Sent> {
    crate::http::respond::refused(status.as_u16(), message).map(Sent::whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_surface_answers_this_machine_and_no_page_of_a_browser() {
        let may = |peer: &str, host: &str, origin: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if origin {
                headers.insert(header::ORIGIN, "http://127.0.0.1".parse().unwrap());
            }
            may_control(peer.parse().unwrap(), &headers)
        };
        assert!(may("127.0.0.1", "127.0.0.1:4010", false));
        assert!(may("::1", "[::1]:4010", false));
        assert!(may("::ffff:127.0.0.1", "localhost", false));
        assert!(!may("192.168.1.7", "127.0.0.1:4010", false));
        assert!(!may("::ffff:10.0.0.1", "localhost", false));
        assert!(!may("127.0.0.1", "rebound.example.com", false));
        assert!(!may("127.0.0.1", "127.0.0.1:4010", true));
    }
}
