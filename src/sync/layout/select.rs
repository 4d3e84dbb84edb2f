//! The SELECT of a view.

use std::fmt::Write as _;

use super::dialect::{Dialect, Expression};
use super::{ColumnType, DELETED_AT, EXTRA, LayoutView, SYNCED_AT, SourceTable};
use crate::catalog::{ViewJoin, ViewType, ViewValue};
use crate::sync::destination::sqlite::quoted;

/// The statement. `joined` is the table that the view joins, where the copy has it.
pub(super) fn select(
    view: &LayoutView,
    dialect: Dialect,
    table: &SourceTable,
    joined: Option<&SourceTable>,
) -> String {
    let builder = SelectBuilder {
        dialect,
        table,
        joined,
    };
    let mut sql = String::from("SELECT");
    for (at, column) in view.columns.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let value = builder.value(&column.value, column.kind);
        let value = value.unwrap_or_else(|| builder.null(column.kind));
        let _ = write!(sql, "{comma}\n  {value} AS {}", quoted(column.name));
    }
    let _ = write!(sql, "\nFROM {} AS p", table.from);
    if !view.lists.is_empty() {
        let elements = dialect.elements(&builder.lists(view.lists));
        let _ = write!(sql, "\n{elements}");
    }
    if let (Some(join), Some(joined)) = (&view.join, joined) {
        sql.push_str(&builder.join(join, joined));
    }
    sql
}

struct SelectBuilder<'a> {
    dialect: Dialect,
    table: &'a SourceTable,
    joined: Option<&'a SourceTable>,
}

impl SelectBuilder<'_> {
    /// The value of a column of the view; `None` where the copy does not have it.
    fn value(&self, value: &ViewValue, kind: ViewType) -> Option<String> {
        let expression = match value {
            ViewValue::Column(name) => column("p", self.table, name)?,
            ViewValue::Member(name, path) => self.member("p", self.table, name, path)?,
            ViewValue::Beyond(name) => self.member("p", self.table, EXTRA, name)?,
            ViewValue::Joined(name) => column("j", self.joined?, name)?,
            ViewValue::JoinedMember(name, path) => self.member("j", self.joined?, name, path)?,
            ViewValue::Item(path) => Expression::Member(self.dialect.item(path)),
            ViewValue::WholeItem => Expression::Exact(self.dialect.whole_item().to_owned()),
            ViewValue::Position => Expression::Exact(self.dialect.position().to_owned()),
            ViewValue::Sum(name, path) => Expression::Exact(self.sum(name, path)?),
            ViewValue::IsDeleted => is_there("p", self.table, DELETED_AT)?,
            ViewValue::IsJoinedDeleted => is_there("j", self.joined?, DELETED_AT)?,
            ViewValue::SyncedAt => column("p", self.table, SYNCED_AT)?,
            ViewValue::Either(values) => {
                let values = values.iter().filter_map(|value| self.value(value, kind));
                let values: Vec<String> = values.collect();
                return match values.as_slice() {
                    [] => None,
                    [one] => Some(one.clone()),
                    _ => {
                        let first = format!("coalesce({})", values.join(", "));
                        Some(self.dialect.cast(&Expression::Exact(first), kind))
                    }
                };
            }
        };
        Some(self.dialect.cast(&expression, kind))
    }

    fn null(&self, kind: ViewType) -> String {
        self.dialect
            .cast(&Expression::Exact("NULL".to_owned()), kind)
    }

    fn member(
        &self,
        alias: &str,
        table: &SourceTable,
        name: &str,
        path: &str,
    ) -> Option<Expression> {
        let document = json_column(alias, table, name)?;
        Some(Expression::Member(self.dialect.member(&document, path)))
    }

    /// The sum of a member of the objects in a list; null where there is no list.
    fn sum(&self, name: &str, path: &str) -> Option<String> {
        let document = json_column("p", self.table, name)?;
        let list = self.dialect.list(&document);
        let item = Expression::Member(self.dialect.item(path));
        let item = self.dialect.cast(&item, ViewType::Decimal);
        let elements = self.dialect.elements(&list);
        Some(format!(
            "CASE WHEN {document} IS NOT NULL THEN (SELECT coalesce(sum({item}), 0) FROM (SELECT 1) AS o {elements}) END"
        ))
    }

    /// The first list that has elements.
    fn lists(&self, names: &[&str]) -> String {
        let lists = names
            .iter()
            .filter_map(|name| json_column("p", self.table, name))
            .map(|document| self.dialect.list(&document));
        let mut lists: Vec<String> = lists.collect();
        let last = lists.pop().unwrap_or_else(|| match self.dialect {
            Dialect::Postgres => "'[]'::jsonb".to_owned(),
            Dialect::Sqlite | Dialect::Duckdb => "'[]'".to_owned(),
        });
        lists.into_iter().rfold(last, |rest, list| {
            let length = self.dialect.length(&list);
            format!("CASE WHEN {length} > 0 THEN {list} ELSE {rest} END")
        })
    }

    /// The join of at most one row of another table. Of several rows one is chosen by
    /// a list of their keys, which databases join by hashing.
    fn join(&self, join: &ViewJoin, joined: &SourceTable) -> String {
        let Some(with) = self.value(&join.with, ViewType::Integer) else {
            return format!("\nLEFT JOIN {} AS j ON 1 = 0", joined.from);
        };
        let column = quoted(join.column);
        let Some(only) = join.only else {
            return format!("\nLEFT JOIN {} AS j ON j.{column} = {with}", joined.from);
        };
        let from = &joined.from;
        let id = quoted("id");
        let is_true = match self.dialect {
            Dialect::Sqlite => format!("{} = 1", quoted(only)),
            Dialect::Postgres | Dialect::Duckdb => quoted(only),
        };
        let mark = quoted(DELETED_AT);
        format!(
            "\nLEFT JOIN (SELECT {column} AS of, min({id}) AS chosen FROM {from} \
             WHERE {is_true} AND {mark} IS NULL GROUP BY 1) AS k ON k.of = {with}\
             \nLEFT JOIN {from} AS j ON j.{id} = k.chosen"
        )
    }
}

fn type_in(table: &SourceTable, name: &str) -> Option<ColumnType> {
    let mut columns = table.columns.iter();
    columns
        .find(|(known, _)| known == name)
        .map(|(_, kind)| *kind)
}

/// A column with JSON; `None` where the table has none of that name.
fn json_column(alias: &str, table: &SourceTable, name: &str) -> Option<String> {
    let kind = type_in(table, name)?;
    (kind == ColumnType::Json).then(|| format!("{alias}.{}", quoted(name)))
}

/// The value of a column; `None` where the table has none of that name.
fn column(alias: &str, table: &SourceTable, name: &str) -> Option<Expression> {
    let kind = type_in(table, name)?;
    Some(Expression::Column(
        format!("{alias}.{}", quoted(name)),
        kind,
    ))
}

/// Whether a column has a value.
fn is_there(alias: &str, table: &SourceTable, name: &str) -> Option<Expression> {
    type_in(table, name)?;
    let sql = format!("{alias}.{} IS NOT NULL", quoted(name));
    Some(Expression::Exact(sql))
}
