//! The commands `rc auth` and `rc profile`: tokens, and settings for many
//! stores. Their words, and what they come to.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueEnum};

use super::help;
use crate::config::keep::Kept;

/// What to do about the token.
#[derive(Debug)]
pub enum Auth {
    /// Take one, check it and keep it.
    Login {
        /// It comes on standard input.
        with_token: bool,
        /// Where to keep it, if that was said.
        keep: Option<Kept>,
    },
    /// Remove it wherever it is kept.
    Logout,
    /// Tell where it comes from and what it may do.
    Status,
    /// Print it.
    Token,
}

/// What to do about profiles.
#[derive(Debug)]
pub enum Profiles {
    /// Show all.
    List,
    /// Show one; that in use without a name.
    Show(Option<String>),
    /// Work with it from now on.
    Use(String),
    /// Change what is set. Where the API answers and its version are flags that
    /// every command has.
    Set {
        /// The profile; it is made when it is missing.
        name: String,
        /// Whether every write asks first.
        protected: Option<bool>,
        /// The command that prints the token.
        credential_command: Option<String>,
        /// Settings to take away.
        unset: Vec<&'static str>,
    },
    /// Remove it, and its token.
    Remove(String),
}

impl ValueEnum for Kept {
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

/// One line about `rc auth`.
pub(super) const AUTH_ABOUT: &str = "Log in to a store, and see what the token may do";

/// One line about `rc profile`.
pub(super) const PROFILE_ABOUT: &str = "Settings for many stores, and which one is in use";

const AUTH: &str = "\
The token comes from RECHARGE_ACCESS_TOKEN, else from the credential command of
the profile, else from the keyring, else from a file that only you can read.

Examples:
  rc auth login
  rc auth login --profile garden
  rc auth status";

const PROFILES: &str = "\
The profile is that of --profile, else of RECHARGE_PROFILE, else that of
`rc profile use`, else the one named default.

Examples:
  rc profile set garden --protected
  rc profile use garden
  rc profile list";

pub(super) fn auth() -> Command {
    group("auth", AUTH_ABOUT, AUTH).subcommands([
        verb(
            "login",
            "Take a token, check it, and keep it safe",
            "It asks for the token without showing it, tells the store and what the token may do, \
             and keeps it in the keyring of the system. Where there is none, it is kept in a file \
             that only you can read.\n\n\
             Examples:\n  rc auth login\n  rc auth login --profile garden\n  \
             rc auth login --with-token < token.txt",
        )
        .arg(
            Arg::new("with-token")
                .long("with-token")
                .action(ArgAction::SetTrue)
                .help("read the token from standard input"),
        )
        .arg(
            Arg::new("keep")
                .long("keep")
                .value_name("WHERE")
                .value_parser(clap::builder::EnumValueParser::<Kept>::new())
                .help("where to keep it"),
        ),
        verb(
            "logout",
            "Remove the token of the profile wherever it is kept",
            "In Recharge the token stays; delete it there if somebody may have seen it.\n\n\
             Example:\n  rc auth logout",
        ),
        verb(
            "status",
            "Tell the store, where the token comes from, and what it may do",
            "Examples:\n  rc auth status\n  rc auth status --jq '.scopes[]' -r",
        ),
        verb(
            "token",
            "Print the token, for other programs",
            "Example:\n  curl -H \"X-Recharge-Access-Token: $(rc auth token)\" \\\n      \
             https://api.rechargeapps.com/store",
        ),
    ])
}

pub(super) fn profile() -> Command {
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .help("name of a profile")
    };
    group("profile", PROFILE_ABOUT, PROFILES).subcommands([
        verb("list", "List profiles", "Example:\n  rc profile list"),
        verb(
            "show",
            "Show what is set for a profile",
            "Example:\n  rc profile show garden",
        )
        .arg(name()),
        verb(
            "use",
            "Work with a profile from now on",
            "Example:\n  rc profile use garden",
        )
        .arg(name().required(true)),
        verb(
            "set",
            "Make a profile, or change what is set for it",
            "--base-url and --api-version are kept in the profile, too. A credential command \
             prints the token; it is run without a shell.\n\n\
             Examples:\n  rc profile set garden --protected\n  \
             rc profile set garden --credential-command 'op read op://shops/garden/token'\n  \
             rc profile set garden --unset credential_command",
        )
        .arg(name().required(true))
        .arg(
            Arg::new("protected")
                .long("protected")
                .value_name("true|false")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_parser(clap::value_parser!(bool))
                .hide_possible_values(true)
                .help("every write asks first, or needs --yes; =false ends it"),
        )
        .arg(
            Arg::new("credential-command")
                .long("credential-command")
                .value_name("COMMAND")
                .help("command that prints the token"),
        )
        .arg(
            Arg::new("unset")
                .long("unset")
                .value_name("SETTING")
                .action(ArgAction::Append)
                .value_delimiter(',')
                .value_parser(crate::config::profile::PROFILE_KEYS.to_vec())
                .help("take a setting away"),
        ),
        verb(
            "remove",
            "Remove a profile, and the token that is kept for it",
            "Example:\n  rc profile remove garden --yes",
        )
        .arg(name().required(true)),
    ])
}

fn group(name: &'static str, about: &'static str, after: &'static str) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .args_override_self(true)
        .about(about)
        .after_help(help::styled(after))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .help_template(help::VERBS_TEMPLATE)
}

fn verb(name: &'static str, about: &'static str, after: &'static str) -> Command {
    Command::new(name)
        .disable_help_flag(true)
        .args_override_self(true)
        .about(about)
        .after_help(help::styled(after))
}

pub(super) fn auth_of(verb: &str, matches: &ArgMatches) -> Auth {
    match verb {
        "login" => Auth::Login {
            with_token: matches.get_flag("with-token"),
            keep: matches.get_one("keep").copied(),
        },
        "logout" => Auth::Logout,
        "token" => Auth::Token,
        _ => Auth::Status,
    }
}

pub(super) fn profile_of(verb: &str, matches: &ArgMatches) -> Profiles {
    let name = || matches.get_one::<String>("name").cloned();
    match verb {
        "show" => Profiles::Show(name()),
        "use" => Profiles::Use(name().unwrap_or_default()),
        "set" => Profiles::Set {
            name: name().unwrap_or_default(),
            protected: matches.get_one("protected").copied(),
            credential_command: matches.get_one("credential-command").cloned(),
            unset: unset(matches),
        },
        "remove" => Profiles::Remove(name().unwrap_or_default()),
        _ => Profiles::List,
    }
}

fn unset(matches: &ArgMatches) -> Vec<&'static str> {
    let words = matches.get_many::<String>("unset").into_iter().flatten();
    words
        .filter_map(|word| {
            let keys = crate::config::profile::PROFILE_KEYS;
            keys.iter().copied().find(|key| key == word)
        })
        .collect()
}
