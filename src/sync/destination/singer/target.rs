//! A target that this program runs: messages go to its standard input, and the lines
//! that it prints confirm what it has stored.
//!
//! A target that reads nothing and prints nothing for too long is killed with its
//! children: a thread watches it while this program waits for it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};

/// Bytes of a line that are read at once. A longer line counts as several.
const LONGEST_LINE: u64 = 16 << 20;
/// Bytes of a file of a target that distinguish it from others.
const LARGEST_FILE: u64 = 1 << 20;
/// Bytes that are written at once, so that slow reading counts as reading.
const PIECE: usize = 64 << 10;
/// How often the end of the target is looked for.
const TICK: Duration = Duration::from_millis(20);
/// How often the watching thread looks.
const LOOK: Duration = Duration::from_millis(100);
/// How long the streams of a target that has ended are read: a child of it may keep
/// them open.
const LINGER: Duration = Duration::from_secs(2);

/// The command of a target, in words. Nothing shows its arguments: they may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct TargetCommand {
    words: Vec<String>,
}

impl TargetCommand {
    /// Splits a command into words as a shell does, with quotes and backslashes. No
    /// shell runs it: there are no variables, pipes or patterns.
    ///
    /// # Errors
    /// Of kind `Usage`: a quote is not closed, or there is no word.
    pub fn parse(text: &str) -> Result<Self> {
        let example = "write it as in --to 'singer:target-postgres --config target.json'";
        let words = shell_words::split(text).map_err(|error| {
            Error::usage("--to singer: names a command that cannot be split into words")
                .hint(example)
                .caused_by(error)
        })?;
        if words.first().is_none_or(String::is_empty) {
            return Err(Error::usage("--to singer: names no command").hint(example));
        }
        Ok(Self { words })
    }

    /// Distinguishes this target from others: its arguments and the files that they name,
    /// because a changed configuration may lead to another warehouse.
    #[must_use]
    pub fn identity(&self) -> String {
        let mut parts = vec![self.name().to_owned()];
        for word in &self.words[1..] {
            let file = word.split_once('=').map_or(word.as_str(), |(_, file)| file);
            let text = std::fs::File::open(file).ok().and_then(|file| {
                let mut text = Vec::new();
                file.take(LARGEST_FILE).read_to_end(&mut text).ok()?;
                Some(String::from_utf8_lossy(&text).into_owned())
            });
            parts.push(word.clone());
            parts.extend(text);
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        super::start::fingerprint(&parts)
    }

    /// The name of the program, without its folder.
    #[must_use]
    pub fn name(&self) -> &str {
        let program = std::path::Path::new(&self.words[0]);
        let name = program.file_name().and_then(|name| name.to_str());
        name.unwrap_or(&self.words[0])
    }
}

impl fmt::Debug for TargetCommand {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("TargetCommand")
            .field(&self.name())
            .finish()
    }
}

/// How long a target may read nothing and print nothing. Clones share it.
#[derive(Debug, Clone)]
pub struct TargetPatience(Arc<AtomicU64>);

impl TargetPatience {
    /// So long.
    #[must_use]
    pub fn new(span: Duration) -> Self {
        Self(Arc::new(AtomicU64::new(millis(span))))
    }

    /// At most so long from now on: the user wants the run to end.
    pub fn shorten(&self, span: Duration) {
        self.0.fetch_min(millis(span), Ordering::SeqCst);
    }

    fn span(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// A report about a running target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetLine<'a> {
    /// A line of its standard error.
    Log(&'a str),
    /// Something that the user should know.
    Note(&'a str),
}

/// Receives the reports.
pub type TargetListener = Arc<dyn Fn(TargetLine<'_>) + Send + Sync>;

/// The settings of a run of a target.
#[derive(Clone)]
pub struct TargetSettings {
    /// Its command.
    pub command: TargetCommand,
    /// All of its environment.
    pub environment: HashMap<String, OsString>,
    /// How long it may do nothing.
    pub patience: TargetPatience,
    /// Receives the reports.
    pub listener: TargetListener,
}

impl fmt::Debug for TargetSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("TargetSettings")
            .field(&self.command)
            .finish()
    }
}

/// A target that runs.
#[derive(Debug)]
pub(super) struct TargetProcess {
    name: String,
    child: Arc<Mutex<Child>>,
    stdin: Option<ChildStdin>,
    watch: Arc<Watch>,
    /// Signals that a stream of it was read to its end.
    ends: Receiver<()>,
}

impl TargetProcess {
    /// Starts a target; `printed` takes each line of its standard output.
    ///
    /// # Errors
    /// Of kind `Usage`: it cannot be run.
    pub(super) fn start(
        settings: &TargetSettings,
        mut printed: impl FnMut(&str) + Send + 'static,
    ) -> Result<Self> {
        let name = settings.command.name().to_owned();
        let words = &settings.command.words;
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .env_clear()
            .envs(&settings.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Ctrl-C reaches this program only, which lets the target store what it has.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| {
            Error::usage(format!("the target {name} cannot be run"))
                .hint("check that it is installed and its folder is in PATH, or give its path")
                .caused_by(error)
        })?;
        let stdin = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        let watch = Arc::new(Watch::new(settings.patience.clone()));
        let (sender, ends) = mpsc::channel();
        if let Some(stdout) = stdout {
            let (watch, sender) = (Arc::clone(&watch), sender.clone());
            std::thread::spawn(move || {
                each_line(stdout, &watch, &mut printed);
                sender.send(())
            });
        }
        if let Some(stderr) = stderr {
            let (watch, listener) = (Arc::clone(&watch), Arc::clone(&settings.listener));
            std::thread::spawn(move || {
                each_line(stderr, &watch, &mut |line| listener(TargetLine::Log(line)));
                sender.send(())
            });
        }
        let (watched, by) = (Arc::clone(&child), Arc::clone(&watch));
        std::thread::spawn(move || by.watch(&watched));
        Ok(Self {
            name,
            child,
            stdin,
            watch,
            ends,
        })
    }

    /// Writes messages to the target.
    ///
    /// # Errors
    /// Of kind `Partial`: it has ended, or read nothing for too long.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(stdin) = &mut self.stdin else {
            return Err(Error::new(
                Kind::Partial,
                format!("the target {} has ended", self.name),
            ));
        };
        self.watch.wait(true);
        let mut written = Ok(());
        for piece in bytes.chunks(PIECE) {
            written = stdin.write_all(piece);
            self.watch.progress();
            if written.is_err() {
                break;
            }
        }
        self.watch.wait(false);
        let Err(error) = written else { return Ok(()) };
        let status = self.end()?;
        let message = format!(
            "the target {} ended before everything was sent ({status})",
            self.name
        );
        Err(Error::new(Kind::Partial, message)
            .hint("the confirmed rows are saved; the next run sends the rest")
            .caused_by(error))
    }

