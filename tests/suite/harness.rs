//! Running `rc` in a test: in this process, with a clock that stands still but
//! for what is waited, a state folder of its own, and streams that are kept.
//! Reads like a sentence:
//! `rc("subscriptions get 1").sandboxed().fails(4).says("nothing at")`.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::tz::TimeZone;
use recharge_cli::commands;
use recharge_cli::world::{Terminal, World};
use tempfile::TempDir;

pub use crate::outcome::Outcome;

pub use crate::ring::Ring;

/// The present of all tests.
pub const NOW: &str = "2026-11-20T12:00:00Z";

/// A run that is being described.
pub struct Rc {
    words: Vec<OsString>,
    environment: HashMap<String, OsString>,
    stdin: Vec<u8>,
    terminal: Terminal,
    answers: Vec<&'static str>,
    secret: Option<&'static str>,
    folder: Option<Arc<TempDir>>,
    keyring: Arc<Ring>,
    waited: Waited,
    homeless: bool,
    height: u16,
    /// Both streams, as a terminal shows them.
    screen: Kept,
    /// When the reader goes away.
    until: Duration,
    meanwhile: Vec<(Duration, String)>,
    while_asked: Mutex<Option<WhileAsked>>,
    /// Whether no one reads standard output.
    closed: bool,
    /// Another set of commands than that of the program.
    commands: Option<recharge_cli::cli::CommandSet>,
}

/// What happens once, while a question is asked.
type WhileAsked = Box<dyn FnOnce() + Send>;

/// How long was waited; no one really waits.
type Waited = Arc<Mutex<Duration>>;

/// `rc` with the words of a shell line; a leading `rc` may be left out.
pub fn rc(line: &str) -> Rc {
    let words = shell_words::split(line).expect("a line that a shell understands");
    let skip = usize::from(words.first().is_some_and(|word| word == "rc"));
    rc_of(words.into_iter().skip(skip))
}

/// `rc` with words.
pub fn rc_of(words: impl IntoIterator<Item = String>) -> Rc {
    Rc {
        words: words.into_iter().map(OsString::from).collect(),
        environment: HashMap::new(),
        stdin: Vec::new(),
        terminal: Terminal::default(),
        answers: Vec::new(),
        secret: None,
        folder: None,
        keyring: Arc::new(Ring::absent()),
        waited: Waited::default(),
        homeless: false,
        height: 24,
        screen: Kept::default(),
        until: Duration::MAX,
        meanwhile: Vec::new(),
        while_asked: Mutex::default(),
        closed: false,
        commands: None,
    }
}

impl Rc {
    /// The commands are those of another API.
    pub fn of(mut self, commands: recharge_cli::cli::CommandSet) -> Self {
        self.commands = Some(commands);
        self
    }

