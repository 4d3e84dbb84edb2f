//! The API travels as a value: only the places listed here name one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Files of `src/` that name an API of the catalog, and why they may.
const NAMED: &[(&str, &str)] = &[
    (
        "src/commands/mod.rs",
        "the program is the command line for this API",
    ),
    (
        "src/commands/auth/check.rs",
        "the login asks for the store and the scopes of a token, as only this API answers",
    ),
    (
        "src/commands/auth/mod.rs",
        "the name of a token states its rate, as only this API has it",
    ),
    (
        "src/commands/doctor/judge.rs",
        "the checks of a token read its description, as only this API answers it",
    ),
    (
        "src/commands/completions/run.rs",
        "the store is not the object of an id",
    ),
    (
        "src/commands/bulk/dry.rs",
        "async batches exist in this API only",
    ),
    (
        "src/commands/overview/run.rs",
        "the overview of a customer joins lists that this API has",
    ),
    (
        "src/commands/overview/screen.rs",
        "the overview of a customer joins lists that this API has",
    ),
    (
        "src/bulk/shape/synonyms.rs",
        "the headings of spreadsheets for resources of this API",
    ),
    ("src/bulk/plan.rs", "async batches exist in this API only"),
    (
        "src/bulk/run/remote.rs",
        "async batches exist in this API only",
    ),
    ("src/openapi/document.rs", "the document describes this API"),
    ("src/openapi/fields.rs", "the document describes this API"),
    ("src/openapi/refusals.rs", "the document describes this API"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "tests") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn only_listed_files_name_an_api() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 200, "{}", files.len());
    let mut naming = BTreeSet::new();
    for path in files {
        let name = path.strip_prefix(root).unwrap();
        let name = name.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let mut code = code.lines().filter(|line| !line.trim().starts_with("//"));
        let is_test = name.ends_with("tests.rs");
        if !is_test && code.any(|line| line.contains("recharge::")) {
            naming.insert(name);
        }
    }
    let listed: BTreeSet<String> = NAMED.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(naming, listed);
    assert!(NAMED.iter().all(|(_, reason)| !reason.is_empty()));
}
