//! The process, lent: arguments, environment, streams, facts about the
//! terminal, the clock and sleep. Anyone who calls the library decides what
//! they are, so that tests run it with a fixed clock and a terminal made up.

use std::collections::HashMap;
use std::ffi::OsString;
use std::future::Future;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::keyring::SystemKeyring;
use crate::config::token_storage::Keyring;
use crate::wrap::{self, Layout};

/// Everything of the outside that a run may touch.
pub struct World {
    /// The words after the program's name.
    pub arguments: Vec<OsString>,
    /// Environment variables. Names are listed in [`crate::config`].
    pub environment: HashMap<String, OsString>,
    /// Standard input.
    pub stdin: Box<dyn Read + Send>,
    /// Standard output: data only.
    pub stdout: Box<dyn Write + Send>,
    /// Whether standard output is a regular file, which no reader holds up.
    pub stdout_is_file: bool,
    /// Standard error: talk only.
    pub stderr: Box<dyn Write + Send>,
    /// What is a terminal, and how wide.
    pub terminal: Terminal,
    /// The present.
    pub clock: Clock,
    /// Columns and lines of the terminal, asked for again: they change.
    pub size: Size,
    /// Whether no one reads standard output any more, so far as the system
    /// tells without anything being written.
    pub reader_gone: ReaderGone,
    /// The user's time zone; asked for only when a relative day needs it.
    pub zone: fn() -> TimeZone,
    /// Waiting.
    pub sleep: Sleep,
    /// Time that has passed, by the clock that waiting goes by.
    pub elapsed: Elapsed,
    /// Asks a question on a terminal.
    pub ask: Ask,
    /// Asks for a secret on a terminal, without showing what is typed.
    pub ask_secret: Ask,
    /// Called once waiting begins, when Ctrl-C is a request to end: sees to it
    /// that the process does end, whatever it is doing.
    pub guard_interrupts: fn(),
    /// The folder for state of this program, if the system has one.
    pub state_folder: Option<PathBuf>,
    /// The folder for settings of this program, if the system has one.
    pub config_folder: Option<PathBuf>,
    /// The keyring of the user. Nothing is opened before it is asked.
    pub keyring: Arc<dyn Keyring>,
}

/// Room for an answer behind a question.
const ANSWER: usize = 12;

/// How long a run has to end by itself after Ctrl-C.
const GRACE: Duration = Duration::from_secs(1);

/// Tells the present.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Tells how much time has passed since some moment; never goes back.
pub type Elapsed = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Waits for a span of time.
pub type Sleep = Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Tells columns and lines of the terminal, where there is one.
pub type Size = Arc<dyn Fn() -> Option<(u16, u16)> + Send + Sync>;

/// Tells whether a reader has gone.
pub type ReaderGone = Arc<dyn Fn() -> bool + Send + Sync>;

/// Asks a question; the answer is a line.
pub type Ask = Box<dyn Fn(&str) -> io::Result<String> + Send>;

/// What is known about the terminal.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about a stream"
)]
pub struct Terminal {
    /// Standard input is one: a person can answer.
    pub stdin: bool,
    /// Standard output is one: a person reads the data.
    pub stdout: bool,
    /// Standard error is one: a person reads the talk.
    pub stderr: bool,
    /// A terminal controls the process: it can answer questions also when
    /// standard input is not one.
    pub controlling: bool,
    /// Columns, when one is there.
    pub width: Option<u16>,
    /// Columns of the terminal that standard error is, which may be another one.
    pub stderr_width: Option<u16>,
    /// Its lines.
    pub stderr_height: Option<u16>,
}

impl World {
    /// The world of this very process.
    #[must_use]
    pub fn process() -> Self {
        let begun = Instant::now();
        let stderr_size = terminal_size::terminal_size_of(io::stderr());
        Self {
            arguments: std::env::args_os().skip(1).collect(),
            environment: environment(),
            stdin: Box::new(io::stdin()),
            stdout: recharge_stdio::stdout(),
            stdout_is_file: stdout_is_file(),
            stderr: Box::new(io::stderr()),
            terminal: Terminal {
                stdin: io::stdin().is_terminal(),
                stdout: io::stdout().is_terminal(),
                stderr: io::stderr().is_terminal(),
                controlling: has_controlling_terminal(),
                width: terminal_size::terminal_size().map(|(width, _)| width.0),
                stderr_width: stderr_size.map(|(width, _)| width.0),
                stderr_height: stderr_size.map(|(_, height)| height.0),
            },
            size: Arc::new(|| {
                terminal_size::terminal_size().map(|(width, height)| (width.0, height.0))
            }),
            reader_gone: Arc::new(reader_gone),
            clock: Arc::new(Timestamp::now),
            zone: TimeZone::system,
            sleep: Arc::new(|span| Box::pin(tokio::time::sleep(span))),
            elapsed: Arc::new(move || begun.elapsed()),
            ask: Box::new(ask),
            ask_secret: Box::new(ask_secret),
            guard_interrupts,
            state_folder: state_folder(),
            config_folder: config_folder(),
            keyring: Arc::new(SystemKeyring),
        }
    }
}

