//! One binary for all integration tests: it links once and runs in parallel.

#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

mod answers;
mod canned;
mod contract;
mod controls;
mod faults;
mod golden;
mod harness;
mod hooks;
mod matrix;
mod openapi;
mod paced;
mod process;
mod readme;
mod sandboxed;
mod served;
mod stores;
mod trials;
mod trouble;
mod usage;
