//! The control surface of a sandbox, from the command line: of the one that is
//! served at the base URL, when that is on this machine, else of the store of
//! `--sandbox`.
//!
//! No token goes along. The response is printed like any record.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::args::Control;
use crate::api::client::{Failure, Http, Transport};
use crate::cli::Options;
use crate::commands::local;
use crate::config::BaseUrl;
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::output::Shape;
use crate::sandbox::Platform;
use crate::sandbox::file::SandboxFile;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Does what was asked, and prints what is so then.
pub(in crate::commands) fn run(
    run: &mut Run,
    options: &Options,
    platform: Platform,
    asked: &Control,
) -> Result<()> {
    if let Control::Requests { .. } | Control::ForgetRequests = asked {
        return requests(run, options, asked);
    }
    let mut printer = Printer::prepare(run, options, Shape::One, Described::default())?;
    let (method, path, body) = spelled(asked);
    let answer = ControlTarget::choose(platform, run, options)?.ask(method, &path, &body)?;
    printer.record(&answer)?;
    printer.finish()?;
    Ok(())
}

/// Prints the log of requests, or empties it. Only what is served has one.
fn requests(run: &mut Run, options: &Options, asked: &Control) -> Result<()> {
    let Some(url) = served(run, options)? else {
        return Err(Error::usage("only a served sandbox records requests").hint(
            "start one with `rc sandbox serve`, and name it with --base-url or \
                 RECHARGE_BASE_URL",
        ));
    };
    let (method, path, body) = spelled(asked);
    if matches!(asked, Control::ForgetRequests) {
        ControlTarget::Served(url).ask(method, &path, &body)?;
        run.reporter
            .done("the recorded requests of the sandbox are deleted");
        return Ok(());
    }
    let mut printer = Printer::prepare(run, options, Shape::Many, Described::default())?;
    let answer = ControlTarget::Served(url).ask(method, &path, &body)?;
    let told: ControlAnswer = serde_json::from_str(&answer)
        .map_err(|error| Error::unexpected("the sandbox lists no requests").caused_by(error))?;
    for note in told.requests {
        if printer.record(note.get())? == Flow::Enough {
            break;
        }
    }
    printer.finish()?;
    Ok(())
}

/// The log of requests, as it is reported.
#[derive(serde::Deserialize)]
struct ControlAnswer<'a> {
    #[serde(borrow)]
    requests: Vec<&'a RawValue>,
}

fn spelled(asked: &Control) -> (Method, Cow<'static, str>, Value) {
    let (method, path, body) = match asked {
        Control::State => (Method::GET, "state", Value::Null),
        Control::Deliveries => (Method::GET, "deliveries", Value::Null),
        Control::ShowClock => (Method::GET, "clock", Value::Null),
        Control::SetClock(now) => (Method::PUT, "clock", json!({"now": now})),
        Control::AdvanceClock(by) => (Method::POST, "clock/advance", json!({"by": by})),
        Control::ShowFaults => (Method::GET, "faults", Value::Null),
        Control::SetFaults(spec) => (Method::PUT, "faults", json!({"spec": spec})),
        Control::NoFaults => (Method::DELETE, "faults", Value::Null),
        Control::Requests { after, last } => {
            let path = match (after, last) {
                (Some(after), _) => format!("requests?after={after}"),
                (None, Some(last)) => format!("requests?limit={last}"),
                (None, None) => "requests".to_owned(),
            };
            return (Method::GET, path.into(), Value::Null);
        }
        Control::ForgetRequests => (Method::DELETE, "requests", Value::Null),
        Control::Token {
            scopes,
            name,
            multiplier,
        } => (
            Method::POST,
            "tokens",
            json!({"scopes": scopes, "name": name, "multiplier": multiplier}),
        ),
    };
    (method, path.into(), body)
}

/// Where a sandbox is controlled.
pub(in crate::commands) enum ControlTarget {
    /// Over the network, on this machine.
    Served(BaseUrl),
    /// In its file.
    Kept(Box<SandboxFile>),
}

impl ControlTarget {
    /// The sandbox that is meant: the one that is served, else that of a platform in
    /// its file.
    fn choose(platform: Platform, run: &Run, options: &Options) -> Result<Self> {
        if let Some(url) = served(run, options)? {
            return Ok(Self::Served(url));
        }
        let path = local::store_path(platform, &run.environment, run.state_folder.clone())?;
        let file = SandboxFile::of(platform, &path, run.clock.clone());
        file.map(|file| Self::Kept(Box::new(file)))
            .map_err(cannot_open)
    }

    /// Asks for something; gives the JSON of the answer.
    pub(in crate::commands) fn ask(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<String> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(method, path, Bytes::from(body))
    }

    /// As [`Self::ask`], where the body is text already.
    pub(in crate::commands) fn send(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<String> {
        let base = match self {
            Self::Served(url) => url.as_str(),
            Self::Kept(_) => "",
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{base}{}/{path}", crate::sandbox::control::ROOT))
            .body(body)
            .map_err(|error| Error::unexpected("cannot ask the sandbox").caused_by(error))?;
        let answer = match self {
            Self::Kept(file) => file.control(&request).map_err(cannot_open)?,
            Self::Served(url) => {
                let http = Http::patient(url)?;
                let sent = async {
                    let unreachable = |failure: Failure| {
                        Error::unexpected(format!(
                            "no sandbox answers at {url}: {}",
                            failure.reason
                        ))
                        .hint("start one with `rc sandbox serve`")
                    };
                    http.send(request).await.map_err(unreachable)
                };
                Run::wait(sent)?
            }
        };
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        if answer.status().is_success() {
            return Ok(text);
        }
        Err(refused(base, answer.status().as_u16(), &text))
    }
}

/// What a sandbox that says no means.
fn refused(base: &str, status: u16, text: &str) -> Error {
    let told: Value = serde_json::from_str(text).unwrap_or_default();
    match (status, told.get("error").and_then(Value::as_str)) {
        (422, Some(message)) => Error::new(Kind::Usage, message.to_owned()),
        (404, _) | (_, None) => Error::unexpected(format!("the server at {base} is not a sandbox"))
            .hint("start one with `rc sandbox serve`"),
        (_, Some(message)) => Error::unexpected(format!("the sandbox refuses: {message}")),
    }
}

/// The address of a served sandbox. One of another machine that is in the
/// environment is meant for requests, and not for this.
pub(in crate::commands) fn served(run: &Run, options: &Options) -> Result<Option<BaseUrl>> {
    let place = run.place(options)?;
    match place.url() {
        Some(url) if url.is_loopback() => Ok(Some(url.clone())),
        Some(url) if options.base_url.is_some() => Err(Error::usage(format!(
            "{url} is another machine; a sandbox can be controlled only from its own machine"
        ))),
        _ => Ok(None),
    }
}

pub(in crate::commands) fn cannot_open(error: std::io::Error) -> Error {
    Error::unexpected("cannot open the sandbox").caused_by(error)
}
