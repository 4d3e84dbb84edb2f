//! Running a program for what it prints: within a time, and ended with its
//! children when the time is over or the user presses Ctrl-C.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::interrupt;

/// How often the end of the program is looked for.
const TICK: Duration = Duration::from_millis(20);

/// How long the streams of a program that has ended are read. A child of it
/// that continues may hold them open.
const LINGER: Duration = Duration::from_secs(1);

/// Limits of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProgramLimits {
    /// How long the program may take.
    pub(super) whole: Duration,
    /// After how long the user is informed that it is waited for.
    pub(super) quiet: Duration,
    /// How many bytes of each stream are read.
    pub(super) bytes: u64,
}

/// What a running program lets know.
#[derive(Debug)]
pub(super) enum ProgramReport<'a> {
    /// A line of its standard error.
    Line(&'a [u8]),
    /// It has been waited for longer than usual.
    Waiting,
}

/// How a program ended.
#[derive(Debug)]
pub(super) struct ProgramEnd {
    pub(super) status: ExitStatus,
    pub(super) printed: Vec<u8>,
}

/// Why there is no end of a program.
#[derive(Debug)]
pub(super) enum ProgramFailure {
    /// It could not be started.
    Start(io::Error),
    /// It could not be waited for.
    Lost(io::Error),
    /// It prints more than the limit.
    TooMuch,
    /// It took longer than the limit.
    Late,
    /// The user pressed Ctrl-C.
    Interrupted,
}

/// Runs a program without standard input, and reads what it prints.
pub(super) fn run(
    command: &mut Command,
    limits: ProgramLimits,
    tell: &mut dyn FnMut(ProgramReport<'_>),
) -> Result<ProgramEnd, ProgramFailure> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let caught = interrupt::catch();
    let grouped = group(command);
    let mut child = command.spawn().map_err(ProgramFailure::Start)?;
    let mut running = RunningProgram::read(&mut child, limits);
    let ended = running.wait(&mut child, &caught, tell);
    if ended.is_err() {
        kill(&mut child, grouped);
    }
    running.lines(tell);
    ended
}

/// A program that runs, and what it has printed so far.
struct RunningProgram {
    limits: ProgramLimits,
    begun: Instant,
    printed: Arc<Mutex<Vec<u8>>>,
    events: mpsc::Receiver<StreamEvent>,
    /// Streams that were read to their end.
    ends: usize,
}

enum StreamEvent {
    Line(Vec<u8>),
    End,
}

impl RunningProgram {
    /// Begins to read both streams, each on a thread of its own.
    fn read(child: &mut Child, limits: ProgramLimits) -> Self {
        let printed = Arc::new(Mutex::new(Vec::new()));
        let (sender, events) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            let (printed, sender) = (Arc::clone(&printed), sender.clone());
            std::thread::spawn(move || {
                gather(stdout.take(limits.bytes + 1), &printed);
                sender.send(StreamEvent::End)
            });
        }
        if let Some(stderr) = child.stderr.take() {
            std::thread::spawn(move || {
                send_lines(stderr, limits.bytes, &sender);
                sender.send(StreamEvent::End)
            });
        }
        Self {
            limits,
            begun: Instant::now(),
            printed,
            events,
            ends: 0,
        }
    }

    fn wait(
        &mut self,
        child: &mut Child,
        caught: &interrupt::InterruptListener,
        tell: &mut dyn FnMut(ProgramReport<'_>),
    ) -> Result<ProgramEnd, ProgramFailure> {
        let mut told = false;
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            self.step(tell);
            if self.printed().len() as u64 > self.limits.bytes {
                return Err(ProgramFailure::TooMuch);
            }
            if ended.is_none() {
                let status = child.try_wait().map_err(ProgramFailure::Lost)?;
                ended = status.map(|status| (status, Instant::now()));
            }
            if let Some((status, at)) = ended {
                if self.ends == 2 || at.elapsed() > LINGER {
                    let printed = std::mem::take(&mut *self.printed());
                    return Ok(ProgramEnd { status, printed });
                }
                continue;
            }
            let passed = self.begun.elapsed();
            if caught.seen() {
                return Err(ProgramFailure::Interrupted);
            }
            if passed > self.limits.whole {
                return Err(ProgramFailure::Late);
            }
            if passed > self.limits.quiet && !told {
                told = true;
                tell(ProgramReport::Waiting);
            }
        }
    }

    /// Takes what comes within a short time.
    fn step(&mut self, tell: &mut dyn FnMut(ProgramReport<'_>)) {
        match self.events.recv_timeout(TICK) {
            Ok(StreamEvent::Line(line)) => tell(ProgramReport::Line(&line)),
            Ok(StreamEvent::End) => self.ends += 1,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK),
        }
    }

    /// Passes on the lines that came and were not taken yet.
    fn lines(&mut self, tell: &mut dyn FnMut(ProgramReport<'_>)) {
        while let Ok(event) = self.events.try_recv() {
            if let StreamEvent::Line(line) = event {
                tell(ProgramReport::Line(&line));
            }
        }
    }

    fn printed(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gather(mut stream: impl Read, into: &Mutex<Vec<u8>>) {
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        let mut all = into.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(&piece[..read]);
    }
}

/// Sends lines up to the limit; the rest is read, so that the program
/// continues.
fn send_lines(stream: impl Read, bytes: u64, sender: &Sender<StreamEvent>) {
    let mut stream = BufReader::new(stream);
    for line in (&mut stream).take(bytes).split(b'\n') {
        let sent = line.is_ok_and(|line| sender.send(StreamEvent::Line(line)).is_ok());
        if !sent {
            return;
        }
    }
    let _ = io::copy(&mut stream, &mut io::sink());
}

/// Gives the program a process group of its own where it has no terminal. On a
/// terminal it stays in the group that may read it: it may ask for a password,
/// and Ctrl-C reaches it.
#[cfg(unix)]
fn group(command: &mut Command) -> bool {
    let terminal = std::fs::File::open("/dev/tty").is_ok();
    if !terminal {
        std::os::unix::process::CommandExt::process_group(command, 0);
    }
    !terminal
}

#[cfg(not(unix))]
fn group(_: &mut Command) -> bool {
    false
}

/// Ends a program and its children. A process that cannot be ended has ended.
fn kill(child: &mut Child, grouped: bool) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process, kill_process_group};
        if grouped {
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        } else {
            for id in descendants(child.id()) {
                if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
                    let _ = kill_process(id, Signal::KILL);
                }
            }
        }
    }
    #[cfg(not(unix))]
    let _ = grouped;
    let _ = child.kill();
    let _ = child.wait();
}

