//! Talk: what goes to standard error. Errors, notes and small confirmations,
//! for people or as one JSON object a line.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anstyle::{AnsiColor, Effects, Style};
use serde_json::{Map, Value};

use crate::api::client::notice::{Notice, Observer};
use crate::cli::{ErrorForm, Options};
use crate::error::Error;
use crate::output::console::Console;
use crate::output::progress::{ProgressLine, ProgressLook};
use crate::output::{Format, visible};
use crate::ui::USUAL_WIDTH;
use crate::userinfo;
use crate::world::{Elapsed, Terminal};
use crate::wrap::{self, Layout};

const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const HINT: Style = AnsiColor::Cyan.on_default();
const NOTE: Style = AnsiColor::Yellow.on_default();

/// The voice of the program.
pub(crate) struct Reporter {
    console: Console,
    form: ErrorForm,
    colour: bool,
    person: bool,
    /// Columns of the terminal that messages are fitted to; none elsewhere.
    width: Option<usize>,
    /// What the command does now, for the message after Ctrl-C.
    activity: Activity,
}

/// What a command does now, shared with those that do it.
#[derive(Debug, Clone, Default)]
struct Activity(Arc<Mutex<CurrentWork>>);

#[derive(Debug, Default)]
struct CurrentWork {
    /// The step of a long job; empty where there is none.
    step: String,
    /// What its client does.
    request: Option<String>,
}

