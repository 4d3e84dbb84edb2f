//! Messages for requests without a clear answer: whether something may have
//! happened, what a second time would do, and where to look. Pure.

use super::deadline::Overdue;
use super::notice::whole_seconds;
use super::pace::Why;
use super::retry::{Budget, Spent, is_refusal};
use super::{Failure, form};
use crate::api::request::{Request, quoted};
use crate::catalog::{self, Api, Idempotency, Operation, OperationAction, ParameterRole};
use crate::error::{Error, Kind};

/// How the hint begins that is given with a write of which no one knows whether
/// it happened.
const UNKNOWN: &str = "it is unknown whether the API carried it out";

/// Said where an earlier attempt leaves it open.
const LOST_BEFORE: &str = "the response to an earlier attempt was lost";

/// Adds that the request may have been carried out, and how to find out.
#[must_use]
pub fn unknown(api: &Api, error: Error, request: &Request) -> Error {
    doubt(api, error, request, "")
}

/// Adds that an earlier attempt may have been carried out, though the last one
/// was not.
///
/// A refusal that the first attempt would have met as well says that neither
/// was: it stays as it is.
pub(super) fn lost_before(api: &Api, mut error: Error, request: &Request) -> Error {
    if form::is_refused_each_time(&error) {
        return error;
    }
    // An unknown outcome is not a refusal, whatever the last attempt got.
    error.kind = Kind::Unreachable;
    if let Some(answer) = error.answer.as_deref() {
        let gone = match answer.status {
            404 | 410 => "it does not exist: ",
            _ => "",
        };
        error.message = format!("{LOST_BEFORE}; the last one: {gone}{}", error.message);
    }
    doubt(api, error, request, &format!(": {LOST_BEFORE}"))
}

fn doubt(api: &Api, mut error: Error, request: &Request, though: &str) -> Error {
    error.untouched = false;
    error.in_doubt = true;
    let error = error.hint(match request.again() {
        Idempotency::Idempotent => format!("{UNKNOWN}{though}; it is safe to send it again"),
        Idempotency::RejectsRepeat => {
            format!("{UNKNOWN}{though}; it is safe to send it again: a repeat is refused")
        }
        Idempotency::NotIdempotent => format!("{UNKNOWN}{though}: check before you send it again"),
    });
    match request
        .operation
        .and_then(|row| look(api, row, &request.path))
    {
        Some(command) => error.hint(format!("check with: {command}")),
        None => error,
    }
}

/// The command that shows what a write was about.
fn look(api: &Api, row: &Operation, path: &str) -> Option<String> {
    let resource = api.resource_of(row)?;
    let name = catalog::kebab(resource.name);
    let target = row
        .path_values(path)
        .and_then(|values| values.first().copied());
    if let Some(target) = target
        && let Some(get) = resource.operation_to(OperationAction::Get)
        && row.path.split('/').nth(1) == get.path.split('/').nth(1)
        && get.path_parameters.len() == 1
    {
        return Some(format!("rc {name} get {}", quoted(target)));
    }
    let list = resource.operation_to(OperationAction::List)?;
    let recent = api.conventions.created.map(ParameterRole::Since);
    let recent = recent.and_then(|role| list.query_for(role));
    let recent = recent.map_or_else(String::new, |since| format!(" --{} 1h", since.flag_name()));
    Some(format!("rc {name} list{recent}"))
}

/// The error of a request without a usable answer.
pub(super) fn unanswered(api: &Api, base: &str, failure: &Failure, request: &Request) -> Error {
    let error = match failure.status {
        Some(status) => Error::new(
            Kind::Unreachable,
            format!("{base} answered {status}, but {}", failure.reason),
        ),
        None => Error::new(
            Kind::Unreachable,
            format!("no answer from {base}: {}", failure.reason),
        ),
    };
    if let Some(hint) = failure.hint.as_ref().filter(|_| failure.not_sent) {
        return error.untouched().hint(hint);
    }
    match failure.status {
        None if failure.not_sent => error
            .untouched()
            .hint("nothing was sent; check the network and the base URL"),
        _ if !request.changes() => error.hint("nothing was changed; try again"),
        Some(status) if is_refusal(status) => error
            .untouched()
            .hint(format!("nothing was changed: {status} is a refusal")),
        Some(status @ 200..=299) => {
            let though = format!(", though it answered {status}");
            doubt(api, error, request, &though)
        }
        _ => unknown(api, error, request),
    }
}

/// Adds how often and how long it was tried, and what ended it.
pub(super) fn tried(
    mut error: Error,
    spent: Spent,
    budget: Budget,
    asked: Option<std::time::Duration>,
) -> Error {
    if spent.retries > 0 {
        let times = spent.retries + 1;
        let seconds = spent.time.as_secs_f64();
        error.message = format!("{} (tried {times} times in {seconds:.1} s)", error.message);
    }
    match asked {
        Some(asked) if spent.time.saturating_add(asked) > budget.time => error.hint(format!(
            "the API asks to wait {} s, which is longer than --max-time allows",
            asked.as_secs()
        )),
        _ => error,
    }
}

