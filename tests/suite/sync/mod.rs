//! `rc sync` and `rc sql`: a copy of the sandbox, compared with what it lists.

mod answers;
pub mod copies;
#[cfg(feature = "lake")]
mod lake;
mod layout;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_layout;
#[cfg(unix)]
pub mod proof;
#[cfg(unix)]
mod recorder;
mod refusals;
mod rehearsal;
mod reports;
mod singer;
#[cfg(unix)]
mod singer_targets;
mod tap;

use serde_json::Value;

use crate::harness::{Outcome, Rc, Store, rc};

/// A copy of the sandbox of a store, or of one that is served.
pub struct Copy {
    pub store: Store,
    pub url: Option<String>,
    /// The destination, where it is not a file of the store's folder.
    pub to: Option<String>,
}

/// The variables by which a run works on a served sandbox, whatever API it answers as.
fn environment(url: &str) -> [(&'static str, &str); 5] {
    [
        ("RECHARGE_BASE_URL", url),
        ("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all"),
        ("BIGCOMMERCE_BASE_URL", url),
        ("BIGCOMMERCE_STORE_HASH", "sandbox"),
        ("BIGCOMMERCE_ACCESS_TOKEN", "sk_sandbox_all"),
    ]
}

impl Copy {
    pub fn new() -> Self {
        Self {
            store: Store::new(),
            url: None,
            to: None,
        }
    }

    /// A run on the store that is copied.
    pub fn there(&self, rc: Rc) -> Rc {
        match &self.url {
            Some(url) => environment(url)
                .into_iter()
                .fold(rc.holding(&self.store), |rc, (name, value)| {
                    rc.env(name, value)
                }),
            None => rc.within(&self.store),
        }
    }

    /// The words after `rc`, with the copy as destination where `DB` stands.
    fn rc(&self, line: &str) -> Rc {
        let file = self.file();
        rc(&line.replace("DB", &file)).holding(&self.store)
    }

    pub fn file(&self) -> String {
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
    pub fn sync(&self, flags: &str) -> Vec<Value> {
        let line = format!("sync --to DB -o ndjson {flags}");
        self.there(self.rc(&line)).succeeds().records()
    }

    fn try_sync(&self, flags: &str) -> Rc {
        self.there(self.rc(&format!("sync --to DB -o ndjson {flags}")))
    }

    /// Asks the copy.
    pub fn sql(&self, query: &str) -> Vec<Value> {
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
    pub fn value(&self, query: &str) -> Value {
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
    pub fn listed(&self, words: &str) -> Vec<Value> {
        self.sandbox(&format!("{words} -o ndjson")).records()
    }

    pub fn sandbox(&self, line: &str) -> Outcome {
        self.there(rc(line)).succeeds()
    }
}

/// The report of one table.
fn of<'r>(reports: &'r [Value], table: &str) -> &'r Value {
    let mut reports = reports.iter();
    reports.find(|report| report["table"] == table).unwrap()
}

/// The name of this machine, as writers have it.
fn hostname() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    name.trim().to_owned()
}
