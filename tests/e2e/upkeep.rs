//! What keeps a server in good order: rules of retention, and indexes built anew while it serves.

use std::process::Command;
use std::time::{Duration, Instant};

use sayso::proto::{
    ApplyRetentionRequest, ApplyRetentionResponse, Article, ReindexRequest, SearchSentencesRequest,
    server_service_client::ServerServiceClient,
};

use crate::support::{STORY, Server, article, dated};

async fn apply(server: &Server, validate_only: bool) -> ApplyRetentionResponse {
    let request = ApplyRetentionRequest { validate_only };
    server.articles().await.apply_retention(request).await.unwrap().into_inner()
}

/// What each rule deletes.
fn told(applied: &ApplyRetentionResponse) -> Vec<(&str, i64)> {
    applied.outcomes.iter().map(|one| (one.rule.as_str(), one.article_count)).collect()
}

/// An article that was published so many days ago.
fn aged(id: &str, outlet: &str, days: i64) -> Article {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    let time = prost_types::Timestamp { seconds: at.as_second(), nanos: 0 };
    Article { outlet: outlet.into(), publish_time: Some(time), ..article(id, STORY) }
}

#[tokio::test]
async fn articles_that_are_too_old_by_the_rules_are_deleted_when_asked_and_at_the_start() {
    let rules = "100d; 10d outlet=Veld Courier; 5d label=customer=17";
    let mut server = Server::start_with(&["--analysis", "fast", "--retention", rules]);
    let fill = async |server: &Server| {
        for one in [
            aged("old", "Northern Wire", 101),
            aged("kept", "Northern Wire", 99),
            aged("outlet", "veld courier", 11),
            aged("young", "Veld Courier", 9),
            Article { labels: [("customer".into(), "17".into())].into(), ..aged("label", "Northern Wire", 6) },
            Article { labels: [("customer".into(), "18".into())].into(), ..aged("other", "Northern Wire", 6) },
            article("undated", STORY),
        ] {
            server.put(one).await;
        }
    };
    fill(&server).await;
    let all = server.ids().await;
    let expected = [("100d", 1), ("10d outlet=Veld Courier", 1), ("5d label=customer=17", 1)];
    assert_eq!(told(&apply(&server, true).await), expected);
    assert_eq!(server.ids().await, all, "a dry run deletes nothing");
    let applied = apply(&server, false).await;
    assert_eq!(told(&applied), expected);
    assert_eq!(applied.outcomes[1].sample_ids, ["outlet"]);
    let left = ["kept", "other", "undated", "young"];
    let since = Instant::now();
    while server.ids().await != left && since.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.ids().await, left);
    fill(&server).await;
    server.restart_with(&["--analysis", "fast", "--retention", rules]);
    while server.ids().await != left && since.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.ids().await, left, "the server applies them when it starts");
    server.restart_with(&["--analysis", "fast"]);
    assert_eq!(apply(&server, false).await.outcomes, [], "without rules everything stays");
}

#[tokio::test]
async fn indexes_are_built_anew_while_searches_and_writes_go_on() {
    let server = Server::start_with(&["--analysis", "fast"]);
    for number in 0..30 {
        server.put(dated(&format!("a{number:02}"), "Veld Courier", "2026-03-02", STORY)).await;
    }
    let channel = server.channel().await;
    let building = tokio::spawn(async move { ServerServiceClient::new(channel).reindex(ReindexRequest {}).await });
    let mut written = 30;
    while !building.is_finished() {
        let request = SearchSentencesRequest { query: "cranes".into(), page_size: 1, ..Default::default() };
        let total = server.search().await.search_sentences(request).await.unwrap().into_inner().total.unwrap();
        assert_eq!(total.count, 2 * written / 2, "every read sees all that was written");
        server.put(dated(&format!("a{written:02}"), "Veld Courier", "2026-03-02", STORY)).await;
        written += 1;
    }
    assert!(building.await.unwrap().unwrap().into_inner().duration.is_some());
    assert_eq!(server.ids().await.len() as i64, written);
}

#[tokio::test]
async fn a_store_is_made_smaller_when_nobody_has_it_open() {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a", STORY)).await;
    let folder = server.data_dir();
    let compact = || Command::new(env!("CARGO_BIN_EXE_sayso")).arg("compact").arg("--data-dir").arg(&folder).output();
    let refused = compact().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("open in another process"), "{refused:?}");
    server.process().kill().unwrap();
    server.process().wait().unwrap();
    let done = compact().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success() && said.starts_with("the store had "), "{done:?}");
    server.kill_and_restart();
    assert_eq!(server.ids().await, ["a"]);
}