/// The error of a request that has no time for the wait before it.
pub(super) fn overdue(Overdue(wait): Overdue) -> Error {
    let seconds = whole_seconds(wait.span);
    let wish = match wait.why {
        Why::Asked => "the API asks to wait",
        Why::Refused => "the API refuses requests (429), and they pause for",
        Why::Turn => "the rate limit asks to wait",
        Why::Failed => "the next attempt is in",
    };
    Error::new(
        Kind::Unreachable,
        format!("{wish} {seconds} s, longer than --max-time allows"),
    )
    .untouched()
    .hint("the request was not sent; try again later, or allow more time with --max-time")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;

    #[test]
    fn where_to_look_follows_from_the_row() {
        for (id, path, command) in [
            (
                "charges.refund",
                "/charges/7/refund",
                Some("rc charges get 7"),
            ),
            (
                "subscriptions.create",
                "/subscriptions",
                Some("rc subscriptions list --created-at-min 1h"),
            ),
            ("webhooks.create", "/webhooks", Some("rc webhooks list")),
            (
                "async_batches.add_tasks",
                "/async_batches/9/tasks",
                Some("rc async-batches get 9"),
            ),
            ("addresses.merge", "/addresses/merge", None),
        ] {
            let (_, row) = catalog::recharge::API.operation(id).unwrap();
            let found = look(&API, row, path);
            match command {
                Some(command) => assert_eq!(found.as_deref(), Some(command), "{id}"),
                None => assert!(found.unwrap().contains(" list"), "{id}"),
            }
        }
    }

    /// Each command that is named is one that `rc` understands.
    #[test]
    fn every_write_has_a_place_to_look_at() {
        for (resource, row) in catalog::recharge::API.operations() {
            if row.effect == catalog::Effect::Reads {
                continue;
            }
            let path = row.path.replace('{', "1{").replace('}', "");
            let path: String = path
                .split('/')
                .map(|word| word.split('{').next().unwrap_or_default())
                .collect::<Vec<_>>()
                .join("/");
            let Some(command) = look(&API, row, &path) else {
                // A cart is shown by its token, which only its answer tells.
                assert_eq!(resource.name, "checkouts", "{}", row.path);
                continue;
            };
            let words = shell_words::split(&command).unwrap();
            let words: Vec<std::ffi::OsString> =
                words.into_iter().skip(1).map(Into::into).collect();
            assert!(crate::commands::parse(&words, None).is_ok(), "{command}");
        }
    }

    fn request(id: &str, path: &str) -> Request {
        let (_, row) = API.operation(id).unwrap();
        Request::composed(row, path, None)
    }

    fn broken(status: u16) -> Failure {
        Failure {
            not_sent: false,
            hint: None,
            status: Some(status),
            reason: "the connection broke".to_owned(),
        }
    }

    #[test]
    fn an_answer_that_broke_off_is_told_with_what_its_status_says() {
        let create = request("subscriptions.create", "/subscriptions");
        let list = request("subscriptions.list", "/subscriptions");
        let check = "check with: rc subscriptions list --created-at-min 1h";
        for (request, status, hints) in [
            (&list, 200, vec!["nothing was changed; try again"]),
            (&list, 404, vec!["nothing was changed; try again"]),
            (&create, 422, vec!["nothing was changed: 422 is a refusal"]),
            (
                &create,
                201,
                vec![
                    "it is unknown whether the API carried it out, though it answered 201: \
                     check before you send it again",
                    check,
                ],
            ),
            (
                &create,
                502,
                vec![
                    "it is unknown whether the API carried it out: check before you send it again",
                    check,
                ],
            ),
        ] {
            let error = unanswered(&API, "https://a.example", &broken(status), request);
            assert_eq!(
                error.message,
                format!("https://a.example answered {status}, but the connection broke")
            );
            assert_eq!(error.hints, hints, "{status}");
            assert_eq!(error.untouched, status == 422, "{status}");
            assert_eq!(error.in_doubt, matches!(status, 201 | 502), "{status}");
        }
    }

    #[test]
    fn a_wait_that_the_api_asks_for_is_a_reason_only_beyond_the_time() {
        use std::time::Duration;

        let hints = |asked| {
            let budget = Budget {
                time: Duration::from_secs(60),
                ..Budget::default()
            };
            let spent = Spent {
                retries: 0,
                time: Duration::from_secs(20),
            };
            let error = Error::new(Kind::Unreachable, "x");
            tried(error, spent, budget, Some(Duration::from_secs(asked))).hints
        };
        assert_eq!(hints(40), Vec::<String>::new());
        assert_eq!(
            hints(41),
            ["the API asks to wait 41 s, which is longer than --max-time allows"]
        );
    }
}
