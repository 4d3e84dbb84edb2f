//! How the commands under `rc webhooks` look.

use clap::builder::EnumValueParser;
use clap::{Arg, ArgAction, ArgGroup, Command};

use crate::cli::help::{group, verb};
use crate::cli::{Spec, plain};
use crate::config::token_storage::TokenStorage;

const RESOURCE: &str = "webhooks";

pub(super) const TOPICS: Spec = Spec {
    under: Some(RESOURCE),
    ..Spec::new(
        "topics",
        "List the topics, and the contents of their messages",
        topics,
    )
};

pub(super) const VERIFY: Spec = Spec {
    under: Some(RESOURCE),
    ..Spec::new(
        "verify",
        "Check the signatures of a message, and explain a wrong one",
        verify,
    )
};

pub(super) const TRIGGER: Spec = Spec {
    under: Some(RESOURCE),
    ..Spec::new(
        "trigger",
        "Send a message about an object to your own program",
        trigger,
    )
};

pub(super) const APPLY: Spec = Spec {
    under: Some(RESOURCE),
    ..Spec::new("apply", "Register the webhooks of a file", apply)
};

pub(super) const SECRET: Spec = Spec {
    under: Some(RESOURCE),
    ..Spec::new(
        "secret",
        "Save the client secret that signs messages",
        secret,
    )
};

const TOPICS_TEXT: &str = "\
List the topics of webhooks: the scope that a token needs, the key of the body,
the objects that can be included, and how rc can build the message without a
webhook. Sends nothing.

Classes:
  exact       from an event of that name
  confirmed   from an event and the state of the object
  lossy       from an event; the object may no longer exist
  polling     by reading objects repeatedly
  impossible  not without a webhook";

const TOPICS_EXAMPLES: &str = "\
Examples:
  rc webhooks topics
  rc webhooks topics charge/paid
  rc webhooks topics --jq 'select(.class == \"exact\").topic'";

fn topics() -> Command {
    plain(TOPICS.name, TOPICS.about)
        .long_about(TOPICS_TEXT)
        .after_help(TOPICS_EXAMPLES)
        .arg(
            Arg::new("name")
                .value_name("TOPIC")
                .help("show this topic only")
                .help_heading("Arguments"),
        )
}

const VERIFY_TEXT: &str = "\
Check both signatures of a message that arrived somewhere. A wrong one is
explained: an HMAC instead of a plain hash, secret and body swapped, a body that
was parsed and written again, the access token used as the secret, a message
that is too old, or the scheme of another vendor. The exit code is 8 then.

The body must be the bytes that arrived. The client secret comes from
RECHARGE_CLIENT_SECRET, else from rc webhooks secret set. Sends nothing.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  rc webhooks verify --body body.json -H 'X-Recharge-Hmac-Sha256: 8f43…'
  rc webhooks verify --request request.txt
  rc webhooks verify --request - < request.txt";

fn verify() -> Command {
    plain(VERIFY.name, VERIFY.about)
        .long_about(VERIFY_TEXT)
        .after_help(VERIFY_EXAMPLES)
        .arg(
            Arg::new("body")
                .long("body")
                .value_name("FILE|-")
                .help("the body of the message, as it arrived"),
        )
        .arg(
            Arg::new("request")
                .long("request")
                .value_name("FILE|-")
                .help("the whole request: request line, headers, an empty line, the body"),
        )
        .group(
            ArgGroup::new("message")
                .args(["body", "request"])
                .required(true),
        )
        .arg(header("header of the message; can be repeated"))
}

const TRIGGER_TEXT: &str = "\
Read an object, build the message of a topic for it, add both signatures, and
send it to your own program, with the body of the real webhook. Nothing is
changed in the store.";

const TRIGGER_EXAMPLES: &str = "\
Examples:
  rc webhooks trigger charge/paid --latest --forward-to http://localhost:3000/hooks
  rc webhooks trigger order/created --id 44534 --forward-to http://localhost:3000/hooks
  rc webhooks trigger subscription/cancelled --latest --set status=cancelled --print";

