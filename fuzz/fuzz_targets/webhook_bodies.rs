//! Webhooks: bodies keep their value, and signatures hold for these bytes only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use recharge_cli::catalog::recharge::API;
use recharge_cli::filter;
use recharge_cli::webhooks::body;
use recharge_cli::webhooks::signature::{HeaderList, SignedMessage, Verifier, sign};
use secrecy::SecretString;
use serde_json::Value;

const NOW: i64 = 1_795_000_000;

fuzz_target!(|bytes: &[u8]| {
    let webhooks = API.webhooks().expect("the API has webhooks");
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        let compact = body::compact(text);
        assert_eq!(
            serde_json::from_str::<Value>(&compact).expect("still JSON"),
            value
        );
        assert_eq!(compact, filter::compact(text));
    }
    let secret = SecretString::from("the secret of a client");
    let headers: HeaderList = sign(webhooks, &secret, NOW, bytes)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let verifier = Verifier {
        webhooks,
        secret: &secret,
        token: None,
        now: NOW,
    };
    let valid = |body: &[u8]| {
        verifier
            .verify(&SignedMessage {
                headers: &headers,
                body,
            })
            .is_valid()
    };
    assert!(valid(bytes));
    let mut other = bytes.to_vec();
    match other.last_mut() {
        Some(last) => *last ^= 1,
        None => other.push(0),
    }
    assert!(!valid(&other));
    // Headers that are anything at all are refused without a panic.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let names = webhooks.headers;
    let headers: HeaderList = [names.digest, names.signature, names.timestamp]
        .map(|name| (name.to_owned(), text.clone()))
        .into();
    let found = verifier.verify(&SignedMessage {
        headers: &headers,
        body: bytes,
    });
    assert!(!found.is_valid() && found.problem().is_some());
});