impl Activity {
    fn change(&self, change: impl FnOnce(&mut CurrentWork)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// In words: the step, and the request of it.
    fn words(&self) -> Option<String> {
        let work = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let step = Some(work.step.as_str()).filter(|step| !step.is_empty());
        let parts: Vec<&str> = step.into_iter().chain(work.request.as_deref()).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

impl Reporter {
    /// Messages on a stream, which is a terminal or is none.
    pub(crate) fn new(stream: Box<dyn Write + Send>, colour: bool, terminal: Terminal) -> Self {
        let person = terminal.stderr;
        let width = terminal.stderr_width.unwrap_or(USUAL_WIDTH);
        Self {
            console: Console::new(stream),
            form: ErrorForm::Text,
            colour,
            person,
            width: person.then_some(usize::from(width)),
            activity: Activity::default(),
        }
    }

    /// What the command does now, or did when it was interrupted.
    pub(crate) fn activity(&self) -> Option<String> {
        self.activity.words()
    }

    /// Chooses the form before the command line is understood, so that also a
    /// wrong command line is reported in the form that it asks for.
    pub(crate) fn guess_form(&mut self, arguments: &[OsString]) {
        let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
        let chosen = |flags: &[&str], values: &[&str]| {
            words.iter().enumerate().any(|(at, word)| {
                flags.iter().any(|flag| match word.strip_prefix(flag) {
                    Some("") => words.get(at + 1).is_some_and(|next| values.contains(next)),
                    Some(rest) => values.contains(&rest.strip_prefix('=').unwrap_or(rest)),
                    None => false,
                })
            })
        };
        let json =
            chosen(&["--output", "-o"], &["json", "ndjson"]) && !chosen(&["--errors"], &["text"]);
        if json || chosen(&["--errors"], &["json"]) {
            self.form = ErrorForm::Json;
        }
    }

    /// Chooses the form that the command line asks for.
    pub(crate) fn choose_form(&mut self, options: &Options) {
        let by_format = match options.output.format {
            Some(Format::Json | Format::Ndjson) => ErrorForm::Json,
            _ => ErrorForm::Text,
        };
        self.form = options.errors.unwrap_or(by_format);
    }

    /// Tells an error.
    pub(crate) fn error(&mut self, error: &Error) {
        let text = match self.form {
            ErrorForm::Json => visible::json(&as_json(error)).into_owned(),
            ErrorForm::Text => as_text(error, self.colour, self.width),
        };
        self.write(&text);
    }

    /// Tells something that the user should know but that is not a failure.
    pub(crate) fn note(&mut self, message: &str) {
        self.voice().note(message);
    }

    /// Tells something wrong with an input, or what else stands for a row of a
    /// table: as a line of text, or as the members of a JSON object.
    pub(crate) fn item(&mut self, text: &str, members: impl FnOnce() -> Value) {
        let line = match self.form {
            ErrorForm::Json => format!("{}\n", visible::json(&members().to_string())),
            ErrorForm::Text => {
                format!("{}\n", fitted(&visible::one_line(text), self.width, 0, 2))
            }
        };
        self.write(&line);
    }

    /// Tells a person that something is done; says nothing to scripts.
    pub(crate) fn done(&mut self, message: &str) {
        if self.person {
            let text = fitted(&visible::lines(message), self.width, 0, 2);
            self.write(&format!("{text}\n"));
        }
    }

    /// A line that shows how far long work is. There is none without a look,
    /// and none unless a person reads it.
    pub(crate) fn progress(&self, elapsed: Elapsed, look: Option<ProgressLook>) -> ProgressLine {
        let look = look.filter(|_| self.person);
        ProgressLine::new(self.console.clone(), elapsed, look)
    }

    /// Does something with the terminal while no live line is there.
    pub(crate) fn suspended<T>(&self, work: impl FnOnce() -> T) -> T {
        self.console.suspend(work)
    }

    /// A voice beside this one, for anyone who tells something while a command
    /// is working. Neither breaks into a line of the other.
    pub(crate) fn voice(&self) -> Voice {
        Voice {
            console: self.console.clone(),
            form: self.form,
            colour: self.colour,
            person: self.person,
            width: self.width,
            activity: self.activity.clone(),
        }
    }

    fn write(&self, text: &str) {
        self.console.say(text);
    }
}

/// Says whole lines.
pub(crate) struct Voice {
    console: Console,
    form: ErrorForm,
    colour: bool,
    person: bool,
    width: Option<usize>,
    activity: Activity,
}

impl Voice {
    /// Whether one JSON object a line is wanted.
    pub(crate) fn is_json(&self) -> bool {
        self.form == ErrorForm::Json
    }

    /// Tells something that the user should know but that is not a failure.
    pub(crate) fn note(&self, message: &str) {
        let message = &*userinfo::hidden(message);
        let text = match self.form {
            ErrorForm::Json => {
                let mut line = Map::new();
                line.insert("kind".to_owned(), "note".into());
                line.insert("message".to_owned(), message.into());
                format!("{}\n", visible::json(&Value::Object(line).to_string()))
            }
            ErrorForm::Text => {
                let word = painted("note:", NOTE, self.colour);
                let text = fitted(&visible::one_line(message), self.width, 6, 2);
                format!("{word} {text}\n")
            }
        };
        self.console.say(&text);
    }

    /// Notes the step that a long job is at; an empty one ends it.
    pub(crate) fn step(&self, step: &str) {
        self.activity.change(|work| step.clone_into(&mut work.step));
    }

    /// Says whole lines at once.
    pub(crate) fn say(&self, lines: &str) {
        self.console.say(lines);
    }
}

/// The notices of a client are notes.
impl Observer for Voice {
    fn notice(&self, notice: &Notice) {
        self.note(&notice.to_string());
    }

    fn shows_retries(&self) -> bool {
        self.person && self.form == ErrorForm::Text
    }

    fn activity(&self, activity: Option<&str>) {
        let request = activity.map(str::to_owned);
        self.activity.change(|work| work.request = request);
    }
}

fn painted(word: &str, style: Style, colour: bool) -> String {
    if colour {
        format!("{style}{word}{style:#}")
    } else {
        word.to_owned()
    }
}

/// The text in lines that fit the terminal, where there is one. `taken` columns
/// are before its first line, `indent` before the others.
fn fitted(text: &str, width: Option<usize>, taken: usize, indent: usize) -> String {
    match width {
        Some(width) => wrap::wrapped(
            text,
            Layout {
                width,
                taken,
                indent,
            },
        ),
        None => text.to_owned(),
    }
}

/// Words of a server or a file may be in a message: they are made harmless
/// here, where all of them pass.
fn as_text(error: &Error, colour: bool, width: Option<usize>) -> String {
    let message = error.to_string();
    let message = userinfo::hidden(&message);
    let mut text = format!(
        "{} {}\n",
        painted("error:", ERROR, colour),
        fitted(&visible::one_line(&message), width, 7, 2)
    );
    for hint in &error.hints {
        let hint = userinfo::hidden(hint);
        let hint = visible::lines(&hint).replace('\n', "\n    ");
        let hint = fitted(&hint, width, 4, 4);
        let _ = writeln!(text, "  {} {hint}", painted("→", HINT, colour));
    }
    if let Some(id) = error
        .answer
        .as_ref()
        .and_then(|answer| answer.request_id.as_deref())
        && !error.hints.iter().any(|hint| hint.contains(id))
    {
        let _ = writeln!(text, "  request id: {}", visible::one_line(id));
    }
    text
}

fn as_json(error: &Error) -> String {
    let answer = error.answer.as_deref();
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let status = answer.map_or(Value::Null, |answer| answer.status.into());
    let request_id = text(answer.and_then(|answer| answer.request_id.as_deref()));
    let errors = answer
        .and_then(|answer| answer.errors.as_deref())
        .unwrap_or("null");
    let hint = if error.hints.is_empty() {
        Value::Null
    } else {
        userinfo::hidden(&error.hints.join("\n")).into()
    };
    let in_doubt = if error.in_doubt {
        ",\"unknown\":true"
    } else {
        ""
    };
    format!(
        "{{\"kind\":\"{}\",\"message\":{},\"status\":{status},\"request_id\":{request_id},\"errors\":{errors},\"hint\":{hint}{in_doubt}}}\n",
        error.kind.name(),
        Value::from(userinfo::hidden(&error.to_string())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, Refusal};

    fn guessed(words: &[&str]) -> ErrorForm {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let mut talk = Reporter::new(Box::new(std::io::sink()), false, Terminal::default());
        talk.guess_form(&words);
        talk.form
    }

    #[test]
    fn the_form_of_errors_is_known_even_when_the_command_line_is_wrong() {
        for json in [
            &["x", "-o", "json"][..],
            &["-ojson"],
            &["--output=ndjson"],
            &["--errors", "json"],
            &["--errors=json", "-o", "table"],
        ] {
            assert_eq!(guessed(json), ErrorForm::Json, "{json:?}");
        }
        for text in [
            &["x"][..],
            &["-o", "csv"],
            &["-o", "json", "--errors", "text"],
            &["-o"],
        ] {
            assert_eq!(guessed(text), ErrorForm::Text, "{text:?}");
        }
    }

    #[test]
    fn words_of_a_server_cannot_steer_the_terminal() {
        let error = Error::usage("\u{1b}[31mred\nnext").hint("\u{202e}turned");
        let text = as_text(&error, false, None);
        assert_eq!(text.lines().count(), 2);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }

    #[test]
    fn long_message_wraps_on_a_terminal_and_nowhere_else() {
        let words = vec!["word"; 30].join(" ");
        let error = Error::usage(words.as_str())
            .hint(words.as_str())
            .hint("say: rc bulk resume abc --profile garden --base-url https://example.com");
        let text = as_text(&error, false, Some(40));
        for line in text.lines().filter(|line| !line.contains("rc ")) {
            assert!(line.chars().count() <= 40, "{line}");
        }
        assert!(text.contains("\n  word"), "{text}");
        assert!(text.contains("\n    word"), "{text}");
        assert!(text.ends_with(
            "\n    rc bulk resume abc --profile garden --base-url https://example.com\n"
        ));
        assert_eq!(as_text(&error, false, None).lines().count(), 3);
    }

    #[test]
    fn a_json_error_is_one_line_with_six_members() {
        let error = Error::new(Kind::Refused, "no \"way\"")
            .hint("do this")
            .hint("or that")
            .answered(Refusal {
                status: 422,
                request_id: Some("r".to_owned()),
                errors: Some("{\"a\":[\"b\"]}".to_owned()),
            });
        assert_eq!(
            as_json(&error),
            "{\"kind\":\"refused\",\"message\":\"no \\\"way\\\"\",\"status\":422,\"request_id\":\"r\",\
             \"errors\":{\"a\":[\"b\"]},\"hint\":\"do this\\nor that\"}\n"
        );
        let mut doubted = Error::new(Kind::Unreachable, "lost");
        doubted.in_doubt = true;
        assert!(as_json(&doubted).ends_with(",\"hint\":null,\"unknown\":true}\n"));
        let bare = as_json(&Error::usage("x"));
        assert!(
            bare.ends_with("\"status\":null,\"request_id\":null,\"errors\":null,\"hint\":null}\n")
        );
    }
}
