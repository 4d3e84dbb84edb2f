//! What one request changed, as a line of text, out and in again.
//!
//! Takes the state after a request that changed it; returns JSON from which a
//! state as of before becomes that of after. Knows nothing of files.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::faults::Faults;
use crate::persistence::snapshot::Rows;
use crate::storage::behaviour::Behaviour;
use crate::storage::clock::Clock;
use crate::storage::state::{State, Token};
use crate::values::record::Record;

/// A step as it is written.
#[derive(Serialize)]
struct Written<'a> {
    revision: u64,
    store: Option<&'a Record>,
    tokens: Option<&'a [Token]>,
    behaviour: Option<&'a Behaviour>,
    faults: Option<&'a Faults>,
    clock: Clock,
    next: BTreeMap<&'static str, u64>,
    tables: BTreeMap<&'static str, Vec<(u64, Box<RawValue>)>>,
    gone: BTreeMap<&'static str, Vec<u64>>,
}

/// A step as it is read.
#[derive(Deserialize)]
struct Read<'a> {
    revision: u64,
    store: Option<Record>,
    tokens: Option<Vec<Token>>,
    behaviour: Option<Behaviour>,
    faults: Option<Faults>,
    clock: Clock,
    next: BTreeMap<String, u64>,
    #[serde(borrow)]
    tables: BTreeMap<String, Rows<'a>>,
    gone: BTreeMap<String, Vec<u64>>,
}

impl State {
    /// What is fresh, as one line of JSON; settings and tokens, which change
    /// rarely, only when they are wanted.
    ///
    /// # Errors
    /// When a record is not JSON, which would be a mistake of the tables.
    pub(crate) fn step(&self, settings: bool) -> io::Result<String> {
        let mut written = Written {
            revision: self.revision,
            store: settings.then_some(&self.store),
            tokens: settings.then_some(&self.tokens),
            behaviour: settings.then_some(&self.behaviour),
            faults: settings.then_some(&self.faults),
            clock: self.clock,
            next: self.numbers(),
            tables: BTreeMap::new(),
            gone: BTreeMap::new(),
        };
        for (name, id) in &self.fresh {
            let table = self.table(*name);
            if table.holds(*id) {
                let mut text = String::new();
                table.write_text(*id, &mut text);
                let rows = written.tables.entry(name.object()).or_default();
                rows.push((*id, RawValue::from_string(text)?));
            } else {
                written.gone.entry(name.object()).or_default().push(*id);
            }
        }
        Ok(serde_json::to_string(&written)?)
    }

    /// Does what a step says. One that is already in the state is passed over.
    ///
    /// # Errors
    /// When it is not a step.
    pub(crate) fn take_step(&mut self, text: &str) -> io::Result<()> {
        let step: Read = serde_json::from_str(text)?;
        if step.revision <= self.revision {
            return Ok(());
        }
        self.revision = step.revision;
        if let Some(store) = step.store {
            self.store = store;
        }
        if let Some(tokens) = step.tokens {
            self.tokens = tokens;
        }
        if let Some(behaviour) = step.behaviour {
            self.behaviour = behaviour;
        }
        if let Some(faults) = step.faults {
            self.faults = faults;
        }
        self.clock = step.clock;
        self.take_tables(step.next, step.gone, step.tables)
    }
}
