//! One object for people: a line for each value, its path before it. Paths are
//! those that `--columns` takes, so what is seen can be asked for.
//!
//! Objects, and lists of objects, are opened; a list of plain values stays one
//! line of JSON. Values are never cut: who asks for one object wants all of it.

use unicode_width::UnicodeWidthStr;

use crate::catalog::{Tones, tones_at};
use crate::error::{Error, Result};
use crate::filter::{Cell, Columns, Misfit, items, members};

use super::destination::OutputDestination;
use super::grid::{Grid, Lane, Overflow, StyledCell};
use super::palette::{KEY, tone_style};
use super::{FormatWriter, Style, visible};

/// Deeper values stay JSON.
const DEEPEST: usize = 16;

/// Widest name that the other lines make room for.
const WIDEST: usize = 56;

/// Writes objects as names and values.
#[derive(Debug)]
pub(super) struct Detail {
    to: OutputDestination,
    style: Style,
    columns: Option<Columns>,
    count: u64,
    lines: String,
}

/// A value and the path that leads to it.
type PathValue<'a> = (String, Cell<'a>);

impl Detail {
    /// Shows all there is, or only the columns that were chosen.
    pub(super) const fn new(to: OutputDestination, style: Style, columns: Option<Columns>) -> Self {
        Self {
            to,
            style,
            columns,
            count: 0,
            lines: String::new(),
        }
    }

    fn entries<'a>(&self, record: &'a str) -> Result<Vec<PathValue<'a>>, Misfit> {
        let mut entries = Vec::new();
        if let Some(columns) = &self.columns {
            let mut cells = Vec::new();
            columns.extract(record, &mut cells)?;
            let names = columns.list().iter().map(|column| column.name.clone());
            entries.extend(names.zip(cells));
        } else {
            open(record, "", 0, &mut entries)?;
        }
        Ok(entries)
    }

    fn print(&mut self, entries: &[PathValue<'_>]) -> Result<()> {
        let rows: Vec<Vec<StyledCell<'_>>> = entries
            .iter()
            .enumerate()
            .map(|(at, (path, cell))| {
                let tone = self.tones(at, path).of(cell.text());
                let name = StyledCell::new(visible::one_line(path), KEY);
                let value = StyledCell::new(visible::one_line(cell.text()), tone_style(tone));
                vec![name, value]
            })
            .collect();
        let widest = rows.iter().map(|row| row[0].text.width()).max();
        let width = widest.unwrap_or(0).min(WIDEST);
        let lanes = [width, 1].map(|width| Lane {
            width,
            right: false,
        });
        let grid = Grid::new(lanes.to_vec(), Overflow::Spill, self.style.colour);
        self.lines.clear();
        grid.draw(&rows, &mut self.lines);
        self.to.text(&self.lines)
    }

    /// The tones of an entry: those of its column, else those of its path.
    fn tones(&self, at: usize, path: &str) -> Tones {
        let columns = self.columns.as_ref().map(Columns::list);
        let column = columns.and_then(|list| list.get(at));
        column.map_or_else(|| tones_at(None, path), |column| column.tones)
    }
}

/// Adds what a value holds, opening what has parts.
fn open<'a>(
    json: &'a str,
    path: &str,
    depth: usize,
    entries: &mut Vec<PathValue<'a>>,
) -> Result<(), Misfit> {
    let below = |segment: &str| {
        if path.is_empty() {
            segment.to_owned()
        } else {
            format!("{path}.{segment}")
        }
    };
    let before = entries.len();
    if depth < DEEPEST && json.starts_with('{') {
        for (key, value) in members(json)? {
            open(value, &below(&key), depth + 1, entries)?;
        }
    } else if depth < DEEPEST && json.starts_with('[') {
        let items = items(json)?;
        if items.iter().any(|item| item.starts_with('{')) {
            for (index, item) in items.iter().enumerate() {
                open(item, &below(&index.to_string()), depth + 1, entries)?;
            }
        }
    }
    if entries.len() == before {
        entries.push((path.to_owned(), Cell::from_json(json)));
    }
    Ok(())
}

impl FormatWriter for Detail {
    fn record(&mut self, record: &str) -> Result<()> {
        if self.count > 0 {
            self.to.line("")?;
        }
        self.count += 1;
        if !record.starts_with('{') {
            let cell = Cell::from_json(record);
            return self.to.line(&visible::one_line(cell.text()));
        }
        let entries = self.entries(record).map_err(|misfit| match misfit {
            Misfit::Unreadable(error) => {
                Error::unexpected("the record cannot be read").caused_by(error)
            }
            Misfit::Stranger(key) => Error::unexpected(format!("the record has the key `{key}`")),
        })?;
        self.print(&entries)
    }

    fn page_end(&mut self) -> Result<()> {
        self.to.let_out()
    }

    fn finish(&mut self) -> Result<()> {
        self.to.let_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{EYES, KeptText};

    fn printed(style: Style, columns: Option<&str>, records: &[&str]) -> String {
        let paper = KeptText::default();
        let columns = columns.map(|text| Columns::parse(text, None, &[]).unwrap());
        let mut sink = Detail::new(paper.destination(), style, columns);
        for record in records {
            sink.record(record).unwrap();
        }
        sink.finish().unwrap();
        paper.text()
    }

    const ORDER: &str = r#"{"id":12345678901234567890,"price":"10.00","note":null,
        "customer":{"email":"a@b","tags":[]},"ids":[1, 2],
        "items":[{"sku":"x"},{"sku":"y\nz"}]}"#;

    #[test]
    fn values_stand_behind_their_paths() {
        assert_eq!(
            printed(Style::PLAIN, None, &[ORDER]),
            "id              12345678901234567890\n\
             price           10.00\n\
             note\n\
             customer.email  a@b\n\
             customer.tags   []\n\
             ids             [1,2]\n\
             items.0.sku     x\n\
             items.1.sku     y⏎z\n"
        );
    }

    #[test]
    fn the_paths_are_those_that_columns_take() {
        assert_eq!(
            printed(Style::PLAIN, Some("items.1.sku,id"), &[ORDER]),
            "items.1.sku  y⏎z\nid           12345678901234567890\n"
        );
    }

    #[test]
    fn nothing_is_cut_and_nothing_steers_the_terminal() {
        let long = "x".repeat(300);
        let record = format!(r#"{{"a":"{long}\u001b[2J"}}"#);
        assert_eq!(printed(EYES, None, &[&record]), format!("a  {long}␛[2J\n"));
    }

    #[test]
    fn a_bare_number_is_printed_as_it_is() {
        assert_eq!(printed(EYES, None, &["10"]), "10\n");
    }

    #[test]
    fn several_objects_have_a_line_between_them() {
        assert_eq!(
            printed(EYES, None, &[r#"{"a":1}"#, r#"{"a":2}"#]),
            "a  1\n\na  2\n"
        );
    }

    #[test]
    fn deep_nesting_stays_json() {
        let deep = format!("{{\"a\":{}1{}}}", "{\"b\":".repeat(5000), "}".repeat(5000));
        assert!(printed(EYES, None, &[&deep]).starts_with("a.b.b."));
    }
}
