//! Messages about a job that was cut off before its end: how many rows are
//! done, failed, unknown and left, how many the API has, and how to continue.

use super::args::Going;
use super::store::again;
use crate::bulk::Engine;
use crate::bulk::ledger::{BatchStage, Job, Ledger, RowCounts};
use crate::error::{Error, Kind, Result};
use crate::output::progress::grouped;

/// Rows by their results, in words.
pub(super) fn counted(counts: &RowCounts) -> String {
    format!(
        "{} done, {} failed, {} unknown, {} left",
        grouped(counts.ok),
        grouped(counts.failed),
        grouped(counts.unknown),
        grouped(counts.open)
    )
}

/// The command that continues the job, as a hint.
pub(super) fn go_on(job: &Job) -> String {
    format!("resume with: {}", again(job, "resume"))
}

/// The error of a job that the user left before its end.
pub(super) fn detached(ledger: &Ledger, job: &Job, going: Going) -> Error {
    let counts = &job.counts;
    let rows = counts.rows() - counts.invalid;
    let (ended, rows) = (grouped(rows - counts.open), grouped(rows));
    let mut message = format!("detached: {ended} of {rows} rows have a result");
    if job.subject.engine == Engine::Batches {
        message.push_str("; started batches continue at the API");
    }
    let error = Error::new(Kind::Interrupted, message).hint(counted(counts));
    match handed_over(ledger, job, going) {
        Some(Handed { rows, of }) => error.hint(told(rows, of)).hint(go_on(job)),
        None => error.hint(go_on(job)),
    }
}

/// The error of a job that something stopped. With `--no-wait` it says how many
/// rows the API has, which is part of the work.
pub(super) fn stopped(error: Error, ledger: &Ledger, job: &Job, going: Going) -> Error {
    let error = match handed_over(ledger, job, going) {
        Some(Handed { rows, of }) if rows > 0 => {
            let message = format!("{}: {error}", told(rows, of));
            let partial = Error::new(Kind::Partial, message);
            error.hints.into_iter().fold(partial, Error::hint)
        }
        Some(Handed { rows, of }) => error.hint(told(rows, of)),
        None => error,
    };
    error.hint(counted(&job.counts)).hint(go_on(job))
}

/// Checks that the API has all rows of a job.
///
/// # Errors
/// Of kind `Partial`: it has some of them only.
pub(super) fn all_handed_over(ledger: &Ledger, job: &Job) -> Result<()> {
    let Handed { rows, of } = handed(ledger)?;
    if rows == of {
        return Ok(());
    }
    Err(Error::new(Kind::Partial, told(rows, of)).hint(go_on(job)))
}

/// Rows that the API has, of those that are sent.
struct Handed {
    rows: u64,
    of: u64,
}

fn told(rows: u64, of: u64) -> String {
    format!(
        "{} of {} rows were sent to the API, {} were not",
        grouped(rows),
        grouped(of),
        grouped(of - rows)
    )
}

/// What matters where no one waits for results.
fn handed_over(ledger: &Ledger, job: &Job, going: Going) -> Option<Handed> {
    if going.wait || job.subject.engine != Engine::Batches {
        return None;
    }
    handed(ledger).ok()
}

fn handed(ledger: &Ledger) -> Result<Handed> {
    let mut handed = Handed { rows: 0, of: 0 };
    for batch in ledger.batches()? {
        handed.of += batch.rows;
        if batch.stage >= BatchStage::Running {
            handed.rows += batch.rows;
        }
    }
    Ok(handed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bulk::ledger::{JobStore, JobSubject, Jobs, LockedLedger};
    use crate::bulk::plan::Limits;
    use crate::bulk::row::Task;

    const LEAVES: Going = Going {
        wait: false,
        parallel: 1,
    };

    /// A job of three batches, of which so many were started.
    fn ledger(folder: &std::path::Path, started: u64) -> LockedLedger {
        let now: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let jobs = Jobs::below(Some(folder), Arc::new(move || now)).unwrap();
        let subject = JobSubject {
            operation: "discounts.create".to_owned(),
            engine: Engine::Batches,
            input: "rows.csv".to_owned(),
            header: None,
            store: JobStore {
                profile: None,
                base_url: String::new(),
                sandbox: true,
                api: "recharge".to_owned(),
                api_version: "2021-11".to_owned(),
                name: None,
                fingerprint: None,
                identity: None,
            },
            guard: crate::bulk::ledger::Guard::Absent,
            undoes: None,
        };
        let limits = Limits {
            batch: 4,
            part: 4,
            bytes: 1_000,
            page: 250,
        };
        let mut draft = jobs.begin(subject).unwrap().within(limits);
        for line in 2..12 {
            let task = Task {
                target: "/discounts".to_owned(),
                body: Some("{}".to_owned()),
            };
            draft.add(line, "{}", &task).unwrap();
        }
        let ledger = draft.finish().unwrap().0;
        for slot in 0..started {
            ledger.opened(slot, slot + 1).unwrap();
            ledger.reaches(slot, BatchStage::Running).unwrap();
        }
        ledger
    }

    #[test]
    fn rows_that_were_not_handed_over_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let failed = || Error::new(Kind::Unreachable, "no answer").hint("try again");
        for (started, kind, told) in [
            (0, Kind::Unreachable, "0 of 10 rows were sent"),
            (
                2,
                Kind::Partial,
                "8 of 10 rows were sent to the API, 2 were not",
            ),
        ] {
            let ledger = ledger(folder.path(), started);
            let job = ledger.job().unwrap();
            let error = stopped(failed(), &ledger, &job, LEAVES);
            let all = format!("{error} {}", error.hints.join(" "));
            assert_eq!(error.kind, kind, "{all}");
            for part in [
                told,
                "no answer",
                "try again",
                "0 done, 0 failed, 0 unknown, 10 left",
            ] {
                assert!(all.contains(part), "{all}");
            }
            assert!(all.contains(&format!("rc bulk resume {}", job.id)), "{all}");
            assert!(all_handed_over(&ledger, &job).is_err());
            let left = detached(&ledger, &job, LEAVES);
            assert!(left.hints.concat().contains(told), "{left:?}");
        }
        let all = ledger(folder.path(), 3);
        let job = all.job().unwrap();
        all_handed_over(&all, &job).unwrap();
    }

    #[test]
    fn a_job_whose_results_are_waited_for_keeps_the_kind_of_its_error() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path(), 2);
        let job = ledger.job().unwrap();
        let waits = Going {
            wait: true,
            parallel: 1,
        };
        let error = stopped(Error::new(Kind::Access, "no"), &ledger, &job, waits);
        assert_eq!((error.kind, error.hints.len()), (Kind::Access, 2));
    }
}
