//! The tables of a lake as a run finds them: compared with the index, which is made
//! again from them where it has another version.

use super::columns::{KeptTable, LakeColumn, LakeTable, name_of};
use super::commit::{PARQUET, file_name};
use super::{
    Lake, LakeFormat, LakeStorage, SchemaPolicy, SyncTable, TableStatus, described, file, index,
    manifest,
};
use crate::error::{Error, Result};
use crate::sync::destination::Destination;
use crate::sync::state::TableStatus as Status;

/// The tables that a place contains.
pub(super) fn status(storage: &dyn LakeStorage, format: LakeFormat) -> Result<Vec<TableStatus>> {
    let mut tables = Vec::new();
    for name in storage.top()? {
        let name = match format {
            LakeFormat::Parquet => match name.strip_suffix(PARQUET) {
                Some(name) => name.to_owned(),
                None => continue,
            },
            LakeFormat::Delta => name,
        };
        // Versions of rows have no bookmark of their own.
        if name.starts_with('.') || name.ends_with("_history") {
            continue;
        }
        if let Some((kept, _)) = described(storage, format, &name)? {
            tables.push(Status {
                name,
                rows: kept.rows - kept.deleted.min(kept.rows),
                deleted: kept.deleted,
                state: kept.state,
            });
        }
    }
    Ok(tables)
}

impl Lake {
    /// Rebuilds the index of a table from the version which readers see, unless the index
    /// continues from this version.
    ///
    /// # Errors
    /// Of kind `Usage`: the table is of another store, or of another program, or the
    /// type of a column has changed.
    pub(super) fn adopt(&mut self, table: &SyncTable) -> Result<()> {
        let found = self.found(&table.name)?;
        if let Some(kept) = &found {
            self.check_types(table, kept)?;
            self.kept.insert(table.name.clone(), kept.columns());
        }
        if self.is_to_load(&table.name, found.as_ref())?
            && let Some(kept) = &found
        {
            self.load(table, kept)?;
        }
        if let Some(name) = table.history_name() {
            let history = self.found(&name)?;
            if self.is_to_load(&name, history.as_ref())?
                && let Some(kept) = &history
            {
                self.load_history(table, kept)?;
            }
            self.watch(table, 1)?;
        }
        self.watch(table, 0)
    }

    /// Makes the index record which months of a published table change.
    fn watch(&self, table: &SyncTable, at: usize) -> Result<()> {
        let kept = self.kept.get(&table.name).map_or(&[][..], Vec::as_slice);
        let lake = self.lake_table(table, kept, at)?;
        let connection = self.database.connection();
        let sql = |error| index::failed(&self.place, error);
        let is_seen = index::known(connection, &lake.name)
            .map_err(sql)?
            .base
            .is_some();
        if self.format == LakeFormat::Delta && is_seen {
            index::watch_months(connection, &lake).map_err(sql)?;
        }
        Ok(())
    }

    /// The version of a table that readers see.
    fn found(&mut self, name: &str) -> Result<Option<KeptTable>> {
        let Some((kept, log)) = described(self.storage.as_ref(), self.format, name)? else {
            return Ok(None);
        };
        let store = kept.store.clone().into();
        if let Some(own) = self.store.as_ref().filter(|own| **own != store) {
            return Err(manifest::other_store(&self.place, &store, own));
        }
        if let Some(log) = log {
            self.logs.insert(name.to_owned(), log);
        }
        Ok(Some(kept))
    }

    /// A column keeps its type: files that are there have it, and readers rely on it.
    fn check_types(&self, table: &SyncTable, kept: &KeptTable) -> Result<()> {
        for known in kept.columns() {
            let at = table.column(&known.name);
            let Some(column) = at.map(|at| &table.columns[at]) else {
                continue;
            };
            if column.kind != known.kind {
                let (place, name, column_name) = (&self.place, &table.name, column.name);
                let (was, is) = (name_of(known.kind), name_of(column.kind));
                return Err(Error::usage(format!(
                    "{place}: the column {column_name} of {name} would change its type from {was} to {is}"
                ))
                .hint("nothing was written; a column keeps its type, so --to must name another place"));
            }
        }
        Ok(())
    }

