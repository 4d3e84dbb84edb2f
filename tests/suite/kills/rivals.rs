//! Several processes at once on the jobs of one file: they are killed, and
//! stopped for a while, and in the long form jobs are retried and abandoned
//! besides. Whatever they do, no row is carried out twice, and the results of
//! all jobs together agree with the store.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::shop::{KINDS, Kind, Shop, Task};
use super::{PATIENCE, faults, long_form};

/// Rounds of processes on one file.
const ROUNDS: u32 = 12;

/// Files of the short form.
const FEW: u64 = 2;

/// Exits that are no trouble: done, refused, stopped, partly failed.
const EXITS: [i32; 6] = [0, 2, 5, 6, 7, 130];

/// What happens to a process.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Nothing,
    Kill(Duration),
    /// It is stopped, and goes on after a while.
    Stop(Duration, Duration),
}

/// A process with a fate.
struct Act {
    child: Child,
    line: String,
    fate: Fate,
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    // It may have ended meanwhile.
    let _ = std::process::Command::new("kill")
        .args([name, &id])
        .stderr(Stdio::null())
        .status();
}

impl Act {
    fn begin(shop: &Shop, line: String, fate: Fate) -> Self {
        let child = shop
            .process(&line)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, line, fate }
    }

    fn end(mut self, what: &str) {
        match self.fate {
            Fate::Nothing => {}
            Fate::Kill(after) => {
                std::thread::sleep(after);
                let _ = self.child.kill();
            }
            Fate::Stop(after, span) => {
                std::thread::sleep(after);
                signal(&self.child, "-STOP");
                std::thread::sleep(span);
                signal(&self.child, "-CONT");
            }
        }
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(
                begun.elapsed() < PATIENCE,
                "{what}: no end of {}",
                self.line
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = self.child.wait_with_output().unwrap();
        if let Some(code) = output.status.code() {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                EXITS.contains(&code),
                "{what}: {}: {code}: {said}",
                self.line
            );
        }
    }
}

fn fate(rng: &mut fastrand::Rng) -> Fate {
    let after = Duration::from_millis(rng.u64(1..1_500));
    match rng.u8(..10) {
        0..4 => Fate::Kill(after),
        // Longer than the time limit of an answer, at times.
        4..7 => Fate::Stop(after, Duration::from_millis(rng.u64(1..1_800))),
        _ => Fate::Nothing,
    }
}

/// What a process is to do. Each begins nothing that another one may not.
fn line(shop: &Shop, task: &Task, rng: &mut fastrand::Rng) -> String {
    let impatient = "--yes --timeout 1s --max-time 2s";
    let jobs = shop.jobs();
    let Some(job) = rng.choice(&jobs) else {
        let Kind { operation, engine } = task.kind;
        let file = task.file.display();
        return format!("bulk {operation} {file} --engine {engine} {impatient}");
    };
    let verbs = ["resume", "resume", "retry", "retry", "abandon"];
    let most = if long_form().is_some() {
        verbs.len()
    } else {
        2
    };
    match verbs[rng.usize(..most)] {
        "abandon" => format!("bulk abandon {job} --yes"),
        verb => format!("bulk {verb} {job} {impatient}"),
    }
}

/// One file, and all that processes do about it.
fn file(number: u64, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed.wrapping_add(number));
    let kind = KINDS[usize::try_from(number).unwrap() % 4];
    let shop = Shop::open(&["--batch-speed", "30", "--task-failures", "20"]);
    let task = shop.task(kind, rng.usize(6..40), &format!("R{number}"));
    let faults = faults(&mut rng);
    let what = format!("seed {seed}, file {number}, {kind:?}, {faults}");
    shop.ask(&format!("sandbox faults set '{faults}'"));
    for round in 0..ROUNDS {
        // One process begins the job: two would be two jobs of one file.
        let count = if shop.jobs().is_empty() {
            1
        } else {
            rng.u8(1..4)
        };
        let acts: Vec<Act> = (0..count)
            .map(|_| Act::begin(&shop, line(&shop, &task, &mut rng), fate(&mut rng)))
            .collect();
        for act in acts {
            act.end(&what);
        }
        let over = round > 3 && long_form().is_none() && shop.is_over();
        if over {
            break;
        }
    }
    shop.ask("sandbox faults off");
    if shop.jobs().is_empty() {
        return;
    }
    for _ in 0..5 {
        for job in shop.jobs() {
            let line = format!("bulk resume {job} --yes");
            Act::begin(&shop, line, Fate::Nothing).end(&what);
        }
        if shop.is_over() {
            break;
        }
    }
    assert!(shop.is_over(), "{what}: jobs are left");
    shop.hold_all(&task, &what);
}

#[test]
fn processes_that_rival_are_killed_and_stopped_carry_each_row_out_once() {
    let seed = std::env::var("RC_KILLS_SEED").ok();
    let seed = seed.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    // Each file has a dozen rounds of up to three processes.
    let files = long_form().map_or(FEW, |kills| kills.div_ceil(12).max(FEW));
    std::thread::scope(|scope| {
        for thread in 0..2 {
            scope.spawn(move || {
                for number in (thread..files).step_by(2) {
                    file(number, seed);
                }
            });
        }
    });
}
