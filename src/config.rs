//! Settings: raw ones from flags, the environment and a file, then resolved values.

mod faults;
mod origin;
mod show;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::Args as _;
use serde::{Deserialize, Serialize};

pub use crate::{access::TokenConfig, tls::TlsFiles};
pub use origin::Settings;
pub(crate) use show::example;

use crate::{analysis::Mode, retention::Rule};
use faults::Faults;

/// The default address, for the server and for clients.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051);

/// The default data directory.
pub(crate) const DEFAULT_DATA_DIR: &str = "sayso-data";

/// The file of API keys in the data directory, unless another one is named.
pub(crate) const KEYS: &str = "keys.json";

/// Settings as they are written. Flags override the environment, and the environment overrides the file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct RawConfig {
    /// Address and port to listen on, for example 0.0.0.0:50051 or localhost:50051; port 0 picks a free port
    /// [default: 127.0.0.1:50051, env: SAYSO_LISTEN]
    #[arg(long, value_name = "ADDRESS:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Address and port that serve Prometheus metrics over HTTP at /metrics; port 0 picks a free port
    /// [default: none, env: SAYSO_METRICS]
    #[arg(long, value_name = "ADDRESS:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<String>,
    /// Address of a collector of OpenTelemetry (gRPC) that gets a span for each call
    /// [default: that of OTEL_EXPORTER_OTLP_ENDPOINT, or none, env: SAYSO_OTLP_ENDPOINT]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_endpoint: Option<String>,
    /// File of API keys, which `sayso keys` writes; calls need a key as soon as it exists
    /// [default: keys.json in the data directory, env: SAYSO_KEYS]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<PathBuf>,
    /// Public keys of an identity provider (JWKS), a file or an https address; its tokens (JWT) are then taken as keys are
    /// [env: SAYSO_JWT_KEYS]
    #[arg(long, value_name = "FILE|URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_keys: Option<String>,
    /// The issuer (iss) that tokens must be from [env: SAYSO_JWT_ISSUER]
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_issuer: Option<String>,
    /// The audience (aud) that tokens must be for [default: sayso, env: SAYSO_JWT_AUDIENCE]
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_audience: Option<String>,
    /// Certificate of this server in PEM, followed by those between it and the authority; read again when it changes.
    /// Connections are encrypted if this is set
    /// [env: SAYSO_TLS_CERT]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM [env: SAYSO_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Certificates in PEM of the authorities that must have signed each client's certificate (mutual TLS)
    /// [default: clients need none, env: SAYSO_TLS_CLIENT_CA]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_ca: Option<PathBuf>,
    /// Listen beyond this machine although calls need neither a key nor a client's certificate: whoever reaches the
    /// address can then read, change and delete all articles [default: false, env: SAYSO_INSECURE_PUBLIC]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insecure_public: Option<bool>,
    /// Web sites whose pages may call this server from a browser (CORS), with commas between them
    /// [default: none, env: SAYSO_CORS_ORIGINS]
    #[arg(long, value_name = "ORIGINS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors_origins: Option<String>,
    /// Folder that holds articles and indexes [default: sayso-data, env: SAYSO_DATA_DIR]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Where snapshots are kept: a folder, best on another disk, or s3://BUCKET/PATH; without one, none can be taken [env: SAYSO_SNAPSHOTS]
    #[arg(long, value_name = "PLACE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshots: Option<String>,
    /// How long articles are kept, as rules with semicolons between them: an age since publication, alone or with one
    /// condition, as in "2y; 30d outlet=Veld Courier; 7d label=customer=17" [default: for ever, env: SAYSO_RETENTION]
    #[arg(long, value_name = "RULES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// Folder of models from sayso-train; each replaces the compiled-in model of the same name
    /// [env: SAYSO_MODEL]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<PathBuf>,
    /// File of synonyms, one group a line: ferry, ropax, car ferry. Read again when it changes
    /// [default: none, env: SAYSO_SYNONYMS]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synonyms: Option<PathBuf>,
    /// How articles are analysed: fast, accurate, or fast-then-accurate, which stores them at once and analyses them
    /// accurately when the server is idle [default: accurate if compiled in, env: SAYSO_ANALYSIS]
    #[arg(long, value_name = "MODE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis: Option<String>,
    /// Threads that analyse articles [default: one per core, env: SAYSO_ANALYSIS_THREADS]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis_threads: Option<usize>,
    /// Searches that run at the same time; others wait their turn [default: two per core, env: SAYSO_SEARCH_THREADS]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_threads: Option<usize>,
    /// How long a search may take if the call sets no deadline of its own
    /// [default: 10s, env: SAYSO_SEARCH_TIMEOUT]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_timeout: Option<String>,
    /// How long a page token stays valid while articles change [default: 5m, env: SAYSO_PAGE_TOKEN_LIFETIME]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token_lifetime: Option<String>,
    /// Size limit of an article's body [default: 1MiB, env: SAYSO_MAX_BODY]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_body: Option<String>,
    /// Size limit of a request message. All messages under way may take four times that, and those of one connection
    /// twice; beyond it, streams wait and other calls are refused
    /// [default: 2MiB, env: SAYSO_MAX_MESSAGE]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_message: Option<String>,
    /// Size at which a page of hits ends early; gRPC clients accept 4 MiB by default [default: 3.5MiB,
    /// env: SAYSO_MAX_REPLY]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_reply: Option<String>,
    /// Maximum hits per page [default: 1000, env: SAYSO_MAX_PAGE_SIZE]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_page_size: Option<u32>,
    /// Maximum words and dates in a query, words of phrases included [default: 1024, env: SAYSO_MAX_QUERY_CLAUSES]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_query_clauses: Option<u32>,
    /// Maximum open calls per connection [default: 256, env: SAYSO_MAX_CONCURRENT_STREAMS]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrent_streams: Option<u32>,
    /// Maximum open calls of all connections together; beyond it, calls are refused
    /// [default: 4096, env: SAYSO_MAX_OPEN_CALLS]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_open_calls: Option<u32>,
    /// How long calls may wait for a thread while more come than can be answered (or for as long as two usual calls
    /// take); those that would wait longer are refused at once. In a burst they may wait ten times as long
    /// [default: 25ms, env: SAYSO_MAX_QUEUE_TIME]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_queue_time: Option<String>,
    /// Memory from which on articles are analysed and searches run one at a time, and other calls are refused
    /// [default: three quarters of what the machine or its control group has, env: SAYSO_MAX_MEMORY]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_memory: Option<String>,
    /// Size limit of an answer that cannot end early. All unread answers may take six times that, and those of one
    /// connection twice [default: 64MiB, env: SAYSO_MAX_ANSWER]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_answer: Option<String>,
    /// Maximum open connections; beyond it, idle ones are closed to make room [default: 1024, or fewer if the process
    /// may not open as many files, env: SAYSO_MAX_CONNECTIONS]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u32>,
    /// How long a connection takes new calls, a tenth more or less; then its client is asked to use another one, so that
    /// clients spread over servers and certificates. 0s: as long as it lives
    /// [default: 0s, env: SAYSO_MAX_CONNECTION_AGE]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connection_age: Option<String>,
    /// How long a read or search may take before the log tells of it, with its request; 0s tells of none
    /// [default: 1s, env: SAYSO_SLOW_CALL]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_call: Option<String>,
    /// How long open calls may run on after the server is told to stop [default: 10s, env: SAYSO_SHUTDOWN_GRACE]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown_grace: Option<String>,
}

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

