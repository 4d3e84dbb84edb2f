//! How `rc sandbox` looks: serving the local Recharge, and choosing what its
//! store contains.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use crate::cli::{Spec, help};
use crate::config::span;
use crate::sandbox::Platform;

/// The most customers that a store is made up for.
const MOST_CUSTOMERS: i64 = 10_000_000;

pub(super) const SPEC: Spec = Spec::new(
    "sandbox",
    "Run a local Recharge sandbox: stateful, without a token",
    build,
);

/// The last lines of its help.
const EXAMPLES: &str = "\
Any command runs against the sandbox with --sandbox, or with RECHARGE_SANDBOX=1
in the environment; its changes are saved between commands.

Examples:
  rc --sandbox subscriptions list
  rc sandbox serve --port 4010
  rc sandbox seed --customers 5000
  rc sandbox reset --yes";

fn build() -> Command {
    Command::new(SPEC.name)
        .disable_help_flag(true)
        .args_override_self(true)
        .about(SPEC.about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .help_template(help::VERBS_TEMPLATE)
        .after_help(help::styled(EXAMPLES))
        .subcommands([
            serve(),
            reset(),
            seed(),
            dump(),
            load(),
            state(),
            clock(),
            faults(),
            requests(),
            token(),
            deliveries(),
        ])
}

fn verb(name: &'static str, about: &'static str, example: &'static str) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .args_override_self(true)
        .about(about)
        .after_help(help::styled(example))
}

fn serve() -> Command {
    verb(
        "serve",
        "Serve the sandbox to any client on this machine",
        "Examples:\n  rc sandbox serve --port 4010\n  \
         rc sandbox serve --customers 50000 --data store.json\n  \
         rc sandbox serve --platform bigcommerce\n  \
         rc sandbox serve --api-version 2021-01\n  \
         rc sandbox serve --faults '429=5% reset:writes=1%' --latency 200ms",
    )
    .arg(
        Arg::new("host")
            .long("host")
            .value_name("ADDRESS")
            .value_parser(value_parser!(IpAddr))
            .default_value("127.0.0.1")
            .help("address to listen on; 0.0.0.0 lets other machines in"),
    )
    .arg(
        number("port")
            .value_parser(value_parser!(u16))
            .default_value("4010")
            .help("port to listen on; 0 takes a free one"),
    )
    .arg(platform())
    .arg(customers())
    .arg(seed_flag())
    .arg(
        Arg::new("data")
            .long("data")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("save the store in this file, which is created when it is missing"),
    )
    .arg(
        Arg::new("no-limit")
            .long("no-limit")
            .action(ArgAction::SetTrue)
            .help("answer without the rate limit of the API"),
    )
    .arg(
        Arg::new("faults")
            .long("faults")
            .value_name("SPEC")
            .help("faults to simulate; `rc sandbox faults set --help` describes them"),
    )
    .arg(
        Arg::new("latency")
            .long("latency")
            .value_name("SPAN")
            .help("minimum time of each response, like 200ms"),
    )
    .arg(
        Arg::new("numbers")
            .long("numbers")
            .action(ArgAction::SetTrue)
            .help("return numbers, not text, as values of discounts on charges and addresses"),
    )
    .args(in_background())
}

/// How what is served works in the background.
fn in_background() -> [Arg; 8] {
    let share = |name| {
        Arg::new(name)
            .long(name)
            .value_name("P%")
            .value_parser(percent)
    };
    [
        number("batch-speed")
            .value_parser(value_parser!(u32))
            .help("tasks of an async batch a second; 0: all at once [default: 100]"),
        share("task-failures").help("percentage of tasks that fail"),
        share("batch-failures").help("percentage of async batches that stop early"),
        Arg::new("client-secret")
            .long("client-secret")
            .value_name("SECRET")
            .help(
                "client secret that signs webhooks; $RECHARGE_CLIENT_SECRET is not visible in \
                process lists",
            ),
        Arg::new("webhook-window")
            .long("webhook-window")
            .value_name("SPAN")
            .value_parser(span)
            .help("try to deliver a webhook 20 times within this span, like 20s [default: 2d]"),
        Arg::new("webhooks-anywhere")
            .long("webhooks-anywhere")
            .action(ArgAction::SetTrue)
            .help("deliver webhooks to other machines too"),
        Arg::new("topic-header")
            .long("topic-header")
            .action(ArgAction::SetTrue)
            .help("name the topic of a webhook in the header X-Recharge-Topic"),
        Arg::new("retry-any-status")
            .long("retry-any-status")
            .action(ArgAction::SetTrue)
            .help(
                "retry a webhook after any response other than 2xx, not only after 408, 429 and \
                5xx",
            ),
    ]
}

fn percent(word: &str) -> Result<u8, String> {
    let number = word.strip_suffix('%').unwrap_or(word).parse::<u8>().ok();
    let number = number.filter(|number| *number <= 100);
    number.ok_or_else(|| "a share from 0% to 100%, without decimals".to_owned())
}

fn deliveries() -> Command {
    verb(
        "deliveries",
        "Show waiting webhooks, and the results of the last ones",
        "Example:\n  rc sandbox deliveries --jq '.last[] | [.outcome, .topic, .status]'",
    )
}

fn reset() -> Command {
    verb(
        "reset",
        "Reset the store of --sandbox to the demo store",
        "Example:\n  rc sandbox reset --yes",
    )
    .arg(platform())
}

fn seed() -> Command {
    verb(
        "seed",
        "Replace the store by a generated one of any size",
        "Example:\n  rc sandbox seed --customers 5000 --seed 7",
    )
    .arg(customers().required(true))
    .arg(seed_flag())
    .arg(platform())
}

fn dump() -> Command {
    verb(
        "dump",
        "Print the whole store of --sandbox, for `rc sandbox load`",
        "Example:\n  rc sandbox dump > snapshot.json",
    )
    .arg(platform())
}

const LOAD: &str = "\
Load a copy that `rc sync` made to rehearse changes: they change the sandbox, not
the store. Rows that were deleted in the store are left out.

Examples:
  rc sandbox load snapshot.json
  rc sync --products-version 2021-11 && rc sandbox load recharge.db --yes";

fn load() -> Command {
    verb(
        "load",
        "Replace the store by a dump, or by a copy that rc sync made",
        LOAD,
    )
    .arg(
        Arg::new("file")
            .value_name("FILE|-")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("dump of `rc sandbox dump`, or a copy in SQLite; - reads standard input"),
    )
    .arg(platform())
}

fn state() -> Command {
    verb(
        "state",
        "Show the number of objects, the time and the settings of the store",
        "Example:\n  rc sandbox state --jq .counts.subscription",
    )
    .arg(platform())
}

fn clock() -> Command {
    verb(
        "clock",
        "Show or advance the time of the store",
        "Examples:\n  rc sandbox clock show\n  rc sandbox clock advance 30d\n  \
         rc sandbox clock set 2030-01-01",
    )
    .subcommand_required(true)
    .arg_required_else_help(true)
    .disable_help_subcommand(true)
    .help_template(help::VERBS_TEMPLATE)
    .subcommands([
        verb(
            "show",
            "Show the time of the store",
            "Example:\n  rc sandbox clock show",
        )
        .arg(platform()),
        verb(
            "set",
            "Advance the clock to a time",
            "Everything that is due by then happens: charges are processed, orders are created.\n\n\
             Example:\n  rc sandbox clock set 2030-01-01",
        )
        .arg(word("time", "TIME").help("a day or a time, like 2030-01-01T08:00:00Z"))
        .arg(platform()),
        verb(
            "advance",
            "Advance the clock by a duration",
            "Everything that is due by then happens: charges are processed, orders are created.\n\n\
             Example:\n  rc sandbox clock advance 30d",
        )
        .arg(word("span", "SPAN").help("a duration, like 30d, 2w, 1mo or 12h"))
        .arg(platform()),
    ])
}

/// How a spec of faults is written.
const FAULTS: &str = "\
A spec is one or more terms, [after-commit.]FAULT[:WHERE]=WHEN

  FAULT   409, 429, 500       a response of the API with this status
          502, 503, 504       a response of a gateway, in HTML
          reset               the connection breaks before the request is read
          truncate            the response is cut off
          hang                no response is sent
          slow                the response is late: slow=200ms, slow=2s,10%
  WHERE   subscriptions.cancel, subscriptions, reads or writes [default: all]
  WHEN    5%                  this share of the requests
          @3 or @3,7          the third, or the third and the seventh
  seed=7                      selects other requests than seed=8

With after-commit the request is carried out before the fault; without a FAULT the
connection breaks then. A duration after 429 or 503 is the wait that the response
asks for, as in 429=5%,2s. The same spec affects the same requests each time.";

fn faults() -> Command {
    verb(
        "faults",
        "Simulate faults of the API",
        "Examples:\n  rc sandbox faults set '429=5% 500=2% reset=1% truncate=1% slow=200ms'\n  \
         rc sandbox faults show\n  rc sandbox faults off",
    )
    .subcommand_required(true)
    .arg_required_else_help(true)
    .disable_help_subcommand(true)
    .help_template(help::VERBS_TEMPLATE)
    .subcommands([
        verb(
            "show",
            "Show the simulated faults, and how often they occurred",
            "Example:\n  rc sandbox faults show",
        )
        .arg(platform()),
        verb(
            "set",
            "Set the faults to simulate",
            "Examples:\n  rc sandbox faults set '429=5% 500=2% reset=1% truncate=1% slow=200ms'\n  \
             rc sandbox faults set after-commit:subscriptions.create=@3",
        )
        .long_about(format!("Set the faults to simulate\n\n{FAULTS}"))
        .arg(
            word("spec", "SPEC")
                .num_args(1..)
                .help("terms like 429=5%, separated by spaces"),
        )
        .arg(platform()),
        verb(
            "off",
            "Turn faults off",
            "Example:\n  rc sandbox faults off",
        )
        .arg(platform()),
    ])
}

fn requests() -> Command {
    verb(
        "requests",
        "Show the requests to a served sandbox, and their results",
        "The newest come last; 10,000 are recorded. `applied` shows whether the store was \
         changed.\n\n\
         Examples:\n  rc sandbox requests --last 20\n  \
         rc sandbox requests --jq 'select(.applied) | .operation' -r",
    )
    .arg(
        number("after")
            .value_parser(value_parser!(u64))
            .help("only requests after the one with this number"),
    )
    .arg(
        number("last")
            .value_parser(value_parser!(u64))
            .conflicts_with("after")
            .help("only the newest N requests"),
    )
    .arg(
        Arg::new("clear")
            .long("clear")
            .action(ArgAction::SetTrue)
            .conflicts_with_all(["after", "last"])
            .help("delete the recorded requests"),
    )
}

fn token() -> Command {
    verb(
        "token",
        "Create another token, with any set of scopes",
        "Example:\n  rc sandbox token --scopes read_customers,read_orders",
    )
    .arg(
        Arg::new("scopes")
            .long("scopes")
            .value_name("SCOPES")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help("scopes, separated by commas [default: all]"),
    )
    .arg(
        Arg::new("name")
            .long("name")
            .value_name("NAME")
            .help("name of the token"),
    )
    .arg(
        Arg::new("multiplier")
            .long("multiplier")
            .value_name("LEAKxSIZE")
            .help("multiplier of the rate limit: 2x1 allows twice as many requests per second"),
    )
    .arg(platform())
}

/// Whose API the store answers.
fn platform() -> Arg {
    let parse = |word: &str| {
        Platform::named(word).ok_or_else(|| {
            let known = Platform::ALL.map(Platform::name);
            format!("it is one of {}", known.join(", "))
        })
    };
    Arg::new("platform")
        .long("platform")
        .value_name("API")
        .value_parser(parse)
        .help(format!(
            "platform of the API: {} [default: {}]",
            Platform::ALL.map(Platform::name).join(", "),
            Platform::default().name()
        ))
}

fn word(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).value_name(value).required(true)
}

fn number(name: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("N")
}

fn customers() -> Arg {
    number("customers")
        .value_parser(value_parser!(u32).range(1..=MOST_CUSTOMERS))
        .help("number of customers to generate, with about two subscriptions each")
}

fn seed_flag() -> Arg {
    number("seed")
        .value_parser(value_parser!(u64))
        .help("seed of the generated store; the same seed gives the same store")
}