    /// More words.
    pub fn with(mut self, line: &str) -> Self {
        self.words.extend(
            shell_words::split(line)
                .unwrap()
                .into_iter()
                .map(OsString::from),
        );
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// A person sits there, with a terminal of this width.
    pub fn on_terminal(self, width: u16) -> Self {
        self.with_terminal(true, true, width)
    }

    /// Standard output and error are a terminal, standard input is a pipe.
    pub fn showing(self, width: u16) -> Self {
        self.with_terminal(false, true, width)
    }

    /// Standard error is a terminal of this width, and so may the others be.
    pub fn with_terminal(mut self, stdin: bool, stdout: bool, width: u16) -> Self {
        self.terminal = Terminal {
            stdin,
            stdout,
            stderr: true,
            controlling: false,
            width: Some(width),
            stderr_width: Some(width),
            stderr_height: Some(24),
        };
        self
    }

    /// Messages are not wrapped, as on a terminal that is wide.
    pub fn with_wide_messages(mut self) -> Self {
        self.terminal.stderr_width = Some(u16::MAX);
        self
    }

    /// Questions can be asked on the terminal, also where standard input is
    /// not one.
    pub fn controlled(mut self) -> Self {
        self.terminal.controlling = true;
        self
    }

    /// Standard output is a pipe that no one reads any more.
    pub fn closed(mut self) -> Self {
        self.closed = true;
        self
    }

    /// The terminal has so many lines.
    pub fn high(mut self, height: u16) -> Self {
        self.height = height;
        self
    }

    /// What is shown can be seen here meanwhile.
    pub fn on_screen(mut self, bytes: &Arc<Mutex<Vec<u8>>>) -> Self {
        self.screen = Kept(Arc::clone(bytes));
        self
    }

    /// After so many seconds no one reads any more.
    pub fn until(mut self, seconds: u64) -> Self {
        self.until = Duration::from_secs(seconds);
        self
    }

    /// After so many seconds this is run on the same store.
    pub fn meanwhile(mut self, seconds: u64, line: &str) -> Self {
        let at = Duration::from_secs(seconds);
        self.meanwhile.push((at, line.to_owned()));
        self
    }

    /// The person answers questions with these lines.
    pub fn answering(mut self, answers: &[&'static str]) -> Self {
        self.answers = answers.to_vec();
        self
    }

    /// While the first question is asked, or the secret where no question is
    /// answered, another terminal runs this, with a token on standard input.
    pub fn while_asked(self, store: &Store, line: &str) -> Self {
        let other = rc(line).holding(store).stdin("sk_sandbox_all");
        let run = Box::new(move || {
            // It waits for answers itself, which no thread does twice.
            let ran = std::thread::spawn(|| other.succeeds());
            ran.join().unwrap();
        });
        *self.while_asked.lock().unwrap() = Some(run);
        self
    }

    /// The person types this where nothing is shown.
    pub fn typing(mut self, secret: &'static str) -> Self {
        self.secret = Some(secret);
        self
    }

    /// The user has no home folder.
    pub fn homeless(mut self) -> Self {
        self.homeless = true;
        self
    }

    /// Keeps its state in the store of a test.
    pub fn holding(mut self, store: &Store) -> Self {
        self.folder = Some(Arc::clone(&store.folder));
        self.keyring = Arc::clone(&store.keyring);
        self
    }

    /// Begins when the last such run of the store ended.
    pub fn in_time_of(mut self, store: &Store) -> Self {
        self.waited = Arc::clone(&store.waited);
        self
    }

    /// Works on the store of a test.
    pub fn within(self, store: &Store) -> Self {
        self.holding(store).env("RECHARGE_SANDBOX", "1")
    }

    /// Works on a fresh demo store.
    pub fn sandboxed(self) -> Self {
        self.within(&Store::new())
    }

    /// Works on a server, with a token.
    pub fn against(self, url: &str) -> Self {
        self.env("RECHARGE_BASE_URL", url)
            .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all")
            .env("TOY_BASE_URL", url)
            .env("TOY_KEY", "sk_sandbox_all")
    }

    pub fn runs(self) -> Outcome {
        let line = format!("rc {:?}", self.words);
        let screen = self.screen;
        let (stdout, stderr) = (Shown::on(&screen), Shown::on(&screen));
        let questions = Arc::new(Mutex::new(String::new()));
        let asked = Arc::clone(&questions);
        let folder = self
            .folder
            .unwrap_or_else(|| Arc::new(tempfile::tempdir().unwrap()));
        let home = (!self.homeless).then(|| folder.path().to_owned());
        let secret = self.secret;
        let while_asked = Arc::new(self.while_asked);
        let while_typed = Arc::clone(&while_asked);
        let expected = self.answers.len();
        let answers = Mutex::new(self.answers.into_iter());
        let now: jiff::Timestamp = NOW.parse().unwrap();
        let waited = self.waited;
        let begun = *waited.lock().unwrap();
        let (passed, slept) = (Arc::clone(&waited), Arc::clone(&waited));
        let (gone, until) = (Arc::clone(&waited), self.until);
        let size = self.terminal.width.map(|width| (width, self.height));
        let meanwhile = Mutex::new(self.meanwhile);
        let shared = Store {
            folder: Arc::clone(&folder),
            keyring: Arc::clone(&self.keyring),
            waited: Arc::clone(&waited),
        };
        let shared = Arc::new(shared);
        let set = self.commands;
        let world = World {
            arguments: self.words,
            environment: self.environment,
            stdin: Box::new(io::Cursor::new(self.stdin)),
            stdout: if self.closed {
                Box::new(ClosedPipe)
            } else {
                Box::new(stdout.clone())
            },
            stdout_is_file: false,
            stderr: Box::new(stderr.clone()),
            terminal: self.terminal,
            // What is waited for comes about: the clock continues by it.
            clock: Arc::new(move || now + *slept.lock().unwrap()),
            zone: || TimeZone::UTC,
            size: Arc::new(move || size),
            reader_gone: Arc::new(move || *gone.lock().unwrap() >= until),
            sleep: Arc::new(move |span| {
                let now = {
                    let mut waited = waited.lock().unwrap();
                    *waited += span;
                    *waited
                };
                let mut meanwhile = meanwhile.lock().unwrap();
                while meanwhile.first().is_some_and(|(at, _)| *at <= now) {
                    let (_, line) = meanwhile.remove(0);
                    let store = Arc::clone(&shared);
                    // It waits for answers itself, which no thread does twice.
                    let ran = std::thread::spawn(move || {
                        rc(&line).within(&store).succeeds();
                    });
                    ran.join().unwrap();
                }
                Box::pin(tokio::task::yield_now())
            }),
            elapsed: Arc::new(move || passed.lock().unwrap().saturating_sub(begun)),
            ask: Box::new(move |question| {
                if let Some(run) = while_asked.lock().unwrap().take() {
                    run();
                }
                let mut asked = asked.lock().unwrap();
                asked.push_str(question);
                asked.push('\n');
                let answer = answers.lock().unwrap().next();
                answer
                    .map(str::to_owned)
                    .ok_or_else(|| io::Error::other("nobody answers"))
            }),
            ask_secret: Box::new(move |_| {
                if expected == 0
                    && let Some(run) = while_typed.lock().unwrap().take()
                {
                    run();
                }
                let typed = secret.map(str::to_owned);
                typed.ok_or_else(|| io::Error::other("nobody types"))
            }),
            guard_interrupts: || {},
            state_folder: home.clone(),
            config_folder: home.map(|home| home.join("config")),
            keyring: self.keyring,
        };
        let code = match set {
            Some(set) => commands::run_with(&set, world),
            None => commands::run(world),
        };
        Outcome {
            line,
            code,
            stdout: stdout.own.text(),
            stderr: stderr.own.text(),
            screen: screen.text(),
            questions: questions.lock().unwrap().clone(),
        }
    }

    #[track_caller]
    pub fn succeeds(self) -> Outcome {
        self.fails(0)
    }

    #[track_caller]
    pub fn fails(self, code: u8) -> Outcome {
        let outcome = self.runs();
        assert_eq!(outcome.code, code, "{outcome:?}");
        outcome
    }
}

/// A sandbox store that several runs share.
pub struct Store {
    folder: Arc<TempDir>,
    keyring: Arc<Ring>,
    waited: Waited,
}

impl Store {
    /// The time that runs of the store have waited, as they continue.
    pub fn waiting(&self) -> Arc<Mutex<Duration>> {
        Arc::clone(&self.waited)
    }

    /// How long runs of the store have waited.
    pub fn waited(&self) -> Duration {
        *self.waited.lock().unwrap()
    }

    pub fn new() -> Self {
        Self {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            keyring: Arc::new(Ring::absent()),
            waited: Waited::default(),
        }
    }

    /// On a machine with such a keyring.
    pub fn with_keyring(keyring: Ring) -> Self {
        Self {
            keyring: Arc::new(keyring),
            ..Self::new()
        }
    }

    /// What the keyring holds.
    pub fn keyring(&self) -> &Ring {
        &self.keyring
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The ids of a list, newest first.
    pub fn ids(&self, list: &str) -> Vec<String> {
        let outcome = rc(&format!("{list} --jq .id")).within(self).succeeds();
        outcome.stdout.lines().map(str::to_owned).collect()
    }

    pub fn id(&self, list: &str) -> String {
        self.ids(list)
            .into_iter()
            .next()
            .expect("the demo store has one")
    }
}

/// A stream that keeps what is written to it.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).expect("output is UTF-8")
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A pipe whose reader has gone.
struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream that is kept, and seen beside another.
#[derive(Clone)]
struct Shown {
    own: Kept,
    screen: Kept,
}

impl Shown {
    fn on(screen: &Kept) -> Self {
        Self {
            own: Kept::default(),
            screen: screen.clone(),
        }
    }
}

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.screen.write_all(bytes)?;
        self.own.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
