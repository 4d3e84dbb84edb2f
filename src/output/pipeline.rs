//! From records to a stream: what the flags ask for, wired together once.
//!
//! In come settings and then records as JSON text; they pass the limit, the
//! filter and the sink. Anyone who pushes records in learns when to stop.

use crate::catalog::Object;
use crate::error::{Error, Kind, Result};
use crate::filter::{Columns, Flow, Jq, OnError, Slurp, Variables};

use super::count::Count;
use super::csv::Csv;
use super::destination::OutputDestination;
use super::detail::Detail;
use super::filtering::Filter;
use super::first_page::{FirstPage, LeftOutFields};
use super::hidden_columns::HiddenColumns;
use super::lines::{LineWriter, Spacing};
use super::list::JsonArray;
use super::projecting::Projecting;
use super::rows::{Header, RowMaker};
use super::skipped::Skipped;
use super::table::ConsoleTable;
use super::tsv::Tsv;
use super::{Format, FormatWriter, Shape, Style};

/// What the flags ask for.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that stands for itself"
)]
#[derive(Debug)]
pub struct OutputSettings {
    /// `--output`, or the default for where it goes.
    pub format: Format,
    /// Whether `--output` was given. Results of a filter go into the format
    /// only then; otherwise they print as jq prints them.
    pub chosen: bool,
    /// One object or a list.
    pub shape: Shape,
    /// `--columns`.
    pub columns: Option<String>,
    /// `--all-columns`.
    pub all_columns: bool,
    /// `--jq`.
    pub jq: Option<String>,
    /// `--arg` and `--argjson`.
    pub variables: Variables,
    /// `--jq-errors`.
    pub on_error: Option<OnError>,
    /// `--slurp`.
    pub slurp: bool,
    /// `--raw`.
    pub raw: bool,
    /// `--excel`.
    pub excel: bool,
    /// `--no-headers`.
    pub no_headers: bool,
    /// `--count`.
    pub count: bool,
    /// The most columns of an object that stand for it where none are chosen.
    pub key_columns: Option<usize>,
    /// `--limit`, counted in records before the filter.
    pub limit: Option<u64>,
    /// What the other end can show.
    pub style: Style,
    /// What the records are, when the catalogue knows.
    pub object: Option<&'static Object>,
    /// What `--include` adds to each record.
    pub includes: Vec<String>,
    /// The keys of the records, when they are known otherwise.
    pub keys: Option<Vec<String>>,
}

impl OutputSettings {
    /// A format for records of that shape, and nothing else asked for.
    #[must_use]
    pub fn new(format: Format, shape: Shape) -> Self {
        Self {
            format,
            chosen: false,
            shape,
            columns: None,
            all_columns: false,
            jq: None,
            variables: Variables::default(),
            on_error: None,
            slurp: false,
            raw: false,
            excel: false,
            no_headers: false,
            count: false,
            key_columns: None,
            limit: None,
            style: Style::PLAIN,
            object: None,
            includes: Vec::new(),
            keys: None,
        }
    }

    /// Flags that do not go together are refused rather than ignored.
    fn check(&self) -> Result<()> {
        let filtered = self.jq.is_some();
        let as_jq_prints = filtered && !self.chosen;
        self.check_count()?;
        if self.raw && !filtered {
            return Err(Error::usage("--raw needs --jq"));
        }
        if self.slurp && !filtered {
            return Err(Error::usage("--slurp needs --jq"));
        }
        if self.skips() && self.slurp {
            return Err(Error::usage(
                "--jq-errors skip leaves out records, and --slurp makes one list of them all",
            )
            .hint("inside the filter, `.[] | try … catch empty` leaves them out"));
        }
        if self.excel && (as_jq_prints || !matches!(self.format, Format::Csv | Format::Tsv)) {
            return Err(Error::usage("--excel needs -o csv or tsv").hint("add -o csv"));
        }
        let is_sheet = matches!(self.format, Format::Csv | Format::Tsv);
        if self.all_columns && (filtered || !is_sheet) {
            return Err(
                Error::usage("--all-columns needs -o csv or tsv, and no --jq")
                    .hint("-o json has every field anyway"),
            );
        }
        if self.all_columns && self.columns.is_some() {
            return Err(Error::usage(
                "--columns and --all-columns exclude each other",
            ));
        }
        if self.no_headers && (as_jq_prints || !self.format.has_columns()) {
            let error = Error::usage("--no-headers needs -o table, csv or tsv");
            return Err(error.hint("add -o csv"));
        }
        if self.raw && filtered && self.makes_array() {
            let error = Error::usage("--raw removes the quotes that a JSON list needs");
            return Err(error.hint("leave out -o json, or --raw"));
        }
        Ok(())
    }

