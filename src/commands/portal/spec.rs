//! How `rc portal` looks.

use clap::{Arg, ArgAction, Command};

use crate::cli::Spec;
use crate::cli::help::{group, verb};

pub(super) const SPEC: Spec = Spec::new(
    "portal",
    "Use the customer portal, for support and themes",
    build,
);

const ABOUT: &str = "\
Sends the requests of the customer portal. For writes, prefer the commands of
the Admin API, which check, record and undo them: rc portal routes lists the
equivalent command of each route.

A portal token gives full access to the account of one customer. It is created
with your API token and not saved, or read from RECHARGE_PORTAL_TOKEN or
--token-file.

Examples:
  rc portal link 37657002
  rc portal objects 37657002 --schema '{\"subscriptions\":{\"product\":{}}}'
  rc portal get 37657002 /subscriptions
  rc portal routes";

fn customer() -> Arg {
    Arg::new("whose")
        .value_name("CUSTOMER")
        .help("number of the customer")
}

fn access() -> [Arg; 3] {
    [
        Arg::new("hash")
            .long("hash")
            .value_name("HASH")
            .help("hash of the customer, with a token of your own"),
        Arg::new("portal-url")
            .long("portal-url")
            .value_name("URL")
            .requires("hash")
            .help("address of the portal, like https://SHOP/tools/recurring/portal"),
        Arg::new("token-file")
            .long("token-file")
            .value_name("FILE|-")
            .requires("hash")
            .help("read the token from a file [default: RECHARGE_PORTAL_TOKEN]"),
    ]
}

fn path() -> Arg {
    Arg::new("path")
        .value_name("PATH")
        .required(true)
        .help("path within the portal, as in /subscriptions")
}

fn field(help: &'static str) -> Arg {
    Arg::new("field")
        .long("field")
        .short('f')
        .value_name("NAME=VALUE")
        .action(ArgAction::Append)
        .help(help)
}

fn unlisted() -> Arg {
    Arg::new("unlisted")
        .long("unlisted")
        .action(ArgAction::SetTrue)
        .help("send a request to a route that rc portal routes does not list")
}

fn link() -> Command {
    verb(
        "link",
        "Create a link to the portal of a customer",
        "The link gives full access to the account of the customer until it expires, and is \
         printed once. The request opens a session of the customer; no email is sent. With --open \
         a browser opens the link and nothing is printed; BROWSER names the program, else the \
         browser of the system is used.\n\n\
         Examples:\n  rc portal link 37657002\n  rc portal link 37657002 --open\n  rc portal link \
         37657002 -o json",
    )
    .arg(customer().required(true))
    .arg(
        Arg::new("open")
            .long("open")
            .action(ArgAction::SetTrue)
            .help("open the portal in a browser; the link is not printed"),
    )
}

fn objects() -> Command {
    verb(
        "objects",
        "Get objects by a schema, as scripts of themes do",
        "A schema is a JSON object: each key is an object or a list, with {} for all of it. \
         Members choose (status, limit, page, id) or add related objects (\"product\":{}); \
         \"parent.FIELD\" is a field of the enclosing object. The schema is checked before \
         it is sent.\n\n\
         Examples:\n  rc portal objects 37657002 --schema '{\"customer\":{}}'\n  \
         rc portal objects 37657002 --schema-file schema.json --jq '.orders[].id'",
    )
    .arg(customer())
    .arg(
        Arg::new("schema")
            .long("schema")
            .value_name("JSON")
            .required_unless_present("schema-file")
            .conflicts_with("schema-file")
            .help("the schema"),
    )
    .arg(
        Arg::new("schema-file")
            .long("schema-file")
            .value_name("FILE|-")
            .help("read the schema from a file"),
    )
    .args(access())
}

fn get() -> Command {
    verb(
        "get",
        "Get a page or data of the portal",
        "A page is printed as HTML.\n\n\
         Examples:\n  rc portal get 37657002 /subscriptions\n  \
         rc portal get 37657002 /products/search -f q=coffee",
    )
    .allow_missing_positional(true)
    .arg(customer())
    .arg(path())
    .arg(field("parameter of the query"))
    .arg(unlisted())
    .args(access())
}

fn post() -> Command {
    verb(
        "post",
        "Send a write of the portal",
        "The Admin API has equivalent writes that can be undone: rc portal routes lists them.\n\n\
         Examples:\n  rc portal post 37657002 /subscriptions/89559201/skip -f date=2026-12-24\n  \
         rc portal post 37657002 /customer --form -f first_name=Ada",
    )
    .allow_missing_positional(true)
    .arg(customer())
    .arg(path())
    .arg(field("field of the body"))
    .arg(
        Arg::new("body")
            .long("body")
            .value_name("JSON|@FILE|-")
            .help("the whole body; fields override it"),
    )
    .arg(
        Arg::new("form")
            .long("form")
            .action(ArgAction::SetTrue)
            .help("send the body as a form [default: JSON]"),
    )
    .arg(
        Arg::new("delete")
            .long("delete")
            .action(ArgAction::SetTrue)
            .help("send DELETE in place of POST"),
    )
    .arg(unlisted())
    .args(access())
}

fn build() -> Command {
    group(SPEC.name, SPEC.about, ABOUT).subcommands([
        link(),
        objects(),
        get(),
        post(),
        verb(
            "routes",
            "List the routes of the portal and their equivalents in the Admin API",
            "Examples:\n  rc portal routes\n  rc portal routes -o json",
        ),
    ])
}
