//! A row whose answer is lost: what can be found out, and what cannot. What
//! would happen twice is never sent twice.

use serde_json::Value;

use super::remote;
use super::requests::{Desk, carried_out, is_own, refusal, stops};
use super::{looks, task};
use crate::bulk::ledger::{Fate, Pending};
use crate::bulk::settle::says_the_same;
use crate::catalog::{Again, Method};
use crate::envelope::{Envelope, Wanted};
use crate::error::{Error, Kind, Result};
use crate::request::Request;

/// How often a row goes out at most.
const MOST_TRIES: u64 = 5;

/// Second attempts of one row in a run, before it is left for later.
const AT_ONCE: u32 = 2;

/// What is known of a row that an earlier run left without an end.
const CUT_OFF: &str = "it was cut off";

/// Settles a row that went out before this run, which found it without an end.
/// That says nothing of the network now: many such rows are no trouble.
pub(super) async fn settle_cut_off(desk: &Desk<'_>, row: &Pending) -> Result<()> {
    if desk.operation.again == Again::Twice {
        return desk.end(row.n, &unknown(CUT_OFF));
    }
    settle(desk, row, CUT_OFF).await
}

/// Settles a row that went out and has no end. `why` is what is known.
pub(super) async fn settle(desk: &Desk<'_>, row: &Pending, why: &str) -> Result<()> {
    if desk.operation.again == Again::Twice {
        desk.end(row.n, &unknown(why))?;
        return desk.is_in_trouble(why);
    }
    let mut why = why.to_owned();
    for attempt in 0..AT_ONCE {
        if row.tries + u64::from(attempt) >= MOST_TRIES {
            let last = format!("{why}; it was sent {MOST_TRIES} times");
            desk.end(row.n, &unknown(&last))?;
            return desk.is_in_trouble(&why);
        }
        let error = match desk.send(row).await {
            Ok(answer) => return desk.end(row.n, &carried_out(&answer)),
            Err(error) => error,
        };
        if error.kind == Kind::Interrupted && error.untouched {
            return Ok(());
        }
        if is_own(&error) || (error.untouched && stops(&error)) {
            return Err(error);
        }
        // Something is at work on the same object: perhaps the attempt before.
        let is_at_work = remote::status(&error) == Some(409);
        if error.untouched && !is_at_work {
            let fate = of_refusal(desk, row, &error).await?;
            return desk.end(row.n, &fate);
        }
        why = error.to_string();
        desk.means.pause(looks::FIRST).await;
    }
    // It stays in doubt in the ledger: the next pass, or the next run, settles
    // it.
    desk.is_in_trouble(&why)
}

/// A second attempt was refused: because the first was carried out, or because
/// both are. What the row is about tells, where it can be found.
async fn of_refusal(desk: &Desk<'_>, row: &Pending, error: &Error) -> Result<Fate> {
    let status = remote::status(error);
    let operation = desk.operation;
    if operation.again == Again::Same {
        return Ok(refusal(error));
    }
    if operation.method == Method::Delete {
        // It is gone, as it should be, or it is there, and so was not deleted.
        return Ok(match status {
            Some(404 | 410) => Fate::Ok {
                status,
                object: None,
            },
            _ => refusal(error),
        });
    }
    if let Some(unique) = operation.unique
        && let Some(list) = desk.resource.operation("list")
        && let Some(body) = row.task.body.as_deref()
        && let Ok(body) = serde_json::from_str::<Value>(body)
        && let Some(Value::String(wanted)) = body.get(unique.field)
    {
        let mut request = Request::composed(list, list.path, None);
        request.set_query(unique.filter, wanted.clone());
        let answer = desk.means.client.send(&request).await?;
        let page = Envelope::open(answer, Wanted::of(list.answer))?;
        let found = page
            .records()
            .filter_map(|record| serde_json::from_str::<Value>(record).ok())
            .find(|record| record.get(unique.field) == Some(&body[unique.field]));
        return Ok(match found {
            Some(record) if says_the_same(&body, &record) => Fate::Ok {
                status: None,
                object: task::object_id(&record),
            },
            Some(record) => Fate::Unknown {
                status,
                error: format!(
                    "the answer to a first attempt was lost; {} {} has this {}, and says something else",
                    desk.resource.singular,
                    task::object_id(&record).unwrap_or_default(),
                    unique.field
                ),
            },
            None => refusal(error),
        });
    }
    Ok(Fate::Unknown {
        status,
        error: format!(
            "the answer to a first attempt was lost, and the second was refused: {error}"
        ),
    })
}

fn unknown(why: &str) -> Fate {
    Fate::Unknown {
        status: None,
        error: task::shortened(&format!("it may have been carried out: {why}")),
    }
}
