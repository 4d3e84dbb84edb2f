//! The console blocks of a document, run as somebody would type them: in order,
//! on one store, in one folder of files, from a fixed time on that continues
//! only by waiting. Out comes what a terminal of 100 columns shows in the end.
//!
//! `rc` runs in this process. Of the shell there is what documents need: pipes,
//! `> FILE`, `<<'END'`, `\` at the end of a line, `cat`, `iconv` and `echo $?`. Jobs have other names in
//! each run; the first time that a document names a new one, that is its name
//! in the document from there on.
//!
//! `RC_DOCS=update cargo test --test suite` writes the output of the commands into
//! the documents, as a change of a message asks for; look at the difference then.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::harness::{Store, rc_of};

/// Columns of the terminal.
const WIDTH: u16 = 100;

/// What takes the live line away.
const CLEAR: &str = "\r\u{1b}[2K";

/// Ends a question; the answer follows.
const ANSWERED: &str = "[y/N]";

/// A command of a document.
#[derive(Debug)]
pub struct Step {
    line: String,
    /// The number of the first line of its output, from 0 on.
    output_at: usize,
    /// The lines up to its `END`.
    typed: String,
    /// What it prints, says the document.
    shown: String,
    /// The questions that it asks, a line each, and their answers.
    questions: String,
    answers: Vec<&'static str>,
}

