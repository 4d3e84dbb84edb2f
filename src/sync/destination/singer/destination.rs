//! What a run asks of a destination, as messages.

use super::kept::StateLock;
use super::keys::KnownKeys;
use super::record::RecordWriter;
use super::schema::{activate_message, deleted_message, schema_message};
use super::stream::{StreamState, push_line};
use super::target::TargetProcess;
use super::{Singer, SingerOutput};
use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use crate::sync::destination::{
    Advance, Among, BatchPurpose, ChildPage, Destination, Missing, RecordPage, Removals,
    SchemaPolicy, StoreKey, StoredPage, SyncTable, TableState, TableStatus, Writer,
};

impl Destination for Singer {
    fn begin(&mut self, store: &StoreKey, writer: &Writer, now: Micros) -> Result<()> {
        // An earlier run that did not begin has no lock.
        self.lock = None;
        let file = self.start.file(store);
        if let Some(path) = &file {
            self.lock = Some(StateLock::take(path, writer, now)?);
            self.keys = Some(KnownKeys::beside(path)?);
        }
        self.begin_state(store, file.as_ref())?;
        self.streams.clear();
        self.buffer.clear();
        self.version = now.as_i64() / 1000;
        self.start_target()
    }

    fn prepare(&mut self, table: &SyncTable, policy: SchemaPolicy) -> Result<TableState> {
        let name = self.state_name.clone();
        let mut pair = self.confirmed.lock();
        let mut bookmark = match pair.sent.bookmark(table, &name) {
            Err(error) if policy != SchemaPolicy::Refresh => return Err(error),
            bookmark => bookmark.unwrap_or_default(),
        };
        if policy == SchemaPolicy::Refresh {
            // The next confirmations may be older than the stored state.
            bookmark.state = TableState::default();
            pair.sent.set(table, &bookmark);
            pair.kept.set(table, &bookmark);
        }
        pair.tables.push(table.clone());
        drop(pair);
        let selected = self.selected.get(&table.name);
        let is_selected = |field: &str| selected.is_none_or(|fields| fields.contains(field));
        let state = bookmark.state.clone();
        let mut stream = StreamState {
            writer: RecordWriter::new(table, is_selected),
            schema: schema_message(table, is_selected),
            table: table.clone(),
            is_announced: false,
            bookmark,
            rows: 0,
            gone: Vec::new(),
        };
        if let Some(keys) = self.keys.as_ref().filter(|_| stream.keeps_keys()) {
            stream.gone = keys.gone(&table.name)?;
        }
        self.streams.insert(table.name.clone(), stream);
        Ok(state)
    }

    fn write(&mut self, table: &str, batch: &RecordPage, advance: Advance) -> Result<StoredPage> {
        let page = self.records(table, batch)?;
        if batch.purpose == BatchPurpose::Keys {
            return Ok(page);
        }
        let end = advance.bookmark(page.newest, batch.at);
        if end.is_some() {
            if !page.is_unordered {
                self.state_in_the_middle(table, |newest| advance.bookmark(newest, batch.at))?;
            }
            self.advance(table, |bookmark| bookmark.state.advance(end))?;
        }
        self.push_state();
        self.flush()?;
        Ok(page)
    }

    fn write_family(
        &mut self,
        table: &str,
        batch: &RecordPage,
        advance: Advance,
        children: &[ChildPage],
    ) -> Result<Vec<StoredPage>> {
        let mut pages = vec![self.records(table, batch)?];
        for child in children {
            match self.records(&child.table, &child.records) {
                Ok(page) => pages.push(page),
                Err(error) => {
                    self.buffer.clear();
                    return Err(error);
                }
            }
        }
        let end = advance.bookmark(pages[0].newest, batch.at);
        if end.is_some() {
            let names = std::iter::once(table).chain(children.iter().map(|child| &*child.table));
            for name in names {
                self.advance(name, |bookmark| bookmark.state.advance(end))?;
            }
        }
        self.push_state();
        self.flush()?;
        Ok(pages)
    }

