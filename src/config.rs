//! Settings: raw ones from flags, the environment and a file, then resolved values.

mod engine;
mod faults;
mod limits;
mod origin;
mod raw;
mod show;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args as _;

pub use crate::{access::TokenConfig, tls::TlsFiles};
pub use engine::{ClusterConfig, EngineConfig};
pub use limits::Limits;
pub use origin::Settings;
pub use raw::RawConfig;
pub(crate) use show::example;

use crate::{analysis::Mode, retention::Rule};
use faults::Faults;

/// The default address, for the server and for clients.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051);

/// The default data directory.
pub(crate) const DEFAULT_DATA_DIR: &str = "sayso-data";

/// The file of API keys in the data directory, unless another one is named.
pub(crate) const KEYS: &str = "keys.json";

/// The prefix of environment variables that hold settings.
const PREFIX: &str = "SAYSO_";

/// The names of all settings.
fn names() -> Vec<String> {
    let command = RawConfig::augment_args(clap::Command::new("settings"));
    command.get_arguments().map(|argument| argument.get_id().to_string()).collect()
}

/// The setting that a misspelt name was probably meant to be.
fn nearest(name: &str) -> Option<String> {
    let near = |known: &String| strsim::osa_distance(known, name) <= 2;
    names().into_iter().filter(near).min_by_key(|known| strsim::osa_distance(known, name))
}

/// A warning for each environment variable that looks like a misspelt setting.
pub fn misspelt_variables() -> Vec<String> {
    let known = names();
    let mut variables: Vec<_> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    variables.sort();
    let warn = |variable: String| {
        let name = variable.strip_prefix(PREFIX)?.to_lowercase();
        let meant = nearest(&name).filter(|_| !known.contains(&name))?;
        Some(format!("{variable} is not a setting and is ignored; did you mean {PREFIX}{}?", meant.to_uppercase()))
    };
    variables.into_iter().filter_map(warn).collect()
}

/// Settings as they are used.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to serve metrics. None if they are off.
    pub metrics: Option<SocketAddr>,
    /// The collector of traces. None: that of the environment, if there is one.
    pub otlp_endpoint: Option<String>,
    /// The file of API keys, which need not exist.
    pub keys: PathBuf,
    /// Whether a setting names another than that of the data directory. Then it must be there.
    pub keys_named: bool,
    /// What tokens are checked against. None if they are not taken.
    pub tokens: Option<TokenConfig>,
    /// The certificates. None if connections are not encrypted.
    pub tls: Option<TlsFiles>,
    /// Whether everybody may be let in from everywhere.
    pub insecure_public: bool,
    /// The origins of web sites whose pages may call from a browser: `https://news.example`.
    pub cors_origins: Vec<String>,
    /// What keeps the articles.
    pub engine: EngineConfig,
    /// The folder that holds articles and indexes; on a cluster, the file of keys alone.
    pub data_dir: PathBuf,
    /// Where snapshots are. None if none can be taken.
    pub snapshots: Option<String>,
    /// Which articles are deleted because of their age.
    pub(crate) retention: Vec<Rule>,
    /// The folder of models that replace compiled-in ones.
    pub model: Option<PathBuf>,
    /// The file of synonyms.
    pub synonyms: Option<PathBuf>,
    /// The mode for articles that are put without one of their own.
    pub analysis: Mode,
    /// Threads that analyse.
    pub analysis_threads: usize,
    /// Searches that run at once.
    pub search_threads: usize,
    /// How long a read or search may take before the log tells of it. None: it never does.
    pub slow_call: Option<Duration>,
    /// How long open calls may run on after the order to stop.
    pub shutdown_grace: Duration,
    /// The limits of requests and answers.
    pub limits: Limits,
}

impl Config {
    /// The folder that articles and indexes are kept in. None if a cluster keeps them.
    pub(crate) fn store_folder(&self) -> Option<&Path> {
        match self.engine {
            EngineConfig::Embedded => Some(&self.data_dir),
            EngineConfig::OpenSearch(_) => None,
        }
    }

    /// Whether each client needs a certificate.
    pub(crate) fn asks_for_certificates(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some())
    }
}

/// Everything that is wrong with the settings, one line each.
#[derive(Debug)]
pub struct ConfigError(Vec<String>);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the settings cannot be used:\n  {}", self.0.join("\n  "))
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// The same errors, with another one in front.
    pub(crate) fn and(fault: String, others: Option<Self>) -> Self {
        Self(std::iter::once(fault).chain(others.into_iter().flat_map(|others| others.0)).collect())
    }
}

impl RawConfig {
    /// Where the server keeps articles and indexes.
    pub(crate) fn data_folder(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| DEFAULT_DATA_DIR.into())
    }

    /// Where the file of keys is.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data_folder().join(KEYS))
    }

    /// The values to use.
    ///
    /// # Errors
    /// Reports everything that is wrong, not only the first thing.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let mut faults = Faults::default();
        let (keys, data_dir) = (self.key_file(), self.data_folder());
        let keys_named = keys != data_dir.join(KEYS);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let limits = Limits::of(&self, &mut faults);
        let engine = EngineConfig::of(&self, &mut faults);
        let config = Config {
            listen: faults.address("listen", self.listen).unwrap_or(DEFAULT_LISTEN),
            metrics: faults.address("metrics", self.metrics),
            otlp_endpoint: faults.collector(self.otlp_endpoint),
            keys,
            keys_named,
            tokens: faults.tokens(self.jwt_keys, self.jwt_issuer, self.jwt_audience),
            tls: faults.tls(self.tls_cert, self.tls_key, self.tls_client_ca),
            insecure_public: self.insecure_public.unwrap_or_default(),
            cors_origins: faults.origins("cors_origins", self.cors_origins),
            data_dir,
            retention: faults.retention(self.retention),
            snapshots: self.snapshots.filter(|place| !place.is_empty()),
            model: self.model,
            synonyms: self.synonyms,
            analysis: faults.mode(self.analysis),
            analysis_threads: faults.positive("analysis_threads", self.analysis_threads, cores),
            search_threads: faults.positive("search_threads", self.search_threads, engine.searches_per_core() * cores),
            slow_call: faults.duration_or_none("slow_call", self.slow_call, Duration::from_secs(1)),
            shutdown_grace: faults.duration("shutdown_grace", self.shutdown_grace, Duration::from_secs(10)),
            engine,
            limits,
        };
        if faults.0.is_empty() { Ok(config) } else { Err(ConfigError(faults.0)) }
    }
}

#[cfg(test)]
mod tests;
