//! Objects of a bucket: S3, or a store that speaks its protocol.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::{HttpClient, HttpConnector};
use object_store::path::Path as ObjectPath;
use object_store::{
    ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    PutPayload, RetryConfig,
};
use tempfile::NamedTempFile;
use tokio::runtime::Runtime;

use super::Writer;
use super::bucket_error::{failed, texts, unconditional};
use super::bucket_lock::HeldLock;
use super::profile::AwsSettings;
use super::storage::{FOOTER, LakeStorage, StoredObject, unwritable};
use crate::api::client::{USER_AGENT, tls};
use crate::config::Network;
use crate::error::{Error, Result};
use crate::sync::Micros;
use crate::sync::destination::LakeLocation;

/// The size of the body of one request, and the minimum size of a part of an object,
/// except the last one.
const PART: usize = 8 << 20;

/// How long a store may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// How long a request is tried again that the store did not answer.
const RETRY: RetryConfig = RetryConfig {
    backoff: object_store::BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(5),
        base: 2.0,
    },
    max_retries: 5,
    retry_timeout: Duration::from_secs(60),
};

/// A bucket, and how it is reached.
#[derive(Debug)]
pub struct BucketSettings {
    /// Its name.
    pub bucket: String,
    /// The beginning of the names of all objects.
    pub prefix: String,
    /// Keys, region and address.
    pub aws: AwsSettings,
    /// How requests travel.
    pub network: Network,
}

/// The objects of a bucket.
pub(super) struct BucketStorage {
    place: String,
    prefix: String,
    store: AmazonS3,
    runtime: Runtime,
    scratch: PathBuf,
    pub(super) held: RefCell<Option<HeldLock>>,
}

impl std::fmt::Debug for BucketStorage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("BucketStorage")
    }
}

/// Sends requests with the client of this program, which trusts the same authorities.
#[derive(Debug)]
struct OwnClient(reqwest::Client);

impl HttpConnector for OwnClient {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

fn client(network: &Network) -> Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(network.timeouts.connect)
        .read_timeout(SILENCE)
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(tls::settings(&network.trust)?)
        .no_proxy();
    if let Some(proxy) = &network.proxy {
        // Its causes may repeat the address, and with it a password.
        let made = reqwest::Proxy::all(proxy.url()).map_err(|_| {
            Error::usage(format!("{} is not the address of a proxy", proxy.variable))
        })?;
        builder = builder.proxy(made);
    }
    let client = builder.build();
    client.map_err(|error| Error::unexpected("cannot set up HTTP").caused_by(error))
}

impl BucketStorage {
    pub(super) fn new(settings: &BucketSettings, scratch: &Path) -> Result<Self> {
        let location = LakeLocation::Bucket {
            bucket: settings.bucket.clone(),
            prefix: settings.prefix.clone(),
        };
        let place = location.to_string();
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(settings.aws.region())
            .with_allow_http(true)
            .with_retry(RETRY)
            .with_disable_bulk_delete(true)
            .with_http_connector(OwnClient(client(&settings.network)?));
        for (name, value) in &settings.aws.0 {
            // Variables of other tools have no meaning here.
            if let Ok(key) = AmazonS3ConfigKey::from_str(name)
                && !matches!(
                    key,
                    AmazonS3ConfigKey::Client(_) | AmazonS3ConfigKey::Bucket
                )
            {
                builder = builder.with_config(key, value);
            }
        }
        let store = builder.build().map_err(|_| {
            // Its text may repeat what was set.
            Error::usage(format!("the settings of {place} are not valid"))
                .hint("check the variables that begin with AWS_")
        })?;
        Ok(Self {
            place,
            prefix: settings.prefix.clone(),
            store,
            runtime: crate::runtime::current_thread()?,
            scratch: scratch.to_owned(),
            held: RefCell::new(None),
        })
    }

    fn path(&self, name: &str) -> ObjectPath {
        if self.prefix.is_empty() {
            ObjectPath::from(name)
        } else {
            ObjectPath::from(format!("{}/{name}", self.prefix))
        }
    }

    /// The name of an object, relative to the copy.
    fn name(&self, path: &ObjectPath) -> String {
        let path = path.as_ref();
        let relative = path.strip_prefix(&self.prefix).unwrap_or(path);
        relative.trim_start_matches('/').to_owned()
    }

    fn failed(&self, error: &object_store::Error) -> Error {
        failed(&self.place, error)
    }

    fn broken(&self, error: std::io::Error) -> Error {
        unwritable(&self.scratch.display().to_string(), error)
    }

    /// Writes a small object, and replaces an existing one.
    pub(super) fn put(&self, name: &str, content: &[u8]) -> Result<()> {
        let payload = PutPayload::from(content.to_vec());
        let path = self.path(name);
        let put = self.runtime.block_on(self.store.put(&path, payload));
        put.map(drop).map_err(|error| self.failed(&error))
    }

    async fn send_parts(&self, draft: &mut File, name: &str) -> Result<()> {
        let path = self.path(name);
        let upload = self.store.put_multipart(&path).await;
        let mut upload = upload.map_err(|error| self.failed(&error))?;
        loop {
            let mut part = Vec::with_capacity(PART);
            let read = (&mut *draft).take(PART as u64).read_to_end(&mut part);
            let sent = match read {
                Ok(0) => break,
                Ok(_) => upload.put_part(PutPayload::from(part)).await,
                Err(error) => {
                    let _ = upload.abort().await;
                    return Err(self.broken(error));
                }
            };
            if let Err(error) = sent {
                // Remaining parts would cost money.
                let _ = upload.abort().await;
                return Err(self.failed(&error));
            }
        }
        let complete = upload.complete().await;
        complete.map(drop).map_err(|error| self.failed(&error))
    }
}

