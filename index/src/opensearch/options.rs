//! How a cluster is reached, and what it holds is called.

use std::fmt;
use std::time::Duration;

/// How a cluster is reached, and how its indexes are named.
///
/// ```
/// use sayso_index::opensearch::{Client, OpenSearchOptions};
///
/// # fn main() -> sayso_index::Result<()> {
/// let nodes = ["https://search-1:9200", "https://search-2:9200"].map(String::from).to_vec();
/// Client::new(OpenSearchOptions { nodes, ..OpenSearchOptions::default() })?;
/// let error = Client::new(OpenSearchOptions { nodes: vec!["search-1".into()], ..OpenSearchOptions::default() });
/// assert_eq!(
///     error.err().map(|error| error.to_string()).as_deref(),
///     Some("\"search-1\" is not the address of an OpenSearch node; write http://HOST:PORT or https://HOST:PORT")
/// );
/// # Ok(())
/// # }
/// ```
///
/// With a certificate authority of one's own and a password:
///
/// ```no_run
/// use sayso_index::opensearch::{Login, OpenSearchOptions};
///
/// # fn main() -> std::io::Result<()> {
/// let options = OpenSearchOptions {
///     nodes: vec!["https://search-1:9200".into()],
///     authorities: Some(std::fs::read("/etc/sayso/search-ca.pem")?),
///     login: Login::Password { user: "sayso".into(), password: "correct horse".into() },
///     ..OpenSearchOptions::default()
/// };
/// // A password is never printed.
/// assert!(!format!("{options:?}").contains("horse"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OpenSearchOptions {
    /// Addresses of nodes: `https://search-1:9200`. Requests go to them in turn.
    pub nodes: Vec<String>,
    /// What the names of all indexes begin with, so that several services can share a cluster.
    pub prefix: String,
    /// Certificates of the authorities that nodes are trusted by, in PEM. None: those of the machine.
    pub authorities: Option<Vec<u8>>,
    /// How the service shows who it is.
    pub login: Login,
    /// How long connecting to a node may take.
    pub connect_timeout: Duration,
    /// How long one attempt of a request may take, where its caller sets no earlier deadline.
    pub request_timeout: Duration,
    /// How often a request is sent again when the cluster is busy or a node fails.
    pub retries: u32,
    /// How long a node that failed is left alone; doubled at each further failure, up to a minute.
    pub node_pause: Duration,
    /// Shards of the index of articles, when it is made.
    pub shards: u32,
    /// Copies of each shard, besides the first, when it is made.
    pub replicas: u32,
    /// Changes that may wait to be written. Beyond that, [`crate::Engine::write`] waits.
    pub queue_length: usize,
    /// The maximum number of changes in one bulk.
    pub bulk_articles: usize,
    /// The approximate maximum of bytes of text in one bulk.
    pub bulk_bytes: usize,
    /// The clock for changes, in microseconds since 1970.
    pub now: fn() -> i64,
}

impl Default for OpenSearchOptions {
    fn default() -> Self {
        Self {
            nodes: vec!["http://localhost:9200".into()],
            prefix: "sayso-".into(),
            authorities: None,
            login: Login::None,
            connect_timeout: Duration::from_secs(2),
            request_timeout: Duration::from_secs(30),
            retries: 6,
            node_pause: Duration::from_secs(1),
            shards: 3,
            replicas: 1,
            queue_length: 256,
            bulk_articles: 128,
            bulk_bytes: 4 << 20,
            now: crate::clock::system_time,
        }
    }
}

/// How the service shows a cluster who it is. Printed without its secret.
#[derive(Clone, Default)]
pub enum Login {
    /// It does not.
    #[default]
    None,
    /// With a name and a password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// With a certificate.
    Certificate {
        /// The certificate and those that lead to the authority, in PEM.
        chain: Vec<u8>,
        /// Its private key, in PEM.
        key: Vec<u8>,
    },
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Password { user, .. } => write!(f, "Password({user:?})"),
            Self::Certificate { .. } => f.write_str("Certificate"),
        }
    }
}
