//! Ids of objects that were shown lately, so that a shell can complete them.
//!
//! Only numbers are kept, by place and resource, in a file that only its owner
//! can read: nothing of the objects themselves, and no token of a checkout,
//! which is not a number. Whatever fails here is of no importance to a command.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::folders::private_folder;
use super::{Environment, lock, variable};

/// Ids of one resource that are kept.
pub const MOST: usize = 20;

/// Lists of them: a few places with all of their resources.
const LISTS: usize = 100;

/// Longer than any id; what is longer is none.
const LONGEST: usize = 20;

/// More than a file of so many lists is; a larger one is not ours.
const LARGEST: u64 = 256 * 1024;

/// How long another command may take to write the file.
const PATIENCE: Duration = Duration::from_millis(200);

/// The file of recent ids.
#[derive(Debug, Clone)]
pub struct Recent {
    path: PathBuf,
}

impl Recent {
    /// The file below a folder for state; `None` where the user wants none.
    #[must_use]
    pub fn below(state: Option<&Path>, environment: &Environment) -> Option<Self> {
        let unwanted = environment.get(variable::NO_RECENT);
        if unwanted.is_some_and(|value| !value.is_empty() && value != "0") {
            return None;
        }
        Some(Self {
            path: state?.join("recent"),
        })
    }

    /// Ids of a resource that were shown at a place, the latest first.
    #[must_use]
    pub fn ids(&self, place: &str, resource: &str) -> Vec<String> {
        let text = self.text();
        let list = lists(&text).find(|list| list.is_of(place, resource));
        list.map_or_else(Vec::new, |list| list.ids().map(str::to_owned).collect())
    }

    /// Keeps ids that were just shown, in their order.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, place: &str, resource: &str, ids: &[String]) -> io::Result<()> {
        // Taken before the file is read, so that two commands keep the ids of
        // both. A command whose work is done does not wait long for this.
        let _lock = lock::hold(&self.path, PATIENCE).map_err(io::Error::other)?;
        let before = self.text();
        let after = with(&before, place, resource, ids);
        if after == before {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        private_folder(folder)?;
        // Made for its owner only. It may be lost with the power: nothing waits
        // for the disk here.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(after.as_bytes())?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let read = fs::File::open(&self.path)
            .and_then(|file| file.take(LARGEST).read_to_string(&mut text));
        if read.is_err() {
            text.clear();
        }
        text
    }
}

/// Whether it is an id that may be kept.
#[must_use]
pub fn is_number(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// A line of the file: place, resource and ids, with tabs between them.
struct RecentLine<'a> {
    line: &'a str,
    place: &'a str,
    resource: &'a str,
    ids: &'a str,
}

impl<'a> RecentLine<'a> {
    fn is_of(&self, place: &str, resource: &str) -> bool {
        self.place == place && self.resource == resource
    }

    fn ids(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.ids.split(' ').filter(|id| is_number(id))
    }
}

fn lists(text: &str) -> impl Iterator<Item = RecentLine<'_>> {
    text.lines().filter_map(|line| {
        let mut parts = line.split('\t');
        Some(RecentLine {
            line,
            place: parts.next()?,
            resource: parts.next()?,
            ids: parts.next()?,
        })
    })
}

/// The file with these ids put first. What was used longest ago falls out.
fn with(text: &str, place: &str, resource: &str, ids: &[String]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let before = lists(text).find(|list| list.is_of(place, resource));
    let before = before.into_iter().flat_map(|list| list.ids());
    let now = ids.iter().map(String::as_str).filter(|id| is_number(id));
    for id in now.chain(before) {
        if kept.len() < MOST && !kept.contains(&id) {
            kept.push(id);
        }
    }
    if kept.is_empty() || place.contains(['\t', '\n']) {
        return text.to_owned();
    }
    let mut after = format!("{place}\t{resource}\t{}\n", kept.join(" "));
    let others = lists(text).filter(|list| !list.is_of(place, resource));
    for list in others.take(LISTS - 1) {
        after.push_str(list.line);
        after.push('\n');
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    fn recent(folder: &Path) -> Recent {
        Recent::below(Some(folder), &Environment::new()).unwrap()
    }

    #[test]
    fn the_latest_come_first_and_none_twice() {
        let folder = tempfile::tempdir().unwrap();
        let recent = recent(folder.path());
        recent.keep("sandbox", "orders", &ids(&["1", "2"])).unwrap();
        recent.keep("sandbox", "charges", &ids(&["9"])).unwrap();
        recent.keep("sandbox", "orders", &ids(&["3", "1"])).unwrap();
        assert_eq!(recent.ids("sandbox", "orders"), ["3", "1", "2"]);
        assert_eq!(recent.ids("sandbox", "charges"), ["9"]);
        assert!(recent.ids("garden", "orders").is_empty());
    }

    #[test]
    fn ids_that_two_commands_keep_at_once_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for resource in ["orders", "charges", "customers", "plans"] {
                let recent = recent(folder.path());
                scope.spawn(move || {
                    for id in 0..10 {
                        recent.keep("a", resource, &[id.to_string()]).unwrap();
                    }
                });
            }
        });
        for resource in ["orders", "charges", "customers", "plans"] {
            assert_eq!(recent(folder.path()).ids("a", resource).len(), 10);
        }
    }

    #[test]
    fn what_is_no_number_is_not_kept() {
        let kept = with("", "a", "checkouts", &ids(&["f3a9", "12", "", "-1"]));
        assert_eq!(kept, "a\tcheckouts\t12\n");
        assert_eq!(with("x", "a", "checkouts", &ids(&["f3a9"])), "x");
    }

    #[test]
    fn the_file_does_not_grow_without_end() {
        let mut text = String::new();
        for list in 0..2 * LISTS {
            let many: Vec<String> = (0..100).map(|id| id.to_string()).collect();
            text = with(&text, &format!("place {list}"), "orders", &many);
        }
        assert_eq!(text.lines().count(), LISTS);
        assert_eq!(lists(&text).next().unwrap().ids().count(), MOST);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        recent(folder.path())
            .keep("a", "orders", &ids(&["1"]))
            .unwrap();
        let facts = fs::metadata(folder.path().join("recent")).unwrap();
        assert_eq!(facts.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_variable_turns_it_off() {
        let off = Environment::from([(variable::NO_RECENT.to_owned(), "1".into())]);
        assert!(Recent::below(Some(Path::new("/tmp")), &off).is_none());
        assert!(Recent::below(None, &Environment::new()).is_none());
    }
}
