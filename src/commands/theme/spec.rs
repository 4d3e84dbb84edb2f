//! How `rc theme` looks.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, value_parser};
use recharge_theme::check::RULES;

use crate::cli::{Spec, help, plain};

pub(super) const SPEC: Spec = Spec::new(
    "theme",
    "Render, serve, check and migrate themes of the customer portal",
    build,
);

const EXAMPLES: &str = "\
A theme is a folder of templates, as the merchant portal exports it. Nothing is
sent: data comes from the sandbox or from a file.

Examples:
  rc theme check my-theme
  rc theme serve my-theme
  rc theme render subscriptions my-theme > page.html
  rc theme migrate my-theme -o csv";

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
            new(),
            check(),
            serve().visible_alias("dev"),
            render(),
            migrate(),
            pack(),
            unpack(),
            verb(
                "routes",
                "List the pages and requests of the portal",
                "Example:\n  rc theme \
                routes -o json",
            ),
            verb(
                "objects",
                "List the objects that templates show, with their \
                fields",
                "Example:\n  rc theme objects --jq 'select(.object == \"subscription\") \
                    | .field' -r",
            ),
            verb(
                "filters",
                "List the filters and URL names of the portal",
                "Example:\n  rc theme \
                filters --jq 'select(.name == \"money\")'",
            ),
        ])
}

fn verb(name: &'static str, about: &'static str, example: &'static str) -> Command {
    plain(name, about).after_help(help::styled(example))
}

fn dir() -> Arg {
    Arg::new("dir")
        .value_name("DIR")
        .help("folder of the theme [default: the working folder]")
}

fn new() -> Command {
    verb(
        "new",
        "Create a small theme to start from",
        "Example:\n  rc theme new my-theme",
    )
    .arg(
        Arg::new("dir")
            .value_name("DIR")
            .required(true)
            .help("folder to write; it must be empty or absent"),
    )
}

fn check() -> Command {
    verb(
        "check",
        "Find mistakes in a theme; exit code 8 when there are errors",
        "Examples:\n  rc theme check my-theme\n  rc theme check my-theme --rule \
         missing-include,unknown-filter\n  rc theme check my-theme --report sarif > theme.sarif",
    )
    .arg(dir())
    .arg(
        Arg::new("rule")
            .long("rule")
            .value_name("RULES")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(PossibleValuesParser::new(
                RULES.iter().map(|rule| rule.name),
            ))
            .hide_possible_values(true)
            .help("only these rules, separated by commas; --list-rules shows them"),
    )
    .arg(
        Arg::new("list-rules")
            .long("list-rules")
            .action(ArgAction::SetTrue)
            .help(
                "show the \
        rules",
            ),
    )
    .arg(
        Arg::new("report")
            .long("report")
            .value_name("FORM")
            .value_parser(PossibleValuesParser::new(["github", "sarif"]))
            .conflicts_with("list-rules")
            .help("print annotations of GitHub Actions, or a SARIF log"),
    )
}

fn customer() -> Arg {
    Arg::new("shown-customer")
        .long("customer")
        .value_name("ID")
        .value_parser(value_parser!(u64))
        .help("customer of the portal [default: the one with most subscriptions]")
}

fn serve() -> Command {
    verb(
        "serve",
        "Serve a theme on the sandbox, and reload pages when files change",
        "Pages come from the theme; data and writes use a temporary sandbox.\n\n\
         Examples:\n  rc theme serve my-theme\n  rc theme serve my-theme --port 0 --hosted",
    )
    .arg(dir())
    .arg(
        Arg::new("port")
            .long("port")
            .value_name("N")
            .value_parser(value_parser!(u16))
            .default_value("9292")
            .help("port to listen on; 0 takes a free one"),
    )
    .arg(customer())
    .arg(hosted())
    .arg(
        Arg::new("open")
            .long("open")
            .action(ArgAction::SetTrue)
            .help("open the portal in a browser"),
    )
}

fn hosted() -> Arg {
    Arg::new("hosted")
        .long("hosted")
        .action(ArgAction::SetTrue)
        .help("show it as hosted by Recharge, not behind the proxy of a shop")
}

fn render() -> Command {
    verb(
        "render",
        "Print a page, or write all pages to a folder",
        "The data of a page comes from a demo store, or with --context from a file. The same \
         theme\n\
         gives the same bytes, for comparisons in CI.\n\n\
         Examples:\n  rc theme render subscriptions my-theme\n  \
         rc theme render order my-theme --set order.total_price=99.00\n  \
         rc theme render --all my-theme --out-dir rendered",
    )
    .arg(
        Arg::new("template")
            .value_name("PAGE")
            .required_unless_present("all")
            .help("template of the page, like subscriptions or subscriptions.html"),
    )
    .arg(dir())
    .arg(
        Arg::new("all")
            .long("all")
            .action(ArgAction::SetTrue)
            .requires("out-dir")
            .help("render all pages of the theme"),
    )
    .arg(customer())
    .arg(
        Arg::new("context")
            .long("context")
            .value_name("FILE|-")
            .conflicts_with("shown-customer")
            .help("variables of the page, as a JSON object"),
    )
    .arg(
        Arg::new("set")
            .long("set")
            .value_name("PATH=VALUE")
            .action(ArgAction::Append)
            .help("set a variable, like order.total_price=9.00; JSON, else text"),
    )
    .arg(
        Arg::new("query")
            .long("query")
            .value_name("NAME=VALUE")
            .action(ArgAction::Append)
            .help("a parameter of the URL, for url_param"),
    )
    .arg(
        Arg::new("out-dir")
            .long("out-dir")
            .value_name("DIR")
            .help("write pages into this folder"),
    )
}

fn migrate() -> Command {
    verb(
        "migrate",
        "List calls of the deprecated script endpoints and what replaces them",
        "Examples:\n  rc theme migrate my-theme\n  rc theme migrate my-theme --jq 'select(.twin \
         == null)'",
    )
    .arg(dir())
}

fn pack() -> Command {
    verb(
        "pack",
        "Pack a theme into an archive for import in the merchant portal",
        "Example:\n  rc theme pack theme.zip my-theme",
    )
    .arg(
        Arg::new("file")
            .value_name("FILE")
            .required(true)
            .help("archive to write"),
    )
    .arg(dir())
}

fn unpack() -> Command {
    verb(
        "unpack",
        "Unpack a theme from an archive",
        "Example:\n  rc theme unpack theme.zip my-theme",
    )
    .arg(
        Arg::new("file")
            .value_name("FILE")
            .required(true)
            .help("archive to read"),
    )
    .arg(
        Arg::new("dir")
            .value_name("DIR")
            .required(true)
            .help("folder to write; it must be empty or absent"),
    )
}
