//! Standard output, written by a thread of its own.
//!
//! In come bytes, which wait in a bounded buffer; a thread writes them to the
//! stream. So a reader that pauses does not keep answers of the network from
//! being read, nor Ctrl-C from being seen.
//!
//! Within an asynchronous runtime, nothing here blocks the thread: tasks await
//! [`BackgroundWriter::room`] or [`BackgroundWriter::drained`] before they
//! continue. Elsewhere a write waits for room, and a flush until all is
//! written; a Ctrl-C ends either.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::destination::BUFFER;
use crate::error::WriteInterrupted;

/// Bytes that may wait before anyone who writes waits, too.
const ROOM: usize = 128 * 1024;

/// A buffer that one large record made grow beyond this is given back.
const LARGEST: usize = 4 * ROOM;

/// How often a blocked write looks whether Ctrl-C was pressed.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// After Ctrl-C, a stream may take so long for what waits.
const GRACE: Duration = Duration::from_millis(200);

/// A stream that a thread writes to. Clones share it.
#[derive(Clone)]
pub struct BackgroundWriter {
    shared: Arc<Shared>,
}

struct Shared {
    stream: Mutex<Box<dyn Write + Send>>,
    /// Whether the stream takes all at once, so that no thread is needed.
    is_file: bool,
    state: Mutex<WriterState>,
    /// Signals the thread that there is something to write.
    work: Condvar,
    /// Signals that something was written, to threads and to tasks.
    written: Condvar,
    notify: Notify,
    /// Bytes that are not written yet.
    held: AtomicUsize,
}

#[derive(Default)]
struct WriterState {
    waiting: Vec<u8>,
    failure: Option<WriteFailure>,
    worker: Worker,
    closed: bool,
    /// No one waits for the stream any more.
    let_go: bool,
    interrupted: Option<Arc<AtomicBool>>,
}

/// What the thread that writes is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Worker {
    /// It was not started.
    #[default]
    Absent,
    /// It writes, and looks for more afterwards.
    Busy,
    /// It waits for something to write, and must be woken.
    Idle,
}

/// A failure that can be reported more than once.
#[derive(Clone)]
struct WriteFailure {
    code: Option<i32>,
    kind: io::ErrorKind,
    text: String,
}

impl WriteFailure {
    fn of(error: &io::Error) -> Self {
        Self {
            code: error.raw_os_error(),
            kind: error.kind(),
            text: error.to_string(),
        }
    }

    fn error(&self) -> io::Error {
        match self.code {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(self.kind, self.text.clone()),
        }
    }
}

impl BackgroundWriter {
    /// A writer to a stream. Its thread starts with the first byte.
    #[must_use]
    pub fn new(stream: Box<dyn Write + Send>) -> Self {
        Self::of(stream, false)
    }

    /// A writer to a file. It has no reader that pauses, so that it is written
    /// to without a thread, which would cost more than the writing.
    #[must_use]
    pub fn to_file(stream: Box<dyn Write + Send>) -> Self {
        Self::of(stream, true)
    }

