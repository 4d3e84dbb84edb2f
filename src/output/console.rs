//! Standard error, shared: whole lines, and below them one line that lives.
//!
//! In come whole lines, from whoever has something to tell, and the live line
//! as it is to be seen now. Before lines are written the live one is taken
//! away, and after them it is drawn again, so that neither breaks the other.
//! What the live line says is not known here.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// To the beginning of the line, and all of it away.
const CLEAR: &str = "\r\u{1b}[2K";

/// A stream that many hold.
#[derive(Clone)]
pub struct Console {
    inner: Arc<Mutex<ConsoleState>>,
}

struct ConsoleState {
    stream: Box<dyn Write + Send>,
    /// The live line as it stands there; empty when there is none.
    live: String,
}

impl Console {
    /// A console that writes to a stream.
    #[must_use]
    pub fn new(stream: Box<dyn Write + Send>) -> Self {
        Self {
            inner: Arc::new(Mutex::new(ConsoleState {
                stream,
                live: String::new(),
            })),
        }
    }

    /// Writes whole lines at once.
    pub fn say(&self, lines: &str) {
        self.with(|inner| {
            if inner.live.is_empty() {
                inner.write(lines);
            } else {
                let all = format!("{CLEAR}{lines}{}", inner.live);
                inner.write(&all);
            }
        });
    }

    /// Draws the live line anew; an empty one takes it away.
    pub fn show(&self, live: &str) {
        self.with(|inner| {
            if inner.live != live {
                let all = format!("{CLEAR}{live}");
                inner.write(&all);
                live.clone_into(&mut inner.live);
            }
        });
    }

    fn with(&self, work: impl FnOnce(&mut ConsoleState)) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut inner);
    }
}

impl ConsoleState {
    fn write(&mut self, text: &str) {
        // When nobody can be told, there is nobody to tell.
        let _ = self.stream.write_all(text.as_bytes());
        let _ = self.stream.flush();
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Console").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::KeptOutput;

    #[test]
    fn lines_go_above_the_live_one_and_leave_it_whole() {
        let kept = KeptOutput::default();
        let console = Console::new(Box::new(kept.clone()));
        console.say("first\n");
        console.show("1 of 2");
        console.say("note\n");
        console.show("1 of 2");
        console.show("");
        console.say("last\n");
        assert_eq!(
            kept.text(),
            format!("first\n{CLEAR}1 of 2{CLEAR}note\n1 of 2{CLEAR}last\n")
        );
    }
}
