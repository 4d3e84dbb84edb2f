//! Plan files: the rows of a job as a CSV that people read and prune in a
//! spreadsheet, and that is applied later.
//!
//! The first line says for which operation and store the plan is, and has a
//! fingerprint. Columns show the current and the new values; the column `row`
//! has the request, and `check` a hash of it. Rows may be deleted and sorted;
//! a row or a header that was altered is refused. The hashes detect mistakes,
//! not forgery: who can write the file can also run the command.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::change::ChangeRow;
use super::ledger::{JobStore, StoreIdentity};
use super::row::Task;
use super::settle::likeness;
use super::values::{self, ObjectValues};
use crate::error::{Error, Result};

/// How the first line begins.
const MARK: &str = "# rc bulk plan";

/// The columns after those of values.
const ENDS: [&str; 2] = ["row", "check"];

/// Longest line that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Characters that are written unchanged in the first line; no mark that
/// separates cells.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b':')
    .remove(b'/');

/// What a plan is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSubject {
    /// The operation, as the catalogue names it.
    pub operation: String,
    /// The store that it was made for.
    pub store: JobStore,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Writes a plan. Rows are spooled, as the columns are known after the last.
pub struct PlanWriter {
    subject: PlanSubject,
    spool: File,
    fields: Vec<String>,
    rows: u64,
}

impl std::fmt::Debug for PlanWriter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PlanWriter")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

fn unwritten(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::usage("the plan cannot be written").caused_by(error)
}

