//! Copies for data lakes: where they are, and where the keys of a bucket come from.

#[cfg(feature = "lake")]
pub(super) use with_feature::{facts, open};
#[cfg(not(feature = "lake"))]
pub(super) use without_feature::{facts, open};

#[cfg(feature = "lake")]
mod with_feature {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use crate::cli::Options;
    use crate::config::folders::homeless;
    use crate::config::{BaseUrl, Network, variable};
    use crate::config::{Trust, read, trust};
    use crate::error::{Error, Result};
    use crate::sync::destination::files::DATABASE;
    use crate::sync::destination::lake::{
        AwsEnvironment, AwsSettings, BucketSettings, Lake, LakeFiles,
    };
    use crate::sync::destination::{Destination, LakeFormat, LakeLocation};
    use crate::sync::{StoreKey, TableStatus};
    use crate::ui::Run;

    /// What a copy is; `None` where there is none.
    pub(in crate::commands::sync) fn facts(
        run: &Run,
        options: &Options,
        format: LakeFormat,
        location: &LakeLocation,
    ) -> Result<Option<(StoreKey, Vec<TableStatus>)>> {
        let scratch = std::env::temp_dir();
        files(run, options, location, &scratch)?.facts(format)
    }

    /// Opens a lake as a destination.
    pub(in crate::commands::sync) fn open(
        run: &Run,
        options: &Options,
        (format, location): (LakeFormat, &LakeLocation),
        compact: bool,
    ) -> Result<Box<dyn Destination>> {
        let (folder, index, is_cache) = match location {
            LakeLocation::Folder(folder) => (folder.clone(), folder.join(DATABASE), false),
            LakeLocation::Bucket { .. } => {
                let folder = cache(run)?;
                let index = folder.join(index_name(format, location));
                (folder, index, true)
            }
        };
        make(&folder)?;
        let files = files(run, options, location, &folder)?;
        Ok(Box::new(Lake::open(
            files,
            format,
            (&index, is_cache),
            compact,
        )?))
    }

    /// Makes a folder, for its owner only.
    fn make(folder: &Path) -> Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        let made = builder.create(folder);
        made.map_err(|error| {
            let name = folder.display();
            Error::usage(format!("the folder {name} cannot be made")).caused_by(error)
        })
    }

    /// The folder with the indexes of copies in buckets.
    fn cache(run: &Run) -> Result<PathBuf> {
        let folders = run.folders()?;
        match folders.state() {
            Some(state) => Ok(state.join("lakes")),
            None => Err(homeless("the index of the copy", variable::STATE_FOLDER)),
        }
    }

    /// The name of an index: what is a name of a file, and a number that tells it from
    /// those that are spelled alike then.
    fn index_name(format: LakeFormat, location: &LakeLocation) -> String {
        let place = format!("{}:{location}", format.name());
        let digest = ring::digest::digest(&ring::digest::SHA256, place.as_bytes());
        let number = digest
            .as_ref()
            .first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes));
        format!("{}-{number:016x}.db", format.name())
    }

    fn files(
        run: &Run,
        options: &Options,
        location: &LakeLocation,
        scratch: &Path,
    ) -> Result<LakeFiles> {
        let (bucket, prefix) = match location {
            LakeLocation::Folder(folder) => return Ok(LakeFiles::of_folder(folder)),
            LakeLocation::Bucket { bucket, prefix } => (bucket.clone(), prefix.clone()),
        };
        let aws = AwsSettings::of(&environment(run)?)?;
        let network = network(run, options, &aws)?;
        let settings = BucketSettings {
            bucket,
            prefix,
            aws,
            network,
        };
        LakeFiles::of_bucket(&settings, scratch)
    }

    fn environment(run: &Run) -> Result<AwsEnvironment> {
        let mut variables = BTreeMap::new();
        let names = run
            .environment
            .keys()
            .filter(|name| name.starts_with("AWS_"));
        for name in names {
            if let Some(value) = read(&run.environment, name)? {
                variables.insert(name.clone(), value.to_owned());
            }
        }
        let home = read(&run.environment, variable::HOME)?.map(PathBuf::from);
        Ok(AwsEnvironment { variables, home })
    }

    /// How requests travel to the store. Plain http leaves this machine only where the
    /// user allowed it.
    fn network(run: &Run, options: &Options, aws: &AwsSettings) -> Result<Network> {
        let usual = format!("https://s3.{}.amazonaws.com", aws.region());
        let flags = &options.network;
        let endpoint = aws.endpoint().unwrap_or(&usual);
        let is_plain = endpoint.starts_with("http://");
        match BaseUrl::parse(endpoint) {
            Ok(base) => Network::of(flags, &run.environment, &base),
            Err(_) if is_plain && aws.allows_http() => {
                let trust: Trust = trust(flags, &run.environment)?;
                let base = BaseUrl::parse(&usual)?;
                let network = Network::of(flags, &run.environment, &base)?;
                Ok(Network {
                    trust,
                    proxy: None,
                    ..network
                })
            }
            Err(_) if is_plain => Err(Error::usage(
                "AWS_ENDPOINT_URL is plain http to another machine: keys and rows could be read",
            )
            .hint("use https, or set AWS_ALLOW_HTTP=true in a network that you trust")),
            Err(_) => Err(
                Error::usage("AWS_ENDPOINT_URL is not the address of a store")
                    .hint("write it like https://storage.example.com"),
            ),
        }
    }
}

/// Without the feature there is nothing that writes such files.
#[cfg(not(feature = "lake"))]
mod without_feature {
    use crate::cli::Options;
    use crate::error::{Error, Result};
    use crate::sync::destination::{Destination, LakeFormat, LakeLocation};
    use crate::sync::{StoreKey, TableStatus};
    use crate::ui::Run;

    fn missing(format: LakeFormat) -> Error {
        let name = format.name();
        Error::usage(format!("this build does not copy to {name}:"))
            .hint("cargo install --path . --features lake builds one that does")
    }

    pub(in crate::commands::sync) fn facts(
        _: &Run,
        _: &Options,
        format: LakeFormat,
        _: &LakeLocation,
    ) -> Result<Option<(StoreKey, Vec<TableStatus>)>> {
        Err(missing(format))
    }

    pub(in crate::commands::sync) fn open(
        _: &Run,
        _: &Options,
        (format, _): (LakeFormat, &LakeLocation),
        _: bool,
    ) -> Result<Box<dyn Destination>> {
        Err(missing(format))
    }
}
