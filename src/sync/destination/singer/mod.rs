//! Singer messages: to standard output, or to a target that this program runs.
//!
//! The target stores the rows, and nothing can be read back from it: a state file of
//! this program records what it confirmed. Only a state that the target printed moves a
//! bookmark there. The next run sends rows after it again, and a target stores rows by
//! their key, so that no row is stored twice.
//!
//! Deleted rows: each complete read of a whole list is a version of its stream, and a
//! message makes the target remove older versions. For other tables the keys are stored
//! beside the state, and each deleted row is sent as a record.

mod catalog;
mod destination;
mod kept;
mod keys;
mod record;
mod scan;
mod schema;
mod start;
mod state;
mod stream;
mod target;

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::PathBuf;

use super::{BatchPurpose, RecordPage, StoreKey, StoredPage, SyncTable};
use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use kept::{ConfirmedState, StateLock};
use keys::KnownKeys;
use stream::StreamState;
use target::TargetProcess;

pub use catalog::{Selection, discovered, select};
pub use kept::read_state;
pub use record::RecordWriter;
pub use start::StartState;
pub use state::{Confirmation, SingerState, StreamBookmark};
pub use target::{TargetCommand, TargetLine, TargetListener, TargetPatience, TargetSettings};

/// Where messages go.
pub enum SingerOutput {
    /// To a stream, whose reader keeps the state.
    Stream(Box<dyn Write + Send>),
    /// To a target that is run.
    Target(TargetSettings),
}

/// The fields that are sent of each stream; all of them where a stream is not named.
pub type SelectedFields = HashMap<String, HashSet<String>>;

/// A destination that takes Singer messages.
pub struct Singer {
    output: SingerOutput,
    start: StartState,
    selected: SelectedFields,
    /// The name of the state in messages.
    state_name: String,
    confirmed: ConfirmedState,
    streams: HashMap<String, StreamState>,
    process: Option<TargetProcess>,
    lock: Option<StateLock>,
    /// The keys of rows that may be removed; none where no state is kept.
    keys: Option<KnownKeys>,
    /// The version of streams that are read whole: milliseconds since 1970.
    version: i64,
    buffer: Vec<u8>,
    /// The middle of the page that was written last: its place in the buffer, and the
    /// newest replication key before it.
    middle: Option<(usize, Option<Micros>)>,
}

impl std::fmt::Debug for Singer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Singer").finish_non_exhaustive()
    }
}

impl Singer {
    /// A destination that begins with a state.
    #[must_use]
    pub fn new(output: SingerOutput, start: StartState, selected: SelectedFields) -> Self {
        Self {
            output,
            start,
            selected,
            state_name: String::new(),
            confirmed: ConfirmedState::default(),
            streams: HashMap::new(),
            process: None,
            lock: None,
            keys: None,
            version: 0,
            buffer: Vec::new(),
            middle: None,
        }
    }

    /// Reads the state to begin with, which must be of the same store.
    fn begin_state(&mut self, store: &StoreKey, file: Option<&PathBuf>) -> Result<()> {
        let (known, name) = match (&self.start, file) {
            (StartState::Given(state, name), _) => (Some(state.clone()), name.clone()),
            (_, Some(path)) => (read_state(path)?, path.display().to_string()),
            (_, None) => (None, "the state".to_owned()),
        };
        let is_new = known.is_none();
        let mut state = known.unwrap_or_default();
        if let Some(known) = state.copy_of().filter(|known| *known != store.to_string()) {
            return Err(Error::usage(format!(
                "{name} is the state of a copy of {known}, and this is {store}"
            ))
            .hint("nothing was sent; --state FILE names another state"));
        }
        self.state_name = name;
        state.set_copy_of(store);
        let mut pair = self.confirmed.lock();
        // While the stream of messages continues, the sent state is the newest.
        if self.streams.is_empty() || self.has_target() {
            pair.sent = state.clone();
            pair.kept = state;
        }
        pair.tables.clear();
        pair.path = file.cloned();
        drop(pair);
        if let (SingerOutput::Target(settings), true, Some(path)) = (&self.output, is_new, file) {
            let note = format!(
                "there is no state for this store and target: all rows are sent ({})",
                path.display()
            );
            (settings.listener)(TargetLine::Note(&note));
        }
        Ok(())
    }

    const fn has_target(&self) -> bool {
        matches!(self.output, SingerOutput::Target(_))
    }

    fn start_target(&mut self) -> Result<()> {
        let SingerOutput::Target(settings) = &self.output else {
            return Ok(());
        };
        let (confirmed, listener) = (self.confirmed.clone(), settings.listener.clone());
        let name = settings.command.name().to_owned();
        let process = TargetProcess::start(settings, move |line| {
            if confirmed.printed(line) {
                listener(TargetLine::Note(&format!(
                    "the target {name} printed something that is not a state which was sent; \
                     it confirms nothing"
                )));
            }
        })?;
        self.process = Some(process);
        Ok(())
    }

