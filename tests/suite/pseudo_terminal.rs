//! A person at a terminal: a process in a pseudo-terminal, keys that are typed
//! when a question is on the screen, and what is on the screen in the end.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::bulk_sheets::workbook;
use crate::bulk_typed::messy;
use crate::harness::Store;
use crate::served::rc;

/// A process that does not continue is ended after so many seconds.
const PATIENCE: i64 = 120;

/// A process in a pseudo-terminal.
struct Screen {
    child: Child,
    terminal: File,
    shown: String,
    keys: usize,
}

impl Screen {
    fn of(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize {
            ws_row: 40,
            ws_col: 120,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let side = || {
            let mut options = File::options();
            let opened = options.read(true).write(true).open(name.to_str().unwrap());
            Stdio::from(OwnedFd::from(opened.unwrap()))
        };
        let child = command
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .unwrap();
        // The command keeps its side open until it is dropped.
        drop(command);
        Self {
            child,
            terminal: File::from(master),
            shown: String::new(),
            keys: 0,
        }
    }

    /// Reads what appears next; false once the process has left.
    fn look(&mut self) -> bool {
        let mut looked_at = [PollFd::new(&self.terminal, PollFlags::IN)];
        let most = Timespec {
            tv_sec: PATIENCE,
            tv_nsec: 0,
        };
        let events = poll(&mut looked_at, Some(&most)).unwrap();
        assert!(events > 0, "nothing more on the screen: {}", self.shown);
        let mut piece = [0; 4096];
        // Linux has an error where others have an end.
        let read = self.terminal.read(&mut piece).unwrap_or(0);
        self.shown
            .push_str(&String::from_utf8_lossy(&piece[..read]));
        read > 0
    }

    /// Waits for a question, and types an answer.
    fn answer(&mut self, question: &str, keys: &str) {
        let before = self.shown.len();
        while !self.shown[before..].contains(question) {
            assert!(self.look(), "no {question}: {}", self.shown);
        }
        self.terminal.write_all(keys.as_bytes()).unwrap();
        self.keys += keys.len();
    }

    /// Waits for the end; returns the exit code and the screen.
    fn end(mut self) -> (Option<i32>, String) {
        while self.look() {}
        let status = self.child.wait().unwrap();
        (status.code(), std::mem::take(&mut self.shown))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sandboxed(store: &Store, words: &[&str]) -> Command {
    let mut command = rc(words);
    command
        .env("RECHARGE_SANDBOX", "1")
        .env("RECHARGE_STATE_DIR", store.path())
        .env("HOME", store.path())
        .env("NO_COLOR", "1")
        .env("TERM", "xterm");
    command
}

#[test]
fn messy_workbook_is_imported_in_a_terminal_within_twelve_keys() {
    let store = Store::new();
    let path = workbook(&store, &messy());
    let words = ["bulk", "discounts", "create", path.to_str().unwrap()];
    let mut screen = Screen::of(sandboxed(&store, &words));
    screen.answer("Use these names? [y/N]", "y\r");
    screen.answer("Leave them out and import 2 rows? [y/N]", "y\r");
    screen.answer("Create 2 discounts in the sandbox [local]? [y/N]", "y\r");
    let keys = screen.keys;
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(keys <= 12, "{keys} keys");
    assert!(
        shown.contains("done: discounts create for 2 rows"),
        "{shown}"
    );
    for (code, value) in [("FERN5", "5.00"), ("00123", "6.50")] {
        let list = ["discounts", "list", "--discount-code", code, "-o", "json"];
        let listed = sandboxed(&store, &list).output().unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(listed[0]["value"], value);
    }
}

#[test]
fn answer_of_no_in_a_terminal_sends_nothing() {
    let store = Store::new();
    let path = workbook(&store, &messy());
    let words = ["bulk", "discounts", "create", path.to_str().unwrap()];
    let mut screen = Screen::of(sandboxed(&store, &words));
    screen.answer("Use these names? [y/N]", "y\r");
    screen.answer("Leave them out and import 2 rows? [y/N]", "n\r");
    let (code, shown) = screen.end();
    assert_eq!(code, Some(2), "{shown}");
    let list = [
        "discounts",
        "list",
        "--discount-code",
        "FERN5",
        "-o",
        "json",
    ];
    let listed = sandboxed(&store, &list).output().unwrap();
    assert_eq!(String::from_utf8(listed.stdout).unwrap().trim(), "[]");
}
