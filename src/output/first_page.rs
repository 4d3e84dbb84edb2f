//! Fields that the catalogue does not know, where columns are those of the
//! catalogue: the records of the first page tell which there are.
//!
//! In come records; out they go as rows, with a column for each such field when
//! that is asked for. Else the fields are remembered, for one note at the end.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::FormatWriter;
use super::rows::{RowMaker, RowWriter};
use crate::error::Result;
use crate::filter::Columns;

/// So many records are looked at, where pages are longer or have no end.
const MOST: usize = 250;

/// So many fields are named in a note.
const NAMED: usize = 10;

/// Fields that no column shows. Clones share the list.
#[derive(Debug, Clone, Default)]
pub struct LeftOutFields {
    names: Rc<RefCell<Vec<String>>>,
}

impl LeftOutFields {
    /// A note that names them, and says how to have them; none without any.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let names = self.names.borrow();
        if names.is_empty() {
            return None;
        }
        let shown = names.iter().take(NAMED).map(String::as_str);
        let mut list = shown.collect::<Vec<&str>>().join(", ");
        if names.len() > NAMED {
            list.push_str(" …");
        }
        Some(format!(
            "left out, as rc does not know them: {list}; --all-columns adds them"
        ))
    }

    fn add(&self, names: Vec<String>) {
        let mut known = self.names.borrow_mut();
        for name in names {
            if !known.contains(&name) {
                known.push(name);
            }
        }
    }
}

/// Writes rows, and looks at the first page of records before.
pub(super) struct FirstPage<W> {
    inner: RowMaker<W>,
    columns: Columns,
    /// Whether fields get a column of their own.
    adds: bool,
    /// Where related objects are, which are not fields of the record.
    included: Option<&'static str>,
    /// Records that wait for their columns.
    held: Vec<String>,
    seen: usize,
    is_over: bool,
    found: LeftOutFields,
}

impl<W: RowWriter> FirstPage<W> {
    pub(super) fn new(
        inner: RowMaker<W>,
        columns: Columns,
        included: Option<&'static str>,
        adds: bool,
        found: LeftOutFields,
    ) -> Self {
        Self {
            inner,
            columns,
            adds,
            included,
            held: Vec::new(),
            seen: 0,
            is_over: false,
            // What gets a column is not left out.
            found: if adds {
                LeftOutFields::default()
            } else {
                found
            },
        }
    }

    fn look(&mut self, record: &str) {
        let Ok(fields) = serde_json::from_str::<Map<String, Value>>(record) else {
            return;
        };
        let mut strangers = self.columns.strangers(&fields);
        strangers.retain(|name| {
            let first = name.split('.').next();
            self.included.is_none() || first != self.included
        });
        self.found.add(strangers);
    }

    /// The first page is over: its records are written.
    fn end(&mut self) -> Result<()> {
        if self.is_over {
            return Ok(());
        }
        self.is_over = true;
        if self.adds {
            let names = self.found.names.borrow();
            self.inner.choose(self.columns.with(&names));
        }
        for record in std::mem::take(&mut self.held) {
            self.inner.record(&record)?;
        }
        Ok(())
    }
}

impl<W: RowWriter> FormatWriter for FirstPage<W> {
    fn record(&mut self, record: &str) -> Result<()> {
        if self.is_over {
            return self.inner.record(record);
        }
        self.look(record);
        self.seen += 1;
        if self.adds {
            self.held.push(record.to_owned());
        } else {
            self.inner.record(record)?;
        }
        if self.seen >= MOST {
            self.end()?;
        }
        Ok(())
    }

    fn page_end(&mut self) -> Result<()> {
        if self.seen > 0 {
            self.end()?;
        }
        self.inner.page_end()
    }

    fn break_off(&mut self) -> Result<()> {
        self.end()?;
        self.inner.break_off()
    }

    fn finish(&mut self) -> Result<()> {
        self.end()?;
        self.inner.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Style;
    use crate::output::csv::Csv;
    use crate::output::rows::Header;
    use crate::output::testing::KeptText;

    fn printed(adds: bool, pages: &[&[&str]]) -> (String, Option<String>) {
        let paper = KeptText::default();
        let csv = Csv::begin(paper.destination(), false, Style::PLAIN).unwrap();
        let columns = Columns::parse("id,bill.city", None, &[]).unwrap();
        let inner = RowMaker::new(csv, Header::Known(columns.clone()), "record");
        let found = LeftOutFields::default();
        let mut rows = FirstPage::new(inner, columns, Some("include"), adds, found.clone());
        for page in pages {
            for record in *page {
                rows.record(record).unwrap();
            }
            rows.page_end().unwrap();
        }
        rows.finish().unwrap();
        (paper.text(), found.note())
    }

    const PAGES: &[&[&str]] = &[
        &[
            r#"{"id":1,"bill":{"city":"Bonn","land":"DE"},"include":{}}"#,
            r#"{"id":2,"new":[1],"bill":null}"#,
        ],
        &[r#"{"id":3,"newer":1,"new":2,"bill":{"city":"Rom"}}"#],
    ];

    #[test]
    fn fields_of_the_first_page_get_columns_when_asked_for() {
        let (text, note) = printed(true, PAGES);
        let wanted = "id,bill.city,bill.land,new\n1,Bonn,DE,\n2,,,[1]\n3,Rom,,2\n";
        assert_eq!((text.as_str(), note), (wanted, None));
    }

    #[test]
    fn fields_without_a_column_are_named_in_one_note() {
        let (text, note) = printed(false, PAGES);
        assert_eq!(text, "id,bill.city\n1,Bonn\n2,\n3,Rom\n");
        let wanted = "left out, as rc does not know them: bill.land, new; --all-columns adds them";
        assert_eq!(note.as_deref(), Some(wanted));
        assert_eq!(printed(false, &[&[r#"{"id":1}"#]]).1, None);
    }
}