    fn stream<'s>(
        streams: &'s mut HashMap<String, StreamState>,
        table: &str,
    ) -> Result<&'s mut StreamState> {
        let stream = streams.get_mut(table);
        stream.ok_or_else(|| Error::unexpected(format!("the table {table} was not prepared")))
    }

    /// Appends the messages of a page to the buffer. A broken record leaves nothing.
    fn records(&mut self, table: &str, batch: &RecordPage) -> Result<StoredPage> {
        let stream = Self::stream(&mut self.streams, table)?;
        let keys = self.keys.as_ref().filter(|_| stream.keeps_keys());
        if let Some(keys) = keys {
            let sent = stream.keys_of(batch)?;
            if batch.purpose != BatchPurpose::Rows {
                keys.gathered(table, &sent)?;
            }
            if batch.purpose == BatchPurpose::Keys {
                return Ok(StoredPage::default());
            }
            keys.sent(table, &sent)?;
        }
        stream.announce(&mut self.buffer);
        let begin = self.buffer.len();
        let version = stream.is_versioned().then_some(self.version);
        let version = version.map_or_else(String::new, |version| format!(",\"version\":{version}"));
        let suffix = format!(",\"time_extracted\":\"{}\"{version}}}\n", batch.at);
        let mut page = StoredPage::default();
        self.middle = None;
        for record in batch.records() {
            if page.rows > 0 && page.rows == batch.len() as u64 / 2 {
                self.middle = Some((self.buffer.len(), page.newest));
            }
            match stream.writer.write(record, &suffix, &mut self.buffer) {
                Ok(key) => page.saw(key),
                Err(error) => {
                    self.buffer.truncate(begin);
                    return Err(error);
                }
            }
            page.rows += 1;
        }
        stream.rows += page.rows;
        page.changed = page.rows;
        page.findings = stream.writer.take_findings();
        Ok(page)
    }

    /// Moves the bookmark of a stream. It counts as sent before its line is written, as
    /// the target may confirm it at once.
    fn advance(&mut self, table: &str, advance: impl FnOnce(&mut StreamBookmark)) -> Result<()> {
        let stream = Self::stream(&mut self.streams, table)?;
        advance(&mut stream.bookmark);
        let mut pair = self.confirmed.lock();
        pair.sent.set(&stream.table, &stream.bookmark);
        Ok(())
    }

    /// Appends a STATE message.
    fn push_state(&mut self) {
        let line = self.state_line();
        self.buffer.extend_from_slice(line.as_bytes());
    }

    fn state_line(&self) -> String {
        let state = self.confirmed.lock().sent.text();
        format!("{{\"type\":\"STATE\",\"value\":{state}}}\n")
    }

    /// Puts a STATE message into the middle of a page in the order of changes: a target
    /// that fails gets at most a page twice, with the row of its bookmark.
    fn state_in_the_middle(
        &mut self,
        table: &str,
        reached: impl FnOnce(Option<Micros>) -> Option<Micros>,
    ) -> Result<()> {
        let Some((at, newest)) = self.middle.take() else {
            return Ok(());
        };
        let middle = reached(newest);
        self.advance(table, |bookmark| bookmark.state.advance(middle))?;
        let line = self.state_line();
        self.buffer.splice(at..at, line.into_bytes());
        Ok(())
    }

    /// Writes what is in the buffer.
    fn flush(&mut self) -> Result<()> {
        let written = match &mut self.output {
            SingerOutput::Stream(stream) => stream
                .write_all(&self.buffer)
                .and_then(|()| stream.flush())
                .map_err(|error| match Error::writing("standard output", error) {
                    // The reader must not mistake a part of the rows for all of them.
                    error if error.kind == Kind::Closed => Error::new(
                        Kind::Partial,
                        "the reader of the messages ended before the last message",
                    )
                    .hint("its own messages say why; the next run continues from its last state"),
                    error => error,
                }),
            SingerOutput::Target(_) => match &mut self.process {
                Some(process) => process.write(&self.buffer),
                None => Err(Error::unexpected("the target was not started")),
            },
        };
        self.buffer.clear();
        let failure = self.confirmed.lock().take_failure();
        written.and(failure.map_or(Ok(()), Err))
    }

    /// Forgets deleted rows, once the target has confirmed everything.
    fn forget_gone(&self) -> Result<()> {
        let Some(keys) = &self.keys else {
            return Ok(());
        };
        let announced = self.streams.values().filter(|stream| stream.is_announced);
        for stream in announced.filter(|stream| stream.keeps_keys()) {
            keys.confirmed(&stream.table.name)?;
        }
        Ok(())
    }

    /// The streams whose last state the target did not confirm.
    fn unconfirmed(&self) -> Vec<String> {
        let pair = self.confirmed.lock();
        let announced = pair.tables.iter().filter(|table| {
            let stream = self.streams.get(&table.name);
            stream.is_some_and(|stream| stream.is_announced)
        });
        let announced: Vec<SyncTable> = announced.cloned().collect();
        let behind = pair.kept.behind(&pair.sent, &announced);
        behind.into_iter().map(str::to_owned).collect()
    }
}