    fn gather(&mut self, table: &str) -> Result<()> {
        Self::stream(&mut self.streams, table)?.rows = 0;
        self.keys.as_ref().map_or(Ok(()), |keys| keys.gather(table))
    }

    /// The number of rows that a list, which was read whole, has lost since the last time.
    fn count_missing(&mut self, table: &str, among: Option<&Among>) -> Result<Missing> {
        let stream = Self::stream(&mut self.streams, table)?;
        if let Some(keys) = self.keys.as_ref().filter(|_| stream.keeps_keys()) {
            return keys.count(table, among);
        }
        let rows = stream.bookmark.rows.filter(|_| stream.is_versioned());
        let rows = rows.unwrap_or_default();
        Ok(Missing {
            rows,
            missing: rows.saturating_sub(stream.rows),
        })
    }

    fn missing(
        &mut self,
        table: &str,
        among: Option<&Among>,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>> {
        let keys = self.keys.as_ref();
        keys.map_or(Ok(Vec::new()), |keys| {
            keys.missing(table, among, after, most)
        })
    }

    fn lacking(&mut self, table: &str, keys: &[String]) -> Result<Vec<String>> {
        let known = self.keys.as_ref();
        known.map_or(Ok(Vec::new()), |known| known.lacking(table, keys))
    }

    fn mark_deleted(&mut self, table: &str, keys: &[String], at: Micros) -> Result<u64> {
        if let Some(known) = &self.keys {
            known.mark(table, keys, at)?;
        }
        let stream = Self::stream(&mut self.streams, table)?;
        stream.announce(&mut self.buffer);
        for key in keys {
            let message = deleted_message(&stream.table, key, &at.to_string());
            push_line(&mut self.buffer, &message);
        }
        self.push_state();
        self.flush()?;
        Ok(keys.len() as u64)
    }

    fn removals(&self, table: &str) -> Removals {
        match self.streams.get(table) {
            Some(stream) if stream.is_versioned() => Removals::Version,
            Some(stream) if stream.keeps_keys() && self.keys.is_some() => Removals::KeysCompared,
            _ => Removals::Unknown,
        }
    }

    fn end_older_rows(&mut self, table: &str) -> Result<()> {
        let stream = Self::stream(&mut self.streams, table)?;
        stream.announce(&mut self.buffer);
        stream.bookmark.rows = Some(stream.rows);
        let message = activate_message(&stream.table, self.version);
        push_line(&mut self.buffer, &message);
        self.flush()
    }

    fn conclude(&mut self, table: &str, state: &TableState) -> Result<()> {
        let stream = Self::stream(&mut self.streams, table)?;
        stream.announce(&mut self.buffer);
        self.advance(table, |bookmark| bookmark.state = state.clone())?;
        self.push_state();
        self.flush()
    }

    fn beat(&mut self, _: Micros) -> Result<()> {
        Ok(())
    }

    fn store(&mut self) -> Result<Option<StoreKey>> {
        Ok(None)
    }

    fn status(&mut self) -> Result<Vec<TableStatus>> {
        Ok(Vec::new())
    }

    fn finish(&mut self) -> Result<()> {
        let sent = match (&self.process, &self.output) {
            (Some(_), _) | (None, SingerOutput::Stream(_)) => {
                self.push_state();
                self.flush()
            }
            // It failed before, and that was reported.
            (None, SingerOutput::Target(_)) => Ok(()),
        };
        let ended = self.process.take().map(TargetProcess::finish);
        self.lock = None;
        let failure = self.confirmed.lock().take_failure();
        sent?;
        let Some(ended) = ended else { return Ok(()) };
        ended?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let behind = self.unconfirmed();
        if behind.is_empty() {
            return self.forget_gone();
        }
        Err(Error::new(
            Kind::Partial,
            format!(
                "the target ended without confirming all rows of {}",
                behind.join(", ")
            ),
        )
        .hint("the next run sends the unconfirmed rows again"))
    }
}
