//! `rc bulk …`.

use super::Run;
use crate::cli::{Bulk, Options};
use crate::error::{Error, Result};

/// Does what was asked about many rows.
pub(super) fn run(_: &mut Run, _: &Options, asked: &Bulk) -> Result<()> {
    Err(Error::unexpected(format!("{asked:?}")))
}
