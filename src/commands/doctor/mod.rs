//! `rc doctor`: whether everything is as it must be to work with a store, and
//! what to do where it is not.
//!
//! It goes the way of a request: settings, the host, a connection, TLS, an
//! answer, and what the answer says of the token, the clock and the rate limit.
//! One request is sent, which changes nothing; a token is not needed. Out come
//! lines for people, or records in any format; the exit code is that of the
//! first failure. [`judge`] interprets facts, [`reach`] tests the way to the
//! host.

mod judge;
mod reach;
mod spec;

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{Command, no_files};
use crate::api::client::{Failure, Http, Redacting, Transport, redact, tls};
use crate::cli::Options;
use crate::commands::auth::check;
use crate::commands::connect::Target;
use crate::commands::token;
use crate::config::{BaseUrl, Network, Trust};
use crate::error::{Error, Kind, Result};
use crate::output::{Format, Shape, aligned};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use judge::{Check, CheckStatus};

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, _| {
        run.choose_family(options, None)?;
        self::run(run, options)
    },
};

/// Checks everything, and says what was found.
fn run(run: &mut Run, options: &Options) -> Result<()> {
    let printer = if as_records(options) {
        let described = Described::of_keys(&CHECK_KEYS);
        Some(Printer::prepare(run, options, Shape::Many, described)?)
    } else {
        None
    };
    let mut report = DoctorReport::default();
    look(run, options, &mut report)?;
    if let Some(mut printer) = printer {
        for check in &report.checks {
            printer.record(&check.record().to_string())?;
        }
        printer.finish()?;
    } else {
        run.print(&report.text())?;
    }
    report.verdict()
}

fn as_records(options: &Options) -> bool {
    let asked = &options.output;
    asked.format.is_some_and(|format| format != Format::Table)
        || asked.jq.is_some()
        || asked.columns.is_some()
        || asked.out.is_some()
}

/// What was found so far.
#[derive(Default)]
struct DoctorReport {
    checks: Vec<Check>,
}

impl DoctorReport {
    fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Takes the token out, should a server repeat it.
    fn conceal(&mut self, token: &str) {
        for check in &mut self.checks {
            let parts = check.hints.iter_mut().chain([&mut check.message]);
            for text in parts {
                *text = redact::without_token(text, token).into_owned();
            }
        }
    }

    fn text(&self) -> String {
        let mut rows = Vec::new();
        for check in &self.checks {
            let took = check
                .took
                .map_or(String::new(), |took| format!(" ({} ms)", took.as_millis()));
            let message = format!("{}{took}", check.message);
            rows.push(vec![
                // As wide as the longest status, so that good and bad runs compare.
                format!("{:<4}", check.status.name()),
                check.name.to_owned(),
                message,
            ]);
            for hint in &check.hints {
                rows.push(vec![String::new(), String::new(), format!("→ {hint}")]);
            }
        }
        aligned(&rows)
    }

    /// The first failure decides.
    fn verdict(&self) -> Result<()> {
        let mut failed = self.checks.iter().filter_map(|check| match check.status {
            CheckStatus::Fail(kind) => Some((check.name, kind)),
            _ => None,
        });
        let Some((name, kind)) = failed.next() else {
            return Ok(());
        };
        let others = failed.fold(name.to_owned(), |names, (name, _)| {
            format!("{names}, {name}")
        });
        Err(Error::new(kind, format!("not ready: {others}")))
    }
}

/// Goes as far as it can. An error is that the user has stopped it.
fn look(run: &mut Run, options: &Options, report: &mut DoctorReport) -> Result<()> {
    report.add(Check::ok(
        "version",
        concat!("rc ", env!("CARGO_PKG_VERSION")),
    ));
    let place = match run.place(options) {
        Ok(place) => place,
        Err(error) => {
            report.add(Check::failed("config", &error));
            return Ok(());
        }
    };
    report.add(judge::config(place.family, &place.named(), place.version()));
    let Some(base) = place.url() else {
        return sandboxed(run, &place, report);
    };
    let token = token::of(run, &place);
    if let Err(error) = &token {
        report.add(Check::failed("token", error));
    }
    let token = token.ok();
    if let Some(network) = settings(run, options, base, report)
        && Run::wait(reached(base, &network, report))?
    {
        let http = match Http::new(base, &network) {
            Ok(http) => http,
            Err(error) => {
                report.add(Check::failed("http", &error));
                return Ok(());
            }
        };
        let secret = token.clone().unwrap_or_default();
        let http = Box::new(Redacting::new(Box::new(http), &secret));
        let http = run
            .request_trace
            .around(http, &run.clock, place.api, &secret);
        return asked(run, &place, http.as_ref(), token.as_ref(), report);
    }
    if token.is_some() {
        report.add(Check::warn("token", "found, but not tested"));
    }
    Ok(())
}

/// The sandbox of this process: nothing lies between.
fn sandboxed(run: &Run, place: &Target, report: &mut DoctorReport) -> Result<()> {
    match run.sandbox() {
        Ok((transport, token)) => {
            let transport = run
                .request_trace
                .around(transport, &run.clock, place.api, &token);
            asked(run, place, transport.as_ref(), Some(&token), report)
        }
        Err(error) => {
            report.add(Check::failed("sandbox", &error));
            Ok(())
        }
    }
}

