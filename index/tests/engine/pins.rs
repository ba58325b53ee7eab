//! Pages hold while articles come, change and go: what is kept for them, and for how long.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sayso_document::{EntityType, Tier};
use sayso_index::query::{
    ArticleFilter, ArticleOrder, ArticleQuery, EntityQuery, Expr, MentionQuery, Order, PageRequest, QuoteQuery,
    SentenceQuery,
};
use sayso_index::{
    AnalyzedArticle, Embedded, EmbeddedOptions, Engine, EntityId, Error, ErrorKind, Interrupt, Page, PageKey, Total,
    Wanted, Write,
};

use crate::samples::*;

const NAMES: [&str; 3] = ["Iven Kremov", "Bero Tamm", "Ansa Orlek"];

/// A story of some sentences on the harbour, in which some speak.
fn story(id: usize, lines: usize, names: &[usize], day: Option<i64>) -> AnalyzedArticle {
    let line = |n: usize| {
        let name = names.get(n % 3).map_or("Nobody", |&name| NAMES[name]);
        format!("{name} spoke of the harbour{}.", " and of the pier".repeat((id + n) % 4))
    };
    let mut made = article(&format!("a{id}"), &(0..lines).map(line).collect::<Vec<_>>().join("\n"));
    made.article.title = format!("{names:?}");
    made.article.published_at = day;
    for &name in names {
        made = with_entity(made, EntityType::Person, &[NAMES[name]], &["Envoy"]);
    }
    let speaker = (!names.is_empty()).then_some(0);
    with_quote(with_quote(made, "the harbour", speaker), "spoke of", None)
}

fn stories() -> impl Strategy<Value = (usize, Option<AnalyzedArticle>)> {
    let names = prop::sample::subsequence((0..NAMES.len()).collect::<Vec<_>>(), 0..=NAMES.len());
    let article = (1..6usize, names, prop::option::of(0..4i64));
    (0..12usize, prop::option::weighted(0.7, article))
        .prop_map(|(id, article)| (id, article.map(|(lines, names, day)| story(id, lines, &names, day))))
}

/// A search that can be paged, with what tells its hits from each other.
enum Search {
    Sentences(SentenceQuery),
    Quotes(QuoteQuery),
    Articles(ArticleQuery),
    Entities(EntityQuery),
    Mentions(MentionQuery),
}

/// A page: its hits, where the next begins, and the total.
type Seen = (Vec<String>, Option<PageKey>, Total);

fn seen<T>(page: Page<T>, name: impl Fn(&T) -> String) -> Seen {
    (page.hits.iter().map(name).collect(), page.next, page.total)
}

impl Search {
    fn all() -> Vec<Search> {
        let filter = || ArticleFilter { from: Some(1), ..ArticleFilter::default() };
        let both = || Expr::Bool { must: vec![], should: vec![word("harbour"), word("pier")], must_not: vec![] };
        let mut all = Vec::new();
        for order in [Order::Relevance, Order::Newest, Order::Oldest] {
            for expr in [both(), word("harbour"), Expr::All] {
                all.push(Search::Sentences(SentenceQuery { order, ..sentence_query(expr.clone()) }));
                all.push(Search::Quotes(QuoteQuery { order, ..quote_query(expr) }));
            }
        }
        for filter in [ArticleFilter::default(), filter()] {
            all.push(Search::Articles(ArticleQuery {
                filter: filter.clone(),
                order: ArticleOrder::default(),
                page: first(1),
            }));
            let entity = EntityId::of(EntityType::Person, NAMES[0]);
            all.push(Search::Mentions(MentionQuery { entity, forms: vec![], filter, page: first(1) }));
        }
        for name in ["", "kremov", "envoy"] {
            all.push(Search::Entities(EntityQuery { name: name.into(), kinds: vec![], page: first(1) }));
        }
        all
    }

