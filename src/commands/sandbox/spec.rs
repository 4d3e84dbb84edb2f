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
    "A Recharge of your own: local, stateful, without a token",
    build,
);

/// The last lines of its help.
const EXAMPLES: &str = "\
Any command runs against the sandbox with --sandbox, or with RECHARGE_SANDBOX=1
in the environment; what it changes is kept between commands.

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
        "Serve it on this machine, to any client",
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
            .help("keep the store in this file; it is made when it is missing"),
    )
    .arg(
        Arg::new("no-limit")
            .long("no-limit")
            .action(ArgAction::SetTrue)
            .help("answer as fast as it can, without the rate limit of the API"),
    )
    .arg(
        Arg::new("faults")
            .long("faults")
            .value_name("SPEC")
            .help("what goes wrong on purpose; `rc sandbox faults set --help` tells how"),
    )
    .arg(
        Arg::new("latency")
            .long("latency")
            .value_name("SPAN")
            .help("how long each answer takes at least, like 200ms"),
    )
    .arg(
        Arg::new("numbers")
            .long("numbers")
            .action(ArgAction::SetTrue)
            .help("answer numbers, not text, as values of discounts on charges and addresses"),
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
        share("task-failures").help("let so many of a hundred tasks fail"),
        share("batch-failures").help("let so many of a hundred async batches break off"),
        Arg::new("client-secret")
            .long("client-secret")
            .value_name("SECRET")
            .help("sign webhooks with it; $RECHARGE_CLIENT_SECRET does not show in lists of processes"),
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
            .help("retry a webhook after any answer but 2xx, not after 408, 429 and 5xx alone"),
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
        "Show which webhooks wait to be delivered, and what came of the last ones",
        "Example:\n  rc sandbox deliveries --jq '.last[] | [.outcome, .topic, .status]'",
    )
}

fn reset() -> Command {
    verb(
        "reset",
        "Start over: the store of --sandbox becomes the demo store again",
        "Example:\n  rc sandbox reset --yes",
    )
    .arg(platform())
}

fn seed() -> Command {
    verb(
        "seed",
        "Start over with a made-up store of any size",
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
A copy that `rc sync` made is a rehearsal: what is done to it in the sandbox is not
done to the store. Rows that the store no longer has are left out.

Examples:
  rc sandbox load snapshot.json
  rc sync --products-version 2021-11 && rc sandbox load recharge.db --yes";

fn load() -> Command {
    verb(
        "load",
        "Start over with a store that was dumped, or with a copy that rc sync made",
        LOAD,
    )
    .arg(
        Arg::new("file")
            .value_name("FILE|-")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("what `rc sandbox dump` printed, or a copy in SQLite; - reads standard input"),
    )
    .arg(platform())
}

fn state() -> Command {
    verb(
        "state",
        "Show what the store holds, in numbers, its time and how it behaves",
        "Example:\n  rc sandbox state --jq .counts.subscription",
    )
    .arg(platform())
}

fn clock() -> Command {
    verb(
        "clock",
        "Show the time of the store, or let time pass",
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
            "Go forward to a time",
            "What falls due until then happens: charges are processed, orders are made.\n\n\
             Example:\n  rc sandbox clock set 2030-01-01",
        )
        .arg(word("time", "TIME").help("a day or a time, like 2030-01-01T08:00:00Z"))
        .arg(platform()),
        verb(
            "advance",
            "Go forward by a span",
            "What falls due until then happens: charges are processed, orders are made.\n\n\
             Example:\n  rc sandbox clock advance 30d",
        )
        .arg(word("span", "SPAN").help("a span, like 30d, 2w, 1mo or 12h"))
        .arg(platform()),
    ])
}

/// How a spec of faults is written.
const FAULTS: &str = "\
A spec is one or more terms, [after-commit.]FAULT[:WHERE]=WHEN

  FAULT   409, 429, 500       an answer of the API of that status
          502, 503, 504       an answer of a gateway, in HTML
          reset               the connection breaks before the request is seen
          truncate            the answer breaks off
          hang                no answer comes
          slow                the answer comes late: slow=200ms, slow=2s,10%
  WHERE   subscriptions.cancel, subscriptions, reads or writes; all when left away
  WHEN    5%                  that part of the requests
          @3 or @3,7          the third, or the third and the seventh
  seed=7                      draws other requests than seed=8

With after-commit the request is carried out before it goes wrong; alone it means
that the connection breaks then. A span after 429 or 503 asks for that wait, as in
429=5%,2s. The same spec befalls the same requests each time.";

fn faults() -> Command {
    verb(
        "faults",
        "Let things go wrong on purpose",
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
            "Show what goes wrong, and how often it did",
            "Example:\n  rc sandbox faults show",
        )
        .arg(platform()),
        verb(
            "set",
            "Let this go wrong from now on, and nothing else",
            "Examples:\n  rc sandbox faults set '429=5% 500=2% reset=1% truncate=1% slow=200ms'\n  \
             rc sandbox faults set after-commit:subscriptions.create=@3",
        )
        .long_about(format!(
            "Let this go wrong from now on, and nothing else\n\n{FAULTS}"
        ))
        .arg(
            word("spec", "SPEC")
                .num_args(1..)
                .help("terms like 429=5%, separated by spaces"),
        )
        .arg(platform()),
        verb(
            "off",
            "Let all go well again",
            "Example:\n  rc sandbox faults off",
        )
        .arg(platform()),
    ])
}

fn requests() -> Command {
    verb(
        "requests",
        "Show what a served sandbox was asked, and what came of it",
        "The newest come last; 10,000 are kept. `applied` tells whether the store was changed.\n\n\
         Examples:\n  rc sandbox requests --last 20\n  \
         rc sandbox requests --jq 'select(.applied) | .operation' -r",
    )
    .arg(
        number("after")
            .value_parser(value_parser!(u64))
            .help("only those after the request of this number"),
    )
    .arg(
        number("last")
            .value_parser(value_parser!(u64))
            .conflicts_with("after")
            .help("only so many, the newest"),
    )
    .arg(
        Arg::new("clear")
            .long("clear")
            .action(ArgAction::SetTrue)
            .conflicts_with_all(["after", "last"])
            .help("forget them"),
    )
}

fn token() -> Command {
    verb(
        "token",
        "Make another token, with any set of scopes",
        "Example:\n  rc sandbox token --scopes read_customers,read_orders",
    )
    .arg(
        Arg::new("scopes")
            .long("scopes")
            .value_name("SCOPES")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help("what it may do, separated by commas; everything when left away"),
    )
    .arg(
        Arg::new("name")
            .long("name")
            .value_name("NAME")
            .help("name for humans"),
    )
    .arg(
        Arg::new("multiplier")
            .long("multiplier")
            .value_name("LEAKxSIZE")
            .help("a rate limit like that of faster tokens: 2x1 leaks twice as fast"),
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
            "whose API it answers: {} [default: {}]",
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
        .help("make up a store of this many customers, with some two subscriptions each")
}

fn seed_flag() -> Arg {
    number("seed")
        .value_parser(value_parser!(u64))
        .help("what the store is made up from; the same seed, the same store")
}
