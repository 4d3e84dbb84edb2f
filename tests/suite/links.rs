//! Links of the documents: each leads to a file of this repository, and to a
//! heading where it names one. The book contains every page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// A document: its path from the root of the repository, and its text.
pub struct Document {
    pub path: PathBuf,
    pub text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Markdown files of the root, of `docs` and of the folders that document
/// themselves.
pub fn documents() -> Vec<Document> {
    let mut found = Vec::new();
    for (folder, depth) in [(".", 1), ("docs", 2), ("benches", 1), ("tests", 2)] {
        gather(Path::new(folder), depth, &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn gather(folder: &Path, depth: usize, found: &mut Vec<Document>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if depth > 1 {
                gather(&path, depth - 1, found);
            }
        } else if path.extension().is_some_and(|kind| kind == "md") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let path = path.strip_prefix(".").unwrap_or(&path).to_owned();
            found.push(Document { path, text });
        }
    }
}

/// The lines outside of code blocks, without code in quotes.
fn prose(text: &str) -> impl Iterator<Item = String> {
    let mut inside = false;
    text.lines().filter_map(move |line| {
        if line.trim_start().starts_with("```") {
            inside = !inside;
            return None;
        }
        let outside_of_quotes = line.split('`').step_by(2);
        (!inside).then(|| outside_of_quotes.collect::<Vec<_>>().join("`"))
    })
}

/// The targets of the links of a document.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // A link may continue on the next line.
    let prose = prose(text).collect::<Vec<_>>().join("\n");
    for rest in prose.split("](").skip(1) {
        let target = rest.split(')').next().unwrap();
        found.push(target.split_whitespace().collect());
    }
    found
}

/// The names that links give to the headings of a document.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        }
        if inside || !line.starts_with('#') {
            continue;
        }
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            letter => letter.is_alphanumeric().then_some(letter),
        });
        let name: String = kept.collect();
        let count = seen.entry(name.clone()).or_default();
        anchors.insert(match *count {
            0 => name,
            count => format!("{name}-{count}"),
        });
        *count += 1;
    }
    anchors
}

/// The path without `..`, from the root of the repository.
fn resolved(from: &Path, target: &str) -> PathBuf {
    let mut path = from.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => assert!(path.pop(), "{target} leaves the repository"),
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let documents = documents();
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for document in &documents {
        for link in links(&document.text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let path = if file.is_empty() {
                document.path.clone()
            } else {
                resolved(&document.path, file)
            };
            let target = documents.iter().find(|other| other.path == path);
            let is_right = match target {
                Some(page) => anchor.is_empty() || anchors(&page.text).contains(anchor),
                None => anchor.is_empty() && root().join(&path).exists(),
            };
            if !is_right {
                wrong.push(format!("{}: {link}", document.path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "links without a target:\n{}",
        wrong.join("\n")
    );
    assert!(checked > 100, "{checked}");
}

#[test]
fn the_book_contains_every_page_once() {
    let documents = documents();
    let summary = documents
        .iter()
        .find(|document| document.path == Path::new("docs/SUMMARY.md"))
        .expect("a summary");
    let listed: Vec<PathBuf> = links(&summary.text)
        .iter()
        .map(|link| resolved(&summary.path, link))
        .collect();
    let once: BTreeSet<&PathBuf> = listed.iter().collect();
    assert_eq!(once.len(), listed.len(), "a page is listed twice");
    for document in &documents {
        let is_of_the_book = document.path.starts_with("docs") && document.path != summary.path;
        assert!(
            !is_of_the_book || once.contains(&document.path),
            "{} is not in docs/SUMMARY.md",
            document.path.display()
        );
    }
}

#[test]
fn readers_find_every_page_from_the_readme() {
    let documents = documents();
    let text = |path: &Path| {
        let found = documents.iter().find(|document| document.path == path);
        found.map_or("", |document| &*document.text)
    };
    let mut reached = BTreeSet::from([PathBuf::from("README.md")]);
    let mut open = vec![PathBuf::from("README.md")];
    while let Some(path) = open.pop() {
        for link in links(text(&path)) {
            let file = link.split('#').next().unwrap();
            if file.is_empty() || link.contains("://") {
                continue;
            }
            let target = resolved(&path, file);
            if reached.insert(target.clone()) {
                open.push(target);
            }
        }
    }
    for document in documents
        .iter()
        .filter(|page| page.path.starts_with("docs"))
    {
        let is_summary = document.path.ends_with("SUMMARY.md");
        assert!(
            is_summary || reached.contains(&document.path),
            "no link leads to {}",
            document.path.display()
        );
    }
}
