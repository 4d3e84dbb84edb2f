//! The sandbox as a transport: requests are answered within this process.

use std::path::PathBuf;

use bytes::Bytes;
use secrecy::SecretString;

use crate::api::client::{Failure, READ_TIMEOUT, Sending, Transport};
use crate::catalog::Api;
use crate::config::{Environment, Folders, variable};
use crate::error::{Error, Result};
use crate::sandbox::file::SandboxFile;
use crate::sandbox::{Ending, Platform, TOKEN};
use crate::world::{Clock, Sleep};

/// The name of the file that keeps the store of `--sandbox`, of a platform.
fn file_name(platform: Platform) -> String {
    if platform == Platform::default() {
        return "sandbox.json".to_owned();
    }
    format!("sandbox-{}.json", platform.name())
}

/// Where the store of `--sandbox` is kept: in the folder of the environment's
/// choice, else in the system's.
pub(super) fn store_path(
    platform: Platform,
    environment: &Environment,
    system: Option<PathBuf>,
) -> Result<PathBuf> {
    let folders = Folders::choose(environment, None, system)?;
    let folder = folders.state().ok_or_else(|| {
        Error::unexpected("there is no home folder for the sandbox")
            .hint(format!("name a folder in {}", variable::STATE_FOLDER))
    })?;
    Ok(folder.join(file_name(platform)))
}

/// The sandbox of this user that answers as an API, as a transport, and the token it
/// knows.
pub(super) fn open(
    api: &Api,
    environment: &Environment,
    system: Option<PathBuf>,
    clock: &Clock,
    sleep: Sleep,
) -> Result<(Box<dyn Transport>, SecretString)> {
    let Some(platform) = Platform::of(api) else {
        return Err(Error::usage(format!(
            "there is no sandbox of {}",
            api.title
        )));
    };
    let path = store_path(platform, environment, system)?;
    let file = SandboxFile::of(platform, &path, clock.clone()).map_err(|error| {
        Error::unexpected("cannot open the sandbox")
            .hint(format!(
                "{} names another folder for it",
                variable::STATE_FOLDER
            ))
            .caused_by(error)
    })?;
    Ok((Box::new(Local { file, sleep }), SecretString::from(TOKEN)))
}

struct Local {
    file: SandboxFile,
    sleep: Sleep,
}

impl Transport for Local {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let reply = self.file.receive(&request).map_err(|error| Failure {
                // The sandbox writes its file before it answers, so what it
                // could not write did not happen.
                not_sent: true,
                hint: None,
                status: None,
                reason: error.to_string(),
            })?;
            let never = matches!(reply.ending, Ending::Never);
            if never || reply.after >= READ_TIMEOUT {
                (self.sleep)(READ_TIMEOUT).await;
                return Err(lost("it took too long"));
            }
            if !reply.after.is_zero() {
                (self.sleep)(reply.after).await;
            }
            match reply.ending {
                Ending::Whole(answer) => Ok(answer),
                Ending::Cut(answer, _) => Err(Failure {
                    status: Some(answer.status().as_u16()),
                    ..lost("the response was cut off")
                }),
                Ending::Reset | Ending::Never => Err(lost("the connection broke")),
            }
        })
    }
}

/// A fault changes an answer in the same way as over the network.
fn lost(what: &str) -> Failure {
    Failure {
        not_sent: false,
        hint: None,
        status: None,
        reason: format!("{what} (a fault of the sandbox)"),
    }
}
