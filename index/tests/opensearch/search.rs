//! Searches find on a cluster what they find in the embedded engine.

use std::collections::BTreeMap;
use std::sync::mpsc;

use sayso_document::{Act, EntityType, MentionForm, SentenceRole};
use sayso_index::opensearch::{Client, OpenSearch, OpenSearchOptions};
use sayso_index::query::{
    ArticleFilter, ArticleOrder, ArticleQuery, ArticleSearch, Expr, FacetField, FacetQuery, LabelFilter, MentionQuery,
    Order, PageRequest, ParseOptions, Period, QuoteQuery, Recency, SentenceQuery, Who, Zone, parse,
};
use sayso_index::{
    AnalyzedArticle, Article, ArticleHit, ArticleMatch, Embedded, EmbeddedOptions, Engine, EntityId, ErrorKind, Facet,
    Interrupt, MentionHit, Page, Progress, QuoteHit, Result, SentenceHit, Version, Write,
};
use serde_json::json;
use tempfile::TempDir;

use crate::cluster::shared;
use crate::made::{Dice, article, query};

/// Articles of a comparison.
const ARTICLES: usize = 120;
/// Queries of a comparison.
const QUERIES: usize = 150;
/// How far scores may be apart that both engines give: what sums of small numbers are rounded by.
const ROUNDED: f32 = 1e-4;
/// How far they may be apart where a field is missing in some articles: its mean length counts a word for none.
const ROUGH: f32 = 0.3;

/// The bytes of a page key before the name of the point in time.
const BEFORE_POINT: usize = 46;

/// The same articles in both engines.
pub(crate) struct Both {
    pub(crate) cluster: OpenSearch,
    pub(crate) embedded: Embedded,
    _folder: TempDir,
}

/// What is compared of a hit: article, position, and the rest but for the score.
type Seen = (String, u32, String);

impl Both {
    /// Articles by chance.
    pub(crate) fn filled(seed: u64) -> Option<Self> {
        let mut dice = Dice::new(seed);
        Self::with((0..ARTICLES).map(|number| article(number, &mut dice)).collect(), 1)
    }

    /// These articles, on a cluster that spreads them over so many shards.
    pub(crate) fn with(articles: Vec<AnalyzedArticle>, shards: u32) -> Option<Self> {
        let cluster = OpenSearch::open(OpenSearchOptions { shards, ..shared()?.options() }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
        for engine in [&cluster as &dyn Engine, &embedded] {
            let (sender, done) = mpsc::channel();
            for article in articles.clone() {
                let sender = sender.clone();
                let step = Box::new(move |step| match step {
                    Progress::Durable(_) => {}
                    Progress::Searchable(_) => sender.send(()).unwrap(),
                    Progress::Delayed(_, error) | Progress::Failed(error) => panic!("{error}"),
                });
                engine.write(Write::Put(Box::new(article), None), step);
            }
            assert_eq!(done.iter().take(articles.len()).count(), articles.len());
        }
        Some(Self { cluster, embedded, _folder: folder })
    }
}

/// All pages of a query, and the total of each.
pub(crate) fn all_pages<T>(size: usize, mut ask: impl FnMut(PageRequest) -> Result<Page<T>>) -> (Vec<T>, Vec<u64>) {
    let (mut hits, mut totals) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = ask(PageRequest { size, after }).unwrap();
        assert!(page.hits.len() == size || page.next.is_none());
        hits.extend(page.hits);
        totals.push(page.total.count);
        after = page.next;
        if after.is_none() {
            return (hits, totals);
        }
    }
}

/// Compares the hits of both engines. Where they are ordered by score, ties may be in another order.
fn compare(what: &str, order: Order, allowed: f32, cluster: &[(Seen, f32)], embedded: &[(Seen, f32)]) {
    let close = |a: f32, b: f32| (a - b).abs() <= allowed * a.abs().max(b.abs());
    assert_eq!(cluster.len(), embedded.len(), "{what}");
    if order != Order::Relevance || embedded.iter().all(|&(_, score)| score == 0.0) {
        let seen = |hits: &[(Seen, f32)]| hits.iter().map(|(seen, _)| seen.clone()).collect::<Vec<_>>();
        assert_eq!(seen(cluster), seen(embedded), "{what}");
    }
    let expected: BTreeMap<&Seen, f32> = embedded.iter().map(|(seen, score)| (seen, *score)).collect();
    for (place, (seen, score)) in cluster.iter().enumerate() {
        let other = expected.get(seen).unwrap_or_else(|| panic!("{what}: {seen:?} is not found by the other"));
        assert!(close(*score, *other), "{what}: {seen:?} scores {score}, not {other}");
        if order == Order::Relevance {
            assert!(close(*score, embedded[place].1), "{what}: place {place} has {score}, not {}", embedded[place].1);
        }
    }
}

