//! Nodes for tests.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, io};

use sayso_index::opensearch::OpenSearchOptions;
use tempfile::TempDir;

/// A running cluster. Its nodes stop when this process ends, however it ends, because then their input does.
pub(crate) struct Cluster {
    nodes: Vec<Child>,
    urls: Vec<String>,
    _folder: TempDir,
}

/// The node that all tests of this program share; each has index names of its own. None, and a line that says so, where
/// nodes cannot be started.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(1)).as_ref()
}

impl Cluster {
    /// Starts a cluster of this many nodes, and waits until they have found each other.
    pub(crate) fn start(count: usize) -> Option<Self> {
        if env::var_os("SAYSO_TEST_OPENSEARCH").is_none() {
            // Past libtest, which shows what tests print only when they fail.
            let _ = writeln!(io::stderr(), "SKIPPED: scripts/opensearch-tests runs this on real OpenSearch nodes");
            return None;
        }
        let prepared = script(&["prepare"]).output().expect("the script runs");
        assert!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
        let folder = tempfile::tempdir().expect("a folder");
        let ports: Vec<[u16; 2]> = (0..count).map(|_| [free_port(), free_port()]).collect();
        let pairs: Vec<String> = ports.iter().map(|[http, transport]| format!("{http}:{transport}")).collect();
        let mut nodes: Vec<Child> = (0..count)
            .map(|position| {
                let home = folder.path().join(position.to_string());
                let mut node = script(&["node", &position.to_string()]);
                let node =
                    node.arg(home).args(&pairs).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
                node.spawn().expect("the node starts")
            })
            .collect();
        nodes.iter_mut().for_each(until_ready);
        let urls = ports.iter().map(|[http, _]| format!("http://127.0.0.1:{http}")).collect();
        Some(Self { nodes, urls, _folder: folder })
    }

    /// Settings for indexes that no other test uses.
    pub(crate) fn options(&self) -> OpenSearchOptions {
        static PREFIXES: AtomicUsize = AtomicUsize::new(0);
        let prefix = format!("test-{}-", PREFIXES.fetch_add(1, Ordering::Relaxed));
        let replicas = u32::from(self.urls.len() > 1);
        OpenSearchOptions { nodes: self.urls.clone(), prefix, replicas, shards: 1, ..OpenSearchOptions::default() }
    }

    /// Ends a node at once, as `kill -9` does.
    pub(crate) fn kill(&mut self, position: usize) {
        self.nodes[position].kill().expect("the node runs");
        self.nodes[position].wait().expect("the node ends");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            let _ = node.kill();
            let _ = node.wait();
        }
    }
}

/// Waits until a node says that it answers.
fn until_ready(node: &mut Child) {
    let output = node.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "READY"), "the node ended before it answered");
    // What it says from now on must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
}

/// A port that nobody uses.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// The script that starts nodes.
fn script(arguments: &[&str]) -> Command {
    // Tests of two packages use it, which lie at different depths.
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let path = folders.find_map(|folder| Some(folder.join("scripts/opensearch-cluster")).filter(|path| path.exists()));
    let path = path.expect("the repository has the script");
    let mut command = Command::new(path);
    command.args(arguments);
    command
}
