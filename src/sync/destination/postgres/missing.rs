//! Rows that the store no longer has, found by the keys of a list that was read from
//! its beginning. The keys are in a temporary table.

use std::fmt::Write as _;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, GenericClient};

use super::copy::TableCopy;
use super::{Among, ChildPage, Micros, Missing, quoted};
use crate::sync::destination::DELETED_AT;

type Sql<T> = Result<T, tokio_postgres::Error>;

fn gathered(copy: &TableCopy) -> String {
    quoted(&format!("_gathered_{}", copy.table))
}

/// Begins to gather keys.
pub(super) async fn gather(client: &impl GenericClient, copy: &TableCopy) -> Sql<()> {
    let (name, kind) = (gathered(copy), copy.key_type);
    client
        .batch_execute(&format!(
            "CREATE TEMP TABLE IF NOT EXISTS {name} (key {kind} PRIMARY KEY);
             TRUNCATE {name}"
        ))
        .await
}

/// Gathers keys.
pub(super) async fn insert(
    client: &impl GenericClient,
    copy: &TableCopy,
    keys: &[String],
) -> Sql<()> {
    let insert = format!(
        "INSERT INTO {} SELECT key::{} FROM unnest($1::text[]) AS key ON CONFLICT DO NOTHING",
        gathered(copy),
        copy.key_type
    );
    client.execute(&insert, &[&keys]).await.map(drop)
}

/// The condition of rows that are not deleted, and are among those that are meant.
/// Values are of the catalog, or a time of our own: they need no placeholders.
fn condition(among: Option<&Among>) -> String {
    let mut sql = format!("{DELETED_AT} IS NULL");
    let one_of = |field: &str, values: &[&str]| {
        let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
        format!("{} IN ({})", quoted(field), values.join(", "))
    };
    let _ = match among {
        None => Ok(()),
        Some(Among::With(rows)) => write!(sql, " AND {}", one_of(rows.field, rows.values)),
        Some(Among::NotForgotten(rows, before)) => {
            // A row without the moment may be as old as any.
            let (one_of, since) = (one_of(rows.field, rows.values), quoted(rows.since));
            write!(
                sql,
                " AND NOT ({one_of} AND coalesce({since}, '-infinity') < '{before}'::timestamptz)"
            )
        }
    };
    sql
}

fn is_missing(copy: &TableCopy) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM {} AS gathered WHERE gathered.key = {}.{})",
        gathered(copy),
        quoted(&copy.table),
        quoted(copy.key)
    )
}

/// How many rows there are, and how many of them are missing.
pub(super) async fn count(
    client: &Client,
    copy: &TableCopy,
    among: Option<&Among>,
) -> Sql<Missing> {
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE {}) FROM {} WHERE {}",
        is_missing(copy),
        quoted(&copy.table),
        condition(among)
    );
    let row = client.query_one(&sql, &[]).await?;
    let (rows, missing): (i64, i64) = (row.get(0), row.get(1));
    Ok(Missing {
        rows: rows.unsigned_abs(),
        missing: missing.unsigned_abs(),
    })
}

/// The next keys that are missing, as text.
pub(super) async fn keys(
    client: &Client,
    copy: &TableCopy,
    among: Option<&Among>,
    after: Option<&str>,
    most: usize,
) -> Sql<Vec<String>> {
    let key = quoted(copy.key);
    let after_it = format!("AND {key} > $1::text::{}", copy.key_type);
    let sql = format!(
        "SELECT {key}::text FROM {} WHERE {} AND {} {} ORDER BY {key} LIMIT {most}",
        quoted(&copy.table),
        condition(among),
        is_missing(copy),
        if after.is_some() { &after_it } else { "" }
    );
    let values: Vec<&(dyn ToSql + Sync)> = match &after {
        Some(after) => vec![after],
        None => Vec::new(),
    };
    let rows = client.query(&sql, &values).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Those of the keys of rows that were not gathered.
pub(super) async fn lacking(
    client: &Client,
    copy: &TableCopy,
    keys: &[String],
) -> Sql<Vec<String>> {
    let (table, key, kind) = (quoted(&copy.table), quoted(copy.key), copy.key_type);
    let sql = format!(
        "SELECT {key}::text FROM {table} WHERE {key} IN (SELECT k::{kind} FROM unnest($1::text[]) AS k)
         AND {}",
        is_missing(copy)
    );
    let rows = client.query(&sql, &[&keys]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Marks the rows of lists that the lists no longer have; returns how many.
pub(super) async fn mark_of(
    client: &impl GenericClient,
    copy: &TableCopy,
    child: &ChildPage,
) -> Sql<u64> {
    let sql = format!(
        "UPDATE {} SET {DELETED_AT} = $2::text::timestamptz
         WHERE {}::text = ANY($1::text[]) AND {DELETED_AT} IS NULL AND {}",
        quoted(&copy.table),
        quoted(child.column),
        is_missing(copy)
    );
    let at = child.records.at.to_string();
    client.execute(&sql, &[&child.parents, &at]).await
}

/// Marks rows as deleted; returns how many.
pub(super) async fn mark(
    client: &Client,
    copy: &TableCopy,
    keys: &[String],
    at: Micros,
) -> Sql<u64> {
    let (table, key, kind) = (quoted(&copy.table), quoted(copy.key), copy.key_type);
    let sql = format!(
        "UPDATE {table} SET {DELETED_AT} = $2::text::timestamptz
         WHERE {key} IN (SELECT k::{kind} FROM unnest($1::text[]) AS k) AND {DELETED_AT} IS NULL"
    );
    client.execute(&sql, &[&keys, &at.to_string()]).await
}
