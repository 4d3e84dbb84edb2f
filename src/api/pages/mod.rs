//! Reads a list page by page: the request of its first page comes in, records
//! go out to a [`RecordSink`].
//!
//! From the second page on, the next page is fetched while the sink works on
//! the current one. The first page reaches the sink before the second is
//! requested, so that no page is fetched that the sink does not want. At most
//! two pages are in memory at a time.

mod form;
mod link;
mod records;
mod trail;

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::api::client::Client;
use crate::api::request::Request;
use crate::api::response::{Envelope, Wanted};
use crate::catalog::PageForm;
use crate::error::{Error, Kind, Result};
pub use form::{PageFacts, next_request};
pub use records::{ListFailure, RecordSink};
use trail::Trail;

/// A list that is read page by page.
pub struct Pages {
    client: Arc<Client>,
    request: Request,
    wanted: Wanted,
    next: NextPage,
    resume: Option<String>,
    trail: Trail,
    /// Pages that were returned.
    returned: u64,
    /// How the list continues.
    form: PageForm,
    /// Whether the list continues after its first page.
    follow: bool,
    /// Whether a page that was not followed says that there is another one.
    goes_on: Result<bool>,
    /// Whether the list leads back to where it was.
    loops: bool,
}

/// The state of the next page.
enum NextPage {
    /// Not requested yet.
    Unsent(Request),
    /// Requested ahead of time.
    Fetching(Request, JoinHandle<Result<Envelope>>),
    /// Not requested, because the list does not end, and why.
    Endless(&'static str),
    /// Not requested, because the page before does not say which it is.
    Invalid(Error),
    /// The list has no further page.
    None,
}

impl Pages {
    /// A list whose first page is `request`. A request for a page by its number
    /// is a list of that page only.
    #[must_use]
    pub fn new(client: Arc<Client>, request: Request, wanted: Wanted) -> Self {
        let api = client.api();
        let form = api.page_form(request.operation);
        let number = if form.is_numbered() {
            Some(form.parameter())
        } else {
            api.page_number
        };
        Self {
            follow: number.is_none_or(|name| request.query_value(name).is_none()),
            form,
            next: NextPage::Unsent(request.clone()),
            resume: None,
            client,
            request,
            wanted,
            trail: Trail::default(),
            returned: 0,
            loops: false,
            goes_on: Ok(false),
        }
    }

    /// Whether the page that was read says that there is another one, for a list of
    /// one page by its number.
    ///
    /// # Errors
    /// Of kind `Unreachable`: the page violates its form.
    pub fn goes_on(&mut self) -> Result<bool> {
        std::mem::replace(&mut self.goes_on, Ok(false))
    }

    /// The position of the first page that was not read completely, to resume
    /// from (a cursor with filters and order; other forms have none): the current page, or the one that could not be fetched. The first
    /// page of a list has none.
    #[must_use]
    pub fn resume(&self) -> Option<&str> {
        self.resume.as_deref()
    }

    /// Whether the API returned a cursor or a page that it had returned before,
    /// so that resuming would not end either.
    #[must_use]
    pub const fn is_endless(&self) -> bool {
        self.loops
    }

    /// The next page, or `None` after the last. `more` says whether the caller
    /// wants the page after it as well. A call means that the page before was
    /// read completely.
    async fn next(&mut self, more: impl Fn(&Envelope) -> bool) -> Result<Option<Envelope>> {
        self.resume = match &self.next {
            NextPage::Unsent(request) | NextPage::Fetching(request, _) => {
                let position = request.query_value(self.form.parameter());
                position
                    .filter(|_| self.form.carries_filters())
                    .map(str::to_owned)
            }
            NextPage::None | NextPage::Endless(_) | NextPage::Invalid(_) => None,
        };
        let page = match &mut self.next {
            NextPage::None => return Ok(None),
            NextPage::Invalid(_) => {
                let NextPage::Invalid(error) = std::mem::replace(&mut self.next, NextPage::None)
                else {
                    return Ok(None);
                };
                return Err(error);
            }
            NextPage::Endless(why) => {
                let why = *why;
                return Err(self.endless(why));
            }
            NextPage::Unsent(request) => fetch(&self.client, request, self.wanted).await?,
            NextPage::Fetching(_, task) => match task.await {
                Ok(page) => page?,
                Err(error) => {
                    return Err(Error::unexpected("fetching ahead failed").caused_by(error));
                }
            },
        };
        if let Err(why) = self.trail.page(&page) {
            return Err(self.endless(why));
        }
        self.returned += 1;
        let api = self.client.api();
        let next = if self.follow && more(&page) {
            next_request(api, self.form, &self.request, &page.facts)
        } else if self.follow {
            Ok(None)
        } else {
            let after = next_request(api, self.form, &self.request, &page.facts);
            self.goes_on = after.map(|after| after.is_some());
            Ok(None)
        };
        self.next = match next {
            Ok(None) => NextPage::None,
            // The current page is good; only the next one is not requested.
            Ok(Some(request)) => match self.trail.step(&request.target()) {
                Ok(()) => {
                    self.request = request.clone();
                    self.ahead(request)
                }
                Err(why) => NextPage::Endless(why),
            },
            Err(error) => NextPage::Invalid(error),
        };
        Ok(Some(page))
    }

    fn endless(&mut self, why: &str) -> Error {
        self.loops = true;
        Error::new(Kind::Unreachable, format!("the list does not end: {why}"))
            .hint("the records printed so far are not the whole list")
    }

    fn ahead(&self, request: Request) -> NextPage {
        if self.returned < 2 {
            return NextPage::Unsent(request);
        }
        let (client, wanted) = (Arc::clone(&self.client), self.wanted);
        let sent = request.clone();
        let task = tokio::spawn(async move { fetch(&client, &sent, wanted).await });
        NextPage::Fetching(request, task)
    }
}

impl Drop for Pages {
    /// Cancels the request for a page that will not be read.
    fn drop(&mut self) {
        if let NextPage::Fetching(_, task) = &self.next {
            task.abort();
        }
    }
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Pages")
            .field("request", &self.request)
            .field("returned", &self.returned)
            .finish_non_exhaustive()
    }
}

async fn fetch(client: &Client, request: &Request, wanted: Wanted) -> Result<Envelope> {
    Envelope::open(client.send(request).await?, wanted)
}

#[cfg(test)]
mod tests;
