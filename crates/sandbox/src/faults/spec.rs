//! What goes wrong, as text: terms like `429=5%` or
//! `after-commit:subscriptions.create=@3`, separated by spaces.
//!
//! Takes text; returns terms, or a sentence that names the term that is wrong
//! and what is allowed. Names of operations and resources are those of the
//! catalogue.

use std::time::Duration;

use jiff::SignedDuration;

use super::{FaultKind, FaultPlace, FaultTime, Spec, Term};
use crate::values::platform::Platform;
use recharge_catalog as catalog;

/// Ills by name, for messages.
const ILLS: &[(&str, FaultKind)] = &[
    ("409", FaultKind::Status(409)),
    ("429", FaultKind::Status(429)),
    ("500", FaultKind::Status(500)),
    ("502", FaultKind::Status(502)),
    ("503", FaultKind::Status(503)),
    ("504", FaultKind::Status(504)),
    ("reset", FaultKind::Reset),
    ("truncate", FaultKind::Truncate),
    ("slow", FaultKind::Slow),
    ("hang", FaultKind::Hang),
];

/// What is before an ill that comes once the request is carried out.
const AFTER: &str = "after-commit";

/// The longest wait that can be asked for.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Reads a whole spec.
///
/// # Errors
/// With the term that is wrong and what is allowed, in words.
pub(super) fn parse(text: &str) -> Result<Spec, String> {
    let mut spec = Spec {
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        seed: 0,
        terms: Vec::new(),
    };
    for word in text.split_whitespace() {
        if let Some(seed) = word.strip_prefix("seed=") {
            spec.seed = seed
                .parse()
                .map_err(|_| format!("{word}: a seed is a whole number"))?;
            continue;
        }
        let term = term(word).map_err(|wrong| format!("{word}: {wrong}"))?;
        let twice = |other: &Term| other.key == term.key && term.is_rate() && other.is_rate();
        if spec.terms.iter().any(twice) {
            return Err(format!("{word}: {} has a rate already", term.key));
        }
        spec.terms.push(term);
    }
    Ok(spec)
}

/// The length of a wait, like `200ms`, `2s` or `1m`.
///
/// # Errors
/// With what is wrong, in words.
pub fn span(text: &str) -> Result<Duration, String> {
    let plain = !text.starts_with(['+', '-', 'P', 'p']);
    let parsed = plain.then(|| text.parse::<SignedDuration>().ok()).flatten();
    parsed
        .and_then(|span| Duration::try_from(span).ok())
        .filter(|span| *span <= LONGEST)
        .ok_or_else(|| format!("{text} is not a duration up to an hour, like 200ms or 2s"))
}

fn term(word: &str) -> Result<Term, String> {
    let (left, value) = match word.split_once('=') {
        Some((left, value)) => (left, Some(value)),
        None => (word, None),
    };
    let (name, place) = match left.split_once(':') {
        Some((name, place)) => (name, where_of(place)?),
        None => (left, FaultPlace::Everywhere),
    };
    let (after, name) = match name.strip_prefix(AFTER) {
        Some("") => (true, "reset"),
        Some(rest) if rest.starts_with('.') => (true, &rest[1..]),
        _ => (false, name),
    };
    let ill = ill_of(name)?;
    if after && matches!(ill, FaultKind::Status(409 | 429)) {
        return Err(format!(
            "{name} means that nothing was done, so it cannot come after the commit"
        ));
    }
    let value = value.ok_or_else(|| {
        let example = if ill == FaultKind::Slow {
            "=200ms"
        } else {
            "=5%"
        };
        format!("its rate is missing, as in {left}{example}")
    })?;
    let (when, wait) = value_of(ill, value)?;
    let wait_named = wait.map_or_else(String::new, |wait| format!(",{}ms", wait.as_millis()));
    Ok(Term {
        text: word.to_owned(),
        key: format!("{left}{wait_named}"),
        ill,
        after,
        place,
        when,
        wait,
    })
}

/// When it happens, and the wait that goes with it.
fn value_of(ill: FaultKind, value: &str) -> Result<(FaultTime, Option<Duration>), String> {
    if ill == FaultKind::Slow {
        let (wait, when) = match value.split_once(',') {
            Some((wait, when)) => (wait, when_of(when)?),
            None => (value, FaultTime::Always),
        };
        return Ok((when, Some(span(wait)?)));
    }
    // A last part with a unit of time is the wait that the answer asks for.
    match value.rsplit_once(',') {
        Some((when, wait)) if wait.ends_with(|letter: char| letter.is_ascii_alphabetic()) => {
            if !matches!(ill, FaultKind::Status(429 | 503)) {
                return Err("only 429, 503 and slow take a duration".to_owned());
            }
            let wait = span(wait)?;
            if wait.subsec_nanos() != 0 {
                return Err("a response can only ask for whole seconds".to_owned());
            }
            Ok((when_of(when)?, Some(wait)))
        }
        _ => Ok((when_of(value)?, None)),
    }
}

fn when_of(text: &str) -> Result<FaultTime, String> {
    let wrong = || format!("{text} is neither a rate like 5% nor a request like @3 or @3,7");
    if let Some(numbers) = text.strip_prefix('@') {
        let number = |word: &str| {
            let word = word.strip_prefix('@').unwrap_or(word);
            word.parse().ok().filter(|number| *number > 0)
        };
        let numbers: Option<Vec<u64>> = numbers.split(',').map(number).collect();
        return numbers.map(FaultTime::At).ok_or_else(wrong);
    }
    let percent = text.strip_suffix('%').ok_or_else(wrong)?;
    let digits = |letter: char| letter.is_ascii_digit() || letter == '.';
    let rate: f64 = percent
        .parse()
        .ok()
        .filter(|_| percent.chars().all(digits))
        .ok_or_else(wrong)?;
    if rate <= 0.0 || rate > 100.0 {
        return Err(format!("{text} is not above 0% and up to 100%"));
    }
    Ok(FaultTime::Rate(rate / 100.0))
}

