//! Paging: every hit once, in every order; keys know their query.

use std::collections::HashSet;

use sayso_index::query::{ArticleFilter, ArticleOrder, ArticleQuery, EntityQuery, Expr, Order};
use sayso_index::{ArticleHit, Embedded, Engine, ErrorKind, Interrupt, Page, PageKey, Write};

use crate::samples::*;

/// 1,000 sentences that hold "harbour", of many lengths and dates, in 50 articles written in several rounds.
fn filled() -> (tempfile::TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    for round in 0..5 {
        let articles = (0..10).map(|number| {
            let number = round * 10 + number;
            let lines: Vec<String> =
                (0..20).map(|line| format!("Harbour{}", " pier".repeat((line + number) % 7))).collect();
            let mut one = article(&format!("a{number}"), &lines.join("\n"));
            one.article.published_at = (number % 9 != 0).then_some((number % 4) as i64 - 2);
            let name = format!("Person {number}");
            let one = with_entity(one, sayso_document::EntityType::Person, &[&name], &[]);
            Write::Put(Box::new(with_quote(one, "Harbour", Some(0))), None)
        });
        write_all(&engine, articles.collect());
    }
    // A replaced article leaves deleted documents behind.
    let again = engine.article("a7").unwrap().unwrap();
    put(&engine, &article("a7", "x"));
    put(&engine, &again);
    (dir, engine)
}

#[test]
fn pages_give_each_sentence_once_in_every_order() {
    let (_dir, engine) = filled();
    let both = Expr::Bool { must: vec![], should: vec![word("harbour"), word("pier")], must_not: vec![] };
    for expr in [word("harbour"), both, Expr::All] {
        for order in [Order::Relevance, Order::Newest, Order::Oldest] {
            let mut query = sentence_query(expr.clone());
            query.order = order;
            query.page.size = 1_100;
            let whole = engine.sentences(&query, &Interrupt::default()).unwrap();
            assert_eq!((whole.hits.len(), whole.next), (1_000, None));
            let whole: Vec<_> = whole.hits.iter().map(|hit| (hit.article.id.clone(), hit.index)).collect();
            assert_eq!(whole.iter().collect::<HashSet<_>>().len(), 1_000);

            query.page.size = 77;
            let mut paged = Vec::new();
            loop {
                let page = engine.sentences(&query, &Interrupt::default()).unwrap();
                assert!(page.total.count == 1_000, "{:?}", page.total);
                paged.extend(page.hits.iter().map(|hit| (hit.article.id.clone(), hit.index)));
                query.page.after = page.next;
                if query.page.after.is_none() {
                    break;
                }
            }
            assert_eq!(paged, whole, "{expr:?} {order:?}");
        }
    }
}

#[test]
fn dates_order_hits_and_undated_come_last() {
    let (_dir, engine) = filled();
    for (order, turn) in [(Order::Newest, -1), (Order::Oldest, 1)] {
        let mut query = sentence_query(word("harbour"));
        (query.order, query.page.size) = (order, 1_000);
        let dates: Vec<_> = search(&engine, &query).iter().map(|hit| hit.article.published_at).collect();
        let keys: Vec<_> = dates.iter().map(|date| date.map_or(i64::MAX, |date| date * turn)).collect();
        assert!(keys.is_sorted() && dates.contains(&None));
    }
}

#[test]
fn pages_of_articles_quotes_and_entities_are_whole() {
    let (_dir, engine) = filled();
    let now = Interrupt::default();
    let mut articles =
        ArticleQuery { filter: ArticleFilter::default(), order: ArticleOrder::default(), page: first(7) };
    let mut quotes = quote_query(Expr::All);
    quotes.page.size = 7;
    let mut entities = EntityQuery { name: "person".into(), kinds: vec![], page: first(7) };
    let (mut a, mut q, mut e) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..8 {
        let page = engine.articles(&articles, &now).unwrap();
        a.extend(page.hits.iter().map(|hit| hit.article.id.clone()));
        articles.page.after = page.next;
        let page = engine.quotes(&quotes, &now).unwrap();
        q.extend(page.hits.iter().map(|hit| hit.article.article.id.clone()));
        quotes.page.after = page.next;
        let page = engine.entities(&entities, &now).unwrap();
        e.extend(page.hits.iter().map(|hit| hit.entity.id.to_string()));
        entities.page.after = page.next;
    }
    assert_eq!((&articles.page.after, &quotes.page.after, &entities.page.after), (&None, &None, &None));
    for list in [a, q, e] {
        assert_eq!((list.len(), list.iter().collect::<HashSet<_>>().len()), (50, 50));
    }
    articles.filter.from = Some(0);
    articles.filter.until = Some(1);
    let page = engine.articles(&articles, &now).unwrap();
    assert!(page.hits.iter().all(|hit| hit.article.published_at == Some(0)));
}

#[test]
fn a_key_of_another_query_is_refused() {
    let (_dir, engine) = filled();
    let now = Interrupt::default();
    let mut query = sentence_query(word("harbour"));
    query.page.size = 3;
    let key = engine.sentences(&query, &now).unwrap().next;
    let mut other = sentence_query(word("pier"));
    other.page.after = key.clone();
    assert_eq!(engine.sentences(&other, &now).unwrap_err().kind(), ErrorKind::PageKey);
    let articles = ArticleQuery { filter: ArticleFilter::default(), order: ArticleOrder::default(), page: first(3) };
    let articles = ArticleQuery { page: sayso_index::query::PageRequest { after: key, ..articles.page }, ..articles };
    assert_eq!(engine.articles(&articles, &now).unwrap_err().kind(), ErrorKind::PageKey);
    query.page.after = Some(PageKey::from_bytes(b"nonsense").unwrap());
    assert_eq!(engine.sentences(&query, &now).unwrap_err().kind(), ErrorKind::PageKey);
}

#[test]
fn lists_of_articles_hold_from_page_to_page_while_articles_change() {
    use ArticleOrder::{EarliestUpdated, LatestUpdated, NewestPublished, OldestPublished};
    let (_dir, engine) = filled();
    let now = Interrupt::default();
    let filters =
        [ArticleFilter::default(), ArticleFilter { languages: vec!["en".into()], ..ArticleFilter::default() }];
    for order in [NewestPublished, OldestPublished, LatestUpdated, EarliestUpdated] {
        for filter in &filters {
            let mut query = ArticleQuery { filter: filter.clone(), order, page: first(100) };
            let whole: Vec<_> = ids(&engine.articles(&query, &now).unwrap());
            let mut paged = Vec::new();
            query.page.size = 17;
            loop {
                let page = engine.articles(&query, &now).unwrap();
                paged.extend(ids(&page));
                query.page.after = page.next;
                if query.page.after.is_none() {
                    break;
                }
                // One that was shown and one that was not become the latest, and change their dates.
                for id in [&whole[0], &whole[49]] {
                    let mut changed = engine.article(id).unwrap().unwrap();
                    changed.article.title.push('s');
                    changed.article.published_at = changed.article.published_at.map_or(Some(0), |_| None);
                    put(&engine, &changed);
                }
            }
            assert_eq!(paged, whole, "{order:?}");
        }
    }
    let mut query = ArticleQuery { filter: ArticleFilter::default(), order: LatestUpdated, page: first(3) };
    query.page.after = engine.articles(&query, &now).unwrap().next;
    query.order = EarliestUpdated;
    assert_eq!(engine.articles(&query, &now).unwrap_err().kind(), ErrorKind::PageKey);
}

fn ids(page: &Page<ArticleHit>) -> Vec<String> {
    page.hits.iter().map(|hit| hit.article.id.clone()).collect()
}
