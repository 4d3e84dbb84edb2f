//! Tests of the views of a layout: their columns, types and statements.

use std::collections::BTreeSet;

use super::*;
use crate::catalog::FAMILIES;
use crate::sync::tables;

/// All layouts over tables that have every column.
fn layouts() -> impl Iterator<Item = TableLayout> {
    FAMILIES.iter().flat_map(|family| {
        let tables = tables(family, None);
        family
            .analysis
            .layouts
            .iter()
            .map(move |layout| TableLayout {
                layout,
                tables: tables.clone(),
            })
    })
}

fn statements(layout: &TableLayout, dialect: Dialect) -> Vec<ViewStatement> {
    let found = layout.statements::<()>(dialect, |name| {
        let table = layout.whole_table(name);
        Ok(table.map(|table| SourceTable {
            from: name.to_owned(),
            ..table
        }))
    });
    found.unwrap()
}

#[test]
fn every_column_of_a_layout_is_one_of_a_copy() {
    assert!(layouts().count() > 0);
    for layout in layouts() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Duckdb] {
            for statement in statements(&layout, dialect) {
                let select = statement.select.unwrap();
                let nothing = ["CAST(NULL AS", "(NULL)::"];
                assert!(
                    nothing.iter().all(|cast| !select.contains(cast)),
                    "{select}"
                );
            }
        }
    }
}

#[test]
fn names_of_views_and_columns_are_unique() {
    for layout in layouts() {
        let mut views = BTreeSet::new();
        for view in layout.layout.views {
            assert!(views.insert(view.name), "{}", view.name);
            let mut columns = BTreeSet::new();
            for column in view.columns {
                assert!(columns.insert(column.name), "{}.{}", view.name, column.name);
            }
        }
    }
}

#[test]
fn a_column_that_the_copy_lacks_is_null_of_its_type() {
    let layout = layouts().next().unwrap();
    let only = |name: &str| SourceTable {
        from: name.to_owned(),
        columns: vec![("id".to_owned(), ColumnType::Integer)],
    };
    let found = layout.statements::<()>(Dialect::Postgres, |name| Ok(Some(only(name))));
    let charge = found
        .unwrap()
        .into_iter()
        .find(|view| view.name == "charge");
    let select = charge.unwrap().select.unwrap();
    assert!(select.contains("(p.\"id\")::bigint AS \"id\""), "{select}");
    assert!(
        select.contains("(NULL)::numeric AS \"total_price\""),
        "{select}"
    );
    assert!(
        select.contains("(NULL)::boolean AS \"_fivetran_deleted\""),
        "{select}"
    );
}

#[test]
fn tables_of_reports_are_tables_of_copies() {
    for family in FAMILIES {
        let known = tables(family, None);
        let is_known = |name: &str| known.iter().any(|table| table.name == name);
        let has_history = |name: &str| {
            let mut known = known.iter();
            known.any(|table| table.history_name().is_some_and(|history| history == name))
        };
        let mut names = BTreeSet::new();
        for report in family.analysis.reports {
            assert!(names.insert(report.name), "{}", report.name);
            for table in report.tables {
                assert!(is_known(table.copied_as), "{}", table.name);
                assert!(
                    is_known(table.name) || has_history(table.name),
                    "{}",
                    table.name
                );
            }
        }
    }
}
