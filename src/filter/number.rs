//! `tonumber` of usual texts: one step instead of the twenty of its definition.
//!
//! In comes a text, out comes its number where it is one as JSON writes it, and `null`
//! otherwise: then the definition decides, which knows the other texts and the errors.

use jaq_core::native::{self, Fun, bome, v};
use jaq_json::{Val, read};

use super::builtins::Data;
use super::scan::JsonScanner;

/// The native that `tonumber` tries first.
pub(super) fn native() -> Fun<Data> {
    native::run(("__number", v(0), |cv| {
        let number = match &cv.1 {
            Val::TStr(text) => number(text),
            _ => None,
        };
        bome(Ok(number.unwrap_or(Val::Null)))
    }))
}

/// The number that a text is, without white space around it.
fn number(text: &[u8]) -> Option<Val> {
    let is_begun = matches!(text.first()?, b'-' | b'0'..=b'9');
    let is_whole = || JsonScanner::new(text).value() == Some(0..text.len());
    if !is_begun || !is_whole() {
        return None;
    }
    read::parse_single(text).ok()
}

#[cfg(test)]
mod tests {
    use crate::filter::Jq;
    use crate::filter::value::write_json;

    fn results(filter: &str, record: &str) -> String {
        let mut out = String::new();
        let jq = Jq::compile(filter).unwrap();
        let end = jq.run(record.as_bytes(), &mut |value| write_json(value, &mut out));
        format!("{out} {end:?}")
    }

    #[test]
    fn text_becomes_the_number_of_the_definition() {
        for text in [
            "0",
            "-0",
            "1.50",
            "1e5",
            "-1.5E-3",
            "12345678901234567890123",
            "01",
            "1.",
            ".5",
            "+1.5",
            "-",
            "--1",
            "1x",
            "1 2",
            " 7 ",
            "nan",
            "NaN",
            "-nan",
            "Infinity",
            "null",
            "true",
            "[1]",
            "\\\"1\\\"",
            "",
            " ",
            "é",
            "1\\u0000",
            "0x10",
            "1_000",
        ] {
            let record = format!("{{\"a\":\"{text}\"}}");
            let quick = results(".a | try tonumber catch \"no\"", &record);
            let defined = results(".a | try __tonumber catch \"no\"", &record);
            assert_eq!(quick, defined, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_text_stays_or_is_refused() {
        assert_eq!(results(".a | tonumber", "{\"a\":1.10}"), "1.10 Ok(More)");
        for record in ["{\"a\":null}", "{\"a\":[1]}", "{\"a\":true}", "{\"a\":{}}"] {
            assert_eq!(
                results(".a | tonumber", record),
                results(".a | __tonumber", record)
            );
            assert!(
                results(".a | tonumber", record).contains("is no number"),
                "{record}"
            );
        }
    }
}