/// `None` for an object that does not exist.
fn found<T>(read: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl LakeStorage for BucketStorage {
    fn place(&self) -> &str {
        &self.place
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        let read = self.runtime.block_on(async {
            match found(self.store.get(&path).await)? {
                Some(object) => found(object.bytes().await),
                None => Ok(None),
            }
        });
        let read = read.map_err(|error| self.failed(&error))?;
        Ok(read.map(|bytes| bytes.to_vec()))
    }

    fn footer(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        let options = GetOptions::new().with_range(Some(GetRange::Suffix(FOOTER)));
        let read = self.runtime.block_on(async {
            match found(self.store.get_opts(&path, options).await)? {
                Some(object) => found(object.bytes().await),
                None => Ok(None),
            }
        });
        let read = read.map_err(|error| self.failed(&error))?;
        Ok(read.map(|bytes| bytes.to_vec()))
    }

    fn open(&self, name: &str) -> Result<Option<File>> {
        let path = self.path(name);
        let mut file = tempfile::tempfile_in(&self.scratch).map_err(|error| self.broken(error))?;
        let is_there = self.runtime.block_on(async {
            let object = found(self.store.get(&path).await).map_err(|error| self.failed(&error))?;
            let Some(object) = object else {
                return Ok(false);
            };
            let mut stream = object.into_stream();
            while let Some(piece) = stream
                .try_next()
                .await
                .map_err(|error| self.failed(&error))?
            {
                file.write_all(&piece).map_err(|error| self.broken(error))?;
            }
            Ok(true)
        })?;
        file.seek(SeekFrom::Start(0))
            .map_err(|error| self.broken(error))?;
        Ok(is_there.then_some(file))
    }

    fn create(&self, name: &str, content: &[u8]) -> Result<bool> {
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        let payload = PutPayload::from(content.to_vec());
        let path = self.path(name);
        let put = self.store.put_opts(&path, payload, options);
        match self.runtime.block_on(put) {
            Ok(_) => Ok(true),
            Err(
                object_store::Error::NotImplemented { .. }
                | object_store::Error::NotSupported { .. },
            ) => Err(unconditional(&self.place)),
            Err(error @ object_store::Error::PermissionDenied { .. }) => Err(self.failed(&error)),
            Err(error) => {
                let text = texts(&error);
                if text.contains("NotImplemented") || text.contains("501") {
                    return Err(unconditional(&self.place));
                }
                // A request whose answer was lost may have been carried out, and its
                // repetition finds what it wrote.
                let is_taken = matches!(
                    error,
                    object_store::Error::AlreadyExists { .. }
                        | object_store::Error::Precondition { .. }
                );
                match self.read(name)? {
                    Some(there) if there == content => Ok(true),
                    Some(_) if is_taken => Ok(false),
                    _ => Err(self.failed(&error)),
                }
            }
        }
    }

    fn draft(&self) -> Result<NamedTempFile> {
        let draft = tempfile::Builder::new()
            .prefix(".part-")
            .tempfile_in(&self.scratch);
        draft.map_err(|error| self.broken(error))
    }

    fn keep(&self, draft: NamedTempFile, name: &str) -> Result<()> {
        let mut file = draft.reopen().map_err(|error| self.broken(error))?;
        let size = file.metadata().map_err(|error| self.broken(error))?.len();
        if size <= PART as u64 {
            let mut content = Vec::new();
            let read = file.read_to_end(&mut content);
            read.map_err(|error| self.broken(error))?;
            return self.put(name, &content);
        }
        self.runtime.block_on(self.send_parts(&mut file, name))
    }

    fn list(&self, folder: &str) -> Result<Vec<StoredObject>> {
        let prefix = self.path(folder);
        let listed = self.store.list(Some(&prefix)).try_collect::<Vec<_>>();
        let listed = self.runtime.block_on(listed);
        let listed = listed.map_err(|error| self.failed(&error))?;
        let objects = listed.into_iter().map(|object| StoredObject {
            name: self.name(&object.location),
            modified: Micros::of(
                jiff::Timestamp::from_microsecond(object.last_modified.timestamp_micros())
                    .unwrap_or(jiff::Timestamp::MAX),
            ),
        });
        Ok(objects.collect())
    }

    fn top(&self) -> Result<Vec<String>> {
        let prefix = (!self.prefix.is_empty()).then(|| self.path(""));
        let listed = self.store.list_with_delimiter(prefix.as_ref());
        let listed = self.runtime.block_on(listed);
        let listed = listed.map_err(|error| self.failed(&error))?;
        let folders = listed.common_prefixes.iter();
        let objects = listed.objects.iter().map(|object| &object.location);
        Ok(folders.chain(objects).map(|path| self.name(path)).collect())
    }

    fn remove(&self, name: &str) -> Result<()> {
        let path = self.path(name);
        let removed = self.runtime.block_on(self.store.delete(&path));
        match found(removed) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn lock(&self, writer: &Writer, now: Micros) -> Result<()> {
        let held = HeldLock::take(self, writer, now)?;
        *self.held.borrow_mut() = Some(held);
        Ok(())
    }

    fn confirm(&self, now: Micros) -> Result<()> {
        match self.held.borrow_mut().as_mut() {
            Some(held) => held.confirm(self, now),
            None => Ok(()),
        }
    }

    fn unlock(&self) -> Result<()> {
        match self.held.borrow_mut().take() {
            Some(held) => held.release(self),
            None => Ok(()),
        }
    }
}
