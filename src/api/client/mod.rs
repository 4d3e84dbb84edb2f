//! Asking politely: a request goes out with the token and comes back as an
//! answer or as an error that says what to do. How fast to ask and whether to
//! ask again are decided purely (see [`pace`] and [`retry`]); how bytes travel
//! is a [`Transport`] that is passed in.

mod attempt_time;
mod deadline;
mod doubt;
mod escapes;
mod form;
mod gate;
pub mod har;
mod http;
mod limit;
pub mod notice;
mod outgoing;
pub mod pace;
pub mod redact;
mod redacting;
mod refusal;
pub mod resolver;
pub mod retry;
pub mod tls;
mod token_finder;
pub mod trace;
mod write_recorder;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::http::HeaderMap;
use bytes::Bytes;
use secrecy::SecretString;

use crate::api::evidence;
use crate::api::request::Request;
use crate::catalog::{Api, ErrorForm, Method, Operation, PageForm};
use crate::error::{Error, Result};
use crate::world::{Elapsed, Sleep};
use deadline::RequestClock;
use gate::Gate;
use notice::{Notice, Observer};
use retry::{Budget, Outcome, Spent, Verdict};
use write_recorder::WriteReport;

pub use crate::config::READ_TIMEOUT;
pub use doubt::unknown;
pub use form::is_refused_each_time;
pub use http::{Http, USER_AGENT};
pub use pace::Level;
pub use redacting::Redacting;
pub use write_recorder::{WriteEnd, WriteOutcome, WriteRecorder};

/// A client of one store. All its requests share one pace.
pub struct Client {
    transport: Arc<dyn Transport>,
    base: String,
    token: SecretString,
    api: &'static Api,
    version: Option<String>,
    /// The id of the program.
    program: Option<String>,
    store: Option<String>,
    gate: Arc<Gate>,
    budget: Budget,
    /// Whether anything ever came of a request.
    met: AtomicBool,
    recorder: Option<Arc<dyn WriteRecorder>>,
}

/// How a request gets to the API and its answer back.
pub trait Transport: Send + Sync {
    /// Sends one request, once.
    fn send(&self, request: ::http::Request<Bytes>) -> Sending<'_>;
}

/// An answer on its way.
pub type Sending<'a> =
    Pin<Box<dyn Future<Output = Result<::http::Response<Bytes>, Failure>> + Send + 'a>>;

/// Why no answer came.
#[derive(Debug)]
pub struct Failure {
    /// Whether it is certain that the API did not receive the request.
    pub not_sent: bool,
    /// A hint that is more specific than the general one.
    pub hint: Option<String>,
    /// The status of the answer, when one began and broke off.
    pub status: Option<u16>,
    /// What happened, as a fragment.
    pub reason: String,
}

/// Keeps a record of the attempts of one request.
pub trait AttemptRecord {
    /// An attempt begins; nothing of it went out yet.
    ///
    /// # Errors
    /// It must not begin.
    fn leaves(&self) -> Result<()>;

    /// No attempt so far can have changed anything. The next one is made after
    /// a pause.
    ///
    /// # Errors
    /// There must be no next one.
    fn returns(&self) -> Result<()>;
}

/// No record.
struct Unrecorded;

impl AttemptRecord for Unrecorded {
    fn leaves(&self) -> Result<()> {
        Ok(())
    }

    fn returns(&self) -> Result<()> {
        Ok(())
    }
}

/// A successful answer.
#[derive(Debug)]
pub struct Response {
    /// HTTP status, 2xx.
    pub status: u16,
    /// The id by which support finds the request.
    pub request_id: Option<String>,
    /// The header `Link`.
    pub link: Option<String>,
    /// All headers, of an answer to a `HEAD` request; none of others.
    pub headers: HeaderMap,
    /// How to read the body.
    pub reading: Reading,
    /// The body, whole.
    pub body: Bytes,
}

/// How to read the body of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// How a list continues.
    pub page: PageForm,
    /// How errors and remarks are stated.
    pub errors: ErrorForm,
    /// The field that identifies a record.
    pub id: &'static str,
}

