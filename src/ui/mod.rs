//! The interaction with a person while a command runs: messages, progress,
//! prompts, the trace of requests, and records in print.
//!
//! [`Run`] is the world as one command uses it. Nothing here knows a command.

pub(crate) mod input;
pub(crate) mod printer;
pub(crate) mod recent;
pub(crate) mod reporter;
pub(crate) mod request_trace;

use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::StyledStr;

use crate::api::client::Timing;
use crate::api::request::Now;
use crate::catalog::{Api, ApiFamily};
use crate::cli::Options;
use crate::config::token_storage::Keyring;
use crate::config::{self, Colour, Environment, Folders, variable};
use crate::error::{Error, Kind, Result};
use crate::exit;
use crate::output::console::TerminalSize;
use crate::output::progress::{ProgressLine, ProgressLook};
use crate::output::{BackgroundWriter, HiddenColumns, LeftOutFields, Skipped, visible};
use crate::runtime;
use crate::world::{Ask, Clock, ReaderGone, Size, Terminal, World};
use input::Input;
use reporter::Reporter;
use request_trace::RequestTrace;

/// The width of a terminal that does not tell its own.
pub(crate) const USUAL_WIDTH: u16 = 80;

/// The height of a terminal that does not tell its own.
const USUAL_HEIGHT: u16 = 24;

/// Tells an error, unless it is only that no one reads any more, or there is
/// nothing to indicate it.
pub(crate) fn told(talk: &mut Reporter, error: &Error) -> u8 {
    if error.kind != Kind::Closed && !error.message.is_empty() {
        talk.error(error);
    }
    exit::code(error.kind)
}

/// The world, as one command uses it.
pub(crate) struct Run {
    /// The words after the program's name, as a shell takes them.
    pub(crate) words: String,
    /// The names of command and verb, without values: `charges refund`.
    pub(crate) command: String,
    pub(crate) size: Size,
    pub(crate) reader_gone: ReaderGone,
    pub(crate) environment: Environment,
    pub(crate) stdin: Input,
    pub(crate) stdout: Option<BackgroundWriter>,
    /// What writes to standard output, also while somebody has it.
    pub(crate) writer: BackgroundWriter,
    pub(crate) terminal: Terminal,
    pub(crate) clock: Clock,
    pub(crate) zone: fn() -> jiff::tz::TimeZone,
    pub(crate) timing: Timing,
    pub(crate) ask: Ask,
    pub(crate) ask_secret: Ask,
    pub(crate) guard_interrupts: fn(),
    pub(crate) state_folder: Option<PathBuf>,
    pub(crate) config_folder: Option<PathBuf>,
    pub(crate) keyring: Arc<dyn Keyring>,
    pub(crate) reporter: Reporter,
    pub(crate) request_trace: RequestTrace,
    pub(crate) skipped: Skipped,
    /// The API whose operations are commands.
    pub(crate) family: &'static ApiFamily,
    /// Columns for which the terminal was too narrow.
    pub(crate) hidden_columns: HiddenColumns,
    /// Fields for which rows have no column.
    pub(crate) left_out: LeftOutFields,
}

impl Run {
    /// Where settings and state lie.
    pub(crate) fn folders(&self) -> Result<Folders> {
        Folders::choose(
            &self.environment,
            self.config_folder.clone(),
            self.state_folder.clone(),
        )
    }

    /// The world that a process lends, for a command of these words.
    pub(crate) fn new(
        world: World,
        words: String,
        talk: Reporter,
        family: &'static ApiFamily,
    ) -> Self {
        let writer = if world.stdout_is_file {
            BackgroundWriter::to_file(world.stdout)
        } else {
            BackgroundWriter::new(world.stdout)
        };
        Self {
            words,
            command: String::new(),
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
            reporter: talk,
            request_trace: RequestTrace::default(),
            skipped: Skipped::default(),
            family,
            hidden_columns: HiddenColumns::default(),
            left_out: LeftOutFields::default(),
        }
    }

    /// Lets the file of `--trace` appear, whatever became of the command. Its
    /// failure counts only where nothing else failed.
    pub(crate) fn end_trace(&mut self, result: Result<()>) -> Result<()> {
        match (result, self.request_trace.finish()) {
            (Ok(()), traced) => traced,
            (Err(error), Ok(())) => Err(error),
            (Err(error), Err(untraced)) => {
                self.reporter
                    .note(&format!("there is no trace: {untraced}"));
                Err(error)
            }
        }
    }

    pub(crate) fn show(&mut self, text: &StyledStr) -> Result<()> {
        let colour = config::colour(&self.environment, Colour::Auto, self.terminal.stdout);
        let text = if colour {
            text.ansi().to_string()
        } else {
            text.to_string()
        };
        self.print_styled(&text)
    }

    /// Writes text to standard output. On a terminal nothing of it steers.
    pub(crate) fn print(&mut self, text: &str) -> Result<()> {
        if self.terminal.stdout {
            return self.print_styled(&visible::lines(text));
        }
        self.print_styled(text)
    }

    /// As [`Run::print`], for JSON and requests: what is seen on a terminal
    /// means the same when it is pasted.
    pub(crate) fn print_request(&mut self, text: &str) -> Result<()> {
        if self.terminal.stdout {
            return self.print_styled(&visible::request(text));
        }
        self.print_styled(text)
    }

