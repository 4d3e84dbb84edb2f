//! Pages that the user's browser opens.

use std::ffi::{OsStr, OsString};
use std::process::{Child, Command, Stdio};

use crate::config::{self, Environment, variable};
use crate::error::{Error, Result};

/// What a command of `BROWSER` has in place of the page.
const PAGE: &str = "%s";

/// The programs that may open a page, best first: those that `BROWSER` names, a
/// list with `:` between them, or else what the system opens pages with.
pub(super) fn openers(environment: &Environment, page: &OsStr) -> Result<Vec<Command>> {
    let named = config::read(environment, variable::BROWSER)?;
    let list = named.unwrap_or_default();
    let mut found = Vec::new();
    for words in list.split(':').filter(|words| !words.trim().is_empty()) {
        let words = shell_words::split(words).map_err(|error| {
            Error::usage(format!("{} is not a command", variable::BROWSER)).caused_by(error)
        })?;
        found.push(opener(words.iter().map(String::as_str), page));
    }
    if found.is_empty() {
        found.push(opener(of_system().iter().copied(), page));
    }
    for command in &mut found {
        command
            .env_clear()
            .envs(
                environment
                    .iter()
                    .filter(|(name, _)| !variable::is_secret(name)),
            )
            // What it prints is for no one, and no part of the output.
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
    }
    Ok(found)
}

/// What the system opens pages with. `start` of Windows is a word of its shell,
/// which takes some letters of a URL for its own.
const fn of_system() -> &'static [&'static str] {
    if cfg!(target_os = "macos") {
        &["open"]
    } else if cfg!(windows) {
        &["rundll32.exe", "url.dll,FileProtocolHandler"]
    } else {
        &["xdg-open"]
    }
}

fn opener<'a>(words: impl Iterator<Item = &'a str>, page: &OsStr) -> Command {
    let mut words = words.peekable();
    let mut command = Command::new(words.next().unwrap_or_default());
    let mut is_placed = false;
    for word in words {
        match word.split_once(PAGE) {
            None => command.arg(word),
            Some((before, after)) => {
                is_placed = true;
                let mut word = OsString::from(before);
                word.push(page);
                word.push(after);
                command.arg(word)
            }
        };
    }
    if !is_placed {
        command.arg(page);
    }
    command
}

/// The first opener that starts. A browser may stay as long as it is open, so
/// no one waits for its end.
pub(super) fn start(openers: &mut impl Iterator<Item = Command>) -> Option<Child> {
    openers.find_map(|mut opener| opener.spawn().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(browser: &str) -> Vec<String> {
        let environment = [("BROWSER".to_owned(), browser.into())].into();
        let openers = openers(&environment, OsStr::new("/a page")).unwrap();
        let line = |command: &Command| {
            let words = [command.get_program()]
                .into_iter()
                .chain(command.get_args());
            words
                .map(|word| word.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join("|")
        };
        openers.iter().map(line).collect()
    }

    #[test]
    fn page_stands_where_browser_says_or_at_the_end() {
        assert_eq!(
            lines("firefox --new-window:'my browser' --at=%s x::"),
            ["firefox|--new-window|/a page", "my browser|--at=/a page|x"]
        );
        assert_eq!(lines("").len(), 1);
        assert!(lines(":")[0].ends_with("|/a page"));
    }

    #[test]
    fn secrets_of_the_environment_are_kept_from_the_browser() {
        let environment = ["RECHARGE_ACCESS_TOKEN", "DISPLAY"]
            .map(|name| (name.to_owned(), ":0".into()))
            .into();
        for opener in openers(&environment, OsStr::new("page")).unwrap() {
            let names: Vec<&OsStr> = opener.get_envs().map(|(name, _)| name).collect();
            assert_eq!(names, ["DISPLAY"]);
        }
    }
}
