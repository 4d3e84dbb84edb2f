//! One table from its bookmark to now.

use std::cell::RefCell;

use super::by_time::ListReading;
use super::children::ChildReader;
use super::report::{TableEnd, TableReport};
use super::{SyncRun, ends_all};
use crate::api::pages::{ListFailure, Pages};
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::error::{Error, Kind, Result};
use crate::sync::destination::{Advance, BatchPurpose, Destination, SchemaPolicy};
use crate::sync::read::{TableSink, Total};
use crate::sync::state::{CLOCKS_APART, bookmark_of};
use crate::sync::table::{ReadMethod, SyncTable};
use crate::sync::window::{ReadWindow, first_page};
use crate::sync::{Micros, TableState};

/// The status of an answer that took the API too long to make.
const TOO_LONG: u16 = 504;

impl SyncRun<'_> {
    /// Reads a table; what goes wrong with it alone is in the report.
    ///
    /// # Errors
    /// The run cannot continue.
    pub(super) async fn table(&self, table: &SyncTable) -> Result<Vec<TableReport>> {
        let mut state = self.prepared(table).await?;
        if !self.plan.refreshes(table) && !self.is_due(table, &state) {
            return Ok(vec![TableReport::unread(table, TableEnd::NotDue)]);
        }
        let is_first = state == TableState::default() && !self.plan.refreshes(table);
        let (children, behind) = self.children_of(table, &state).await?;
        let mut total = Total::default();
        let reading = (behind, children.as_ref());
        let read = self.read(table, reading, &mut state, &mut total).await;
        let deleted = match read {
            // What was read just now, of a table that was empty, is still there.
            Ok(()) if is_first && table.method != ReadMethod::Whole => Ok((0, TableEnd::Done)),
            Ok(()) => self.deletions(table, &mut state, &mut total).await,
            Err(failure) => Err(failure),
        };
        let (deleted, end) = match deleted {
            Ok(outcome) => outcome,
            // What the destination says is true of all tables.
            Err(ListFailure::Sink(error)) => return Err(error),
            Err(ListFailure::Fetch(error)) if ends_all(&error) => return Err(error),
            Err(ListFailure::Fetch(error)) => {
                let forbidden = error.answer.as_ref().is_some_and(|told| told.status == 403);
                let end = if forbidden {
                    TableEnd::Forbidden(error)
                } else {
                    TableEnd::Failed(error)
                };
                (0, end)
            }
        };
        let is_read = !matches!(end, TableEnd::Failed(_) | TableEnd::Forbidden(_));
        let mut reports = vec![TableReport {
            table: table.name.clone(),
            rows: total.rows,
            changed: total.changed,
            deleted,
            bookmark: state.bookmark,
            end,
        }];
        if let Some(children) = children {
            reports.extend(self.of_children(table, &children, &state, is_read).await?);
        }
        Ok(reports)
    }

    /// Makes a table ready; returns how far it is, which is nowhere where it is read
    /// again.
    async fn prepared(&self, table: &SyncTable) -> Result<TableState> {
        let is_anew = self.plan.refreshes(table);
        let policy = if is_anew {
            SchemaPolicy::Refresh
        } else {
            self.plan.schema
        };
        let of_table = table.clone();
        let prepare =
            move |destination: &mut dyn Destination| destination.prepare(&of_table, policy);
        let state = self.worker.call(prepare).await?;
        Ok(if is_anew {
            TableState::default()
        } else {
            state
        })
    }

    /// What reads the lists that belong to the records of a table, and from where the
    /// records are read so that no list is missing.
    async fn children_of<'t>(
        &'t self,
        table: &SyncTable,
        state: &TableState,
    ) -> Result<(Option<ChildReader<'t>>, Option<Micros>)> {
        let is_child = |child: &&SyncTable| {
            let parent = child.parent.as_ref();
            parent.is_some_and(|parent| parent.table == table.name)
        };
        let tables: Vec<&SyncTable> = self.plan.tables.iter().filter(is_child).collect();
        let mut bookmark = state.bookmark;
        for child in &tables {
            // One that was added later begins at the beginning.
            bookmark = bookmark.min(self.prepared(child).await?.bookmark);
        }
        if tables.is_empty() {
            return Ok((None, bookmark));
        }
        let reader = ChildReader {
            client: self.client(table.api.version)?.clone(),
            observer: self.observer,
            key: table.key,
            totals: RefCell::new(tables.iter().map(|_| Total::default()).collect()),
            tables,
            parallel: self.plan.parallel,
        };
        Ok((Some(reader), bookmark))
    }

    /// The reports of the lists that were read with a table.
    async fn of_children(
        &self,
        table: &SyncTable,
        children: &ChildReader<'_>,
        state: &TableState,
        is_read: bool,
    ) -> Result<Vec<TableReport>> {
        let mut reports = Vec::new();
        let totals = children.totals.take();
        for (child, total) in children.tables.iter().zip(totals) {
            let end = if is_read {
                let state = TableState {
                    read_whole: None,
                    ..state.clone()
                };
                let concluded = self.conclude(child, &state).await;
                concluded.map_err(ListFailure::into_error)?;
                TableEnd::Done
            } else {
                TableEnd::Failed(Error::new(
                    Kind::Partial,
                    format!(
                        "it is read with {}, which was not read to its end",
                        table.name
                    ),
                ))
            };
            reports.push(TableReport {
                table: child.name.clone(),
                rows: total.rows,
                changed: total.changed,
                deleted: 0,
                bookmark: state.bookmark,
                end,
            });
        }
        Ok(reports)
    }

    fn is_due(&self, table: &SyncTable, state: &TableState) -> bool {
        table.method != ReadMethod::Whole || self.is_due_whole(state)
    }

    /// Whether a whole list is to be read again.
    pub(super) fn is_due_whole(&self, state: &TableState) -> bool {
        let (Some(every), Some(read)) = (self.plan.full_every, state.read_whole) else {
            return true;
        };
        self.now().since(read) >= every
    }

    /// Reads what is new, and stores how far the table is then.
    async fn read(
        &self,
        table: &SyncTable,
        (bookmark, children): (Option<Micros>, Option<&ChildReader<'_>>),
        state: &mut TableState,
        total: &mut Total,
    ) -> Result<(), ListFailure> {
        let begun = self.now().whole_seconds();
        let from = match bookmark {
            Some(bookmark) => Some(bookmark.before(self.plan.lookback)),
            None => self.plan.start,
        };
        match table.method {
            ReadMethod::Ascending { .. } => {
                let to = (!self.plan.lag.is_zero()).then(|| begun.before(self.plan.lag));
                let is_empty = from.zip(to).is_some_and(|(from, to)| to < from);
                if !is_empty {
                    let window = ReadWindow { from, to };
                    let mut reading = ListReading {
                        also: table.further,
                        advance: Advance::AtEnd,
                        children,
                    };
                    // First what the list itself may leave out: once the bookmark has
                    // moved, it would not be read again.
                    if !table.further.is_empty() {
                        self.read_windows(table, window, reading, (begun, state), total)
                            .await?;
                    }
                    (reading.also, reading.advance) = (&[], Advance::WithPage { begun });
                    self.read_windows(table, window, reading, (begun, state), total)
                        .await?;
                }
                state.advance(bookmark_of(total.newest, begun, self.now()));
            }
            ReadMethod::Since { .. } | ReadMethod::NewestFirst { .. } => {
                self.note_gap(table, state, begun);
                let window = ReadWindow { from, to: None };
                let request = first_page(table, window);
                self.list(table, request, Advance::AtEnd, from, total)
                    .await?;
                state.advance(bookmark_of(total.newest, begun, self.now()));
            }
            ReadMethod::Whole => {
                self.gather(table).await.map_err(ListFailure::Sink)?;
                let request = first_page(table, ReadWindow::default());
                let purpose = BatchPurpose::RowsAndKeys;
                self.gathering(table, request, purpose, total).await?;
            }
        }
        Self::check_bookmark(table, state, begun, total)?;
        state.completed = Some(begun);
        self.conclude(table, state).await
    }

    /// Stores the state of a table.
    pub(super) async fn conclude(
        &self,
        table: &SyncTable,
        state: &TableState,
    ) -> Result<(), ListFailure> {
        let (name, state) = (table.name.clone(), state.clone());
        let conclude = move |destination: &mut dyn Destination| destination.conclude(&name, &state);
        self.worker.call(conclude).await.map_err(ListFailure::Sink)
    }

    /// Reads a window in the order of changes. One that the API cannot answer in time
    /// is halved.
    async fn read_windows(
        &self,
        table: &SyncTable,
        window: ReadWindow,
        reading: ListReading<'_>,
        (now, state): (Micros, &TableState),
        total: &mut Total,
    ) -> Result<(), ListFailure> {
        let is_numbered = table.api.page_form(Some(table.operation)).is_numbered();
        let mut left = vec![window];
        while let Some(window) = left.pop() {
            let newest = total.newest;
            let read = if is_numbered {
                self.by_time(table, window, reading, total).await
            } else {
                let request = first_page(table, window);
                self.list(table, request, reading.advance, None, total)
                    .await
            };
            let error = match read {
                Ok(()) => continue,
                Err(ListFailure::Fetch(error)) => error,
                Err(failure) => return Err(failure),
            };
            let too_long = error
                .answer
                .as_ref()
                .is_some_and(|told| told.status == TOO_LONG);
            // Pages before the one that failed are stored.
            let reached = if total.newest > newest.max(state.bookmark) {
                total.newest
            } else {
                window.from
            };
            let rest = ReadWindow {
                from: reached,
                to: window.to,
            };
            match rest.halves(now).filter(|_| too_long) {
                Some((earlier, later)) => left.extend([later, earlier]),
                None => return Err(ListFailure::Fetch(error)),
            }
        }
        Ok(())
    }

    /// Reads a list to its end, or to a page that is wholly older.
    async fn list(
        &self,
        table: &SyncTable,
        request: Request,
        advance: Advance,
        until_older: Option<Micros>,
        total: &mut Total,
    ) -> Result<(), ListFailure> {
        let around = (&self.worker, self.observer, &self.clock);
        let mut sink = TableSink::new(around, &table.name, advance, total);
        let is_newest_first = matches!(table.method, ReadMethod::NewestFirst { .. });
        sink.until_older = until_older.filter(|_| is_newest_first);
        let is_numbered = table.api.page_form(Some(table.operation)).is_numbered();
        if is_numbered && matches!(table.method, ReadMethod::Since { .. }) {
            sink.not_older = until_older.map(Micros::whole_seconds);
        }
        self.into(table, request, &mut sink).await
    }

    /// Reads a list to its end and gathers its keys.
    pub(super) async fn gathering(
        &self,
        table: &SyncTable,
        request: Request,
        purpose: BatchPurpose,
        total: &mut Total,
    ) -> Result<(), ListFailure> {
        let around = (&self.worker, self.observer, &self.clock);
        let mut sink = TableSink::new(around, &table.name, Advance::AtEnd, total);
        sink.purpose = purpose;
        self.into(table, request, &mut sink).await
    }

    async fn into(
        &self,
        table: &SyncTable,
        request: Request,
        sink: &mut TableSink<'_>,
    ) -> Result<(), ListFailure> {
        let client = self.client(table.api.version).map_err(ListFailure::Fetch)?;
        let wanted = Wanted::of(table.operation.response);
        let mut pages = Pages::new(client.clone(), request, wanted);
        pages.records(None, sink).await?;
        match sink.failure.take() {
            Some(error) => Err(ListFailure::Fetch(error)),
            None => Ok(()),
        }
    }

    /// Says when the list no longer reaches back to where the last run ended.
    fn note_gap(&self, table: &SyncTable, state: &TableState, now: Micros) {
        let Some((days, bookmark)) = table.reach_days.zip(state.bookmark) else {
            return;
        };
        let reach = std::time::Duration::from_secs(u64::from(days) * 86_400);
        if now.since(bookmark) > reach {
            let until = now.before(reach);
            self.observer.note(&format!(
                "{} reaches back {days} days: changes between {bookmark} and {until} are not in \
                 the copy",
                table.name
            ));
        }
    }

    /// A bookmark that is later than everything the store has would hide whatever
    /// comes.
    fn check_bookmark(
        table: &SyncTable,
        state: &TableState,
        now: Micros,
        total: &Total,
    ) -> Result<(), ListFailure> {
        let latest = now.after(CLOCKS_APART);
        let Some(bookmark) = state.bookmark.filter(|bookmark| *bookmark > latest) else {
            return Ok(());
        };
        // A store whose clock is ahead of this machine's has a record of that time.
        if total.newest == Some(bookmark) {
            return Ok(());
        }
        let name = &table.name;
        Err(ListFailure::Fetch(
            Error::new(
                Kind::Partial,
                format!("its bookmark {bookmark} is in the future"),
            )
            .hint(format!(
                "--refresh {name} reads the table again from the beginning"
            )),
        ))
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
