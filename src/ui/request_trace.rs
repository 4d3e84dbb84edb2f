//! The output of `-v` and `--trace`: each attempt as a line, or as a whole, on
//! standard error, and all of them in a file.
//!
//! Takes attempts from which the client has taken all secrets; returns lines
//! that cannot steer the terminal, or one JSON object a line where errors are
//! JSON, and an archive that appears whole, also when the command failed.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;
use serde_json::{Value, json};

use crate::api::client::Transport;
use crate::api::client::har;
use crate::api::client::trace::{Exchange, Message, TraceSink, Traced};
use crate::catalog::Api;
use crate::cli::Options;
use crate::error::{Error, Result};
use crate::excerpt::first_bytes;
use crate::output::{AtomicFile, visible};
use crate::ui::reporter::Voice;
use crate::world::Clock;

/// The longest body that is shown, in bytes.
const LONGEST: usize = 4 * 1024;

/// Anyone who watches what is sent.
#[derive(Default)]
pub(crate) struct RequestTrace {
    sinks: Vec<Arc<dyn TraceSink>>,
    archive: Option<Arc<TraceFile>>,
}

impl RequestTrace {
    /// What the flags ask for. A file that cannot be written is reported before
    /// anything is sent.
    pub(crate) fn of(options: &Options, voice: Voice) -> Result<Self> {
        let mut seeing = Self::default();
        if options.verbose > 0 {
            let whole = options.verbose > 1;
            seeing.sinks.push(Arc::new(ShownRequests { voice, whole }));
        }
        if let Some(path) = &options.trace {
            let archive = Arc::new(TraceFile::begin(path)?);
            seeing
                .sinks
                .push(Arc::clone(&archive) as Arc<dyn TraceSink>);
            seeing.archive = Some(archive);
        }
        Ok(seeing)
    }

    /// The transport, watched if somebody watches.
    pub(crate) fn around(
        &self,
        inner: Box<dyn Transport>,
        clock: &Clock,
        api: &'static Api,
        token: &SecretString,
    ) -> Box<dyn Transport> {
        if self.sinks.is_empty() {
            return inner;
        }
        Box::new(Traced::new(
            inner,
            self.sinks.clone(),
            clock.clone(),
            api,
            token,
        ))
    }

    /// Gives the file its name. Where nothing was sent there is none.
    pub(crate) fn finish(&self) -> Result<()> {
        self.archive
            .as_ref()
            .map_or(Ok(()), |archive| archive.finish())
    }
}

/// Attempts on standard error.
struct ShownRequests {
    voice: Voice,
    whole: bool,
}

impl TraceSink for ShownRequests {
    fn saw(&self, exchange: &Exchange) {
        let text = if self.voice.is_json() {
            let told = as_json(exchange, self.whole).to_string();
            format!("{}\n", visible::json(&told))
        } else if self.whole {
            format!("{}{}", whole(exchange), line(exchange))
        } else {
            line(exchange)
        };
        self.voice.say(&text);
    }
}

/// What follows the host.
fn path(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    url[after..].find('/').map_or("/", |at| &url[after + at..])
}

fn millis(exchange: &Exchange) -> u128 {
    exchange.elapsed.as_millis()
}

fn line(exchange: &Exchange) -> String {
    let mut line = format!("{} {} → ", exchange.method, path(&exchange.url));
    let ms = millis(exchange);
    match &exchange.answered {
        Err(why) => {
            let _ = write!(line, "no answer, {ms} ms: {why}");
        }
        Ok(answered) => {
            let _ = write!(line, "{}, {ms} ms", answered.status);
            if let Some(limit) = &answered.limit {
                let _ = write!(line, ", limit {limit}");
            }
            if let Some(version) = &answered.api_version {
                let _ = write!(line, ", version {version}");
            }
            if let Some(id) = &answered.request_id {
                let _ = write!(line, ", request {id}");
            }
        }
    }
    format!("{}\n", visible::one_line(&line))
}

