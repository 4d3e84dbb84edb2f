//! The state of a store: its tables, settings and tokens, and a journal of
//! what the current request changed.
//!
//! Rules read and write through these methods. Each write is noted in the
//! journal, so that a request which fails halfway is undone, and so that
//! events tell what happened. Knows nothing of HTTP.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::postings::Posting;
use super::source::Source;
use crate::faults::Faults;
use crate::storage::behaviour::Behaviour;
use crate::storage::clock::Clock;
use crate::storage::table::Table;
use crate::storage::tables::{TABLES, TableName};
use crate::values::key::Key;
use crate::values::platform::Platform;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog as catalog;

/// Everything that a sandbox remembers.
#[derive(Debug, Clone)]
pub struct State {
    /// Whose API it answers.
    pub(crate) platform: Platform,
    pub(crate) tables: Vec<Table>,
    /// What makes the records that no one changed, in a made-up store.
    pub(crate) source: Option<Arc<dyn Source>>,
    /// Next number for each table.
    pub(crate) next: Vec<u64>,
    /// The settings that `GET /store` answers.
    pub(crate) store: Record,
    /// Who may ask, and what.
    pub(crate) tokens: Vec<Token>,
    /// The time of the store.
    pub(crate) clock: Clock,
    /// How the sandbox behaves.
    pub(crate) behaviour: Behaviour,
    /// What goes wrong on purpose.
    pub(crate) faults: Faults,
    /// Grows with each change that was kept.
    pub(crate) revision: u64,
    pub(crate) journal: Vec<Change>,
    /// Which records were written or removed since somebody last asked; for
    /// those who keep them elsewhere.
    pub(crate) fresh: BTreeSet<(TableName, u64)>,
    /// Up to which second discounts that end were looked for. Kept nowhere:
    /// looking again finds nothing new.
    pub(crate) discounts_ended: i64,
    /// What is known about messages to webhooks, where they are posted.
    pub(crate) posting: Option<Posting>,
    /// How long work in the background may hold up requests, where others wait.
    pub(crate) longest_work: Option<Duration>,
    /// Until then no such work is done, after some was.
    pub(crate) rests_until: Option<Instant>,
}

/// A token that the sandbox accepts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Token {
    /// What the header carries.
    pub secret: String,
    /// Name for humans.
    pub name: String,
    /// Scopes it has; `None` means all.
    pub scopes: Option<BTreeSet<String>>,
}

impl Token {
    /// Who acts when time does.
    pub(crate) fn system() -> Self {
        Self {
            secret: String::new(),
            name: "Recharge".to_owned(),
            scopes: None,
        }
    }

    /// Whether the token has a scope.
    #[must_use]
    pub fn may(&self, scope: &str) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(scope))
    }
}

/// One change of one record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) table: TableName,
    pub(crate) id: u64,
    /// What happened, in the words of events; empty for changes that follow
    /// from others and are not worth an event.
    pub(crate) verb: &'static str,
    pub(crate) before: Option<Record>,
}

/// The setting of the store with the version of requests that name none.
const DEFAULT_API_VERSION: &str = "default_api_version";

/// A change that follows from another one and leaves no event.
pub(crate) const QUIETLY: &str = "";

impl State {
    /// A store without any objects.
    #[must_use]
    pub fn empty(now: Timestamp) -> Self {
        Self {
            platform: Platform::default(),
            tables: TABLES.iter().map(|(_, shape)| Table::new(shape)).collect(),
            source: None,
            next: TABLES.iter().map(|(_, shape)| shape.first_id).collect(),
            store: super::settings::settings(now),
            tokens: vec![Token {
                secret: crate::TOKEN.to_owned(),
                name: "Sandbox".to_owned(),
                scopes: None,
            }],
            clock: Clock::starting(now),
            behaviour: Behaviour::default(),
            faults: Faults::default(),
            revision: 0,
            journal: Vec::new(),
            fresh: BTreeSet::new(),
            discounts_ended: i64::MIN,
            posting: None,
            longest_work: None,
            rests_until: None,
        }
    }