    fn page(&self, engine: &Embedded, page: PageRequest) -> Result<Seen, Error> {
        let now = Interrupt::default();
        Ok(match self {
            Search::Sentences(query) => {
                let page = engine.sentences(&SentenceQuery { page, ..query.clone() }, &now)?;
                seen(page, |hit| format!("{}.{} {}", hit.article.id, hit.index, hit.score))
            }
            Search::Quotes(query) => {
                let page = engine.quotes(&QuoteQuery { page, ..query.clone() }, &now)?;
                seen(page, |hit| format!("{}.{} {}", hit.article.article.id, hit.index, hit.score))
            }
            Search::Articles(query) => {
                let page = engine.articles(&ArticleQuery { page, ..query.clone() }, &now)?;
                seen(page, |hit| format!("{} {}", hit.article.id, hit.article.body))
            }
            Search::Entities(query) => {
                let page = engine.entities(&EntityQuery { page, ..query.clone() }, &now)?;
                seen(page, |hit| format!("{} {}", hit.entity.id, hit.entity.mentions))
            }
            Search::Mentions(query) => {
                let page = engine.mentions(&MentionQuery { page, ..query.clone() }, &now)?;
                seen(page, |hit| format!("{}.{}", hit.article.article.id, hit.index))
            }
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// The pages of a search are those of the moment at which the first was asked for: so each hit that stood throughout
    /// comes exactly once, and in its place.
    #[test]
    fn pages_hold_whatever_is_written_between_them(
        before in prop::collection::vec(stories(), 4..12),
        between in prop::collection::vec(prop::collection::vec(stories(), 1..4), 1..6),
        size in 1..4usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let put = |(id, story): (usize, Option<AnalyzedArticle>)| match story {
            Some(story) => {
                let wanted = Wanted { tier: Tier::Accurate, model: "test-2".into() };
                Write::PutFirst(Box::new(story), wanted, None)
            }
            None => Write::Delete(format!("a{id}"), None),
        };
        write_all(&engine, before.into_iter().map(put).collect());
        let searches = Search::all();
        let whole: Vec<Seen> = searches.iter().map(|search| search.page(&engine, first(1_000)).unwrap()).collect();
        let mut pages: Vec<Seen> = searches.iter().map(|search| search.page(&engine, first(size)).unwrap()).collect();
        let mut between = between.into_iter();
        loop {
            // What waits for a better analysis gets it: that, too, is a change.
            let mut writes: Vec<Write> = between.next().unwrap_or_default().into_iter().map(put).collect();
            for one in engine.pending(Tier::Accurate, &BTreeSet::new(), 2).unwrap() {
                let mut read = engine.article(&one.article.id).unwrap().unwrap();
                (read.analysis.model, read.analysis.tier) = ("test-2".into(), Tier::Accurate);
                writes.push(Write::Reanalyzed(Box::new(read), one.seq));
            }
            write_all(&engine, writes);
            let mut turned = false;
            for (search, (hits, next, total)) in searches.iter().zip(&mut pages) {
                if let Some(key) = next.take() {
                    let page = search.page(&engine, PageRequest { size, after: Some(key) }).unwrap();
                    prop_assert_eq!(page.2, *total);
                    hits.extend(page.0);
                    *next = page.1;
                    turned = true;
                }
            }
            if !turned {
                break;
            }
        }
        for (paged, whole) in pages.into_iter().zip(whole) {
            prop_assert_eq!(paged, whole);
        }
    }
}

/// The articles of a page are held in memory together.
#[test]
fn a_page_of_many_long_articles_ends_early_and_loses_none() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    for id in 0..3 {
        let mut long = story(id, 2, &[0], Some(1));
        long.article.body.push_str(&" ".repeat(33 << 20));
        put(&engine, &long);
    }
    // One of each sort that holds them, and the articles in both ways.
    for number in [1, 18, 19, 20] {
        let search = &Search::all()[number];
        let (mut hits, mut key, total) = search.page(&engine, first(100)).unwrap();
        let count = hits.len();
        while let Some(after) = key {
            let page = search.page(&engine, PageRequest { size: 100, after: Some(after) }).unwrap();
            hits.extend(page.0);
            key = page.1;
        }
        hits.iter_mut().for_each(|hit| *hit = hit.trim_end().to_owned());
        let distinct = hits.iter().collect::<BTreeSet<_>>().len();
        assert_eq!((hits.len(), distinct), (total.count as usize, total.count as usize));
        assert!(count < hits.len());
    }
}

fn opened(options: EmbeddedOptions) -> (tempfile::TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), options).unwrap();
    put(&engine, &story(0, 9, &[0], None));
    (dir, engine)
}

