//! A local Recharge: stateful, faithful, and the only one who uses it.
//!
//! It owns a store and answers HTTP requests about it as the API would. A
//! request comes in ([`Sandbox::receive`]), the catalogue row that it asks for
//! is found and compared with it, a rule reads or changes the state, and the
//! answer goes out in the envelope that the row names. The catalogue is the
//! only other module it knows; it imports nothing above it.
//!
//! [`mod@file`] keeps a store in a file, for commands that live for one request;
//! [`server`] lends it to the network, and [`data`] keeps what is served.

#![deny(missing_docs)]

mod bigcommerce;
mod combined;
pub mod faults;
mod http;
mod persistence;
pub mod portal;
mod requests;
mod row;
mod rules;
pub mod seed;
mod storage;
mod storefront;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod v2021_01;
mod values;
mod webhooks;

#[cfg(test)]
mod tests;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub use self::bigcommerce::{Edit, STORE_HASH};
pub use self::http::receive::{Ending, Reply};
pub use self::http::{control, server};
pub use persistence::{data, file, records};
pub use storage::behaviour::Behaviour;
pub use storage::state::{State, Token};
pub use values::platform::Platform;
pub use webhooks::post::{CLIENT_SECRET, Outbox};

use self::bigcommerce::Windows;
use self::http::address_locks::AddressLocks;
use self::http::limit::Buckets;
use self::http::log::Log;
use persistence::data::DataFile;
use portal::pages::{Pages, PlainPages};
use requests::refusal::Refusal;
use rules::life::Happened;

/// The token that may do everything.
pub const TOKEN: &str = "sk_sandbox_all";

/// The present, as the sandbox sees it. Given from outside, so that it can
/// stand still or be moved.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How the sandbox names itself in answers.
const SERVER: &str = concat!("recharge-sandbox/", env!("CARGO_PKG_VERSION"));

/// A store that answers requests.
pub struct Sandbox {
    state: Mutex<State>,
    now: Now,
    /// Where changes are kept, where they are.
    data: Option<Mutex<DataFile>>,
    limits: Option<Mutex<Buckets>>,
    /// The requests of each token, where the platform counts them by windows.
    windows: Mutex<Windows>,
    /// What is being edited by requests that are not answered yet.
    trees: AddressLocks,
    log: Mutex<Log>,
    /// How messages to webhooks are posted, where they are.
    outbox: Option<Arc<Outbox>>,
    /// What renders pages of the customer portal.
    pages: Arc<dyn Pages>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox with that state, which asks `now` for the time.
    #[must_use]
    pub fn new(state: State, now: Now) -> Self {
        Self {
            state: Mutex::new(state),
            now,
            data: None,
            limits: None,
            windows: Mutex::default(),
            trees: AddressLocks::default(),
            log: Mutex::default(),
            outbox: None,
            pages: Arc::new(PlainPages),
        }
    }

    /// The same sandbox, whose customer portal is rendered by `pages`.
    #[must_use]
    pub fn rendering(mut self, pages: Arc<dyn Pages>) -> Self {
        self.pages = pages;
        self
    }

    /// The same sandbox, which keeps every change in a data file before it
    /// answers.
    #[must_use]
    pub fn kept_in(mut self, data: DataFile) -> Self {
        self.data = Some(Mutex::new(data));
        self
    }

    /// Lets happen what time brings: who serves a sandbox calls it now and
    /// then, so that things happen when no one asks. Says whether more is due
    /// than was done.
    pub fn tick(&self) -> bool {
        let world = (self.now)();
        let mut state = self.lock();
        // What could not be kept is asked to anyone who asks next.
        let _ = self.pass_time(&mut state, world);
        let rests = state.rests_until;
        rests.is_some_and(|until| std::time::Instant::now() < until)
    }

    /// Brings a store to the present: what time brought happens, and is kept
    /// day by day.
    fn pass_time(&self, state: &mut State, world: Timestamp) -> Result<Happened, Refusal> {
        let token = Token::system();
        let now = state.clock.shown(world);
        let mut happened = Happened::default();
        while let Some(at) = rules::life::next_run(state.clock.lived(), now) {
            happened += self.change(state, |state| {
                let happened = rules::life::run(state, at, &token);
                state.clock.has_lived(at);
                Ok(happened)
            })?;
        }
        self.change(state, |state| {
            let ended = rules::redeeming::end_due(state, now);
            if rules::regeneration::run_due(state, now) || ended {
                rules::events::settle(state, now, &token);
            }
            rules::batch_runs::run_due(state, now);
            Ok(())
        })?;
        state.clock.has_lived(now);
        Ok(happened)
    }

    /// Changes the state and keeps the change, or does neither.
    fn change<T>(
        &self,
        state: &mut State,
        act: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let before = state.revision;
        // A broken rule must not take the store down with it: the change is
        // undone and the request is answered.
        let result = catch_unwind(AssertUnwindSafe(|| act(state)));
        let mut result = result.unwrap_or_else(|_| {
            state.undo_to(0);
            Err(Refusal::error(500, "internal server error"))
        });
        if let Err(error) = self.keep(state, before) {
            result = Err(Refusal::error(500, &error.to_string()));
        }
        state.journal.clear();
        state.fresh.clear();
        if let Some(outbox) = self.outbox.as_ref().filter(|_| state.revision != before) {
            outbox.wake();
        }
        result
    }

    /// Puts another store in the place of this one.
    fn replace(&self, state: &mut State, by: State) -> io::Result<()> {
        let revision = state.revision;
        let (posting, longest_work) = (state.posting.take(), state.longest_work);
        *state = by;
        state.posting = posting.map(|posting| posting.over(state));
        state.longest_work = longest_work;
        state.revision = state.revision.max(revision) + 1;
        let Some(data) = &self.data else {
            return Ok(());
        };
        let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
        data.start_over(state)
    }

    /// The same sandbox with the rate limit of the API.
    #[must_use]
    pub fn limited(mut self) -> Self {
        self.limits = Some(Mutex::default());
        self
    }

    /// Keeps what a request changed. Once that has failed, nothing is answered
    /// any more: what is served is no longer what is kept.
    fn keep(&self, state: &State, before: u64) -> io::Result<()> {
        let Some(data) = &self.data else {
            return Ok(());
        };
        let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
        if state.revision == before {
            data.check()
        } else {
            data.keep(state)
        }
    }

    /// The state, for anyone who keeps or looks at it.
    pub fn with_state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
