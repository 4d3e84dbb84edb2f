//! One writer at a time: a row that names it, with a heartbeat.
//!
//! A writer whose process is gone, or whose heart has stopped, is followed by the
//! next one. Each transaction confirms that the row is still that of its writer, so
//! that one that slept for too long writes nothing more.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Micros, Writer, failed};
use crate::error::{Error, Kind, Result};

/// A writer that is silent for so long is taken to be gone.
pub(in crate::sync::destination) const SILENCE: Duration = Duration::from_secs(120);

/// The lock that this process holds.
#[derive(Debug)]
pub(super) struct Held {
    /// Tells this holding from every other one.
    token: i64,
}

/// Takes the lock, within the transaction of the connection.
///
/// # Errors
/// Of kind `Partial`: another process has it.
pub(super) fn take(
    connection: &Connection,
    name: &str,
    writer: &Writer,
    now: Micros,
) -> Result<Held> {
    let row = "SELECT process, host, since, beat FROM _sync_lock";
    let holder = connection
        .query_row(row, [], |row| {
            Ok(Holder {
                process: row.get(0)?,
                host: row.get(1)?,
                since: row.get(2)?,
                beat: Micros::read(&row.get::<_, String>(3)?, &jiff::tz::TimeZone::UTC),
            })
        })
        .optional()
        .map_err(|error| failed(name, error))?;
    if let Some(holder) = holder.filter(|holder| holder.is_alive(writer, now)) {
        let Holder {
            process,
            host,
            since,
            ..
        } = holder;
        return Err(Error::new(
            Kind::Partial,
            format!("{name} is being written by process {process} on {host}, since {since}"),
        )
        .hint("nothing was written; wait until it has ended"));
    }
    let token = fastrand::i64(..);
    let now = now.to_string();
    connection
        .execute_batch("DELETE FROM _sync_lock")
        .and_then(|()| {
            connection.execute(
                "INSERT INTO _sync_lock (token, process, host, since, beat) VALUES (?, ?, ?, ?, ?)",
                params![token, writer.process, writer.host, now, now],
            )
        })
        .map_err(|error| failed(name, error))?;
    Ok(Held { token })
}

struct Holder {
    process: u32,
    host: String,
    since: String,
    beat: Option<Micros>,
}

impl Holder {
    fn is_alive(&self, writer: &Writer, now: Micros) -> bool {
        let beats = self.beat.is_some_and(|beat| now.since(beat) < SILENCE);
        beats && (self.host != writer.host || is_running(self.process))
    }
}

/// Whether a process of this host runs.
#[cfg(unix)]
pub(in crate::sync::destination) fn is_running(process: u32) -> bool {
    let id = i32::try_from(process)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    // A process of another user answers that it may not be asked.
    id.is_some_and(|id| rustix::process::test_kill_process(id) != Err(rustix::io::Errno::SRCH))
}

/// Elsewhere the heart tells.
#[cfg(not(unix))]
pub(in crate::sync::destination) const fn is_running(_: u32) -> bool {
    true
}

/// Confirms that the lock is still held, and lets the heart beat when `now` is
/// given.
///
/// # Errors
/// Of kind `Partial`: another process has taken it.
pub(super) fn confirm(
    connection: &Connection,
    name: &str,
    held: Option<&Held>,
    now: Option<Micros>,
) -> Result<()> {
    let token = held.map(|held| held.token);
    let changed = match now {
        Some(now) => connection
            .prepare_cached("UPDATE _sync_lock SET beat = ? WHERE token = ?")
            .and_then(|mut statement| statement.execute(params![now.to_string(), token])),
        None => connection
            .prepare_cached("UPDATE _sync_lock SET beat = beat WHERE token = ?")
            .and_then(|mut statement| statement.execute(params![token])),
    };
    if changed.map_err(|error| failed(name, error))? == 1 {
        return Ok(());
    }
    Err(
        Error::new(Kind::Partial, format!("another process has taken {name}"))
            .hint("this one was idle for too long; the rows it stored before are complete"),
    )
}

/// Lets the next writer come.
pub(super) fn release(connection: &Connection, held: &Held) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM _sync_lock WHERE token = ?", [held.token])
        .map(drop)
}
