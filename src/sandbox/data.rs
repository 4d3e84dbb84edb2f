//! The sandbox of `serve --data`: a state that outlives its process.
//!
//! Beside the data file, which holds a snapshot, lies a journal. What a request
//! changed is a line of it before the request is answered, so that a process
//! may be killed at any moment. A journal that has grown is folded into the
//! snapshot. In come states, out come files; it knows nothing of requests.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::State;
use super::file::{beside, guard, naming, write};
use super::snapshot::invalid;

/// A journal shorter than this is never folded while serving.
const SHORT: u64 = 4 * 1024 * 1024;

/// A data file with its journal, held by this process alone.
#[derive(Debug)]
pub struct DataFile {
    path: PathBuf,
    journal_path: PathBuf,
    journal: File,
    /// How long the journal is, in bytes.
    length: u64,
    /// When the journal is longer, it is folded into the snapshot.
    longest: u64,
    /// What settings and tokens were when they were last written.
    settings: u64,
    /// The journal could not be written: nothing more may be answered.
    broken: bool,
    _lock: File,
}

impl DataFile {
    /// The state in a data file, and the file, ready for what changes. A file
    /// that is missing is made, with the state that `fresh` gives.
    ///
    /// # Errors
    /// When another process has the file, when it cannot be read or written, or
    /// when it holds something else; it is left as it is then.
    pub fn open(path: &Path, fresh: impl FnOnce() -> State) -> io::Result<(Self, State)> {
        let lock = guard(path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                let message = format!("{} is in use by another sandbox", path.display());
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(naming(path, &error)),
        }
        let journal_path = beside(path, ".journal");
        let state = match File::open(path) {
            Ok(mut file) => read(&mut file, &journal_path)
                .map_err(|error| damaged(path, &journal_path, &error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if std::fs::metadata(&journal_path).is_ok_and(|facts| facts.len() > 0) {
                    let error = invalid("it is missing, but its journal is there".to_owned());
                    return Err(damaged(path, &journal_path, &error));
                }
                fresh()
            }
            Err(error) => return Err(naming(path, &error)),
        };
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let journal = options
            .open(&journal_path)
            .map_err(|error| naming(&journal_path, &error))?;
        let mut data = Self {
            path: path.to_owned(),
            journal_path,
            journal,
            length: 0,
            longest: SHORT,
            settings: 0,
            broken: false,
            _lock: lock,
        };
        data.fold(&state)?;
        Ok((data, state))
    }

    /// Keeps another state in the place of all that was kept.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub(super) fn start_over(&mut self, state: &State) -> io::Result<()> {
        self.check()?;
        self.broken = true;
        self.fold(state)?;
        self.broken = false;
        Ok(())
    }

    /// Keeps what is fresh in a state. Once this has returned, it is not lost
    /// when the process ends, however it ends.
    ///
    /// # Errors
    /// When it cannot be written; then, and from then on.
    pub(super) fn keep(&mut self, state: &State) -> io::Result<()> {
        self.check()?;
        self.broken = true;
        let settings = settings(state)?;
        let step = state.step(settings != self.settings)?;
        let line = format!("{:016x} {step}\n", sum(step.as_bytes()));
        self.journal
            .write_all(line.as_bytes())
            .map_err(|error| naming(&self.journal_path, &error))?;
        self.settings = settings;
        self.length += line.len() as u64;
        if self.length > self.longest {
            self.fold(state)?;
        }
        self.broken = false;
        Ok(())
    }

    /// Whether everything so far is kept.
    ///
    /// # Errors
    /// When something could not be written.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.broken {
            let message = "an earlier change could not be written";
            return Err(naming(&self.journal_path, &io::Error::other(message)));
        }
        Ok(())
    }

    /// Writes the snapshot anew and empties the journal. In between, the
    /// journal says what the snapshot knows already, which does no harm.
    fn fold(&mut self, state: &State) -> io::Result<()> {
        write(&self.path, state)?;
        let emptied = self.journal.set_len(0).and_then(|()| self.journal.rewind());
        emptied.map_err(|error| naming(&self.journal_path, &error))?;
        self.length = 0;
        let snapshot = std::fs::metadata(&self.path).map_or(0, |facts| facts.len());
        self.longest = SHORT.max(snapshot.saturating_mul(2));
        self.settings = settings(state)?;
        Ok(())
    }
}

