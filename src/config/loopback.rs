//! Which hosts are this machine. A name that counts as this machine is never
//! asked of the system's resolver, which could send it elsewhere: it is
//! connected to the addresses given here. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that a name of this machine is connected to, in order.
const ADDRESSES: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// The addresses of `localhost` and the names below it (RFC 6761, 6.3); none
/// for other names.
#[must_use]
pub fn pinned(name: &str) -> Option<[IpAddr; 2]> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let local = name == "localhost" || name.ends_with(".localhost");
    local.then_some(ADDRESSES)
}

/// Whether a host of a URL, a name or an address, is this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => pinned(host).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_have_its_addresses_and_others_none() {
        for name in [
            "localhost",
            "LocalHost",
            "localhost.",
            "a.localhost",
            "a.b.LOCALHOST.",
        ] {
            let addresses = pinned(name).unwrap();
            assert!(addresses.iter().all(IpAddr::is_loopback), "{name}");
            assert!(is_loopback(name), "{name}");
        }
        for name in [
            "",
            ".",
            "localhost..",
            "localhost.example.com",
            "notlocalhost",
            "a-localhost",
            "localhost.localdomain",
            "ip6-localhost",
            "127.0.0.1.example.com",
            "0.0.0.0",
            "[::]",
            "[::ffff:10.0.0.1]",
            "128.0.0.1",
        ] {
            assert!(pinned(name).is_none() && !is_loopback(name), "{name}");
        }
        for address in ["127.0.0.1", "127.255.0.9", "[::1]", "[::ffff:127.0.0.1]"] {
            assert!(
                is_loopback(address) && pinned(address).is_none(),
                "{address}"
            );
        }
    }
}
