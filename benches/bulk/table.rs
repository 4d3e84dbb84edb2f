//! Tables of discounts, with and without flaws on known lines.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

const HEADER: &str = "code,value,value_type,status,starts_at,ends_at,prerequisite_subtotal_min,\
                      usage_limits.one_application_per_customer";

/// What is wrong with a row of a table on purpose.
#[derive(Clone, Copy)]
pub enum Flaw {
    None,
    Amount,
    Word,
    Day,
    Missing,
    Twin,
    Short,
}

impl Flaw {
    /// Some hundred rows among a million have one.
    pub fn of(row: u64) -> Self {
        if row % 1_999 != 1_000 {
            return Self::None;
        }
        let all = [
            Self::Amount,
            Self::Word,
            Self::Day,
            Self::Missing,
            Self::Twin,
            Self::Short,
        ];
        all[usize::try_from(row / 1_999).expect("small") % all.len()]
    }

    /// The column that is informed of it.
    const fn column(self) -> &'static str {
        match self {
            Self::Amount => "value",
            Self::Word => "value_type",
            Self::Day => "ends_at",
            Self::Missing | Self::Twin => "code",
            Self::None | Self::Short => "",
        }
    }
}

/// Writes a table of discounts; says the line and the column of each row with a
/// flaw. Some cells go over two lines, and some lines are empty, so that a line
/// is not simply the number of a row.
pub fn table(path: &Path, rows: u64, flaw: impl Fn(u64) -> Flaw) -> Vec<(u64, String)> {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    writeln!(file, "{HEADER}").expect("room");
    let (mut line, mut known) = (2, Vec::new());
    let mut text = String::new();
    for row in 0..rows {
        let flaw = flaw(row);
        text.clear();
        if row % 10_007 == 10_006 {
            text.push('\n');
            line += 1;
        }
        if !matches!(flaw, Flaw::None) {
            known.push((line, flaw.column().to_owned()));
        }
        line += 1 + write_row(&mut text, row, flaw);
        file.write_all(text.as_bytes()).expect("room");
    }
    file.flush().expect("room");
    known
}

/// Gives the line ends within the row.
fn write_row(text: &mut String, row: u64, flaw: Flaw) -> u64 {
    let number = if matches!(flaw, Flaw::Twin) {
        row - 700
    } else {
        row
    };
    let _ = match flaw {
        Flaw::Missing => write!(text, ","),
        _ if row % 1_000 == 5 => write!(text, "\"TWO\nLINES-{number}\","),
        _ => write!(text, "SPRING-{number:07},"),
    };
    let value = if matches!(flaw, Flaw::Amount) {
        "12,5x"
    } else {
        "12.50"
    };
    let kind = if matches!(flaw, Flaw::Word) {
        "percent"
    } else {
        "percentage"
    };
    let ends = if matches!(flaw, Flaw::Day) {
        "2026-02-31"
    } else {
        "2026-12-31"
    };
    let _ = write!(
        text,
        "\"{value}\",{kind},enabled,2026-12-01T00:00:00Z,{ends}"
    );
    if !matches!(flaw, Flaw::Short) {
        let _ = write!(text, ",{},{}", row % 90 + 10, row.is_multiple_of(2));
    }
    text.push('\n');
    u64::from(row % 1_000 == 5 && !matches!(flaw, Flaw::Missing))
}
