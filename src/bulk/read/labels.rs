//! Rows of a template that explain its columns. In the templates of Recharge's
//! own import the first column is called `HEADER`, and has a label in rows that
//! are no data: what is required, an explanation, an example.

/// The heading of a column of labels, in lower case.
const HEADING: &str = "header";

/// The labels of rows that are no data, in lower case.
const LABELS: [&str; 8] = [
    "required",
    "required?",
    "explanation",
    "explanations",
    "options",
    "option",
    "example",
    "examples",
];

/// Whether a heading is that of a column of labels.
pub(in crate::bulk) fn is_heading(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(HEADING)
}

/// Whether a row with this first cell explains the columns.
pub(super) fn is_label(cell: &str) -> bool {
    let cell = cell.trim().trim_end_matches(':');
    LABELS.iter().any(|label| cell.eq_ignore_ascii_case(label))
}

/// What the user is informed of such rows.
pub(super) fn note(rows: u64) -> Option<String> {
    match rows {
        0 => None,
        1 => Some("1 row that explains the template is left out".to_owned()),
        rows => Some(format!(
            "{rows} rows that explain the template are left out"
        )),
    }
}
