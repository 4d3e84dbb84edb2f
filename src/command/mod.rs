//! What the words ask for, done: this room wires the others together. It runs
//! a command from its first word to its exit code.

mod auth;
mod bulk;
mod call;
mod collision;
mod completion;
mod connect;
#[cfg(feature = "sandbox")]
mod control;
mod doctor;
mod dry;
mod follow;
mod free;
#[cfg(feature = "sandbox")]
mod local;
mod manual;
mod many;
mod openapi;
mod patience;
mod preflight;
mod printer;
mod profile;
mod read;
mod recent;
mod report;
mod resume;
#[cfg(feature = "sandbox")]
mod sandbox;
mod seeing;
mod stats;
mod token;
mod watch;

use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::StyledStr;

use crate::cli::{self, Action, Invocation, Options, Typed, complete};
use crate::client::Timing;
use crate::config::keep::Keyring;
use crate::config::{self, Colour, Environment, variable};
use crate::error::{Error, Kind, Result};
use crate::exit;
use crate::filter::with_room;
use crate::output::progress::{Look, Progress};
use crate::output::{BackgroundWriter, Skipped, visible};
use crate::request::Now;
use crate::runtime;
use crate::world::{Ask, Clock, ReaderGone, Size, Terminal, World};
use read::Input;
use report::Talk;
use seeing::Seeing;

/// The width of a terminal that does not tell its own.
const USUAL_WIDTH: u16 = 80;

/// Runs one command and gives its exit code.
#[must_use]
pub fn run(world: World) -> u8 {
    if let Some(line) = complete::asked(&world.arguments) {
        return completion::answer(world, line);
    }
    with_room(|| run_here(world))
}

fn run_here(world: World) -> u8 {
    let colour = config::colour(&world.environment, Colour::Auto, world.terminal.stderr);
    let mut talk = Talk::new(world.stderr, colour, world.terminal.stderr);
    talk.guess_form(&world.arguments);
    let typed = match cli::parse(&world.arguments, world.terminal.width) {
        Ok(typed) => typed,
        Err(error) => return told(&mut talk, &error),
    };
    let words: Vec<String> = world
        .arguments
        .iter()
        .map(|word| crate::request::quoted(&word.to_string_lossy()))
        .collect();
    let writer = if world.stdout_is_file {
        BackgroundWriter::to_file(world.stdout)
    } else {
        BackgroundWriter::new(world.stdout)
    };
    let mut run = Run {
        words: words.join(" "),
        size: world.size,
        reader_gone: world.reader_gone,
        environment: world.environment,
        stdin: Input::new(world.stdin),
        stdout: Some(writer.clone()),
        writer,
        terminal: world.terminal,
        clock: world.clock,
        zone: world.zone,
        timing: Timing {
            sleep: world.sleep,
            elapsed: world.elapsed,
        },
        ask: world.ask,
        ask_secret: world.ask_secret,
        guard_interrupts: world.guard_interrupts,
        state_folder: world.state_folder,
        config_folder: world.config_folder,
        keyring: world.keyring,
        talk,
        seeing: Seeing::default(),
        skipped: Skipped::default(),
    };
    let result = match typed {
        Typed::Text(text) => run.show(&text),
        Typed::Invocation(invocation) => run.invoke(*invocation),
    };
    let result = run.end_trace(result);
    for note in run.skipped.notes() {
        run.talk.note(&note);
    }
    run.finish(&result)
}

/// Tells an error, unless it is only that nobody reads any more, or there is
/// nothing to tell of it.
fn told(talk: &mut Talk, error: &Error) -> u8 {
    if error.kind != Kind::Closed && !error.message.is_empty() {
        talk.error(error);
    }
    exit::code(error.kind)
}

/// The world, as one command uses it.
struct Run {
    /// The words after the program's name, as a shell takes them.
    words: String,
    size: Size,
    reader_gone: ReaderGone,
    environment: Environment,
    stdin: Input,
    stdout: Option<BackgroundWriter>,
    /// What writes to standard output, also while somebody has it.
    writer: BackgroundWriter,
    terminal: Terminal,
    clock: Clock,
    zone: fn() -> jiff::tz::TimeZone,
    timing: Timing,
    ask: Ask,
    ask_secret: Ask,
    guard_interrupts: fn(),
    state_folder: Option<PathBuf>,
    config_folder: Option<PathBuf>,
    keyring: Arc<dyn Keyring>,
    talk: Talk,
    seeing: Seeing,
    skipped: Skipped,
}

impl Run {
    fn invoke(&mut self, invocation: Invocation) -> Result<()> {
        let Invocation { options, action } = invocation;
        self.talk.choose_form(&options);
        let folders = self.folders().ok();
        collision::check(&options, &action, &self.environment, folders.as_ref())?;
        self.seeing = Seeing::of(&options, self.talk.voice())?;
        match action {
            Action::Call(call) => call::run(self, &options, &call),
            Action::Free(free) => free::run(self, &options, &free),
            Action::Doctor => doctor::run(self, &options),
            Action::Auth(asked) => auth::run(self, &options, &asked),
            Action::Profiles(asked) => profile::run(self, &options, &asked),
            Action::Stats(asked) => stats::run(self, &options, &asked),
            Action::Bulk(asked) => bulk::run(self, &options, &asked),
            Action::OpenApi => openapi::run(self, &options),
            Action::Completions(shell) => completion::script(self, &options, shell),
            Action::Manual(asked) => manual::run(self, &options, &asked),
            #[cfg(feature = "sandbox")]
            Action::Sandbox(action) => sandbox::run(self, &options, &action),
            #[cfg(not(feature = "sandbox"))]
            Action::Sandbox(_) => Err(Error::usage("this build has no sandbox")),
        }
    }

