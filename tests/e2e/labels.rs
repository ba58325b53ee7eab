//! The client's own labels: kept, shown with every hit, and filterable in every method that takes a filter.

use std::collections::{BTreeMap, BTreeSet};

use sayso::proto::{
    AnalysisTier, Article, ArticleChange, ArticleFilter, DeleteArticlesRequest, LabelFilter, ListArticlesRequest,
    ListMentionsRequest, ReanalyzeArticlesRequest, SearchArticlesRequest, SearchQuotesRequest, SearchSentencesRequest,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::support::{STORY, Server, article, field, reason};

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn labelled(id: &str, pairs: &[(&str, &str)]) -> Article {
    Article { labels: labels(pairs), ..article(id, STORY) }
}

/// Keys with the values that may stand under each.
type Wanted<'a> = &'a [(&'a str, &'a [&'a str])];

fn filter(wanted: Wanted) -> Option<ArticleFilter> {
    let label = |(key, values): &(&str, &[&str])| LabelFilter {
        key: (*key).to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    Some(ArticleFilter { labels: wanted.iter().map(label).collect(), ..ArticleFilter::default() })
}

/// Three articles with labels, and one without.
async fn server() -> Server {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(labelled("a", &[("desk", "politics"), ("customer", "17")])).await;
    server.put(labelled("b", &[("desk", "sport"), ("customer", "17"), ("wire/feed_1.x-y", "")])).await;
    server.put(labelled("c", &[("desk", "Politics")])).await;
    server.put(article("d", STORY)).await;
    server
}

/// The ids of the articles that each method finds with this filter. Each must tell the labels with what it finds.
pub(crate) async fn found(server: &Server, filter: &Option<ArticleFilter>) -> Vec<(&'static str, BTreeSet<String>)> {
    let filter = || filter.clone();
    let list = ListArticlesRequest { filter: filter(), ..Default::default() };
    let listed = server.articles().await.list_articles(list).await.unwrap().into_inner().articles;
    let sentences = SearchSentencesRequest { filter: filter(), query: "cranes".into(), ..Default::default() };
    let sentences = server.search().await.search_sentences(sentences).await.unwrap().into_inner().hits;
    let whole = SearchArticlesRequest { filter: filter(), query: "cranes".into(), ..Default::default() };
    let whole = server.search().await.search_articles(whole).await.unwrap().into_inner().hits;
    let quotes = SearchQuotesRequest { filter: filter(), query: "cranes".into(), ..Default::default() };
    let quotes = server.quotes().await.search_quotes(quotes).await.unwrap().into_inner().hits;
    let entity_id = "person/ada-lind".to_owned();
    let mentions = ListMentionsRequest { filter: filter(), entity_id, page_size: 100, ..Default::default() };
    let mentions = server.entities().await.list_mentions(mentions).await.unwrap().into_inner().hits;
    let told: Vec<(&str, Vec<Article>)> = vec![
        ("ListArticles", listed.into_iter().map(|one| one.article.unwrap()).collect()),
        ("SearchSentences", sentences.into_iter().map(|hit| hit.article.unwrap()).collect()),
        ("SearchArticles", whole.into_iter().map(|hit| hit.article.unwrap()).collect()),
        ("SearchQuotes", quotes.into_iter().map(|hit| hit.quote.unwrap().article.unwrap()).collect()),
        ("ListMentions", mentions.into_iter().map(|hit| hit.article.unwrap()).collect()),
    ];
    let mut ids = Vec::new();
    for (method, articles) in told {
        for one in &articles {
            let kept = server.get(&one.id).await.article.unwrap();
            assert_eq!(one.labels, kept.labels, "{method} of {}", one.id);
            assert_eq!(*one, Article { body: String::new(), ..kept }, "{method} of {}", one.id);
        }
        ids.push((method, articles.into_iter().map(|one| one.id).collect()));
    }
    ids
}

#[tokio::test]
async fn articles_are_found_by_labels_in_every_method() {
    let server = server().await;
    assert_eq!(server.get("a").await.article.unwrap().labels, labels(&[("desk", "politics"), ("customer", "17")]));
    let cases: [(Wanted, &str); 9] = [
        (&[("desk", &["politics"])], "a"),
        (&[("desk", &["politics", "sport"])], "ab"),
        (&[("desk", &[])], "abc"),
        (&[("customer", &["17"])], "ab"),
        (&[("customer", &["17"]), ("desk", &["sport"])], "b"),
        (&[("customer", &["17"]), ("desk", &["Politics"])], ""),
        (&[("wire/feed_1.x-y", &[""])], "b"),
        (&[("desk", &["17", "polit"])], ""),
        (&[("nothing", &[])], ""),
    ];
    for (wanted, expected) in cases {
        let filter = filter(wanted);
        let expected: BTreeSet<_> = expected.chars().map(String::from).collect();
        for (method, ids) in found(&server, &filter).await {
            assert_eq!(ids, expected, "{method} by {wanted:?}");
        }
        let request = DeleteArticlesRequest { filter: filter.clone(), validate_only: true, ..Default::default() };
        let told = server.articles().await.delete_articles(request).await.unwrap().into_inner();
        assert_eq!(told.article_count, expected.len() as i64, "DeleteArticles by {wanted:?}");
        assert_eq!(told.sample_ids.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

#[tokio::test]
async fn only_articles_with_the_label_are_analysed_anew_or_deleted() {
    let server = server().await;
    let sport = || filter(&[("desk", &["sport"])]);
    let request = ReanalyzeArticlesRequest { tier: AnalysisTier::Accurate.into(), filter: sport() };
    let queued = server.articles().await.reanalyze_articles(request).await.unwrap().into_inner();
    assert_eq!(queued.queued_count, 1);
    server.all_read().await;
    for (id, tier) in [("a", AnalysisTier::Fast), ("b", AnalysisTier::Accurate), ("d", AnalysisTier::Fast)] {
        assert_eq!(server.annotations(id).await.tier(), tier, "{id}");
    }
    let request = DeleteArticlesRequest { filter: sport(), ..Default::default() };
    let deleted = server.articles().await.delete_articles(request).await.unwrap().into_inner();
    assert_eq!((deleted.article_count, deleted.sample_ids), (1, vec!["b".to_owned()]));
    assert_eq!(server.ids().await, ["a", "c", "d"]);
}

#[tokio::test]
async fn a_filter_by_labels_that_cannot_be_meant_is_refused() {
    let server = server().await;
    let cases = [
        (filter(&[("", &["x"])]), "filter.labels.key", "INVALID_FIELD"),
        (filter(&vec![("desk", &[][..]); 1001]), "filter.labels", "LIMIT_EXCEEDED"),
        (filter(&[("desk", &vec!["x"; 1001])]), "filter.labels.values", "LIMIT_EXCEEDED"),
        (filter(&[("desk", &["x".repeat(70_000).as_str()])]), "filter.labels.values", "LIMIT_EXCEEDED"),
        (filter(&[("k".repeat(70_000).as_str(), &[])]), "filter.labels.key", "LIMIT_EXCEEDED"),
    ];
    for (filter, wrong, why) in cases {
        let request = ListArticlesRequest { filter, ..Default::default() };
        let status = server.articles().await.list_articles(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!((field(&status).as_str(), reason(&status).as_str()), (wrong, why));
    }
}

#[tokio::test]
async fn labels_that_cannot_be_kept_are_refused_and_the_longest_are_kept() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let limits = server.info().await.limits.unwrap();
    let (count, key, value) =
        (limits.labels as usize, limits.label_key_bytes as usize, limits.label_value_bytes as usize);
    let many = |count: usize| (0..count).map(|n| (format!("key{n}"), String::new())).collect::<BTreeMap<_, _>>();
    let one = |key: &str, value: &str| labels(&[(key, value)]);
    let refused = [
        (many(count + 1), "LIMIT_EXCEEDED", "labels"),
        (one(&"k".repeat(key + 1), ""), "LIMIT_EXCEEDED", "label_key_bytes"),
        (one("k", &"v".repeat(value + 1)), "LIMIT_EXCEEDED", "label_value_bytes"),
        (one("", "v"), "INVALID_FIELD", ""),
        (one("Desk", "v"), "INVALID_FIELD", ""),
        (one("a b", "v"), "INVALID_FIELD", ""),
        (one("größe", "v"), "INVALID_FIELD", ""),
        (one("a:b", "v"), "INVALID_FIELD", ""),
    ];
    for (labels, why, limit) in refused {
        let status = server.try_put(Article { labels, ..article("a", STORY) }).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        assert_eq!((field(&status).as_str(), reason(&status).as_str()), ("article.labels", why), "{status}");
        let info = status.get_error_details().error_info().unwrap().clone();
        assert_eq!(info.metadata.get("limit").map_or("", String::as_str), limit);
    }
    assert!(server.ids().await.is_empty());
    for labels in [many(count), one(&"k".repeat(key), &"v".repeat(value)), one("09az_-./", "東京 \u{1f6a2}")] {
        server.put(Article { labels: labels.clone(), ..article("a", STORY) }).await;
        assert_eq!(server.get("a").await.article.unwrap().labels, labels);
    }
}

#[tokio::test]
async fn other_labels_are_another_revision_with_the_same_quotes() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let first = server.put(labelled("a", &[("desk", "sport")])).await;
    let before = server.get("a").await;
    let second = server.put(labelled("a", &[("desk", "politics")])).await;
    let after = server.get("a").await;
    assert_eq!((first.revision, second.revision, second.change()), (1, 2, ArticleChange::Replaced));
    assert_ne!(first.etag, second.etag);
    assert_eq!(before.annotations, after.annotations);
    let (before, after) = (before.article.unwrap(), after.article.unwrap());
    assert_eq!(after.labels, labels(&[("desk", "politics")]));
    assert_eq!((before.create_time, &after.etag, after.revision), (after.create_time, &second.etag, 2));
    for (value, expected) in [("sport", 0), ("politics", 1)] {
        for (method, ids) in found(&server, &filter(&[("desk", &[value])])).await {
            assert_eq!(ids.len(), expected, "{method} by {value}");
        }
    }
    assert_eq!(server.put(labelled("a", &[("desk", "politics")])).await.change(), ArticleChange::Unchanged);
    // Without labels: they are gone.
    assert_eq!(server.put(article("a", STORY)).await.revision, 3);
    assert!(server.get("a").await.article.unwrap().labels.is_empty());
    for (method, ids) in found(&server, &filter(&[("desk", &[])])).await {
        assert!(ids.is_empty(), "{method}");
    }
}

#[tokio::test]
async fn a_filter_by_a_key_that_no_label_may_have_is_refused() {
    let server = server().await;
    for key in ["Desk", "desk politics", "désk", ""] {
        let request = ListArticlesRequest { filter: filter(&[(key, &[])]), ..Default::default() };
        let status = server.articles().await.list_articles(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{key}");
        assert!(status.message().contains("filter.labels.key") && status.message().contains(key), "{status}");
    }
}
