//! A destination on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Destination;
use crate::error::{Error, Result};
use crate::sync::Micros;
use crate::world::Clock;

/// A destination that has nothing to do shows this often that its writer is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

type WorkerCall = Box<dyn FnOnce(&mut dyn Destination) + Send>;

/// Runs a destination on a thread, in the order of the calls. Anyone who calls
/// waits for the answer, so that there are no more calls than tables that are
/// read.
#[derive(Debug, Clone)]
pub struct DestinationThread {
    calls: mpsc::Sender<WorkerCall>,
    thread: Arc<JoinHandle<()>>,
}

impl DestinationThread {
    /// Starts the thread. It ends when the last handle is dropped.
    ///
    /// # Errors
    /// The system has no thread to spare.
    pub fn start(mut destination: Box<dyn Destination>, clock: Clock) -> Result<Self> {
        let (sender, calls) = mpsc::channel::<WorkerCall>();
        let run = move || {
            loop {
                match calls.recv_timeout(HEARTBEAT) {
                    Ok(call) => call(destination.as_mut()),
                    // Anyone who was taken for dead learns it with the next
                    // page.
                    Err(RecvTimeoutError::Timeout) => {
                        let _ = destination.beat(Micros::of(clock()));
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        };
        let named = thread::Builder::new().name("destination".to_owned());
        let thread = named
            .spawn(run)
            .map_err(|error| Error::unexpected("cannot start a thread").caused_by(error))?;
        Ok(Self {
            calls: sender,
            thread: Arc::new(thread),
        })
    }

    /// Waits until the destination is closed. It stays open while there is another
    /// handle.
    pub fn end(self) {
        let Self { calls, thread } = self;
        drop(calls);
        if let Some(thread) = Arc::into_inner(thread) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }

    /// Calls the destination, and waits for what it says.
    ///
    /// # Errors
    /// As the call.
    pub async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut dyn Destination) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let boxed: WorkerCall = Box::new(move |destination| {
            // Who no longer waits for the answer was interrupted.
            let _ = answer.send(call(destination));
        });
        let stopped = || Error::unexpected("the thread of the destination has stopped");
        self.calls.send(boxed).map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}
