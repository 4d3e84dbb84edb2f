//! Following a list page by page. From the second page on, the next one is
//! fetched while the caller works on the one in hand; the first is handed over
//! before anything else is asked for, so that nothing is fetched that no one
//! reads. At most two pages are held at a time.

mod trail;

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::catalog::recharge::{CURSOR, PAGE};
use crate::client::Client;
use crate::envelope::{Envelope, Wanted};
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use trail::Trail;

/// A list on its way.
pub struct Pages {
    client: Arc<Client>,
    request: Request,
    wanted: Wanted,
    next: Next,
    resume: Option<String>,
    trail: Trail,
    handed_over: u64,
    follow: bool,
    circle: bool,
}

/// Where the next page is.
enum Next {
    /// Not asked for yet.
    Here(Request),
    /// Asked for.
    Coming(Request, JoinHandle<Result<Envelope>>),
    /// Asking for it would lead nowhere, and why.
    Nowhere(&'static str),
    /// There is none.
    None,
}

impl Pages {
    /// A list that begins with `request`. A list asked for by page number is
    /// one page.
    #[must_use]
    pub fn new(client: Arc<Client>, request: Request, wanted: Wanted) -> Self {
        Self {
            follow: request.query_value(PAGE.name).is_none(),
            next: Next::Here(request.clone()),
            resume: None,
            client,
            request,
            wanted,
            trail: Trail::default(),
            handed_over: 0,
            circle: false,
        }
    }

    /// The cursor of the first page that is not done with, for going on
    /// another time: the page in hand, or the one that could not be fetched.
    /// The first page of a list has none.
    #[must_use]
    pub fn resume(&self) -> Option<&str> {
        self.resume.as_deref()
    }

    /// Whether the API gave a cursor or a page that it gave before, so that
    /// going on would lead nowhere.
    #[must_use]
    pub const fn leads_in_a_circle(&self) -> bool {
        self.circle
    }

    /// The next page, or `None` after the last. `more` tells whether the
    /// caller will want the page after it, too. Asking for the next page says
    /// that the one before is done with.
    pub async fn next(&mut self, more: impl Fn(&Envelope) -> bool) -> Result<Option<Envelope>> {
        self.resume = match &self.next {
            Next::Here(request) | Next::Coming(request, _) => {
                request.query_value(CURSOR.name).map(str::to_owned)
            }
            Next::None | Next::Nowhere(_) => None,
        };
        let page = match &mut self.next {
            Next::None => return Ok(None),
            Next::Nowhere(why) => {
                let why = *why;
                return Err(self.endless(why));
            }
            Next::Here(request) => fetch(&self.client, request, self.wanted).await?,
            Next::Coming(_, task) => match task.await {
                Ok(page) => page?,
                Err(error) => {
                    return Err(Error::unexpected("fetching ahead failed").caused_by(error));
                }
            },
        };
        if let Err(why) = self.trail.page(&page) {
            return Err(self.endless(why));
        }
        self.handed_over += 1;
        let follow = page.next.as_deref().filter(|_| self.follow && more(&page));
        self.next = match follow {
            None => Next::None,
            // The page in hand is good; only the next one is not asked for.
            Some(cursor) => match self.trail.step(cursor) {
                Ok(()) => self.ahead(self.request.at_cursor(cursor)),
                Err(why) => Next::Nowhere(why),
            },
        };
        Ok(Some(page))
    }

    fn endless(&mut self, why: &str) -> Error {
        self.circle = true;
        Error::new(Kind::Unreachable, format!("the list does not end: {why}"))
            .hint("what was printed so far is not the whole list")
    }

    fn ahead(&self, request: Request) -> Next {
        if self.handed_over < 2 {
            return Next::Here(request);
        }
        let (client, wanted) = (Arc::clone(&self.client), self.wanted);
        let asked = request.clone();
        let task = tokio::spawn(async move { fetch(&client, &asked, wanted).await });
        Next::Coming(request, task)
    }
}

impl Drop for Pages {
    /// A page that no one will read is not waited for.
    fn drop(&mut self) {
        if let Next::Coming(_, task) = &self.next {
            task.abort();
        }
    }
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Pages")
            .field("request", &self.request)
            .field("handed_over", &self.handed_over)
            .finish_non_exhaustive()
    }
}

async fn fetch(client: &Client, request: &Request, wanted: Wanted) -> Result<Envelope> {
    Envelope::open(client.send(request).await?, wanted)
}
