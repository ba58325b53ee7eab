//! A server whose articles are on an OpenSearch cluster: what it tells, and what it does without the cluster.
//!
//! Those that need a real node run where `scripts/opensearch-tests` runs them, and pass unseen elsewhere.
#![cfg(feature = "opensearch")]

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use sayso::proto::{
    CreateSnapshotRequest, Engine, GetServerInfoRequest, SearchQuotesRequest, SearchSentencesRequest,
    server_service_client::ServerServiceClient, snapshot_service_client::SnapshotServiceClient,
};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::cluster;
use crate::support::{STORY, Server, article, on_a_cluster, reason};

/// A way to a node that can be closed and opened.
struct Gate {
    address: String,
    /// What goes through. None while it is closed.
    open: Arc<Mutex<Option<Vec<TcpStream>>>>,
}

impl Gate {
    /// A closed way to the node at this address.
    fn to(node: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (open, node) = (Arc::new(Mutex::new(None)), node.trim_start_matches("http://").to_owned());
        let gate = Self { address, open: Arc::clone(&open) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(through) = &mut *open.lock().unwrap() else { continue };
                let onward = TcpStream::connect(&node).unwrap();
                for (from, to) in [(&stream, &onward), (&onward, &stream)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || {
                        // It ends when either side does.
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Write);
                    });
                }
                through.extend([stream, onward]);
            }
        });
        gate
    }

    fn open(&self) {
        self.open.lock().unwrap().get_or_insert_default();
    }

    fn close(&self) {
        for stream in self.open.lock().unwrap().take().into_iter().flatten() {
            // The other side may have closed it.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Waits until the server says this of itself as a whole.
async fn until(server: &Server, wanted: ServingStatus) {
    let mut client = HealthClient::new(server.channel().await);
    loop {
        let answer = client.check(HealthCheckRequest::default()).await.unwrap().into_inner();
        if answer.status() == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The faults that it tells of.
async fn faults(server: &Server) -> Vec<String> {
    server.info().await.faults.into_iter().map(|fault| fault.reason).collect()
}

#[tokio::test]
async fn a_cluster_that_does_not_answer_is_told_and_waited_for() {
    // Nobody listens at port 1.
    let flags = ["--engine=opensearch", "--opensearch-url=http://127.0.0.1:1", "--opensearch-connect-timeout=100ms"];
    let server = Server::start_alone(&flags);
    until(&server, ServingStatus::NotServing).await;
    let info = server.info().await;
    assert_eq!(info.engine.unwrap().kind(), Engine::Opensearch);
    assert_eq!((info.faults[0].reason.as_str(), info.counts), ("STORAGE_UNAVAILABLE", None));
    let refused = server.try_put(article("a", STORY)).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::Unavailable, "STORAGE_UNAVAILABLE".into()));
    let refused = server.quotes().await.search_quotes(SearchQuotesRequest::default()).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::Unavailable, "STORAGE_UNAVAILABLE".into()));
    assert!(server.log().contains("nothing can be read or written"), "{}", server.log());
}

#[tokio::test]
async fn a_cluster_that_comes_and_goes_is_followed() {
    if !on_a_cluster() {
        return;
    }
    let options = cluster::shared().unwrap().options();
    let gate = Gate::to(&options.nodes[0]);
    let (url, prefix) =
        (format!("--opensearch-url={}", gate.address), format!("--opensearch-prefix=gate-{}", options.prefix));
    let flags = [
        "--engine=opensearch",
        &url,
        &prefix,
        "--opensearch-shards=1",
        "--opensearch-replicas=0",
        "--opensearch-request-timeout=2s",
    ];
    let server = Server::start_alone(&flags);
    until(&server, ServingStatus::NotServing).await;
    gate.open();
    until(&server, ServingStatus::Serving).await;
    server.put(article("a", STORY)).await;
    assert_eq!(faults(&server).await, [""; 0]);
    gate.close();
    until(&server, ServingStatus::NotServing).await;
    assert_eq!(faults(&server).await, ["STORAGE_UNAVAILABLE"]);
    gate.open();
    until(&server, ServingStatus::Serving).await;
    assert_eq!(server.ids().await, ["a"]);
    assert!(server.log().contains("nothing can be read or written"), "{}", server.log());
}

#[tokio::test]
async fn two_servers_on_one_cluster_serve_the_same_articles() {
    if !on_a_cluster() {
        return;
    }
    let options = cluster::shared().unwrap().options();
    let (url, prefix) =
        (format!("--opensearch-url={}", options.nodes[0]), format!("--opensearch-prefix=two-{}", options.prefix));
    let flags = ["--engine=opensearch", &url, &prefix, "--opensearch-shards=1", "--opensearch-replicas=0"];
    let [one, other] = [Server::start_alone(&flags), Server::start_alone(&flags)];
    one.put(article("a", STORY)).await;
    other.put(article("b", "The cranes of Veldmark were painted.")).await;
    assert_eq!((one.ids().await, other.ids().await), (vec!["a".into(), "b".into()], vec!["a".into(), "b".into()]));
    let request = SearchSentencesRequest { query: "cranes".into(), ..SearchSentencesRequest::default() };
    let found = one.search().await.search_sentences(request).await.unwrap().into_inner();
    assert_eq!(found.hits.len(), 2);
    // A page that one began, the other goes on with.
    let mut request = SearchSentencesRequest { query: "cranes".into(), page_size: 1, ..Default::default() };
    let first = one.search().await.search_sentences(request.clone()).await.unwrap().into_inner();
    request.page_token = first.next_page_token;
    let second = other.search().await.search_sentences(request).await.unwrap().into_inner();
    assert_eq!((first.hits.len(), second.hits.len(), second.next_page_token.as_str()), (1, 1, ""));
}

#[tokio::test]
async fn snapshots_are_refused_with_where_they_are_to_be_had() {
    if !on_a_cluster() {
        return;
    }
    let server = Server::start();
    let info = server.info().await.engine.unwrap();
    assert!(info.kind() == Engine::Opensearch && info.index_prefix.starts_with("e2e-"), "{info:?}");
    let mut client = SnapshotServiceClient::new(server.channel().await);
    let refused = client.create_snapshot(CreateSnapshotRequest::default()).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, "SNAPSHOTS_OFF".into()));
    assert!(refused.message().contains("_snapshot/REPOSITORY"), "{}", refused.message());
}

#[tokio::test]
async fn a_server_with_a_directory_says_so() {
    let server = Server::start_alone(&[]);
    let mut client = ServerServiceClient::new(server.channel().await);
    let info = client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner();
    assert_eq!(info.engine.unwrap().kind(), Engine::Embedded);
}
