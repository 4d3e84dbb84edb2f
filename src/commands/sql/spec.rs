//! How `rc sql` looks.

use clap::{Arg, ArgAction, Command};

use crate::cli::help::styled;
use crate::cli::{Spec, plain};

pub(super) const SPEC: Spec = Spec::new("sql", "Query the copy of the store with SQL", build);

const LONG_ABOUT: &str = "\
Query the copy that rc sync made. Sends nothing, and does not change the copy.

Amounts are exact decimal numbers kept as text: decimal_sum(total_price) adds
them up exactly, where sum() would round. Times are UTC text, such as
2026-11-20T10:00:00Z, and nested values are JSON, for json_extract and ->>.";

const EXAMPLES: &str = "\
Examples:
  rc sql 'SELECT status, count(*) FROM subscriptions GROUP BY 1'
  rc sql 'SELECT decimal_sum(total_price) AS total FROM charges' -o json
  rc sql --list-tables
  rc sql --file report.sql --database shop.db -o csv";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .long_about(LONG_ABOUT)
        .defer(|command| command.after_help(styled(EXAMPLES)).args(flags()))
}

fn flags() -> [Arg; 4] {
    [
        Arg::new("query")
            .value_name("QUERY")
            .required_unless_present_any(["file", "list-tables"])
            .help("one SELECT of SQLite"),
        Arg::new("file")
            .long("file")
            .value_name("FILE|-")
            .conflicts_with("query")
            .help("read the query from a file"),
        Arg::new("list-tables")
            .long("list-tables")
            .action(ArgAction::SetTrue)
            .conflicts_with_all(["query", "file"])
            .help("show the tables and their columns"),
        Arg::new("database")
            .long("database")
            .value_name("FILE")
            .default_value(crate::sync::destination::USUAL_FILE)
            .help("the copy"),
    ]
}
