//! How `rc sql` looks.

use clap::{Arg, ArgAction, Command};

use crate::cli::help::styled;
use crate::cli::{Spec, plain};
use crate::commands::stats::zone;

pub(super) const SPEC: Spec = Spec::new("sql", "Query the copy of the store with SQL", build);

const LONG_ABOUT: &str = "\
Query the copy that rc sync created. Sends nothing, and does not change the copy.

Amounts are exact decimal numbers kept as text: decimal_sum(total_price) adds
them up exactly, where sum() would round. Times are UTC text, such as
2026-11-20T10:00:00Z, and nested values are JSON, for json_extract and ->>.
local_day(created_at) is the day in the time zone of the store.

--query NAME runs a query that ships with rc: churn, revenue, retention and
others. On a terminal it draws bars.";

const EXAMPLES: &str = "\
Examples:
  rc sql 'SELECT status, count(*) FROM subscriptions GROUP BY 1'
  rc sql 'SELECT decimal_sum(total_price) AS total FROM charges' -o json
  rc sql --query churn
  rc sql --query mrr --print
  rc sql --query mrr-collected --tz UTC -o csv
  rc sql --list-queries
  rc sql --list-tables
  rc sql --file report.sql --database shop.db -o csv";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .long_about(LONG_ABOUT)
        .defer(|command| command.after_help(styled(EXAMPLES)).args(flags()))
}

fn flags() -> [Arg; 9] {
    [
        Arg::new("query")
            .value_name("QUERY")
            .required_unless_present_any(["file", "list-tables", "report", "list-queries"])
            .help("one SELECT of SQLite"),
        Arg::new("file")
            .long("file")
            .value_name("FILE|-")
            .conflicts_with("query")
            .help("read the query from a file"),
        Arg::new("report")
            .long("query")
            .value_name("NAME")
            .conflicts_with_all(["query", "file"])
            .help("run a query that ships with rc, such as churn"),
        Arg::new("list-queries")
            .long("list-queries")
            .action(ArgAction::SetTrue)
            .conflicts_with_all(["query", "file", "report", "list-tables"])
            .help("show the queries that ship with rc"),
        Arg::new("print")
            .long("print")
            .action(ArgAction::SetTrue)
            .requires("report")
            .help("print the query and its definition, without running it"),
        Arg::new("param")
            .long("param")
            .value_name("NAME=VALUE")
            .action(ArgAction::Append)
            .help("give a parameter of the query a value, as in today=2026-10-31"),
        Arg::new("tz")
            .long("tz")
            .value_name("ZONE")
            .value_parser(|word: &str| zone(word).map(|_| word.to_owned()))
            .help("time zone of days, like America/New_York [default: that of the store]"),
        Arg::new("list-tables")
            .long("list-tables")
            .action(ArgAction::SetTrue)
            .conflicts_with_all(["query", "file", "report"])
            .help("show the tables and their columns"),
        Arg::new("database")
            .long("database")
            .value_name("FILE")
            .default_value(crate::sync::destination::USUAL_FILE)
            .help("the copy"),
    ]
}
