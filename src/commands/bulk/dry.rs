//! `--dry-run` of many rows: every request that would be sent, in order, and
//! without a token. What the API would answer is not known: the number of a
//! batch is there as a word.

use std::fmt::Write as _;

use super::args::Work;
use super::pass::Taker;
use crate::api::request::Request;
use crate::bulk::Engine;
use crate::bulk::plan::{Planner, RowPlace as Spot};
use crate::bulk::row::{Finding, RowContent, Task};
use crate::catalog::Operation;
use crate::catalog::recharge::async_batches;
use crate::cli::{DryRun, Options};
use crate::commands::connect::Target;
use crate::commands::dry;
use crate::error::Result;
use crate::ui::Run;

/// Stands where the number of a batch will.
const NUMBER: &str = "BATCH";

/// Prints what would be sent.
pub(super) struct Rehearsal<'a> {
    options: &'a Options,
    place: &'a Target,
    form: DryRun,
    operation: &'static Operation,
    planner: Planner,
    /// The request that is being filled: where it belongs, and its tasks.
    part: Option<(Spot, String)>,
}

impl<'a> Rehearsal<'a> {
    /// Prints what a work would send.
    pub(super) fn of(
        options: &'a Options,
        work: &Work,
        place: &'a Target,
        form: DryRun,
    ) -> Result<Self> {
        Self::with(options, (work.operation, work.engine), place, form)
    }

    /// Prints what rows of an operation would send.
    pub(super) fn with(
        options: &'a Options,
        (operation, engine): (&'static Operation, Engine),
        place: &'a Target,
        form: DryRun,
    ) -> Result<Self> {
        dry::check(options, form)?;
        Ok(Self {
            options,
            place,
            form,
            operation,
            planner: Planner::new(engine),
            part: None,
        })
    }

    /// Prints a row, or puts it to others that go out with it.
    pub(super) fn print(&mut self, run: &mut Run, task: &Task) -> Result<()> {
        let size = task.body.as_deref().map_or(0, str::len);
        let Some(spot) = self.planner.place(size) else {
            let request = Request::composed(self.operation, &task.target, task.body.clone());
            return self.out(run, &request);
        };
        let body = task.body.as_deref().unwrap_or("{}");
        if let Some((_, tasks)) = self.part.as_mut().filter(|(at, _)| *at == spot) {
            let _ = write!(tasks, ",{{\"body\":{body}}}");
            return Ok(());
        }
        let before = self.part.take();
        let slot = before.as_ref().map(|(at, _)| at.slot);
        if let Some((_, tasks)) = before {
            self.add(run, &tasks)?;
        }
        if slot != Some(spot.slot) {
            if slot.is_some() {
                self.batch(run, &async_batches::PROCESS, None)?;
            }
            let kind = self.operation.batch.map_or("", |batch| batch.kind);
            let body = serde_json::json!({ async_batches::BATCH_TYPE.name: kind }).to_string();
            self.batch(run, &async_batches::CREATE, Some(body))?;
        }
        self.part = Some((spot, format!("{{\"body\":{body}}}")));
        Ok(())
    }

    /// Prints what is left.
    pub(super) fn finish(mut self, run: &mut Run) -> Result<()> {
        match self.part.take() {
            None => Ok(()),
            Some((_, tasks)) => {
                self.add(run, &tasks)?;
                self.batch(run, &async_batches::PROCESS, None)
            }
        }
    }

    fn add(&self, run: &mut Run, tasks: &str) -> Result<()> {
        let body = format!("{{\"{}\":[{tasks}]}}", async_batches::TASKS.name);
        self.batch(run, &async_batches::ADD_TASKS, Some(body))
    }

    fn batch(
        &self,
        run: &mut Run,
        operation: &'static Operation,
        body: Option<String>,
    ) -> Result<()> {
        let mut path = operation.path.to_owned();
        for path_parameter in operation.path_parameters {
            path = path.replace(&format!("{{{}}}", path_parameter.name), NUMBER);
        }
        let body = body.or_else(|| Some("{}".to_owned()));
        self.out(run, &Request::composed(operation, path, body))
    }

    fn out(&self, run: &mut Run, request: &Request) -> Result<()> {
        let text = dry::print(request, self.options, self.place, self.form);
        run.print_request(&text)
    }
}

impl Taker for Rehearsal<'_> {
    fn begins(&mut self, _: &mut Run, _: Option<&[String]>) -> Result<()> {
        Ok(())
    }

    fn good(&mut self, run: &mut Run, _: u64, _: &RowContent, task: &Task) -> Result<()> {
        self.print(run, task)
    }

    fn wrong(&mut self, _: u64, _: &RowContent, _: &[Finding]) -> Result<()> {
        Ok(())
    }
}
