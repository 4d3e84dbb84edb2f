//! Faults: what goes wrong between a client and the sandbox, on purpose.
//!
//! Takes a spec, how many requests each of its terms has met, and the row that
//! a request asks for; returns what goes wrong with it. It is a pure decision:
//! the same spec, seed and order of requests give the same faults. Each term
//! counts the requests that it is about and draws for itself, so that what
//! affects the seventeenth write does not depend on how many reads lie in
//! between. Knows nothing of sockets.

mod spec;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use spec::span;

use crate::row::Row;
use crate::values::key;
use recharge_catalog::Effect;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// Another answer comes, of this status.
    Status(u16),
    /// The connection breaks, and no answer comes.
    Reset,
    /// Only the beginning of the answer comes.
    Truncate,
    /// The answer comes late.
    Slow,
    /// No answer comes, and the connection stays.
    Hang,
}

/// Requests that a term is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FaultPlace {
    Everywhere,
    Reads,
    Writes,
    Resource(&'static str),
    Operation(&'static str, &'static str),
}

impl FaultPlace {
    /// Whether a request is meant; one without a row is meant only where all
    /// are.
    fn holds(&self, row: Option<Row>) -> bool {
        let Some(row) = row else {
            return *self == Self::Everywhere;
        };
        let (resource, operation) = (row.resource.name, row.operation);
        match self {
            Self::Everywhere => true,
            Self::Reads => operation.effect == Effect::Reads,
            Self::Writes => operation.effect != Effect::Reads,
            Self::Resource(name) => *name == resource,
            Self::Operation(name, verb) => *name == resource && *verb == operation.verb,
        }
    }
}

/// Which of these requests it affects.
#[derive(Debug, Clone, PartialEq)]
enum FaultTime {
    /// Each.
    Always,
    /// This part of them.
    Rate(f64),
    /// Those of these numbers, from one.
    At(Vec<u64>),
}

/// One term of a spec.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    /// As it was written.
    text: String,
    /// What it draws for: all but how often, so that a higher rate affects the
    /// same requests, and more.
    key: String,
    ill: FaultKind,
    /// Whether it comes once the request is carried out.
    after: bool,
    place: FaultPlace,
    when: FaultTime,
    /// How late an answer comes, or the wait that it asks for.
    wait: Option<Duration>,
}

impl Term {
    const fn is_rate(&self) -> bool {
        matches!(self.when, FaultTime::Always | FaultTime::Rate(_))
    }

    /// A number for the `count`th request that it is about.
    fn draw(&self, seed: u64, count: u64) -> u64 {
        let place = key::hash(&self.key) ^ seed.wrapping_mul(0xd1b5_4a32_d192_ed03);
        mixed(place.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Whether it affects the `count`th request that it is about.
    fn befalls(&self, seed: u64, count: u64) -> bool {
        match &self.when {
            FaultTime::Always => true,
            FaultTime::Rate(rate) => part(self.draw(seed, count)) < *rate,
            FaultTime::At(numbers) => numbers.contains(&count),
        }
    }
}

/// The last steps of `SplitMix64`: neighbours become strangers.
const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A number as a part of one.
fn part(number: u64) -> f64 {
    let upper = u32::try_from(number >> 32).unwrap_or(u32::MAX);
    f64::from(upper) / (f64::from(u32::MAX) + 1.0)
}

/// Terms and a seed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Spec {
    text: String,
    seed: u64,
    terms: Vec<Term>,
}

/// What affects one request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Met {
    /// What goes wrong, besides that it may come late.
    pub(super) fault: Option<Fault>,
    /// How late the answer comes.
    pub(super) delay: Duration,
    /// The terms that befell it, as they were written.
    pub(super) terms: Vec<String>,
}

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) ill: FaultKind,
    /// Whether the request is carried out first.
    pub(super) after: bool,
    /// The wait that the answer asks for.
    pub(super) wait: Option<Duration>,
    /// A number of its own, to cut an answer by.
    pub(super) draw: u64,
}