impl Reading {
    /// How the answers of an operation are read, or of a request without one.
    #[must_use]
    pub fn of(api: &Api, operation: Option<&Operation>) -> Self {
        Self {
            page: api.page_form(operation),
            errors: api.error_form(operation),
            id: api.conventions.id,
        }
    }
}

/// What a client is made of, besides its transport.
#[derive(Debug)]
pub struct Connection {
    /// Where the API answers, without a slash at the end.
    pub base: String,
    /// The token.
    pub token: SecretString,
    /// The API that answers there.
    pub api: &'static Api,
    /// The version to ask for, where it is not the one that `api` describes.
    pub version: Option<String>,
    /// The id of the program, for APIs with a header for it.
    pub client_id: Option<String>,
    /// The store, where the base URL names it.
    pub store: Option<String>,
}

/// How a client waits, and by which clock. The two go together.
#[derive(Clone)]
pub struct Timing {
    /// Waits.
    pub sleep: Sleep,
    /// Tells how much time has passed.
    pub elapsed: Elapsed,
}

impl fmt::Debug for Timing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Timing").finish_non_exhaustive()
    }
}

impl Client {
    /// A client that sends through `transport`, waits as `timing` says, and
    /// tries again within `budget`.
    #[must_use]
    pub fn new(
        transport: Box<dyn Transport>,
        connection: Connection,
        timing: Timing,
        budget: Budget,
    ) -> Self {
        let gate = Gate::new(timing, connection.api, &connection.token);
        let redacting = Redacting::new(transport, &connection.token);
        Self {
            gate: Arc::new(gate),
            budget,
            met: AtomicBool::new(false),
            recorder: None,
            // No answer reaches anything else with the token in it.
            transport: Arc::new(redacting),
            base: connection.base,
            token: connection.token,
            api: connection.api,
            version: connection.version,
            program: connection.client_id,
            store: connection.store,
        }
    }

    /// Tells long waits and odd headers to an observer. Clients that were made of
    /// this one before share the way to the API, so that theirs is not changed.
    #[must_use]
    pub fn observed(mut self, observer: Arc<dyn Observer>) -> Self {
        if let Some(gate) = Arc::get_mut(&mut self.gate) {
            gate.observed(observer);
        }
        self
    }

    /// A client of the same store that speaks another version of the API. Both share
    /// one pace.
    #[must_use]
    pub fn in_version(&self, api: &'static Api) -> Self {
        Self {
            transport: Arc::clone(&self.transport),
            base: self.base.clone(),
            token: self.token.clone(),
            api,
            version: None,
            program: self.program.clone(),
            store: self.store.clone(),
            gate: Arc::clone(&self.gate),
            budget: self.budget,
            met: AtomicBool::new(self.met.load(Ordering::Relaxed)),
            recorder: self.recorder.clone(),
        }
    }

