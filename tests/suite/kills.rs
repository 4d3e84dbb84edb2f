//! The proof that a job is carried out exactly once: processes of `rc` work on
//! a served sandbox on which everything goes wrong that can, are killed, and
//! are followed by others, until the job is done. Then what the ledger says of
//! each row is compared with the store.
//!
//! The plain suite has a short form. The long one continues until so many
//! processes were killed amid a job, and kills at more points:
//!
//! ```sh
//! RC_KILLS=1000 cargo test --test suite kills -- --nocapture
//! ```
//!
//! `RC_KILLS_SEED` draws what an earlier run drew; moments differ all the same.

mod ends;
mod rivals;
mod shop;
mod steps;

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shop::{Ends, KINDS, Kind, Shop, Task};

/// Kills of the short form.
const FEW: u64 = 24;

/// Rounds of a job in which processes may be killed.
const DEADLY_ROUNDS: u32 = 30;

/// Rounds of a job until all goes well again.
const BAD_ROUNDS: u32 = 50;

/// Longer than any process may take.
const PATIENCE: Duration = Duration::from_secs(240);

/// How many processes are to be killed, in the long form.
fn long_form() -> Option<u64> {
    std::env::var("RC_KILLS").ok()?.parse().ok()
}

/// What was done in all.
#[derive(Default)]
struct Tally {
    begun: AtomicU64,
    kills: AtomicU64,
    /// Killed before there was a job.
    early: AtomicU64,
    told: Mutex<Vec<(Kind, Ends)>>,
}

impl Tally {
    fn report(&self, seed: u64) {
        let told = self.told.lock().unwrap();
        let sum = |of: fn(&Ends) -> u64| told.iter().map(|(_, ends)| of(ends)).sum::<u64>();
        let mut text = format!(
            "seed {seed}: {} kills amid a job, {} before; {} jobs: {} rows ok, {} failed, {} \
             unknown\n",
            self.kills.load(Ordering::SeqCst),
            self.early.load(Ordering::SeqCst),
            told.len(),
            sum(|ends| ends.ok),
            sum(|ends| ends.failed),
            sum(|ends| ends.unknown),
        );
        for kind in KINDS {
            let jobs = told.iter().filter(|(of, _)| *of == kind);
            let (mut count, mut all) = (0, Ends::default());
            for (_, ends) in jobs {
                count += 1;
                all.ok += ends.ok;
                all.failed += ends.failed;
                all.unknown += ends.unknown;
            }
            let Kind { operation, engine } = kind;
            writeln!(text, "  {operation} by {engine}: {count} jobs, {all:?}").unwrap();
        }
        // Past what a test keeps for itself: it is what the long form is for.
        std::io::stderr().write_all(text.as_bytes()).unwrap();
    }
}

/// How a process came to its end.
enum End {
    Killed,
    Exit(i32, String),
}

/// Lets a process run, and kills it after a while if one is given.
fn live(mut command: Command, span: Option<Duration>) -> End {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    loop {
        if span.is_some_and(|span| begun.elapsed() >= span) {
            child.kill().unwrap();
        } else if child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "no end of {command:?}");
            std::thread::sleep(Duration::from_millis(2));
            continue;
        }
        return ended(child);
    }
}

fn ended(child: Child) -> End {
    let output = child.wait_with_output().unwrap();
    if let Some(code) = output.status.code() {
        return End::Exit(code, String::from_utf8_lossy(&output.stderr).into_owned());
    }
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
    End::Killed
}

/// Everything that can go wrong, some more and some less.
fn faults(rng: &mut fastrand::Rng) -> String {
    let rate = rng.u32(1..4);
    format!(
        "429={rate}% 429:writes=2%,1s 409=1% 500={rate}% 502=1% 503=1%,1s 504=1% reset={rate}% \
         truncate={rate}% hang=1% after-commit={rate}% after-commit.500=1% after-commit.502=1% \
         after-commit.504=1% after-commit.hang=1% slow=30ms,30% slow=300ms,5% seed={}",
        rng.u32(..)
    )
}

/// One job from its file to its end, killed again and again.
struct Life<'a> {
    shop: &'a Shop,
    task: &'a Task,
    rng: &'a mut fastrand::Rng,
    /// How long a process takes that does next to nothing.
    unit: Duration,
    what: &'a str,
}

