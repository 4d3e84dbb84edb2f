//! A page with the lists that belong to its records, in one transaction.

use std::collections::HashMap;

use tokio_postgres::Client;

use super::copy::TableCopy;
use super::{Advance, ChildPage, PostgresFailure, RecordPage, StoredPage, TableState, missing};
use crate::error::Error;

/// Writes the page and the lists; returns the result of each.
pub(super) async fn write(
    client: &mut Client,
    tables: &mut HashMap<String, TableCopy>,
    table: &str,
    batch: &RecordPage,
    advance: Advance,
    children: &[ChildPage],
) -> Result<Vec<StoredPage>, PostgresFailure> {
    let transaction = client.transaction().await?;
    let parent = prepared(tables, table)?;
    let (written, state) = parent.write_in(&transaction, batch, advance).await?;
    let bookmark = advance.bookmark(written.newest, batch.at);
    let mut all = vec![written];
    let mut states: Vec<(&str, TableState)> = vec![(table, state)];
    for child in children {
        let copy = prepared(tables, &child.table)?;
        missing::gather(&transaction, copy).await?;
        let page = copy.write_in(&transaction, &child.records, Advance::AtEnd);
        let (mut written, _) = page.await?;
        written.changed += missing::mark_of(&transaction, copy, child).await?;
        states.push((&child.table, copy.advanced(&transaction, bookmark).await?));
        all.push(written);
    }
    transaction.commit().await?;
    for (table, state) in states {
        prepared(tables, table)?.set_state(state);
    }
    Ok(all)
}

fn prepared<'t>(
    tables: &'t mut HashMap<String, TableCopy>,
    table: &str,
) -> Result<&'t mut TableCopy, Error> {
    let copy = tables.get_mut(table);
    copy.ok_or_else(|| Error::unexpected(format!("the table {table} was not prepared")))
}
