//! How `rc customers overview` looks.

use clap::{Arg, Command};

use crate::cli::{Spec, plain};
use crate::output::Format;

/// The name of the id among the matches.
pub(super) const TARGET: &str = "target";

pub(super) const SPEC: Spec = Spec {
    under: Some("customers"),
    formats: &[Format::Table, Format::Json, Format::Ndjson],
    ..Spec::new(
        "overview",
        "Show a customer with subscriptions, charges, orders and errors",
        build,
    )
};

const LONG_ABOUT: &str = "\
Show a customer on one screen: the person, addresses, subscriptions, the next
charges, the last orders, and charges that failed.

Six requests read it. With -o json, with --jq and off a terminal it is one
object with the keys customer, addresses, subscriptions, next_charges,
last_orders, errors and more. A list has at most 250 records, next_charges and
last_orders at most 5; more names the lists that have further records.";

const EXAMPLES: &str = "\
Examples:
  rc customers overview 37657002
  rc customers overview ada@example.com
  rc customers overview 37657002 --jq '.next_charges[0].scheduled_at'";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .long_about(LONG_ABOUT)
        .after_help(EXAMPLES)
        .arg(
            Arg::new(TARGET)
                .value_name("ID|EMAIL")
                .required(true)
                .help("number of the customer or the email")
                .help_heading("Arguments"),
        )
}
