//! What a run came to, and what a test says of it.

use serde_json::Value;

/// What a run came to.
#[derive(Debug)]
#[expect(dead_code, reason = "the line is there to be read in a failure")]
pub struct Outcome {
    pub line: String,
    pub code: u8,
    pub stdout: String,
    pub stderr: String,
    /// Both, as they came.
    pub screen: String,
    /// What the person was asked, a line each.
    pub questions: String,
}

impl Outcome {
    /// Standard output, to the letter.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert_eq!(self.stdout, text, "{self:?}");
        self
    }

    /// Something that is on standard output.
    #[track_caller]
    pub fn prints_in(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text),
            "{text:?} is not printed: {self:?}"
        );
        self
    }

    #[track_caller]
    pub fn prints_nothing(self) -> Self {
        self.prints("")
    }

    /// Something that standard error says, wherever a terminal ends its lines.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(said(&self.stderr, text), "{text:?} is not said: {self:?}");
        self
    }

    #[track_caller]
    pub fn says_nothing(self) -> Self {
        assert_eq!(self.stderr, "", "{self:?}");
        self
    }

    #[track_caller]
    pub fn does_not_say(self, text: &str) -> Self {
        assert!(!said(&self.stderr, text), "{text:?} is said: {self:?}");
        self
    }

    /// Everything that a user sees, as the snapshot of this name.
    #[track_caller]
    pub fn shows(self, name: &str) -> Self {
        insta::assert_snapshot!(name, self.whole());
        self
    }

    /// Exit code, standard output and standard error; what differs each time is masked.
    pub fn whole(&self) -> String {
        let stderr = without_folder(&without_port(&without_request_id(&self.stderr)));
        format!(
            "exit code: {}\n----- stdout -----\n{}----- stderr -----\n{stderr}",
            self.code,
            without_folder(&self.stdout),
        )
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output as records, a line each.
    #[track_caller]
    pub fn records(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Whether a text has these words, in one line or over several.
fn said(text: &str, words: &str) -> bool {
    let in_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.contains(words) || in_one_line(text).contains(&in_one_line(words))
}

/// The text with the port of a server on this machine masked.
pub(crate) fn without_port(text: &str) -> String {
    const LOCAL: &str = "http://127.0.0.1:";
    let mut parts = text.split(LOCAL);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str(LOCAL);
        masked.push_str("[port]");
        masked.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    masked
}

/// The text with each id of 32 hexadecimal digits masked, which differs each time.
pub(crate) fn without_request_id(text: &str) -> String {
    let is_id = |word: &&str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(is_id).fold(text.to_owned(), |masked, id| {
        masked.replace(id, "[request id]")
    })
}

/// The text with each temporary folder of a test masked.
fn without_folder(text: &str) -> String {
    let begin = format!(
        "{}/.tmp",
        std::env::temp_dir()
            .display()
            .to_string()
            .trim_end_matches('/')
    );
    let mut parts = text.split(&begin);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("[folder]");
        masked.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()));
    }
    masked
}
