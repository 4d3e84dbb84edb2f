//! Looks hosts up: those of this machine here, all others with the system.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

use crate::config::loopback;

/// The addresses of a host, with `port` put to each.
///
/// A name of this machine has its loopback addresses, whatever the system's
/// resolver would answer.
///
/// # Errors
/// The system does not find it.
pub async fn look_up(host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
    if let Some(pinned) = loopback::pinned(host) {
        return Ok(pinned.map(|ip| SocketAddr::new(ip, port)).to_vec());
    }
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}

/// The resolver of a client; it resolves the names of proxies as well.
#[derive(Debug)]
pub(super) struct PinnedResolver;

impl Resolve for PinnedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = look_up(name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_this_machine_is_found_without_the_system() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.unwrap();
        // Nothing resolves a name below localhost on most systems.
        for name in ["localhost", "no-such-name.localhost", "x.localhost."] {
            let name: Name = name.parse().unwrap();
            let found = runtime.block_on(PinnedResolver.resolve(name)).unwrap();
            let found: Vec<String> = found.map(|address| address.to_string()).collect();
            assert_eq!(found, ["127.0.0.1:0", "[::1]:0"]);
        }
    }
}
