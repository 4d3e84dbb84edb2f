//! A watch as a picture: each round in place of the last.

use std::io::Write;
use std::time::Duration;

use super::Show;
use crate::cli::Options;
use crate::commands::call::run::PreparedCall;
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::output::frame::{Frame, ends, make_room, redraw};
use crate::output::progress::span;
use crate::output::{Output, OutputDestination, OutputSettings, visible};
use crate::ui::Run;
use crate::ui::USUAL_WIDTH;
use crate::ui::printer::settings;

/// The lines of a terminal that does not tell its own.
const USUAL_HEIGHT: u16 = 24;

/// A terminal that is lower shows this all the same.
const LOWEST: usize = 4;

/// Lines that are not records: the first one, the empty one below it, and the
/// one in which the cursor stays.
const BESIDE: usize = 3;

/// Draws what is there.
pub(super) struct Screen {
    settings: OutputSettings,
    stdout: Box<dyn Write + Send>,
    title: String,
    nouns: String,
    /// The round being read.
    output: Option<Output>,
    frame: Frame,
    /// The last whole round.
    body: String,
    when: String,
    trouble: String,
    /// Columns and lines, as they were drawn for.
    size: Option<(usize, usize)>,
}

impl Screen {
    /// Finds all that can be wrong with the flags.
    pub(super) fn open(
        run: &mut Run,
        options: &Options,
        call: &PreparedCall,
        every: Duration,
    ) -> Result<Self> {
        let settings = settings(run, options, call.shape(), call.described());
        let nowhere = OutputDestination::new("standard output", Box::new(std::io::sink()));
        Output::new(&settings, nowhere)?;
        Ok(Self {
            settings,
            stdout: run.stdout()?,
            title: format!("every {}: rc {}", span(every), run.words),
            nouns: call.resource.name.replace('_', " "),
            output: None,
            frame: Frame::default(),
            body: String::new(),
            when: String::new(),
            trouble: String::new(),
            size: None,
        })
    }

    fn draw(&mut self, size: (usize, usize)) -> Result<()> {
        let (width, height) = size;
        let mut text = String::new();
        if self.size.is_none() {
            text.push_str(&make_room(height));
        }
        self.size = Some(size);
        let mut page = ends(&self.title, &self.when, width);
        page.push('\n');
        page.push_str(&self.trouble);
        page.push('\n');
        page.push_str(&self.body);
        let lines = page.split_inclusive('\n').take(height.max(LOWEST) - 1);
        text.push_str(&redraw(&lines.collect::<String>()));
        let written = self.stdout.write_all(text.as_bytes());
        let written = written.and_then(|()| self.stdout.flush());
        written.map_err(|error| Error::writing("standard output", error))
    }
}

/// Columns and lines, as they are now.
fn size(run: &Run) -> (usize, usize) {
    let usual = (run.terminal.width.unwrap_or(USUAL_WIDTH), USUAL_HEIGHT);
    let (width, height) = (run.size)().unwrap_or(usual);
    (width.into(), usize::from(height).max(LOWEST))
}

impl Show for Screen {
    fn begin(&mut self, run: &Run) -> Result<()> {
        let (width, height) = size(run);
        self.settings.style.terminal_width = u16::try_from(width).ok();
        self.frame = Frame::of(height - BESIDE);
        let to = OutputDestination::new("standard output", Box::new(self.frame.clone()));
        self.output = Some(Output::new(&self.settings, to)?);
        Ok(())
    }

    fn record(&mut self, _: Option<&str>, record: &str) -> Result<Flow> {
        match &mut self.output {
            Some(output) => output.record(record),
            None => Ok(Flow::Enough),
        }
    }

    fn page_end(&mut self) -> Result<Flow> {
        if let Some(output) = &mut self.output {
            output.page_end()?;
        }
        Ok(if self.frame.is_full() {
            Flow::Enough
        } else {
            Flow::More
        })
    }

    fn takes_absence(&self) -> bool {
        false
    }

    fn end(&mut self, run: &mut Run, trouble: Option<&Error>) -> Result<()> {
        let output = self.output.take();
        self.trouble.clear();
        if let Some(error) = trouble {
            // The last picture stays, under what it is not the newest for.
            self.trouble = format!("error: {}\n", visible::one_line(&error.to_string()));
            if !run.terminal.stderr {
                run.reporter.error(error);
            }
        } else {
            if let Some(output) = output {
                output.finish()?;
            }
            self.body = self.frame.text();
            if self.body.is_empty() {
                self.body = format!("no {} match\n", self.nouns);
            }
            let now = run.now(run.family.newest());
            let now = now.instant.to_zoned(now.zone);
            self.when = now.strftime("%Y-%m-%d %H:%M:%S").to_string();
        }
        self.draw(size(run))
    }

    /// Another size is drawn for at once, as well as what was read allows.
    fn meanwhile(&mut self, run: &mut Run) -> Result<()> {
        let now = size(run);
        if self.size == Some(now) {
            return Ok(());
        }
        self.draw(now)
    }

    /// The next output begins on a new line, below `^C`.
    fn leave(&mut self, _: &mut Run) {
        if self.size.is_some() {
            let _ = self.stdout.write_all(b"\n");
            let _ = self.stdout.flush();
        }
    }
}
