//! The line as typed so far: the words, and which of them is being completed.

use std::ffi::{OsStr, OsString};

use super::Shell;

/// The first word by which a script asks. It is not a command for people.
const ASKS: &str = "__complete";

/// A line that is being typed.
#[derive(Debug, PartialEq, Eq)]
pub struct TypedLine {
    /// The shell that asks.
    pub shell: Shell,
    /// The words up to the one that is being completed; the first is the
    /// program.
    pub words: Vec<OsString>,
    /// What of the last word the shell takes for a word of its own, in front of
    /// what it will replace.
    pub before: String,
}

/// The line that a shell asks about; `None` where no shell asks.
#[must_use]
pub fn asked(arguments: &[OsString]) -> Option<Option<TypedLine>> {
    let (first, rest) = arguments.split_first()?;
    (first == ASKS).then(|| line(rest))
}

fn line(arguments: &[OsString]) -> Option<TypedLine> {
    let [shell, at, words @ ..] = arguments else {
        return None;
    };
    let shell = Shell::named(shell.to_str()?)?;
    let at: usize = at.to_str()?.parse().ok()?;
    if at == 0 || at > words.len() {
        return None;
    }
    let mut words: Vec<OsString> = words.iter().take(at + 1).cloned().collect();
    if words.len() == at {
        words.push(OsString::new());
    }
    let before = if shell.splits_words() {
        joined(&mut words)
    } else {
        String::new()
    };
    Some(TypedLine {
        shell,
        words,
        before,
    })
}

/// Puts `--status`, `=`, `act` together again, and gives what is in front of
/// the shell's own last word then.
fn joined(words: &mut Vec<OsString>) -> String {
    let mut whole: Vec<OsString> = Vec::with_capacity(words.len());
    let mut before = String::new();
    let mut words_left = std::mem::take(words).into_iter().peekable();
    while let Some(word) = words_left.next() {
        before.clear();
        match whole.last_mut() {
            Some(flag) if word == "=" && is_flag(flag) => {
                flag.push("=");
                before = flag.to_string_lossy().into_owned();
                if let Some(value) = words_left.next() {
                    flag.push(value);
                }
            }
            _ => whole.push(word),
        }
    }
    *words = whole;
    before
}

fn is_flag(word: &OsStr) -> bool {
    word.to_str()
        .is_some_and(|word| word.starts_with("--") && !word.contains('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<TypedLine> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        asked(&words)?
    }

    #[test]
    fn a_word_that_is_not_begun_is_empty() {
        let line = read("__complete zsh 2 rc subscriptions").unwrap();
        assert_eq!(line.words, ["rc", "subscriptions", ""]);
    }

    #[test]
    fn words_after_the_cursor_say_nothing() {
        let line = read("__complete fish 1 rc sub list --status").unwrap();
        assert_eq!(line.words, ["rc", "sub"]);
    }

    #[test]
    fn bash_takes_a_flag_and_its_value_apart_and_they_are_put_together() {
        let line = read("__complete bash 5 rc subscriptions list --status = act").unwrap();
        assert_eq!(line.words.last().unwrap(), "--status=act");
        assert_eq!(line.before, "--status=");
        let line = read("__complete bash 4 rc subscriptions list --status =").unwrap();
        assert_eq!(line.words.last().unwrap(), "--status=");
        assert_eq!(line.before, "--status=");
        let line = read("__complete bash 6 rc orders list --status = open -").unwrap();
        assert_eq!(line.words, ["rc", "orders", "list", "--status=open", "-"]);
        assert_eq!(line.before, "");
    }

    #[test]
    fn what_no_script_would_ask_has_no_answer() {
        for odd in [
            "__complete",
            "__complete tcsh 1 rc x",
            "__complete bash x rc",
            "__complete bash 9 rc",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
        assert!(asked(&[OsString::from("subscriptions")]).is_none());
    }
}
