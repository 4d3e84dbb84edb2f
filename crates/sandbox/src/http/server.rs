//! The sandbox on a socket, for any client in any language.
//!
//! Takes requests; returns the sandbox's responses, late, cut short or not at all
//! where faults want it so. Limits and connections are the listener's.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use recharge_listener::{Broken, Limits, ResponseBody, Service, is_from_this_machine};
use tokio::net::TcpListener;
use tokio::time::MissedTickBehavior;

use crate::http::control;
use crate::webhooks::post;
use crate::{Ending, Sandbox};

/// Bodies beyond this are refused with 413.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// A client that waits for a response that never comes is disconnected after this
/// time.
const LONGEST_HANG: Duration = Duration::from_secs(10 * 60);

/// How often it is looked whether time brought something.
const TICK: Duration = Duration::from_millis(200);

/// No request waits longer than this for what happens in the background.
const LONGEST_WORK: Duration = Duration::from_millis(50);

/// Answers anyone who connects, until `until` is ready. Open connections are
/// closed then.
///
/// # Errors
/// When the listener has no address, which means that it is no longer open.
pub async fn serve(
    listener: TcpListener,
    sandbox: Arc<Sandbox>,
    until: impl Future<Output = ()>,
) -> io::Result<()> {
    serve_within(listener, sandbox, Limits::default(), until).await
}

/// As [`serve`], with other limits.
pub(crate) async fn serve_within(
    listener: TcpListener,
    sandbox: Arc<Sandbox>,
    limits: Limits,
    until: impl Future<Output = ()>,
) -> io::Result<()> {
    sandbox.with_state(|state| state.longest_work = Some(LONGEST_WORK));
    let service = Arc::new(Served(sandbox.clone()));
    tokio::select! {
        served = recharge_listener::serve(listener, service, limits, until) => served,
        never = in_background(&sandbox) => match never {},
    }
}

/// Lets happen what time brings, and posts to webhooks.
async fn in_background(sandbox: &Arc<Sandbox>) -> Infallible {
    let mut posting = pin!(post::run(sandbox));
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => if sandbox.tick() {
                // It rests as long as it worked.
                ticks.reset_after(LONGEST_WORK);
            },
            () = &mut posting => {}
        }
    }
}

/// The sandbox as a service.
struct Served(Arc<Sandbox>);

impl Service for Served {
    fn admit(&self, peer: IpAddr, head: &Parts) -> Result<usize, Box<Response<Bytes>>> {
        let path = head.uri.path();
        if !path.starts_with(control::ROOT) {
            return Ok(LARGEST_BODY);
        }
        // It asks for no token.
        if !is_from_this_machine(peer, &head.headers) {
            let message = "the control interface accepts this machine only";
            return Err(Box::new(self.refuse(StatusCode::FORBIDDEN, message)));
        }
        Ok(control::largest_body(path))
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<ResponseBody>, Broken> {
        let Self(sandbox) = self;
        if request.uri().path().starts_with(control::ROOT) {
            let put = sandbox.control_clock(&request, LONGEST_WORK, tokio::task::yield_now);
            if let Some(answer) = put.await {
                return Ok(answer.map(ResponseBody::whole));
            }
            return Ok(sandbox.control(&request).map(ResponseBody::whole));
        }
        let reply = sandbox.receive(&request);
        // The wait needs it no more.
        drop(request);
        if !reply.after.is_zero() {
            tokio::time::sleep(reply.after).await;
        }
        if matches!(reply.ending, Ending::Never) {
            tokio::time::sleep(LONGEST_HANG).await;
        }
        match reply.ending {
            Ending::Whole(answer) => Ok(answer.map(ResponseBody::whole)),
            Ending::Cut(answer, length) => Ok(answer.map(|body| ResponseBody::cut(&body, length))),
            Ending::Reset | Ending::Never => Err(Broken::Reset),
        }
    }

    fn refuse(&self, status: StatusCode, message: &str) -> Response<Bytes> {
        super::respond::refused(status.as_u16(), message)
    }
}
