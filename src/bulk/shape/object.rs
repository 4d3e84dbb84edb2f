//! Rows that are JSON objects, or that a filter makes such: their keys are
//! columns, and their values have types already.

use std::borrow::Cow;

use csv::StringRecord;
use serde_json::{Map, Value};

use super::layout::{self, ColumnRole};
use super::place::Place;
use super::{Shaped, Shaper, finding};
use crate::bulk::row::{CellMark, Finding, MarkedCell};
use crate::filter::{Cell, members, write_json};

/// Most keys that are kept with their meaning; a job has few, and rows whose
/// keys are data must not fill the memory.
const MOST_KEYS: usize = 4096;

/// What a key means.
#[derive(Debug, Clone)]
pub(super) enum KeyMeaning {
    /// Its value is there.
    At(Place, Option<usize>),
    /// Its value cannot be sent here, and is left out.
    Left,
    /// Its value is left out, as the user wants.
    Unwanted,
    /// It means nothing, for that reason.
    Unknown(String),
}

/// The cells of a table as an object, for a filter.
pub(super) fn of_cells(header: &[String], cells: &StringRecord) -> String {
    let pairs = header.iter().zip(cells);
    let object: Map<String, Value> = pairs
        .map(|(name, cell)| (name.clone(), cell.into()))
        .collect();
    Value::Object(object).to_string()
}

impl Shaper {
    /// A row that the filter makes of an object. `of_cells` says that the row
    /// was one of a table, where an empty text says nothing.
    pub(super) fn filtered(&mut self, line: u64, object: &str, of_cells: bool) -> Shaped {
        let wrong =
            |value: &str, problem: String| Shaped::Wrong(vec![finding(line, None, value, problem)]);
        let mut results = Vec::new();
        let Some(jq) = &self.shaping.jq else {
            return self.object(line, object, of_cells);
        };
        let ran = jq.run(object.as_bytes(), &mut |value| {
            let mut text = String::new();
            write_json(value, &mut text)?;
            results.push(text);
            Ok(())
        });
        match (ran, results.as_slice()) {
            (Err(error), _) => wrong(object, format!("--jq: {error}")),
            (Ok(_), []) => Shaped::LeftOut,
            (Ok(_), [one]) if one.starts_with('{') => self.object(line, one, of_cells),
            (Ok(_), [one]) => wrong(one, "--jq gave no object for this row".to_owned()),
            (Ok(_), more) => wrong(
                &more.join(" "),
                format!(
                    "--jq gave {} results for this row; expected one",
                    more.len()
                ),
            ),
        }
    }

    /// A row of a sheet that the filter makes again: it must not take a cell
    /// that could not be read.
    pub(super) fn filtered_marked(
        &mut self,
        line: u64,
        cells: &StringRecord,
        marks: &[MarkedCell],
    ) -> Shaped {
        let mut findings = Vec::new();
        for marked in marks {
            if let CellMark::Fault(problem) = &marked.mark {
                let column = self.header.get(marked.column).map(String::as_str);
                let cell = cells.get(marked.column).unwrap_or_default();
                findings.push(finding(line, column, cell, problem.clone()));
            }
        }
        if findings.is_empty() {
            let object = of_cells(&self.header, cells);
            return self.filtered(line, &object, true);
        }
        Shaped::Wrong(findings)
    }

    /// A row that is an object.
    pub(super) fn object(&mut self, line: u64, object: &str, of_cells: bool) -> Shaped {
        let Ok(members) = members(object) else {
            let problem = "not a JSON object".to_owned();
            return Shaped::Wrong(vec![finding(line, None, object, problem)]);
        };
        let mut findings = Vec::new();
        let mut taken: Vec<(Cow<'_, str>, Place)> = Vec::new();
        for (key, json) in members {
            let (place, lookup) = match self.key(&key) {
                KeyMeaning::Left | KeyMeaning::Unwanted => continue,
                KeyMeaning::Unknown(problem) => {
                    findings.push(finding(line, Some(&key), json, problem));
                    continue;
                }
                KeyMeaning::At(place, lookup) => (place, lookup),
            };
            let put = match self.taken(&taken, &place) {
                Some(other) => Err(format!("sets the same field as {other}")),
                None => self.json(&place, lookup, json, of_cells),
            };
            if let Err(problem) = put {
                findings.push(finding(line, Some(&key), json, problem));
            }
            taken.push((key, place));
        }
        self.count_trimmed(line);
        renamed(&taken, self.finished(line, findings))
    }

    fn taken(&self, taken: &[(Cow<'_, str>, Place)], place: &Place) -> Option<String> {
        let constants = self.constants.iter();
        let constant = constants
            .filter(|(_, other, _)| other.clashes(place))
            .map(|(name, ..)| format!("--const {name}"))
            .next();
        constant.or_else(|| {
            let other = taken.iter().find(|(_, other)| other.clashes(place));
            other.map(|(key, _)| key.to_string())
        })
    }

    fn json(
        &mut self,
        place: &Place,
        lookup: Option<usize>,
        json: &str,
        of_cells: bool,
    ) -> Result<(), String> {
        let cell = Cell::from_json(json);
        if let Some(lookup) = lookup {
            let table = &mut self.shaping.lookups[lookup].table;
            return self.draft.looked_up(place, cell.text(), table);
        }
        match cell {
            Cell::Empty => self.draft.null(place),
            Cell::Text(text) if self.shaping.null.as_deref() == Some(&*text) => {
                self.draft.null(place)
            }
            Cell::Text(text) if of_cells => self.draft.cell(place, &text),
            Cell::Text(text) => self.draft.text_in(place, &text),
            other => self.draft.json_at(place, other.text()),
        }
    }

    fn key(&mut self, key: &str) -> KeyMeaning {
        if let Some(known) = self.keys.get(key) {
            return known.clone();
        }
        let meaning = match layout::role(&self.names, key, &self.shaping.map) {
            (ColumnRole::At(place), _) => {
                KeyMeaning::At(place, layout::lookup_of(&self.shaping, key))
            }
            (ColumnRole::Left, true) => KeyMeaning::Left,
            (ColumnRole::Unwanted, _) => KeyMeaning::Unwanted,
            (ColumnRole::Nameless, _) => KeyMeaning::Unknown("a value without a name".to_owned()),
            (ColumnRole::Left, false) => KeyMeaning::Unknown(match self.names.meant(key) {
                Some(near) => format!("unknown; did you mean `{near}`?"),
                None => "unknown".to_owned(),
            }),
        };
        if self.keys.len() < MOST_KEYS {
            if matches!(meaning, KeyMeaning::Left) {
                self.left.insert(key.to_owned());
            }
            self.keys.insert(key.to_owned(), meaning.clone());
        }
        meaning
    }
}

/// Findings name columns as the input does.
fn renamed(taken: &[(Cow<'_, str>, Place)], shaped: Shaped) -> Shaped {
    let Shaped::Wrong(mut findings) = shaped else {
        return shaped;
    };
    for Finding { column, .. } in &mut findings {
        let Some(name) = column else { continue };
        let found = taken.iter().find(|(_, place)| {
            let parameter = place.parameter();
            parameter.is_some_and(|parameter| parameter.name == name)
        });
        if let Some((key, Place::Whole(_))) = found {
            *column = Some(key.clone().into_owned());
        }
    }
    Shaped::Wrong(findings)
}
