//! Settings as they are written.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
    /// What keeps the articles: embedded, in the data directory, or opensearch, on a cluster that several servers may share
    /// [default: embedded, env: SAYSO_ENGINE]
    #[arg(long, value_name = "ENGINE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Folder that holds articles and indexes [default: sayso-data, env: SAYSO_DATA_DIR]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Where snapshots are kept: a folder, best on another disk, or s3://BUCKET/PATH; without one, none can be taken [env: SAYSO_SNAPSHOTS]
    #[arg(long, value_name = "PLACE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshots: Option<String>,
    /// Address of a node of the OpenSearch cluster; once for each node, or with commas between them
    /// [default: http://localhost:9200, env: SAYSO_OPENSEARCH_URL]
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "list")]
    pub opensearch_url: Option<Vec<String>>,
    /// What the names of all indexes on the cluster begin with; servers with the same prefix serve the same articles
    /// [default: sayso-, env: SAYSO_OPENSEARCH_PREFIX]
    #[arg(long, value_name = "PREFIX")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_prefix: Option<String>,
    /// Certificates in PEM of the authorities that the nodes are trusted by
    /// [default: those of this machine, env: SAYSO_OPENSEARCH_CA]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_ca: Option<PathBuf>,
    /// Name by which the cluster knows this server; its password is in opensearch_password_file, or in the environment as
    /// SAYSO_OPENSEARCH_PASSWORD [env: SAYSO_OPENSEARCH_USER]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_user: Option<String>,
    /// File whose first line is the password of opensearch_user [env: SAYSO_OPENSEARCH_PASSWORD_FILE]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_password_file: Option<PathBuf>,
    /// Certificate in PEM that this server shows the cluster, in place of a password [env: SAYSO_OPENSEARCH_CLIENT_CERT]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_client_cert: Option<PathBuf>,
    /// Private key of that certificate in PEM [env: SAYSO_OPENSEARCH_CLIENT_KEY]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_client_key: Option<PathBuf>,
    /// How long connecting to a node of the cluster may take before another one is tried
    /// [default: 2s, env: SAYSO_OPENSEARCH_CONNECT_TIMEOUT]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_connect_timeout: Option<String>,
    /// How long a node may take to answer a request before another one is tried
    /// [default: 30s, env: SAYSO_OPENSEARCH_REQUEST_TIMEOUT]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_request_timeout: Option<String>,
    /// Shards of the index of articles, when the first server makes it [default: 3, env: SAYSO_OPENSEARCH_SHARDS]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_shards: Option<u32>,
    /// Copies of each shard besides the first, when the first server makes it
    /// [default: 1, env: SAYSO_OPENSEARCH_REPLICAS]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opensearch_replicas: Option<u32>,
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
    /// Searches that run at the same time; others wait their turn
    /// [default: two per core, eight if a cluster searches, env: SAYSO_SEARCH_THREADS]
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

/// Takes a list, or a text with commas between what would be in it.
fn list<'de, D: serde::Deserializer<'de>>(written: D) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List {
        Text(String),
        Items(Vec<String>),
    }
    Ok(Some(match List::deserialize(written)? {
        List::Text(text) => text.split(',').map(|one| one.trim().to_owned()).collect(),
        List::Items(items) => items,
    }))
}
