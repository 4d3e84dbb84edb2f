//! The sandbox as a transport: requests are answered within this process.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::client::Transport;
use crate::config::{self, Environment, variable};
use crate::error::{Error, Result};
use crate::world::Clock;

/// The name of the file that keeps the store of `--sandbox`.
#[cfg(feature = "sandbox")]
const STORE: &str = "sandbox.json";

/// The folder for state: the environment's choice, else the system's.
pub(super) fn folder(environment: &Environment, system: Option<PathBuf>) -> Result<PathBuf> {
    match config::read(environment, variable::STATE_FOLDER)? {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => system.ok_or_else(|| {
            Error::unexpected("there is no home folder to keep state in")
                .hint(format!("name a folder in {}", variable::STATE_FOLDER))
        }),
    }
}

#[cfg(not(feature = "sandbox"))]
pub(super) fn open(
    _: &Environment,
    _: Option<PathBuf>,
    _: &Clock,
) -> Result<(Box<dyn Transport>, SecretString)> {
    Err(Error::usage("this build has no sandbox")
        .hint("build it with the feature \"sandbox\", which is on by default"))
}

#[cfg(feature = "sandbox")]
pub(super) use with_sandbox::{open, store_path};

#[cfg(feature = "sandbox")]
mod with_sandbox {
    use bytes::Bytes;

    use super::{
        Clock, Environment, Error, PathBuf, Result, STORE, SecretString, Transport, folder,
    };
    use crate::client::{Failure, Sending};
    use crate::sandbox::TOKEN;
    use crate::sandbox::file::SandboxFile;

    /// Where the store of `--sandbox` is kept.
    pub(in crate::command) fn store_path(
        environment: &Environment,
        system: Option<PathBuf>,
    ) -> Result<PathBuf> {
        Ok(folder(environment, system)?.join(STORE))
    }

    /// The sandbox of this user, as a transport, and the token it knows.
    pub(in crate::command) fn open(
        environment: &Environment,
        system: Option<PathBuf>,
        clock: &Clock,
    ) -> Result<(Box<dyn Transport>, SecretString)> {
        let path = store_path(environment, system)?;
        let file = SandboxFile::open(&path, clock.clone())
            .map_err(|error| Error::unexpected("cannot open the sandbox").caused_by(error))?;
        Ok((Box::new(Local(file)), SecretString::from(TOKEN)))
    }

    struct Local(SandboxFile);

    impl Transport for Local {
        fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
            let answer = self.0.answer(&request).map_err(|error| Failure {
                // The sandbox writes its file before it answers, so what it
                // could not write did not happen.
                not_sent: true,
                reason: error.to_string(),
            });
            Box::pin(std::future::ready(answer))
        }
    }
}
