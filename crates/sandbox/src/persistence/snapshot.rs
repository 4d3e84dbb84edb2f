//! The state as JSON, out and in again: for the file of the one-shot sandbox,
//! for `dump` and `load`, for `serve --data`.
//!
//! A format number is first, so that a later sandbox knows what it reads.
//! Written whole, a snapshot contains every record. Written as changes, it
//! contains the seed and what is no longer as the seed made it; only a sandbox
//! that makes the same store of that seed can read it.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::faults::Faults;
use crate::seed::{RECIPE, Seed};
use crate::storage::behaviour::Behaviour;
use crate::storage::clock::Clock;
use crate::storage::state::{State, Token};
use crate::storage::table::Table;
use crate::storage::tables::{TABLES, TableName};
use crate::values::platform::Platform;
use crate::values::record::Record;

/// The number of the format written here.
const FORMAT: u32 = 3;

#[derive(Deserialize)]
struct SnapshotHead {
    format: u32,
    #[serde(default)]
    platform: Platform,
    ground: Option<SeedOrigin>,
    journal: Option<Mark>,
}

/// Which journal goes with a snapshot, and how much of it is in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// What the head of the journal has, too.
    pub(crate) id: u64,
    /// The number of the last record that the snapshot holds.
    pub(crate) folded: u64,
}

#[derive(Deserialize)]
struct Snapshot<'a> {
    revision: u64,
    store: Record,
    tokens: Vec<Token>,
    clock: Clock,
    behaviour: Behaviour,
    #[serde(default)]
    faults: Faults,
    next: BTreeMap<String, u64>,
    #[serde(borrow)]
    tables: BTreeMap<String, Rows<'a>>,
    #[serde(default)]
    gone: BTreeMap<String, Vec<u64>>,
}

/// Records with their numbers, as text.
pub(crate) type Rows<'a> = Vec<(u64, &'a RawValue)>;

/// What a store was made from.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SeedOrigin {
    recipe: u32,
    customers: u32,
    seed: u64,
    now: String,
}

impl State {
    /// Writes the whole state as one JSON object: every record.
    ///
    /// # Errors
    /// When writing fails.
    pub fn to_json_writer(&self, out: &mut impl Write) -> io::Result<()> {
        self.write(out, None, None)
    }

    /// Writes the seed, and what is no longer as the seed made it. A state
    /// that comes from no seed is written whole.
    ///
    /// # Errors
    /// When writing fails.
    pub fn changes_to_json_writer(&self, out: &mut impl Write) -> io::Result<()> {
        self.changes_beside_journal(out, None)
    }

    /// As [`Self::changes_to_json_writer`], for a file that has a journal.
    pub(crate) fn changes_beside_journal(
        &self,
        out: &mut impl Write,
        journal: Option<Mark>,
    ) -> io::Result<()> {
        let origin = self.source.as_ref().map(|source| {
            let made = source.origin();
            SeedOrigin {
                recipe: RECIPE,
                customers: made.customers,
                seed: made.seed,
                now: made.now.to_string(),
            }
        });
        self.write(out, origin.as_ref(), journal)
    }

    fn write(
        &self,
        out: &mut impl Write,
        origin: Option<&SeedOrigin>,
        journal: Option<Mark>,
    ) -> io::Result<()> {
        let changes = origin.is_some();
        write!(out, "{{\"format\":{FORMAT},")?;
        if self.platform != Platform::default() {
            write!(out, "\"platform\":\"{}\",", self.platform.name())?;
        }
        write!(out, "\"ground\":")?;
        serde_json::to_writer(&mut *out, &origin)?;
        if let Some(mark) = journal {
            write!(out, ",\"journal\":")?;
            serde_json::to_writer(&mut *out, &mark)?;
        }
        write!(out, ",\"revision\":{},\"store\":", self.revision)?;
        serde_json::to_writer(&mut *out, &self.store)?;
        write!(out, ",\"tokens\":")?;
        serde_json::to_writer(&mut *out, &self.tokens)?;
        write!(out, ",\"clock\":")?;
        serde_json::to_writer(&mut *out, &self.clock)?;
        write!(out, ",\"behaviour\":")?;
        serde_json::to_writer(&mut *out, &self.behaviour)?;
        write!(out, ",\"faults\":")?;
        serde_json::to_writer(&mut *out, &self.faults)?;
        write!(out, ",\"next\":")?;
        serde_json::to_writer(&mut *out, &self.numbers())?;
        write!(out, ",\"tables\":{{")?;
        let mut gone: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        let told = |(name, _): &&(TableName, _)| {
            let is_shown = name.platform() == self.platform && !name.is_hidden();
            is_shown || self.table(*name).len() > 0
        };
        for (place, (name, shape)) in TABLES.iter().filter(told).enumerate() {
            let table = self.table(*name);
            let comma = if place > 0 { ",\n" } else { "\n" };
            write!(out, "{comma}\"{}\":[", shape.object)?;
            if changes {
                write_rows(out, table, table.touched())?;
                let missing: Vec<u64> = table.touched().filter(|id| !table.holds(*id)).collect();
                if !missing.is_empty() {
                    gone.insert(shape.object, missing);
                }
            } else {
                write_rows(out, table, table.ids(..))?;
            }
            write!(out, "]")?;
        }
        write!(out, "\n}},\"gone\":")?;
        serde_json::to_writer(&mut *out, &gone)?;
        writeln!(out, "}}")
    }

