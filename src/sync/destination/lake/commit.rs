//! Versions of tables: written from the index, and then visible to readers at once.
//!
//! Versions of rows are written before the rows: until the rows are written, the bookmark
//! is before them, and the next run reads them again.

use std::time::Instant;

use serde_json::json;

use super::columns::{KeptTable, LakeTable};
use super::file::FileRows;
use super::storage::LakeStorage;
use super::{Lake, LakeFormat, PULSE, SyncTable, TableState, delta, file, index};
use crate::error::{Error, Result};
use crate::sync::Micros;

/// How the names of files end.
pub(super) const PARQUET: &str = ".parquet";

/// The file of a table.
pub(super) fn file_name(table: &str) -> String {
    format!("{table}{PARQUET}")
}

/// The description in the file of a table; `None` if there is no file.
///
/// # Errors
/// Of kind `Usage`: it is not the file of a copy.
pub(super) fn of_file(storage: &dyn LakeStorage, table: &str) -> Result<Option<KeptTable>> {
    let name = file_name(table);
    let Some(end) = storage.footer(&name)? else {
        return Ok(None);
    };
    let foreign = || {
        let place = storage.place();
        Error::usage(format!("{place}/{name} was not written by rc sync"))
            .hint("nothing was written; --to names another place")
    };
    let text = file::kept(&end).map_err(|error| foreign().caused_by(error))?;
    let text = text.ok_or_else(foreign)?;
    let kept = serde_json::from_str(&text);
    kept.map(Some).map_err(|error| foreign().caused_by(error))
}

/// The changes of a table.
pub(super) struct TableNews<'a> {
    pub(super) table: &'a LakeTable,
    /// The new description of the table, without the numbers of rows.
    pub(super) kept: KeptTable,
    /// The months to write; months without rows are removed from the table.
    pub(super) months: Vec<String>,
    /// Whether the table starts over.
    pub(super) is_first: bool,
    /// The present.
    pub(super) now: Micros,
}

impl Lake {
    /// Commits each table that has changed.
    pub(super) fn commit(&mut self) -> Result<()> {
        for table in self.tables.clone() {
            let sql = |error| index::failed(&self.place, error);
            let there = index::columns(self.database.connection(), &table.name).map_err(sql)?;
            let kept = self.kept.get(&table.name).map_or(&[][..], Vec::as_slice);
            let tables = LakeTable::of(&table, &there, kept);
            for lake in tables.iter().rev() {
                self.commit_table(&table, lake)?;
            }
        }
        Ok(())
    }

    fn commit_table(&mut self, table: &SyncTable, lake: &LakeTable) -> Result<()> {
        let Some(news) = self.news(table, lake)? else {
            return Ok(());
        };
        let made_of = self.made_of(table, lake)?;
        let commit = news.kept.commit.clone();
        let place = self.place.clone();
        let sql = |error| index::failed(&place, error);
        self.check_writer()?;
        index::expect(self.database.connection(), &lake.name, &commit).map_err(sql)?;
        match self.format {
            LakeFormat::Parquet => self.write_file(news)?,
            LakeFormat::Delta => self.write_version(&news)?,
        }
        let connection = self.database.connection();
        index::committed(connection, &lake.name, &commit, &made_of).map_err(sql)?;
        if self.format == LakeFormat::Delta {
            index::watch_months(connection, lake).map_err(sql)?;
        }
        Ok(())
    }

    /// The source of a version of a table. The versions of rows only grow.
    pub(super) fn made_of(&self, table: &SyncTable, lake: &LakeTable) -> Result<String> {
        let connection = self.database.connection();
        let sql = |error| index::failed(&self.place, error);
        let columns = lake.delta();
        if lake.is_history {
            let rows = index::count(connection, &lake.name).map_err(sql)?;
            return Ok(json!([rows, columns]).to_string());
        }
        let state = index::state(connection, &table.name).map_err(sql)?;
        let version = self.database.version(&table.name)?;
        // A newer time of reading alone does not require a new version.
        Ok(json!([version, state.bookmark, columns]).to_string())
    }

    /// The changes to write of a table; `None` if readers see everything.
    fn news<'a>(&self, table: &SyncTable, lake: &'a LakeTable) -> Result<Option<TableNews<'a>>> {
        let connection = self.database.connection();
        let sql = |error| index::failed(&self.place, error);
        let known = index::known(connection, &lake.name).map_err(sql)?;
        let is_first = known.base.is_none();
        let changed = index::changed_months(connection, &lake.name).map_err(sql)?;
        if !is_first && changed.is_empty() && known.made_of == self.made_of(table, lake)? {
            return Ok(None);
        }
        let months = if is_first || lake.created.is_none() {
            index::all_months(connection, lake).map_err(sql)?
        } else {
            changed
        };
        let state = if lake.is_history {
            TableState::default()
        } else {
            index::state(connection, &table.name).map_err(sql)?
        };
        let Some(store) = &self.store else {
            return Err(Error::unexpected("the copy was not started"));
        };
        Ok(Some(TableNews {
            table: lake,
            kept: KeptTable {
                store: store.into(),
                commit: format!("{:016x}", fastrand::u64(..)),
                state,
                columns: lake.kept_columns(),
                rows: 0,
                deleted: 0,
            },
            months,
            is_first,
            now: self.now(),
        }))
    }

    /// Confirms that no other process has taken the copy.
    pub(super) fn check_writer(&self) -> Result<()> {
        let now = self.now();
        self.database.confirm(now)?;
        self.storage.confirm(now)
    }

    /// Something to call now and then while much is written.
    pub(super) fn pulse(&self) -> impl FnMut() -> Result<()> + '_ {
        let mut last = Instant::now();
        move || {
            if last.elapsed() < PULSE {
                return Ok(());
            }
            last = Instant::now();
            self.check_writer()
        }
    }

    /// Replaces the file of a table.
    fn write_file(&self, news: TableNews<'_>) -> Result<()> {
        let rows = FileRows {
            connection: self.database.connection(),
            name: &self.place,
            table: news.table,
            month: None,
        };
        let mut kept = news.kept;
        let text = |counts: &file::FileCounts| {
            (kept.rows, kept.deleted) = (counts.rows, counts.deleted);
            serde_json::to_string(&kept).ok()
        };
        let storage = self.storage.as_ref();
        let (draft, _) = file::write(&rows, storage, text, &mut self.pulse())?;
        // The writing took its time.
        self.check_writer()?;
        storage.keep(draft, &file_name(&news.table.name))
    }

    /// Adds a version to the log of a table.
    fn write_version(&mut self, news: &TableNews<'_>) -> Result<()> {
        let name = &news.table.name;
        let log = if news.is_first {
            self.logs.remove(name);
            None
        } else {
            self.logs.get(name)
        };
        let version = delta::commit(self, log, news)?;
        self.logs.insert(name.clone(), version);
        Ok(())
    }
}
