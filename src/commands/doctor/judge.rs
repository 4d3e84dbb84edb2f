//! The meaning of facts about an answer: pure, without asking anybody.

use std::time::Duration;

use http::Version;
use jiff::Timestamp;
use serde_json::Value;

use crate::catalog::recharge::token_information;
use crate::catalog::{Api, ApiFamily};
use crate::config::variable;
use crate::error::{Error, Kind};

/// A clock that is further off is reported.
const NOTICEABLE: Duration = Duration::from_secs(2 * 60);

/// A clock that is further off makes relative dates wrong.
const HARMFUL: Duration = Duration::from_secs(60 * 60);

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckStatus {
    /// As it must be.
    Ok,
    /// It works, and something is odd.
    Warn,
    /// It does not work.
    Fail(Kind),
}

impl CheckStatus {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail(_) => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) status: CheckStatus,
    pub(super) message: String,
    pub(super) hints: Vec<String>,
    pub(super) took: Option<Duration>,
}

impl Check {
    pub(super) fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            status: CheckStatus::Ok,
            message: message.into(),
            hints: Vec::new(),
            took: None,
        }
    }

    pub(super) fn warn(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: CheckStatus::Warn,
            ..Self::ok(name, message)
        }
    }

    pub(super) fn failed(name: &'static str, error: &Error) -> Self {
        Self {
            status: CheckStatus::Fail(error.kind),
            hints: error.hints.clone(),
            ..Self::ok(name, error.to_string())
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(super) const fn after(mut self, took: Duration) -> Self {
        self.took = Some(took);
        self
    }

    pub(super) const fn has_failed(&self) -> bool {
        matches!(self.status, CheckStatus::Fail(_))
    }
}

/// The place, and the version that it is asked in.
pub(super) fn config(family: &ApiFamily, place: &str, version: &str) -> Check {
    let message = format!("{place}, version {version}");
    let known: Vec<&str> = family.version_names().collect();
    if known.contains(&version) {
        return Check::ok("config", message);
    }
    let known = known.join(" and ");
    Check::warn("config", message).hint(format!(
        "commands are made for version {known}; others are for rc api. Leave out --api-version \
         and {}",
        variable::API_VERSION
    ))
}

/// Whether what answers is the API. It says no to anyone who has no good token.
pub(super) fn http(status: u16, version: Version, took: Duration) -> Check {
    let check = match status {
        200..=299 | 401 | 403 | 429 => Check::ok("http", format!("{version:?}, status {status}")),
        300..=399 => wrong(
            format!("redirected, status {status}"),
            "the base URL is not that of the API; redirects are not followed with a token",
        ),
        500.. => wrong(
            format!("the API is in trouble, status {status}"),
            "try again later",
        ),
        _ => wrong(
            format!("status {status}"),
            "check the base URL: the server there is not the API",
        ),
    };
    check.after(took)
}

fn wrong(message: String, hint: &str) -> Check {
    Check::failed("http", &Error::new(Kind::Unreachable, message).hint(hint))
}

/// What the API says of the token.
pub(super) fn token(status: u16, body: &[u8]) -> Check {
    let refused = |message: &str, hint: &str| {
        Check::failed("token", &Error::new(Kind::Access, message).hint(hint))
    };
    match status {
        401 => refused(
            "refused",
            "it is wrong, was taken back, or belongs to another place; make one in Recharge under \
             Tools & apps, API tokens",
        ),
        403 => refused(
            "accepted, but it has no scope to read its description",
            "give it scopes",
        ),
        200..300 => accepted(body),
        _ => Check::warn("token", format!("not judged, status {status}")),
    }
}

/// The check of a token by a list, for an API that does not describe tokens.
pub(super) fn probed(api: &Api, status: u16, scope: Option<&str>) -> Check {
    let place = api.auth.managed_at;
    match status {
        401 => Check::failed(
            "token",
            &Error::new(Kind::Access, "refused").hint(format!(
                "it is wrong, was taken back, or belongs to another store; make one in {place}"
            )),
        ),
        403 => Check::warn(
            "token",
            format!("accepted, without the scope {}", scope.unwrap_or_default()),
        )
        .hint(format!(
            "rc auth status shows its scopes; they are set in {place}"
        )),
        200..300 => Check::ok("token", "accepted"),
        _ => Check::warn("token", format!("not judged, status {status}")),
    }
}

/// How many requests the window of time has left.
pub(super) fn left(left: Option<&str>) -> Check {
    match left {
        Some(left) => Check::ok("limit", format!("{left} requests left")),
        None => Check::warn("limit", "the response does not say"),
    }
}

fn accepted(body: &[u8]) -> Check {
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    let told = token_information::GET
        .response
        .key()
        .map_or(&told, |key| &told[key]);
    let Some(scopes) = told["scopes"].as_array() else {
        let error = Error::new(
            Kind::Unreachable,
            "a response without a description of the token",
        );
        return Check::failed(
            "token",
            &error.hint("check the base URL: the server there is not the API"),
        );
    };
    let names: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
    let name = told["name"].as_str().unwrap_or("without a name");
    if names.is_empty() {
        return Check::warn("token", format!("accepted: {name}, without scopes"))
            .hint("it has no permissions; add scopes to it in Recharge");
    }
    Check::ok(
        "token",
        format!("accepted: {name}, scopes: {}", names.join(" ")),
    )
}

/// The version of the API that answered against the one that was asked for.
pub(super) fn version(answered: Option<&str>, asked: &str) -> Check {
    match answered {
        Some(version) if version == asked => Check::ok("api", format!("answered in {version}")),
        Some(version) => Check::warn(
            "api",
            format!("answered in {version}, asked for in {asked}"),
        )
        .hint("its field names and values differ: check --api-version and RECHARGE_API_VERSION"),
        None => Check::warn("api", "the response does not state its version"),
    }
}

/// How full the bucket is, and what the token says of its size and speed.
pub(super) fn limit(level: Option<&str>, token: &str) -> Check {
    let Some(level) = level else {
        return Check::warn("limit", "the response does not say");
    };
    let multiplier = token.split('_').nth(1).filter(|part| {
        let factors = part.split_once('x');
        factors
            .is_some_and(|(leak, size)| [leak, size].iter().all(|word| word.parse::<u8>().is_ok()))
    });
    Check::ok(
        "limit",
        match multiplier {
            Some(multiplier) => format!("{level} in use, multiplier {multiplier}"),
            None => format!("{level} in use, no multiplier"),
        },
    )
}

/// The server's clock against ours.
pub(super) fn clock(date: Option<&str>, ours: Timestamp) -> Check {
    let parsed = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let Some(theirs) = parsed else {
        return Check::warn("clock", "not compared: the response has no date");
    };
    let ahead = ours.duration_since(theirs.timestamp());
    let off = ahead.unsigned_abs();
    if off < NOTICEABLE {
        return Check::ok("clock", "as the server's");
    }
    let direction = if ahead.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    let message = format!("{} {direction} the server's", spoken(off));
    let hint = "set the clock of this machine (timedatectl set-ntp true): dates like +14d are \
                counted from it, and certificates are judged by it";
    if off < HARMFUL {
        return Check::warn("clock", message).hint(hint);
    }
    Check::failed("clock", &Error::unexpected(message).hint(hint))
}

fn spoken(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} minutes"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_as_the_servers_or_off_by_minutes_or_by_hours() {
        let date = Some("Fri, 20 Nov 2026 12:00:00 GMT");
        let judged = |ours: &str| clock(date, ours.parse().unwrap());
        assert_eq!(judged("2026-11-20T12:01:00Z").status, CheckStatus::Ok);
        let minutes = judged("2026-11-20T11:50:00Z");
        assert_eq!(minutes.status, CheckStatus::Warn);
        assert_eq!(minutes.message, "10 minutes behind the server's");
        let hours = judged("2026-11-20T15:30:00Z");
        assert_eq!(hours.status, CheckStatus::Fail(Kind::Unexpected));
        assert_eq!(hours.message, "3 h 30 min ahead of the server's");
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        assert_eq!(clock(None, now).status, CheckStatus::Warn);
        assert_eq!(clock(Some("today"), now).status, CheckStatus::Warn);
    }

    #[test]
    fn the_multiplier_is_read_from_the_token_and_nothing_else_of_it() {
        assert_eq!(
            limit(Some("1/40"), "sk_2x1_abc").message,
            "1/40 in use, multiplier 2x1"
        );
        for token in ["sk_abcxdef_1", "sk_test", "x"] {
            assert_eq!(
                limit(Some("1/40"), token).message,
                "1/40 in use, no multiplier"
            );
        }
    }

    #[test]
    fn version_that_differs_from_the_one_asked_for_is_a_warning() {
        assert_eq!(version(Some("2021-11"), "2021-11").status, CheckStatus::Ok);
        let other = version(Some("2021-01"), "2021-11");
        assert_eq!(other.status, CheckStatus::Warn);
        assert_eq!(other.message, "answered in 2021-01, asked for in 2021-11");
        assert_eq!(version(None, "2021-11").status, CheckStatus::Warn);
    }

    #[test]
    fn what_answers_is_the_api_or_something_else() {
        let kind = |status| http(status, Version::HTTP_11, Duration::ZERO).status;
        for fine in [200, 401, 403, 429] {
            assert_eq!(kind(fine), CheckStatus::Ok, "{fine}");
        }
        for not in [302, 404, 418, 500, 503] {
            assert_eq!(kind(not), CheckStatus::Fail(Kind::Unreachable), "{not}");
        }
        assert!(token(200, b"<html>").has_failed());
    }
}
