//! Where a copy goes, as `--to` names it.

use std::path::PathBuf;

use super::singer::TargetCommand;
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
    /// Singer messages, to a target that is run, or to standard output.
    Singer(Option<TargetCommand>),
    /// Files that engines of data lakes read.
    Lake(LakeFormat, LakeLocation),
}

/// How the tables of a data lake are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LakeFormat {
    /// A Parquet file for each table.
    Parquet,
    /// A Delta Lake table for each table.
    Delta,
}

impl LakeFormat {
    /// The name that `--to` and manifests have for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Delta => "delta",
        }
    }
}

/// Where the files of a data lake are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LakeLocation {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket of S3, or of a store that speaks its protocol.
    Bucket {
        /// The name of the bucket.
        bucket: String,
        /// The beginning of the names of all objects, without slashes at its ends.
        prefix: String,
    },
}

impl LakeLocation {
    /// Reads `FOLDER` and `s3://BUCKET/PREFIX`.
    fn parse(text: &str) -> Result<Self> {
        let Some(rest) = text.strip_prefix("s3://") else {
            // A mistyped scheme would become a folder of that name.
            if text.contains("://") {
                let scheme = text.split("://").next().unwrap_or_default();
                let error = Error::usage(format!("copies do not go to {scheme}://"));
                return Err(error.hint("name a folder, or s3://BUCKET/PREFIX"));
            }
            return Ok(Self::Folder(PathBuf::from(text)));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_name = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
        };
        if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_name) {
            // Keys may have been written there, so that it is not repeated.
            return Err(Error::usage("--to names no bucket after s3://").hint(
                "name it as in s3://bucket/prefix; keys come from AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or from a profile",
            ));
        }
        let prefix = prefix.trim_matches('/');
        let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err(
                Error::usage(format!("{prefix:?} is not a prefix of objects"))
                    .hint("name it as in s3://bucket/prefix, without empty parts"),
            );
        }
        Ok(Self::Bucket {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}

impl std::fmt::Display for LakeLocation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(out, "{}", folder.display()),
            Self::Bucket { bucket, prefix } if prefix.is_empty() => write!(out, "s3://{bucket}"),
            Self::Bucket { bucket, prefix } => write!(out, "s3://{bucket}/{prefix}"),
        }
    }
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
    /// Reads `sqlite:FILE`, `FILE.db`, `ndjson:FOLDER`, `csv:FOLDER`, `postgres://…`,
    /// `parquet:` and `delta:` with a folder or `s3://…`, `singer:-` and `singer:COMMAND`.
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
        if let Some(rest) = text.strip_prefix("singer:") {
            let command = (rest != "-")
                .then(|| TargetCommand::parse(rest))
                .transpose()?;
            return Ok(Self::Singer(command));
        }
        for format in [LakeFormat::Parquet, LakeFormat::Delta] {
            let rest = text.strip_prefix(format.name());
            if let Some(rest) = rest.and_then(|rest| rest.strip_prefix(':')) {
                path(rest)?;
                return Ok(Self::Lake(format, LakeLocation::parse(rest)?));
            }
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
            "destinations are sqlite:FILE, ndjson:FOLDER, csv:FOLDER, parquet:PLACE, delta:PLACE, \
             postgres://HOST/DATABASE, singer:- and singer:COMMAND",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_lakes_are_folders_or_buckets() {
        let parsed = |text: &str| match Address::parse(text) {
            Ok(Address::Lake(format, location)) => format!("{} {location}", format.name()),
            other => format!("{other:?}"),
        };
        assert_eq!(parsed("parquet:out"), "parquet out");
        assert_eq!(parsed("delta:s3://shop-lake"), "delta s3://shop-lake");
        assert_eq!(
            parsed("delta:s3://shop-lake/a/b/"),
            "delta s3://shop-lake/a/b"
        );
    }

    #[test]
    fn addresses_that_name_no_bucket_are_refused_without_being_repeated() {
        for text in [
            "parquet:s3://",
            "delta:s3://AKIA:secret@bucket/x",
            "delta:s3://a/b",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.message, "--to names no bucket after s3://", "{text}");
        }
        for text in [
            "delta:gs://bucket/x",
            "parquet:",
            "delta:s3://bucket/a//b",
            "delta:s3://bucket/../b",
        ] {
            Address::parse(text).unwrap_err();
        }
    }
}