    /// Ends the input of the target, and waits until it has ended.
    ///
    /// # Errors
    /// Of kind `Partial`: it failed, or took too long.
    pub(super) fn finish(mut self) -> Result<()> {
        let status = self.end()?;
        if status.success() {
            return Ok(());
        }
        let message = format!("the target {} failed ({status})", self.name);
        Err(Error::new(Kind::Partial, message)
            .hint("the confirmed rows are saved; the next run sends the rest"))
    }

    fn end(&mut self) -> Result<ExitStatus> {
        drop(self.stdin.take());
        self.watch.wait(true);
        let status = loop {
            let status = lock(&self.child).try_wait();
            match status {
                Ok(Some(status)) => break status,
                Ok(None) => std::thread::sleep(TICK),
                Err(error) => {
                    let message = format!("the target {} cannot be waited for", self.name);
                    return Err(Error::unexpected(message).caused_by(error));
                }
            }
        };
        self.watch.wait(false);
        // The last lines count as well.
        let until = Instant::now() + LINGER;
        for _ in 0..2 {
            let left = until.saturating_duration_since(Instant::now());
            if self.ends.recv_timeout(left).is_err() {
                break;
            }
        }
        match self.watch.killed() {
            None => Ok(status),
            Some(span) => Err(Error::new(
                Kind::Partial,
                format!(
                    "the target {} read nothing and printed nothing for {}, and was stopped",
                    self.name,
                    spoken(span)
                ),
            )
            .hint("the confirmed rows are saved; --target-timeout allows more time")),
        }
    }
}

impl Drop for TargetProcess {
    /// Lets a target that was not waited for end by itself.
    fn drop(&mut self) {
        self.watch.stop();
    }
}

/// A span in words of a flag: `10m`, `90s`, `1500ms`.
fn spoken(span: Duration) -> String {
    let seconds = span.as_secs();
    if span.subsec_millis() > 0 {
        format!("{}ms", span.as_millis())
    } else if seconds >= 60 && seconds.is_multiple_of(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}

/// Gives each line to `take`, without its end.
fn each_line(stream: impl Read, watch: &Watch, take: &mut dyn FnMut(&str)) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut stream)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                watch.progress();
                let text = String::from_utf8_lossy(&line);
                take(text.trim_end_matches(['\n', '\r']));
            }
        }
    }
}

/// Watches whether a target does anything while something is waited for.
#[derive(Debug)]
struct Watch {
    patience: TargetPatience,
    state: Mutex<WatchState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct WatchState {
    /// Since when nothing has happened, while something is waited for.
    since: Option<Instant>,
    killed: Option<Duration>,
    is_over: bool,
}

impl Watch {
    fn new(patience: TargetPatience) -> Self {
        Self {
            patience,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn wait(&self, waits: bool) {
        lock(&self.state).since = waits.then(Instant::now);
    }

    fn progress(&self) {
        let mut state = lock(&self.state);
        if state.since.is_some() {
            state.since = Some(Instant::now());
        }
    }

    fn killed(&self) -> Option<Duration> {
        lock(&self.state).killed
    }

    fn stop(&self) {
        lock(&self.state).is_over = true;
        self.changed.notify_all();
    }

    fn watch(&self, child: &Mutex<Child>) {
        let mut state = lock(&self.state);
        while !state.is_over {
            let span = self.patience.span();
            if state.since.is_some_and(|since| since.elapsed() > span) {
                state.killed = Some(span);
                drop(state);
                kill(&mut lock(child));
                return;
            }
            let waited = self.changed.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Kills a target and its children. A process that cannot be killed has ended.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if matches!(child.try_wait(), Ok(None)) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_split_as_a_shell_does_and_never_shown() {
        let words = |text: &str| TargetCommand::parse(text).map(|command| command.words);
        assert_eq!(
            words(r#"/opt/x/target-a --config 'my file.json' "b c" d\ e"#).unwrap(),
            ["/opt/x/target-a", "--config", "my file.json", "b c", "d e"]
        );
        for text in ["", "  ", "''", "'a"] {
            assert_eq!(words(text).unwrap_err().kind, Kind::Usage, "{text}");
        }
        let command = TargetCommand::parse("/opt/target-a --password secret").unwrap();
        assert_eq!(format!("{command:?}"), "TargetCommand(\"target-a\")");
    }

    #[test]
    fn spans_are_spoken_as_flags_take_them() {
        let spoken = |millis| spoken(Duration::from_millis(millis));
        assert_eq!(
            [spoken(600_000), spoken(90_000), spoken(300), spoken(5000)],
            ["10m", "90s", "300ms", "5s"]
        );
    }
}
