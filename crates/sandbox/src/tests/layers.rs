//! Dependencies between the folders of this crate run downwards.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders from the lowest to the highest: each may import from those before
/// it, and from no other.
const LAYERS: [&str; 9] = [
    "values", "faults", "storage", "requests", "webhooks", "rules", "seed", "v2021_01", "http",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// The folders that a file imports from, by its paths from the crate's root.
fn imported(text: &str) -> BTreeSet<&str> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let paths = code.split("crate::").skip(1);
    let names = paths.filter_map(|path| {
        path.split(|sign: char| !sign.is_alphanumeric() && sign != '_')
            .next()
    });
    names.filter(|name| LAYERS.contains(name)).collect()
}

#[test]
fn no_folder_imports_from_a_higher_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (layer, folder) in LAYERS.iter().enumerate() {
        let mut files = Vec::new();
        sources(&root.join(folder), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for other in imported(&text) {
                seen += 1;
                if LAYERS.iter().position(|name| *name == other) > Some(layer) {
                    wrong.push(format!("{} imports from {other}", file.display()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} imports were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
