//! The arguments of `rc tap`, and of the program under the name `tap-recharge`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use crate::cli::values::text;

/// The arguments of the tap.
#[derive(Debug)]
pub(super) struct Tap {
    pub(super) config: Option<PathBuf>,
    pub(super) catalog: Option<PathBuf>,
    pub(super) state: Option<PathBuf>,
    pub(super) action: TapAction,
}

/// The task of the tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TapAction {
    /// Print its description; as JSON, or as text.
    About { json: bool },
    /// Print the catalog.
    Discover,
    /// Try the token.
    Test,
    /// Print the records.
    Sync,
}

pub(super) fn tap_of(matches: &ArgMatches) -> Tap {
    let path = |name: &str| text(matches, name).map(PathBuf::from);
    let action = if matches.get_flag("about") {
        TapAction::About {
            json: text(matches, "format").as_deref() == Some("json"),
        }
    } else if matches.get_flag("discover") {
        TapAction::Discover
    } else if matches.get_flag("test") {
        TapAction::Test
    } else {
        TapAction::Sync
    };
    Tap {
        config: path("config"),
        catalog: path("catalog").or_else(|| path("properties")),
        state: path("state"),
        action,
    }
}

/// The name under which the program is a tap.
const NAME: &str = "tap-recharge";

/// The arguments of the program under a name: under the name of the tap they are those
/// of the tap, whose flags have other letters than those of this program.
pub(in crate::commands) fn words(
    program: Option<&OsStr>,
    arguments: Vec<OsString>,
) -> Vec<OsString> {
    let stem = program.map(Path::new).and_then(Path::file_stem);
    if stem != Some(OsStr::new(NAME)) {
        return arguments;
    }
    if arguments.first().is_some_and(|word| word == "--version") {
        return vec!["version".into()];
    }
    let long = |word: OsString| -> OsString {
        let flag = match word.to_str() {
            Some("-c") => "--config",
            Some("-d") => "--discover",
            Some("-p") => "--properties",
            Some("-s") => "--state",
            _ => return word,
        };
        flag.into()
    };
    let tap = std::iter::once(OsString::from("tap"));
    tap.chain(arguments.into_iter().map(long)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(program: &str, line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from).collect();
        let words = words(Some(OsStr::new(program)), arguments);
        let words: Vec<String> = words
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect();
        words.join(" ")
    }

    #[test]
    fn a_program_called_tap_recharge_is_the_tap() {
        for program in ["tap-recharge", "/usr/bin/tap-recharge", "tap-recharge.exe"] {
            assert_eq!(
                words_of(program, "-c x -s y -d"),
                "tap --config x --state y --discover"
            );
            assert_eq!(words_of(program, "--version"), "version");
        }
        assert_eq!(words_of("/usr/bin/rc", "-c x"), "-c x");
        assert_eq!(words(None, vec!["a".into()]), ["a"]);
    }
}
