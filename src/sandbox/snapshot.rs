//! The state as JSON, out and in again: for the file of the one-shot sandbox,
//! for `dump` and `load`.
//!
//! A format number stands first, so that a later sandbox knows what it reads.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::record::Record;
use super::state::{State, Token};
use super::table::Table;
use super::tables::{Name, TABLES};

/// The number of the format written here.
const FORMAT: u32 = 1;

#[derive(Deserialize)]
struct Snapshot<'a> {
    format: u32,
    revision: u64,
    store: Record,
    tokens: Vec<Token>,
    next: BTreeMap<String, u64>,
    #[serde(borrow)]
    tables: BTreeMap<String, Vec<(u64, &'a RawValue)>>,
}

impl State {
    /// Writes the whole state as one JSON object.
    ///
    /// # Errors
    /// When writing fails.
    pub fn to_json_writer(&self, out: &mut impl Write) -> io::Result<()> {
        write!(
            out,
            "{{\"format\":{FORMAT},\"revision\":{},\"store\":",
            self.revision
        )?;
        serde_json::to_writer(&mut *out, &self.store)?;
        write!(out, ",\"tokens\":")?;
        serde_json::to_writer(&mut *out, &self.tokens)?;
        write!(out, ",\"next\":{{")?;
        for (place, (name, shape)) in TABLES.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(
                out,
                "{comma}\"{}\":{}",
                shape.object, self.next[*name as usize]
            )?;
        }
        write!(out, "}},\"tables\":{{")?;
        for (place, (name, shape)) in TABLES.iter().enumerate() {
            let comma = if place > 0 { ",\n" } else { "\n" };
            write!(out, "{comma}\"{}\":[", shape.object)?;
            write_rows(out, self.table(*name))?;
            write!(out, "]")?;
        }
        writeln!(out, "\n}}}}")
    }

    /// Reads what [`Self::to_json_writer`] wrote.
    ///
    /// # Errors
    /// When reading fails, or when it is not such a state.
    pub fn from_json_reader(input: &mut impl Read) -> io::Result<Self> {
        let mut text = String::new();
        input.read_to_string(&mut text)?;
        let snapshot: Snapshot = serde_json::from_str(&text)?;
        if snapshot.format != FORMAT {
            let message = format!("format {} is not {FORMAT}", snapshot.format);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let mut state = Self {
            tables: TABLES.iter().map(|(_, shape)| Table::new(shape)).collect(),
            next: TABLES.iter().map(|(_, shape)| shape.first_id).collect(),
            store: snapshot.store,
            tokens: snapshot.tokens,
            revision: snapshot.revision,
            journal: Vec::new(),
        };
        for (object, next) in snapshot.next {
            state.next[table_of(&object)? as usize] = next;
        }
        for (object, rows) in snapshot.tables {
            let table = &mut state.tables[table_of(&object)? as usize];
            for (id, row) in rows {
                let record: Record = serde_json::from_str(row.get())?;
                table.put_text(id, &record, row.get());
            }
        }
        state.mend_numbers();
        Ok(state)
    }

    /// New numbers begin beyond those that are there, whatever the file says.
    fn mend_numbers(&mut self) {
        for (next, table) in self.next.iter_mut().zip(&self.tables) {
            let last = table.ids(..).next_back().unwrap_or(0);
            *next = (*next).max(last + 1);
        }
    }
}

fn write_rows(out: &mut impl Write, table: &Table) -> io::Result<()> {
    let mut text = String::new();
    for (place, id) in table.ids(..).enumerate() {
        let comma = if place > 0 { ",\n" } else { "\n" };
        text.clear();
        table.write_text(id, &mut text);
        write!(out, "{comma}[{id},{text}]")?;
    }
    Ok(())
}

fn table_of(object: &str) -> io::Result<Name> {
    Name::named(object).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("there is no table of {object}"),
        )
    })
}