/// Proxy and trust, as they are set; nothing when they are wrong.
fn settings(
    run: &Run,
    options: &Options,
    base: &BaseUrl,
    report: &mut DoctorReport,
) -> Option<Network> {
    let network = match Network::of(&options.network, &run.environment, base) {
        Ok(network) => network,
        Err(error) => {
            report.add(Check::failed("network", &error));
            return None;
        }
    };
    report.add(Check::ok(
        "proxy",
        match &network.proxy {
            Some(proxy) => proxy.to_string(),
            None => "none".to_owned(),
        },
    ));
    if !base.is_https() {
        return Some(network);
    }
    if let Err(error) = tls::settings(&network.trust) {
        report.add(Check::failed("trust", &error));
        return None;
    }
    let trust = match &network.trust {
        Trust::BuiltIn => "the built-in authorities".to_owned(),
        Trust::System => "the authorities of the system".to_owned(),
        Trust::File(path) => format!("the authorities in {}, and no others", path.display()),
    };
    report.add(Check::ok("trust", trust));
    Some(network)
}

/// Finds the host, connects, and speaks TLS, each by itself. Behind a proxy
/// only the whole can be seen.
async fn reached(base: &BaseUrl, network: &Network, report: &mut DoctorReport) -> Result<bool> {
    if network.proxy.is_some() {
        return Ok(true);
    }
    let checks = reach::host(base, network).await;
    let reached = checks.iter().all(|check| !check.has_failed());
    report.checks.extend(checks);
    Ok(reached)
}

/// Sends one request, and judges what its answer says.
fn asked(
    run: &Run,
    place: &Target,
    transport: &dyn Transport,
    token: Option<&SecretString>,
    report: &mut DoctorReport,
) -> Result<()> {
    let request = question(place, token)?;
    let begun = Instant::now();
    let answer = Run::wait(async { Ok(transport.send(request).await) })?;
    let took = begun.elapsed();
    let ours = (run.clock)();
    match answer {
        Err(failure) => {
            report.add(unanswered(&failure, took));
            if token.is_some() {
                report.add(Check::warn("token", "found, but not tested"));
            }
        }
        Ok(answer) => {
            let limit = header(&answer, place.api.rate.header());
            report.add(judge::http(
                answer.status().as_u16(),
                answer.version(),
                took,
            ));
            if let Some(name) = place.api.headers.version {
                let version = header(&answer, name);
                report.add(judge::version(version.as_deref(), place.version()));
            }
            if let Some(token) = token {
                let status = answer.status().as_u16();
                if check::describes_tokens(place.api) {
                    report.add(judge::token(status, answer.body()));
                    report.add(judge::limit(limit.as_deref(), token.expose_secret()));
                } else {
                    let scope = check::probes(place.api).first().map(|(scope, _)| *scope);
                    report.add(judge::probed(place.api, status, scope));
                    report.add(judge::left(limit.as_deref()));
                }
            }
            if place.url().is_some() {
                report.add(judge::clock(header(&answer, "Date").as_deref(), ours));
            }
        }
    }
    if let Some(token) = token {
        report.conceal(token.expose_secret());
    }
    Ok(())
}

fn unanswered(failure: &Failure, took: Duration) -> Check {
    let mut error = Error::new(Kind::Unreachable, failure.reason.as_str());
    if let Some(hint) = &failure.hint {
        error = error.hint(hint);
    }
    Check::failed("http", &error).after(took)
}

fn header(answer: &Response<Bytes>, name: &str) -> Option<String> {
    answer.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// The path of what describes a token.
fn token_path() -> String {
    "/token_information".to_owned()
}

/// Asks what the token may do; that changes nothing. Where the API does not say, a
/// list is asked for.
fn question(place: &Target, token: Option<&SecretString>) -> Result<Request<Bytes>> {
    let path = match check::probes(place.api).first() {
        _ if check::describes_tokens(place.api) => token_path(),
        Some((_, list)) => format!("{}?{}=1", list.path, place.api.page_size),
        None => String::new(),
    };
    let mut builder = Request::get(format!("{}{path}", place.printed().base_url))
        .header("Accept", "application/json");
    if let Some(name) = place.api.headers.version {
        builder = builder.header(name, place.version());
    }
    if let Some(token) = token
        && let Some(name) = place.api.auth.header()
    {
        let mut value = HeaderValue::from_str(token.expose_secret()).map_err(|_| {
            Error::new(
                Kind::Access,
                format!(
                    "{} contains characters that a header cannot have",
                    place.api.auth.variable
                ),
            )
        })?;
        value.set_sensitive(true);
        builder = builder.header(name, value);
    }
    builder
        .body(Bytes::new())
        .map_err(|error| Error::usage("the request cannot be built").caused_by(error))
}

/// The keys of the record of a check.
const CHECK_KEYS: [&str; 5] = ["check", "status", "message", "hint", "ms"];

impl Check {
    /// The check as a record.
    fn record(&self) -> serde_json::Value {
        let took = self
            .took
            .map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        json!({
            "check": self.name,
            "status": self.status.name(),
            "message": self.message,
            "hint": (!self.hints.is_empty()).then(|| self.hints.join("\n")),
            "ms": took,
        })
    }
}
