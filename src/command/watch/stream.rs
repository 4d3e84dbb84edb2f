//! A watch as a stream: what changed, as lines of NDJSON.

use super::super::Run;
use super::super::call::Filled;
use super::super::printer::{Described, Printer};
use super::Show;
use super::changes::{Changes, Event};
use crate::cli::Options;
use crate::error::{Error, Result};
use crate::filter::{Flow, members, one_line};
use crate::output::{Format, Shape};

/// Prints what changed.
pub(super) struct Stream {
    printer: Printer,
    changes: Changes,
    /// When the round began.
    at: String,
}

impl Stream {
    /// Compiles the filter, and chooses the format: results of a filter print
    /// as jq prints them, a line each.
    pub(super) fn open(run: &mut Run, options: &Options, _: &Filled) -> Result<Self> {
        let mut options = options.clone();
        if options.output.jq.is_none() {
            options.output.format = Some(Format::Ndjson);
        }
        let described = Described::default();
        Ok(Self {
            printer: Printer::prepare(run, &options, Shape::Many, described)?,
            changes: Changes::default(),
            at: String::new(),
        })
    }

    fn print(&mut self, event: Event, record: &str) -> Result<()> {
        let line = format!(
            "{{\"event\":\"{}\",\"at\":\"{}\",\"record\":{}}}",
            event.name(),
            self.at,
            one_line(record)
        );
        self.printer.record(&line).map(drop)
    }
}

impl Show for Stream {
    fn begin(&mut self, run: &Run) -> Result<()> {
        let now = (run.clock)();
        self.at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Ok(())
    }

    fn record(&mut self, target: Option<&str>, record: &str) -> Result<Flow> {
        // A list tells records apart by their ids; what a call for one object
        // answers is that object, whatever it says of itself.
        let id = match target {
            Some(target) => Some(target.parse::<u64>().map_or_else(
                |_| serde_json::Value::from(target).to_string(),
                |number| number.to_string(),
            )),
            None => id_of(record),
        };
        if let Some(event) = self.changes.take(id.as_deref(), record) {
            self.print(event, record)?;
        }
        Ok(Flow::More)
    }

    fn page_end(&mut self) -> Result<Flow> {
        self.printer.page_end()?;
        Ok(Flow::More)
    }

    fn takes_absence(&self) -> bool {
        true
    }

    fn end(&mut self, run: &mut Run, trouble: Option<&Error>) -> Result<()> {
        match trouble {
            Some(error) => run.talk.error(error),
            None => {
                for id in self.changes.end_round() {
                    self.print(Event::Removed, &format!("{{\"id\":{id}}}"))?;
                }
            }
        }
        self.printer.page_end()
    }

    fn meanwhile(&mut self, _: &mut Run) -> Result<()> {
        Ok(())
    }

    fn leave(&mut self, _: &mut Run) {
        self.printer.break_off();
    }
}

/// The id of a record, as JSON text.
fn id_of(record: &str) -> Option<String> {
    let members = members(record).ok()?;
    let id = members.into_iter().find(|(name, _)| name == "id")?;
    Some(one_line(id.1).into_owned())
}
