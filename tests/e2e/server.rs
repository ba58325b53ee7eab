//! `ServerService`, health, and starting and stopping.

use sayso::proto::{AnalysisMode, AnalysisTier, GetServerInfoRequest, server_service_client::ServerServiceClient};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::support::{STORY, Server, article};

#[tokio::test]
async fn tells_version_models_limits_and_counts() {
    let server = Server::start();
    server.put(article("a", STORY)).await;
    let mut client = ServerServiceClient::new(server.channel().await);
    let info = client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner();
    assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
    let models: Vec<_> = info.models.iter().map(|model| (model.id.as_str(), model.tier())).collect();
    assert_eq!(models, [("linear-5", AnalysisTier::Fast), ("encoder-4", AnalysisTier::Accurate)]);
    let analysis = info.analysis.unwrap();
    assert_eq!((analysis.default_mode(), analysis.pending_count), (AnalysisMode::Accurate, 0));
    let (counts, limits) = (info.counts.unwrap(), info.limits.unwrap());
    assert_eq!((counts.article_count, counts.sentence_count, counts.quote_count), (1, 4, 3));
    assert!(counts.entity_count >= 3 && counts.disk_bytes > 0);
    assert_eq!((limits.body_bytes, limits.page_size), (1 << 20, 1000));
    assert_eq!(info.pending_change_count, 0);
}

#[tokio::test]
async fn health_answers_for_each_service() {
    let server = Server::start();
    let mut client = HealthClient::new(server.channel().await);
    for service in ["", "sayso.v1.ArticleService", "sayso.v1.SearchService", "sayso.v1.QuoteService"] {
        let request = HealthCheckRequest { service: service.into() };
        let reply = client.check(request).await.unwrap().into_inner();
        assert_eq!(reply.status(), ServingStatus::Serving, "{service:?}");
    }
    let unknown = HealthCheckRequest { service: "sayso.v1.Nothing".into() };
    assert_eq!(client.check(unknown).await.unwrap_err().code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_in_words() {
    let first = Server::start();
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_sayso"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(first.data_dir())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success() && said.contains("cannot open"), "{said}");
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_stops_it_tidily() {
    let mut server = Server::start();
    server.put(article("a", STORY)).await;
    let id = server.process().id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    // On another thread, so that this one can close its connections when the server asks.
    let ended = tokio::task::spawn_blocking(move || server.process().wait().unwrap().success());
    assert!(ended.await.unwrap());
}
