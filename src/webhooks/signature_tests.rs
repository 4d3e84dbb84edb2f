//! Signatures that are right, and what is said of those that are wrong.

use std::fmt::Write as _;

use super::*;
use crate::catalog::recharge::API;

const NOW: i64 = 1_800_000_000;
const BODY: &[u8] =
    "{\"order\":{\"id\":7,\"note\":\"caf\u{e9} a/b\",\"total\":\"1.50\"}}".as_bytes();

fn webhooks() -> &'static Webhooks {
    API.webhooks().unwrap()
}

fn checked(headers: &[(&str, &str)], body: &[u8], now: i64) -> Verification {
    let headers: HeaderList = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let (secret, token) = ("the secret".into(), "sk_1x1_token".into());
    let verifier = Verifier {
        webhooks: webhooks(),
        secret: &secret,
        token: Some(&token),
        now,
    };
    verifier.verify(&SignedMessage {
        headers: &headers,
        body,
    })
}

fn hash(parts: &[&[u8]]) -> String {
    let all = parts.concat();
    made::legacy("", all)
}

fn hmac(secret: &str, body: &[u8]) -> String {
    use ring::hmac::{HMAC_SHA256, Key, sign};
    let tag = sign(&Key::new(HMAC_SHA256, secret.as_bytes()), body);
    tag.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is wrong with that value of the older header.
fn digest_of(value: &str, body: &[u8]) -> Option<Mistake> {
    match checked(&[("x-recharge-hmac-sha256", value)], body, NOW).digest {
        SignatureState::Wrong(mistake) => Some(mistake),
        _ => None,
    }
}

fn timed_of(value: &str, body: &[u8], now: i64) -> Option<Mistake> {
    match checked(&[("X-Recharge-Webhook-Signature", value)], body, now).timed {
        SignatureState::Wrong(mistake) => Some(mistake),
        _ => None,
    }
}

#[test]
fn message_that_is_signed_here_is_valid_for_any_bytes() {
    for body in [BODY, b"", b"\xff\xfe\x00", b"{}"] {
        let signed = sign(webhooks(), &"the secret".into(), NOW, body);
        let headers: Vec<(&str, &str)> = signed
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let verification = checked(&headers, body, NOW);
        assert!(verification.is_valid(), "{verification:?}");
        assert_eq!(verification.timed, SignatureState::Valid);
        assert_eq!(verification.problem(), None);
        let other = checked(&headers, b"another body", NOW);
        assert!(!other.is_valid());
    }
}

#[test]
fn wrong_hash_says_which_mistake_made_it() {
    let secret = b"the secret".as_slice();
    let right = hash(&[secret, BODY]);
    assert_eq!(digest_of(&right, BODY), None);
    for (value, name) in [
        (hmac("the secret", BODY), "hmac_instead_of_hash"),
        (hash(&[BODY, secret]), "secret_after_body"),
        (hash(&[BODY]), "without_secret"),
        (hash(&[b"sk_1x1_token", BODY]), "token_as_secret"),
        (right.to_uppercase(), "spelling"),
        (format!("sha256={right}"), "spelling"),
        (hash(&[b"another secret", BODY]), "unknown"),
        ("nonsense".to_owned(), "malformed"),
    ] {
        assert_eq!(digest_of(&value, BODY).unwrap().name(), name, "{value}");
    }
}

#[test]
fn body_that_was_written_again_is_recognized_in_the_usual_spellings() {
    let value: serde_json::Value = serde_json::from_slice(BODY).unwrap();
    let text = std::str::from_utf8(BODY).unwrap();
    for arrived in [
        serde_json::to_string_pretty(&value).unwrap(),
        text.replace(',', ", ").replace(':', ": "),
        text.replace('\u{e9}', "\\u00e9"),
        text.replace('/', "\\/"),
        format!("{text}\n"),
    ] {
        let right = hash(&[b"the secret", BODY]);
        let mistake = digest_of(&right, arrived.as_bytes()).unwrap();
        assert_eq!(mistake.name(), "reserialized_body", "{arrived}");
        let timed = made::timed("the secret", NOW, BODY);
        let mistake = timed_of(&timed, arrived.as_bytes(), NOW).unwrap();
        assert_eq!(mistake.name(), "reserialized_body", "{arrived}");
    }
}

#[test]
fn wrong_hmac_with_a_time_says_which_mistake_made_it() {
    let tagged = |tag: String| format!("t={NOW},v1={tag}");
    for (value, name) in [
        (tagged(hmac("the secret", BODY)), "without_time"),
        (tagged(hash(&[b"the secret", BODY])), "hash_instead_of_hmac"),
        (made::timed("sk_1x1_token", NOW, BODY), "token_as_secret"),
        (made::timed("another", NOW, BODY), "unknown"),
        (tagged("12".to_owned()), "malformed"),
        ("v1=12".to_owned(), "malformed"),
        (String::new(), "malformed"),
    ] {
        assert_eq!(timed_of(&value, BODY, NOW).unwrap().name(), name, "{value}");
    }
    // While a secret is replaced there are two tags.
    let right = made::timed("the secret", NOW, BODY);
    let tag = right.rsplit('=').next().unwrap();
    assert_eq!(
        timed_of(&format!("t={NOW},v1=00,v1={tag},v2=x"), BODY, NOW),
        None
    );
}

#[test]
fn time_is_accepted_for_two_days_and_no_second_longer() {
    let value = made::timed("the secret", NOW, BODY);
    let tolerance = 172_800;
    assert_eq!(timed_of(&value, BODY, NOW + tolerance), None);
    let stale = timed_of(&value, BODY, NOW + tolerance + 1).unwrap();
    assert!(
        stale.to_string().starts_with("it is 172801 seconds old"),
        "{stale}"
    );
    let early = timed_of(&value, BODY, NOW - tolerance - 1).unwrap();
    assert!(early.to_string().contains("in the future"), "{early}");
}

#[test]
fn time_of_the_header_is_that_of_the_signature() {
    let value = made::timed("the secret", NOW, BODY);
    let headers = [
        ("X-Recharge-Webhook-Signature", value.as_str()),
        ("X-Recharge-Webhook-Timestamp", "1800000001"),
    ];
    let verification = checked(&headers, BODY, NOW);
    assert!(
        verification.problem().unwrap().contains("1800000001"),
        "{verification:?}"
    );
}

#[test]
fn signature_of_another_scheme_is_named() {
    let verification = checked(&[("stripe-signature", "t=1,v1=2")], BODY, NOW);
    assert_eq!(verification.foreign, Some("Stripe"));
    assert_eq!(
        verification.problem().unwrap(),
        "it is signed as Stripe signs, not as Recharge does"
    );
    let none = checked(&[], BODY, NOW);
    assert_eq!(none.problem().unwrap(), "it has no signature");
}

#[test]
fn token_that_is_given_as_the_secret_is_recognized() {
    let token = "sk_1x1_token".into();
    let verifier = Verifier {
        webhooks: webhooks(),
        secret: &token,
        token: Some(&token),
        now: NOW,
    };
    let headers = vec![(
        "X-Recharge-Hmac-Sha256".to_owned(),
        hash(&[b"the secret", BODY]),
    )];
    let message = SignedMessage {
        headers: &headers,
        body: BODY,
    };
    let verification = verifier.verify(&message);
    assert_eq!(
        verification.digest,
        SignatureState::Wrong(Mistake::TokenAsSecret)
    );
}