    /// Whether the rows of the index are not those that readers see.
    fn is_to_load(&self, name: &str, found: Option<&KeptTable>) -> Result<bool> {
        let connection = self.database.connection();
        let sql = |error| index::failed(&self.place, error);
        let known = index::known(connection, name).map_err(sql)?;
        let Some(kept) = found else {
            // The table was removed, and is written again from the index.
            index::forget(connection, name).map_err(sql)?;
            return Ok(false);
        };
        if known.base.as_ref() == Some(&kept.commit) {
            return Ok(false);
        }
        if known.pending.as_ref() == Some(&kept.commit) {
            // The process ended between the two writes.
            index::landed(connection, name, &kept.commit).map_err(sql)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Rebuilds the rows of a table.
    fn load(&mut self, table: &SyncTable, kept: &KeptTable) -> Result<()> {
        let columns = kept.columns();
        {
            let sql = |error| index::failed(&self.place, error);
            let connection = self.database.connection();
            index::drop_table(connection, &table.name).map_err(sql)?;
        }
        let narrowed = self.with_columns(table, &columns)?;
        let place = self.place.clone();
        let sql = |error| index::failed(&place, error);
        let transaction = self.database.connection().unchecked_transaction();
        let transaction = transaction.map_err(sql)?;
        let lake = self.lake_table(table, &columns, 0)?;
        self.load_files(&lake)?;
        index::restore_decimals(&transaction, &lake).map_err(sql)?;
        index::keep_state(&transaction, &table.name, &kept.state).map_err(sql)?;
        let made_of = self.made_of(&narrowed, &lake)?;
        index::landed(&transaction, &table.name, &kept.commit).map_err(sql)?;
        index::keep_made_of(&transaction, &table.name, &made_of).map_err(sql)?;
        transaction.commit().map_err(sql)
    }

    /// Adds the versions of rows that readers see to those of the index.
    fn load_history(&mut self, table: &SyncTable, kept: &KeptTable) -> Result<()> {
        let columns = kept.columns();
        let name = table.history_name().unwrap_or_default();
        let there = index::columns(self.database.connection(), &name);
        if there
            .map_err(|error| index::failed(&self.place, error))?
            .is_empty()
        {
            self.with_columns(table, &columns)?;
        }
        let place = self.place.clone();
        let sql = |error| index::failed(&place, error);
        let transaction = self.database.connection().unchecked_transaction();
        let transaction = transaction.map_err(sql)?;
        let lake = self.lake_table(table, &columns, 1)?;
        self.load_files(&lake)?;
        index::restore_decimals(&transaction, &lake).map_err(sql)?;
        index::landed(&transaction, &name, &kept.commit).map_err(sql)?;
        // Versions that only the index has are still to be written.
        if index::count(&transaction, &name).map_err(sql)? == kept.rows {
            let made_of = self.made_of(table, &lake)?;
            index::keep_made_of(&transaction, &name, &made_of).map_err(sql)?;
        } else {
            index::all_changed(&transaction, &lake).map_err(sql)?;
        }
        transaction.commit().map_err(sql)
    }

    /// Creates the tables of a table with these columns; returns what it is then.
    fn with_columns(&mut self, table: &SyncTable, columns: &[LakeColumn]) -> Result<SyncTable> {
        let mut narrowed = table.clone();
        let is_kept = |name: &str| columns.iter().any(|column| column.name == name);
        narrowed.columns.retain(|column| is_kept(column.name));
        self.database.prepare(&narrowed, SchemaPolicy::Evolve)?;
        let connection = self.database.connection();
        let sql = |error| index::failed(&self.place, error);
        for name in std::iter::once(table.name.clone()).chain(table.history_name()) {
            let there = index::columns(connection, &name).map_err(sql)?;
            for column in columns {
                if !there.contains(&column.name) {
                    index::add_column(connection, &name, column).map_err(sql)?;
                }
            }
        }
        Ok(narrowed)
    }

    /// The table of files at a position: rows first, then their versions.
    fn lake_table(&self, table: &SyncTable, kept: &[LakeColumn], at: usize) -> Result<LakeTable> {
        let names = [Some(table.name.clone()), table.history_name()];
        let name = names.into_iter().nth(at).flatten().unwrap_or_default();
        let there = index::columns(self.database.connection(), &name);
        let there = there.map_err(|error| index::failed(&self.place, error))?;
        let mut tables = LakeTable::of(table, &there, kept);
        Ok(tables.swap_remove(at.min(tables.len() - 1)))
    }

    fn load_files(&self, table: &LakeTable) -> Result<()> {
        let names = match (self.format, self.logs.get(&table.name)) {
            (LakeFormat::Parquet, _) => vec![file_name(&table.name)],
            (LakeFormat::Delta, Some(log)) => log.files(),
            (LakeFormat::Delta, None) => Vec::new(),
        };
        for name in names {
            let Some(file) = self.storage.open(&name)? else {
                let place = &self.place;
                let error = Error::unexpected(format!("{place} lacks {name}, which its log names"));
                return Err(error.hint("restore the file, or name another place with --to"));
            };
            file::load(self.database.connection(), &self.place, table, file)?;
        }
        Ok(())
    }
}
