//! File names of tokens: an account comes in, a name that every file system
//! distinguishes from all others goes out. Pure.
//!
//! File systems of macOS and Windows take `Prod` and `prod` for one name, and
//! some compose letters; Windows reserves names, and drops dots and spaces at
//! the end. So a name is made of small letters, digits and `- _ . @`, and
//! everything else is escaped: `Prod@x` is kept in `%50rod@x`. Usual names stay
//! as they are.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Longest name that is kept whole. File systems allow 255 bytes.
const LONGEST: usize = 180;

/// As much of a longer one is kept, before its hash.
const KEPT: usize = 100;

/// Names of devices, which Windows takes for the device with any extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// Devices that are numbered: `com1`.
const PORTS: &[&str] = &["com", "lpt"];

/// The file name of an account. Two accounts never have names that differ in
/// case or in Unicode normalization only.
#[must_use]
pub(super) fn of(account: &str) -> String {
    let last = account.len().saturating_sub(1);
    let reserved = is_reserved(account);
    let mut name = String::new();
    for (at, byte) in account.bytes().enumerate() {
        let plain = byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'-' | b'_' | b'@')
            || (byte == b'.' && at != 0 && at != last);
        if plain && !(reserved && at == 0) {
            name.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    if name.is_empty() {
        // No other name is a single escape sign.
        return "%".to_owned();
    }
    if name.len() <= LONGEST {
        return name;
    }
    // No other name has two escape signs together.
    name.truncate(KEPT);
    let hash = ring::digest::digest(&ring::digest::SHA256, account.as_bytes());
    name.push_str("%%");
    for byte in hash.as_ref() {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// The account with its capitals escaped, for a keyring that does not
/// distinguish case. Other accounts stay as they are.
#[cfg(feature = "keyring")]
#[must_use]
pub(super) fn without_case(account: &str) -> String {
    let mut name = String::new();
    for letter in account.chars() {
        if letter == '%' || letter.is_uppercase() || !letter.is_ascii() {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                let _ = write!(name, "%{byte:02X}");
            }
        } else {
            name.push(letter);
        }
    }
    name
}

fn is_reserved(account: &str) -> bool {
    let stem = account.split('.').next().unwrap_or(account);
    let stem = stem.trim_end().to_ascii_lowercase();
    let is_port = |port: &&str| {
        let number = stem.strip_prefix(*port);
        number.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']))
    };
    DEVICES.contains(&stem.as_str()) || PORTS.iter().any(is_port)
}

/// What version 0.1.0 left as it is in a file name.
const OLD_PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'@');

/// The name that version 0.1.0 gave the file of an account.
#[must_use]
pub(super) fn old(account: &str) -> String {
    utf8_percent_encode(account, OLD_PLAIN).to_string()
}

/// The present name of a file that version 0.1.0 named, if it did.
#[must_use]
pub(super) fn renewed(name: &str) -> Option<String> {
    let account = percent_decode_str(name).decode_utf8().ok()?;
    let new = of(&account);
    (old(&account) == name && new != name).then_some(new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_names_stay_readable_and_others_are_escaped() {
        for (account, name) in [
            ("garden@api.rechargeapps.com", "garden@api.rechargeapps.com"),
            ("a@127.0.0.1:80/../x", "a@127.0.0.1%3A80%2F..%2Fx"),
            ("Prod@x", "%50rod@x"),
            ("aux.txt@x", "%61ux.txt@x"),
            ("CON", "%43%4F%4E"),
            ("com1.a@x", "%63om1.a@x"),
            ("com10.a@x", "com10.a@x"),
            ("x.", "x%2E"),
            ("x ", "x%20"),
            ("..", "%2E%2E"),
            ("50%", "50%25"),
            ("", "%"),
        ] {
            assert_eq!(of(account), name);
        }
        let long = of(&"É".repeat(100));
        assert_eq!(long.len(), KEPT + 2 + 64);
    }

    #[test]
    fn a_name_of_the_first_version_is_renewed() {
        assert_eq!(renewed("Prod@x").as_deref(), Some("%50rod@x"));
        assert_eq!(renewed("prod@x"), None);
        assert_eq!(renewed("a@127.0.0.1%3A80"), None);
        // Made by this version, and so not a name of the first one.
        assert_eq!(renewed("%50rod@x"), None);
    }

    /// Accounts that are near each other in one of the ways that matter.
    fn account() -> impl Strategy<Value = String> {
        prop_oneof![
            "[aAbB%][aAbB%.@ ]{0,4}",
            "(con|CON|Con|aux|nul|com[0-9¹]|LPT1)(|[.][a-z]{0,3}|@x)",
            "\\PC{0,80}",
            "[aA]{170,260}",
            "(é|e\u{301}|E\u{301}|ß|ss|ſ|s|K|k|ı|i|I){0,4}",
        ]
    }

    proptest! {
        #[test]
        fn every_file_system_tells_names_apart(one in account(), other in account()) {
            let (first, second) = (of(&one), of(&other));
            prop_assert!(first.is_ascii() && !first.is_empty() && first.len() <= 255);
            prop_assert!(!first.ends_with(['.', ' ']) && !is_reserved(&first));
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@%".contains(&byte);
            prop_assert!(first.bytes().all(allowed));
            // Names are ASCII, so normalization leaves them as they are.
            prop_assert_eq!(one == other, first.eq_ignore_ascii_case(&second));
        }

        #[test]
        #[cfg(feature = "keyring")]
        fn a_keyring_without_case_tells_accounts_apart(one in account(), other in account()) {
            let (first, second) = (without_case(&one), without_case(&other));
            prop_assert_eq!(one == other, first.eq_ignore_ascii_case(&second));
        }

        #[test]
        fn case_alone_makes_another_name(account in "[a-z][a-z0-9.@-]{0,200}") {
            let loud = account.to_ascii_uppercase();
            prop_assert!(!of(&account).eq_ignore_ascii_case(&of(&loud)));
        }
    }
}