/// Takes a size with a unit, or a bare number of bytes.
fn size<'de, D: serde::Deserializer<'de>>(written: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Size {
        Text(String),
        Bytes(u64),
    }
    Ok(Some(match Size::deserialize(written)? {
        Size::Text(text) => text,
        Size::Bytes(bytes) => bytes.to_string(),
    }))
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
    /// Whether a setting names it. Then it must be there.
    pub keys_named: bool,
    /// What tokens are checked against. None if they are not taken.
    pub tokens: Option<TokenConfig>,
    /// The certificates. None if connections are not encrypted.
    pub tls: Option<TlsFiles>,
    /// Whether everybody may be let in from everywhere.
    pub insecure_public: bool,
    /// The origins of web sites whose pages may call from a browser: `https://news.example`.
    pub cors_origins: Vec<String>,
    /// The folder that holds articles and indexes.
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

/// The limits of requests and answers, as `GetServerInfo` reports them.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of a request message.
    pub message_bytes: usize,
    /// Bytes of a body or of a text to analyse.
    pub body_bytes: usize,
    /// Bytes of a query.
    pub query_bytes: usize,
    /// Words and dates of a query, words of phrases included.
    pub query_clauses: usize,
    /// Words of a query or name that each match many words of the index.
    pub query_expansions: usize,
    /// Bytes of the hits of a page.
    pub reply_bytes: usize,
    /// Hits of a page if the request names no size.
    pub default_page_size: usize,
    /// Hits of a page.
    pub page_size: usize,
    /// Values of one repeated filter.
    pub filter_values: usize,
    /// Open calls per connection.
    pub concurrent_streams: u32,
    /// How long a search may take if its call sets no deadline.
    pub search_timeout: Duration,
    /// How long a page token stays valid.
    pub page_token_lifetime: Duration,
    /// Bytes of an answer that cannot end early.
    pub answer_bytes: usize,
    /// Open connections.
    pub connections: usize,
    /// Open calls of all connections.
    pub open_calls: usize,
    /// How long calls may wait for a thread while more come than can be answered.
    pub queue_time: Duration,
    /// How long a connection takes new calls. None: as long as it lives.
    pub connection_age: Option<Duration>,
    /// Bytes of memory from which on work is done one at a time.
    pub memory_bytes: usize,
}

