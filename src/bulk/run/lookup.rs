//! Looks a row up by the unique field of the object that it creates, after the
//! response was lost and a second attempt was refused.
//!
//! A record belongs to the row only when the field is equal to the letter and
//! the record has all values of the row. The store may have changed the case of
//! letters, or another client may have created the record: both are reported,
//! and neither counts as a success.

use std::sync::Arc;

use serde_json::Value;

use super::requests::RowSender;
use super::task;
use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::Request;
use crate::api::response::Wanted;
use crate::bulk::ledger::PendingRow;
use crate::bulk::settle::says_the_same;
use crate::catalog::{Operation, OperationAction, Unique};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;

/// What a row creates, and how it is found.
pub(super) struct RowLookup {
    list: &'static Operation,
    unique: Unique,
    singular: &'static str,
    body: Value,
    value: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LookupResult {
    /// The record that the row describes.
    Same {
        /// Its id.
        object: Option<String>,
    },
    /// Something that proves nothing, in words.
    Other(String),
}

impl RowLookup {
    /// What to look for; `None` where the row creates nothing with a unique
    /// field.
    ///
    /// # Errors
    /// This program does not know the operation of the row.
    pub(super) fn of(sender: &RowSender<'_>, row: &PendingRow) -> Result<Option<Self>> {
        let (resource, operation) = sender.operation_of(row)?;
        let found = || {
            let unique = operation.unique?;
            let body: Value = serde_json::from_str(row.task.body.as_deref()?).ok()?;
            Some(Self {
                list: resource.operation_to(OperationAction::List)?,
                unique,
                singular: resource.singular,
                value: body.get(unique.field)?.as_str()?.to_owned(),
                body,
            })
        };
        Ok(found())
    }

    /// Requests the list with the value as written, then in other letters.
    ///
    /// # Errors
    /// The list cannot be fetched. A token without the scope for the list is
    /// not an error: it proves nothing, and would stop the job for good.
    pub(super) async fn find(&self, client: &Arc<Client>) -> Result<LookupResult> {
        let mut found = FirstMatches::default();
        for value in spellings(&self.value) {
            let mut request = Request::composed(self.list, self.list.path, None);
            request.set_query(self.unique.filter, value);
            let wanted = Wanted::of(self.list.response);
            let mut pages = Pages::new(Arc::clone(client), request, wanted);
            let read = pages.records(None, &mut found).await;
            match read.map_err(ListFailure::into_error) {
                Ok(_) => {}
                Err(error) if is_forbidden(&error) => {
                    return Ok(LookupResult::Other(format!(
                        "it cannot be looked up: {error}"
                    )));
                }
                Err(error) => return Err(error),
            }
            if self.is_decided(&found.records) {
                break;
            }
        }
        Ok(judge(self, &found.records))
    }

    fn is_decided(&self, records: &[Value]) -> bool {
        records.iter().any(|record| self.is_exact(record))
    }

    fn is_exact(&self, record: &Value) -> bool {
        record.get(self.unique.field) == self.body.get(self.unique.field)
    }

    fn is_similar(&self, record: &Value) -> bool {
        let other = record.get(self.unique.field).and_then(Value::as_str);
        let plain = |text: &str| text.trim().to_lowercase();
        other.is_some_and(|other| plain(other) == plain(&self.value))
    }
}

/// The first page of a list: a unique field has few matches.
#[derive(Default)]
struct FirstMatches {
    records: Vec<Value>,
}

impl RecordSink for FirstMatches {
    fn record(&mut self, record: &str) -> Result<Flow> {
        self.records.extend(serde_json::from_str::<Value>(record));
        Ok(Flow::More)
    }

