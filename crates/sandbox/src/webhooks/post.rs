//! Posting: messages leave the process over HTTP, signed, several at once.
//!
//! Takes a sandbox; returns requests to the addresses of its webhooks; what
//! comes of them goes back to the sandbox. A request that takes too long has no
//! answer. Redirects are not followed.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, redirect};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::{Attempt, Job, Posting};
use crate::SERVER;
use crate::Sandbox;
use recharge_listener::signature;

/// So many messages are on their way at once.
const MOST_AT_ONCE: usize = 8;

/// The reference's limit for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// So much of an answer is read, so that its connection can be used again.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Signs with this when no other secret is given.
pub const CLIENT_SECRET: &str = "sandbox_client_secret";

/// How a sandbox posts to webhooks.
#[derive(Debug)]
pub struct Outbox {
    client: Client,
    secret: SecretString,
    anywhere: bool,
    pub(crate) patience: Duration,
    /// Something may be due.
    wake: Notify,
}

impl Outbox {
    /// Posts signed with that secret: to this machine only, or anywhere.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn new(secret: SecretString, anywhere: bool) -> io::Result<Self> {
        let here = [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            IpAddr::from(Ipv6Addr::LOCALHOST),
        ];
        let client = Client::builder()
            .user_agent(SERVER)
            // A redirect could lead off this machine, and a proxy is off it.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .resolve_to_addrs("localhost", &here.map(|ip| SocketAddr::new(ip, 0)))
            .tls_backend_preconfigured(tls()?)
            .build()
            .map_err(io::Error::other)?;
        Ok(Self {
            client,
            secret,
            anywhere,
            patience: PATIENCE,
            wake: Notify::new(),
        })
    }

    /// Something may be due.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Posts one message.
    async fn post(&self, seconds: i64, job: &Job) -> Attempt {
        let begun = Instant::now();
        let secret = self.secret.expose_secret();
        let mut request = self
            .client
            .post(&job.address)
            .timeout(self.patience)
            .header("Content-Type", "application/json")
            .header("X-Recharge-External-Platform-Domain", &job.shop)
            .header(
                "X-Recharge-Hmac-Sha256",
                signature::legacy(secret, &job.body),
            )
            .header("X-Recharge-Webhook-Timestamp", seconds)
            .header(
                "X-Recharge-Webhook-Signature",
                signature::timed(secret, seconds, &job.body),
            )
            .body(job.body.clone());
        if job.names_topic {
            request = request.header("X-Recharge-Topic", &job.topic);
        }
        let answer = match request.send().await {
            Ok(mut answer) => {
                let mut read = 0;
                while let Ok(Some(part)) = answer.chunk().await {
                    read += part.len();
                    if read > LONGEST_ANSWER {
                        break;
                    }
                }
                Ok(answer.status().as_u16())
            }
            Err(error) => Err(reason(&error)),
        };
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Attempt {
            answer,
            milliseconds,
        }
    }
}

impl Sandbox {
    /// The same sandbox, which tells webhooks what happens while it is served.
    #[must_use]
    pub fn delivering(mut self, outbox: Outbox) -> Self {
        self.with_state(|state| {
            state.posting = Some(Posting::new(state, outbox.anywhere));
        });
        self.outbox = Some(Arc::new(outbox));
        self
    }

    /// Takes messages to webhooks that are due, up to so many, and says how
    /// long it takes until the next one is.
    fn due_to_post(&self, room: usize) -> (Vec<Job>, Option<Duration>) {
        let world = (self.now)();
        let taken = self.change(&mut self.lock(), |state| {
            Ok(super::take(state, world, room))
        });
        let (jobs, next) = taken.unwrap_or_default();
        let wait = next.map(|due| due.saturating_sub(world.as_millisecond()));
        let wait = wait.map(|wait| Duration::from_millis(wait.unsigned_abs()));
        (jobs, wait)
    }

    /// Keeps the result of a message to a webhook.
    fn posted(&self, job: &Job, attempt: &Attempt) {
        let world = (self.now)();
        // What could not be kept is asked to anyone who asks next.
        let _ = self.change(&mut self.lock(), |state| {
            super::finish(state, world, job, attempt);
            Ok(())
        });
    }

    /// The time of the world, in seconds since 1970.
    fn seconds(&self) -> i64 {
        (self.now)().as_second()
    }
}

fn tls() -> io::Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// Why nothing was answered, without the address, which is beside it.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Posts what is due, for as long as it is asked for the next thing to do. Does
/// nothing for a sandbox without an outbox.
pub(crate) async fn run(sandbox: &Sandbox) {
    let Some(outbox) = sandbox.outbox.clone() else {
        return std::future::pending().await;
    };
    let mut under_way: JoinSet<(Job, Attempt)> = JoinSet::new();
    loop {
        let room = MOST_AT_ONCE - under_way.len();
        let (jobs, next) = sandbox.due_to_post(room);
        for job in jobs {
            let (outbox, seconds) = (outbox.clone(), sandbox.seconds());
            under_way.spawn(async move {
                let attempt = outbox.post(seconds, &job).await;
                (job, attempt)
            });
        }
        tokio::select! {
            () = outbox.wake.notified() => {}
            () = tokio::time::sleep(next.unwrap_or_default()), if next.is_some() => {}
            Some(done) = under_way.join_next(), if !under_way.is_empty() => {
                if let Ok((job, attempt)) = done {
                    sandbox.posted(&job, &attempt);
                }
            }
        }
    }
}