/// The state of the snapshot with the steps of the journal.
fn read(file: &mut File, journal_path: &Path) -> io::Result<State> {
    let mut state = State::from_json_reader(file)?;
    let mut journal = Vec::new();
    match File::open(journal_path) {
        Ok(mut file) => file.read_to_end(&mut journal)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(naming(journal_path, &error)),
    };
    for (place, line) in journal.split_inclusive(|byte| *byte == b'\n').enumerate() {
        // The last line was being written when the process ended: it belongs
        // to a request that was not answered.
        let Some(line) = line.strip_suffix(b"\n") else {
            break;
        };
        let text = checked(line).ok_or_else(|| {
            let name = journal_path.display();
            invalid(format!("line {} of {name} is damaged", place + 1))
        })?;
        state.take_step(text)?;
    }
    // How many requests came is not kept, so a new server counts anew.
    state.faults = state.faults.anew();
    Ok(state)
}

/// The step in a line of the journal, if the line is as it was written.
fn checked(line: &[u8]) -> Option<&str> {
    let (print, step) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let print = u64::from_str_radix(print, 16).ok()?;
    (print == sum(step.as_bytes())).then_some(step)
}

/// A number that another text is unlikely to have: FNV-1a.
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn settings(state: &State) -> io::Result<u64> {
    Ok(sum(&serde_json::to_vec(&(
        &state.store,
        &state.tokens,
        &state.behaviour,
        state.faults(),
    ))?))
}

