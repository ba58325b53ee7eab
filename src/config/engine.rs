//! Which engine keeps the articles, and how a cluster is reached.

use std::{path::PathBuf, time::Duration};

use super::{
    RawConfig,
    faults::{Faults, is_trusted},
};

/// The names of the engines, as they are written.
const EMBEDDED: &str = "embedded";
const OPENSEARCH: &str = "opensearch";

/// Where a node of a cluster on this machine answers by default.
const DEFAULT_NODE: &str = "http://localhost:9200";

/// What the names of indexes begin with unless a setting says otherwise.
const DEFAULT_PREFIX: &str = "sayso-";

/// The longest prefix, in bytes. OpenSearch takes names of 255.
const PREFIX_BYTES: usize = 100;

/// The most shards of an index that OpenSearch makes, and the most copies of a shard that are of any use.
const MOST_SHARDS: u32 = 1024;
const MOST_REPLICAS: u32 = 100;

/// How long a cluster keeps the state that a page token refers to. It is not to be set.
const PAGES_KEPT: Duration = Duration::from_secs(5 * 60);

/// What keeps the articles.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum EngineConfig {
    /// This process, in the data directory.
    #[default]
    Embedded,
    /// An OpenSearch cluster.
    OpenSearch(Box<ClusterConfig>),
}

/// How a cluster is reached, and what its indexes are called.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterConfig {
    /// Addresses of its nodes.
    pub urls: Vec<String>,
    /// What the names of all indexes begin with.
    pub prefix: String,
    /// The file of authorities that nodes are trusted by. None: those of the machine.
    pub ca: Option<PathBuf>,
    /// The name that the service shows, with a password.
    pub user: Option<String>,
    /// The file of the password. None: the environment has it.
    pub password_file: Option<PathBuf>,
    /// The files of a certificate and its private key that the service shows.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// How long connecting to a node may take.
    pub connect_timeout: Duration,
    /// How long one attempt of a request may take.
    pub request_timeout: Duration,
    /// Shards of the index of articles, when it is made.
    pub shards: u32,
    /// Copies of each shard besides the first, when it is made.
    pub replicas: u32,
}

impl EngineConfig {
    /// The cluster, if one keeps the articles.
    pub fn cluster(&self) -> Option<&ClusterConfig> {
        match self {
            Self::Embedded => None,
            Self::OpenSearch(cluster) => Some(cluster),
        }
    }

    /// How many searches run at once for each core unless a setting says otherwise. Those of a cluster wait most of their
    /// time for it.
    pub(super) fn searches_per_core(&self) -> usize {
        match self {
            Self::Embedded => 2,
            Self::OpenSearch(_) => 8,
        }
    }

    /// As it is written.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Embedded => EMBEDDED,
            Self::OpenSearch(_) => OPENSEARCH,
        }
    }

    /// The engine that these settings choose.
    pub(super) fn of(raw: &RawConfig, faults: &mut Faults) -> Self {
        match raw.engine.as_deref() {
            None | Some(EMBEDDED) => {
                for name in of_a_cluster(raw) {
                    faults.0.push(format!(
                        "{name}: is for a cluster, but the articles are kept in the data directory; set engine to \
                         {OPENSEARCH:?}, or leave {name} out"
                    ));
                }
                Self::Embedded
            }
            Some(OPENSEARCH) if cfg!(feature = "opensearch") => {
                of_a_folder(raw, faults);
                Self::OpenSearch(Box::new(ClusterConfig::of(raw, faults)))
            }
            Some(OPENSEARCH) => {
                faults.0.push(format!(
                    "engine: this program was built without the engine {OPENSEARCH:?}; build it with the feature \
                     opensearch, or write {EMBEDDED:?}"
                ));
                Self::Embedded
            }
            Some(other) => {
                faults.0.push(format!("engine: {other:?} is not an engine; write {EMBEDDED} or {OPENSEARCH}"));
                Self::Embedded
            }
        }
    }
}

impl ClusterConfig {
    fn of(raw: &RawConfig, faults: &mut Faults) -> Self {
        let urls = match raw.opensearch_url.as_deref() {
            None | Some([]) => vec![DEFAULT_NODE.into()],
            Some(urls) => urls.iter().map(|url| node(url, faults)).collect(),
        };
        let count = |given: Option<u32>, default| given.unwrap_or(default);
        let cluster = Self {
            prefix: prefix(raw.opensearch_prefix.as_deref(), faults),
            ca: raw.opensearch_ca.clone(),
            user: raw.opensearch_user.clone(),
            password_file: raw.opensearch_password_file.clone(),
            certificate: certificate(raw, faults),
            connect_timeout: faults.duration(
                "opensearch_connect_timeout",
                raw.opensearch_connect_timeout.clone(),
                Duration::from_secs(2),
            ),
            request_timeout: faults.duration(
                "opensearch_request_timeout",
                raw.opensearch_request_timeout.clone(),
                Duration::from_secs(30),
            ),
            shards: count(raw.opensearch_shards, 3),
            replicas: count(raw.opensearch_replicas, 1),
            urls,
        };
        cluster.check(faults);
        cluster
    }

    /// An address that articles are sent to through the network unencrypted.
    pub(crate) fn plain_url(&self) -> Option<&str> {
        self.urls.iter().map(String::as_str).find(|url| !is_trusted(url))
    }

