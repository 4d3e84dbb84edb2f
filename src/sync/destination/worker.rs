//! A destination on a thread of its own.

use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::Destination;
use crate::error::{Error, Result};

/// Calls that wait while another one runs: a page is stored, the next one waits,
/// and a third one is being fetched.
const WAITING: usize = 1;

type Call = Box<dyn FnOnce(&mut dyn Destination) + Send>;

/// Runs a destination on a thread, in the order of the calls.
#[derive(Debug, Clone)]
pub struct Worker {
    calls: mpsc::Sender<Call>,
}

impl Worker {
    /// Starts the thread. It ends when the last handle is dropped.
    ///
    /// # Errors
    /// The system has no thread to spare.
    pub fn start(mut destination: Box<dyn Destination>) -> Result<Self> {
        let (sender, mut calls) = mpsc::channel::<Call>(WAITING);
        let run = move || {
            while let Some(call) = calls.blocking_recv() {
                call(destination.as_mut());
            }
        };
        let named = thread::Builder::new().name("destination".to_owned());
        named
            .spawn(run)
            .map_err(|error| Error::unexpected("cannot start a thread").caused_by(error))?;
        Ok(Self { calls: sender })
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
        let boxed: Call = Box::new(move |destination| {
            // Who no longer waits for the answer was interrupted.
            let _ = answer.send(call(destination));
        });
        let stopped = || Error::unexpected("the thread of the destination has stopped");
        self.calls.send(boxed).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}
