//! Where a token comes from: sources are asked in order, the first that has one
//! wins, and what each of them said is kept, so that it can be explained.

use std::process::Command;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::program::{self, ProgramFailure, ProgramLimits, ProgramReport};
use super::{Environment, variable};
use crate::error::{Error, Kind, Result};

/// What a token can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSource {
    /// The environment variable of this name.
    Environment(&'static str),
    /// The credential command of the profile.
    Command,
    /// The keyring of the system.
    Keyring,
    /// A file that only its owner may read.
    File,
}

impl TokenSource {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Environment(name) => name,
            Self::Command => "credential_command",
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

/// What a source says.
#[derive(Debug)]
pub enum SourceResult {
    /// It has a token.
    Token(SecretString),
    /// It has none, and why.
    Nothing(String),
}

/// A way to ask a source. It is asked only when those before it have nothing.
pub type SourceLookup<'a> = Box<dyn FnOnce() -> Result<SourceResult> + 'a>;

/// The result of asking.
#[derive(Debug)]
pub struct TokenSearch {
    /// The token and its source, or why there is none.
    pub found: Result<Option<(SecretString, TokenSource)>>,
    /// What each source said, in order.
    pub said: Vec<(TokenSource, String)>,
}

/// Asks sources in order. One that fails ends the search: the next might have
/// the token of another store.
#[must_use]
pub fn search(sources: Vec<(TokenSource, SourceLookup<'_>)>) -> TokenSearch {
    let mut said = Vec::new();
    let mut found: Result<Option<(SecretString, TokenSource)>> = Ok(None);
    for (source, look) in sources {
        match &found {
            Ok(None) => {}
            Ok(Some((_, first))) => {
                said.push((
                    source,
                    format!("not asked, as {} comes first", first.name()),
                ));
                continue;
            }
            Err(_) => {
                said.push((source, "not asked".to_owned()));
                continue;
            }
        }
        match look().and_then(|answer| checked(answer, source)) {
            Ok(SourceResult::Token(token)) => {
                said.push((source, "in use".to_owned()));
                found = Ok(Some((token, source)));
            }
            Ok(SourceResult::Nothing(why)) => said.push((source, why)),
            Err(error) => {
                said.push((source, error.to_string()));
                found = Err(error);
            }
        }
    }
    TokenSearch { found, said }
}

fn checked(answer: SourceResult, source: TokenSource) -> Result<SourceResult> {
    match answer {
        SourceResult::Token(token) => Ok(SourceResult::Token(token_of(
            token.expose_secret(),
            source.name(),
        )?)),
        nothing @ SourceResult::Nothing(_) => Ok(nothing),
    }
}

/// A token, trimmed; it must fit a header. `from` is what an error calls the
/// place where it stands.
///
/// # Errors
/// Of kind `Access`. The value is never part of the message.
pub fn token_of(text: &str, from: &str) -> Result<SecretString> {
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let why = if token.is_empty() {
            "it is empty"
        } else {
            "it contains spaces or unusual characters"
        };
        return Err(
            Error::new(Kind::Access, format!("{from} is not a token: {why}"))
                .hint("copy the token again, without quotes or line breaks"),
        );
    }
    Ok(SecretString::from(token))
}

/// The shortest token that a login keeps, in bytes. A shorter one cannot be
/// reported from other text, and so not be kept out of it; real ones are
/// longer.
pub const SHORTEST: usize = 16;

/// Refuses to keep a token that is too short to be one.
///
/// # Errors
/// Of kind `Access`. The value is never part of the message.
pub fn check_length(token: &SecretString, from: &str) -> Result<()> {
    let length = token.expose_secret().len();
    if length >= SHORTEST {
        return Ok(());
    }
    Err(Error::new(
        Kind::Access,
        format!("{from} is not a token: {length} characters are too few"),
    )
    .hint(format!(
        "a token has at least {SHORTEST}; copy the whole of it, in Recharge: Tools & apps, \
         API tokens"
    )))
}

/// Limits of the credential command. A person may have to allow it.
const LIMITS: ProgramLimits = ProgramLimits {
    whole: Duration::from_secs(60),
    quiet: Duration::from_secs(3),
    bytes: 64 * 1024,
};

/// Runs the credential command: without a shell, without standard input, which
/// is for ids, and without the secrets of this program. Its standard error goes
/// to `tell`, line by line.
///
/// # Errors
/// Of kind `Access`: it cannot be run, failed, or did not end in time. Of kind
/// `Interrupted`: the user pressed Ctrl-C. What it printed is not shown.
pub fn run(
    command: &str,
    environment: &Environment,
    tell: impl FnMut(&str),
) -> Result<SecretString> {
    run_within(LIMITS, command, environment, tell)
}

fn run_within(
    limits: ProgramLimits,
    command: &str,
    environment: &Environment,
    mut tell: impl FnMut(&str),
) -> Result<SecretString> {
    let words = shell_words::split(command).unwrap_or_default();
    let Some((name, arguments)) = words.split_first() else {
        return Err(Error::usage("the credential command is empty"));
    };
    let mut command = Command::new(name);
    command.args(arguments).env_clear().envs(
        environment
            .iter()
            .filter(|(name, _)| !variable::is_secret(name)),
    );
    let seconds = limits.whole.as_secs();
    let ended = program::run(&mut command, limits, &mut |said| match said {
        ProgramReport::Line(line) => tell(&format!("{name}: {}", String::from_utf8_lossy(line))),
        ProgramReport::Waiting => tell(&format!(
            "waiting for the credential command {name}, at most {seconds} seconds; \
             Ctrl-C ends it"
        )),
    });
    let failed = |why: &str| {
        Error::new(Kind::Access, format!("the credential command {name} {why}"))
            .hint("run it by hand: it must print only the token")
    };
    let ended = ended.map_err(|failure| match failure {
        ProgramFailure::Start(error) => failed("cannot be run").caused_by(error),
        ProgramFailure::Lost(error) => failed("was lost").caused_by(error),
        ProgramFailure::TooMuch => failed(&format!("prints more than {} bytes", limits.bytes)),
        ProgramFailure::Late => failed(&format!("did not end within {seconds} seconds")),
        ProgramFailure::Interrupted => {
            Error::new(Kind::Interrupted, "interrupted; nothing was sent")
        }
    })?;
    let printed = SecretString::from(String::from_utf8_lossy(&ended.printed).into_owned());
    if !ended.status.success() {
        return Err(failed(&format!("failed ({})", ended.status)));
    }
    token_of(
        printed.expose_secret(),
        "the output of the credential command",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(token: &'static str) -> SourceLookup<'static> {
        Box::new(move || Ok(SourceResult::Token(token.into())))
    }

    fn empty() -> SourceLookup<'static> {
        Box::new(|| Ok(SourceResult::Nothing("nothing here".to_owned())))
    }

    #[test]
    fn the_first_source_that_has_a_token_wins() {
        let search = search(vec![
            (TokenSource::Environment(variable::TOKEN), empty()),
            (TokenSource::Command, has(" sk_1\n")),
            (TokenSource::Keyring, Box::new(|| panic!("it is not asked"))),
        ]);
        let (token, source) = search.found.unwrap().unwrap();
        assert_eq!(token.expose_secret(), "sk_1");
        assert_eq!(source, TokenSource::Command);
        let said: Vec<&str> = search.said.iter().map(|(_, said)| said.as_str()).collect();
        assert_eq!(
            said,
            [
                "nothing here",
                "in use",
                "not asked, as credential_command comes first"
            ]
        );
    }

    #[test]
    fn a_source_that_fails_is_not_replaced_by_the_next() {
        let search = search(vec![
            (
                TokenSource::Command,
                Box::new(|| Err(Error::usage("broken"))),
            ),
            (TokenSource::File, has("sk_2")),
        ]);
        assert!(search.found.is_err());
        assert_eq!(search.said[1].1, "not asked");
    }

    #[test]
    fn a_bad_token_is_never_repeated() {
        for bad in ["sk 1", "sk\u{e9}", "   ", "sk\n1"] {
            let error = token_of(bad, "it").unwrap_err();
            assert_eq!(error.kind, Kind::Access);
            assert!(!format!("{error} {error:?}").contains("sk"), "{error}");
        }
    }

    #[test]
    fn a_token_that_is_too_short_is_refused_and_not_repeated() {
        for short in ["s", "sk_0123456789abc", "0123456789abcde"] {
            let checked = check_length(&short.into(), "it");
            if short.len() >= SHORTEST {
                checked.unwrap();
                continue;
            }
            let error = checked.unwrap_err();
            assert_eq!(error.kind, Kind::Access);
            assert!(error.to_string().contains("too few"), "{error}");
            let text = format!("{error:?}");
            assert!(short.len() < 2 || !text.contains(short), "{text}");
        }
    }

    #[cfg(unix)]
    mod commands {
        use std::ffi::OsString;

        use super::*;

        fn ran(command: &str) -> (Result<SecretString>, Vec<String>) {
            let set = [
                (variable::TOKEN, "sk_env"),
                (variable::CLIENT_SECRET, "hidden"),
                ("PATH", "/usr/bin:/bin"),
                ("MINE", "yes"),
            ];
            let environment = set.map(|(name, value)| (name.to_owned(), OsString::from(value)));
            let mut told = Vec::new();
            let result = run(command, &environment.into(), |line| {
                told.push(line.to_owned());
            });
            (result, told)
        }

        #[test]
        fn a_command_prints_the_token_and_its_talk_is_passed_on() {
            let (token, told) = ran("sh -c 'echo asking >&2; echo; echo \" sk_1 \"'");
            assert_eq!(token.unwrap().expose_secret(), "sk_1");
            assert_eq!(told, ["sh: asking"]);
        }

        #[test]
        fn no_shell_sees_the_command_and_no_secret_is_inherited() {
            let (token, _) = ran("echo $MINE;ls");
            assert_eq!(token.unwrap().expose_secret(), "$MINE;ls");
            let (token, _) =
                ran("sh -c 'echo ${RECHARGE_ACCESS_TOKEN-no}${RECHARGE_CLIENT_SECRET-no}$MINE'");
            assert_eq!(token.unwrap().expose_secret(), "nonoyes");
        }

        #[test]
        fn a_command_without_end_is_named_with_its_limit() {
            let limits = ProgramLimits {
                whole: Duration::from_millis(100),
                quiet: Duration::from_millis(50),
                ..LIMITS
            };
            let environment = Environment::from([("PATH".to_owned(), "/usr/bin:/bin".into())]);
            let mut told = Vec::new();
            let ran = run_within(limits, "sleep 1000", &environment, |line| {
                told.push(line.to_owned());
            });
            let error = ran.unwrap_err();
            assert_eq!(error.kind, Kind::Access);
            assert!(
                error.message.contains("sleep did not end within"),
                "{error}"
            );
            assert!(
                told[0].contains("waiting for the credential command sleep"),
                "{told:?}"
            );
        }

        #[test]
        fn what_a_failing_command_printed_is_not_told() {
            for (command, said) in [
                ("sh -c 'echo sk_1; exit 3'", "sh failed (exit status: 3)"),
                ("sh -c 'echo sk_1; echo sk_2'", "is not a token"),
                ("true", "is not a token: it is empty"),
                ("no-such-program sk_1", "no-such-program cannot be run"),
            ] {
                let error = ran(command).0.unwrap_err();
                assert_eq!(error.kind, Kind::Access);
                assert!(error.to_string().contains(said), "{error}");
                assert!(!format!("{error} {error:?}").contains("sk_"), "{error}");
            }
        }
    }
}
