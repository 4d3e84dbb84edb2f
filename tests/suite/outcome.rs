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
