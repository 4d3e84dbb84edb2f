//! How `rc api` looks.

use clap::{Arg, ArgAction, Command};

use super::args::METHODS;
use crate::catalog::Method;
use crate::cli::{Spec, flags, help, plain};
use crate::commands::FAMILY;

pub(super) const SPEC: Spec = Spec::new("api", "Send any request to the API", build);

/// The last lines of its help.
const EXAMPLES: &str = "\
Examples:
  rc api /store
  rc api /subscriptions -f status=active --paginate
  rc api POST /subscriptions/89559201/activate
  rc api HEAD /subscriptions
  rc api PUT /subscriptions/89559201 -f quantity=2 -H 'X-Ticket: 4711'
  rc api GET /shop --api-version 2021-01";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .after_help(help::styled(EXAMPLES))
        // `rc api /store` leaves the method out.
        .allow_missing_positional(true)
        .arg(
            Arg::new("method")
                .value_name("METHOD")
                .ignore_case(true)
                .value_parser(METHODS.map(Method::name))
                .help("HTTP method [default: GET]"),
        )
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .required(true)
                .help("path on the API, as in /subscriptions"),
        )
        .arg(
            Arg::new("field")
                .long("field")
                .short('f')
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("query parameter of GET, HEAD and DELETE, else field of the body"),
        )
        .arg(
            Arg::new("header")
                .long("header")
                .short('H')
                .value_name("NAME:VALUE")
                .action(ArgAction::Append)
                .help("add a header, but not the token, which rc adds itself"),
        )
        .arg(
            Arg::new("body")
                .long("body")
                .value_name("JSON|@FILE|-")
                .help("the whole body; fields override it"),
        )
        .arg(
            Arg::new("paginate")
                .long("paginate")
                .action(ArgAction::SetTrue)
                .help("fetch all pages of a list and print the records"),
        )
        .args(
            flags::paging(FAMILY.newest().maximum_page_size)
                .into_iter()
                .chain([flags::count_only()])
                .map(|flag| flag.requires("paginate")),
        )
}
