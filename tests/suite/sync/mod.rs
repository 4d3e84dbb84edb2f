//! `rc sync` and `rc sql`: a copy of the sandbox, compared with what it lists.

mod answers;
mod copies;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(unix)]
mod proof;
#[cfg(unix)]
mod recorder;
mod refusals;
mod rehearsal;

use serde_json::Value;

use crate::harness::{Outcome, Rc, Store, rc};

/// A copy of the sandbox of a store, or of one that is served.
struct Copy {
    store: Store,
    url: Option<String>,
    /// The destination, where it is not a file of the store's folder.
    to: Option<String>,
}

impl Copy {
    fn new() -> Self {
        Self {
            store: Store::new(),
            url: None,
            to: None,
        }
    }

    /// A run on the store that is copied.
    fn there(&self, rc: Rc) -> Rc {
        match &self.url {
            Some(url) => rc.holding(&self.store).against(url),
            None => rc.within(&self.store),
        }
    }

    /// The words after `rc`, with the copy as destination where `DB` stands.
    fn rc(&self, line: &str) -> Rc {
        let file = self.file();
        rc(&line.replace("DB", &file)).holding(&self.store)
    }

    fn file(&self) -> String {
        if let Some(to) = &self.to {
            return to.clone();
        }
        format!("sqlite:{}", self.store.path().join("copy.db").display())
    }

    /// The database of the copy.
    fn path(&self) -> String {
        let file = self.file();
        match file.split_once(':') {
            Some(("sqlite", path)) => path.to_owned(),
            Some((_, folder)) => format!("{folder}/.copy.db"),
            None => file,
        }
    }

    /// Syncs; returns the report of each table.
    fn sync(&self, flags: &str) -> Vec<Value> {
        let line = format!("sync --to DB -o ndjson {flags}");
        self.there(self.rc(&line)).succeeds().records()
    }

    fn try_sync(&self, flags: &str) -> Rc {
        self.there(self.rc(&format!("sync --to DB -o ndjson {flags}")))
    }

    /// Asks the copy.
    fn sql(&self, query: &str) -> Vec<Value> {
        self.asked(query).succeeds().records()
    }

    fn asked(&self, query: &str) -> Rc {
        let words = ["sql", query, "--database", &self.path(), "-o", "ndjson"];
        crate::harness::rc_of(words.map(str::to_owned)).holding(&self.store)
    }

    /// Writes to the copy as another program would.
    fn write(&self, statement: &str) {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        connection.execute_batch(statement).unwrap();
    }

    /// One value of the copy.
    fn value(&self, query: &str) -> Value {
        let rows = self.sql(query);
        rows[0]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .clone()
    }

    /// What the sandbox lists.
    fn listed(&self, words: &str) -> Vec<Value> {
        self.sandbox(&format!("{words} -o ndjson")).records()
    }

    fn sandbox(&self, line: &str) -> Outcome {
        self.there(rc(line)).succeeds()
    }
}

/// The report of one table.
fn of<'r>(reports: &'r [Value], table: &str) -> &'r Value {
    let mut reports = reports.iter();
    reports.find(|report| report["table"] == table).unwrap()
}
