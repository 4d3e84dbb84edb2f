//! The variables of a filter: values under names, as `--arg` and `--argjson`
//! have them.
//!
//! In come names and texts; a filter finds them as `$NAME`, and all of them in
//! `$ARGS.named`. A value is read once, when it is given, and keeps its digits.

use jaq_json::{Map, Val, read};
use serde::de::IgnoredAny;

use crate::error::{Error, Result};

use super::jq::{DEEPEST, nested_deeper_than};
use super::value::write_json;

/// Names that a filter knows already.
const TAKEN: [&str; 3] = ["ARGS", "ENV", "__loc__"];

/// The variable that contains all of them.
const ALL: &str = "$ARGS";

/// Values under names.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    named: Vec<(String, Val)>,
}

impl Variables {
    /// Adds a text, as `--arg` gives it.
    ///
    /// # Errors
    /// A usage error when the name is none, or is given already.
    pub fn text(&mut self, name: &str, value: &str) -> Result<()> {
        self.free("--arg", name)?;
        self.add(name, Val::utf8_str(value.to_owned()));
        Ok(())
    }

    /// Adds a JSON value, as `--argjson` gives it.
    ///
    /// # Errors
    /// A usage error when the name is none, or is given already; when the
    /// value is not JSON, with the place.
    pub fn json(&mut self, name: &str, value: &str) -> Result<()> {
        self.free("--argjson", name)?;
        if nested_deeper_than(DEEPEST, value.as_bytes()) {
            return Err(Error::usage(format!(
                "--argjson {name}: the value is nested deeper than {DEEPEST} levels"
            )));
        }
        // jaq reads more than JSON, and tells no place.
        if let Err(flaw) = serde_json::from_str::<IgnoredAny>(value) {
            return Err(
                Error::usage(format!("--argjson {name}: the value is not JSON: {flaw}")).hint(
                    format!(
                        "for a text use --arg {name} TEXT; JSON text needs its quotes, like \
                         '\"text\"'"
                    ),
                ),
            );
        }
        let read = read::parse_single(value.as_bytes());
        let read = read.map_err(|error| {
            Error::usage(format!("--argjson {name}: the value is not JSON: {error}"))
        })?;
        self.add(name, read);
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// The flags that give them once more, each value as `quote` has it.
    pub fn as_flags(&self, quote: impl Fn(&str) -> String) -> Vec<String> {
        let flags = self.named.iter().map(|(name, value)| match value {
            Val::TStr(text) => {
                let text = String::from_utf8_lossy(text);
                format!("--arg {name} {}", quote(&text))
            }
            value => {
                let mut text = String::new();
                // Not deeper than it was when it was read.
                let _ = write_json(value, &mut text);
                format!("--argjson {name} {}", quote(&text))
            }
        });
        flags.collect()
    }

    /// How a filter names them.
    pub(super) fn names(&self) -> Vec<String> {
        let named = self.named.iter().map(|(name, _)| format!("${name}"));
        named.chain([ALL.to_owned()]).collect()
    }

    /// Their values, in the order of [`Variables::names`].
    pub(super) fn values(&self) -> Vec<Val> {
        let text = |name: &str| Val::utf8_str(name.to_owned());
        let named = self
            .named
            .iter()
            .map(|(name, value)| (text(name), value.clone()));
        let all: Map = [
            (text("positional"), std::iter::empty().collect()),
            (text("named"), Val::obj(named.collect())),
        ]
        .into_iter()
        .collect();
        let values = self.named.iter().map(|(_, value)| value.clone());
        values.chain([Val::obj(all)]).collect()
    }

    fn add(&mut self, name: &str, value: Val) {
        self.named.push((name.to_owned(), value));
    }

    /// Refuses what is not a name, and a name that is given twice, which would
    /// leave one of the two out.
    fn free(&self, flag: &str, name: &str) -> Result<()> {
        if !is_name(name) {
            let error = Error::usage(format!("{flag} {name}: not a valid variable name"));
            return Err(error.hint(match name.strip_prefix('$') {
                Some(bare) if is_name(bare) => {
                    format!("leave out the $ here: {flag} {bare} …; the filter uses {name}")
                }
                _ => "a name has letters, digits and _, and does not begin with a digit".to_owned(),
            }));
        }
        if TAKEN.contains(&name) {
            return Err(Error::usage(format!(
                "{flag} {name}: ${name} has a predefined meaning in a filter"
            ))
            .hint("take another name"));
        }
        if self.named.iter().any(|(known, _)| known == name) {
            return Err(Error::usage(format!(
                "{flag} {name}: ${name} is given twice"
            )));
        }
        Ok(())
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::filter::Jq;

    fn given(texts: &[(&str, &str)], json: &[(&str, &str)]) -> Variables {
        let mut variables = Variables::default();
        for (name, value) in texts {
            variables.text(name, value).unwrap();
        }
        for (name, value) in json {
            variables.json(name, value).unwrap();
        }
        variables
    }

    fn results(filter: &str, variables: &Variables) -> Vec<String> {
        let mut results = Vec::new();
        let jq = Jq::compile_with(filter, variables).unwrap();
        for record in ["1", "2"] {
            jq.run(record.as_bytes(), &mut |value| {
                let mut text = String::new();
                write_json(value, &mut text)?;
                results.push(text);
                Ok(())
            })
            .unwrap();
        }
        results
    }

    fn refused(result: Result<()>) -> Error {
        let error = result.unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        error
    }

    #[test]
    fn every_record_finds_them() {
        let variables = given(&[("a", "x"), ("empty", "")], &[("more", r#"{"n":1.10}"#)]);
        assert_eq!(
            results("[., $a, $empty, $more.n]", &variables),
            [r#"[1,"x","",1.10]"#, r#"[2,"x","",1.10]"#]
        );
    }

    #[test]
    fn they_stand_together_in_the_order_given() {
        let variables = given(&[("z", "1"), ("a", "é\n")], &[("m", "null")]);
        assert_eq!(
            results("$ARGS.named", &variables)[0],
            r#"{"z":"1","a":"é\n","m":null}"#
        );
        assert_eq!(
            results("$ARGS", &Variables::default())[0],
            r#"{"positional":[],"named":{}}"#
        );
    }

    #[test]
    fn a_text_is_never_read_as_anything_else() {
        let variables = given(&[("a", "5"), ("b", ". | env")], &[]);
        assert_eq!(results("[$a, $b]", &variables)[0], r#"["5",". | env"]"#);
    }

    #[test]
    fn a_filter_may_shadow_them() {
        let variables = given(&[("a", "x")], &[]);
        assert_eq!(results("[(5 as $a | $a), $a]", &variables)[0], r#"[5,"x"]"#);
        assert_eq!(results("def f($a): $a; f(7)", &variables)[0], "7");
    }

    #[test]
    fn words_of_the_language_are_names_too() {
        let variables = given(&[("and", "x"), ("_", "y"), ("A1", "z")], &[]);
        assert_eq!(
            results("[$and, $_, $A1]", &variables)[0],
            r#"["x","y","z"]"#
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", "1a", "a-b", "a b", "ä", "a.b", "$a"] {
            let error = refused(Variables::default().text(name, "x"));
            assert!(error.message.starts_with("--arg "), "{error}");
            assert_eq!(error.hints.len(), 1, "{name}");
        }
        let error = refused(Variables::default().json("$a", "1"));
        assert!(error.hints[0].contains("--argjson a"), "{error:?}");
        for name in TAKEN {
            refused(Variables::default().text(name, "x"));
        }
    }

    #[test]
    fn a_name_that_is_given_twice_is_refused() {
        let mut variables = given(&[("a", "x")], &[]);
        let error = refused(variables.json("a", "1"));
        assert_eq!(error.message, "--argjson a: $a is given twice");
    }

    #[test]
    fn json_that_does_not_parse_is_told_with_its_place() {
        for (value, place) in [
            ("{\"a\":}", "line 1 column 6"),
            ("[1,\n 2", "line 2 column 2"),
            ("", "line 1 column 0"),
            ("hello", "line 1 column 1"),
            ("NaN", "line 1 column 1"),
            ("1 2", "line 1 column 3"),
        ] {
            let error = refused(Variables::default().json("v", value));
            assert!(error.message.starts_with("--argjson v: "), "{error}");
            assert!(error.message.contains(place), "{value}: {error}");
        }
        let deep = "[".repeat(100_000);
        refused(Variables::default().json("v", &deep));
    }

    #[test]
    fn a_variable_that_is_not_there_names_the_nearest() {
        let variables = given(&[("customer", "1")], &[]);
        let error = Jq::compile_with(".a == $custmer", &variables).unwrap_err();
        assert_eq!(
            error.message,
            "jq filter, line 1, column 7: undefined variable `$custmer`"
        );
        assert_eq!(error.hints.last().unwrap(), "did you mean `$customer`?");
        let error = Jq::compile_with(".[] as $price | $pirce", &variables).unwrap_err();
        assert_eq!(error.hints.last().unwrap(), "did you mean `$price`?");
        let error = Jq::compile_with("$x", &variables).unwrap_err();
        assert_eq!(error.hints.last().unwrap(), "--arg x VALUE gives it one");
    }
}
