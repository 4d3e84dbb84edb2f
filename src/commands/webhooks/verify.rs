//! `rc webhooks verify`: the signatures of a message, checked and explained.

use clap::ArgMatches;
use serde_json::{Value, json};

use super::{bytes, headers, secret};
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::cli::Options;
use crate::cli::values::{text, texts};
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::signature::{
    HeaderList, SignatureState, SignedMessage, Verification, Verifier,
};
use crate::webhooks::topics;

/// The largest message that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// What to check.
#[derive(Debug)]
pub(super) struct Verify {
    body: Option<String>,
    request: Option<String>,
    headers: Vec<(String, String)>,
}

impl Verify {
    pub(super) fn of(matches: &ArgMatches) -> Result<Self> {
        Ok(Self {
            body: text(matches, "body"),
            request: text(matches, "request"),
            headers: headers(&texts(matches, "header"))?,
        })
    }
}

/// Checks a message.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Verify) -> Result<()> {
    let place = run.place(options)?;
    let webhooks = topics::webhooks(place.api)?;
    let (mut headers, body) = match (&asked.body, &asked.request) {
        (Some(file), _) => (Vec::new(), bytes(run, file, LARGEST)?),
        (None, Some(file)) => parse(&bytes(run, file, LARGEST)?)?,
        (None, None) => return Err(Error::usage("no message is given")),
    };
    headers.extend(asked.headers.iter().cloned());
    let secret = secret::of(run, &place)?;
    let described = Described {
        object: Some(&VERIFICATION),
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::One, described)?;
    let message = SignedMessage {
        headers: &headers,
        body: &body,
    };
    let mut verifier = Verifier {
        webhooks,
        secret: &secret,
        token: None,
        now: (run.clock)().as_second(),
    };
    let mut verification = verifier.verify(&message);
    // The token is looked for only where it may be the reason.
    let token = (!verification.is_valid())
        .then(|| secret::token(run, &place))
        .flatten();
    if token.is_some() {
        verifier.token = token.as_ref();
        verification = verifier.verify(&message);
    }
    printer.record(&record(&verification).to_string())?;
    printer.finish()?;
    match verification.problem() {
        None => Ok(()),
        Some(problem) => {
            let error = Error::new(
                Kind::CheckFailed,
                format!("the message is not valid: {problem}"),
            );
            Err(if asked.headers.is_empty() && asked.request.is_none() {
                error.hint("-H 'NAME: VALUE' gives the headers of the message")
            } else {
                error
            })
        }
    }
}

fn record(verification: &Verification) -> Value {
    let in_words = |state: &SignatureState| match state {
        SignatureState::Valid => json!("valid"),
        SignatureState::Absent => json!("absent"),
        SignatureState::Wrong(mistake) => json!(mistake.name()),
    };
    json!({
        "valid": verification.is_valid(),
        "digest": in_words(&verification.digest),
        "signature": in_words(&verification.timed),
        "other_scheme": verification.foreign,
        "problem": verification.problem(),
    })
}

/// Reads a request as text: its first line, headers, an empty line, and the body.
/// Lines end as HTTP wants it, or with a line feed alone.
fn parse(request: &[u8]) -> Result<(HeaderList, Vec<u8>)> {
    let wrong = |why: &str| Error::usage(format!("the request {why}"));
    let mut rest = request;
    let mut headers = Vec::new();
    let mut is_first = true;
    loop {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(wrong("has no empty line between its headers and its body"));
        };
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Ok((headers, rest.to_vec()));
        }
        let line = String::from_utf8_lossy(line);
        if std::mem::take(&mut is_first) && line.contains(" HTTP/") {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(wrong("has a line before its body that is not a header"));
        };
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
}

/// The fields of the result of a check.
static VERIFICATION: Object = Object {
    name: "verification",
    fields: &[
        field("valid", FieldKind::Boolean),
        field("digest", FieldKind::Text),
        field("signature", FieldKind::Text),
        field("other_scheme", FieldKind::Text),
        field("problem", FieldKind::Text),
    ],
    columns: &["valid", "digest", "signature", "other_scheme", "problem"],
    conventions: &Conventions::PLAIN,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_is_read_with_either_line_end_and_its_body_to_the_byte() {
        let request = b"POST /hooks HTTP/1.1\r\nHost: x\r\nX-A:  b \r\n\r\n{\"a\":1}\r\n\xff";
        let (headers, body) = parse(request).unwrap();
        assert_eq!(headers[1], ("X-A".to_owned(), "b".to_owned()));
        assert_eq!(body, b"{\"a\":1}\r\n\xff");
        let (headers, body) = parse(b"X-A: b\n\n").unwrap();
        assert_eq!((headers.len(), body.len()), (1, 0));
        assert!(parse(b"POST / HTTP/1.1\r\nHost: x\r\n").is_err());
        assert!(parse(b"one\ntwo\n\n").is_err());
    }
}