impl Spec {
    /// What affects a request. `counts` tells for each term which number the request
    /// has among those that the term is about. One request meets one fault: a named
    /// number goes before a rate, then the order of the terms counts.
    fn decide(&self, counts: &[u64], row: Option<Row>) -> Met {
        let mut met = Met::default();
        let mut chosen: Option<&Term> = None;
        for (term, count) in self.terms.iter().zip(counts) {
            if !term.place.holds(row) || !term.befalls(self.seed, *count) {
                continue;
            }
            if term.ill == FaultKind::Slow {
                met.delay = met.delay.max(term.wait.unwrap_or_default());
                met.terms.push(term.text.clone());
            } else if chosen.is_none_or(|other| other.is_rate() && !term.is_rate()) {
                chosen = Some(term);
                met.fault = Some(Fault {
                    ill: term.ill,
                    after: term.after || term.ill == FaultKind::Truncate,
                    wait: term.wait,
                    draw: term.draw(!self.seed, *count),
                });
            }
        }
        met.terms.extend(chosen.map(|term| term.text.clone()));
        met
    }
}

/// The faults of a sandbox: a spec, and what was counted since it was set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenFaults", into = "WrittenFaults")]
pub(super) struct Faults {
    spec: Spec,
    /// For each term, how many requests it was about and how many it befell.
    counts: Vec<(u64, u64)>,
}

/// Faults as they are written.
#[derive(Serialize, Deserialize)]
struct WrittenFaults {
    spec: String,
    #[serde(default)]
    counts: Vec<(u64, u64)>,
}

impl From<Faults> for WrittenFaults {
    fn from(faults: Faults) -> Self {
        Self {
            spec: faults.spec.text,
            counts: faults.counts,
        }
    }
}

impl TryFrom<WrittenFaults> for Faults {
    type Error = String;

    fn try_from(kept: WrittenFaults) -> Result<Self, String> {
        let mut faults = Self::parse(&kept.spec)?;
        if kept.counts.len() == faults.counts.len() {
            faults.counts = kept.counts;
        }
        Ok(faults)
    }
}

impl Faults {
    /// The faults that a text asks for, with nothing counted.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let spec = spec::parse(text)?;
        let counts = vec![(0, 0); spec.terms.len()];
        Ok(Self { spec, counts })
    }

    /// The text that asks for them; empty when there are none.
    pub(super) fn text(&self) -> &str {
        &self.spec.text
    }

    /// The same ones, with nothing counted.
    pub(super) fn anew(mut self) -> Self {
        self.counts.fill((0, 0));
        self
    }

    /// How much was counted, to see whether it grew.
    pub(super) fn counted(&self) -> u64 {
        self.counts.iter().map(|(seen, _)| seen).sum()
    }

    /// Counts a request, and says what affects it.
    pub(super) fn meet(&mut self, row: Option<Row>) -> Met {
        for (term, (seen, _)) in self.spec.terms.iter().zip(&mut self.counts) {
            *seen += u64::from(term.place.holds(row));
        }
        let seen: Vec<u64> = self.counts.iter().map(|(seen, _)| *seen).collect();
        let met = self.spec.decide(&seen, row);
        for (term, (_, befallen)) in self.spec.terms.iter().zip(&mut self.counts) {
            *befallen += u64::from(met.terms.contains(&term.text));
        }
        met
    }

    /// What is set and what was counted, for anyone who asks.
    pub(super) fn told(&self) -> Value {
        let terms = self.spec.terms.iter().zip(&self.counts);
        let terms: Vec<Value> = terms
            .map(|(term, (seen, befallen))| {
                json!({"term": term.text, "requests": seen, "faults": befallen})
            })
            .collect();
        json!({"spec": self.spec.text, "seed": self.spec.seed, "terms": terms})
    }
}

