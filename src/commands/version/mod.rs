//! `rc version`: which build this is, for bug reports and scripts.

use serde_json::json;

use super::{Command, no_files};
use crate::cli::{Options, Spec, help, plain};
use crate::error::Result;
use crate::output::{Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

pub(super) const COMMAND: Command = Command {
    spec: Spec::new("version", "Print the version, and how it was built", build),
    files: no_files,
    run: |run, options, _| self::run(run, options),
};

/// The last lines of its help.
const EXAMPLES: &str = "\
Examples:
  rc version
  rc version --jq .commit -r";

/// The features that a build may leave out, and whether this one has them.
const FEATURES: [(&str, bool); 6] = [
    ("keyring", cfg!(feature = "keyring")),
    ("lake", cfg!(feature = "lake")),
    ("postgres", cfg!(feature = "postgres")),
    ("sandbox", cfg!(feature = "sandbox")),
    ("theme", cfg!(feature = "theme")),
    ("xlsx", cfg!(feature = "xlsx")),
];

fn build() -> clap::Command {
    let Spec { name, about, .. } = COMMAND.spec;
    plain(name, about).after_help(help::styled(EXAMPLES))
}

fn run(run: &mut Run, options: &Options) -> Result<()> {
    let features = FEATURES.iter().filter(|(_, is_there)| *is_there);
    let features: Vec<&str> = features.map(|(name, _)| *name).collect();
    let output = &options.output;
    let is_plain = output.jq.is_none() && output.columns.is_none() && output.out.is_none();
    if is_plain && matches!(output.format, None | Some(Format::Table)) && run.terminal.stdout {
        return run.print(&format!(
            "rc {}\ncommit    {}\nprofile   {}\ntarget    {}\nfeatures  {}\n",
            env!("CARGO_PKG_VERSION"),
            env!("RC_COMMIT"),
            env!("RC_PROFILE"),
            env!("RC_TARGET"),
            features.join(", "),
        ));
    }
    let mut printer = Printer::prepare(run, options, Shape::One, Described::default())?;
    let record = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": env!("RC_COMMIT"),
        "profile": env!("RC_PROFILE"),
        "target": env!("RC_TARGET"),
        "features": features,
    });
    printer.record(&record.to_string())?;
    printer.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_knows_every_feature_of_the_package() {
        let manifest: toml_edit::DocumentMut = include_str!("../../../Cargo.toml")
            .parse()
            .expect("a manifest");
        let features = manifest["features"].as_table().expect("features");
        let mut named: Vec<&str> = features.iter().map(|(name, _)| name).collect();
        named.retain(|name| *name != "default");
        named.sort_unstable();
        assert_eq!(FEATURES.map(|(name, _)| name).to_vec(), named);
    }
}