    /// Lets the file of `--trace` appear, whatever became of the command. Its
    /// failure counts only where nothing else failed.
    fn end_trace(&mut self, result: Result<()>) -> Result<()> {
        match (result, self.seeing.finish()) {
            (Ok(()), traced) => traced,
            (Err(error), Ok(())) => Err(error),
            (Err(error), Err(untraced)) => {
                self.talk.note(&format!("there is no trace: {untraced}"));
                Err(error)
            }
        }
    }

    fn show(&mut self, text: &StyledStr) -> Result<()> {
        let colour = config::colour(&self.environment, Colour::Auto, self.terminal.stdout);
        let text = if colour {
            text.ansi().to_string()
        } else {
            text.to_string()
        };
        self.print_styled(&text)
    }

    /// Writes text to standard output. On a terminal nothing of it steers.
    fn print(&mut self, text: &str) -> Result<()> {
        if self.terminal.stdout {
            return self.print_styled(&visible::lines(text));
        }
        self.print_styled(text)
    }

    /// As [`Run::print`], for JSON and requests: what is seen on a terminal
    /// means the same when it is pasted.
    fn print_request(&mut self, text: &str) -> Result<()> {
        if self.terminal.stdout {
            return self.print_styled(&visible::request(text));
        }
        self.print_styled(text)
    }

    /// Writes text to the letter, of which the caller has made data harmless.
    fn print_styled(&mut self, text: &str) -> Result<()> {
        let Some(stdout) = &mut self.stdout else {
            return Err(Error::unexpected("standard output is in use"));
        };
        let written = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        written.map_err(|error| Error::writing("standard output", error))
    }

    /// Takes standard output.
    fn stdout(&mut self) -> Result<Box<dyn Write + Send>> {
        match self.stdout.take() {
            Some(stdout) => Ok(Box::new(stdout)),
            None => Err(Error::unexpected("standard output is in use")),
        }
    }

    /// Reports the result, waits until all output is written, and gives the
    /// exit code. After Ctrl-C no reader is waited for.
    fn finish(&mut self, result: &Result<()>) -> u8 {
        let code = match result {
            Ok(()) => None,
            Err(error) => {
                if error.kind == Kind::Interrupted {
                    self.writer.let_go();
                }
                Some(told(&mut self.talk, error))
            }
        };
        match (code, self.writer.finish()) {
            // The first error is the one to tell.
            (Some(code), _) => code,
            (None, Ok(())) => exit::DONE,
            (None, Err(error)) => {
                let error = Error::writing("standard output", error);
                told(&mut self.talk, &error)
            }
        }
    }

    /// The present, in the user's zone.
    fn now(&self) -> Now {
        Now {
            instant: (self.clock)(),
            zone: (self.zone)(),
        }
    }

    /// Whether somebody sits there who can answer.
    const fn is_attended(&self) -> bool {
        self.terminal.stdin && self.terminal.stderr
    }

    /// Asks before something that cannot be taken back. Only a plain yes is
    /// one: whatever else was typed is no.
    fn confirm(&mut self, options: &Options, question: &str) -> Result<()> {
        if options.yes {
            return Ok(());
        }
        if !self.is_attended() {
            return Err(Error::usage(format!("{question} Nobody can be asked here"))
                .hint("say --yes if it should be done"));
        }
        let answer = self.question(&format!("{question} [y/N]"))?;
        if is_yes(&answer) {
            return Ok(());
        }
        Err(Error::new(Kind::Interrupted, "not done"))
    }

    /// Asks what only a person can tell, so that `--yes` does not answer it. Where
    /// nobody can be asked it is an error with that hint.
    fn ask_in_person(&mut self, question: &str, hint: &str) -> Result<()> {
        if !self.is_attended() {
            return Err(Error::usage(format!("{question} Nobody can be asked here")).hint(hint));
        }
        let answer = self.question(&format!("{question} [y/N]"))?;
        if is_yes(&answer) {
            return Ok(());
        }
        Err(Error::new(Kind::Interrupted, "cancelled; nothing was sent"))
    }

    /// Whether what is there is a terminal that cannot draw anything anew.
    fn is_dumb(&self) -> bool {
        let term = self.environment.get(variable::TERM);
        term.is_some_and(|term| term == "dumb")
    }

    /// A line that shows how far work on many things is. A terminal that cannot
    /// draw a line anew shows none.
    fn progress(&self, options: &Options, unit: &'static str) -> Progress {
        let look = (!self.is_dumb()).then(|| Look {
            width: self.terminal.width.unwrap_or(USUAL_WIDTH),
            colour: config::colour(&self.environment, options.colour, self.terminal.stderr),
            unit,
        });
        self.talk.progress(self.timing.elapsed.clone(), look)
    }

    /// Asks, and gives the line that was answered.
    fn question(&self, question: &str) -> Result<String> {
        // Names that a server told may stand in it.
        (self.ask)(&visible::one_line(question))
            .map_err(|_| Error::new(Kind::Interrupted, "not done"))
    }

    /// Runs work that waits for answers; Ctrl-C ends it. The runtime is made
    /// here, so that whatever sends nothing starts none.
    fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
        runtime::current_thread()?.block_on(async {
            tokio::select! {
                biased;
                () = interrupted() => Err(Error::new(Kind::Interrupted, "interrupted")),
                result = work => result,
            }
        })
    }
}

/// Only a plain yes is one: whatever else was typed is no.
fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Ends when the user presses Ctrl-C.
async fn interrupted() {
    let _hold = crate::interrupt::hold();
    if tokio::signal::ctrl_c().await.is_err() {
        // Where the signal cannot be caught, it ends the process by itself.
        std::future::pending::<()>().await;
    }
}
