//! Values that are probably mistakes but can be intended: a charge on a day
//! that is past, a code that looks like a date. Counted over the rows that are
//! sent, and told as notes.

use jiff::civil::Date;

use super::draft::RowDraft;
use super::{letters, months};
use crate::api::request::Now;
use crate::catalog::ValueKind;

/// Values of one kind: how many, and the line and the text of the first.
#[derive(Debug, Default)]
struct Tally {
    count: u64,
    line: u64,
    text: String,
}

impl Tally {
    fn add(&mut self, line: u64, text: &str) {
        if self.count == 0 {
            (self.line, self.text) = (line, text.to_owned());
        }
        self.count += 1;
    }

    /// A note: what is said of one value, or of several.
    fn note(&self, one: &str, several: &str) -> Option<String> {
        let of = match self.count {
            0 => return None,
            1 => format!("1 {one}"),
            count => format!("{count} {several}"),
        };
        let Self { line, text, .. } = self;
        Some(format!("{of}, first on line {line}: {text}"))
    }
}

/// What was noticed so far.
#[derive(Debug)]
pub(super) struct Remarks {
    today: Date,
    past: Tally,
    dates: Tally,
}

impl Remarks {
    pub(super) fn new(now: &Now) -> Self {
        Self {
            today: now.instant.to_zoned(now.zone.clone()).date(),
            past: Tally::default(),
            dates: Tally::default(),
        }
    }

    /// Takes the values of a row that is sent.
    pub(super) fn take(&mut self, line: u64, draft: &RowDraft) {
        for given in &draft.values.given {
            let (parameter, words) = (given.parameter, &given.words);
            for word in words {
                match parameter.kind {
                    // Of days that the API refuses the shaper tells itself.
                    ValueKind::Day if !parameter.not_past && is_before(word, self.today) => {
                        self.past.add(line, word);
                    }
                    ValueKind::Text if letters::identifies(parameter) && is_date(word) => {
                        self.dates.add(line, word);
                    }
                    _ => {}
                }
            }
        }
    }

    /// What the user should be reported.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let past = self.past.note("day is in the past", "days are in the past");
        let dates = self.dates.note(
            "value looks like a date, as a spreadsheet makes of MAR10",
            "values look like dates, as a spreadsheet makes of MAR10",
        );
        past.into_iter().chain(dates)
    }
}

/// Whether a day is before another; words like `yesterday` are meant.
fn is_before(word: &str, today: Date) -> bool {
    let day = word.get(..10).and_then(|day| day.parse::<Date>().ok());
    day.is_some_and(|day| day < today)
}

/// `10-Mar`, `Mar-27` and `2027-03-10`: what spreadsheets show for a text that
/// they took for a day.
fn is_date(word: &str) -> bool {
    let is_day = word.len() == 10 && word.parse::<Date>().is_ok();
    is_day || months::is_short(word)
}
