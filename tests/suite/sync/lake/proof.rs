//! The proof of lakes: runs are killed while the store changes, and a reader opens the
//! tables at every moment. It never sees a row twice, half a commit, a bookmark that went
//! back, or a row whose version the history lacks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::copies::assert_same;
use super::super::proof::{TABLES, copied_under_kills_with, history_of};
use super::assert_same_as_index;
use super::reader::{Table, read};

/// What a reader saw.
#[derive(Default)]
struct Seen {
    reads: u32,
    versions: BTreeMap<String, Vec<String>>,
    bookmarks: BTreeMap<String, String>,
}

impl Seen {
    /// Looks at all tables once.
    fn look(&mut self, folder: &Path, format: &str) {
        for name in TABLES.split(',') {
            let Some(table) = read(folder, format, name) else {
                assert!(!self.bookmarks.contains_key(name), "{name} has gone");
                continue;
            };
            self.reads += 1;
            table.by_key(&["id"]);
            self.note(name, &table);
            if ["charges", "subscriptions"].contains(&name) {
                let history = read(folder, format, &format!("{name}_history")).unwrap();
                let versions = history.by_key(&["id", "updated_at"]);
                for row in &table.rows {
                    let version = ["id", "updated_at"].map(|part| row[part].clone().unwrap());
                    assert!(
                        versions.contains_key(version.as_slice()),
                        "{name} {version:?}"
                    );
                }
            }
        }
    }

    fn note(&mut self, name: &str, table: &Table) {
        if let Some(bookmark) = table.bookmark() {
            let known = self.bookmarks.insert(name.to_owned(), bookmark.clone());
            assert!(
                known.is_none_or(|known| known <= bookmark),
                "{name} went back"
            );
        }
        let commit = table.kept["commit"].as_str().unwrap().to_owned();
        let versions = self.versions.entry(name.to_owned()).or_default();
        if versions.last() != Some(&commit) {
            assert!(!versions.contains(&commit), "{name} went back");
            versions.push(commit);
        }
    }
}

#[expect(clippy::print_stderr, reason = "the figures of the proof")]
fn prove(format: &'static str) {
    let folder = tempfile::tempdir().unwrap();
    let stop = AtomicBool::new(false);
    let (proof, mut seen) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut seen = Seen::default();
            while !stop.load(Ordering::SeqCst) {
                seen.look(folder.path(), format);
                std::thread::yield_now();
            }
            seen
        });
        let to = format!("{format}:{}", folder.path().display());
        let proof = copied_under_kills_with(3, Some(to));
        stop.store(true, Ordering::SeqCst);
        (proof, reading.join().unwrap())
    });
    let reads = seen.reads;
    seen.look(folder.path(), format);
    let versions: usize = seen.versions.values().map(Vec::len).sum();
    eprintln!("{format}: {reads} reads of {versions} versions");
    assert!(reads > 0);
    // One of each table, and one more at least of those that change.
    assert!(versions > TABLES.split(',').count(), "{versions}");
    for table in TABLES.split(',') {
        assert_same(&proof.copy, table, &format!("{table} list"));
    }
    assert_same_as_index(folder.path(), format);
    proof.assert_history(history_of(&proof.copy));
}

#[test]
fn parquet_files_are_the_store_after_kills_and_whole_at_every_moment() {
    prove("parquet");
}

#[test]
fn delta_tables_are_the_store_after_kills_and_whole_at_every_moment() {
    prove("delta");
}
