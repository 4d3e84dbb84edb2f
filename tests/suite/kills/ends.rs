//! Ends that are no kill: Ctrl-C, a disk that is full, a reader that goes, and
//! two who want the same job.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::shop::{AGES, KINDS, Kind, Shop, Task};
use crate::harness::rc;

/// The kind of job of some name and engine.
fn kind(operation: &str, engine: &str) -> Kind {
    let is = |kind: &&Kind| kind.operation == operation && kind.engine == engine;
    *KINDS.iter().find(is).unwrap()
}

fn begin(task: &Task) -> String {
    let (operation, engine) = (task.kind.operation, task.kind.engine);
    let file = task.file.display();
    format!("bulk {operation} {file} --yes --engine {engine}")
}

/// A process that has begun a job and continues it.
struct AtWork {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    job: String,
}

impl AtWork {
    fn on(shop: &Shop, task: &Task) -> Self {
        let mut child = shop
            .process(&begin(task))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        // It is working once it has written something to the store.
        let jq = "--jq 'select(.method != \"GET\") | .number'";
        while shop
            .ask(&format!("sandbox requests {jq}"))
            .stdout
            .is_empty()
        {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
        let job = shop.jobs().remove(0);
        Self { child, stderr, job }
    }

    /// Ctrl-C.
    fn interrupted(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
    }

    fn says(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(
                self.stderr.read_line(&mut line).unwrap() > 0,
                "{text} is not said"
            );
        }
    }

    /// Its exit code, and what it still said.
    fn ends(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_job_has_one_process_at_a_time_and_ctrl_c_leaves_it_to_the_next() {
    let shop = Shop::open(&["--batch-speed", "1"]);
    let task = shop.task(kind("discounts create", "batches"), 30, "A");
    let mut first = AtWork::on(&shop, &task);
    let second = shop
        .process(&format!("bulk resume {} --yes", first.job))
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(2), "{second:?}");
    assert!(said(&second).contains("another process is running job"));
    let given_up = shop
        .process(&format!("bulk abandon {} --yes", first.job))
        .output()
        .unwrap();
    assert_eq!(given_up.status.code(), Some(2), "{given_up:?}");
    let status = shop.ask(&format!("bulk status {} --jq .state -r", first.job));
    status.prints("running\n");
    first.interrupted();
    // What it did then is said at once, and where it stopped at the end.
    first.says("stopping: waiting for requests in progress (");
    let job = first.job.clone();
    let (code, left) = first.ends();
    assert_eq!(code, Some(130), "{left}");
    assert!(left.contains("detached: "), "{left}");
    assert!(left.contains("in progress: "), "{left}");
    let resume = format!("rc bulk resume {job} --base-url ");
    assert!(left.contains(&resume), "{left}");
    // The batch continues meanwhile, if it has been started.
    shop.ask("sandbox clock advance 1h");
    shop.ask_for_all(&format!("bulk resume {job} --yes"));
    let ends = shop.hold(&task, &job, "after Ctrl-C");
    assert_eq!((ends.ok, ends.failed, ends.unknown), (29, 1, 0));
}

#[test]
fn a_job_that_is_done_is_not_done_again() {
    let shop = Shop::open(&["--batch-speed", "0"]);
    for engine in ["batches", "requests"] {
        let task = shop.task(kind("onetimes create", engine), 6, engine);
        let known = shop.jobs();
        shop.ask_for_all(&begin(&task));
        let job = shop.jobs().into_iter().find(|job| !known.contains(job));
        let job = job.unwrap();
        let before = shop.ask("sandbox requests -o ndjson").records().len();
        let again = shop.ask(&format!("bulk resume {job} --yes"));
        again.says("is done; there is nothing left to do");
        let after = shop.ask("sandbox requests -o ndjson").records().len();
        assert_eq!(before, after);
        shop.hold(&task, &job, "done");
    }
}

#[test]
fn ctrl_c_amid_requests_waits_for_those_that_are_under_way() {
    let shop = Shop::open(&[]);
    let task = shop.task(kind("discounts create", "requests"), 40, "A");
    shop.ask("sandbox faults set slow:discounts=200ms");
    let mut first = AtWork::on(&shop, &task);
    first.interrupted();
    first.says("stopping");
    let job = first.job.clone();
    let (code, left) = first.ends();
    assert_eq!(code, Some(130), "{left}");
    shop.ask("sandbox faults off");
    shop.ask_for_all(&format!("bulk resume {job} --yes"));
    let ends = shop.hold(&task, &job, "after Ctrl-C");
    assert_eq!((ends.ok, ends.failed, ends.unknown), (39, 1, 0));
}

#[test]
fn a_second_ctrl_c_leaves_at_once_and_what_was_under_way_is_found_out() {
    let shop = Shop::open(&[]);
    let task = shop.task(kind("discounts create", "requests"), 20, "A");
    shop.ask("sandbox faults set after-commit.hang:discounts.create=@3,4");
    let mut first = AtWork::on(&shop, &task);
    // Until all but those two are answered.
    let jq = "[.ok, .failed] == [17, 1]";
    let status = format!("bulk status {} --jq '{jq}'", first.job);
    for look in 0.. {
        if shop.ask(&status).stdout == "true\n" {
            break;
        }
        assert!(look < 1_000, "{:?}", shop.ask(&status));
        std::thread::sleep(Duration::from_millis(10));
    }
    first.interrupted();
    first.says("stopping");
    first.interrupted();
    let job = first.job.clone();
    let (code, left) = first.ends();
    assert_eq!(code, Some(130), "{left}");
    assert!(left.contains("detached: 18 of 20 rows"), "{left}");
    shop.ask_for_all(&format!("bulk resume {job} --yes"));
    let ends = shop.hold(&task, &job, "after Ctrl-C");
    assert_eq!((ends.ok, ends.failed, ends.unknown), (19, 1, 0));
}

/// What a full disk does to a ledger, a limit on the size of files does, too.
#[cfg(target_os = "linux")]
#[test]
fn what_the_ledger_cannot_note_is_not_done_and_the_job_goes_on_when_there_is_room() {
    for kind in &KINDS[..2] {
        let shop = Shop::open(&["--batch-speed", "0"]);
        let task = shop.task(*kind, 40, "A");
        let mut stopped = 0;
        for blocks in [8, 40, 64, 80, 96, 112, 160] {
            let line = match shop.jobs().first() {
                Some(job) => format!("bulk resume {job} --yes"),
                None => begin(&task),
            };
            let full = shop.process(&line);
            let mut limited = Command::new("sh");
            limited
                .args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\""])
                .arg(blocks.to_string())
                .arg(full.get_program())
                .args(full.get_args())
                .env_clear();
            shop.place(&mut limited);
            let output = limited.output().unwrap();
            if output.status.code() == Some(1) {
                assert!(said(&output).contains("is the disk full?"), "{output:?}");
                stopped += 1;
            } else {
                assert!(matches!(output.status.code(), Some(0 | 7)), "{output:?}");
            }
        }
        assert!(stopped >= 3, "{kind:?} was stopped {stopped} times");
        let job = shop.jobs().remove(0);
        shop.ask_for_all(&format!("bulk resume {job} --yes"));
        shop.hold(&task, &job, &format!("{kind:?}, on a full disk"));
    }
}

