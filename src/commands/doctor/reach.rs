//! How the host is reached: its name is looked up, a connection made, TLS
//! spoken; each with the time that it took. The first that fails ends it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;

use super::judge::Check;
use crate::api::client::{resolver, tls};
use crate::config::{BaseUrl, Network};
use crate::error::{Error, Kind};

/// Looks at each step to the host.
pub(super) async fn host(base: &BaseUrl, network: &Network) -> Vec<Check> {
    let patience = network.timeouts.connect;
    let mut checks = Vec::new();
    let begun = Instant::now();
    let addresses = match looked_up(base, patience).await {
        Ok(addresses) => addresses,
        Err(error) => {
            checks.push(Check::failed("dns", &error).after(begun.elapsed()));
            return checks;
        }
    };
    let found: Vec<String> = addresses
        .iter()
        .map(|found| found.ip().to_string())
        .collect();
    let found = format!("{} is {}", base.host(), found.join(", "));
    checks.push(Check::ok("dns", found).after(begun.elapsed()));
    let begun = Instant::now();
    let stream = match connected(&addresses, patience).await {
        Ok(stream) => stream,
        Err(error) => {
            checks.push(Check::failed("connect", &error).after(begun.elapsed()));
            return checks;
        }
    };
    let to = stream
        .peer_addr()
        .map_or(String::new(), |to| to.to_string());
    checks.push(Check::ok("connect", to).after(begun.elapsed()));
    if base.is_https() {
        let begun = Instant::now();
        let spoken = spoken(base, network, stream).await;
        checks.push(match spoken {
            Ok(message) => Check::ok("tls", message).after(begun.elapsed()),
            Err(error) => Check::failed("tls", &error).after(begun.elapsed()),
        });
    }
    checks
}

fn unreachable(message: String) -> Error {
    Error::new(Kind::Unreachable, message)
}

async fn looked_up(base: &BaseUrl, patience: Duration) -> Result<Vec<SocketAddr>, Error> {
    let host = base.host().trim_start_matches('[').trim_end_matches(']');
    let asked = resolver::look_up(host, base.port().unwrap_or(443));
    let hint = "check the base URL and this machine's network and name server";
    match tokio::time::timeout(patience, asked).await {
        Ok(Ok(found)) => {
            if found.is_empty() {
                return Err(unreachable(format!("{host} has no address")).hint(hint));
            }
            Ok(found)
        }
        Ok(Err(error)) => Err(unreachable(format!("{host} is not found"))
            .caused_by(error)
            .hint(hint)),
        Err(_) => Err(unreachable(format!("looking up {host} took too long")).hint(hint)),
    }
}

async fn connected(addresses: &[SocketAddr], patience: Duration) -> Result<TcpStream, Error> {
    let hint = "check the base URL and the network; behind a firewall set HTTPS_PROXY";
    let mut last = unreachable("no address".to_owned());
    for address in addresses {
        match tokio::time::timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                last = unreachable(format!("cannot connect to {address}")).caused_by(error);
            }
            Err(_) => last = unreachable(format!("connecting to {address} took too long")),
        }
    }
    Err(last.hint(hint))
}

async fn spoken(base: &BaseUrl, network: &Network, stream: TcpStream) -> Result<String, Error> {
    let config = Arc::new(tls::settings(&network.trust)?);
    let host = base.host().trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned()).map_err(|error| {
        Error::usage(format!("{host} is not a valid name for TLS")).caused_by(error)
    })?;
    let patience = network.timeouts.connect;
    let failed = |error: std::io::Error| {
        let advice = tls::within(&error).map(tls::advice);
        let known = unreachable("no TLS connection".to_owned()).caused_by(error);
        match advice {
            Some(advice) => known.hint(advice),
            None => known.hint("nothing was sent; a firewall or proxy may interrupt TLS"),
        }
    };
    // Blocking, with a time limit, as rustls does it without more.
    let stream = stream.into_std().map_err(failed)?;
    let shaken = tokio::task::spawn_blocking(move || {
        let mut stream = stream;
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let mut tls = rustls::ClientConnection::new(config, name).map_err(std::io::Error::other)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut stream)?;
        }
        let version = match tls.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS 1.2",
        };
        let second = tls.alpn_protocol() == Some(b"h2");
        let http = if second { "HTTP/2" } else { "HTTP/1.1" };
        Ok(format!("{version}, {http}, the certificate is trusted"))
    });
    match shaken.await {
        Ok(shaken) => shaken.map_err(failed),
        Err(error) => Err(Error::unexpected("TLS was not tried").caused_by(error)),
    }
}