    /// A count is one number, in which nothing can be chosen.
    fn check_count(&self) -> Result<()> {
        let flags = [
            ("--columns", self.columns.is_some()),
            ("--excel", self.excel),
            ("--no-headers", self.no_headers),
            ("--raw", self.raw),
        ];
        match flags.into_iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) if self.count => Err(Error::usage(format!(
                "--count prints a number, so {flag} has no effect"
            ))
            .hint("leave out one of them")),
            _ => Ok(()),
        }
    }

    fn skips(&self) -> bool {
        self.on_error == Some(OnError::Skip)
    }

    /// Whether results become one JSON array.
    fn makes_array(&self) -> bool {
        let default_json = self.jq.is_none() || self.chosen;
        default_json && self.format == Format::Json && self.shape == Shape::Many
    }

    /// The columns that were asked for, or that the catalogue knows. A
    /// filter's results have columns of their own.
    fn columns(&self) -> Result<Option<Columns>> {
        let object = self.object.filter(|_| self.jq.is_none());
        if let Some(keys) = self.keys.as_ref().filter(|_| self.jq.is_none()) {
            return Ok(Some(match &self.columns {
                Some(text) => Columns::among(keys, text)?,
                None => Columns::of_keys(keys),
            }));
        }
        let includes: Vec<&str> = self.includes.iter().map(String::as_str).collect();
        if let Some(text) = &self.columns {
            return Columns::parse(text, object, &includes).map(Some);
        }
        Ok(match (object, self.format) {
            (Some(object), Format::Table) => {
                let most = self.key_columns.unwrap_or(usize::MAX);
                Some(Columns::first_for_table(object, most))
            }
            (Some(object), _) => Some(Columns::all(object, &includes)),
            (None, _) => None,
        })
    }

    /// What writes records: JSON with the chosen fields only, other formats have
    /// columns of their own.
    fn sink(&self, to: OutputDestination, unseen: &Unseen) -> Result<Box<dyn FormatWriter>> {
        if self.count {
            return Ok(Box::new(Count::new(to)));
        }
        let is_json = !self.format.has_columns() || self.jq.is_some() && !self.chosen;
        let chosen = self.columns.as_ref().filter(|_| is_json);
        let Some(columns) = chosen.map(|_| self.columns()).transpose()?.flatten() else {
            return self.unprojected(to, unseen);
        };
        let noun = if self.jq.is_some() {
            "result"
        } else {
            "record"
        };
        let inner = self.unprojected(to, unseen)?;
        Ok(Box::new(Projecting::new(inner, columns, noun)))
    }

    fn unprojected(&self, to: OutputDestination, unseen: &Unseen) -> Result<Box<dyn FormatWriter>> {
        let filtered = self.jq.is_some();
        let unquoted = self.raw && filtered;
        if self.makes_array() {
            return Ok(Box::new(JsonArray::new(to, self.style)));
        }
        let lines = |to, spacing| Box::new(LineWriter::new(to, spacing, self.style, unquoted));
        if filtered && !self.chosen {
            return Ok(lines(to, self.spread_or(Spacing::OneLine)));
        }
        Ok(match self.format {
            Format::Json => lines(to, self.spread_or(Spacing::AsSent)),
            Format::Ndjson => lines(to, Spacing::OneLine),
            Format::Csv => self.sheet(Csv::begin(to, self.excel, self.style)?, unseen)?,
            Format::Tsv => self.sheet(Tsv::begin(to, self.excel, self.style)?, unseen)?,
            Format::Table if self.shape == Shape::One && !filtered => {
                let is_chosen = self.columns.is_some() || self.key_columns.is_some();
                let chosen = if is_chosen { self.columns()? } else { None };
                Box::new(Detail::new(to, self.style, chosen))
            }
            Format::Table => {
                let table = ConsoleTable::new(to, self.style, unseen.hidden.clone());
                Box::new(self.rows(table)?)
            }
        })
    }

    const fn spread_or(&self, plain: Spacing) -> Spacing {
        if self.style.spreads() {
            Spacing::Spread
        } else {
            plain
        }
    }

    /// Rows for a program to read. Where the catalogue gives the columns, fields
    /// that it lacks are looked for.
    fn sheet<W: super::rows::RowWriter + 'static>(
        &self,
        writer: W,
        unseen: &Unseen,
    ) -> Result<Box<dyn FormatWriter>> {
        let is_plain = self.jq.is_none() && self.columns.is_none() && self.keys.is_none();
        let Some(object) = self.object.filter(|_| is_plain) else {
            return Ok(Box::new(self.rows(writer)?));
        };
        let columns = self.columns()?.unwrap_or_else(Columns::none);
        let included = object.conventions.included;
        Ok(Box::new(FirstPage::new(
            self.rows(writer)?,
            columns,
            included,
            self.all_columns,
            unseen.left_out.clone(),
        )))
    }

    fn rows<W: super::rows::RowWriter + 'static>(&self, writer: W) -> Result<RowMaker<W>> {
        let filtered = self.jq.is_some();
        let header = match self.columns()? {
            Some(columns) => Header::Known(columns),
            // A table of records is a view, of which no one expects all.
            None if self.format == Format::Table && !filtered => Header::FromFirstAsView,
            None => Header::FromFirst,
        };
        let noun = if filtered { "result" } else { "record" };
        Ok(RowMaker::new(writer, header, noun).with_headings(!self.no_headers))
    }
}

