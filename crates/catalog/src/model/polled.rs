//! Changes that no event reports: topics that are found by reading objects regularly,
//! and objects that are deleted before anyone reads them.

use super::Operation;

/// A topic that is found by polling.
#[derive(Debug)]
pub struct PolledTopic {
    /// Its name (`charge/upcoming`).
    pub name: &'static str,
    /// The resource whose object its messages carry.
    pub resource: &'static str,
    /// How it is found.
    pub source: PolledSource,
}

/// How a topic is found without events.
#[derive(Debug, Clone, Copy)]
pub enum PolledSource {
    /// Objects whose day is so many days ahead.
    Ahead {
        /// The operation that lists them; it takes the earliest and the latest day.
        list: &'static Operation,
        /// The field with the day.
        field: &'static str,
        /// The parameter and its value that keep out what will not happen.
        only: (&'static str, &'static str),
        /// Days between the message and that day, unless the store has another setting.
        days: u32,
    },
    /// Objects that have come to their end.
    Ended {
        /// The operation that lists them, the newest first.
        list: &'static Operation,
        /// The field with the time of the end; null before it.
        field: &'static str,
    },
    /// An object of which there is one, and that differs from what was seen.
    Changed {
        /// The operation that reads it.
        get: &'static Operation,
    },
}

/// Where the time zone of a store is found.
#[derive(Debug, Clone, Copy)]
pub struct ZoneSource {
    /// The operation that reads the store.
    pub get: &'static Operation,
    /// The field with the zone, and the part of it with its IANA name.
    pub path: (&'static str, &'static str),
}

/// Objects that the store deletes by itself: events report their changes, but the
/// objects cannot be read any more.
#[derive(Debug, Clone, Copy)]
pub struct ShortLived {
    /// Their resource.
    pub resource: &'static str,
    /// The operation that lists them.
    pub list: &'static Operation,
    /// The parameter and its value that leave the others out.
    pub only: (&'static str, &'static str),
}
