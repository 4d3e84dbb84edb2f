//! Whether a request comes from this machine, and from no web page.

use std::net::IpAddr;

use http::{HeaderMap, header};

/// Whether a program on this machine sent a request.
///
/// A browser on this machine sends requests for the pages that it shows: those
/// name where they come from (`Origin`), or reach this machine under a name of
/// their own (`Host`).
#[must_use]
pub fn is_from_this_machine(peer: IpAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    let is_own_name =
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    peer.to_canonical().is_loopback() && is_own_name && !headers.contains_key(header::ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_of_this_machine_is_told_from_one_of_a_page() {
        let may = |peer: &str, host: &str, origin: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if origin {
                headers.insert(header::ORIGIN, "http://127.0.0.1".parse().unwrap());
            }
            is_from_this_machine(peer.parse().unwrap(), &headers)
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
