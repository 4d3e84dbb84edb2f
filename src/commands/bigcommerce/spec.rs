//! How `rc bigcommerce` looks: a command for each resource of the API.

use clap::Command;

use super::FAMILY;
use crate::cli::help::group;
use crate::cli::{Spec, tree};

pub(super) const SPEC: Spec = Spec {
    family: Some(&FAMILY),
    ..Spec::new("bigcommerce", "Read a BigCommerce store", build)
};

const ABOUT: &str = "\
The store comes from --store-hash, else from BIGCOMMERCE_STORE_HASH, else from
the profile; the token from BIGCOMMERCE_ACCESS_TOKEN, else from where
rc auth login keeps it. Nothing is ever written to the store.

Examples:
  rc auth login --bigcommerce --from-file credentials.txt
  rc bigcommerce orders list --min-date-modified 7d
  rc bigcommerce products get 12
  rc sync --from bigcommerce";

fn build() -> Command {
    group(SPEC.name, SPEC.about, ABOUT).defer(|command| {
        let fill = |command| tree::fill_resource(&FAMILY, command);
        command.subcommands(
            FAMILY
                .resources()
                .map(|resource| tree::of_resource(resource, fill)),
        )
    })
}