impl Limits {
    /// Bytes of answers that wait to be read, of all connections.
    pub(crate) fn unread_bytes(&self) -> usize {
        6 * self.answer_bytes
    }

    /// The same of one connection.
    pub(crate) fn connection_unread_bytes(&self) -> usize {
        2 * self.answer_bytes
    }
}

impl Config {
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
        let keys_named = self.keys.is_some();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let page_size = faults.positive("max_page_size", self.max_page_size.map(|n| n as usize), 1000);
        let streams = self.max_concurrent_streams.map(|n| n as usize);
        let message_bytes = faults.size("max_message", self.max_message, 2 << 20);
        let answer_bytes = faults.size("max_answer", self.max_answer, 64 << 20);
        // A page is an answer too, and has a token and a total in addition to its hits.
        let page_bytes = (7 << 19).min(answer_bytes - answer_bytes / 8);
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
            search_threads: faults.positive("search_threads", self.search_threads, 2 * cores),
            slow_call: faults.duration_or_none("slow_call", self.slow_call, Duration::from_secs(1)),
            shutdown_grace: faults.duration("shutdown_grace", self.shutdown_grace, Duration::from_secs(10)),
            limits: Limits {
                message_bytes,
                body_bytes: faults.size("max_body", self.max_body, 1 << 20),
                query_bytes: 64 << 10,
                query_clauses: faults.positive("max_query_clauses", self.max_query_clauses.map(|n| n as usize), 1024),
                query_expansions: 64,
                reply_bytes: faults.size("max_reply", self.max_reply, page_bytes),
                default_page_size: page_size.min(10),
                page_size,
                filter_values: 1000,
                concurrent_streams: faults.positive("max_concurrent_streams", streams, 256) as u32,
                search_timeout: faults.duration("search_timeout", self.search_timeout, Duration::from_secs(10)),
                page_token_lifetime: faults.duration(
                    "page_token_lifetime",
                    self.page_token_lifetime,
                    Duration::from_secs(5 * 60),
                ),
                answer_bytes,
                connections: faults.connections(self.max_connections.map(|n| n as usize)),
                open_calls: faults.positive("max_open_calls", self.max_open_calls.map(|n| n as usize), 4096),
                queue_time: faults.duration("max_queue_time", self.max_queue_time, Duration::from_millis(25)),
                connection_age: self.max_connection_age.and_then(|age| {
                    faults.duration_or_none("max_connection_age", Some(age), Duration::from_secs(3600))
                }),
                memory_bytes: faults.memory(self.max_memory),
            },
        };
        if config.limits.body_bytes >= message_bytes {
            faults.0.push("max_body: must be smaller than max_message, so that a body fits into a message".into());
        }
        if config.limits.reply_bytes > config.limits.answer_bytes {
            faults.0.push("max_reply: must not be larger than max_answer, because a page is an answer too".into());
        }
        if faults.0.is_empty() { Ok(config) } else { Err(ConfigError(faults.0)) }
    }
}

#[cfg(test)]
mod tests;
