//! One writer at a time: a chain of small objects, each of which names a writer.
//!
//! The process that writes the next object of the chain has the lock; a conditional PUT
//! ensures that it is written once. Only this process writes to its object: the time at
//! which it was last alive, and that it has ended. If it shows no activity, another
//! process writes the next object, which the first one finds when it continues.

use serde::{Deserialize, Serialize};

use super::bucket::BucketStorage;
use super::bucket_error::unconditional;
use super::storage::LakeStorage;
use super::{PULSE, Writer};
use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use crate::sync::destination::sqlite::lock::{SILENCE, is_running};

/// The folder of the chain.
const FOLDER: &str = "_lock";

/// The lock of this process.
#[derive(Debug)]
pub(super) struct HeldLock {
    number: u64,
    entry: LockEntry,
}

/// An object of the chain.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LockEntry {
    /// Distinguishes this lock from every other one.
    token: u64,
    process: u32,
    host: String,
    since: Micros,
    beat: Micros,
    ended: bool,
}

fn name(number: u64) -> String {
    format!("{FOLDER}/{number:020}.json")
}

fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(FOLDER)?.strip_prefix('/')?;
    digits.strip_suffix(".json")?.parse().ok()
}

impl LockEntry {
    fn text(&self) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(self);
        text.map_err(|error| Error::unexpected("the lock").caused_by(error))
    }

    fn is_alive(&self, writer: &Writer, now: Micros) -> bool {
        let beats = !self.ended && now.since(self.beat) < SILENCE;
        beats && (self.host != writer.host || is_running(self.process))
    }
}

impl HeldLock {
    /// Takes the lock of a bucket.
    ///
    /// # Errors
    /// Of kind `Partial`: another process has it. `Usage`: the store overwrites existing
    /// objects.
    pub(super) fn take(storage: &BucketStorage, writer: &Writer, now: Micros) -> Result<Self> {
        let objects = storage.list(FOLDER)?;
        let mut numbers: Vec<u64> = objects
            .iter()
            .filter_map(|object| number_of(&object.name))
            .collect();
        numbers.sort_unstable();
        let last = numbers.last().copied();
        if let Some(last) = last
            && let Some(text) = storage.read(&name(last))?
            && let Ok(holder) = serde_json::from_slice::<LockEntry>(&text)
            && holder.is_alive(writer, now)
        {
            return Err(held_by(storage.place(), &holder));
        }
        let held = Self {
            number: last.unwrap_or_default() + 1,
            entry: LockEntry {
                token: fastrand::u64(..),
                process: writer.process,
                host: writer.host.clone(),
                since: now,
                beat: now,
                ended: false,
            },
        };
        let own = name(held.number);
        if !storage.create(&own, &held.entry.text()?)? {
            let place = storage.place();
            let error = Error::new(
                Kind::Partial,
                format!("another process has just locked {place}"),
            );
            return Err(error.hint("nothing was written; wait until it has ended"));
        }
        // A store that ignores the condition writes this as well.
        if storage.create(&own, b"{}")? {
            storage.remove(&own)?;
            return Err(unconditional(storage.place()));
        }
        for number in numbers {
            storage.remove(&name(number))?;
        }
        Ok(held)
    }

    /// Confirms that no other process has followed, and shows that this one is alive.
    ///
    /// # Errors
    /// Of kind `Partial`: another process has followed.
    pub(super) fn confirm(&mut self, storage: &BucketStorage, now: Micros) -> Result<()> {
        // No other process takes over from one that was alive just now.
        if now.since(self.entry.beat) < PULSE {
            return Ok(());
        }
        if storage.read(&name(self.number + 1))?.is_some() {
            let place = storage.place();
            let error = Error::new(Kind::Partial, format!("another process has taken {place}"));
            return Err(
                error.hint("this process showed no activity for too long; the tables that it wrote before are complete")
            );
        }
        self.entry.beat = now;
        storage.put(&name(self.number), &self.entry.text()?)
    }

    /// Releases the lock.
    ///
    /// # Errors
    /// The release fails; the lock then expires.
    pub(super) fn release(mut self, storage: &BucketStorage) -> Result<()> {
        self.entry.ended = true;
        storage.put(&name(self.number), &self.entry.text()?)
    }
}

fn held_by(place: &str, holder: &LockEntry) -> Error {
    let LockEntry {
        process,
        host,
        since,
        ..
    } = holder;
    Error::new(
        Kind::Partial,
        format!("{place} is being written by process {process} on {host}, since {since}"),
    )
    .hint("nothing was written; wait until it has ended")
}
