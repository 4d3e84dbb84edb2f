//! The text of a journal: a head that counts its records, and one line for each
//! record, with its number and a checksum.
//!
//! Takes bytes; returns the steps in them, or where they are damaged. It opens
//! no files. The journals of earlier versions, lines of a checksum and a step
//! without head and numbers, are still read.

use std::ops::Range;

/// How a head begins.
const MARK: &str = "rc-journal 1 ";

/// The length of a head, with the end of its line.
pub(crate) const HEAD: u64 = MARK.len() as u64 + 16 + 1 + 16 + 1;

/// Where in a head the count is.
pub(crate) const COUNT_AT: u64 = HEAD - 17;

/// The beginning of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JournalHead {
    /// What the data file calls it by.
    pub(crate) id: u64,
    /// The number of the last record that was written whole.
    pub(crate) count: u64,
}

/// A journal, read.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// Its head; journals of earlier versions have none.
    pub(crate) head: Option<JournalHead>,
    /// Numbers of its records, and where their steps are in the text.
    pub(crate) records: Vec<(u64, Range<usize>)>,
    /// The number and the length of a last record that is not whole.
    pub(crate) torn: Option<(u64, usize)>,
}

impl Journal {
    /// Whether no record was ever written to it.
    pub(crate) fn holds_nothing(&self) -> bool {
        let counted = self.head.is_some_and(|head| head.count > 0);
        self.records.is_empty() && self.torn.is_none() && !counted
    }
}

impl JournalHead {
    /// The head as it is written.
    pub(crate) fn line(self) -> String {
        format!("{MARK}{:016x} {}\n", self.id, self.count_text())
    }

    /// The count as it is written.
    pub(crate) fn count_text(self) -> String {
        format!("{:016x}", self.count)
    }

    fn read(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?.strip_prefix(MARK)?;
        let (id, count) = text.split_once(' ')?;
        Some(Self {
            id: number(id)?,
            count: number(count)?,
        })
    }
}

/// A record as it is written.
pub(crate) fn line(number: u64, step: &str) -> String {
    let sum = sum(format!("{number:016x} {step}").as_bytes());
    format!("{number:016x} {sum:016x} {step}\n")
}

/// Reads a journal.
///
/// # Errors
/// What is damaged, with the number of the line.
pub(crate) fn read(bytes: &[u8]) -> Result<Journal, String> {
    let mut journal = Journal::default();
    let mut at = 0;
    for (place, whole) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let start = at;
        at += whole.len();
        if place == 0 && whole.starts_with(MARK.as_bytes()) {
            let head = whole.strip_suffix(b"\n").and_then(JournalHead::read);
            journal.head = Some(head.ok_or("line 1, the header, is damaged")?);
            continue;
        }
        let last = journal.records.last().map(|(number, _)| *number);
        let is_numbered = journal.head.is_some();
        let Some(line) = whole.strip_suffix(b"\n") else {
            let next = last.or(journal.head.map(|head| head.count));
            let next = next.map_or(1, |last| last.saturating_add(1));
            if !begins(whole, next, is_numbered && last.is_some()) {
                return Err(format!("line {} is damaged", place + 1));
            }
            journal.torn = Some((next, whole.len()));
            break;
        };
        let found = if is_numbered {
            numbered(line)
        } else {
            unnumbered(line).map(|step| (last.unwrap_or(0) + 1, step))
        };
        let (number, step) = found.ok_or_else(|| format!("line {} is damaged", place + 1))?;
        match last {
            Some(last) if number <= last => {
                return Err(format!("line {} repeats record {number}", place + 1));
            }
            Some(last) if number > last.saturating_add(1) => {
                return Err(format!(
                    "line {}: record {} is missing",
                    place + 1,
                    last + 1
                ));
            }
            _ => {}
        }
        let end = start + line.len();
        journal.records.push((number, end - step..end));
    }
    Ok(journal)
}