/// How far scores may be apart for a query: fields that some articles lack are named by one.
fn allowed(text: &str) -> f32 {
    let rough = ["title:", "outlet:", "author:", "about:", "speaker:", "cue:"];
    if rough.iter().any(|field| text.contains(field)) { ROUGH } else { ROUNDED }
}

fn sentence(hit: &SentenceHit) -> (Seen, f32) {
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {}",
        hit.sentence, hit.text, hit.before, hit.highlights, hit.title_highlights, hit.article.title
    );
    ((hit.article.id.clone(), hit.index, shown), hit.score)
}

fn quote(hit: &QuoteHit) -> (Seen, f32) {
    let shown = format!("{:?} {:?} {:?}", hit.quote(), hit.highlights, hit.title_highlights);
    ((hit.article.article.id.clone(), hit.index, shown), hit.score)
}

/// Filters of articles, one of them none.
fn filters() -> Vec<ArticleFilter> {
    let label = |values: &[&str]| LabelFilter {
        key: "desk".into(),
        values: values.iter().map(|&value| value.into()).collect(),
    };
    let day = |days: i64| Some(1_700_000_000_000_000 + days * 86_400_000_000);
    vec![
        ArticleFilter::default(),
        ArticleFilter { outlets: vec!["VARDA courier".into()], ..ArticleFilter::default() },
        ArticleFilter { authors: vec!["elodie marsh".into(), "x".into()], ..ArticleFilter::default() },
        ArticleFilter { labels: vec![label(&[]), label(&["sea", "air"])], ..ArticleFilter::default() },
        ArticleFilter { from: day(1), until: day(3), ..ArticleFilter::default() },
        ArticleFilter { languages: vec!["En".into()], models: vec!["fast-1".into()], ..ArticleFilter::default() },
        ArticleFilter { ids: (0..60).map(|number| format!("article/{number}")).collect(), ..ArticleFilter::default() },
        ArticleFilter { entities: vec![Who::Named("Senator Brandt".into())], ..ArticleFilter::default() },
    ]
}

const ORDERS: [Order; 3] = [Order::Relevance, Order::Newest, Order::Oldest];

