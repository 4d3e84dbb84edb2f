//! The runtime of everything that waits for the network: one thread, started
//! only when something is sent.

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};

/// A runtime on this thread, with timers, network and signals.
///
/// # Errors
/// Of kind `Unexpected`: the system refuses its resources.
pub fn current_thread() -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::unexpected("cannot start the runtime").caused_by(error))
}
