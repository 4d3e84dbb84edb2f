//! How `rc tap` looks.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};

use crate::cli::help::styled;
use crate::cli::{Spec, plain};

pub(super) const SPEC: Spec = Spec::new("tap", "The store as a Singer tap", build);

const LONG_ABOUT: &str = "\
Print the records of the store as Singer messages, for Meltano and other programs
that run taps. rc sync --to singer:COMMAND runs a target without such a program.

The configuration is a JSON file with access_token, start_date and user_agent, like
that of tap-recharge; without it, rc tap uses the token of rc. It reads states of
tap-recharge and of the Singer SDK, and writes states of the SDK. A link to rc with
the name tap-recharge runs this command.";

const EXAMPLES: &str = "\
Examples:
  rc tap --config config.json --discover > catalog.json
  rc tap --config config.json --catalog catalog.json
  rc tap --config config.json --catalog catalog.json --state state.json
  rc tap --config config.json --test";

fn build() -> Command {
    plain(SPEC.name, SPEC.about)
        .long_about(LONG_ABOUT)
        .defer(|command| command.after_help(styled(EXAMPLES)).args(flags()))
}

fn flags() -> [Arg; 8] {
    let file = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("FILE").help(help)
    };
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    [
        file("config", "JSON file with access_token and start_date"),
        switch("discover", "print the catalog of all streams"),
        file(
            "catalog",
            "catalog that selects streams and fields [default: all]",
        ),
        file("properties", "older name of --catalog")
            .conflicts_with("catalog")
            .hide_short_help(true),
        file("state", "state of the last run"),
        switch("test", "try the token, and print no record"),
        switch("about", "print name, version, capabilities and settings"),
        Arg::new("format")
            .long("format")
            .value_name("FORM")
            .value_parser(PossibleValuesParser::new(["text", "json"]))
            .default_value("text")
            .help("output format of --about"),
    ]
}