#[test]
fn a_reader_that_goes_away_stops_neither_the_job_nor_its_exit_code() {
    let shop = Shop::open(&["--batch-speed", "0"]);
    let task = shop.task(kind("discounts create", "batches"), 12, "A");
    let mut child = shop
        .process(&begin(&task))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert!(said(&output).contains("1 failed"), "{output:?}");
    let job = shop.jobs().remove(0);
    let ends = shop.hold(&task, &job, "without a reader");
    assert_eq!((ends.ok, ends.failed), (11, 1));
    // Of results more than a pipe holds, one line is read.
    let many = shop.task(kind("discounts create", "batches"), 1_500, "B");
    shop.ask_for_all(&begin(&many));
    let id = shop.jobs().into_iter().find(|other| *other != job).unwrap();
    let mut child = shop
        .process(&format!("bulk results {id} -o ndjson"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert!(line.starts_with('{'), "{line}");
    assert_eq!(
        (output.status.code(), said(&output).as_str()),
        (Some(0), "")
    );
}

#[test]
fn the_hint_of_a_job_that_was_left_is_a_command_that_goes_on_with_it() {
    let shop = Shop::open(&["--batch-speed", "1"]);
    let task = shop.task(kind("discounts delete", "batches"), 5, "A");
    let mut first = AtWork::on(&shop, &task);
    first.interrupted();
    first.says("stopping");
    let job = first.job.clone();
    let (_, left) = first.ends();
    let hint = left.split("resume with: ").nth(1).unwrap();
    shop.ask("sandbox clock advance 1h");
    // Typed by somebody whose environment names no store.
    let outcome = rc(hint.lines().next().unwrap())
        .env("RECHARGE_ACCESS_TOKEN", shop.token())
        .env("RECHARGE_STATE_DIR", shop.state().to_str().unwrap())
        .env("RECHARGE_MAX_TIME", AGES)
        .runs();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    shop.hold(&task, &job, "after the hint");
}