    /// Whose API the store answers.
    #[must_use]
    pub const fn platform(&self) -> Platform {
        self.platform
    }

    /// How the sandbox behaves.
    #[must_use]
    pub const fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// Makes the sandbox behave that way.
    pub fn behave(&mut self, behaviour: Behaviour) {
        self.behaviour = behaviour;
        self.revision += 1;
    }

    /// The version in which requests without a version are answered.
    #[must_use]
    pub fn default_api_version(&self) -> &str {
        record::text(&self.store, DEFAULT_API_VERSION)
    }

    /// Sets the version in which requests without a version are answered.
    ///
    /// # Errors
    /// When the API has no such version, with those that it has.
    pub fn set_default_api_version(&mut self, version: &str) -> Result<(), String> {
        let family = &catalog::recharge::FAMILY;
        if family.version(version).is_none() {
            let known: Vec<&str> = family.version_names().collect();
            return Err(format!("must be one of {}", known.join(", ")));
        }
        record::set(&mut self.store, DEFAULT_API_VERSION, version);
        self.revision += 1;
        Ok(())
    }

    /// Sets settings that the store has; those that are not given stay.
    ///
    /// # Errors
    /// When the store has no such setting, or it is not for its owner to set.
    pub(crate) fn set_settings(&mut self, changes: Record, now: Timestamp) -> Result<(), String> {
        const FIXED: [&str; 4] = ["id", "created_at", "updated_at", DEFAULT_API_VERSION];
        let is_wrong =
            |name: &&String| !self.store.contains_key(*name) || FIXED.contains(&name.as_str());
        if let Some(name) = changes.keys().find(is_wrong) {
            return Err(format!("{name} is no setting that can be set"));
        }
        for (name, value) in changes {
            self.store.insert(name, value);
        }
        record::set(&mut self.store, "updated_at", time::stamp(now));
        self.revision += 1;
        Ok(())
    }

    /// Lets go wrong from now on what a spec says, and nothing else; an empty
    /// one says that all goes well.
    ///
    /// # Errors
    /// With what is wrong with the spec, in words.
    pub fn let_fail(&mut self, spec: &str) -> Result<(), String> {
        self.faults = Faults::parse(spec)?;
        self.revision += 1;
        Ok(())
    }

    /// The spec of what goes wrong on purpose; empty when all goes well.
    #[must_use]
    pub fn faults(&self) -> &str {
        self.faults.text()
    }

    /// Adds a token, or replaces the one of the same secret.
    pub fn add_token(&mut self, token: Token) {
        self.tokens.retain(|other| other.secret != token.secret);
        self.tokens.push(token);
        self.revision += 1;
    }

    /// How many records there are of an object (`subscription`).
    #[must_use]
    pub fn count(&self, object: &str) -> usize {
        TableName::named(object).map_or(0, |name| self.table(name).len())
    }

    pub(crate) fn table(&self, name: TableName) -> &Table {
        &self.tables[name as usize]
    }

    /// The record of that number.
    pub(crate) fn get(&self, name: TableName, id: u64) -> Option<Record> {
        self.table(name).get(id)
    }

    /// Every record with that value at a lookup path.
    pub(crate) fn all(&self, name: TableName, path: &str, value: impl Key) -> Vec<(u64, Record)> {
        let table = self.table(name);
        table
            .find(path, value)
            .into_iter()
            .filter_map(|id| Some((id, table.get(id)?)))
            .collect()
    }

    /// As [`Self::all`], of those statuses only: the others, which a history is
    /// full of, are not even read.
    pub(crate) fn all_in(
        &self,
        name: TableName,
        path: &str,
        value: impl Key,
        statuses: &[&str],
    ) -> Vec<(u64, Record)> {
        let ids = self.ids_in(name, path, value, statuses).into_iter();
        ids.filter_map(|id| Some((id, self.get(name, id)?)))
            .collect()
    }

