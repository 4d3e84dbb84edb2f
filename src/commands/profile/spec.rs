//! How `rc profile` looks.

use clap::{Arg, ArgAction, Command};

use crate::cli::help::{group, verb};
use crate::cli::{Spec, flags};

pub(super) const SPEC: Spec = Spec::new("profile", "Manage settings for several stores", build);

const PROFILES: &str = "\
The profile is that of --profile, else of RECHARGE_PROFILE, else that of
`rc profile use`, else the one named default.

Examples:
  rc profile set garden --protected
  rc profile use garden
  rc profile list";

fn build() -> Command {
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .help("name of a profile")
    };
    group(SPEC.name, SPEC.about, PROFILES).subcommands([
        verb("list", "List profiles", "Example:\n  rc profile list").arg(flags::count_only()),
        verb(
            "show",
            "Show the settings of a profile",
            "Example:\n  rc profile show garden",
        )
        .arg(name()),
        verb(
            "use",
            "Use a profile by default",
            "Example:\n  rc profile use garden",
        )
        .arg(name().required(true)),
        verb(
            "set",
            "Create a profile, or change its settings",
            "--base-url, --api-version, --output, --columns and --limit are saved in the profile \
             as well. The last three are defaults for operations of the API: --columns for lists \
             as tables, CSV and TSV, --limit for lists. A credential command prints the token; it \
             runs without a shell.\n\n\
             Examples:\n  rc profile set garden --protected\n  \
             rc profile set garden --credential-command 'op read op://shops/garden/token'\n  \
             rc profile set garden --output table --columns id,status --limit 50\n  \
             rc profile set garden --unset credential_command",
        )
        .arg(name().required(true))
        .arg(flags::limit().help("lists stop after this many records"))
        .arg(
            Arg::new("protected")
                .long("protected")
                .value_name("true|false")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_parser(clap::value_parser!(bool))
                .hide_possible_values(true)
                .help("every write asks for confirmation, or needs --yes; =false turns this off"),
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
                .help("remove a setting"),
        ),
        verb(
            "remove",
            "Remove a profile and its saved token",
            "Example:\n  rc profile remove garden --yes",
        )
        .arg(name().required(true)),
    ])
}