/// Whether a text that breaks off could be the beginning of the next record.
fn begins(text: &[u8], next: u64, is_known: bool) -> bool {
    let wanted = format!("{next:016x} ");
    let length = text.len().min(wanted.len());
    let hexadecimal = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b' ';
    if is_known {
        text[..length] == wanted.as_bytes()[..length]
    } else {
        text[..length].iter().all(hexadecimal)
    }
}

/// The number of a record and the length of its step, if the line is as it was
/// written.
fn numbered(line: &[u8]) -> Option<(u64, usize)> {
    let text = std::str::from_utf8(line).ok()?;
    let (first, rest) = text.split_once(' ')?;
    let (print, step) = rest.split_once(' ')?;
    let found = number(first)?;
    let expected = sum(format!("{found:016x} {step}").as_bytes());
    (number(print)? == expected).then_some((found, step.len()))
}

/// The length of the step in a line of an earlier version.
fn unnumbered(line: &[u8]) -> Option<usize> {
    let (print, step) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    (number(print)? == sum(step.as_bytes())).then_some(step.len())
}

fn number(text: &str) -> Option<u64> {
    let is_whole = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_whole.then(|| u64::from_str_radix(text, 16).ok())?
}

/// A number that another text is unlikely to have: FNV-1a.
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(numbers: impl IntoIterator<Item = u64>) -> String {
        let head = JournalHead { id: 7, count: 3 }.line();
        assert_eq!(head.len() as u64, HEAD);
        assert_eq!(
            &head[usize::try_from(COUNT_AT).unwrap()..],
            "0000000000000003\n"
        );
        let lines = numbers.into_iter().map(|number| line(number, "{\"a\":1}"));
        head + &lines.collect::<String>()
    }

    #[test]
    fn journal_is_read_as_it_was_written() {
        let text = text(4..7);
        let journal = read(text.as_bytes()).unwrap();
        assert_eq!(journal.head, Some(JournalHead { id: 7, count: 3 }));
        let steps = journal.records.iter();
        let steps: Vec<_> = steps
            .map(|(number, at)| (*number, &text[at.clone()]))
            .collect();
        let expected = [4, 5, 6].map(|number| (number, "{\"a\":1}"));
        assert_eq!(steps, expected);
        assert_eq!(journal.torn, None);
    }

    #[test]
    fn every_changed_byte_is_found_or_leaves_a_torn_end() {
        let whole = text(4..7).into_bytes();
        for at in 0..whole.len() {
            for change in [1, 0x80] {
                let mut damaged = whole.clone();
                damaged[at] ^= change;
                if let Ok(journal) = read(&damaged) {
                    let is_head = (at as u64) < HEAD;
                    let is_end = at + 1 == whole.len() && journal.torn.is_some();
                    assert!(is_head || is_end, "byte {at}");
                }
            }
        }
    }

    #[test]
    fn missing_and_repeated_records_are_damage() {
        for (numbers, why) in [
            (vec![1, 3], "line 3: record 2 is missing"),
            (vec![1, 2, 2], "line 4 repeats record 2"),
            (vec![2, 1], "line 3 repeats record 1"),
        ] {
            assert_eq!(read(text(numbers).as_bytes()).unwrap_err(), why);
        }
    }

    #[test]
    fn only_the_beginning_of_the_next_record_may_be_torn() {
        let whole = text(4..7);
        let before = text(4..6).len();
        for end in before + 1..whole.len() {
            let journal = read(&whole.as_bytes()[..end]).unwrap();
            assert_eq!(journal.torn, Some((6, end - before)));
        }
        assert!(read((text(4..6) + "garbage").as_bytes()).is_err());
    }

    #[test]
    fn journal_of_an_earlier_version_is_read() {
        let line = |step: &str| format!("{:016x} {step}\n", sum(step.as_bytes()));
        let text = line("{}") + &line("{\"b\":2}") + "00";
        let journal = read(text.as_bytes()).unwrap();
        assert_eq!(journal.head, None);
        let numbers: Vec<u64> = journal.records.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(journal.torn, Some((3, 2)));
    }
}