/// What is wrong with a text that should ask for faults, in words.
///
/// # Errors
/// When something is.
pub fn check(text: &str) -> Result<(), String> {
    Faults::parse(text).map(drop)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use recharge_catalog as catalog;

    fn row(id: &str) -> Option<Row> {
        catalog::recharge::API
            .operation(id)
            .map(|(resource, operation)| Row {
                resource,
                operation,
            })
    }

    /// The requests, from one, that something affects.
    fn befallen(spec: &str, id: &str, requests: u64) -> Vec<(u64, FaultKind)> {
        let mut faults = Faults::parse(spec).unwrap();
        (1..=requests)
            .filter_map(|number| Some((number, faults.meet(row(id)).fault?.ill)))
            .collect()
    }

    #[test]
    fn a_numbered_request_is_hit_exactly_and_before_any_rate() {
        let reset = |numbers: &[u64]| -> Vec<(u64, FaultKind)> {
            numbers
                .iter()
                .map(|number| (*number, FaultKind::Reset))
                .collect()
        };
        assert_eq!(befallen("reset=@3,7", "charges.refund", 20), reset(&[3, 7]));
        let both = befallen("500=100% reset=@2", "charges.refund", 3);
        assert_eq!(both[1], (2, FaultKind::Reset));
        assert_eq!(both[0], (1, FaultKind::Status(500)));
    }

    #[test]
    fn a_term_counts_only_what_it_is_about() {
        let mut faults = Faults::parse("hang:writes=@2 500:orders=@1").unwrap();
        let mut met = |id: &str| faults.meet(row(id)).fault.map(|fault| fault.ill);
        assert_eq!(met("charges.list"), None);
        assert_eq!(met("charges.refund"), None);
        assert_eq!(met("charges.list"), None);
        assert_eq!(met("charges.refund"), Some(FaultKind::Hang));
        assert_eq!(met("orders.list"), Some(FaultKind::Status(500)));
        assert_eq!(faults.meet(None), Met::default());
        assert_eq!(
            faults.told()["terms"][0],
            json!({"term": "hang:writes=@2", "requests": 2, "faults": 1})
        );
    }

    #[test]
    fn reads_in_between_do_not_change_what_befalls_the_writes() {
        let writes = |reads: u64| -> Vec<bool> {
            let mut faults = Faults::parse("reset:writes=20%").unwrap();
            (0..200)
                .map(|_| {
                    for _ in 0..reads {
                        assert_eq!(faults.meet(row("store.get")).fault, None);
                    }
                    faults.meet(row("charges.refund")).fault.is_some()
                })
                .collect()
        };
        assert_eq!(writes(0), writes(3));
    }

    #[test]
    fn a_higher_rate_befalls_the_same_requests_and_more() {
        let low = befallen("500=2%", "store.get", 5000);
        let high = befallen("500=6%", "store.get", 5000);
        assert!(low.iter().all(|one| high.contains(one)) && low.len() < high.len());
        assert_ne!(befallen("500=2% seed=1", "store.get", 5000), low);
    }

    #[test]
    fn the_slowest_of_the_slow_counts_and_goes_with_other_faults() {
        let mut faults = Faults::parse("slow=100ms slow=1s,@1 502=@1").unwrap();
        let met = faults.meet(row("store.get"));
        assert_eq!(met.delay, Duration::from_secs(1));
        assert_eq!(met.terms, ["slow=100ms", "slow=1s,@1", "502=@1"]);
        let next = faults.meet(row("store.get"));
        assert_eq!((next.delay, next.fault), (Duration::from_millis(100), None));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn rates_are_met_and_two_runs_are_equal(percent in 1_u32..=60, seed in any::<u64>()) {
            const DRAWS: u32 = 10_000;
            let spec = format!("429={percent}% seed={seed}");
            let one = befallen(&spec, "store.get", u64::from(DRAWS));
            prop_assert_eq!(&one, &befallen(&spec, "store.get", u64::from(DRAWS)));
            let rate = f64::from(percent) / 100.0;
            let expected = rate * f64::from(DRAWS);
            // Six standard deviations: out of a thousand million runs, two fail.
            let bound = 6.0 * (expected * (1.0 - rate)).sqrt();
            let count = f64::from(u32::try_from(one.len()).unwrap());
            prop_assert!((count - expected).abs() < bound, "{count} of {expected}");
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,40}") {
            if let Ok(faults) = Faults::parse(&text) {
                prop_assert_eq!(Faults::parse(faults.text()), Ok(faults));
            }
        }
    }
}
