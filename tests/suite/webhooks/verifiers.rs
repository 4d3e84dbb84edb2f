//! The verification examples of docs/webhooks.md accept what is signed here, and
//! nothing else.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use recharge_listener::signature;

use super::verify_example;
use crate::console::{check, steps};

const DOCS: &str = include_str!("../../../docs/webhooks.md");
const SECRET: &str = "caf\u{e9}-secret";
const BODY: &[u8] = b"{\"order\": {\"note\": \"caf\xc3\xa9 \\u00e9\"}}\n";

/// A message, and whether it is to be accepted.
struct Case {
    name: &'static str,
    digest: Option<String>,
    signature: Option<String>,
    body: Vec<u8>,
    is_valid: bool,
}

fn cases() -> Vec<Case> {
    let now = jiff::Timestamp::now().as_second();
    let case = |name, digest: Option<String>, signature: Option<String>, is_valid| Case {
        name,
        digest,
        signature,
        body: BODY.to_vec(),
        is_valid,
    };
    let digest = || Some(signature::legacy(SECRET, BODY));
    let timed = |at| Some(signature::timed(SECRET, at, BODY));
    let other = signature::timed("another", now, BODY);
    let right = signature::timed(SECRET, now, BODY);
    let two = format!("{other},{}", right.split(',').nth(1).unwrap());
    vec![
        case("both", digest(), timed(now), true),
        case("the older one", digest(), None, true),
        case("the newer one", None, timed(now), true),
        case("two tags", None, Some(two), true),
        case("almost too old", None, timed(now - 172_000), true),
        case("too old", digest(), timed(now - 172_900), false),
        case("in the future", digest(), timed(now + 172_900), false),
        case("none", None, None, false),
        case("an empty one", Some(String::new()), None, false),
        case("no signature in it", None, Some("t=1".to_owned()), false),
        case("nonsense", None, Some("nonsense".to_owned()), false),
        case(
            "another secret",
            Some(signature::legacy("another", BODY)),
            None,
            false,
        ),
        case("one of two wrong", digest(), Some(other), false),
        Case {
            name: "another body",
            digest: digest(),
            signature: None,
            body: b"{}".to_vec(),
            is_valid: false,
        },
    ]
}

/// The code of the docs in a language.
fn block(language: &str) -> &'static str {
    let start = format!("```{language}\n");
    let begin = DOCS.find(&start).unwrap() + start.len();
    let end = DOCS[begin..].find("\n```").unwrap();
    &DOCS[begin..=begin + end]
}

/// Runs the example of a language on all messages. Without the language it does
/// nothing, and says so.
#[expect(clippy::print_stdout, reason = "what was not run")]
fn judge(language: &str, program: &str, file: &str, script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    std::fs::write(&path, script).unwrap();
    if Command::new(program).arg("--version").output().is_err() {
        println!("{program} is not installed: the example in {language} was not run");
        return;
    }
    for case in cases() {
        let accepted = accepts(program, &path, folder.path(), &case);
        assert_eq!(accepted, case.is_valid, "{language}: {}", case.name);
    }
}

