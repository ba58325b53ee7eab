//! Health, `GetServerInfo` and metrics while something is wrong.

use std::{fs, time::Duration};

use sayso::proto::{
    AnalysisMode, GetServerInfoRequest, PutArticleRequest, SearchSentencesRequest,
    server_service_client::ServerServiceClient,
};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::{
    metrics::scrape,
    support::{STORY, Server, article, reason},
};

async fn status(server: &Server, service: &str) -> ServingStatus {
    let request = HealthCheckRequest { service: service.into() };
    HealthClient::new(server.channel().await).check(request).await.unwrap().into_inner().status()
}

/// Waits until health says this of a service.
async fn becomes(server: &Server, service: &str, expected: ServingStatus) {
    for _ in 0..600 {
        if status(server, service).await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{service} never becomes {expected:?}");
}

#[tokio::test]
async fn indexes_that_stand_still_show_in_health_info_and_metrics_and_go_on_by_themselves() {
    let server = Server::start_with(&["--metrics", "127.0.0.1:0", "--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    // A file where the folder of an index was cannot be written into, not even by root.
    let (indexes, aside) = (server.data_dir().join("quotes"), server.data_dir().join("aside"));
    fs::rename(&indexes, &aside).unwrap();
    fs::write(&indexes, "").unwrap();
    let request = PutArticleRequest { article: Some(article("b", STORY)), ..Default::default() };
    let put = server.articles().await.put_article(request).await.unwrap_err();
    assert_eq!((put.code(), reason(&put).as_str()), (Code::Unavailable, "NOT_SEARCHABLE_YET"), "{put}");
    becomes(&server, "sayso.v1.ArticleService", ServingStatus::NotServing).await;
    for searcher in ["sayso.v1.SearchService", "sayso.v1.QuoteService", "sayso.v1.EntityService"] {
        becomes(&server, searcher, ServingStatus::NotServing).await;
    }
    assert_eq!(server.ids().await, ["a"], "reads go on");
    for other in ["", "sayso.v1.SnapshotService", "sayso.v1.AnalyzeService"] {
        assert_eq!(status(&server, other).await, ServingStatus::Serving, "{other}");
    }
    let mut client = ServerServiceClient::new(server.channel().await);
    let info = client.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner();
    assert_eq!(info.faults.len(), 1, "{:?}", info.faults);
    assert_eq!(scrape(&server)["sayso_index_fault"], 1.);
    fs::remove_file(&indexes).unwrap();
    fs::rename(&aside, &indexes).unwrap();
    for service in ["sayso.v1.ArticleService", "sayso.v1.SearchService", "sayso.v1.QuoteService"] {
        becomes(&server, service, ServingStatus::Serving).await;
    }
    assert_eq!(scrape(&server)["sayso_index_fault"], 0.);
    let request = SearchSentencesRequest { query: "cranes".into(), ..SearchSentencesRequest::default() };
    assert_eq!(
        server.search().await.search_sentences(request).await.unwrap().into_inner().hits.len(),
        2,
        "b is found now"
    );
}

#[tokio::test]
async fn the_server_tells_of_itself_while_it_is_too_busy_for_anything_else() {
    let server = Server::start_with(&["--analysis-threads", "1", "--search-threads", "1"]);
    let channel = server.channel().await;
    // More than may wait for the one thread.
    let busy: Vec<_> = (0..100)
        .map(|n| {
            let mut client = sayso::proto::article_service_client::ArticleServiceClient::new(channel.clone());
            let article = Some(article(&format!("a{n}"), &STORY.repeat(400)));
            let analysis_mode = AnalysisMode::Accurate.into();
            let request = PutArticleRequest { article, analysis_mode, ..Default::default() };
            tokio::spawn(async move { client.put_article(request).await.map(|_| ()) })
        })
        .collect();
    while !busy.iter().any(|call| call.is_finished()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut client = ServerServiceClient::new(server.channel().await);
    client.get_server_info(GetServerInfoRequest::default()).await.unwrap();
    // On the busy connection as well, whose windows hold none of what was refused.
    ServerServiceClient::new(channel).get_server_info(GetServerInfoRequest::default()).await.unwrap();
    assert_eq!(status(&server, "").await, ServingStatus::Serving);
    for call in busy {
        if call.is_finished() {
            assert_eq!(reason(&call.await.unwrap().unwrap_err()), "OVERLOADED");
        } else {
            call.abort();
        }
    }
}

/// What `sayso health` ends with and says.
fn asked(server: &Server, more: &[&str]) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sayso"));
    let told = command.args(["health", "--server", &server.url()]).args(more).output().unwrap();
    (told.status.code(), String::from_utf8([told.stdout, told.stderr].concat()).unwrap())
}

#[tokio::test]
async fn the_command_tells_by_its_exit_code_whether_a_service_serves() {
    const ARTICLES: [&str; 2] = ["--service", "sayso.v1.ArticleService"];
    let mut server = Server::start_with(&["--analysis", "fast"]);
    for more in [&[][..], &ARTICLES] {
        assert_eq!(asked(&server, more), (Some(0), "serving\n".into()));
    }
    let (code, told) = asked(&server, &["--service", "sayso.v1.TideService"]);
    assert!(code == Some(1) && told.contains("sayso.v1.TideService is not a service"), "{told}");
    // As above: articles cannot become searchable.
    fs::rename(server.data_dir().join("quotes"), server.data_dir().join("aside")).unwrap();
    fs::write(server.data_dir().join("quotes"), "").unwrap();
    let request = PutArticleRequest { article: Some(article("a", STORY)), ..Default::default() };
    server.articles().await.put_article(request).await.unwrap_err();
    becomes(&server, ARTICLES[1], ServingStatus::NotServing).await;
    let (code, told) = asked(&server, &ARTICLES);
    assert!(code == Some(1) && told.contains("does not serve"), "{told}");
    let files = tempfile::tempdir().unwrap();
    fs::write(files.path().join("b.txt"), STORY).unwrap();
    let mut ingest = std::process::Command::new(env!("CARGO_BIN_EXE_sayso"));
    let ended = ingest.arg("ingest").arg(files.path()).args(["--server", &server.url()]).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success() && told.contains("1 article is kept, but cannot be found yet"), "{told}");
    // From here on the server asks for keys, but not those who only watch.
    let mut keys = std::process::Command::new(env!("CARGO_BIN_EXE_sayso"));
    let made = keys.args(["keys", "create", "desk", "--data-dir"]).arg(server.data_dir()).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    assert_eq!(asked(&server, &[]), (Some(0), "serving\n".into()));
    server.process().kill().unwrap();
    server.process().wait().unwrap();
    let (code, told) = asked(&server, &[]);
    assert!(code == Some(1) && told.contains("no server answers"), "{told}");
}