    fn of(stream: Box<dyn Write + Send>, is_file: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                stream: Mutex::new(stream),
                is_file,
                state: Mutex::default(),
                work: Condvar::new(),
                written: Condvar::new(),
                notify: Notify::new(),
                held: AtomicUsize::new(0),
            }),
        }
    }

    /// Whether more can be written before the reader takes something.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.shared.held() < ROOM
    }

    /// Whether all is written, without a failure.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.shared.held() == 0 && self.shared.lock().failure.is_none()
    }

    /// Waits until there is room.
    ///
    /// # Errors
    /// What the stream failed with.
    pub async fn room(&self) -> io::Result<()> {
        self.until(|held| held < ROOM).await
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// What the stream failed with.
    pub async fn drained(&self) -> io::Result<()> {
        self.until(|held| held == 0).await
    }

    /// Gives up on the reader: from now on nothing waits for it.
    pub fn let_go(&self) {
        self.shared.lock().let_go = true;
        self.shared.written.notify_all();
    }

    /// Waits for a moment until all is written, so that a message on the same
    /// terminal comes after it.
    pub fn settle(&self) {
        let held = |_: &mut WriterState| self.shared.held() > 0;
        let state = self.shared.lock();
        drop(self.shared.written.wait_timeout_while(state, GRACE, held));
    }

    /// Waits until all is written, and ends the thread. After
    /// [`BackgroundWriter::let_go`] it waits for a moment only.
    ///
    /// # Errors
    /// What the stream failed with; [`WriteInterrupted`] after Ctrl-C.
    pub fn finish(&self) -> io::Result<()> {
        if self.shared.is_file {
            if let Some(failure) = &self.shared.lock().failure {
                return Err(failure.error());
            }
            return self.shared.at_once(|stream| stream.flush());
        }
        let mut state = self.shared.lock();
        state.closed = true;
        self.shared.work.notify_all();
        if state.let_go {
            drop(state);
            self.settle();
            return Ok(());
        }
        self.shared.wait(state, |held| held == 0).map(drop)
    }

    async fn until(&self, is_ready: impl Fn(usize) -> bool) -> io::Result<()> {
        loop {
            let written = self.shared.notify.notified();
            tokio::pin!(written);
            // From here on nothing is missed that is written meanwhile.
            written.as_mut().enable();
            if let Some(failure) = &self.shared.lock().failure {
                return Err(failure.error());
            }
            if is_ready(self.shared.held()) {
                return Ok(());
            }
            written.await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, WriterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    /// Blocks until so much is written, or no one waits any more.
    fn wait<'a>(
        &self,
        mut state: MutexGuard<'a, WriterState>,
        is_ready: impl Fn(usize) -> bool,
    ) -> io::Result<MutexGuard<'a, WriterState>> {
        loop {
            if let Some(failure) = &state.failure {
                return Err(failure.error());
            }
            if is_ready(self.held()) || state.let_go {
                return Ok(state);
            }
            let (next, waited) = self
                .written
                .wait_timeout(state, BETWEEN_LOOKS)
                .unwrap_or_else(PoisonError::into_inner);
            state = next;
            if waited.timed_out() && state.is_interrupted() {
                state.let_go = true;
                return Err(io::Error::other(WriteInterrupted));
            }
        }
    }

    /// Does something with the stream, and keeps what it fails with.
    fn at_once(&self, act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        act(stream.as_mut()).inspect_err(|error| {
            self.lock().failure = Some(WriteFailure::of(error));
        })
    }

    /// What the thread does.
    fn write_all(&self) {
        let mut batch = Vec::with_capacity(ROOM + BUFFER);
        loop {
            let mut state = self.lock();
            while state.waiting.is_empty() && !state.closed {
                state.worker = Worker::Idle;
                state = self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.worker = Worker::Busy;
            if state.waiting.is_empty() {
                return;
            }
            std::mem::swap(&mut state.waiting, &mut batch);
            drop(state);
            if !self.write(&batch) {
                return;
            }
            if batch.capacity() > LARGEST {
                batch = Vec::new();
            }
            batch.clear();
        }
    }

    /// Writes a batch to the stream; whether that went well.
    fn write(&self, batch: &[u8]) -> bool {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let result = stream.write_all(batch).and_then(|()| stream.flush());
        drop(stream);
        let mut state = self.lock();
        match &result {
            Ok(()) => {
                self.held.fetch_sub(batch.len(), Ordering::SeqCst);
            }
            Err(error) => {
                state.failure = Some(WriteFailure::of(error));
                state.waiting = Vec::new();
                self.held.store(0, Ordering::SeqCst);
            }
        }
        drop(state);
        self.written.notify_all();
        self.notify.notify_waiters();
        result.is_ok()
    }
}

impl WriterState {
    /// Whether Ctrl-C was pressed since a write first had to wait. Before
    /// that, Ctrl-C ends the process or is seen by the runtime.
    fn is_interrupted(&mut self) -> bool {
        let flag = self.interrupted.get_or_insert_with(|| {
            let flag = Arc::new(AtomicBool::new(false));
            // Where the signal cannot be caught, it ends the process.
            let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&flag));
            flag
        });
        flag.load(Ordering::SeqCst)
    }
}

impl Write for BackgroundWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let shared = &self.shared;
        if shared.is_file {
            let written = shared.at_once(|stream| stream.write_all(bytes));
            return written.map(|()| bytes.len());
        }
        let mut state = shared.lock();
        if !is_within_runtime() {
            state = shared.wait(state, |held| held < ROOM)?;
        }
        if let Some(failure) = &state.failure {
            return Err(failure.error());
        }
        if state.let_go && !self.has_room() {
            // No one reads it, and no one waits for that.
            return Ok(bytes.len());
        }
        if state.worker == Worker::Absent {
            let thread = std::thread::Builder::new().name("output".to_owned());
            let own = Arc::clone(shared);
            if thread.spawn(move || own.write_all()).is_err() {
                drop(state);
                let mut stream = shared.stream.lock().unwrap_or_else(PoisonError::into_inner);
                return stream.write_all(bytes).map(|()| bytes.len());
            }
            state.worker = Worker::Busy;
            // At its size at once: what grows leaves holes in memory.
            state.waiting.reserve(ROOM + BUFFER);
        }
        state.waiting.extend_from_slice(bytes);
        shared.held.fetch_add(bytes.len(), Ordering::SeqCst);
        let worker = std::mem::replace(&mut state.worker, Worker::Busy);
        drop(state);
        if worker == Worker::Idle {
            shared.work.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.shared.is_file {
            return self.shared.at_once(|stream| stream.flush());
        }
        let state = self.shared.lock();
        if is_within_runtime() {
            return match &state.failure {
                Some(failure) => Err(failure.error()),
                None => Ok(()),
            };
        }
        self.shared.wait(state, |held| held == 0).map(drop)
    }
}

/// Whether this thread drives tasks, which a wait would hold up.
fn is_within_runtime() -> bool {
    tokio::runtime::Handle::try_current().is_ok()
}

impl fmt::Debug for BackgroundWriter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BackgroundWriter")
            .field("held", &self.shared.held())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "background_tests.rs"]
mod tests;
