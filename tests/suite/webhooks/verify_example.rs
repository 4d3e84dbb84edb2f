use ring::{digest, hmac};

/// Whether Recharge sent a message; `now` is in seconds since 1970.
pub fn is_from_recharge(
    secret: &str,
    digest: Option<&str>,
    signature: Option<&str>,
    body: &[u8],
    now: i64,
) -> bool {
    let has_digest = digest.is_none_or(|digest| {
        let hash = digest::digest(&digest::SHA256, &[secret.as_bytes(), body].concat());
        bytes(digest).is_some_and(|given| same(hash.as_ref(), &given))
    });
    let is_signed = signature.is_none_or(|signature| {
        let parts: Vec<_> = signature.split(',').filter_map(|part| part.split_once('=')).collect();
        let time = parts.iter().find(|(name, _)| *name == "t").map_or("", |(_, time)| time);
        let is_recent = time.parse().is_ok_and(|time: i64| now.abs_diff(time) <= 172_800);
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [time.as_bytes(), b".", body].concat();
        let tags = parts.iter().filter(|(name, _)| *name == "v1");
        let mut tags = tags.filter_map(|(_, tag)| bytes(tag));
        is_recent && tags.any(|tag| hmac::verify(&key, &signed, &tag).is_ok())
    });
    (digest.is_some() || signature.is_some()) && has_digest && is_signed
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let pairs = pairs.map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}
