//! Rules about files: what cannot be read, pages that are missing, and secrets.

use super::{FILE, Findings, MISSING_TEMPLATE, SECRET_IN_THEME};
use crate::folder::Theme;
use crate::pages::REQUIRED;

/// How secrets begin, how many characters follow at least, and what they are.
const SECRETS: [(&str, usize, &str); 8] = [
    ("sk_live_", 16, "a secret key of Stripe"),
    ("rk_live_", 16, "a restricted key of Stripe"),
    ("sk_", 32, "an API token of Recharge"),
    ("shpat_", 32, "an access token of Shopify"),
    ("shpss_", 32, "a shared secret of Shopify"),
    ("shppa_", 32, "a password of a Shopify app"),
    ("AKIA", 16, "an access key of AWS"),
    ("-----BEGIN", 0, "a private key"),
];

pub(super) fn check(theme: &Theme, findings: &mut Findings<'_>) {
    for problem in &theme.problems {
        findings.about_file(FILE, &problem.name, &*problem.message);
    }
    for name in REQUIRED {
        if theme.text(name).is_none() {
            let message = format!("the theme has no {name}: that page of the portal fails");
            findings.about_file(MISSING_TEMPLATE, name, message);
        }
    }
    for (name, text) in theme.texts() {
        secrets(name, text, findings);
    }
}

/// Comments count as well: who has the theme has its comments.
fn secrets(name: &str, text: &str, findings: &mut Findings<'_>) {
    for (prefix, length, what) in SECRETS {
        let mut from = 0;
        while let Some(at) = text[from..].find(prefix).map(|at| from + at) {
            let rest = &text[at + prefix.len()..];
            from = at + prefix.len();
            let is_inside =
                text[..at].ends_with(|each: char| each.is_ascii_alphanumeric() || each == '_');
            if is_inside || (prefix == "sk_" && rest.starts_with("live_")) {
                continue;
            }
            let secret = rest
                .split(|each: char| !each.is_ascii_alphanumeric() && each != '_')
                .next();
            let secret = secret.unwrap_or_default();
            let is_secret = match length {
                0 => rest
                    .lines()
                    .next()
                    .is_some_and(|line| line.contains("PRIVATE KEY")),
                // Placeholders such as xxxx are of one letter, and without digits.
                _ => {
                    secret.len() >= length
                        && secret.bytes().any(|byte| byte.is_ascii_digit())
                        && is_varied(secret)
                }
            };
            if is_secret {
                let message = format!("{what}: anyone who opens the portal can read it; revoke it");
                findings.add(SECRET_IN_THEME, name, at, message);
            }
        }
    }
}

fn is_varied(text: &str) -> bool {
    let mut letters: Vec<u8> = text.bytes().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len() > 5
}