    /// The number for the next new record of each object.
    pub(crate) fn numbers(&self) -> BTreeMap<&'static str, u64> {
        let own = |(name, _): &&(TableName, _)| name.platform() == self.platform;
        let next = |(name, _): &(TableName, _)| (name.object(), self.next[*name as usize]);
        TABLES.iter().filter(own).map(next).collect()
    }

    /// Reads what [`Self::to_json_writer`] or [`Self::changes_to_json_writer`]
    /// wrote.
    ///
    /// # Errors
    /// When reading fails, or when it is not such a state.
    pub fn from_json_reader(input: &mut impl Read) -> io::Result<Self> {
        Self::marked_from_json_reader(input).map(|(state, _)| state)
    }

    /// As [`Self::from_json_reader`], with the mark of its journal.
    pub(crate) fn marked_from_json_reader(
        input: &mut impl Read,
    ) -> io::Result<(Self, Option<Mark>)> {
        let mut text = String::new();
        input.read_to_string(&mut text)?;
        Self::from_json(&text)
    }

    fn from_json(text: &str) -> io::Result<(Self, Option<Mark>)> {
        let head: SnapshotHead = serde_json::from_str(text)?;
        if head.format != FORMAT {
            let message = format!(
                "another version of rc wrote it: format {}, not {FORMAT}",
                head.format
            );
            return Err(invalid(message));
        }
        let snapshot: Snapshot = serde_json::from_str(text)?;
        let seeded = head.ground.is_some();
        let mut state = match head.ground {
            Some(origin) if origin.recipe != RECIPE => {
                return Err(invalid(
                    "another version of rc made its demo store".to_owned(),
                ));
            }
            Some(origin) => {
                let now = origin.now.parse();
                let now = now.map_err(|_| invalid("its start is not a time".to_owned()))?;
                let (customers, seed) = (origin.customers, origin.seed);
                if customers > Seed::LARGEST {
                    return Err(invalid(format!("{customers} customers are too many")));
                }
                Self::seeded_as(head.platform, &Seed { customers, seed }, now)
            }
            None => Self {
                platform: head.platform,
                ..Self::empty(Timestamp::UNIX_EPOCH)
            },
        };
        state.store = snapshot.store;
        state.tokens = snapshot.tokens;
        state.clock = snapshot.clock;
        state.behaviour = snapshot.behaviour;
        state.faults = snapshot.faults;
        state.revision = snapshot.revision;
        state.take_tables(snapshot.next, snapshot.gone, snapshot.tables)?;
        state.mend_numbers();
        if !seeded {
            for (table, next) in state.tables.iter_mut().zip(&state.next) {
                table.settle(*next);
            }
        }
        Ok((state, head.journal))
    }

    /// Takes over what a file says of the tables: the next numbers, what is no
    /// longer there, and what is.
    pub(crate) fn take_tables(
        &mut self,
        next: BTreeMap<String, u64>,
        gone: BTreeMap<String, Vec<u64>>,
        tables: BTreeMap<String, Rows>,
    ) -> io::Result<()> {
        for (object, next) in next {
            self.next[table_of(&object)? as usize] = next;
        }
        for (object, ids) in gone {
            let table = &mut self.tables[table_of(&object)? as usize];
            for id in ids {
                table.remove(id);
            }
        }
        for (object, rows) in tables {
            let table = &mut self.tables[table_of(&object)? as usize];
            for (id, row) in rows {
                let record: Record = serde_json::from_str(row.get())?;
                table.put_text(id, &record, row.get());
            }
        }
        Ok(())
    }

    /// New numbers begin beyond those that are there, whatever the file says.
    fn mend_numbers(&mut self) {
        for (next, table) in self.next.iter_mut().zip(&self.tables) {
            let last = table.ids(..).next_back().unwrap_or(0);
            *next = (*next).max(last.saturating_add(1));
        }
    }
}

fn write_rows(
    out: &mut impl Write,
    table: &Table,
    ids: impl Iterator<Item = u64>,
) -> io::Result<()> {
    let mut text = String::new();
    for (place, id) in ids.filter(|id| table.holds(*id)).enumerate() {
        let comma = if place > 0 { ",\n" } else { "\n" };
        text.clear();
        table.write_text(id, &mut text);
        write!(out, "{comma}[{id},{text}]")?;
    }
    Ok(())
}

/// The table of an object, as a file names it.
fn table_of(object: &str) -> io::Result<TableName> {
    TableName::named(object).ok_or_else(|| invalid(format!("there is no table of {object}")))
}

pub(crate) fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
