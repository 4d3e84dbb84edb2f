//! A request in print, for dry runs: as text, as one JSON object, as a `curl`
//! command that runs. The token never appears: a dry run has none to show.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{Request, header};
use crate::catalog::{Api, AuthPlace, Method};

/// What a printed request needs to know besides itself.
#[derive(Debug, Clone, Copy)]
pub struct Printed<'a> {
    /// Where it would go, without a slash at the end.
    pub base_url: &'a str,
    /// The API it would go to.
    pub api: &'static Api,
    /// The version of the API it would ask for.
    pub version: &'a str,
}

const REDACTED: &str = "[redacted]";

impl Printed<'_> {
    fn url(&self, request: &Request) -> String {
        self.url_with(request, REDACTED)
    }

    /// The URL, with these words in place of a token in its query.
    fn url_with(&self, request: &Request, token: &str) -> String {
        let mut url = format!("{}{}", self.base_url, request.target());
        if let AuthPlace::Query(name) = self.api.auth.place {
            let sign = if url.contains('?') { '&' } else { '?' };
            let _ = write!(url, "{sign}{name}={token}");
        }
        url
    }

    fn headers<'a>(&'a self, request: &'a Request) -> Vec<(&'a str, &'a str)> {
        let version = self.api.headers.version;
        let mut headers: Vec<(&str, &str)> = version
            .map(|name| (name, self.version))
            .into_iter()
            .collect();
        headers.push(("Accept", "application/json"));
        if request.body.is_some() {
            headers.push(("Content-Type", "application/json"));
        }
        for extra in &request.headers {
            let is_same = |(name, _): &(&str, &str)| name.eq_ignore_ascii_case(&extra.name);
            headers.retain(|known| !is_same(known));
            let shown = if header::is_secret(self.api, &extra.name) {
                REDACTED
            } else {
                &extra.value
            };
            headers.push((&extra.name, shown));
        }
        headers
    }
}

/// The request the way HTTP writes it.
#[must_use]
pub fn as_text(request: &Request, printed: Printed) -> String {
    let mut text = format!("{} {}\n", request.method.name(), printed.url(request));
    for (name, value) in printed.headers(request) {
        let _ = writeln!(text, "{name}: {value}");
    }
    if let Some(name) = printed.api.auth.header() {
        let _ = writeln!(text, "{name}: {REDACTED}");
    }
    if let Some(body) = &request.body {
        let _ = writeln!(text, "\n{body}");
    }
    text
}

/// The request as one JSON object: `method`, `url`, `headers`, `body`.
#[must_use]
pub fn as_json(request: &Request, printed: Printed) -> String {
    let mut headers = Map::new();
    for (name, value) in printed.headers(request) {
        headers.insert(name.to_owned(), value.into());
    }
    if let Some(name) = printed.api.auth.header() {
        headers.insert(name.to_owned(), REDACTED.into());
    }
    let body = request.body.as_deref().unwrap_or("null");
    format!(
        "{{\"method\":{},\"url\":{},\"headers\":{},\"body\":{body}}}",
        Value::from(request.method.name()),
        Value::from(printed.url(request)),
        Value::Object(headers),
    )
}

/// The request as a `curl` command. The token comes from the environment and
/// goes in through standard input, so that it never is in a process list.
#[must_use]
pub fn as_curl(request: &Request, printed: Printed) -> String {
    let variable = printed.api.auth.variable;
    // With -X HEAD curl would wait for a body.
    let method = match request.method {
        Method::Head => "--head".to_owned(),
        method => format!("-X {}", method.name()),
    };
    let mut command = match printed.api.auth.place {
        AuthPlace::Header(name) => format!(
            "printf '{name}: %s' \"${variable}\" | curl -sS {method} {} -H @-",
            quoted(&printed.url(request)),
        ),
        AuthPlace::Query(name) => format!(
            "printf 'url = \"{}{}{name}=%s\"' \"${variable}\" | curl -sS {method} -K -",
            printed.base_url,
            target_before_token(request),
        ),
    };
    for (name, value) in printed.headers(request) {
        let _ = write!(command, " -H {}", quoted(&format!("{name}: {value}")));
    }
    if let Some(body) = &request.body {
        let _ = write!(command, " --data-raw {}", quoted(body));
    }
    command
}

/// Path and query, ready for one more parameter, within a format of `printf`.
fn target_before_token(request: &Request) -> String {
    let target = request.target();
    let sign = if target.contains('?') { '&' } else { '?' };
    format!("{target}{sign}")
        .replace('%', "%%")
        .replace('\'', "%%27")
}

/// A word for a POSIX shell, bare where that is the same.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.,:/=".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::{API, TOKEN_HEADER};

    fn request() -> Request {
        Request {
            method: Method::Post,
            path: "/subscriptions/1/cancel".to_owned(),
            query: vec![("a".to_owned(), "b c".to_owned())],
            body: Some("{\"cancellation_reason\":\"don't\"}".to_owned()),
            operation: None,
            headers: Vec::new(),
            notes: Vec::new(),
        }
    }

    const PRINTED: Printed = Printed {
        base_url: "https://api.example.com",
        api: &API,
        version: "2021-11",
    };

    #[test]
    fn text_shows_method_url_headers_and_body() {
        assert_eq!(
            as_text(&request(), PRINTED),
            "POST https://api.example.com/subscriptions/1/cancel?a=b%20c\n\
             X-Recharge-Version: 2021-11\n\
             Accept: application/json\n\
             Content-Type: application/json\n\
             X-Recharge-Access-Token: [redacted]\n\
             \n\
             {\"cancellation_reason\":\"don't\"}\n"
        );
    }

    #[test]
    fn json_is_one_object_with_four_members() {
        let printed: Value = serde_json::from_str(&as_json(&request(), PRINTED)).unwrap();
        let keys: Vec<&String> = printed.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["method", "url", "headers", "body"]);
        assert_eq!(printed["headers"][TOKEN_HEADER], REDACTED);
        assert_eq!(printed["body"]["cancellation_reason"], "don't");
    }

    #[test]
    fn curl_quotes_for_a_shell_and_keeps_the_token_out_of_the_arguments() {
        let command = as_curl(&request(), PRINTED);
        assert!(command.contains("--data-raw '{\"cancellation_reason\":\"don'\\''t\"}'"));
        assert!(command.contains("-H @-"));
        assert_eq!(command.matches("RECHARGE_ACCESS_TOKEN").count(), 1);
        assert!(command.starts_with("printf "));
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them_otherwise() {
        assert_eq!(quoted("eyJh-_0"), "eyJh-_0");
        assert_eq!(quoted("{id, b: 1}"), "'{id, b: 1}'");
        assert_eq!(quoted("don't"), "'don'\\''t'");
        assert_eq!(quoted(""), "''");
    }
}
