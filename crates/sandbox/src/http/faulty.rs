//! Answers that replaces the right one: what the API says in JSON, and what a
//! gateway before it says in HTML.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde_json::json;

use crate::SERVER;
use crate::http::address_locks;
use crate::http::limit::Level;
use crate::http::respond::respond;
use crate::requests::refusal::Refusal;

use crate::faults::Fault;

/// The answer of a status in the place of the right one.
pub(crate) fn faulty(fault: &Fault, status: u16, level: Level) -> Response<Bytes> {
    let answer = match status {
        409 => respond(Err(address_locks::in_progress()), level),
        // The bucket has room: it is refused for load on the platform.
        429 => respond(Err(Refusal::too_many()), level),
        502..=504 => return gateway_page(fault, status),
        _ => respond(
            Err(Refusal {
                status,
                body: json!({"error": "Internal Server Error"}),
            }),
            level,
        ),
    };
    asking_to_wait(answer, fault)
}

/// The answer of a gateway before the API, in the place of the right one.
pub(crate) fn gateway_page(fault: &Fault, status: u16) -> Response<Bytes> {
    let title = match status {
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        _ => "Gateway Time-out",
    };
    asking_to_wait(page(status, title), fault)
}

/// The same answer, which asks for the wait of a fault.
fn asking_to_wait(mut answer: Response<Bytes>, fault: &Fault) -> Response<Bytes> {
    if let Some(wait) = fault.wait {
        let seconds = HeaderValue::from(wait.as_secs());
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

/// The page of a gateway: it knows neither the API nor its headers.
fn page(status: u16, title: &str) -> Response<Bytes> {
    let html = format!(
        "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n\
         <center><h1>{status} {title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    let mut answer = Response::new(Bytes::from(html));
    *answer.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::BAD_GATEWAY);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    headers.insert(header::SERVER, HeaderValue::from_static(SERVER));
    answer
}
