//! Problems of an input: the first of it on standard error, all of it in a file
//! that only its owner may read, as it says what is in rows. Where nothing is
//! wrong there is no file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::bulk::read::CellNames;
use crate::bulk::row::Finding;
use crate::config::{folders, variable};
use crate::error::{Error, Result};
use crate::excerpt::first_bytes;
use crate::output::AtomicFile;
use crate::output::progress::grouped;
use crate::ui::Run;

/// So many are shown; the rest is in the file.
const SHOWN: u64 = 20;

/// How long a report that no one named is kept, as long as jobs are.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// All that was found so far.
pub(super) struct Findings {
    /// The input, as messages name it.
    input: String,
    /// Where the file is to be, when that was said.
    wished: Option<PathBuf>,
    file: Option<FindingsReport>,
    count: u64,
    /// The names of cells, of a workbook.
    cells: Option<CellNames>,
}

/// The file, while it is written.
struct FindingsReport {
    path: PathBuf,
    file: AtomicFile,
    writer: csv::Writer<Box<dyn Write + Send>>,
}

impl Findings {
    /// None yet.
    pub(super) fn new(input: &str, wished: Option<&Path>, cells: Option<CellNames>) -> Self {
        Self {
            input: input.to_owned(),
            wished: wished.map(Path::to_owned),
            file: None,
            count: 0,
            cells,
        }
    }

    /// Takes one: shows it, if it is among the first, and writes it down.
    pub(super) fn take(&mut self, run: &mut Run, finding: &Finding) -> Result<()> {
        self.count += 1;
        if self.count <= SHOWN {
            self.show(run, finding);
        }
        let cell = self.cell(finding).unwrap_or_default();
        let has_cells = self.cells.is_some();
        if self.file.is_none() {
            self.file = Some(self.begin(run)?);
        }
        let Some(report) = &mut self.file else {
            return Ok(());
        };
        let line = finding.line.to_string();
        let column = finding.column.as_deref().unwrap_or_default();
        let row = [&line, column, &finding.value, &finding.problem];
        let cell = has_cells.then_some(&*cell);
        report.written(|writer| writer.write_record(row.into_iter().chain(cell)))
    }

    fn show(&self, run: &mut Run, finding: &Finding) {
        let Finding {
            line,
            column,
            value,
            problem,
        } = finding;
        let cell = self.cell(finding);
        let mut text = match &cell {
            Some(cell) => format!("{}:{cell}: ", self.input),
            None => format!("{}:{line}: ", self.input),
        };
        for part in [column.as_deref().unwrap_or_default(), value] {
            if !part.is_empty() {
                text.push_str(part);
                text.push_str(": ");
            }
        }
        text.push_str(problem);
        run.reporter.item(&text, || {
            let mut record = json!({
                "kind": "finding",
                "input": self.input,
                "line": line,
                "column": column,
                "value": value,
                "problem": problem,
            });
            if let Some(cell) = &cell {
                record["cell"] = cell.as_str().into();
            }
            record
        });
    }

    /// The cell that a finding is about, where the input is a workbook.
    fn cell(&self, finding: &Finding) -> Option<String> {
        let column = finding.column.as_deref()?;
        self.cells.as_ref()?.name(finding.line, column)
    }

    /// Lets the file appear, and says where. Gives its path, if there is one.
    pub(super) fn finish(&mut self, run: &mut Run) -> Result<Option<PathBuf>> {
        let Some(mut report) = self.file.take() else {
            return Ok(None);
        };
        report.written(|writer| writer.flush().map_err(csv::Error::from))?;
        let FindingsReport { path, file, writer } = report;
        drop(writer);
        file.commit()?;
        let more = self.count.saturating_sub(SHOWN);
        if more > 0 {
            let text = format!("… and {} more", grouped(more));
            run.reporter
                .item(&text, || json!({"kind": "findings", "more": more}));
        }
        Ok(Some(path))
    }

    fn begin(&self, run: &Run) -> Result<FindingsReport> {
        let path = match &self.wished {
            Some(path) => path.clone(),
            None => self.place(run)?,
        };
        let file = AtomicFile::create_private(&path)?;
        let mut report = FindingsReport {
            writer: csv::Writer::from_writer(file.writer()?),
            path,
            file,
        };
        let header = ["line", "column", "value", "problem"];
        let cell = self.cells.is_some().then_some("cell");
        report.written(|writer| writer.write_record(header.into_iter().chain(cell)))?;
        Ok(report)
    }

    /// A new name in the folder of reports.
    fn place(&self, run: &Run) -> Result<PathBuf> {
        let folders = run.folders()?;
        let state = folders
            .state()
            .ok_or_else(|| folders::homeless("reports", variable::STATE_FOLDER))?;
        let folder = state.join("reports");
        folders::private_folder(&folder).map_err(|error| {
            Error::usage(format!("cannot use {}", folder.display()))
                .hint("name a file with --report")
                .caused_by(error)
        })?;
        let now = (run.clock)();
        forget_old(&folder, now);
        let stem = Path::new(&self.input).file_stem();
        let stem = stem.and_then(|stem| stem.to_str()).unwrap_or("rows");
        let stem = first_bytes(&stem.replace(' ', "-"), STEM).0.to_owned();
        let time = now.strftime("%Y%m%dT%H%M%SZ");
        let named = |end: &str| folder.join(format!("{stem}-{time}{end}.csv"));
        let free = (2..1000)
            .map(|number| named(&format!("-{number}")))
            .find(|path| !path.exists());
        Ok(Some(named(""))
            .filter(|path| !path.exists())
            .or(free)
            .unwrap_or_else(|| named("")))
    }
}

impl FindingsReport {
    fn written(
        &mut self,
        write: impl FnOnce(&mut csv::Writer<Box<dyn Write + Send>>) -> Result<(), csv::Error>,
    ) -> Result<()> {
        write(&mut self.writer).map_err(|error| {
            let name = self.path.display().to_string();
            Error::writing(&name, std::io::Error::from(error))
        })
    }
}

/// Bytes of the name of an input that the name of its report has. File systems
/// allow 255 bytes, and a time and a number follow.
const STEM: usize = 100;

/// Removes reports that were written long ago. A file that cannot be removed
/// now is removed another time.
fn forget_old(folder: &Path, now: jiff::Timestamp) {
    let now = std::time::SystemTime::from(now);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let written = entry.metadata().and_then(|facts| facts.modified());
        let age = written.ok().and_then(|at| now.duration_since(at).ok());
        if age.is_some_and(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
