//! Whether standard output was closed when the process began (`rc … >&-`).
//!
//! The runtime of Rust opens the null device in place of a closed standard
//! stream before `main`, so that writes to it succeed and data is lost without
//! a word. Only code that runs earlier sees the difference.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Set before `main` and never again.
static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

#[cfg(unix)]
ctor::declarative::ctor! {
    #[ctor(unsafe)]
    fn look() {
        // Sound before `main`: one system call and one store, no allocation.
        let closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
        WAS_CLOSED.store(closed, Ordering::Relaxed);
    }
}

/// Standard output; writing fails if it was closed when the process began.
#[must_use]
pub fn stdout() -> Box<dyn Write + Send> {
    if WAS_CLOSED.load(Ordering::Relaxed) {
        Box::new(Closed)
    } else {
        Box::new(io::stdout())
    }
}

/// A stream that takes nothing.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("it is closed"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
