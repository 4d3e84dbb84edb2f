//! Which requests are for a portal, and for whose.
//!
//! Takes the path of a request; returns the hash of the customer and the path
//! within the portal.

use percent_encoding::percent_decode_str;
use recharge_catalog::portal::{LOGIN, PREFIXES, TOKEN};

/// What a path of the portal leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// The page where a customer asks for a link.
    Login,
    /// The portal of a customer.
    Customer {
        /// The hash of the customer.
        hash: String,
        /// The path within the portal, which begins with a slash.
        rest: String,
        /// Whether Recharge serves the page itself, not the proxy of a shop.
        is_hosted: bool,
    },
}

/// What a path leads to, where it is one of a portal.
pub(crate) fn find(path: &str) -> Option<Door> {
    if path.trim_end_matches('/') == LOGIN {
        return Some(Door::Login);
    }
    let (place, rest) = PREFIXES.iter().enumerate().find_map(|(place, prefix)| {
        let rest = path.strip_prefix(prefix)?.strip_prefix('/')?;
        Some((place, rest))
    })?;
    let (hash, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if hash.is_empty() || !hash.bytes().all(is_word) {
        return None;
    }
    Some(Door::Customer {
        hash: hash.to_owned(),
        rest: format!("/{rest}"),
        is_hosted: place > 0,
    })
}

/// A path and query without the hash and the token of a portal.
pub(crate) fn without_secrets(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut shown = path.to_owned();
    if let Some(Door::Customer { hash, .. }) = find(path) {
        shown = shown.replacen(&hash, "[hash]", 1);
    }
    if query.is_empty() {
        return shown;
    }
    let pairs = query.split('&').map(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        let is_token = percent_decode_str(name).decode_utf8_lossy() == TOKEN.name;
        if is_token {
            format!("{name}=[token]")
        } else {
            pair.to_owned()
        }
    });
    format!("{shown}?{}", pairs.collect::<Vec<String>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(rest: &str, is_hosted: bool) -> Door {
        Door::Customer {
            hash: "ab12".to_owned(),
            rest: rest.to_owned(),
            is_hosted,
        }
    }

    #[test]
    fn path_leads_to_the_portal_of_its_hash() {
        assert_eq!(find("/portal/ab12"), Some(customer("/", true)));
        assert_eq!(
            find("/portal/ab12/orders/7"),
            Some(customer("/orders/7", true))
        );
        let embedded = find("/tools/recurring/portal/ab12/orders");
        assert_eq!(embedded, Some(customer("/orders", false)));
        assert_eq!(find(LOGIN), Some(Door::Login));
        for other in [
            "/portal_access",
            "/portal",
            "/portal/",
            "/portal/a%2Fb/x",
            "/x",
        ] {
            assert_eq!(find(other), None, "{other}");
        }
    }

    #[test]
    fn neither_hash_nor_token_is_shown() {
        let path = "/portal/ab12/orders?page=2&t%6fken=link_1&x=token";
        let shown = "/portal/[hash]/orders?page=2&t%6fken=[token]&x=token";
        assert_eq!(without_secrets(path), shown);
    }
}
