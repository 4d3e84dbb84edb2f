//! Where the records of a command go: the output room, set up from the flags.

use crate::catalog::Object;
use crate::cli::{Options, OutputOptions};
use crate::config::{self, Colour};
use crate::error::{Error, Kind, Result};
use crate::filter::{Columns, Flow};
use crate::output::{BackgroundWriter, FileTarget, Format, Output, OutputSettings, Shape, Style};
use crate::ui::Run;
use crate::ui::USUAL_WIDTH;
use crate::ui::recent::ShownIds;

/// Takes records and prints them as the flags ask.
pub(crate) struct Printer {
    output: Output,
    target: FileTarget,
    /// What writes in the background, unless a file takes all at once.
    writer: Option<BackgroundWriter>,
    whole: u64,
    /// Records that came, and those of them that came in whole pages.
    came: u64,
    taken: u64,
    shown: Option<ShownIds>,
}

/// What is known about the records to come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Described {
    /// The object that the catalogue describes.
    pub(crate) object: Option<&'static Object>,
    /// What was asked to be put into each record.
    pub(crate) includes: Vec<String>,
    /// The keys of the records, when they are known otherwise.
    pub(crate) keys: Option<Vec<String>>,
    /// The most columns that stand for an object where none are chosen.
    pub(crate) key_columns: Option<usize>,
    /// Takes note of ids that somebody sees.
    pub(crate) shown: Option<ShownIds>,
}

impl Described {
    /// Records of these keys.
    pub(crate) fn of_keys(keys: &[&str]) -> Self {
        Self {
            keys: Some(keys.iter().map(|key| (*key).to_owned()).collect()),
            ..Self::default()
        }
    }

    /// The names of all columns, where they are known.
    pub(crate) fn columns(&self) -> Option<Vec<String>> {
        let includes: Vec<&str> = self.includes.iter().map(String::as_str).collect();
        let of_object = |object| {
            let columns = Columns::all(object, &includes);
            let names = columns.list().iter().map(|column| column.name.clone());
            names.collect()
        };
        self.keys.clone().or_else(|| self.object.map(of_object))
    }
}

/// Prints the names of the columns of a command, one on each line.
///
/// # Errors
/// The columns are not known.
pub(crate) fn list_columns(run: &mut Run, described: &Described) -> Result<()> {
    let names = described.columns().ok_or_else(|| {
        Error::usage("the columns of this command depend on its records")
            .hint("-o json shows them with their names")
    })?;
    run.print(&format!("{}\n", names.join("\n")))
}

impl Printer {
    /// Compiles the filter, chooses the columns, opens the target. All that
    /// can be wrong with the flags is found here.
    ///
    /// # Errors
    /// A usage error. Of kind `Closed`, which ends a command without a message:
    /// `--columns help` was given, and the columns are printed.
    pub(crate) fn prepare(
        run: &mut Run,
        options: &Options,
        shape: Shape,
        mut described: Described,
    ) -> Result<Self> {
        let asked = &options.output;
        if asked.columns.as_deref() == Some("help") {
            list_columns(run, &described)?;
            return Err(Error::new(Kind::Closed, "the columns are printed"));
        }
        let shown = described.shown.take().filter(|_| !asked.count);
        let settings = settings(run, options, shape, described);
        let style = settings.style;
        let (stream, target) = FileTarget::open(asked.out.as_deref(), run.stdout()?)?;
        let output = Output::new(&settings, stream)?;
        if let Some(needed) = output.needed_fields().filter(|_| options.verbose > 1) {
            run.reporter.note(&needed);
        }
        run.skipped = output.skipped();
        run.hidden_columns = output.hidden_columns();
        run.left_out = output.left_out_fields();
        let writer = match &target {
            FileTarget::Stream => Some(run.writer.clone()),
            FileTarget::Device(writer) => Some(writer.clone()),
            FileTarget::File(_) => None,
        };
        Ok(Self {
            output,
            target,
            writer,
            whole: 0,
            came: 0,
            taken: 0,
            shown: shown.filter(|_| style.for_eyes()),
        })
    }

