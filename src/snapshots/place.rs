//! Where snapshots lie: a folder, or a bucket of an S3-compatible object store.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use object_store::aws::AmazonS3Builder;
use object_store::{ObjectStore, RetryConfig, local::LocalFileSystem, prefix::PrefixStore};

use super::{Fault, Result, words};

/// How long a request to a bucket is repeated that fails for a while.
const BUCKET_RETRIES: RetryConfig = RetryConfig {
    backoff: object_store::BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(5),
        base: 2.,
    },
    max_retries: 6,
    retry_timeout: Duration::from_secs(30),
};

/// A place that can be read and written.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// What is in it.
    pub(super) store: Arc<dyn ObjectStore>,
    /// The folder that it is. None if it is a bucket.
    pub(super) folder: Option<PathBuf>,
}

impl Place {
    /// The place that is named so: `/a/folder`, `file:///a/folder` or `s3://bucket/path`.
    pub(super) fn named(name: &str) -> Result<Self> {
        match name.split_once("://") {
            Some(("s3", bucket)) => Self::bucket(name, bucket),
            Some(("file", path)) => Self::folder(name, path),
            Some((scheme, _)) => {
                Err(unreachable(name, &format!("{scheme}:// is not supported; name a folder, or s3://BUCKET/PATH")))
            }
            None => Self::folder(name, name),
        }
    }

    /// A folder, which is made if it is missing.
    fn folder(name: &str, path: &str) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(|error| unreachable(name, &error))?;
        // A snapshot that is reported must survive a power failure.
        let store = LocalFileSystem::new_with_prefix(path).map_err(|error| unreachable(name, &error))?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(path.into()) })
    }

    /// A bucket, or a path in one. Credentials, region and endpoint are those of the environment: `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL` …
    fn bucket(name: &str, bucket: &str) -> Result<Self> {
        // The server has done so already, the commands have not.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let (bucket, path) = bucket.split_once('/').unwrap_or((bucket, ""));
        if bucket.is_empty() {
            return Err(unreachable(name, &"the bucket is missing; write s3://BUCKET or s3://BUCKET/PATH"));
        }
        let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(BUCKET_RETRIES);
        let store = builder.build().map_err(|error| unreachable(name, &error))?;
        let store: Arc<dyn ObjectStore> = match path.trim_matches('/') {
            "" => Arc::new(store),
            path => Arc::new(PrefixStore::new(store, path)),
        };
        Ok(Self { store, folder: None })
    }
}

/// The fault of a place that cannot be read or written.
fn unreachable(name: &str, why: &dyn fmt::Display) -> Fault {
    let why = why.to_string();
    Fault::Unreachable(format!("snapshots in {name}: {why}{}", words::remedy(&why)))
}
