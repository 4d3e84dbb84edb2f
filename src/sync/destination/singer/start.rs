//! The state that a run of Singer messages begins with, and the file that keeps it.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::state::SingerState;
use crate::sync::StoreKey;

/// The state that a run begins with.
#[derive(Debug, Clone, Default)]
pub enum StartState {
    /// None.
    #[default]
    Nothing,
    /// One that was read, and its name in messages.
    Given(SingerState, String),
    /// That of a file, which is replaced as the target confirms.
    File(PathBuf),
    /// That of a file in a folder of this program, one for each store and target.
    Kept {
        /// The folder.
        folder: PathBuf,
        /// Distinguishes the target from others.
        target: String,
    },
}

impl StartState {
    /// The file that is replaced as the target confirms.
    pub(super) fn file(&self, store: &StoreKey) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Kept { folder, target } => {
                let name = fingerprint(&[&store.to_string(), target]);
                Some(folder.join(format!("{name}.json")))
            }
            Self::Nothing | Self::Given(..) => None,
        }
    }
}

/// A short name for some texts, the same in every run.
pub(super) fn fingerprint(texts: &[&str]) -> String {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for text in texts {
        digest.update(&text.len().to_be_bytes());
        digest.update(text.as_bytes());
    }
    let digest = digest.finish();
    let bytes = digest.as_ref().iter().take(12);
    bytes.fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}