impl Life<'_> {
    /// Until the job is done; gives its name.
    fn live(&mut self, tally: &Tally, enough: u64) -> String {
        for round in 0.. {
            assert!(round < BAD_ROUNDS + 5, "{}: no end of it", self.what);
            if round == BAD_ROUNDS {
                self.shop.ask("sandbox faults off");
            }
            let deadly = round < DEADLY_ROUNDS
                && tally.kills.load(Ordering::SeqCst) < enough
                && self.rng.u8(..100) < 85;
            let span = deadly.then(|| self.span());
            match live(self.command(), span) {
                End::Killed => {
                    let amid = !self.shop.jobs().is_empty();
                    let count = if amid { &tally.kills } else { &tally.early };
                    count.fetch_add(1, Ordering::SeqCst);
                }
                // Done, or done with rows that failed or are unknown.
                End::Exit(0 | 7, _) => break,
                // The API refuses, or cannot be reached: the job continues
                // later.
                End::Exit(5 | 6, _) => {}
                End::Exit(code, said) => panic!("{}: exit {code}: {said}", self.what),
            }
        }
        let jobs = self.shop.jobs();
        assert_eq!(jobs.len(), 1, "{}: {jobs:?}", self.what);
        jobs[0].clone()
    }

    /// Begins the job, or continues it when there is one.
    fn command(&mut self) -> Command {
        let impatient = "--yes --timeout 1s --max-time 2s";
        let parallel = self.rng.u8(1..4);
        let line = match self.shop.jobs().first() {
            Some(job) => format!("bulk resume {job} {impatient} --parallel {parallel}"),
            None => format!(
                "bulk {} {} --engine {} {impatient} --parallel {parallel}",
                self.task.kind.operation,
                self.task.file.display(),
                self.task.kind.engine
            ),
        };
        self.shop.process(&line)
    }

    /// A moment at any time of a process, more often early than late.
    fn span(&mut self) -> Duration {
        let longest = [2.0, 5.0, 12.0, 40.0][self.rng.usize(..4)];
        self.unit.mul_f64(longest * self.rng.f64())
    }
}

/// A job of some kind that is killed as it comes, and the result of its rows.
fn job(number: u64, seed: u64, rows: std::ops::Range<usize>, tally: &Tally, enough: u64) {
    let mut rng = fastrand::Rng::with_seed(seed.wrapping_add(number));
    let kind = KINDS[usize::try_from(number).unwrap() % KINDS.len()];
    // Now and then one of more parts than one: discounts, as the sandbox takes
    // minutes for so many one-time items.
    let is_large = number % 24 == 2 && rows.len() > 100;
    let speeds = if is_large { 2..4 } else { 0..4 };
    let speed = ["0", "30", "100", "400"][rng.usize(speeds)];
    let mut flags = vec!["--batch-speed", speed];
    if rng.u8(..3) == 0 {
        flags.extend(["--task-failures", "10"]);
    }
    if rng.u8(..4) == 0 {
        flags.extend(["--batch-failures", "50"]);
    }
    let shop = Shop::open(&flags);
    let rows = if is_large { 2_300 } else { rng.usize(rows) };
    let task = shop.task(kind, rows, &format!("K{number}"));
    let begun = Instant::now();
    let calm = live(shop.process("store get"), None);
    assert!(matches!(calm, End::Exit(0, _)));
    let faults = faults(&mut rng);
    let what = format!("seed {seed}, job {number}, {kind:?}, {rows} rows, {flags:?}, {faults}");
    shop.ask(&format!("sandbox faults set '{faults}'"));
    let mut life = Life {
        shop: &shop,
        task: &task,
        rng: &mut rng,
        unit: begun.elapsed(),
        what: &what,
    };
    let id = life.live(tally, enough);
    shop.ask("sandbox faults off");
    let ends = shop.hold(&task, &id, &what);
    tally.told.lock().unwrap().push((kind, ends));
}

#[test]
fn killed_at_any_moment_under_all_faults_every_row_is_carried_out_once_or_named_unknown() {
    let seed = std::env::var("RC_KILLS_SEED").ok();
    let seed = seed.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    let (enough, rows) = match long_form() {
        Some(kills) => (kills, 20..160),
        None => (FEW, 6..24),
    };
    let tally = Tally::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = tally.begun.fetch_add(1, Ordering::SeqCst);
                    let every_kind = number < KINDS.len() as u64;
                    if !every_kind && tally.kills.load(Ordering::SeqCst) >= enough {
                        break;
                    }
                    job(number, seed, rows.clone(), &tally, enough);
                }
            });
        }
    });
    let kills = tally.kills.load(Ordering::SeqCst);
    assert!(kills >= enough, "{kills} kills, not {enough}");
    if long_form().is_some() {
        tally.report(seed);
    }
}