    /// The numbers of [`Self::all_in`].
    pub(crate) fn ids_in(
        &self,
        name: TableName,
        path: &str,
        value: impl Key,
        statuses: &[&str],
    ) -> Vec<u64> {
        let table = self.table(name);
        let Some(lookup) = table.lookup_at("status") else {
            return Vec::new();
        };
        let hashes: Vec<u64> = statuses.iter().map(|status| status.hashed()).collect();
        let mut ids = table.find(path, value);
        ids.retain(|id| hashes.iter().any(|hash| table.has(lookup, *hash, *id)));
        ids
    }

    /// A number for a new record.
    pub(crate) fn next_id(&mut self, name: TableName) -> u64 {
        let next = &mut self.next[name as usize];
        let id = *next;
        *next = following(id);
        id
    }

    /// Adds a record that never was there.
    pub(crate) fn create(&mut self, name: TableName, id: u64, record: &Record) {
        self.put(name, id, record);
        self.note(name, id, "created", None);
    }

    /// Adds a record that no event indicates.
    pub(crate) fn create_quietly(&mut self, name: TableName, id: u64, record: &Record) {
        self.put(name, id, record);
        self.note(name, id, QUIETLY, None);
    }

    /// Changes a record. The verb is what events say; [`QUIETLY`] says nothing.
    pub(crate) fn change(&mut self, name: TableName, id: u64, record: &Record, verb: &'static str) {
        let before = self.get(name, id);
        if before.as_ref() == Some(record) {
            return;
        }
        self.put(name, id, record);
        self.note(name, id, verb, before);
    }

    /// Tells something of a record that does not change.
    pub(crate) fn tell(&mut self, name: TableName, id: u64, verb: &'static str) {
        let as_it_is = self.get(name, id);
        self.note(name, id, verb, as_it_is);
    }

    /// Removes a record; nothing happens when it is not there.
    pub(crate) fn delete(&mut self, name: TableName, id: u64) {
        let before = self.get(name, id);
        if self.take_out(name, id) {
            self.note(name, id, "deleted", before);
        }
    }

    /// Removes what no one is informed of; nothing happens when it is not
    /// there.
    pub(crate) fn drop_quietly(&mut self, name: TableName, id: u64) {
        let before = self.get(name, id);
        if self.take_out(name, id) {
            self.note(name, id, QUIETLY, before);
        }
    }

    /// Adds a record of the past, without a trace in the journal.
    pub(crate) fn lay(&mut self, name: TableName, id: u64, record: &Record) {
        self.put(name, id, record);
    }

    /// Removes a record of the past, without a trace in the journal.
    pub(crate) fn forget(&mut self, name: TableName, id: u64) {
        self.take_out(name, id);
    }

    fn put(&mut self, name: TableName, id: u64, record: &Record) {
        self.fresh.insert((name, id));
        self.tables[name as usize].put(id, record);
    }

    fn take_out(&mut self, name: TableName, id: u64) -> bool {
        self.fresh.insert((name, id));
        self.tables[name as usize].remove(id)
    }

    fn note(&mut self, table: TableName, id: u64, verb: &'static str, before: Option<Record>) {
        self.journal.push(Change {
            table,
            id,
            verb,
            before,
        });
    }

    /// Undoes what the current request changed after a point of its journal.
    pub(crate) fn undo_to(&mut self, length: usize) {
        while self.journal.len() > length {
            let Some(change) = self.journal.pop() else {
                return;
            };
            match change.before {
                Some(record) => self.put(change.table, change.id, &record),
                None => self.forget(change.table, change.id),
            }
        }
    }
}

/// The number after another one. They grow by uneven steps, as those of a
/// shared database do.
pub(crate) fn following(id: u64) -> u64 {
    // The upper bits of a product with the golden ratio: one to eight.
    id + 1 + (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61)
}

/// The customer that a record belongs to, whatever kind it is.
pub(crate) fn owner(name: TableName, id: u64, record: &Record) -> Option<u64> {
    if name == TableName::Customers {
        return Some(id);
    }
    record::id(record, "customer_id").or_else(|| record::id(record, "customer.id"))
}