    /// Writes text to the letter, of which the caller has made data harmless.
    pub(crate) fn print_styled(&mut self, text: &str) -> Result<()> {
        let Some(stdout) = &mut self.stdout else {
            return Err(Error::unexpected("standard output is in use"));
        };
        let written = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        written.map_err(|error| Error::writing("standard output", error))
    }

    /// Takes standard output.
    pub(crate) fn stdout(&mut self) -> Result<Box<dyn Write + Send>> {
        match self.stdout.take() {
            Some(stdout) => Ok(Box::new(stdout)),
            None => Err(Error::unexpected("standard output is in use")),
        }
    }

    /// Reports the result, waits until all output is written, and gives the
    /// exit code. After Ctrl-C no reader is waited for, and the message says what
    /// was going on.
    pub(crate) fn finish(&mut self, result: Result<()>) -> u8 {
        let code = match result {
            Ok(()) => None,
            Err(error) => {
                let is_interrupted = error.kind == Kind::Interrupted;
                if is_interrupted {
                    self.writer.let_go();
                }
                if self.terminal.stdout && self.terminal.stderr {
                    self.writer.settle();
                }
                let activity = self.reporter.activity().filter(|_| is_interrupted);
                let error = match activity {
                    Some(activity) => error.hint(format!("in progress: {activity}")),
                    None => error,
                };
                Some(told(&mut self.reporter, &error))
            }
        };
        match (code, self.writer.finish()) {
            // The first error is the one to tell.
            (Some(code), _) => code,
            (None, Ok(())) => exit::DONE,
            (None, Err(error)) => {
                let error = Error::writing("standard output", error);
                told(&mut self.reporter, &error)
            }
        }
    }

    /// The present, in the user's zone.
    pub(crate) fn now(&self, api: &Api) -> Now {
        Now {
            instant: (self.clock)(),
            zone: (self.zone)(),
            times: api.times,
        }
    }

    /// Whether somebody sits there who can answer.
    pub(crate) const fn is_attended(&self) -> bool {
        self.terminal.stdin && self.terminal.stderr
    }

    /// Whether a confirmation can be asked for.
    pub(crate) const fn can_confirm(&self) -> bool {
        let asks_elsewhere = self.terminal.controlling && self.stdin.is_taken();
        self.terminal.stderr && (self.terminal.stdin || asks_elsewhere)
    }

    /// Asks for confirmation, unless `--yes` gives it. Only `y` and `yes`
    /// confirm.
    pub(crate) fn confirm(&mut self, options: &Options, question: &str) -> Result<()> {
        if options.yes {
            return Ok(());
        }
        self.ask_yes(question, "--yes confirms without a question")
    }

    /// Asks for a yes. A command whose standard input carries its values asks
    /// on the terminal that controls it.
    fn ask_yes(&mut self, question: &str, hint: &str) -> Result<()> {
        if !self.can_confirm() {
            let asked = "needs a confirmation, and there is no terminal to ask on";
            return Err(Error::usage(format!("{question} This {asked}")).hint(hint));
        }
        let answer = self.question(&format!("{question} [y/N]"))?;
        if is_yes(&answer) {
            return Ok(());
        }
        Err(Error::new(Kind::Interrupted, "cancelled; nothing was sent"))
    }

    /// Asks a person, who can continue with either answer. Where no one can be
    /// asked the answer is no.
    pub(crate) fn agrees(&self, question: &str) -> Result<bool> {
        if !self.is_attended() {
            return Ok(false);
        }
        Ok(is_yes(&self.question(&format!("{question} [y/N]"))?))
    }

    /// Asks what only a person can tell, so that `--yes` does not answer it. Where
    /// no one can be asked it is an error with that hint.
    pub(crate) fn ask_in_person(&mut self, question: &str, hint: &str) -> Result<()> {
        self.ask_yes(question, hint)
    }

    /// Whether what is there is a terminal that cannot draw anything again.
    pub(crate) fn is_dumb(&self) -> bool {
        let term = self.environment.get(variable::TERM);
        term.is_some_and(|term| term == "dumb")
    }

    /// A line that shows how far work on many things is. A terminal that cannot
    /// draw a line again shows none.
    pub(crate) fn progress(&self, options: &Options, unit: &'static str) -> ProgressLine {
        let look = (!self.is_dumb()).then(|| ProgressLook {
            size: TerminalSize {
                width: self.terminal.width.unwrap_or(USUAL_WIDTH),
                height: self.terminal.stderr_height.unwrap_or(USUAL_HEIGHT),
            },
            colour: config::colour(&self.environment, options.colour, self.terminal.stderr),
            unit,
        });
        self.reporter.progress(self.timing.elapsed.clone(), look)
    }

    /// Asks, and gives the line that was answered.
    pub(crate) fn question(&self, question: &str) -> Result<String> {
        // Names that a server told may be in it.
        let question = visible::one_line(question);
        self.reporter
            .suspended(|| (self.ask)(&question))
            .map_err(|_| Error::new(Kind::Interrupted, "cancelled; nothing was sent"))
    }

    /// Runs work that waits for answers; Ctrl-C ends it. The runtime is made
    /// here, so that whatever sends nothing starts none.
    pub(crate) fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
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
pub(crate) async fn interrupted() {
    let _hold = crate::interrupt::hold();
    if tokio::signal::ctrl_c().await.is_err() {
        // Where the signal cannot be caught, it ends the process by itself.
        std::future::pending::<()>().await;
    }
}
