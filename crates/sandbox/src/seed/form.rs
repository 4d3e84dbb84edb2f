//! Forms: JSON texts with blanks, to be filled in.
//!
//! A form is made from a specimen, which is a record made the normal way with
//! marks in it: where a mark stands, there is a blank. What a record says is
//! so told in one place only, and thousands of records of one shape cost a few
//! copies each. Knows nothing of what records mean.

use std::fmt::{Display, Write as _};

use serde_json::Value;

use crate::storage::pack;

/// What blanks are filled in with, in a fixed order: JSON texts.
#[derive(Debug, Default)]
pub(super) struct Slips {
    text: String,
    ends: Vec<usize>,
}

impl Slips {
    /// The next slip is what is written.
    pub(super) fn written(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    /// The next slip is a number.
    pub(super) fn number(&mut self, number: impl Display) {
        self.written(|text| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{number}");
        });
    }

    /// The next slip is a text in which nothing needs escaping.
    pub(super) fn plain(&mut self, plain: impl Display) {
        self.written(|text| {
            let _ = write!(text, "\"{plain}\"");
        });
    }

    /// The next slip is a value.
    pub(super) fn value(&mut self, value: impl Into<Value>) {
        match value.into() {
            Value::String(text) if !needs_escape(&text) => self.plain(text),
            other => self.number(other),
        }
    }

    fn get(&self, place: usize) -> &str {
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[begin..self.ends[place]]
    }
}

fn needs_escape(text: &str) -> bool {
    text.bytes()
        .any(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
}

/// A text with blanks.
#[derive(Debug)]
pub(super) struct TextForm {
    text: Box<str>,
    /// Where the text is interrupted, and by which slip.
    blanks: Box<[(usize, usize)]>,
}

impl TextForm {
    /// The form of a specimen, with a blank wherever a value is one of these
    /// marks.
    pub(super) fn new(specimen: &str, marks: &Slips) -> Self {
        let mut text = String::with_capacity(specimen.len());
        let mut blanks = Vec::new();
        pack::tokens(specimen, |token, is_value| {
            let mut slips = 0..marks.ends.len();
            match slips.find(|place| is_value && token != "null" && marks.get(*place) == token) {
                Some(place) => blanks.push((text.len(), place)),
                None => text.push_str(token),
            }
        });
        Self {
            text: text.into(),
            blanks: blanks.into(),
        }
    }

    /// Writes the text with its blanks filled in.
    pub(super) fn fill(&self, slips: &Slips, out: &mut String) {
        let mut begin = 0;
        for (end, slip) in &self.blanks {
            out.push_str(&self.text[begin..*end]);
            out.push_str(slips.get(*slip));
            begin = *end;
        }
        out.push_str(&self.text[begin..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slips(values: [Value; 2]) -> Slips {
        let mut slips = Slips::default();
        for value in values {
            slips.value(value);
        }
        slips
    }

    #[test]
    fn a_form_has_a_blank_wherever_a_mark_stands_and_only_there() {
        let specimen = r#"{"id":99,"name":"‹name›","same":{"id":[99,1,null]},"text":"x ‹name›"}"#;
        let form = TextForm::new(specimen, &slips(["‹name›".into(), 99.into()]));
        let mut out = String::new();
        form.fill(&slips(["Zoë \"Z\"".into(), 7.into()]), &mut out);
        let wanted = r#"{"id":7,"name":"Zoë \"Z\"","same":{"id":[7,1,null]},"text":"x ‹name›"}"#;
        assert_eq!(out, wanted);
    }
}
