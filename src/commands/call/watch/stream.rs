//! A watch as a stream: what changed, as lines of NDJSON.

use serde_json::json;

use super::Show;
use super::changes::{ChangeTracker, Event};
use crate::cli::Options;
use crate::commands::call::run::PreparedCall;
use crate::error::{Error, Result};
use crate::filter::{Flow, compact, members, one_line};
use crate::output::{Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Prints what changed.
pub(super) struct Stream {
    printer: Printer,
    changes: ChangeTracker,
    /// When the round began.
    at: String,
}

impl Stream {
    /// Compiles the filter, and chooses the format: results of a filter print
    /// as jq prints them, a line each.
    pub(super) fn open(run: &mut Run, options: &Options, _: &PreparedCall) -> Result<Self> {
        let mut options = options.clone();
        if options.output.jq.is_none() {
            options.output.format = Some(Format::Ndjson);
        }
        let described = Described::default();
        Ok(Self {
            printer: Printer::prepare(run, &options, Shape::Many, described)?,
            changes: ChangeTracker::default(),
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
            Some("") => Some("null".to_owned()),
            Some(target) => Some(match target.parse::<u64>() {
                Ok(number) => json!({ "id": number }).to_string(),
                Err(_) => json!({ "id": target }).to_string(),
            }),
            None => identity(record),
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
            Some(error) => run.reporter.error(error),
            None => {
                for id in self.changes.end_round() {
                    self.print(Event::Removed, &id)?;
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

/// What a record is reported from others by: its id or, where it has none, the
/// ids of what it belongs to, as products have.
fn identity(record: &str) -> Option<String> {
    let members = members(record).ok()?;
    let named = |wanted: fn(&str) -> bool| {
        let found = members.iter().filter(|(name, _)| wanted(name));
        let found = found.map(|(name, value)| format!("\"{name}\":{}", compact(value)));
        let found: Vec<String> = found.collect();
        (!found.is_empty()).then(|| format!("{{{}}}", found.join(",")))
    };
    named(|name| name == "id").or_else(|| named(|name| name.ends_with("_id")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_told_by_its_id_or_by_those_it_belongs_to() {
        assert_eq!(
            identity(r#"{"customer_id":2,"id":1}"#).as_deref(),
            Some(r#"{"id":1}"#)
        );
        assert_eq!(
            identity(r#"{"title":"x","external_product_id": "7"}"#).as_deref(),
            Some(r#"{"external_product_id":"7"}"#)
        );
        assert_eq!(identity(r#"{"title":"x"}"#), None);
    }
}