fn accepts(program: &str, script: &Path, folder: &Path, case: &Case) -> bool {
    let body = folder.join("body");
    std::fs::write(&body, &case.body).unwrap();
    let mut command = Command::new(program);
    command
        .arg(script)
        .env("WEBHOOK_SECRET", SECRET)
        .env("WEBHOOK_BODY", &body);
    for (name, value) in [("DIGEST", &case.digest), ("SIGNATURE", &case.signature)] {
        let value = value.as_ref().map(OsString::from);
        command.envs(value.map(|value| (format!("WEBHOOK_{name}"), value)));
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    match said.trim() {
        "yes" => true,
        "no" => false,
        other => panic!("{other} {}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[test]
fn example_in_python_accepts_what_is_signed_and_nothing_else() {
    let driver = r#"
import os
given = {"X-Recharge-Hmac-Sha256": "WEBHOOK_DIGEST", "X-Recharge-Webhook-Signature": "WEBHOOK_SIGNATURE"}
headers = {name: os.environ[key] for name, key in given.items() if key in os.environ}
body = open(os.environ["WEBHOOK_BODY"], "rb").read()
print("yes" if is_from_recharge(os.environ["WEBHOOK_SECRET"], headers, body) else "no")
"#;
    judge(
        "Python",
        "python3",
        "check.py",
        &format!("{}{driver}", block("python")),
    );
}

#[test]
fn example_in_node_accepts_what_is_signed_and_nothing_else() {
    let driver = r#"
const headers = {};
const given = { "x-recharge-hmac-sha256": "WEBHOOK_DIGEST", "x-recharge-webhook-signature": "WEBHOOK_SIGNATURE" };
for (const [name, key] of Object.entries(given)) if (key in process.env) headers[name] = process.env[key];
const body = require("node:fs").readFileSync(process.env.WEBHOOK_BODY);
console.log(isFromRecharge(process.env.WEBHOOK_SECRET, headers, body) ? "yes" : "no");
"#;
    judge(
        "Node",
        "node",
        "check.cjs",
        &format!("{}{driver}", block("js")),
    );
}

#[test]
fn example_in_php_accepts_what_is_signed_and_nothing_else() {
    let driver = r"
$headers = [];
foreach (['X-Recharge-Hmac-Sha256' => 'WEBHOOK_DIGEST', 'X-Recharge-Webhook-Signature' => 'WEBHOOK_SIGNATURE'] as $name => $key) {
    if (getenv($key) !== false) { $headers[$name] = getenv($key); }
}
$body = file_get_contents(getenv('WEBHOOK_BODY'));
echo is_from_recharge(getenv('WEBHOOK_SECRET'), $headers, $body) ? 'yes' : 'no';
";
    judge(
        "PHP",
        "php",
        "check.php",
        &format!("<?php\n{}{driver}", block("php")),
    );
}

#[test]
fn example_in_ruby_accepts_what_is_signed_and_nothing_else() {
    let driver = r#"
given = { "X-Recharge-Hmac-Sha256" => "WEBHOOK_DIGEST", "X-Recharge-Webhook-Signature" => "WEBHOOK_SIGNATURE" }
headers = given.select { |_, key| ENV.key?(key) }.transform_values { |key| ENV[key] }
body = File.binread(ENV["WEBHOOK_BODY"])
puts is_from_recharge(ENV["WEBHOOK_SECRET"], headers, body) ? "yes" : "no"
"#;
    judge(
        "Ruby",
        "ruby",
        "check.rb",
        &format!("{}{driver}", block("ruby")),
    );
}

#[test]
fn example_in_rust_accepts_what_is_signed_and_nothing_else() {
    assert_eq!(block("rust"), include_str!("verify_example.rs"));
    let now = jiff::Timestamp::now().as_second();
    for case in cases() {
        let (digest, signature) = (case.digest.as_deref(), case.signature.as_deref());
        let accepted = verify_example::is_from_recharge(SECRET, digest, signature, &case.body, now);
        assert_eq!(accepted, case.is_valid, "{}", case.name);
    }
}

#[test]
fn the_page_on_webhooks_shows_what_happens() {
    assert!(steps(DOCS).len() >= 4);
    check("docs/webhooks.md", DOCS);
}

/// Servers and listeners do not end by themselves: their words are read.
#[test]
fn commands_of_the_page_on_webhooks_are_understood() {
    let (mut read, mut inside) = (0, false);
    for line in DOCS.lines().map(str::trim) {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside && line.starts_with("rc ") => {
                let words = shell_words::split(line).unwrap();
                let words: Vec<OsString> = words.into_iter().skip(1).map(Into::into).collect();
                let parsed = recharge_cli::commands::parse(&words, None);
                assert!(parsed.is_ok(), "{line}: {:?}", parsed.err());
                read += 1;
            }
            _ => {}
        }
    }
    assert!(read >= 4, "{read}");
}
