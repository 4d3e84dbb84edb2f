//! Lists in the order of a time whose pages have numbers.
//!
//! A row that changes while the list is read goes to its end, and every row behind it
//! moves up by one: anyone who asks for the next number misses the first row of that
//! page. So the next page is asked for by the time of the last row, which is included,
//! and rows that are read twice are stored once.
//!
//! Where all rows of a page are of one second, that is not progress. The rows of such
//! a second are read by number to their end, and then from the end to the beginning:
//! rows that move up meanwhile come again, and none is missed.

use std::time::Duration;

use super::SyncRun;
use super::children::ChildReader;
use crate::api::pages::{ListFailure, Pages};
use crate::api::response::Wanted;
use crate::error::{Error, Kind};
use crate::sync::Micros;
use crate::sync::destination::{Advance, StoredPage};
use crate::sync::read::{TableSink, Total};
use crate::sync::table::{ReadMethod, SyncTable};
use crate::sync::window::{ReadWindow, first_page};

/// How a list is read.
#[derive(Clone, Copy)]
pub(super) struct ListReading<'a> {
    /// Query parameters beside those of the table.
    pub(super) also: &'static [(&'static str, &'static str)],
    /// How the bookmark moves.
    pub(super) advance: Advance,
    /// The lists that belong to each record.
    pub(super) children: Option<&'a ChildReader<'a>>,
}

/// Filters take whole seconds.
const SECOND: Duration = Duration::from_secs(1);

impl SyncRun<'_> {
    /// Reads a window of a list whose pages have numbers.
    pub(super) async fn by_time(
        &self,
        table: &SyncTable,
        window: ReadWindow,
        reading: ListReading<'_>,
        total: &mut Total,
    ) -> Result<(), ListFailure> {
        let has_end = matches!(table.method, ReadMethod::Ascending { until: Some(_), .. });
        let mut from = window.from.map(Micros::whole_seconds);
        let mut number = 1;
        loop {
            let part = ReadWindow {
                from,
                to: window.to,
            };
            let (page, goes_on) = self.numbered(table, part, number, reading, total).await?;
            if page.is_unordered {
                return Err(ListFailure::Fetch(unordered(table)));
            }
            if !goes_on {
                return Ok(());
            }
            match page.newest.map(Micros::whole_seconds) {
                Some(newest) if Some(newest) > from => (from, number) = (Some(newest), 1),
                Some(second) if has_end => {
                    self.one_second(table, second, reading, total).await?;
                    (from, number) = (Some(second.after(SECOND)), 1);
                }
                _ => number += 1,
            }
            if window
                .to
                .is_some_and(|to| from.is_some_and(|from| from > to))
            {
                return Ok(());
            }
        }
    }

    /// Reads all rows of one second, which are more than a page.
    async fn one_second(
        &self,
        table: &SyncTable,
        second: Micros,
        reading: ListReading<'_>,
        total: &mut Total,
    ) -> Result<(), ListFailure> {
        // The second after it as well, should the end not be included.
        let part = ReadWindow {
            from: Some(second),
            to: Some(second.after(SECOND)),
        };
        // The bookmark must not pass what is read again from the end.
        let reading = ListReading {
            advance: Advance::AtEnd,
            ..reading
        };
        let mut last = 1;
        while self.of_second(table, part, last, reading, total).await? {
            last += 1;
        }
        for number in (1..last).rev() {
            self.of_second(table, part, number, reading, total).await?;
        }
        Ok(())
    }

    /// Reads a page of one second; returns whether there is another one.
    async fn of_second(
        &self,
        table: &SyncTable,
        part: ReadWindow,
        number: u64,
        reading: ListReading<'_>,
        total: &mut Total,
    ) -> Result<bool, ListFailure> {
        let (page, goes_on) = self.numbered(table, part, number, reading, total).await?;
        let latest = page.newest.map(Micros::whole_seconds);
        match (latest, part.to) {
            (Some(latest), Some(to)) if latest > to => {
                Err(ListFailure::Fetch(ignored(table, to, latest)))
            }
            _ => Ok(goes_on),
        }
    }

    /// Reads a page by its number; returns whether there is another one.
    async fn numbered(
        &self,
        table: &SyncTable,
        window: ReadWindow,
        number: u64,
        reading: ListReading<'_>,
        total: &mut Total,
    ) -> Result<(StoredPage, bool), ListFailure> {
        let mut request = first_page(table, window);
        for (name, value) in reading.also {
            request.set_query(name, (*value).to_owned());
        }
        let form = table.api.page_form(Some(table.operation));
        request.set_query(form.parameter(), number.to_string());
        let around = (&self.worker, self.observer, &self.clock);
        let mut sink = TableSink::new(around, &table.name, reading.advance, total);
        sink.not_older = window.from;
        sink.children = reading.children;
        let client = self.client(table.api.version).map_err(ListFailure::Fetch)?;
        let wanted = Wanted::of(table.operation.response);
        let mut pages = Pages::new(client.clone(), request, wanted);
        pages.records(None, &mut sink).await?;
        if let Some(error) = sink.failure.take() {
            return Err(ListFailure::Fetch(error));
        }
        let page = sink.last.take().unwrap_or_default();
        let goes_on = pages.goes_on().map_err(ListFailure::Fetch)?;
        Ok((page, goes_on))
    }
}

fn unordered(table: &SyncTable) -> Error {
    Error::new(
        Kind::Unreachable,
        format!("{}: the API ignored the order of the list", table.name),
    )
    .hint("the stored rows are correct; the next run reads the rest")
}

fn ignored(table: &SyncTable, asked: Micros, latest: Micros) -> Error {
    Error::new(
        Kind::Unreachable,
        format!(
            "{}: the API ignored the date: rows until {asked} were asked for, and it answered \
             with one of {latest}",
            table.name
        ),
    )
    .hint("the stored rows are correct; the bookmark did not move")
}

#[cfg(test)]
#[path = "by_time_tests.rs"]
mod tests;