#[test]
fn sentences_are_those_of_the_embedded_engine() {
    let Some(both) = Both::filled(1) else { return };
    let calm = Interrupt::default();
    let mut dice = Dice::new(11);
    let mut found = 0;
    for number in 0..QUERIES {
        let text = query(&mut dice, false, 2);
        let expr = parse(&text, &ParseOptions::sentences()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut asked = SentenceQuery {
            expr: if number == 0 { Expr::All } else { expr },
            order: ORDERS[number % 3],
            filter: dice.one(&filters().iter().collect::<Vec<_>>()).clone(),
            exact_total: true,
            ..SentenceQuery::default()
        };
        if dice.seldom(6) {
            asked.mentions = vec![Who::Named(dice.one(&["lind", "Governor Brandt", "Orlen"]).into())];
        }
        if dice.seldom(6) {
            asked.mention_types = vec![EntityType::Place, EntityType::Event];
        }
        if dice.seldom(6) {
            asked.roles = vec![SentenceRole::Body, SentenceRole::Caption];
        }
        let pages = |engine: &dyn Fn(&SentenceQuery) -> Result<Page<SentenceHit>>, size| {
            all_pages(size, |page| engine(&SentenceQuery { page, ..asked.clone() }))
        };
        let (ours, totals) = pages(&|query| both.cluster.sentences(query, &calm), 17);
        let (theirs, _) = pages(&|query| both.embedded.sentences(query, &calm), 100);
        let what = format!("{text} {:?} {:?}", asked.order, asked.filter);
        assert!(totals.iter().all(|&total| total == theirs.len() as u64), "{what}: {totals:?}");
        let seen = |hits: &[SentenceHit]| hits.iter().map(sentence).collect::<Vec<_>>();
        compare(&what, asked.order, allowed(&text), &seen(&ours), &seen(&theirs));
        found += theirs.len();
    }
    assert!(found > QUERIES * 5, "{found} hits say little");
}

#[test]
fn quotes_are_those_of_the_embedded_engine() {
    let Some(both) = Both::filled(2) else { return };
    let calm = Interrupt::default();
    let mut dice = Dice::new(12);
    let mut found = 0;
    for number in 0..QUERIES {
        let text = query(&mut dice, true, 2);
        let expr = parse(&text, &ParseOptions::quotes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut asked = QuoteQuery {
            expr: if dice.seldom(3) { Expr::All } else { expr },
            order: ORDERS[number % 3],
            filter: dice.one(&filters().iter().collect::<Vec<_>>()).clone(),
            exact_total: true,
            ..QuoteQuery::default()
        };
        let who = |dice: &mut Dice| {
            let names = ["lind", "Senator Brandt", "Orlen", "spokesman", "C. Brandt", "Reform League Ltd", "nobody"];
            vec![Who::Named(dice.one(&names).into())]
        };
        match dice.below(9) {
            0 | 1 => asked.speakers = [who(&mut dice), who(&mut dice)].concat(),
            2 => asked.addressees = who(&mut dice),
            3 => asked.about = who(&mut dice),
            4 => asked.entities = who(&mut dice),
            5 => (asked.acts, asked.cues) = (vec![Act::Speech], vec!["said".into(), "denying".into()]),
            6 => (asked.min_confidence, asked.named_speaker) = (0.5, Some(dice.seldom(2))),
            7 => (asked.min_speaker_confidence, asked.speaker_types) = (0.75, vec![EntityType::Person]),
            _ => {}
        }
        let pages = |engine: &dyn Fn(&QuoteQuery) -> Result<Page<QuoteHit>>, size| {
            all_pages(size, |page| engine(&QuoteQuery { page, ..asked.clone() }))
        };
        let (ours, totals) = pages(&|query| both.cluster.quotes(query, &calm), 17);
        let (theirs, _) = pages(&|query| both.embedded.quotes(query, &calm), 100);
        let what = format!("{asked:?}");
        assert!(totals.iter().all(|&total| total == theirs.len() as u64), "{what}: {totals:?}");
        let seen = |hits: &[QuoteHit]| hits.iter().map(quote).collect::<Vec<_>>();
        compare(&what, asked.order, allowed(&text), &seen(&ours), &seen(&theirs));
        found += theirs.len();
    }
    assert!(found > QUERIES * 3, "{found} hits say little");
}

#[test]
fn pages_come_from_one_state() {
    let Some(both) = Both::filled(3) else { return };
    let calm = Interrupt::default();
    let first = SentenceQuery { page: PageRequest { size: 10, after: None }, ..SentenceQuery::default() };
    let page = both.cluster.sentences(&first, &calm).unwrap();
    let (all, _) = all_pages(50, |page| both.cluster.sentences(&SentenceQuery { page, ..first.clone() }, &calm));
    for number in 0..ARTICLES {
        crate::changes::change(&both.cluster, Write::Delete(format!("article/{number}"), None)).unwrap();
    }
    let mut hits = page.hits;
    let mut after = page.next;
    while after.is_some() {
        let page = PageRequest { size: 10, after };
        let next = both.cluster.sentences(&SentenceQuery { page, ..first.clone() }, &calm).unwrap();
        assert_eq!(next.total.count, all.len() as u64);
        hits.extend(next.hits);
        after = next.next;
    }
    assert_eq!(hits.iter().map(sentence).collect::<Vec<_>>(), all.iter().map(sentence).collect::<Vec<_>>());
    let now = both.cluster.sentences(&first, &calm).unwrap();
    assert_eq!((now.total.count, now.hits.len()), (0, 0));
}

#[test]
fn keys_of_other_queries_and_of_forgotten_states_are_refused() {
    let Some(both) = Both::filled(4) else { return };
    let calm = Interrupt::default();
    let first = SentenceQuery::default();
    let key = both.cluster.sentences(&first, &calm).unwrap().next.unwrap();
    let other = SentenceQuery { order: Order::Oldest, ..SentenceQuery::default() };
    let next = |query: &SentenceQuery| {
        let page = PageRequest { size: 10, after: Some(key.clone()) };
        both.cluster.sentences(&SentenceQuery { page, ..query.clone() }, &calm).map_err(|error| error.kind())
    };
    assert_eq!(next(&other).err(), Some(ErrorKind::PageKey));
    assert!(next(&first).is_ok());
    let point = String::from_utf8(key.as_bytes()[BEFORE_POINT..].to_vec()).unwrap();
    let client = Client::new(shared().unwrap().options()).unwrap();
    client.delete("_search/point_in_time", Some(&json!({ "pit_id": [point] })), &calm).unwrap();
    assert_eq!(next(&first).err(), Some(ErrorKind::PageExpired));
}

#[test]
fn lists_of_articles_and_mentions_are_those_of_the_embedded_engine() {
    let Some(both) = Both::filled(5) else { return };
    let calm = Interrupt::default();
    let orders = [
        ArticleOrder::NewestPublished,
        ArticleOrder::OldestPublished,
        ArticleOrder::LatestUpdated,
        ArticleOrder::EarliestUpdated,
    ];
    let seen = |hits: &[ArticleHit]| -> Vec<String> {
        let shown = |hit: &ArticleHit| {
            let article = Article { version: Version::default(), ..Article::clone(&hit.article) };
            let counts = (hit.sentences, hit.entities, hit.quotes);
            format!("{article:?} {counts:?} {} {:?}", hit.model, hit.tier)
        };
        hits.iter().map(shown).collect()
    };
    for (filter, order) in filters().into_iter().flat_map(|filter| orders.map(|order| (filter.clone(), order))) {
        let asked = |page| ArticleQuery { filter: filter.clone(), order, page };
        let (ours, totals) = all_pages(17, |page| both.cluster.articles(&asked(page), &calm));
        let (theirs, _) = all_pages(100, |page| both.embedded.articles(&asked(page), &calm));
        assert_eq!(seen(&ours), seen(&theirs), "{filter:?} {order:?}");
        assert!(
            !theirs.is_empty() && totals.iter().all(|&total| total == theirs.len() as u64),
            "{filter:?}: {totals:?}"
        );
    }
    let forms = [vec![], vec![MentionForm::TitledName], vec![MentionForm::Name, MentionForm::Pronoun]];
    for (filter, forms) in filters().into_iter().flat_map(|filter| forms.clone().map(|forms| (filter.clone(), forms))) {
        let entity = EntityId::parse("person/ada-lind").unwrap();
        let asked = |page| MentionQuery { entity: entity.clone(), forms: forms.clone(), filter: filter.clone(), page };
        let (ours, totals) = all_pages(7, |page| both.cluster.mentions(&asked(page), &calm));
        let (theirs, _) = all_pages(100, |page| both.embedded.mentions(&asked(page), &calm));
        let seen = |hits: &[MentionHit]| -> Vec<(String, u32)> {
            hits.iter().map(|hit| (hit.article.article.id.clone(), hit.index)).collect()
        };
        assert_eq!(seen(&ours), seen(&theirs), "{filter:?} {forms:?}");
        assert!(totals.iter().all(|&total| total == theirs.len() as u64), "{filter:?} {forms:?}: {totals:?}");
    }
}

#[test]
fn counts_are_those_of_the_embedded_engine() {
    let Some(both) = Both::filled(6) else { return };
    let calm = Interrupt::default();
    let published = |every, zone| FacetField::Published { every, zone: Zone::named(zone).unwrap() };
    let fields = [
        FacetField::Outlet,
        FacetField::Author,
        FacetField::Language,
        FacetField::Label("desk".into()),
        FacetField::Model,
        FacetField::Tier,
        published(Period::Day, "UTC"),
        published(Period::Hour, "America/New_York"),
        published(Period::Week, "Asia/Kathmandu"),
        published(Period::Month, "Europe/Berlin"),
        FacetField::Entity,
        FacetField::EntityType,
        FacetField::Role,
        FacetField::Speaker,
        FacetField::SpeakerType,
        FacetField::About,
        FacetField::Addressee,
        FacetField::Kind,
        FacetField::Act,
        FacetField::Polarity,
        FacetField::Cue,
    ];
    let facets = |told: &dyn Fn(&FacetField) -> bool, limit| -> Vec<FacetQuery> {
        let some = fields.iter().filter(|field| told(field)).cloned();
        some.map(|field| FacetQuery { field, limit }).collect()
    };
    for (text, limit) in [("port OR pier", 1), ("p*", 2), ("-title:us", 50), ("entity:brandt", 3)] {
        let expr = parse(text, &ParseOptions::sentences()).unwrap();
        let asked = SentenceQuery {
            expr: expr.clone(),
            facets: facets(&FacetField::of_sentences, limit),
            ..SentenceQuery::default()
        };
        let (ours, theirs) = (both.cluster.sentences(&asked, &calm), both.embedded.sentences(&asked, &calm));
        same_counts(text, &asked.facets, &ours.unwrap().facets, &theirs.unwrap().facets);
        let asked = QuoteQuery { expr, facets: facets(&FacetField::of_quotes, limit), ..QuoteQuery::default() };
        let (ours, theirs) = (both.cluster.quotes(&asked, &calm), both.embedded.quotes(&asked, &calm));
        same_counts(text, &asked.facets, &ours.unwrap().facets, &theirs.unwrap().facets);
    }
    let lacking = FacetQuery { field: FacetField::Speaker, limit: 1 };
    let asked = SentenceQuery { facets: vec![lacking], ..SentenceQuery::default() };
    assert_eq!(both.cluster.sentences(&asked, &calm).unwrap_err().kind(), ErrorKind::Invalid);
}

/// Compares facets.
fn same_counts(what: &str, asked: &[FacetQuery], cluster: &[Facet], embedded: &[Facet]) {
    assert_eq!(cluster.len(), asked.len());
    for ((asked, ours), theirs) in asked.iter().zip(cluster).zip(embedded) {
        assert_eq!(ours, theirs, "{what}: {asked:?}");
    }
}

#[test]
fn articles_by_all_their_sentences_are_those_of_the_embedded_engine() {
    let Some(both) = Both::filled(7) else { return };
    let calm = Interrupt::default();
    let mut dice = Dice::new(17);
    let mut found = 0;
    for number in 0..60 {
        let text = query(&mut dice, false, 2);
        let day = 86_400_000_000;
        let asked = ArticleSearch {
            expr: parse(&text, &ParseOptions::sentences()).unwrap(),
            filter: dice.one(&filters().iter().collect::<Vec<_>>()).clone(),
            order: ORDERS[number % 3],
            recency: dice.seldom(3).then_some(Recency { half_life: day, now: 1_700_000_000_000_000 + 2 * day }),
            min_score: if dice.seldom(4) { 1.0 } else { 0.0 },
            sentences: 2,
            explain: true,
            facets: vec![FacetQuery { field: FacetField::Entity, limit: 2 }],
            ..ArticleSearch::default()
        };
        let counts = |engine: &dyn Fn(&ArticleSearch) -> Result<Page<ArticleMatch>>| engine(&asked).unwrap().facets;
        let ours = counts(&|query| both.cluster.search_articles(query, &calm));
        assert_eq!(ours, counts(&|query| both.embedded.search_articles(query, &calm)), "{text}");
        let asking = |page| ArticleSearch { page, ..asked.clone() };
        let (ours, totals) = all_pages(17, |page| both.cluster.search_articles(&asking(page), &calm));
        let (theirs, _) = all_pages(100, |page| both.embedded.search_articles(&asking(page), &calm));
        let what = format!("{text} {:?} {:?} {:?}", asked.order, asked.recency, asked.filter);
        assert!(totals.iter().all(|&total| total == theirs.len() as u64), "{what}: {totals:?}");
        let seen = |hits: &[ArticleMatch]| -> Vec<(Seen, f32)> {
            let shown = |hit: &ArticleMatch| {
                let (sentences, title) = (&hit.sentences, &hit.title_highlights);
                let shown = format!("{sentences:?} {title:?} {:?}", hit.explanation);
                ((hit.article.id.clone(), hit.others, shown), hit.score)
            };
            hits.iter().map(shown).collect()
        };
        compare(&what, asked.order, ROUNDED, &seen(&ours), &seen(&theirs));
        found += theirs.len();
    }
    assert!(found > 300, "{found} articles say little");
}