    /// The API that it speaks.
    #[must_use]
    pub const fn api(&self) -> &'static Api {
        self.api
    }

    /// The store that its base URL names.
    #[must_use]
    pub fn store(&self) -> Option<&str> {
        self.store.as_deref()
    }

    /// The version that it asks for.
    #[must_use]
    pub fn version(&self) -> &str {
        self.version.as_deref().unwrap_or(self.api.version)
    }

    /// Reports each write to a recorder, before it is sent and when it has ended.
    #[must_use]
    pub fn recorded(mut self, recorder: Option<Arc<dyn WriteRecorder>>) -> Self {
        self.recorder = recorder;
        self
    }

    /// How full the token's bucket is, once an answer has shown that there is
    /// one.
    #[must_use]
    pub fn fill(&self) -> Option<Level> {
        self.gate.fill()
    }

    /// Sends a request and waits for its answer, again where that is safe.
    ///
    /// # Errors
    /// `Access`, `NotFound`, `Refused` for what the API says; `Unreachable`
    /// when no usable answer came.
    pub async fn send(&self, request: &Request) -> Result<Response> {
        self.send_noting(request, &Unrecorded).await
    }

    /// As [`Client::send`], with a record of the attempts.
    ///
    /// # Errors
    /// As for [`Client::send`]; what the record fails with, as nothing more is
    /// sent then.
    pub async fn send_noting(
        &self,
        request: &Request,
        record: &impl AttemptRecord,
    ) -> Result<Response> {
        let mut write = WriteReport::new(self.recorder.as_deref(), request);
        let result = self.send_reporting(request, record, &mut write).await;
        write.end(&result);
        result
    }

    async fn send_reporting(
        &self,
        request: &Request,
        record: &impl AttemptRecord,
        write: &mut WriteReport<'_>,
    ) -> Result<Response> {
        let mut clock = RequestClock::new(self.budget.time);
        let mut retries = 0;
        // Whether an attempt may have been carried out without saying so.
        let mut lost = false;
        loop {
            let outgoing = self.outgoing(request)?;
            let pass = match self.gate.pass(&mut clock).await {
                Ok(pass) => pass,
                Err(overdue) => {
                    let error = doubt::overdue(overdue);
                    return Err(if lost && request.changes() {
                        doubt::lost_before(self.api, error, request)
                    } else {
                        error
                    });
                }
            };
            let unsent = |error: Error| if lost { error } else { error.untouched() };
            record.leaves().map_err(unsent)?;
            let sending = format!(
                "waiting for an answer to {} {}",
                request.method.name(),
                request.path
            );
            self.gate.activity(Some(&sending));
            write.attempt(request);
            let result = self.transport.send(outgoing).await;
            pass.learn(&result);
            let outcome = Outcome::of(&result);
            let budget = if outcome == Outcome::NotSent && !self.met.load(Ordering::Relaxed) {
                self.budget.of_unmet()
            } else {
                self.met.store(true, Ordering::Relaxed);
                self.budget
            };
            let spent = Spent {
                retries,
                time: clock.spent(self.gate.elapsed()),
            };
            let asked = result
                .as_ref()
                .ok()
                .and_then(|answer| gate::asked(answer.headers()));
            match retry::decide(
                spent,
                outcome,
                request.again(),
                budget,
                self.gate.least_wait(asked),
                fastrand::f64(),
            ) {
                Verdict::Again(wait) => {
                    lost |= outcome.may_be_done();
                    if !lost {
                        record.returns().map_err(Error::untouched)?;
                    }
                    let retry = Notice::Retrying {
                        outcome,
                        span: wait.span,
                        attempt: retries + 2,
                        attempts: budget.retries + 1,
                    };
                    self.gate.pause_to_retry(wait, spent.time, retry).await;
                }
                Verdict::Done => {
                    self.gate.activity(None);
                    return self.conclude(request, result).map_err(|error| {
                        let error = doubt::tried(error, spent, budget, asked);
                        // What the last one met says nothing of those before it.
                        if lost && !outcome.may_be_done() && request.changes() {
                            return doubt::lost_before(self.api, error, request);
                        }
                        error
                    });
                }
            }
            retries += 1;
        }
    }

    fn conclude(
        &self,
        request: &Request,
        result: Result<::http::Response<Bytes>, Failure>,
    ) -> Result<Response> {
        let answer =
            result.map_err(|failure| doubt::unanswered(self.api, &self.base, &failure, request))?;
        let request_id = self.api.headers.request_id;
        let request_id = request_id.and_then(|name| header(answer.headers(), name));
        let status = answer.status().as_u16();
        let link = header(answer.headers(), "Link");
        let reading = Reading::of(self.api, request.operation);
        let (parts, body) = answer.into_parts();
        let headers = match request.method {
            Method::Head => parts.headers,
            _ => HeaderMap::new(),
        };
        if (200..300).contains(&status) {
            if let Err(lack) = self.judge(request, status, &body) {
                let error = refusal::unproven(reading.errors, &lack, status, request_id, &body);
                return Err(unknown(self.api, error, request));
            }
            return Ok(Response {
                status,
                request_id,
                link,
                headers,
                reading,
                body,
            });
        }
        Err(refusal::explain(
            (self.api, self.store.as_deref()),
            request,
            status,
            request_id,
            &body,
        ))
    }

    /// Whether a 2xx answer to a write proves that it was carried out. The rows
    /// describe one version of the API; of others less is known.
    fn judge(&self, request: &Request, status: u16, body: &[u8]) -> Result<(), evidence::Lack> {
        if !request.changes() {
            return Ok(());
        }
        let row = request.operation.filter(|_| self.version.is_none());
        evidence::judge(row, self.api.conventions.id, request, status, body)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client")
            .field("base", &self.base)
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
