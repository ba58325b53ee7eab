//! Every field of `ArticleFilter` narrows what every method finds.

use std::collections::BTreeSet;

use prost_reflect::DescriptorPool;
use sayso::proto::{
    AnalysisMode, AnalysisTier, Article, ArticleFilter, DeleteArticlesRequest, LabelFilter, ListArticlesRequest,
    google_type::Interval,
};

use crate::{
    labels::found,
    support::{STORY, Server, article, dated, named},
};

/// Filters on this field that let one of the two articles through: the earlier one, or the later one where the filter
/// is by the last days.
fn probes(field: &str) -> Vec<ArticleFilter> {
    let moment = |day: &str| format!("{day}T00:00:00Z").parse().ok();
    let time = |start: &str, end: &str| ArticleFilter {
        publish_time: Some(Interval { start_time: moment(start), end_time: moment(end) }),
        ..ArticleFilter::default()
    };
    let any = ArticleFilter::default;
    let of = |value: &str| vec!["nobody".to_owned(), value.to_owned()];
    match field {
        "article_ids" => vec![ArticleFilter { article_ids: of("a"), ..any() }],
        "outlets" => ["Veld Courier", "VELD COURIER"].map(|name| ArticleFilter { outlets: of(name), ..any() }).into(),
        "authors" => ["Ilsa Härt", "ilsa hart"].map(|name| ArticleFilter { authors: of(name), ..any() }).into(),
        "language_codes" => ["en-GB", "EN-gb"].map(|code| ArticleFilter { language_codes: of(code), ..any() }).into(),
        "publish_time" => {
            vec![time("2026-03-01", "2026-03-03"), time("", "2026-03-03"), time("2026-03-02", "2026-04-02")]
        }
        "labels" => {
            vec![ArticleFilter { labels: vec![LabelFilter { key: "desk".into(), values: of("port") }], ..any() }]
        }
        "models" => vec![ArticleFilter { models: of("linear-5"), ..any() }],
        "tiers" => vec![ArticleFilter { tiers: vec![AnalysisTier::Fast.into()], ..any() }],
        // One is of March and the other of April of a year, so that the days between tell them apart on any day.
        "published_within" => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
            let between: prost_types::Timestamp = "2026-03-15T00:00:00Z".parse().unwrap();
            let seconds = since - between.seconds;
            assert!(seconds > 0, "the clock of this machine is set before the articles of the test");
            vec![ArticleFilter { published_within: Some(prost_types::Duration { seconds, nanos: 0 }), ..any() }]
        }
        "entities" => vec![ArticleFilter { entities: vec![named("lind"), named("okafor")], ..any() }],
        other => panic!("no probe shows that a filter by {other} narrows anything: write one"),
    }
}

#[tokio::test]
async fn every_field_narrows_what_every_method_finds() {
    let server = Server::start();
    let a = Article {
        authors: vec!["Tom Reed".into(), "Ilsa Härt".into()],
        language_code: "en-GB".into(),
        labels: [("desk".into(), "port".into())].into(),
        ..dated(
            "a",
            "Veld Courier",
            "2026-03-02",
            &format!("{STORY}\nMayor Ines Okafor told reporters that she agreed.\n"),
        )
    };
    server.put_as(AnalysisMode::Fast, a).await;
    let b = Article { language_code: "en".into(), ..dated("b", "Veld Courier West", "2026-04-02", STORY) };
    server.put_as(AnalysisMode::Accurate, b).await;
    let pool = DescriptorPool::decode(sayso::proto::DESCRIPTORS).unwrap();
    for field in pool.get_message_by_name("sayso.v1.ArticleFilter").unwrap().fields() {
        for filter in probes(field.name()) {
            let filter = Some(filter);
            // The later article is the one of the last days.
            let id = if field.name() == "published_within" { "b" } else { "a" }.to_owned();
            for (method, ids) in found(&server, &filter).await {
                assert_eq!(ids, BTreeSet::from([id.clone()]), "{method} by {filter:?}");
            }
            let request = DeleteArticlesRequest { filter, validate_only: true, ..Default::default() };
            let counted = server.articles().await.delete_articles(request).await.unwrap().into_inner();
            assert_eq!((counted.article_count, counted.sample_ids), (1, vec![id]), "{}", field.name());
        }
    }
}

/// Moments are kept to the microsecond; an end of a filter between two of them is not moved to the wrong side.
#[tokio::test]
async fn ends_of_an_interval_hold_to_the_nanosecond() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let at = |nanos| Some(prost_types::Timestamp { seconds: 1000, nanos });
    server.put(Article { publish_time: at(5000), ..article("a", STORY) }).await;
    for (start, end, count) in [(at(5000), at(5001), 1), (None, at(5001), 1), (at(5001), None, 0), (None, at(5000), 0)]
    {
        let publish_time = Some(Interval { start_time: start, end_time: end });
        let filter = Some(ArticleFilter { publish_time, ..Default::default() });
        let list = ListArticlesRequest { filter, ..Default::default() };
        let total = server.articles().await.list_articles(list).await.unwrap().into_inner().total.unwrap();
        assert_eq!(total.count, count, "{start:?} to {end:?}");
    }
}