fn first_page(engine: &Embedded) -> PageKey {
    Search::all()[0].page(engine, first(2)).unwrap().1.unwrap()
}

fn next_page(engine: &Embedded, key: &PageKey) -> Result<PageKey, ErrorKind> {
    let page = Search::all()[0].page(engine, PageRequest { size: 1, after: Some(key.clone()) });
    page.map(|(_, next, _)| next.unwrap()).map_err(|error| error.kind())
}

/// Another view becomes the current one.
fn change(engine: &Embedded, number: usize) {
    put(engine, &story(1 + number, 2, &[], None));
}

#[test]
fn one_view_is_kept_for_any_number_of_first_pages_and_none_without_a_second() {
    let (_dir, engine) = opened(EmbeddedOptions::default());
    for search in Search::all() {
        assert_eq!(search.page(&engine, first(1_000)).unwrap().1, None);
    }
    assert_eq!(engine.status().unwrap().pinned_views, 0);
    for _ in 0..10_000 {
        first_page(&engine);
    }
    assert_eq!(engine.status().unwrap().pinned_views, 1);
}

#[test]
fn no_more_views_are_kept_than_allowed_and_those_longest_in_which_pages_were_turned() {
    let (_dir, engine) = opened(EmbeddedOptions { page_views: 4, ..EmbeddedOptions::default() });
    let turned = next_page(&engine, &first_page(&engine)).unwrap();
    let mut keys = Vec::new();
    for number in 0..20 {
        change(&engine, number);
        keys.push(first_page(&engine));
        assert!(engine.status().unwrap().pinned_views <= 4);
    }
    assert!(next_page(&engine, &turned).is_ok());
    let kept: Vec<bool> = keys.iter().map(|key| next_page(&engine, key).is_ok()).collect();
    assert_eq!(kept, [vec![false; 17], vec![true; 3]].concat());
    assert_eq!(next_page(&engine, &keys[0]), Err(ErrorKind::PageExpired));
}

fn wait_until_none_is_kept(engine: &Embedded) {
    let start = Instant::now();
    while engine.status().unwrap().pinned_views > 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "views are kept for ever");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_view_is_let_go_after_its_time_or_when_the_disk_fills_up() {
    let all = EmbeddedOptions::default;
    for options in [
        EmbeddedOptions { page_lifetime: Duration::from_nanos(1), ..all() },
        // The store's file grows with the first changes.
        EmbeddedOptions { page_growth_bytes: 0, ..all() },
    ] {
        let (_dir, engine) = opened(options);
        let key = first_page(&engine);
        assert!(next_page(&engine, &key).is_ok(), "nothing has changed");
        for number in 0..60 {
            let mut large = story(1 + number, 2, &[], None);
            large.article.body.push_str(&"x".repeat(100_000));
            put(&engine, &large);
        }
        wait_until_none_is_kept(&engine);
        assert_eq!(next_page(&engine, &key), Err(ErrorKind::PageExpired));
    }
}

#[test]
fn keys_end_with_the_engine_and_views_with_it() {
    let (dir, engine) = opened(EmbeddedOptions::default());
    let key = first_page(&engine);
    change(&engine, 0);
    assert!(next_page(&engine, &key).is_ok());
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(next_page(&engine, &key), Err(ErrorKind::PageExpired));
}
