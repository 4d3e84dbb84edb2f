//! A served sandbox, and commands that work on it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::RC;

/// A sandbox in a process of its own, and a folder for what is kept of jobs.
pub struct Served {
    child: Child,
    pub folder: PathBuf,
    url: String,
    pub token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(RC)
            .args(["sandbox", "serve", "--port", "0", "-o", "json"])
            .args(["--customers", "900"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("rc runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let text = |key: &str| said[key].as_str().expect("text").to_owned();
        Self {
            child,
            folder: folder.to_owned(),
            url: text("url"),
            token: text("token"),
        }
    }

    pub fn rc(&self, line: &str) -> Command {
        let mut command = Command::new(RC);
        command
            .args(line.split(' '))
            .env("RECHARGE_BASE_URL", &self.url)
            .env("RECHARGE_ACCESS_TOKEN", &self.token)
            .env("RECHARGE_STATE_DIR", &self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    pub fn output(&self, line: &str) -> Output {
        let mut command = self.rc(line);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.output().expect("rc runs")
    }

    pub fn says(&self, line: &str) -> String {
        let output = self.output(line);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Requests that it was asked so far.
    pub fn requests(&self) -> usize {
        self.says("sandbox requests --jq .operation -r")
            .lines()
            .count()
    }
}
