//! The `Link` header: where the pages beside this one are.
//!
//! Takes a request and the cursors of its page; returns the header. Knows
//! nothing of what the page holds.

use bytes::Bytes;
use http::header::{HOST, HeaderName, HeaderValue, LINK};
use http::{HeaderMap, Request, Uri};

use crate::requests::checked_request::query_of;
use crate::requests::list::Page;
use recharge_catalog as catalog;

/// The header, unless the page is the only one.
pub(super) fn header(request: &Request<Bytes>, page: &Page) -> Option<(HeaderName, HeaderValue)> {
    let here = format!(
        "{}{}",
        base(request.uri(), request.headers()),
        request.uri().path()
    );
    // A cursor carries everything else that was asked for.
    let limit = query_of(request)
        .into_iter()
        .find(|(name, _)| name == "limit")
        .map_or(String::new(), |(_, limit)| format!("limit={limit}&"));
    let links: Vec<String> = [("previous", &page.previous), ("next", &page.next)]
        .into_iter()
        .filter_map(|(relation, cursor)| Some((relation, cursor.as_ref()?)))
        .map(|(relation, cursor)| format!("<{here}?{limit}cursor={cursor}>; rel=\"{relation}\""))
        .collect();
    if links.is_empty() {
        return None;
    }
    let value = HeaderValue::from_str(&links.join(", ")).ok()?;
    Some((LINK, value))
}

/// Where the request was sent, as far as it tells.
fn base(uri: &Uri, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match (uri.authority(), host) {
        (Some(authority), _) => format!("{}://{authority}", uri.scheme_str().unwrap_or("http")),
        (None, Some(host)) => format!("http://{host}"),
        (None, None) => catalog::recharge::BASE_URL.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(uri: &str, host: Option<&str>) -> String {
        let mut request = Request::builder().uri(uri);
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let request = request.body(Bytes::new()).unwrap();
        base(request.uri(), request.headers())
    }

    #[test]
    fn links_lead_back_to_where_the_request_was_sent() {
        assert_eq!(
            found("/orders", Some("localhost:4010")),
            "http://localhost:4010"
        );
        assert_eq!(
            found("https://api.example.com/orders", None),
            "https://api.example.com"
        );
        assert_eq!(found("/orders", None), catalog::recharge::BASE_URL);
    }
}
