//! One binary for all integration tests: it links once and runs in parallel.

#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

mod answers;
mod bulk;
mod bulk_going;
mod bulk_jobs;
mod canned;
mod completions;
mod console;
mod contract;
mod controls;
mod doctor;
mod examples;
mod faults;
mod golden;
mod harness;
mod help;
mod hooks;
mod jq;
#[cfg(unix)]
mod kills;
mod login;
mod manual;
mod matrix;
mod meanwhile;
mod network;
mod openapi;
mod outcome;
mod paced;
mod process;
mod profiles;
mod readme;
mod ring;
mod sandboxed;
mod scopes;
mod secrecy;
mod secrets;
mod secure;
mod seeing;
mod served;
mod shaped;
mod stats;
mod stores;
mod trials;
mod trouble;
mod usage;
mod watch;