/// The children of a process, and theirs. Known on Linux only.
#[cfg(unix)]
fn descendants(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, u32)> = entries
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name of the program may hold anything; it ends at the last
            // bracket, and state and parent follow.
            let (_, rest) = stat.rsplit_once(") ")?;
            Some((rest.split(' ').nth(1)?.parse().ok()?, id))
        })
        .collect();
    let mut found = vec![parent];
    let mut at = 0;
    while at < found.len() {
        let children = all.iter().filter(|(parent, _)| *parent == found[at]);
        let children: Vec<u32> = children.map(|(_, id)| *id).collect();
        found.extend(children);
        at += 1;
    }
    found.split_off(1)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const SHORT: ProgramLimits = ProgramLimits {
        whole: Duration::from_millis(300),
        quiet: Duration::from_millis(50),
        bytes: 1000,
    };

    fn sh(script: &str, limits: ProgramLimits) -> (Result<ProgramEnd, ProgramFailure>, usize) {
        let mut waiting = 0;
        let ended = run(
            Command::new("sh").args(["-c", script]),
            limits,
            &mut |said| {
                waiting += usize::from(matches!(said, ProgramReport::Waiting));
            },
        );
        (ended, waiting)
    }

    #[test]
    fn a_program_without_end_is_ended_with_its_children_in_time() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().display();
        let script = format!("sleep 1000 & echo $! > {path}; wait");
        let (ended, waiting) = sh(&script, SHORT);
        assert!(matches!(ended, Err(ProgramFailure::Late)), "{ended:?}");
        assert_eq!(waiting, 1);
        let child = std::fs::read_to_string(file.path()).unwrap();
        let stat = format!("/proc/{}/stat", child.trim());
        let gone = || match std::fs::read_to_string(&stat) {
            Ok(stat) => stat.contains(") Z "),
            Err(_) => true,
        };
        let begun = Instant::now();
        while !gone() && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(TICK);
        }
        assert!(gone(), "the child still runs");
    }

    #[test]
    fn children_of_children_are_found() {
        let mut child = Command::new("sh")
            .args(["-c", "sh -c 'sleep 1000; true' ; true"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while descendants(child.id()).len() < 2 && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(TICK);
        }
        assert_eq!(descendants(child.id()).len(), 2);
        kill(&mut child, false);
    }

    #[test]
    fn output_without_end_is_refused_and_talk_without_end_is_cut() {
        let long = ProgramLimits {
            whole: Duration::from_secs(60),
            ..SHORT
        };
        let (ended, _) = sh("yes", long);
        assert!(matches!(ended, Err(ProgramFailure::TooMuch)), "{ended:?}");
        let (ended, _) = sh("yes | head -c 100000 >&2; echo a", long);
        assert_eq!(ended.unwrap().printed, b"a\n");
    }

    #[test]
    fn a_child_that_goes_on_holds_nobody_up() {
        let long = ProgramLimits {
            whole: Duration::from_secs(60),
            ..SHORT
        };
        let begun = Instant::now();
        let (ended, _) = sh("echo a; sleep 5 &", long);
        assert_eq!(ended.unwrap().printed, b"a\n");
        assert!(begun.elapsed() < Duration::from_secs(4));
    }
}