/// What the output does not show, counted while it is written.
#[derive(Debug, Clone, Default)]
struct Unseen {
    hidden: HiddenColumns,
    left_out: LeftOutFields,
}

/// What went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Records that came in, before the filter.
    pub records: u64,
    /// What was printed: records, or results of the filter.
    pub printed: u64,
}

/// Takes records in and prints them as asked.
pub struct Output {
    sink: Box<dyn FormatWriter>,
    filter: Option<Filter>,
    slurp: Option<Slurp>,
    limit: Option<u64>,
    summary: Summary,
    unseen: Unseen,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Output({:?})", self.summary)
    }
}

impl Output {
    /// Compiles the filter, chooses the columns and opens the sink. Nothing is
    /// sent before this has succeeded.
    ///
    /// # Errors
    /// A usage error for flags that do not go together, an unknown column, or
    /// a filter that does not compile; trouble with the first bytes written.
    pub fn new(settings: &OutputSettings, to: OutputDestination) -> Result<Self> {
        settings.check()?;
        let compile = |text| {
            let jq = Jq::compile_with(text, &settings.variables)?;
            Ok(Filter::new(jq, settings.skips()))
        };
        let filter = settings.jq.as_deref().map(compile).transpose()?;
        let unseen = Unseen::default();
        Ok(Self {
            sink: settings.sink(to, &unseen)?,
            unseen,
            filter,
            slurp: settings.slurp.then(Slurp::default),
            limit: settings.limit,
            summary: Summary::default(),
        })
    }

    /// Which fields of each record the filter reads, in words; `None` where there is
    /// no filter.
    #[must_use]
    pub fn needed_fields(&self) -> Option<String> {
        let needed = self.filter.as_ref()?.needed_fields();
        Some(match needed {
            None => "the filter reads records in whole".to_owned(),
            Some(names) if names.is_empty() => "the filter reads no field of a record".to_owned(),
            Some(names) => format!("the filter reads only {}", names.join(", ")),
        })
    }

    /// Takes one record, and says whether another would be used.
    ///
    /// # Errors
    /// [`Kind::Closed`] when the reader has gone; an error of the filter,
    /// with the record's number and id; a result that does not fit the columns. What
    /// came before is let out.
    pub fn record(&mut self, record: &str) -> Result<Flow> {
        if self.is_full() {
            return Ok(Flow::Enough);
        }
        self.summary.records += 1;
        let flow = self.pass(record);
        if flow.as_ref().is_err_and(|error| error.kind != Kind::Closed) {
            // The first error is the one to tell.
            let _ = self.sink.page_end();
        }
        let flow = flow?;
        Ok(if self.is_full() { Flow::Enough } else { flow })
    }

    /// Takes the number of records that the API counted, for `--count`.
    pub fn counted(&mut self, records: u64) {
        self.sink.counted(records);
    }

    /// Lets everything out that came so far. To be called between pages, and
    /// before a failure is reported.
    ///
    /// # Errors
    /// As for [`Output::record`].
    pub fn page_end(&mut self) -> Result<()> {
        self.sink.page_end()
    }

    /// Lets everything out and ends its line, for a message that follows.
    ///
    /// # Errors
    /// As for [`Output::record`].
    pub fn break_off(&mut self) -> Result<()> {
        self.sink.break_off()
    }

    /// Ends the output.
    ///
    /// # Errors
    /// As for [`Output::record`].
    pub fn finish(mut self) -> Result<Summary> {
        if let Some(slurp) = self.slurp.take() {
            let list = slurp.into_list();
            if let Some(filter) = &mut self.filter {
                filter.list(&list, &mut *self.sink, &mut self.summary.printed)?;
            }
        }
        self.sink.finish()?;
        Ok(self.summary)
    }

    /// What went out so far.
    #[must_use]
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// What was left out because the filter failed.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        let filter = self.filter.as_ref();
        filter.map_or_else(Skipped::default, Filter::skipped)
    }

    /// The columns that a table has no room for, counted as it is drawn.
    #[must_use]
    pub fn hidden_columns(&self) -> HiddenColumns {
        self.unseen.hidden.clone()
    }

    /// The fields that rows have no column for, found as they are written.
    #[must_use]
    pub fn left_out_fields(&self) -> LeftOutFields {
        self.unseen.left_out.clone()
    }

    /// Whether no record would be used any more, as with `--limit 0` from the
    /// start.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.limit
            .is_some_and(|limit| self.summary.records >= limit)
    }

    fn pass(&mut self, record: &str) -> Result<Flow> {
        if let Some(slurp) = &mut self.slurp {
            slurp.gather(record);
            return Ok(Flow::More);
        }
        let number = self.summary.records;
        let Some(filter) = &mut self.filter else {
            self.sink.record(record)?;
            self.summary.printed += 1;
            return Ok(Flow::More);
        };
        filter.record(number, record, &mut *self.sink, &mut self.summary.printed)
    }
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