    /// Prints a record, and says whether another would be used.
    pub(crate) fn record(&mut self, record: &str) -> Result<Flow> {
        if let Some(shown) = &mut self.shown {
            shown.record(record);
        }
        self.came += 1;
        self.output.record(record)
    }

    /// Takes the number of records that the API counted, for `--count`.
    pub(crate) fn counted(&mut self, records: u64) {
        self.output.counted(records);
    }

    /// Lets everything out that came so far.
    pub(crate) fn page_end(&mut self) -> Result<()> {
        self.output.page_end()
    }

    /// Whether more can be printed before the reader takes something.
    pub(crate) fn has_room(&self) -> bool {
        self.writer.as_ref().is_none_or(BackgroundWriter::has_room)
    }

    /// Waits until more can be printed.
    ///
    /// # Errors
    /// [`crate::error::Kind::Closed`] when the reader has gone; what else
    /// writing failed with.
    pub(crate) async fn room(&self) -> Result<()> {
        match &self.writer {
            Some(writer) => writer.room().await.map_err(unwritten),
            None => Ok(()),
        }
    }

    /// Whether the reader has all that was let out, and writing went well.
    pub(crate) fn is_drained(&self) -> bool {
        self.writer
            .as_ref()
            .is_none_or(BackgroundWriter::is_drained)
    }

    /// Waits until the reader has all that was let out.
    ///
    /// # Errors
    /// As for [`Printer::room`].
    pub(crate) async fn drained(&mut self) -> Result<()> {
        if let Some(writer) = &self.writer {
            writer.drained().await.map_err(unwritten)?;
        }
        self.whole = self.output.summary().records;
        self.taken = self.came;
        Ok(())
    }

    /// Gives up on the reader, as the user wants to leave.
    pub(crate) fn let_go(&self) {
        if let Some(writer) = &self.writer {
            writer.let_go();
        }
    }

    /// Records that came, before any filter.
    pub(crate) const fn received(&self) -> u64 {
        self.came
    }

    /// Records of whole pages that the reader has.
    pub(crate) const fn whole(&self) -> u64 {
        self.whole
    }

    /// Records behind those of [`Printer::whole`], before any filter.
    pub(crate) const fn taken(&self) -> u64 {
        self.taken
    }

    /// Ends the line that a failure cut off, so that what is said next begins
    /// one of its own. There is no one to tell when that fails, too.
    pub(crate) fn break_off(&mut self) {
        let _ = self.output.break_off();
    }

    /// Ends the output; a file appears now. Gives the number of records.
    pub(crate) fn finish(self) -> Result<u64> {
        let summary = self.output.finish()?;
        self.target.commit()?;
        if let Some(shown) = &self.shown {
            shown.keep();
        }
        Ok(summary.records)
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::writing("standard output", error)
}

/// What the flags ask for.
pub(crate) fn settings(
    run: &Run,
    options: &Options,
    shape: Shape,
    described: Described,
) -> OutputSettings {
    let asked = &options.output;
    let style = style(run, asked, options.colour);
    let chosen = asked.format.or(asked.excel.then_some(Format::Csv));
    let format = chosen.unwrap_or(Format::default_for(style.for_eyes()));
    OutputSettings {
        chosen: chosen.is_some(),
        columns: asked.columns.clone(),
        jq: asked.jq.clone(),
        variables: asked.variables.clone(),
        on_error: asked.jq_errors,
        slurp: asked.slurp,
        raw: asked.raw,
        excel: asked.excel,
        no_headers: asked.no_headers,
        all_columns: asked.all_columns,
        count: asked.count,
        key_columns: described.key_columns,
        style,
        object: described.object,
        includes: described.includes,
        keys: described.keys,
        ..OutputSettings::new(format, shape)
    }
}

/// What the other end can show.
pub(crate) fn style(run: &Run, asked: &OutputOptions, choice: Colour) -> Style {
    let elsewhere = asked
        .out
        .as_deref()
        .is_some_and(|path| path.as_os_str() != "-");
    let terminal = run.terminal.stdout && !elsewhere;
    Style {
        colour: config::colour(&run.environment, choice, terminal),
        terminal_width: terminal.then(|| run.terminal.width.unwrap_or(USUAL_WIDTH)),
    }
}