fn whole(exchange: &Exchange) -> String {
    let mut text = String::new();
    let first = format!("{} {}", exchange.method, exchange.url);
    message(&mut text, '>', &first, &exchange.asked);
    if let Ok(answered) = &exchange.answered {
        let first = format!("{} {}", answered.version, answered.status);
        message(&mut text, '<', &first, &answered.message);
    }
    text
}

fn message(text: &mut String, sign: char, first: &str, message: &Message) {
    let _ = writeln!(text, "{sign} {}", visible::one_line(first));
    for (name, value) in &message.headers {
        let header = format!("{name}: {value}");
        let _ = writeln!(text, "{sign} {}", visible::one_line(&header));
    }
    let _ = writeln!(text, "{sign}");
    if message.size == 0 {
        return;
    }
    let Some(body) = &message.body else {
        let _ = writeln!(text, "{sign} ({} bytes that are not text)", message.size);
        return;
    };
    let (kept, left) = first_bytes(body, LONGEST);
    for line in visible::lines(kept).lines() {
        let _ = writeln!(text, "{sign} {line}");
    }
    if left > 0 {
        let _ = writeln!(text, "{sign} … and {left} more bytes; --trace saves more");
    }
}

fn as_json(exchange: &Exchange, whole: bool) -> Value {
    let mut told = json!({
        "kind": "request",
        "method": exchange.method,
        "path": path(&exchange.url),
        "ms": u64::try_from(millis(exchange)).unwrap_or(u64::MAX),
    });
    match &exchange.answered {
        Err(why) => told["failure"] = why.as_str().into(),
        Ok(answered) => {
            told["status"] = answered.status.into();
            told["limit"] = answered.limit.as_deref().into();
            told["version"] = answered.api_version.as_deref().into();
            told["request_id"] = answered.request_id.as_deref().into();
        }
    }
    if whole {
        told["request"] = message_json(&exchange.asked);
        if let Ok(answered) = &exchange.answered {
            told["response"] = message_json(&answered.message);
        }
    }
    told
}

fn message_json(message: &Message) -> Value {
    let headers: serde_json::Map<String, Value> = message
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let body = message.body.as_deref().unwrap_or_default();
    let (kept, left) = first_bytes(body, LONGEST);
    json!({"headers": headers, "body": kept, "left_out": left})
}

/// All attempts in a file that only its owner may read.
struct TraceFile {
    state: Mutex<TraceProgress>,
}

struct TraceProgress {
    file: Option<(AtomicFile, Box<dyn Write + Send>)>,
    name: String,
    entries: u64,
    failed: Option<std::io::Error>,
}

impl TraceFile {
    fn begin(path: &Path) -> Result<Self> {
        let file = AtomicFile::create_private(path)?;
        let writer = file.writer()?;
        Ok(Self {
            state: Mutex::new(TraceProgress {
                file: Some((file, Box::new(std::io::BufWriter::new(writer)))),
                name: path.display().to_string(),
                entries: 0,
                failed: None,
            }),
        })
    }

    fn finish(&self) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((file, mut writer)) = state.file.take() else {
            return Ok(());
        };
        if state.entries == 0 {
            return Ok(());
        }
        let failed = state.failed.take();
        let ended = failed.map_or_else(
            || {
                writer.write_all(har::END.as_bytes())?;
                writer.flush()
            },
            Err,
        );
        ended.map_err(|error| Error::writing(&state.name, error))?;
        drop(writer);
        file.commit()
    }
}

impl TraceSink for TraceFile {
    fn saw(&self, exchange: &Exchange) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failed.is_some() {
            return;
        }
        let before = if state.entries == 0 {
            format!("{}\n", har::begin())
        } else {
            har::BETWEEN.to_owned()
        };
        state.entries += 1;
        let text = format!("{before}{}", har::entry(exchange));
        let Some((_, writer)) = &mut state.file else {
            return;
        };
        if let Err(error) = writer.write_all(text.as_bytes()) {
            // Told at the end: a trace is no reason to break off a write.
            state.failed = Some(error);
        }
    }
}