/// The commands of a document.
pub fn steps(text: &str) -> Vec<Step> {
    let mut found: Vec<Step> = Vec::new();
    let (mut inside, mut typing, mut goes_on) = (false, false, false);
    for (at, line) in text.lines().enumerate() {
        match line {
            line if goes_on => {
                goes_on = line.ends_with('\\');
                let step = found.last_mut().unwrap();
                step.output_at = at + 1;
                step.line.push('\n');
                step.line.push_str(line);
            }
            "END" if typing => {
                typing = false;
                found.last_mut().unwrap().output_at = at + 1;
            }
            _ if typing => push(&mut found.last_mut().unwrap().typed, line),
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            line => {
                if let Some(command) = line.strip_prefix("$ ") {
                    let document = command.strip_suffix(" <<'END'");
                    typing = document.is_some();
                    goes_on = command.ends_with('\\');
                    found.push(Step {
                        line: document.unwrap_or(command).to_owned(),
                        output_at: at + 1,
                        typed: String::new(),
                        shown: String::new(),
                        questions: String::new(),
                        answers: Vec::new(),
                    });
                } else {
                    let step = found.last_mut().expect("output follows a command");
                    match line.split_once(ANSWERED) {
                        Some((question, answer)) => {
                            push(&mut step.questions, &format!("{question}{ANSWERED}"));
                            step.answers.push(answer.trim().to_owned().leak());
                        }
                        None => push(&mut step.shown, line),
                    }
                }
            }
        }
    }
    found
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Holds what a document shows against what happens.
pub fn check(document: &str, text: &str) {
    let mut desk = Desk::default();
    let mut wrong = Vec::new();
    let mut printed_by = Vec::new();
    for step in steps(text) {
        let printed = desk.runs(&step);
        if printed != step.shown {
            let Step { line, shown, .. } = &step;
            wrong.push(format!("$ {line}\n{printed}--- shown:\n{shown}"));
            printed_by.push((step, printed));
        }
    }
    if !wrong.is_empty() && std::env::var("RC_DOCS").is_ok_and(|value| value == "update") {
        update(document, text, &printed_by);
        return;
    }
    assert!(
        wrong.is_empty(),
        "{document} shows what is not so:\n{}",
        wrong.join("\n")
    );
}

/// Writes what steps printed into the document. Steps with questions are left
/// for a person, as their lines are between those of the output.
fn update(document: &str, text: &str, printed_by: &[(Step, String)]) {
    let mut lines: Vec<&str> = text.lines().collect();
    for (step, printed) in printed_by.iter().rev() {
        assert!(step.questions.is_empty(), "update by hand: {}", step.line);
        let end = step.output_at + step.shown.lines().count();
        lines.splice(step.output_at..end, printed.lines());
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(document);
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// Runs the commands of a document with all streams in pipes, as a script does:
/// each ends as on a terminal, and prints something where it does there.
pub fn check_in_pipes(document: &str, text: &str) {
    let mut seen = Desk::default();
    let mut piped = Desk {
        is_script: true,
        ..Desk::default()
    };
    let mut wrong = Vec::new();
    for step in steps(text) {
        seen.runs(&step);
        let printed = piped.runs(&step);
        if (seen.code, seen.has_printed) != (piped.code, piped.has_printed) {
            let (code, expected) = (piped.code, seen.code);
            wrong.push(format!(
                "$ {}\nends with {code}, on a terminal with {expected}\n{printed}",
                step.line
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{document} shows what a script cannot do:\n{}",
        wrong.join("\n")
    );
}

/// Where somebody sits and types.
struct Desk {
    /// Whether a script runs the commands, and no terminal is there.
    is_script: bool,
    /// Whether the last program printed anything on standard output.
    has_printed: bool,
    store: Store,
    files: TempDir,
    /// Jobs, by their names here and in the document.
    jobs: Vec<(String, String)>,
    code: u8,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            is_script: false,
            has_printed: false,
            store: Store::new(),
            files: tempfile::tempdir().unwrap(),
            jobs: Vec::new(),
            code: 0,
        }
    }
}

impl Desk {
    fn runs(&mut self, step: &Step) -> String {
        let whole = step.line.replace("\\\n", "");
        let (line, to) = match cut(&whole, '>').as_slice() {
            [line, to] => (line.clone(), Some(self.path(to))),
            _ => (whole.clone(), None),
        };
        let parts = cut(&line, '|');
        let mut flow = step.typed.clone().into_bytes();
        let mut seen = String::new();
        for (at, part) in parts.iter().enumerate() {
            let piped = at > 0 || !step.typed.is_empty();
            let shows = at + 1 == parts.len() && to.is_none();
            flow = self.program(part, flow, (piped, shows, step), &mut seen);
        }
        if let Some(path) = to {
            fs::write(path, flow).unwrap();
        }
        self.name_jobs(&step.shown);
        let folder = format!("{}/", self.files.path().display());
        let mut seen = left_standing(&seen).replace(&folder, "");
        for (here, there) in &self.jobs {
            seen = seen.replace(here, there);
        }
        seen
    }

    /// Runs one program of a pipe; gives what it hands to the next one.
    fn program(
        &mut self,
        part: &str,
        flow: Vec<u8>,
        (piped, shows, step): (bool, bool, &Step),
        seen: &mut String,
    ) -> Vec<u8> {
        let mut words = shell_words::split(part).unwrap();
        let name = words.remove(0);
        let out = match (name.as_str(), words.as_slice()) {
            ("rc", _) => return self.rc(words, &flow, (piped, shows, step), seen),
            ("cat", []) => flow,
            ("cat", [file]) => fs::read(self.path(file)).unwrap(),
            ("iconv", [to, windows]) if to == "-t" && windows == "WINDOWS-1252" => {
                let text = String::from_utf8(flow).unwrap();
                // Of Western letters, both agree on all that documents use.
                text.chars()
                    .map(|letter| u8::try_from(u32::from(letter)).unwrap())
                    .collect()
            }
            ("echo", [code]) if code == "$?" => format!("{}\n", self.code).into_bytes(),
            _ => panic!("documents show no such program: {part}"),
        };
        self.code = 0;
        if shows {
            seen.push_str(&String::from_utf8_lossy(&out));
        }
        out
    }

    fn rc(
        &mut self,
        words: Vec<String>,
        flow: &[u8],
        (piped, shows, step): (bool, bool, &Step),
        seen: &mut String,
    ) -> Vec<u8> {
        let (mut named, mut is_archive) = (false, false);
        let words = words.into_iter().map(|word| {
            let is_file = std::mem::replace(
                &mut named,
                matches!(
                    &*word,
                    "--report"
                        | "--out"
                        | "--save-map"
                        | "--plan"
                        | "--to"
                        | "--database"
                        | "new"
                        | "pack"
                        | "unpack"
                ),
            );
            let path = self.path(&word);
            // What is unpacked goes into a folder that is not there yet.
            named |= is_archive;
            is_archive = named && word == "unpack";
            let is_file = is_file && !word.starts_with("singer:");
            // A destination is a kind and a place.
            if let Some((kind, place)) = word.split_once(':').filter(|_| is_file) {
                return format!("{kind}:{}", self.path(place).display());
            }
            if is_file || (path.exists() && !word.is_empty()) {
                return path.display().to_string();
            }
            let job = self.jobs.iter().find(|(_, there)| *there == word);
            job.map_or(word, |(here, _)| here.clone())
        });
        let run = rc_of(words)
            .stdin(std::str::from_utf8(flow).unwrap())
            .env("NO_COLOR", "1")
            .holding(&self.store)
            .in_time_of(&self.store);
        let run = if self.is_script {
            run
        } else {
            run.with_terminal(!piped, shows, WIDTH)
                // Documents have each message in one line.
                .with_wide_messages()
                .answering(&step.answers)
        };
        let outcome = run.runs();
        self.code = outcome.code;
        // A list without records is nothing on a terminal and `[]` in a pipe.
        self.has_printed = !matches!(&*outcome.stdout, "" | "[]\n");
        if !self.is_script {
            assert_eq!(outcome.questions, step.questions, "asked by {}", step.line);
        }
        seen.push_str(if shows {
            &outcome.screen
        } else {
            &outcome.stderr
        });
        outcome.stdout.into_bytes()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Jobs that are new have the names that the document shows for them.
    fn name_jobs(&mut self, shown: &str) {
        let Ok(folder) = fs::read_dir(self.store.path().join("jobs")) else {
            return;
        };
        let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let new = names
            .filter_map(|name| name.strip_suffix(".db").map(str::to_owned))
            .find(|name| self.jobs.iter().all(|(here, _)| here != name));
        let there = shown
            .lines()
            .filter_map(|line| line.strip_prefix("note: this is job "))
            .find(|name| self.jobs.iter().all(|(_, known)| known != name));
        if let (Some(here), Some(there)) = (new, there) {
            assert_eq!(here.len(), there.len(), "{there} is no name of a job");
            self.jobs.push((here, there.to_owned()));
        }
    }
}

/// A line, cut at a sign that stands outside of quotes.
pub fn cut(line: &str, sign: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (letter, quote) {
            (letter, None) if letter == sign => parts.push(String::new()),
            (letter, open) => {
                match (letter, open) {
                    ('\'' | '"', None) => quote = Some(letter),
                    (letter, Some(open)) if letter == open => quote = None,
                    _ => {}
                }
                parts.last_mut().unwrap().push(letter);
            }
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// What is on a terminal in the end: lines that were taken away are gone.
fn left_standing(seen: &str) -> String {
    let mut left = String::new();
    for (at, drawn) in seen.split(CLEAR).enumerate() {
        if at > 0 {
            left.truncate(left.rfind('\n').map_or(0, |end| end + 1));
        }
        left.push_str(drawn);
    }
    left
}
