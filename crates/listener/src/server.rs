//! Connections in, responses out. HTTP/1.1 with keep-alive; slow senders and
//! large bodies are refused before a service sees them.

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::body::{Broken, ResponseBody};

/// After a failed `accept` (too many open files) the next try waits this long.
const PAUSE: Duration = Duration::from_millis(50);

/// What a client may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The head of a request, and then its body, must arrive within this time.
    pub patience: Duration,
    /// Connections that are open at a time; further ones wait to be accepted.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(30),
            connections: 1024,
        }
    }
}

/// What answers requests.
pub trait Service: Send + Sync + 'static {
    /// Whether a request may be sent, by its head: the largest body in bytes that
    /// is read of it, or a response that refuses it.
    ///
    /// # Errors
    /// The response to a request that is not let in.
    fn admit(&self, peer: IpAddr, head: &Parts) -> Result<usize, Box<Response<Bytes>>>;

    /// Answers a request whose body has arrived.
    fn answer(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<ResponseBody>, Broken>> + Send;

    /// The response to a body that is too large (413), too slow (408) or broke off
    /// (400).
    fn refuse(&self, status: StatusCode, message: &str) -> Response<Bytes>;
}

/// Answers anyone who connects, until `until` is ready. Open connections are
/// closed then.
///
/// # Errors
/// When the listener has no address, which means that it is no longer open.
pub async fn serve<S: Service>(
    listener: TcpListener,
    service: Arc<S>,
    limits: Limits,
    until: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.local_addr()?;
    let mut until = pin!(until);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut until => return Ok(()),
            accepted = listener.accept(), if connections.len() < limits.connections => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(converse(stream, peer, limits, service.clone()));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            // Finished connections are let go of; one that panicked is gone too.
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn converse<S: Service>(
    stream: TcpStream,
    peer: SocketAddr,
    limits: Limits,
    service: Arc<S>,
) {
    // Responses are small and waited for: send them at once. Without it they are
    // only slower.
    let _ = stream.set_nodelay(true);
    let answering = service_fn(move |request| {
        let service = service.clone();
        async move { answer(&*service, peer.ip(), limits.patience, request).await }
    });
    let mut connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.patience)
        .serve_connection(TokioIo::new(stream), answering);
    let ended = (&mut connection).await;
    let broken = ended.err().and_then(|error| {
        let cause = error.source()?.downcast_ref::<Broken>()?;
        Some(*cause)
    });
    if broken == Some(Broken::Reset) {
        // Without it the connection would end in an orderly way, which clients
        // take for something else.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn answer<S: Service>(
    service: &S,
    peer: IpAddr,
    patience: Duration,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Broken> {
    let (head, body) = request.into_parts();
    let largest = match service.admit(peer, &head) {
        Ok(largest) => largest,
        Err(refusal) => return Ok(refusal.map(ResponseBody::whole)),
    };
    match read(body, largest, patience).await {
        Ok(body) => service.answer(Request::from_parts(head, body)).await,
        Err((status, message)) => {
            let refusal = service.refuse(status, &message);
            Ok(refusal.map(ResponseBody::whole))
        }
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
    // A body whose length says that it is too large is not waited for.
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Says how long a body was.
    struct Counting;

    impl Service for Counting {
        fn admit(&self, _: IpAddr, head: &Parts) -> Result<usize, Box<Response<Bytes>>> {
            if head.uri.path() == "/no" {
                return Err(Box::new(self.refuse(StatusCode::FORBIDDEN, "no")));
            }
            Ok(4)
        }

        async fn answer(&self, request: Request<Bytes>) -> Result<Response<ResponseBody>, Broken> {
            if request.uri().path() == "/reset" {
                return Err(Broken::Reset);
            }
            let text = format!("{} bytes", request.body().len());
            Ok(Response::new(ResponseBody::whole(text.into())))
        }

        fn refuse(&self, status: StatusCode, message: &str) -> Response<Bytes> {
            let mut response = Response::new(Bytes::copy_from_slice(message.as_bytes()));
            *response.status_mut() = status;
            response
        }
    }

    /// The response to these bytes, until the connection ends.
    async fn said(limits: Limits, sent: &str) -> io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let client = async {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(sent.as_bytes()).await?;
            let mut text = String::new();
            stream.read_to_string(&mut text).await.map(|_| text)
        };
        let never = std::future::pending();
        tokio::select! {
            said = client => said,
            ended = serve(listener, Arc::new(Counting), limits, never) => {
                ended.map(|()| String::new())
            }
        }
    }

    fn wait<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(work)
    }

    #[test]
    fn requests_are_admitted_by_their_head_and_bodies_are_limited() {
        let post = |path: &str, body: &str| {
            let length = body.len();
            format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        };
        for (sent, status, text) in [
            (post("/", "1234"), "200", "4 bytes"),
            (post("/", "12345"), "413", "body too large: 4 bytes at most"),
            (post("/no", ""), "403", "no"),
        ] {
            let said = wait(said(Limits::default(), &sent)).unwrap();
            assert!(said.starts_with(&format!("HTTP/1.1 {status}")), "{said}");
            assert!(said.ends_with(text), "{said}");
        }
    }

    #[test]
    fn body_that_does_not_arrive_in_time_is_refused() {
        let limits = Limits {
            patience: Duration::from_millis(20),
            ..Limits::default()
        };
        let sent = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\n1";
        let said = wait(said(limits, sent)).unwrap();
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    }

    #[test]
    fn connection_is_reset_where_the_service_wants_it() {
        let sent = "GET /reset HTTP/1.1\r\nHost: x\r\n\r\n";
        let error = wait(said(Limits::default(), sent)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
