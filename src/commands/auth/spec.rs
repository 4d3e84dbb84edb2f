//! How `rc auth` looks.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command, ValueEnum, ValueHint};

use crate::catalog;
use crate::cli::Spec;
use crate::cli::help::{group, verb};
use crate::config::token_storage::TokenStorage;

pub(super) const SPEC: Spec = Spec::new(
    "auth",
    "Log in to a store, and show the scopes of the token",
    build,
);

const AUTH: &str = "\
The token comes from RECHARGE_ACCESS_TOKEN, else from the credential command of
the profile, else from the keyring, else from a file that only you can read.

Examples:
  rc auth login
  rc auth login --profile garden
  rc auth status";

impl ValueEnum for TokenStorage {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Keyring, Self::File]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }))
    }
}

/// `rc login`, as other programs call it.
pub(super) const LOGIN: Spec = Spec {
    is_hidden: true,
    ..Spec::new("login", "Run rc auth login", login)
};

/// `rc whoami`, as other programs call it.
pub(super) const WHOAMI: Spec = Spec {
    is_hidden: true,
    ..Spec::new("whoami", "Run rc auth status", || status().name("whoami"))
};

fn login() -> Command {
    verb(
        "login",
        "Check a token and save it in the keyring",
        "Asks for the token without showing it, shows the store and the scopes of the token, and \
         saves the token in the keyring of the system. Where there is no keyring, it is saved in \
         a file that only you can read. --bigcommerce with --from-file reads token and store from \
         the file that the control panel of BigCommerce exports.\n\n\
         Examples:\n  rc auth login\n  rc auth login --profile garden\n  \
         rc auth login --with-token < token.txt",
    )
    .arg(
        Arg::new("with-token")
            .long("with-token")
            .action(ArgAction::SetTrue)
            .help("read the token from standard input"),
    )
    .args(families())
    .arg(
        Arg::new("from-file")
            .long("from-file")
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .conflicts_with("with-token")
            .help(
                "read token, store and client id from the file that the control panel exports; \
                - for standard input",
            ),
    )
    .arg(
        Arg::new("keep")
            .long("keep")
            .value_name("WHERE")
            .value_parser(clap::builder::EnumValueParser::<TokenStorage>::new())
            .help("where to save it"),
    )
}

/// A flag for each API but the first, which needs none.
fn families() -> impl Iterator<Item = Arg> {
    let families = catalog::FAMILIES.iter().skip(1);
    families.map(|family| {
        let api = family.newest();
        Arg::new(api.name)
            .long(api.name)
            .action(ArgAction::SetTrue)
            .help(format!("of a {} store", api.title))
    })
}

fn status() -> Command {
    verb(
        "status",
        "Show the store, the source of the token, and its scopes",
        "Examples:\n  rc auth status\n  rc auth status --jq '.scopes[]' -r",
    )
    .args(families())
}

fn build() -> Command {
    group(SPEC.name, SPEC.about, AUTH).subcommands([
        login(),
        verb(
            "logout",
            "Remove the saved token of the profile",
            "The token stays valid in Recharge; delete it there if somebody may have seen it.\n\n\
             Example:\n  rc auth logout",
        )
        .args(families()),
        status(),
        verb(
            "token",
            "Print the token, for other programs",
            "Example:\n  curl -H \"X-Recharge-Access-Token: $(rc auth token)\" \\\n      \
             https://api.rechargeapps.com/store",
        )
        .args(families()),
    ])
}