/// Whether a terminal controls this process.
#[cfg(unix)]
fn has_controlling_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok()
}

/// Elsewhere questions are asked only on standard input.
#[cfg(not(unix))]
const fn has_controlling_terminal() -> bool {
    false
}

/// Whether standard output is a regular file.
#[cfg(unix)]
fn stdout_is_file() -> bool {
    use std::os::fd::AsFd;
    let own = io::stdout().as_fd().try_clone_to_owned();
    own.and_then(|stdout| std::fs::File::from(stdout).metadata())
        .is_ok_and(|facts| facts.is_file())
}

#[cfg(not(unix))]
fn stdout_is_file() -> bool {
    false
}

impl std::fmt::Debug for World {
    /// Shows the arguments only: the environment contains the token.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("World")
            .field("arguments", &self.arguments)
            .field("terminal", &self.terminal)
            .finish_non_exhaustive()
    }
}

fn ask(question: &str) -> io::Result<String> {
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    let layout = Layout {
        width: width.saturating_sub(ANSWER),
        taken: 0,
        indent: 2,
    };
    let wrapped = wrap::wrapped(question, layout);
    // A prompt over several lines would be there twice once it is answered.
    let prompt = match wrapped.rsplit_once('\n') {
        Some((before, last)) => {
            writeln!(io::stderr(), "{before}")?;
            last
        }
        None => &wrapped,
    };
    dialoguer::Input::new()
        .with_prompt(prompt)
        .allow_empty(true)
        .interact_text()
        .map_err(|dialoguer::Error::IO(error)| error)
}

fn ask_secret(question: &str) -> io::Result<String> {
    dialoguer::Password::new()
        .with_prompt(question)
        .allow_empty_password(true)
        .interact()
        .map_err(|dialoguer::Error::IO(error)| error)
}

/// A pipe whose other end is closed says so to anyone who asks.
#[cfg(unix)]
fn reader_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdout = io::stdout();
    let mut looked_at = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec::default();
    let told = poll(&mut looked_at, Some(&at_once)).is_ok_and(|told| told > 0);
    told && looked_at[0]
        .revents()
        .intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Elsewhere the next write tells.
#[cfg(not(unix))]
fn reader_gone() -> bool {
    false
}

/// A folder that would depend on where the user stands is none.
fn config_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let folders = etcetera::choose_base_strategy().ok()?;
    let folder = folders.config_dir().join("recharge-cli");
    folder.is_absolute().then_some(folder)
}

fn state_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let folders = etcetera::choose_base_strategy().ok()?;
    let base = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    let folder = base.join("recharge-cli");
    folder.is_absolute().then_some(folder)
}

/// A filter that never ends keeps the runtime from seeing Ctrl-C. So there is
/// a thread that sees it, too, and ends the process when nothing else did.
#[cfg(unix)]
fn guard_interrupts() {
    use signal_hook::consts::SIGINT;
    // Where signals cannot be caught, they end the process by themselves.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT]) else {
        return;
    };
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            std::thread::sleep(GRACE);
            signal_hook::low_level::exit(i32::from(crate::exit::INTERRUPTED));
        }
    });
}

/// As above: the handler of the console tells every runtime that listens.
#[cfg(not(unix))]
fn guard_interrupts() {
    std::thread::spawn(|| {
        // Where it cannot be caught, it ends the process by itself.
        if let Ok(runtime) = crate::runtime::current_thread()
            && runtime.block_on(tokio::signal::ctrl_c()).is_ok()
        {
            std::thread::sleep(GRACE);
            signal_hook::low_level::exit(i32::from(crate::exit::INTERRUPTED));
        }
    });
}

/// The environment. Consoles of Windows understand escape sequences only after
/// a program asked for that; where one refuses, or `NO_COLOR` is set, it counts
/// as a dumb terminal.
fn environment() -> HashMap<String, OsString> {
    let environment: HashMap<_, _> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .collect();
    #[cfg(windows)]
    let environment = {
        use dialoguer::console::Term;
        let mut environment = environment;
        let refuses = |term: &Term| term.is_term() && !term.features().colors_supported();
        // Both are asked: each stream may be a console of its own.
        let (stdout, stderr) = (refuses(&Term::stdout()), refuses(&Term::stderr()));
        if stdout || stderr {
            let term = crate::config::variable::TERM.to_owned();
            environment.entry(term).or_insert_with(|| "dumb".into());
        }
        environment
    };
    environment
}
