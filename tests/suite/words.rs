//! Plain words: standard terms in what users read, and one name for one type.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::literals::literals_in;

/// Words that a reader would have to learn here, and the term to use.
const UNWANTED: &[(&str, &str)] = &[
    ("anew", "again"),
    ("are told", "report, or show"),
    ("befall", "affect"),
    ("befalls", "affects"),
    ("found out", "detected"),
    ("go on", "continue, or resume"),
    ("goes on", "continues"),
    ("is at it", "is running"),
    ("is told", "is reported, or shown"),
    ("is no text", "is not text"),
    ("is no number", "is not a number"),
    ("is no utf-8", "is not valid UTF-8"),
    ("knows no", "has no, or does not support"),
    ("look into", "check"),
    ("nobody", "name who, or use the passive voice"),
    ("stand in", "be in"),
    ("stands in", "is in"),
    ("takes it back", "undoes it"),
    ("tells of", "describes, or matches"),
    ("told apart", "distinguished"),
    ("whoever", "anyone who"),
];

/// Texts that may have such a word, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "discounts go on queued charges only",
        "here a discount is put on a charge: nothing continues",
    ),
    ("nobody@example.com", "an address that no customer has"),
    (
        "This is a local stand-in for the BigCommerce API",
        "a stand-in is a noun of its own",
    ),
];

/// Whether a text has these words, each whole.
fn has(text: &str, words: &str) -> bool {
    let is_letter = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '-')
    };
    text.match_indices(words).any(|(at, _)| {
        !is_letter(text[..at].chars().next_back())
            && !is_letter(text[at + words.len()..].chars().next())
    })
}

/// The unwanted words of a text, with a place for the failure.
fn unwanted(place: &str, text: &str, found: &mut Vec<String>) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = EXCEPTIONS
        .iter()
        .fold(text, |text, (exception, _)| text.replace(exception, ""))
        .to_lowercase();
    for (words, better) in UNWANTED {
        if has(&plain, words) {
            found.push(format!("{place}: {words:?}: write {better}"));
        }
    }
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn texts_that_users_read_use_standard_terms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut texts = Vec::new();
    for folder in ["man", "src/cli/topics", "tests/suite/snapshots"] {
        files_below(&root.join(folder), &mut texts);
    }
    assert!(texts.len() > 300, "{}", texts.len());
    for path in texts {
        let place = path.strip_prefix(root).unwrap().display().to_string();
        unwanted(&place, &fs::read_to_string(&path).unwrap(), &mut found);
    }
    let messages = [
        "src",
        "crates/catalog/src",
        "crates/theme/src",
        "crates/sandbox/src",
    ];
    for (file, literal) in messages.into_iter().flat_map(literals_in) {
        // One word is a value for programs, not a message.
        if !literal.text.contains(' ') {
            continue;
        }
        // A backslash at the end of a line continues the text on the next.
        let text = literal.text.replace("\\\n", "");
        unwanted(&format!("{file}:{}", literal.line), &text, &mut found);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn unwanted_words_are_found_whole_and_in_any_case() {
    let found = |text: &str| {
        let mut found = Vec::new();
        unwanted("a text", text, &mut found);
        found
    };
    assert_eq!(
        found("Nobody\n  goes on"),
        [
            "a text: \"goes on\": write continues",
            "a text: \"nobody\": write name who, or use the passive voice"
        ]
    );
    for text in [
        "the renewal",
        "a stand-in",
        "discounts go on queued charges only",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn exceptions_have_a_reason() {
    assert!(EXCEPTIONS.iter().all(|(_, reason)| !reason.is_empty()));
}

/// The name of the type that a line of source declares. Associated types are
/// indented, and named by their trait.
fn declared(line: &str) -> Option<&str> {
    let text = line.trim_start();
    let text = match text.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.strip_prefix(' ')?,
        None => text,
    };
    let (keyword, rest) = text.split_once(' ')?;
    let is_declared = match keyword {
        "struct" | "enum" | "trait" | "union" => true,
        "type" => !line.starts_with(' '),
        _ => false,
    };
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    is_declared.then(|| &rest[..end.unwrap_or(rest.len())])
}

#[test]
fn declarations_of_types_are_recognized() {
    for (line, name) in [
        ("pub struct Row<'a> {", Some("Row")),
        ("    pub(super) enum Kind {", Some("Kind")),
        ("pub(in crate::bulk) type Ids = Vec<u64>;", Some("Ids")),
        ("    type Value = Row;", None),
        ("fn struct_of() {", None),
        ("// struct Row is not declared here", None),
    ] {
        assert_eq!(declared(line), name, "{line}");
    }
}

#[test]
fn type_names_are_unique_in_their_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut repeated = Vec::new();
    for folder in [
        "src",
        "crates/catalog/src",
        "crates/listener/src",
        "crates/sandbox/src",
        "crates/theme/src",
    ] {
        let mut files = Vec::new();
        files_below(&root.join(folder), &mut files);
        files.retain(|file| file.extension().is_some_and(|end| end == "rs"));
        assert!(!files.is_empty(), "{folder}");
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for name in text.lines().filter_map(declared) {
                let place = file.strip_prefix(root).unwrap().display().to_string();
                places.entry(name.to_owned()).or_default().push(place);
            }
        }
        let several = places.into_iter().filter(|(_, places)| places.len() > 1);
        repeated.extend(several.map(|(name, places)| format!("{name}: {}", places.join(", "))));
    }
    assert!(repeated.is_empty(), "{}", repeated.join("\n"));
}
