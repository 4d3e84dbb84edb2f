//! A record with some of its fields only, as JSON.
//!
//! Takes a record as JSON text and a tree of wanted paths; returns JSON with what
//! they lead to, nested and in the order of the record. Values keep their bytes.

use super::extract::{self, Branch, Misfit};

/// The parts of a record that the branches lead to.
///
/// # Errors
/// When the record is not an object.
pub(super) fn project(record: &str, branches: &[Branch]) -> Result<String, Misfit> {
    let mut out = String::with_capacity(record.len() / 4);
    object(record, branches, &mut out)?;
    Ok(out)
}

fn object(text: &str, branches: &[Branch], out: &mut String) -> Result<(), Misfit> {
    out.push('{');
    let mut is_first = true;
    for (key, value) in extract::members(text)? {
        let Some(branch) = branches.iter().find(|branch| branch.segment == key) else {
            continue;
        };
        if !is_first {
            out.push(',');
        }
        is_first = false;
        out.push_str(&serde_json::Value::from(&*key).to_string());
        out.push(':');
        part(value, branch, out)?;
    }
    out.push('}');
    Ok(())
}

/// A value as a whole where a path ends there, else the parts that paths lead to;
/// of a list those of each item.
fn part(value: &str, branch: &Branch, out: &mut String) -> Result<(), Misfit> {
    if !branch.columns.is_empty() {
        out.push_str(value);
    } else if value.starts_with('{') {
        object(value, &branch.branches, out)?;
    } else if value.starts_with('[') {
        list(value, branch, out)?;
    } else {
        // The path leads through nothing.
        out.push_str("null");
    }
    Ok(())
}

/// The items that paths number, or else the parts of each.
fn list(value: &str, branch: &Branch, out: &mut String) -> Result<(), Misfit> {
    let is_numbered = branch.branches.iter().any(|one| one.index().is_some());
    out.push('[');
    let mut is_first = true;
    for (index, item) in extract::items(value)?.into_iter().enumerate() {
        let mut numbered = branch.branches.iter();
        let of_item = numbered.find(|one| one.index() == Some(index));
        if is_numbered && of_item.is_none() {
            continue;
        }
        if !is_first {
            out.push(',');
        }
        is_first = false;
        part(item, of_item.unwrap_or(branch), out)?;
    }
    out.push(']');
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::filter::Columns;

    fn projected(columns: &str, record: &str) -> String {
        let columns = Columns::parse(columns, None, &[]).unwrap();
        columns.project(record).unwrap()
    }

    #[test]
    fn fields_keep_their_nesting_order_and_bytes() {
        let record = r#"{"id":1.10,"a":{"b":2,"c":{"d":"\u00e9","e":4}},"list":[{"t":1,"u":2},{"u":3}],"n":null}"#;
        for (columns, expected) in [
            ("id", r#"{"id":1.10}"#),
            ("n,id", r#"{"id":1.10,"n":null}"#),
            ("a.c.d,a.b", r#"{"a":{"b":2,"c":{"d":"\u00e9"}}}"#),
            ("a", r#"{"a":{"b":2,"c":{"d":"\u00e9","e":4}}}"#),
            ("list.t", r#"{"list":[{"t":1},{}]}"#),
            ("list.1.u", r#"{"list":[{"u":3}]}"#),
            ("list.0", r#"{"list":[{"t":1,"u":2}]}"#),
            ("list.7.u", r#"{"list":[]}"#),
            ("n.x", r#"{"n":null}"#),
            ("id.x", r#"{"id":null}"#),
            ("missing", "{}"),
        ] {
            assert_eq!(projected(columns, record), expected, "{columns}");
        }
    }

    #[test]
    fn record_that_is_not_an_object_has_no_fields() {
        let columns = Columns::parse("id", None, &[]).unwrap();
        assert!(columns.project("[1]").is_err());
        assert!(columns.project("1").is_err());
    }
}