    /// Tells what cannot be, and what does not go together.
    fn check(&self, faults: &mut Faults) {
        if !(1..=MOST_SHARDS).contains(&self.shards) {
            faults.0.push(format!("opensearch_shards: must be from 1 to {MOST_SHARDS}"));
        }
        if self.replicas > MOST_REPLICAS {
            faults.0.push(format!("opensearch_replicas: must be from 0 to {MOST_REPLICAS}"));
        }
        if self.password_file.is_some() && self.user.is_none() {
            faults
                .0
                .push("opensearch_user: is missing; a password (opensearch_password_file) is that of a user".into());
        }
        if self.user.is_some() && self.certificate.is_some() {
            faults.0.push(
                "opensearch_client_cert: a cluster is shown either a password (opensearch_user) or a certificate; leave \
                 one of them out"
                    .into(),
            );
        }
        if let Some(url) = self.plain_url().filter(|_| self.user.is_some()) {
            faults.0.push(format!(
                "opensearch_user: the password would be sent to {url} unencrypted; write https://, or an address of this \
                 machine"
            ));
        }
        if self.certificate.is_some() && self.urls.iter().any(|url| url.starts_with("http://")) {
            faults.0.push("opensearch_client_cert: is shown over https:// only; write all opensearch_url so".into());
        }
    }
}

/// The settings of a cluster that are written.
fn of_a_cluster(raw: &RawConfig) -> Vec<&'static str> {
    let written = [
        ("opensearch_url", raw.opensearch_url.is_some()),
        ("opensearch_prefix", raw.opensearch_prefix.is_some()),
        ("opensearch_ca", raw.opensearch_ca.is_some()),
        ("opensearch_user", raw.opensearch_user.is_some()),
        ("opensearch_password_file", raw.opensearch_password_file.is_some()),
        ("opensearch_client_cert", raw.opensearch_client_cert.is_some()),
        ("opensearch_client_key", raw.opensearch_client_key.is_some()),
        ("opensearch_connect_timeout", raw.opensearch_connect_timeout.is_some()),
        ("opensearch_request_timeout", raw.opensearch_request_timeout.is_some()),
        ("opensearch_shards", raw.opensearch_shards.is_some()),
        ("opensearch_replicas", raw.opensearch_replicas.is_some()),
    ];
    written.into_iter().filter_map(|(name, is_written)| is_written.then_some(name)).collect()
}

/// Refuses what would have no effect on a cluster. The data directory may be named: it has the file of keys.
fn of_a_folder(raw: &RawConfig, faults: &mut Faults) {
    if raw.snapshots.as_ref().is_some_and(|place| !place.is_empty()) {
        faults.0.push(
            "snapshots: are of the engine \"embedded\"; a cluster has snapshots of its own, in its repositories (PUT \
             _snapshot/REPOSITORY); leave snapshots out"
                .into(),
        );
    }
    let lifetime = raw.page_token_lifetime.as_ref().and_then(|text| text.parse::<jiff::SignedDuration>().ok());
    if lifetime.is_some_and(|lifetime| Duration::try_from(lifetime).ok() != Some(PAGES_KEPT)) {
        faults.0.push("page_token_lifetime: is always 5m on a cluster; leave it out".into());
    }
}

/// The address of a node: a scheme and a host, and a port if it is not the usual one.
fn node(url: &str, faults: &mut Faults) -> String {
    let url = url.trim();
    // A browser's address bar ends addresses so.
    let address = url.strip_suffix('/').filter(|rest| !rest.ends_with('/')).unwrap_or(url);
    let parsed = address.parse::<axum::http::Uri>().ok();
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    let said = match (&parsed, scheme) {
        (_, None | Some("http" | "https")) if address.contains('@') => {
            Some("has a name or a password in it; set opensearch_user and opensearch_password_file")
        }
        (Some(parsed), Some("http" | "https"))
            if parsed.path() != "/" || parsed.query().is_some() || address.ends_with('/') =>
        {
            Some("has a path; indexes are found by opensearch_prefix; write http://HOST:PORT or https://HOST:PORT")
        }
        (Some(parsed), Some("http" | "https")) if parsed.host().is_some_and(|host| !host.is_empty()) => None,
        (_, None) => Some("has no scheme; write http://HOST:PORT or https://HOST:PORT"),
        _ => Some("is not the address of an OpenSearch node; write http://HOST:PORT or https://HOST:PORT"),
    };
    if let Some(said) = said {
        // What may be a password is not repeated.
        let shown = address.rsplit_once('@').map_or(address, |(_, host)| host);
        faults.0.push(format!("opensearch_url: {shown:?} {said}"));
    }
    address.to_owned()
}

/// What the names of indexes begin with. OpenSearch wants small letters.
fn prefix(given: Option<&str>, faults: &mut Faults) -> String {
    let Some(prefix) = given else { return DEFAULT_PREFIX.into() };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let good = prefix.bytes().next().is_some_and(plain)
        && prefix.len() <= PREFIX_BYTES
        && prefix.bytes().all(|byte| plain(byte) || b"-_".contains(&byte));
    if !good {
        faults.0.push(format!(
            "opensearch_prefix: {prefix:?} cannot begin the name of an index; write small letters of English, digits, \
             hyphens and underscores, beginning with a letter or a digit, at most {PREFIX_BYTES}"
        ));
    }
    prefix.into()
}

fn certificate(raw: &RawConfig, faults: &mut Faults) -> Option<(PathBuf, PathBuf)> {
    match (raw.opensearch_client_cert.clone(), raw.opensearch_client_key.clone()) {
        (Some(certificate), Some(key)) => return Some((certificate, key)),
        (Some(_), None) => faults.0.push(
            "opensearch_client_key: is missing; a certificate (opensearch_client_cert) needs its private key".into(),
        ),
        (None, Some(_)) => faults.0.push(
            "opensearch_client_cert: is missing; a private key (opensearch_client_key) needs its certificate".into(),
        ),
        (None, None) => {}
    }
    None
}

#[cfg(test)]
mod tests;
