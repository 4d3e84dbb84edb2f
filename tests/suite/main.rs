//! One binary for all integration tests: it links once and runs in parallel.

#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

mod answering;
mod answers;
mod bigcommerce;
mod bulk;
mod bulk_beside;
mod bulk_going;
mod bulk_jobs;
mod bulk_lookups;
mod bulk_mapping;
mod bulk_selection;
#[cfg(feature = "xlsx")]
mod bulk_sheets;
mod bulk_typed;
mod canned;
mod collisions;
mod completions;
mod confirming;
mod console;
mod contract;
mod controls;
mod counting;
mod doctor;
mod documents;
#[cfg(unix)]
mod edit;
mod evidence;
mod examples;
mod faults;
mod free;
#[cfg(unix)]
mod fresh_home;
mod golden;
mod harness;
mod help;
mod history;
mod hooks;
mod id_lists;
mod jq;
#[cfg(unix)]
mod kills;
mod ledgers;
mod links;
mod listed;
mod listening;
mod literals;
mod live_forms;
mod login;
mod manual;
mod matrix;
mod meanwhile;
mod network;
mod one_api;
mod openapi;
#[cfg(all(unix, feature = "sandbox"))]
mod opened;
mod other_stores;
mod outcome;
mod overview;
mod paced;
mod paging;
mod pairs;
mod patient;
#[cfg(unix)]
mod pauses;
mod platforms;
mod portal;
mod process;
mod profile_defaults;
mod profiles;
mod proof;
#[cfg(unix)]
mod pseudo_terminal;
mod readme;
mod repeated;
mod ring;
mod sandboxed;
mod scopes;
mod secrecy;
mod secrets;
mod secure;
mod seeing;
mod served;
mod shaped;
mod snapshots;
mod stats;
mod stores;
mod sweep;
mod sync;
mod terminals;
#[cfg(all(feature = "theme", feature = "sandbox"))]
mod themes;
mod toy_api;
mod trials;
mod trouble;
mod unrepeated;
mod usage;
mod versions;
mod watch;
mod webhooks;