fn trigger() -> Command {
    plain(TRIGGER.name, TRIGGER.about)
        .long_about(TRIGGER_TEXT)
        .after_help(TRIGGER_EXAMPLES)
        .arg(
            Arg::new("name")
                .value_name("TOPIC")
                .required(true)
                .help("the topic of the message; rc webhooks topics lists them")
                .help_heading("Arguments"),
        )
        .arg(
            Arg::new("id")
                .long("id")
                .value_name("ID")
                .help("id of the object"),
        )
        .arg(
            Arg::new("latest")
                .long("latest")
                .action(ArgAction::SetTrue)
                .help("use the object that the store lists first"),
        )
        .group(ArgGroup::new("which").args(["id", "latest"]).required(true))
        .arg(forward_to())
        .arg(
            Arg::new("include")
                .long("include")
                .value_name("NAME,NAME")
                .action(ArgAction::Append)
                .value_delimiter(',')
                .help("put these objects into the message, as included_objects does"),
        )
        .arg(
            Arg::new("set")
                .long("set")
                .value_name("PATH=VALUE")
                .action(ArgAction::Append)
                .help("set a field of the object; JSON if it parses as JSON, else text"),
        )
        .arg(
            Arg::new("print")
                .long("print")
                .action(ArgAction::SetTrue)
                .help("print the body"),
        )
        .arg(header("additional header of the message; can be repeated"))
        .arg(
            Arg::new("topic-header")
                .long("topic-header")
                .action(ArgAction::SetTrue)
                .help("name the topic in a header, which Recharge does not document"),
        )
}

const APPLY_TEXT: &str = "\
Register the webhooks that a file lists: create missing ones, update different
ones, and report those that Recharge deleted since the last run. A webhook is
identified by its topic and address. With --prune, webhooks that are not in the
file are deleted, and the address of a moved one is updated. A second run changes
nothing.

The file is TOML; included_objects and version may be left out:

  [[webhook]]
  topic = \"charge/paid\"
  address = \"https://example.com/hooks\"
  included_objects = [\"customer\"]
  version = \"2021-11\"";

const APPLY_EXAMPLES: &str = "\
Examples:
  rc webhooks apply webhooks.toml --dry-run
  rc webhooks apply webhooks.toml
  rc webhooks apply webhooks.toml --prune --yes";

fn apply() -> Command {
    plain(APPLY.name, APPLY.about)
        .long_about(APPLY_TEXT)
        .after_help(APPLY_EXAMPLES)
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .help("file with the webhooks, or - for standard input")
                .help_heading("Arguments"),
        )
        .arg(
            Arg::new("prune")
                .long("prune")
                .action(ArgAction::SetTrue)
                .help("delete webhooks that are not in the file"),
        )
}

const SECRET_TEXT: &str = "\
Save the client secret that Recharge signs webhook messages with. It belongs to
an API token, but is not the token: find it in Recharge under Tools & apps, API
tokens, on the page of the token.

RECHARGE_CLIENT_SECRET overrides it.

Examples:
  rc webhooks secret set";

fn secret() -> Command {
    group(SECRET.name, SECRET.about, SECRET_TEXT).subcommand(
        verb(
            "set",
            "Save the client secret in the keyring",
            "Asks for the secret without showing it, and saves it for the profile in the keyring \
             of the system. Where there is no keyring, it is saved in a file that only you can \
             read.\n\n\
             Examples:\n  rc webhooks secret set\n  \
             rc webhooks secret set --with-secret < secret.txt",
        )
        .arg(
            Arg::new("with-secret")
                .long("with-secret")
                .action(ArgAction::SetTrue)
                .help("read the secret from standard input"),
        )
        .arg(
            Arg::new("keep")
                .long("keep")
                .value_name("WHERE")
                .value_parser(EnumValueParser::<TokenStorage>::new())
                .help("where to save it [default: keyring, else file]"),
        ),
    )
}

/// The flag that names the program to send messages to.
fn forward_to() -> Arg {
    Arg::new("forward-to")
        .long("forward-to")
        .value_name("URL")
        .help("send the message there, like http://localhost:3000/hooks")
}

fn header(help: &'static str) -> Arg {
    Arg::new("header")
        .long("header")
        .short('H')
        .value_name("NAME:VALUE")
        .action(ArgAction::Append)
        .help(help)
}
