//! The facts of a job as a whole. Values only.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bulk::Engine;

/// What a job is about; it does not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSubject {
    /// The operation, as the catalogue names it (`discounts.create`).
    pub operation: String,
    /// How it is carried out.
    pub engine: Engine,
    /// The input, as it was named.
    pub input: String,
    /// The names of its columns; `None` for JSON objects.
    pub header: Option<Vec<String>>,
    /// Where it is carried out.
    pub store: JobStore,
    /// The fields that are read of objects before they are changed.
    pub guard: Guard,
    /// The job that it undoes.
    pub undoes: Option<String>,
}

/// What a job reads of an object right before it changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Nothing: jobs of earlier versions, and those that make new objects.
    Absent,
    /// The old values, for an undo.
    Note,
    /// The old values, and whether they are those that the job expects. A row
    /// whose object has others fails.
    Compare,
}

impl Guard {
    const ALL: [Self; 3] = [Self::Absent, Self::Note, Self::Compare];

    pub(super) fn number(self) -> i64 {
        let at = Self::ALL.iter().position(|guard| *guard == self);
        at.and_then(|at| i64::try_from(at).ok()).unwrap_or(0)
    }

    pub(super) fn of_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// The store that a job works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStore {
    /// The profile that it began with.
    pub profile: Option<String>,
    /// Where the API answers.
    pub base_url: String,
    /// Whether it is the sandbox within the program.
    pub sandbox: bool,
    /// The name of the API. Ledgers without one are of the API that was the
    /// only one before.
    #[serde(default = "first_api")]
    pub api: String,
    /// The version of the API.
    pub api_version: String,
    /// The name of the store, where it is known.
    pub name: Option<String>,
    /// By what the token that it began with is known again; see
    /// [`crate::config::login::fingerprint`].
    pub fingerprint: Option<String>,
    /// Which store it is, where the token may read that. Version 0.1.0 did not
    /// record it.
    #[serde(default)]
    pub identity: Option<StoreIdentity>,
}

/// The only API of programs that recorded none.
fn first_api() -> String {
    crate::config::FIRST_API.to_owned()
}

/// What tells a store from every other one. Two stores can have the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreIdentity {
    /// The number of the store at Recharge.
    pub id: String,
    /// The domain of the shop (`identifier` of `GET /store`).
    pub domain: Option<String>,
}

impl StoreIdentity {
    /// Whether two are of the same store; `None` where one of them does not
    /// tell enough.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> Option<bool> {
        if self.id != other.id {
            return Some(false);
        }
        match (&self.domain, &other.domain) {
            (Some(one), Some(other)) => Some(one == other),
            (None, None) => Some(true),
            _ => None,
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Nothing was sent yet.
    Ready,
    /// A process is working on it.
    Running,
    /// It was begun, and no one is working on it.
    Stopped,
    /// Every row has an end.
    Done,
    /// It was given up.
    Abandoned,
}

impl JobState {
    /// The word for it, as reports show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Abandoned => "abandoned",
        }
    }

    /// The end of that name.
    pub(super) fn ended(word: &str) -> Option<Self> {
        let ends = [Self::Done, Self::Abandoned];
        ends.into_iter().find(|state| state.name() == word)
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Abandoned)
    }
}

/// Rows by the result of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Not sent yet, or sent and without an end.
    pub open: u64,
    /// Carried out.
    pub ok: u64,
    /// Refused.
    pub failed: u64,
    /// Left out, as they were wrong.
    pub invalid: u64,
    /// Sent, and no one can tell whether they were carried out.
    pub unknown: u64,
}

impl RowCounts {
    /// All rows.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.open + self.ok + self.failed + self.invalid + self.unknown
    }
}

/// A job, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: String,
    /// What it is about.
    pub subject: JobSubject,
    /// The job whose failed rows it retries.
    pub parent: Option<String>,
    /// Whether anything of it was sent, or may have been.
    pub is_begun: bool,
    /// How far it is.
    pub state: JobState,
    /// Its rows.
    pub counts: RowCounts,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything was last noted.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_of_a_ledger_without_an_api_is_of_the_first_one() {
        let old = r#"{"profile":null,"base_url":"https://x","sandbox":false,
            "api_version":"2021-11","name":null,"fingerprint":null}"#;
        let store: JobStore = serde_json::from_str(old).unwrap();
        assert_eq!(store.api, "recharge");
        assert_eq!(store.api_version, "2021-11");
    }

    #[test]
    fn guards_keep_their_numbers_as_ledgers_contain_them() {
        let numbers = [Guard::Absent, Guard::Note, Guard::Compare].map(Guard::number);
        assert_eq!(numbers, [0, 1, 2]);
        for number in numbers {
            assert_eq!(Guard::of_number(number).map(Guard::number), Some(number));
        }
        assert_eq!((Guard::of_number(-1), Guard::of_number(3)), (None, None));
    }

    #[test]
    fn stores_are_the_same_by_number_and_domain_and_one_without_a_domain_does_not_tell() {
        let store = |id: &str, domain: Option<&str>| StoreIdentity {
            id: id.to_owned(),
            domain: domain.map(str::to_owned),
        };
        for (one, other, same) in [
            (store("1", Some("a")), store("1", Some("a")), Some(true)),
            (store("1", Some("a")), store("1", Some("b")), Some(false)),
            (store("1", None), store("1", None), Some(true)),
            (store("1", Some("a")), store("1", None), None),
            (store("1", None), store("1", Some("a")), None),
            (store("1", Some("a")), store("2", Some("a")), Some(false)),
            (store("1", None), store("2", None), Some(false)),
        ] {
            assert_eq!(one.is_same(&other), same, "{one:?} {other:?}");
        }
    }

    #[test]
    fn rows_are_counted_whatever_their_result() {
        let counts = RowCounts {
            open: 1,
            ok: 2,
            failed: 4,
            invalid: 8,
            unknown: 16,
        };
        assert_eq!(counts.rows(), 31);
    }
}