fn ill_of(name: &str) -> Result<FaultKind, String> {
    let found = ILLS.iter().find(|(known, _)| *known == name);
    found.map(|(_, ill)| *ill).ok_or_else(|| {
        let mut known: Vec<&str> = ILLS.iter().map(|(known, _)| *known).collect();
        known.push(AFTER);
        let nearest = nearest(name, known.iter().map(|name| (*name).to_owned()));
        format!(
            "there is no fault {name}{nearest}; there are {}",
            known.join(", ")
        )
    })
}

fn where_of(place: &str) -> Result<FaultPlace, String> {
    match place {
        "reads" => return Ok(FaultPlace::Reads),
        "writes" => return Ok(FaultPlace::Writes),
        _ => {}
    }
    let Some((resource, verb)) = place.split_once('.') else {
        let mut apis = Platform::ALL.into_iter().map(Platform::api);
        let found = apis
            .find_map(|api| api.resource(place))
            .map(|resource| FaultPlace::Resource(resource.name));
        return found.ok_or_else(|| {
            let apis = Platform::ALL.into_iter().map(Platform::api);
            let names = apis.flat_map(|api| api.resources.iter().map(|one| one.name.to_owned()));
            let names = names.chain(["reads".to_owned(), "writes".to_owned()]);
            let nearest = nearest(place, names);
            format!(
                "there is no resource {place}{nearest}; name an operation like \
                 subscriptions.cancel, a resource, reads or writes"
            )
        });
    };
    let found = Platform::ALL.into_iter().find_map(|platform| {
        let found = platform.api().resource(resource)?;
        Some((found.name, found.operation(&verb.replace('-', "_"))?.verb))
    });
    found
        .map(|(resource, verb)| FaultPlace::Operation(resource, verb))
        .ok_or_else(|| {
            let apis = Platform::ALL.into_iter().map(Platform::api);
            let operations = apis.flat_map(catalog::Api::operations);
            let names = operations
                .map(|(resource, operation)| format!("{}.{}", resource.name, operation.verb));
            let nearest = nearest(place, names);
            format!("there is no operation {place}{nearest}")
        })
}

/// A question after the name that is most like a word, if one is like it.
fn nearest(word: &str, names: impl Iterator<Item = String>) -> String {
    names
        .map(|name| (strsim::jaro_winkler(word, &name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map_or_else(String::new, |(_, name)| format!(" (did you mean {name}?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_say_what_where_and_when() {
        let spec = parse("429=5%,2s  after-commit:subscriptions.create=@3,7 seed=9").unwrap();
        assert_eq!(spec.seed, 9);
        let [busy, lost] = &spec.terms[..] else {
            panic!("two terms: {spec:?}");
        };
        assert_eq!((busy.ill, busy.after), (FaultKind::Status(429), false));
        assert_eq!(busy.when, FaultTime::Rate(0.05));
        assert_eq!(busy.wait, Some(Duration::from_secs(2)));
        assert_eq!((lost.ill, lost.after), (FaultKind::Reset, true));
        assert_eq!(lost.place, FaultPlace::Operation("subscriptions", "create"));
        assert_eq!(lost.when, FaultTime::At(vec![3, 7]));
        let slow = &parse("slow:writes=1.5s,@2").unwrap().terms[0];
        assert_eq!(
            (&slow.place, &slow.when),
            (&FaultPlace::Writes, &FaultTime::At(vec![2]))
        );
        assert_eq!(slow.wait, Some(Duration::from_millis(1500)));
        let all = &parse("slow=200ms").unwrap().terms[0];
        assert_eq!(all.when, FaultTime::Always);
        let kebab = &parse("500:subscriptions.set-next-charge-date=0.5%").unwrap();
        assert_eq!(kebab.terms[0].when, FaultTime::Rate(0.005));
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        for (text, told) in [
            (
                "429=5% rest=1%",
                "rest=1%: there is no fault rest (did you mean reset?); there are 409",
            ),
            ("429", "429: its rate is missing, as in 429=5%"),
            ("slow", "as in slow=200ms"),
            (
                "429=5",
                "429=5: 5 is neither a rate like 5% nor a request like @3 or @3,7",
            ),
            ("429=-5%", "neither a rate"),
            ("429=NaN%", "neither a rate"),
            ("429=120%", "120% is not above 0% and up to 100%"),
            ("429=0%", "not above 0%"),
            ("500=@0", "neither a rate"),
            ("500=1%,2s", "only 429, 503 and slow take a duration"),
            ("429=1%,20ms", "whole seconds"),
            (
                "slow=2h",
                "2h is not a duration up to an hour, like 200ms or 2s",
            ),
            ("slow=-1s", "-1s is not a duration"),
            (
                "500:chages.refund=1%",
                "no operation chages.refund (did you mean charges.refund?)",
            ),
            ("500:write=1%", "no resource write (did you mean writes?)"),
            ("after-commit.429=1%", "means that nothing was done"),
            ("500=1% 500=2%", "500=2%: 500 has a rate already"),
            ("seed=x", "a seed is a whole number"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
