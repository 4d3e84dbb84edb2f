//! Killed at each step in turn. Anyone who carries a job out asks for the time
//! whenever it notes something, before and after each request, and before each
//! wait; so a process that dies at the k-th such question, for each k, dies
//! between any two things that it does.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use recharge_cli::commands;
use recharge_cli::world::World;

use super::long_form;
use super::shop::{KINDS, Kind, Shop};

/// At which point a process dies; without it this program is a test.
const POINT: &str = "RC_TEST_POINT";

/// Whether all points count, or only those at which something is noted.
const EVERY: &str = "RC_TEST_EVERY";

/// The words of its command.
const WORDS: &str = "RC_TEST_WORDS";

/// How much faster than usual time goes by for such a process.
const FASTER: u32 = 50;

/// Comes by a point; at the last one the process is gone, as by `kill -9`.
fn pass(passed: &AtomicU64, last: u64) {
    if passed.fetch_add(1, Ordering::SeqCst) + 1 == last {
        signal_hook::low_level::raise(signal_hook::consts::SIGKILL).unwrap();
    }
}

/// What others start this program for: a process of `rc` that dies at a point.
/// As one test of many it does nothing.
#[test]
fn a_process_that_dies_at_its_point() {
    let Some(last) = std::env::var(POINT).ok() else {
        return;
    };
    let last: u64 = last.parse().unwrap();
    let every = std::env::var(EVERY).is_ok();
    let words = shell_words::split(&std::env::var(WORDS).unwrap()).unwrap();
    let passed = Arc::new(AtomicU64::new(0));
    let (at_clock, at_elapsed, at_sleep) = (passed.clone(), passed.clone(), passed);
    let mut world = World::process();
    world.arguments = words.into_iter().map(Into::into).collect();
    world.clock = Arc::new(move || {
        pass(&at_clock, last);
        jiff::Timestamp::now()
    });
    let begun = Instant::now();
    world.elapsed = Arc::new(move || {
        if every {
            pass(&at_elapsed, last);
        }
        begun.elapsed() * FASTER
    });
    world.sleep = Arc::new(move |span| {
        if every {
            pass(&at_sleep, last);
        }
        Box::pin(tokio::time::sleep(span / FASTER))
    });
    let code = commands::run(world);
    assert!(matches!(code, 0 | 7), "exit {code}");
}

/// Runs such a process; whether it died at its point.
fn dies(shop: &Shop, line: &str, point: u64, every: bool) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["kills::steps::a_process_that_dies_at_its_point", "--exact"])
        .args(["--nocapture", "--test-threads", "1"])
        .env_clear()
        .env(WORDS, line)
        .env(POINT, point.to_string())
        .stdin(Stdio::null());
    if every {
        command.env(EVERY, "1");
    }
    shop.place(&mut command);
    let output = command.output().unwrap();
    if output.status.signal() == Some(9) {
        return true;
    }
    assert!(output.status.success(), "{line}: {output:?}");
    false
}

/// A job that is killed at one point, from its beginning to its end. Whether
/// there was such a point.
fn killed_at(shop: &Shop, kind: Kind, point: u64, every: bool) -> bool {
    let what = format!("{kind:?}, killed at point {point}");
    let task = shop.task(kind, 4, &format!("P{point}"));
    let known = shop.jobs();
    let job = || shop.jobs().into_iter().find(|job| !known.contains(job));
    let begin = format!(
        "bulk {} {} --yes --engine {}",
        kind.operation,
        task.file.display(),
        kind.engine
    );
    let died = dies(shop, &begin, point, every);
    if job().is_none() {
        assert!(died && !dies(shop, &begin, 0, every), "{what}");
    }
    let id = job().unwrap();
    let resume = format!("bulk resume {id} --yes");
    // A resume may die as well, in the step that it begins with.
    if point.is_multiple_of(3) {
        dies(shop, &resume, 1 + point / 3, every);
    }
    assert!(!dies(shop, &resume, 0, every), "{what}");
    let ends = shop.hold(&task, &id, &what);
    // What can be detected is detected.
    let most = match (kind.operation, kind.engine) {
        // It would happen twice; what is gone may never have been there.
        ("onetimes create" | "discounts delete", "requests") => 4,
        // A code that another discount has: was it the first attempt's?
        ("discounts create", "requests") => 1,
        _ => 0,
    };
    assert!(ends.unknown <= most, "{what}: {ends:?}");
    died
}

/// Each point of a kind of job, until there is none any more.
fn at_each(kind: Kind, every: bool) -> u64 {
    // Each subscription is cancelled once only, so there must be many.
    let customers = match kind.operation {
        "subscriptions cancel" => "150",
        _ => "10",
    };
    let shop = Shop::open(&["--batch-speed", "100", "--customers", customers]);
    let mut points = 0;
    while killed_at(&shop, kind, points + 1, every) {
        points += 1;
    }
    points
}

#[test]
fn killed_after_each_step_of_the_ledger_in_turn_a_job_is_carried_out_once() {
    let long = long_form().is_some();
    let kinds = if long { &KINDS[..] } else { &KINDS[..2] };
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(kind) = usize::try_from(next.fetch_add(1, Ordering::SeqCst))
                    .ok()
                    .and_then(|at| kinds.get(at))
                {
                    let points = at_each(*kind, long);
                    assert!(points > 10, "{kind:?} has {points} points only");
                    if long {
                        use std::io::Write as _;
                        let text = format!("{kind:?}: killed at each of {points} points\n");
                        std::io::stderr().write_all(text.as_bytes()).unwrap();
                    }
                }
            });
        }
    });
}
