//! The listener: whatever a connection sends, the answer is HTTP or nothing, and
//! the next connection is served.
#![no_main]

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use recharge_listener::{Broken, Limits, ResponseBody, Service, is_from_this_machine, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The largest body that is let in.
const LARGEST: usize = 64;

struct Small;

impl Service for Small {
    fn admit(&self, peer: IpAddr, head: &Parts) -> Result<usize, Box<Response<Bytes>>> {
        if is_from_this_machine(peer, &head.headers) {
            return Ok(LARGEST);
        }
        Err(Box::new(
            self.refuse(StatusCode::FORBIDDEN, "not from this machine"),
        ))
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<ResponseBody>, Broken> {
        assert!(request.body().len() <= LARGEST);
        assert!(!request.headers().contains_key("origin"));
        Ok(Response::new(ResponseBody::whole(Bytes::from_static(
            b"answered",
        ))))
    }

    fn refuse(&self, status: StatusCode, message: &str) -> Response<Bytes> {
        let mut response = Response::new(Bytes::copy_from_slice(message.as_bytes()));
        *response.status_mut() = status;
        response
    }
}

struct Server {
    runtime: Runtime,
    address: std::net::SocketAddr,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let listener = runtime
        .block_on(TcpListener::bind("127.0.0.1:0"))
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let limits = Limits {
        patience: Duration::from_secs(1),
        connections: 8,
    };
    runtime.spawn(
        async move { serve(listener, Arc::new(Small), limits, std::future::pending()).await },
    );
    Server { runtime, address }
});

/// What comes back for these bytes and the end of the stream.
async fn said(bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(SERVER.address)
        .await
        .expect("a connection");
    // Thousands of connections a second would use up the ports.
    stream.set_zero_linger().expect("a socket");
    let mut answer = Vec::new();
    // The server may hang up before all is sent.
    if stream.write_all(bytes).await.is_ok() && stream.shutdown().await.is_ok() {
        let reading = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(Duration::from_secs(10), reading)
            .await
            .expect("an end");
    }
    answer
}

fuzz_target!(|bytes: &[u8]| {
    SERVER.runtime.block_on(async {
        let answer = said(bytes).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1."),
            "{text}"
        );
        let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let answer = said(request).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK"), "{answer:?}");
        assert!(answer.ends_with(b"answered"));
    });
});