fn damaged(path: &Path, journal: &Path, error: &io::Error) -> io::Error {
    invalid(format!(
        "{} does not hold the state of a sandbox ({error}); it is left as it is: to start over, \
         remove it and {}, or name another file",
        path.display(),
        journal.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use http::Request;
    use serde_json::{Value, json};

    use super::*;
    use crate::sandbox::seed::Seed;
    use crate::sandbox::{Sandbox, TOKEN};

    fn open(path: &Path) -> io::Result<Sandbox> {
        let now: jiff::Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let (data, state) = DataFile::open(path, || State::seeded(&Seed::demo(), now))?;
        Ok(Sandbox::new(state, Arc::new(move || now)).kept_in(data))
    }

    fn ask(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("X-Recharge-Access-Token", TOKEN)
            .body(Bytes::from(body.to_string()))
            .unwrap();
        let answer = sandbox.answer(&request);
        let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        (answer.status().as_u16(), body)
    }

    fn create(sandbox: &Sandbox, number: usize) -> String {
        let email = format!("kept{number}@example.com");
        let body = json!({"email": email, "first_name": "A", "last_name": "K"});
        let (status, answer) = ask(sandbox, "POST", "/customers", &body);
        assert_eq!(status, 200, "{answer}");
        format!("/customers/{}", answer["customer"]["id"])
    }

    fn whole(sandbox: &Sandbox) -> Vec<u8> {
        let mut out = Vec::new();
        sandbox
            .with_state(|state| state.to_json_writer(&mut out))
            .unwrap();
        out
    }

    #[test]
    fn what_was_answered_is_there_after_the_process_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/store.json");
        let sandbox = open(&path).unwrap();
        let made: Vec<String> = (0..5).map(|number| create(&sandbox, number)).collect();
        assert_eq!(ask(&sandbox, "DELETE", &made[1], &Value::Null).0, 204);
        let (_, list) = ask(
            &sandbox,
            "GET",
            "/charges?status=queued&limit=1",
            &Value::Null,
        );
        let charge = format!("/charges/{}/process", list["charges"][0]["id"]);
        assert_eq!(ask(&sandbox, "POST", &charge, &json!({})).0, 200);
        let refused = json!({"email": "kept0@example.com"});
        assert_eq!(ask(&sandbox, "PUT", &made[2], &refused).0, 422);
        let before = whole(&sandbox);
        // A process that is killed drops nothing in order; neither does this.
        let snapshot = std::fs::read(&path).unwrap();
        let journal = std::fs::read(beside(&path, ".journal")).unwrap();
        drop(sandbox);
        std::fs::write(&path, snapshot).unwrap();
        std::fs::write(beside(&path, ".journal"), journal).unwrap();
        assert!(whole(&open(&path).unwrap()) == before);
        assert!(whole(&open(&path).unwrap()) == before, "once more");
    }

    #[test]
    fn a_long_journal_is_folded_into_the_file_and_half_a_fold_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        let sandbox = open(&path).unwrap();
        create(&sandbox, 1);
        let journal = std::fs::read(beside(&path, ".journal")).unwrap();
        assert!(!journal.is_empty());
        if let Some(data) = &sandbox.data {
            data.lock().unwrap().longest = 1;
        }
        create(&sandbox, 2);
        assert_eq!(std::fs::read(beside(&path, ".journal")).unwrap(), b"");
        create(&sandbox, 3);
        let before = whole(&sandbox);
        drop(sandbox);
        // As if the process had ended between the snapshot and the journal.
        let after = std::fs::read(beside(&path, ".journal")).unwrap();
        std::fs::write(beside(&path, ".journal"), [journal, after].concat()).unwrap();
        assert!(whole(&open(&path).unwrap()) == before);
    }

    #[test]
    fn the_last_line_may_be_half_written_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        let sandbox = open(&path).unwrap();
        let (one, other) = (create(&sandbox, 1), create(&sandbox, 2));
        drop(sandbox);
        let journal_path = beside(&path, ".journal");
        let journal = std::fs::read(&journal_path).unwrap();
        let mut damaged = journal.clone();
        damaged[40] ^= 1;
        std::fs::write(&journal_path, &damaged).unwrap();
        let snapshot = std::fs::read(&path).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 1 of") && error.contains("to start over"),
            "{error}"
        );
        assert!(std::fs::read(&journal_path).unwrap() == damaged);
        assert!(std::fs::read(&path).unwrap() == snapshot);

        std::fs::write(&journal_path, &journal[..journal.len() - 9]).unwrap();
        let sandbox = open(&path).unwrap();
        assert_eq!(ask(&sandbox, "GET", &one, &Value::Null).0, 200);
        assert_eq!(ask(&sandbox, "GET", &other, &Value::Null).0, 404);
    }

    #[test]
    fn what_cannot_be_kept_is_not_answered_nor_is_anything_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        let sandbox = open(&path).unwrap();
        let kept = create(&sandbox, 1);
        if let Some(data) = &sandbox.data {
            // Open for reading only, it fails as on a full disk.
            data.lock().unwrap().journal = File::open(&path).unwrap();
        }
        let body = json!({"email": "lost@example.com", "first_name": "A", "last_name": "K"});
        assert_eq!(ask(&sandbox, "POST", "/customers", &body).0, 500);
        assert_eq!(ask(&sandbox, "GET", &kept, &Value::Null).0, 500);
        drop(sandbox);
        let sandbox = open(&path).unwrap();
        assert_eq!(ask(&sandbox, "GET", &kept, &Value::Null).0, 200);
        let lost = "/customers?email=lost@example.com";
        let (_, list) = ask(&sandbox, "GET", lost, &Value::Null);
        assert_eq!(list["customers"], json!([]));
    }

    #[test]
    fn a_file_of_something_else_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        for damage in ["", "{", "{\"format\":1}", "not json"] {
            std::fs::write(&path, damage).unwrap();
            let error = open(&path).unwrap_err().to_string();
            assert!(
                error.contains("store.json") && error.contains("to start over"),
                "{error}"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), damage);
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::write(beside(&path, ".journal"), "left behind\n").unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("its journal is there"), "{error}");
        assert!(!path.exists());
    }

    #[test]
    fn one_file_has_one_sandbox_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.json");
        let first = open(&path).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("in use by another sandbox"), "{error}");
        drop(first);
        assert!(open(&path).is_ok());
    }
}
