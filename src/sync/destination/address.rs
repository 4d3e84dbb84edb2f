//! Where a copy goes, as `--to` names it.

use std::path::PathBuf;

use crate::error::{Error, Result};

/// A destination, by its kind and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A file of `SQLite`.
    Sqlite(PathBuf),
    /// A folder with a file of JSON lines for each table.
    Ndjson(PathBuf),
    /// A folder with a CSV file for each table.
    Csv(PathBuf),
    /// The URL of a database of `PostgreSQL`.
    Postgres(PostgresUrl),
}

/// The URL of a database. It may have a password in it, so that nothing shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(pub String);

impl std::fmt::Debug for PostgresUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("PostgresUrl")
    }
}

/// The file that a copy goes to where no one says where.
pub const USUAL_FILE: &str = "recharge.db";

impl Address {
    /// Reads `sqlite:FILE`, `FILE.db`, `ndjson:FOLDER`, `csv:FOLDER` and
    /// `postgres://…`.
    ///
    /// # Errors
    /// Of kind `Usage`: it is none of these.
    pub fn parse(text: &str) -> Result<Self> {
        let path = |rest: &str| {
            if rest.is_empty() {
                let error = Error::usage(format!("--to {text} names no file or folder"));
                return Err(error.hint("name a file or a folder, as in sqlite:shop.db"));
            }
            Ok(PathBuf::from(rest))
        };
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(path(rest)?));
        }
        if let Some(rest) = text.strip_prefix("ndjson:") {
            return Ok(Self::Ndjson(path(rest)?));
        }
        if let Some(rest) = text.strip_prefix("csv:") {
            return Ok(Self::Csv(path(rest)?));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(PostgresUrl(text.to_owned())));
        }
        let ends = [".db", ".sqlite", ".sqlite3"];
        if ends.iter().any(|end| text.ends_with(end)) {
            return Ok(Self::Sqlite(path(text)?));
        }
        let scheme = text.split(':').next().unwrap_or_default();
        Err(Error::usage(format!("{scheme:?} is not a destination")).hint(
            "destinations are sqlite:FILE, ndjson:FOLDER, csv:FOLDER and postgres://HOST/DATABASE",
        ))
    }
}