    async fn page_end(&mut self) -> Result<Flow> {
        Ok(Flow::Enough)
    }
}

fn is_forbidden(error: &Error) -> bool {
    error.kind == Kind::Access
        && error
            .answer
            .as_deref()
            .is_some_and(|answer| answer.status == 403)
}

/// The value as it is, and as a store may have rewritten it: a filter that
/// tells letters apart finds it then.
fn spellings(value: &str) -> Vec<String> {
    let plain = value.trim();
    let mut spellings: Vec<String> = Vec::with_capacity(4);
    for spelling in [
        value.to_owned(),
        plain.to_owned(),
        plain.to_lowercase(),
        plain.to_uppercase(),
    ] {
        if !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings
}

/// What the records of the list say about the row.
fn judge(wanted: &RowLookup, records: &[Value]) -> LookupResult {
    let (field, singular) = (wanted.unique.field, wanted.singular.replace('_', " "));
    let id = |record: &Value| task::object_id(record).unwrap_or_default();
    if let Some(record) = records.iter().find(|record| wanted.is_exact(record)) {
        if says_the_same(&wanted.body, record) {
            return LookupResult::Same {
                object: task::object_id(record),
            };
        }
        let id = id(record);
        return LookupResult::Other(format!(
            "{singular} {id} has this {field}, but other values"
        ));
    }
    match records.iter().find(|record| wanted.is_similar(record)) {
        Some(record) => LookupResult::Other(format!(
            "{singular} {} has this {field} in different upper and lower case",
            id(record)
        )),
        None => LookupResult::Other(format!("no {singular} with this {field} is found")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog;

    fn judged(records: &[Value]) -> LookupResult {
        let (resource, row) = catalog::recharge::API
            .operation("discounts.create")
            .unwrap();
        let wanted = RowLookup {
            list: resource.operation("list").unwrap(),
            unique: row.unique.unwrap(),
            singular: resource.singular,
            body: json!({"code": "Spring", "value": "10"}),
            value: "Spring".to_owned(),
        };
        judge(&wanted, records)
    }

    #[test]
    fn only_the_same_to_the_letter_that_says_the_same_is_the_row() {
        let same = json!({"id": 7, "code": "Spring", "value": "10.00", "status": "enabled"});
        let found = LookupResult::Same {
            object: Some("7".to_owned()),
        };
        let other = json!({"id": 8, "code": "SPRING", "value": "10.00"});
        assert_eq!(judged(&[other.clone(), same]), found);
        for (records, words) in [
            (
                vec![other],
                "8 has this code in different upper and lower case",
            ),
            (
                vec![json!({"id": 9, "code": " spring "})],
                "9 has this code in different upper and lower case",
            ),
            (
                vec![json!({"id": 9, "code": "Spring", "value": "5"})],
                "9 has this code, but other values",
            ),
            (
                vec![json!({"id": 9, "code": "Springs"})],
                "no discount with this code",
            ),
            (vec![json!(7), json!({})], "no discount with this code"),
            (vec![], "no discount with this code"),
        ] {
            match judged(&records) {
                LookupResult::Other(what) => assert!(what.contains(words), "{what}"),
                LookupResult::Same { .. } => panic!("{records:?} is taken for the row"),
            }
        }
    }

    #[test]
    fn a_value_is_looked_for_in_each_spelling_once() {
        assert_eq!(spellings("a1"), ["a1", "A1"]);
        assert_eq!(spellings(" Ab"), [" Ab", "Ab", "ab", "AB"]);
        assert_eq!(spellings("12"), ["12"]);
    }

    #[test]
    fn a_missing_scope_is_a_refused_access_with_the_status_403() {
        for (kind, status, forbidden) in [
            (Kind::Access, Some(403), true),
            (Kind::Access, Some(401), false),
            (Kind::Access, None, false),
            (Kind::Refused, Some(403), false),
        ] {
            let mut error = Error::new(kind, "");
            if let Some(status) = status {
                error = error.answered(crate::error::Refusal {
                    status,
                    ..crate::error::Refusal::default()
                });
            }
            assert_eq!(is_forbidden(&error), forbidden, "{kind:?} {status:?}");
        }
    }
}
