//! Dependencies between the folders of this crate run downwards.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders from the lowest to the highest: each may import from those before
/// it, and from no other.
const LAYERS: [&str; 14] = [
    "values",
    "faults",
    "storage",
    "requests",
    "webhooks",
    "rules",
    "seed",
    "combined",
    "v2021_01",
    "bigcommerce",
    "storefront",
    "portal",
    "http",
    "persistence",
];

/// What the root of the crate may lend to any folder: names, not behaviour.
const OF_THE_ROOT: [&str; 3] = ["row", "SERVER", "TOKEN"];

/// Folders that work with the sandbox as a whole, which the root defines.
const WITH_THE_ROOT: [&str; 3] = ["http", "persistence", "webhooks"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.to_string_lossy().ends_with("_tests.rs");
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !is_test {
            found.push(path);
        }
    }
}

/// The first names of all paths that begin at the crate's root, in a file that is
/// `depth` modules below it.
fn imported(text: &str, depth: usize) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, " "]).collect();
    // So many `super::` lead to the root.
    let code = code.replace(&"super::".repeat(depth), "crate::");
    let paths = code.split("crate::").skip(1);
    paths.flat_map(first_names).collect()
}

/// `a::b` gives `a`, `{a::{b, c}, d}` gives `a` and `d`.
fn first_names(path: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let letters = text.trim_start().chars();
        letters
            .take_while(|one| one.is_alphanumeric() || *one == '_')
            .collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![word(path)];
    };
    let (mut depth, mut names) = (0, vec![word(group)]);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Why a file of a folder may not import that, if it may not.
fn refusal(folder: &str, name: &str) -> Option<&'static str> {
    let layer = |name: &str| LAYERS.iter().position(|one| *one == name);
    match (layer(folder), layer(name)) {
        (Some(own), Some(other)) => (other > own).then_some("which is higher"),
        _ if OF_THE_ROOT.contains(&name) || WITH_THE_ROOT.contains(&folder) => None,
        _ => Some("of the crate's root"),
    }
}

#[test]
fn no_folder_imports_from_a_higher_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for folder in LAYERS {
        let mut files = Vec::new();
        sources(&root.join(folder), &mut files);
        for file in files {
            let below = file.strip_prefix(&root).unwrap();
            let is_root_of_folder = file.file_stem().is_some_and(|stem| stem == "mod");
            let depth = below.components().count() - usize::from(is_root_of_folder);
            let text = fs::read_to_string(&file).unwrap();
            for name in imported(&text, depth) {
                seen += 1;
                if let Some(why) = refusal(folder, &name) {
                    wrong.push(format!("{} imports {name}, {why}", below.display()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} imports were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_however_they_are_written() {
    let names = |text: &str| imported(text, 2).into_iter().collect::<Vec<_>>();
    assert_eq!(names("use crate::http::gate;"), ["http"]);
    assert_eq!(
        names("use crate::{\n    rules::{self, life},\n    http::gate,\n};"),
        ["http", "rules"]
    );
    assert_eq!(names("fn a() { super::super::http::gate::x() }"), ["http"]);
    assert_eq!(names("use super::http;"), [""; 0]);
    assert_eq!(
        names("// crate::http\n#[cfg(test)]\nmod tests { use crate::rules; }"),
        [""; 0]
    );
    for (folder, name) in [
        ("storage", "rules"),
        ("storage", "persistence"),
        ("rules", "Sandbox"),
        ("values", "storage"),
    ] {
        assert!(refusal(folder, name).is_some(), "{folder} {name}");
    }
    assert!(refusal("rules", "storage").is_none());
}