impl PlanWriter {
    /// A plan without rows.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn new(subject: PlanSubject) -> Result<Self> {
        Ok(Self {
            subject,
            spool: tempfile::tempfile().map_err(unwritten)?,
            fields: Vec::new(),
            rows: 0,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn add(&mut self, row: &ChangeRow) -> Result<()> {
        for name in row.after.keys() {
            if !self.fields.contains(name) {
                self.fields.push(name.clone());
            }
        }
        let line = json!([
            row.id,
            row.task.target,
            row.task.body,
            row.before,
            row.after
        ]);
        self.rows += 1;
        writeln!(self.spool, "{line}").map_err(unwritten)
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self, to: Box<dyn Write + Send>) -> Result<u64> {
        let header = header(&self.fields);
        let begin = first_line(&self.subject);
        let mark = fingerprint(&begin, &header);
        let mut to = to;
        writeln!(to, "{begin} fingerprint={mark}").map_err(unwritten)?;
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record(&header).map_err(unwritten)?;
        self.spool.seek(SeekFrom::Start(0)).map_err(unwritten)?;
        for line in BufReader::new(self.spool).lines() {
            let line = line.map_err(unwritten)?;
            let row = spooled(&line).ok_or_else(|| unwritten("a row is damaged"))?;
            let json = row_json(&row);
            let check = row_check(&mark, &json);
            let mut cells = vec![row.id.clone()];
            cells.extend(shown(&self.fields, &row));
            cells.extend([json, check]);
            csv.write_record(&cells).map_err(unwritten)?;
        }
        csv.flush().map_err(unwritten)?;
        Ok(self.rows)
    }
}

fn header(fields: &[String]) -> Vec<String> {
    let own = fields
        .iter()
        .flat_map(|name| [format!("{name} now"), format!("{name} new")]);
    std::iter::once("id".to_owned())
        .chain(own)
        .chain(ENDS.map(str::to_owned))
        .collect()
}

fn spooled(line: &str) -> Option<ChangeRow> {
    let (id, target, body, before, after) = serde_json::from_str(line).ok()?;
    Some(ChangeRow {
        id,
        task: Task { target, body },
        before,
        after,
    })
}

/// The cells that show values, for people.
fn shown(fields: &[String], row: &ChangeRow) -> Vec<String> {
    let cell = |values: &ObjectValues, name: &str| match values.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let is_changed = |name: &str| row.after.contains_key(name);
    fields
        .iter()
        .flat_map(|name| {
            let now = if is_changed(name) {
                cell(&row.before, name)
            } else {
                String::new()
            };
            [now, cell(&row.after, name)]
        })
        .collect()
}

fn row_json(row: &ChangeRow) -> String {
    json!([
        row.id,
        row.task.target,
        row.task.body,
        row.before,
        row.after
    ])
    .to_string()
}

fn row_check(mark: &str, json: &str) -> String {
    // However it is spaced and escaped: a spreadsheet writes it again.
    let meant = likeness(json);
    hex(&[mark.as_bytes(), &meant].concat(), 16)
}

fn fingerprint(begin: &str, header: &[String]) -> String {
    hex(format!("{begin}\n{}", header.join("\n")).as_bytes(), 16)
}

fn hex(bytes: &[u8], letters: usize) -> String {
    let mut text = String::new();
    for byte in digest(&SHA256, bytes).as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(letters);
    text
}

fn first_line(subject: &PlanSubject) -> String {
    let store = &subject.store;
    let mut line = MARK.to_owned();
    let identity = store.identity.as_ref();
    for (name, value) in [
        ("operation", Some(subject.operation.as_str())),
        ("api", Some(store.api.as_str())),
        ("version", Some(store.api_version.as_str())),
        ("base", Some(store.base_url.as_str())),
        ("sandbox", store.sandbox.then_some("true")),
        ("number", identity.map(|identity| identity.id.as_str())),
        (
            "domain",
            identity.and_then(|identity| identity.domain.as_deref()),
        ),
        ("name", store.name.as_deref()),
        ("made", Some(subject.made_at.to_string().as_str())),
    ] {
        if let Some(value) = value {
            let _ = write!(line, " {name}={}", utf8_percent_encode(value, PLAIN));
        }
    }
    line
}

/// A plan that is read.
pub struct PlanReader {
    /// What it is about.
    pub subject: PlanSubject,
    name: String,
    mark: String,
    fields: Vec<String>,
    rows: csv::Reader<Box<dyn Read + Send>>,
    seen: HashSet<String>,
    line: u64,
}

impl std::fmt::Debug for PlanReader {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PlanReader")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl PlanReader {
    /// Opens a plan.
    ///
    /// # Errors
    /// Of kind `Usage`: it is not a plan, or its first line or header was
    /// altered.
    pub fn open(name: &str, stream: Box<dyn Read + Send>) -> Result<Self> {
        let mut lines = BufReader::new(stream);
        let mut first = Vec::new();
        let read = lines.by_ref().take(LONGEST).read_until(b'\n', &mut first);
        read.map_err(|error| Error::reading(name, error))?;
        let first = String::from_utf8_lossy(&first).into_owned();
        let first = first.trim_start_matches('\u{feff}').trim();
        // A spreadsheet fills the line with empty cells, and may quote it.
        let first = first
            .trim_end_matches([',', ';', '\t', ' '])
            .trim_matches('"');
        if !first.starts_with(MARK) {
            return Err(Error::usage(format!(
                "{name} is not a plan: its first line is not the header of a plan"
            ))
            .hint("rc bulk RESOURCE VERB --where … --plan FILE creates one"));
        }
        let altered = |what: &str| {
            Error::usage(format!(
                "{name}: the {what} of the plan was altered; nothing was sent"
            ))
            .hint("rows may be deleted and sorted; to change anything else, create the plan again")
        };
        let (begin, mark) = first
            .rsplit_once(" fingerprint=")
            .ok_or_else(|| altered("first line"))?;
        let subject = subject(begin).ok_or_else(|| altered("first line"))?;
        let mut header = String::new();
        lines
            .by_ref()
            .take(LONGEST)
            .read_line(&mut header)
            .map_err(|error| Error::reading(name, error))?;
        let delimiter = *[b',', b';', b'\t']
            .iter()
            .max_by_key(|sign| header.bytes().filter(|byte| byte == *sign).count())
            .unwrap_or(&b',');
        let reader = |stream: Box<dyn Read + Send>| {
            csv::ReaderBuilder::new()
                .delimiter(delimiter)
                .has_headers(false)
                .flexible(true)
                .from_reader(stream)
        };
        let mut names: Vec<String> = reader(Box::new(std::io::Cursor::new(header.into_bytes())))
            .records()
            .next()
            .and_then(std::result::Result::ok)
            .map(|cells| cells.iter().map(str::to_owned).collect())
            .unwrap_or_default();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        if fingerprint(begin, &names) != mark || names.len() < 1 + ENDS.len() {
            return Err(altered("first line or the header"));
        }
        let own = &names[1..names.len() - ENDS.len()];
        let fields = own.iter().filter_map(|name| name.strip_suffix(" new"));
        Ok(Self {
            subject,
            name: name.to_owned(),
            mark: mark.to_owned(),
            fields: fields.map(str::to_owned).collect(),
            rows: reader(Box::new(lines)),
            seen: HashSet::new(),
            line: 2,
        })
    }

    /// The next row, and its line.
    ///
    /// # Errors
    /// Of kind `Usage`: it was altered, is there twice, or is not a row.
    pub fn next_row(&mut self) -> Result<Option<(u64, ChangeRow)>> {
        let mut cells = csv::StringRecord::new();
        loop {
            let read = self.rows.read_record(&mut cells);
            let is_row = read.map_err(|error| {
                Error::usage(format!("{}: the plan cannot be read", self.name)).caused_by(error)
            })?;
            if !is_row {
                return Ok(None);
            }
            self.line = cells.position().map_or(self.line, |at| at.line() + 2);
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                break;
            }
        }
        let wrong = |what: String| {
            Error::usage(format!(
                "{}:{}: {what}; nothing was sent",
                self.name, self.line
            ))
            .hint("rows may be deleted and sorted; to change anything else, create the plan again")
        };
        let at = 1 + self.fields.len() * 2;
        let (Some(json), Some(check)) = (cells.get(at), cells.get(at + 1)) else {
            return Err(wrong("the row has too few cells".to_owned()));
        };
        let row = spooled(json).filter(|_| row_check(&self.mark, json) == check.trim());
        let Some(row) = row else {
            return Err(wrong("the row was altered".to_owned()));
        };
        let own = std::iter::once(row.id.clone()).chain(shown(&self.fields, &row));
        let names = header(&self.fields);
        for ((cell, planned), column) in cells.iter().zip(own).zip(&names) {
            let same = values::agree(&cell.trim().into(), &planned.trim().into());
            if !same {
                return Err(wrong(format!(
                    "{column} was altered: it says {}, and the plan has {}",
                    values::shown(&cell.into()),
                    values::shown(&planned.into())
                )));
            }
        }
        if !self.seen.insert(row.id.clone()) {
            return Err(wrong(format!("{} is in the plan twice", row.id)));
        }
        Ok(Some((self.line, row)))
    }
}

fn subject(line: &str) -> Option<PlanSubject> {
    let value = |wanted: &str| {
        line.split(' ').find_map(|word| {
            let (name, value) = word.split_once('=')?;
            let value = percent_decode_str(value).decode_utf8().ok()?;
            (name == wanted).then(|| value.into_owned())
        })
    };
    Some(PlanSubject {
        operation: value("operation")?,
        store: JobStore {
            profile: None,
            base_url: value("base")?,
            sandbox: value("sandbox").is_some(),
            api: value("api")?,
            api_version: value("version")?,
            name: value("name"),
            fingerprint: None,
            identity: value("number").map(|id| StoreIdentity {
                id,
                domain: value("domain"),
            }),
        },
        made_at: value("made")?.parse().ok()?,
    })
}

#[cfg(test)]
#[path = "plan_file_tests.rs"]
mod tests;
