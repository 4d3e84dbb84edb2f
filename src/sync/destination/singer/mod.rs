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
mod kept;
mod keys;
mod record;
mod scan;
mod schema;
mod state;
mod target;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use super::{
    Advance, Among, BatchPurpose, ChildPage, Destination, Missing, RecordPage, Removals,
    SchemaPolicy, StoreKey, StoredPage, SyncTable, TableState, TableStatus, Writer,
};
use crate::api::response::id_of;
use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use crate::sync::table::ReadMethod;
use kept::{ConfirmedState, StateLock};
use keys::{KnownKeys, SentKey};
use scan::ObjectFields;
use schema::{activate_message, deleted_message, schema_message};
use target::TargetProcess;

pub use catalog::{Selection, discovered, select};
pub use kept::read_state;
pub use record::RecordWriter;
pub use state::{Confirmation, SingerState, StreamBookmark};
pub use target::{TargetCommand, TargetLine, TargetListener, TargetPatience, TargetSettings};

/// Where messages go.
pub enum SingerOutput {
    /// To a stream, whose reader keeps the state.
    Stream(Box<dyn Write + Send>),
    /// To a target that is run.
    Target(TargetSettings),
}

/// The state that a run begins with.
#[derive(Debug, Clone, Default)]
pub enum StartState {
    /// None.
    #[default]
    Nothing,
    /// One that was read, and its name in messages.
    Given(SingerState, String),
    /// That of a file, which is replaced as the target confirms.
    File(PathBuf),
    /// That of a file in a folder of this program, one for each store and target.
    Kept {
        /// The folder.
        folder: PathBuf,
        /// Distinguishes the target from others.
        target: String,
    },
}

impl StartState {
    /// The file that is replaced as the target confirms.
    fn file(&self, store: &StoreKey) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Kept { folder, target } => {
                let name = fingerprint(&[&store.to_string(), target]);
                Some(folder.join(format!("{name}.json")))
            }
            Self::Nothing | Self::Given(..) => None,
        }
    }
}

/// A short name for some texts, the same in every run.
fn fingerprint(texts: &[&str]) -> String {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for text in texts {
        digest.update(&text.len().to_be_bytes());
        digest.update(text.as_bytes());
    }
    let digest = digest.finish();
    let bytes = digest.as_ref().iter().take(12);
    bytes.fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
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

/// A stream of this run.
struct StreamState {
    table: SyncTable,
    writer: RecordWriter,
    schema: String,
    is_announced: bool,
    bookmark: StreamBookmark,
    /// Rows of the whole list that were sent in this run.
    rows: u64,
    /// Deleted rows that were sent to the target, which did not confirm them yet.
    gone: Vec<(String, String)>,
}

/// A table with a column of this name has no versions: meltanolabs-target-postgres
/// (0.8.1) binds a parameter of the same name when it ends older ones, and fails. Its
/// deleted rows are sent one by one.
const BOUND_NAME: &str = "version";

impl StreamState {
    /// Whether a complete read of the list shows that all other rows are deleted. A list
    /// that omits old rows does not.
    fn is_versioned(&self) -> bool {
        let forgets = self.table.forgotten.is_some() || self.table.reach_days.is_some();
        let is_whole = self.table.method == ReadMethod::Whole;
        is_whole && !forgets && self.table.column(BOUND_NAME).is_none()
    }

    /// Whether the keys of its rows are kept.
    fn keeps_keys(&self) -> bool {
        let removes = self.table.removed.is_some() || self.table.vanished.is_some();
        match self.table.method {
            ReadMethod::Whole => self.table.column(BOUND_NAME).is_some(),
            _ => removes,
        }
    }

    /// Appends what comes before the first record.
    fn announce(&mut self, buffer: &mut Vec<u8>) {
        if std::mem::replace(&mut self.is_announced, true) {
            return;
        }
        push_line(buffer, &self.schema);
        for (key, at) in self.gone.drain(..) {
            push_line(buffer, &deleted_message(&self.table, &key, &at));
        }
    }

    /// The keys of a page.
    fn keys_of(&self, batch: &RecordPage) -> Result<Vec<SentKey>> {
        let field = self.table.removed.map(|rows| rows.field);
        let key = |record: &str| {
            let key = id_of(record.as_bytes(), self.table.key).ok_or_else(|| {
                let what = format!("{}: a record has no {}", self.table.name, self.table.key);
                Error::new(Kind::Unreachable, what)
            })?;
            let kind = field.and_then(|field| text_of(record, field));
            Ok(SentKey { key, kind })
        };
        batch.records().map(key).collect()
    }
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

/// The text of a field of a record.
fn text_of(record: &str, name: &str) -> Option<String> {
    let mut fields = ObjectFields::of(record).ok()?.flatten();
    let field = fields.find(|field| field.name == name)?;
    serde_json::from_str(field.value).ok()
}

fn push_line(buffer: &mut Vec<u8>, line: &str) {
    buffer.extend_from_slice(line.as_bytes());
    buffer.push(b'\n');
}

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
