//! Totals are those of a count by hand, under any filter and at any page size.

use std::cmp::Reverse;

use proptest::prelude::*;
use sayso_document::{EntityType, MentionForm, Tier};
use sayso_index::query::{
    ArticleFilter, ArticleOrder, ArticleQuery, EntityQuery, Expr, LabelFilter, MentionQuery, QuoteQuery, SentenceQuery,
};
use sayso_index::{AnalyzedArticle, Embedded, Engine, EntityId, Interrupt, Page, Total, Write};

use crate::samples::*;

const OUTLETS: [&str; 3] = ["Varda Courier", "Tamm Évening", ""];
const LANGUAGES: [&str; 3] = ["en", "fr", ""];
const AUTHORS: [&str; 4] = ["Élodie Marsh", "Bero Tamm", "", "★"];
/// Some look alike when key and value are written one after the other.
const LABELS: [(&str, &str); 6] =
    [("desk", "home"), ("desk", "abroad"), ("desk", ""), ("des", "k home"), ("desk\u{1F}home", ""), ("★", "k")];
const MODELS: [&str; 3] = ["test-1", "test-2", ""];
const TIERS: [Tier; 2] = [Tier::Fast, Tier::Accurate];
const NAME: &str = "Iven Kremov";

/// What filters ask for beside outlet, language and day: places in the lists above.
type Marks = (Vec<usize>, Vec<usize>, usize, usize);

/// An article as it was put, and the number that it stands under.
struct Kept {
    story: AnalyzedArticle,
    seq: u64,
}

/// An article of some sentences, or none, with a mention in some and a quote.
fn story(id: usize, lines: usize, about: (usize, usize, Option<i64>), named: bool, marks: &Marks) -> AnalyzedArticle {
    let body = vec![format!("{NAME} spoke of the harbour."); lines].join("\n");
    let mut made = article(&format!("a{id}"), &body);
    if lines == 0 {
        made.analysis.sentences.clear();
    }
    let (outlet, language, day) = about;
    (made.article.outlet, made.article.language) = (OUTLETS[outlet].into(), LANGUAGES[language].into());
    made.article.published_at = day;
    let (authors, labels, model, tier) = marks;
    made.article.authors = authors.iter().map(|&author| AUTHORS[author].into()).collect();
    made.article.labels = labels.iter().map(|&label| LABELS[label]).map(|(k, v)| (k.into(), v.into())).collect();
    (made.analysis.model, made.analysis.tier) = (MODELS[*model].into(), TIERS[*tier]);
    if named {
        made = with_entity(made, EntityType::Person, &[NAME], &[]);
        for mention in made.analysis.mentions.iter_mut().skip(1).step_by(2) {
            mention.form = MentionForm::Pronoun;
        }
    }
    if lines > 0 { with_quote(made, "the harbour", None) } else { made }
}

fn stories(lines: std::ops::Range<usize>) -> impl Strategy<Value = Vec<AnalyzedArticle>> {
    let about = (0..3usize, 0..3usize, prop::option::of(0..4i64));
    let some = |most: usize| prop::sample::subsequence((0..most).collect::<Vec<_>>(), 0..=2);
    let marks = (some(AUTHORS.len()), some(LABELS.len()), 0..MODELS.len(), 0..TIERS.len());
    let one = (lines, about, any::<bool>(), marks);
    prop::collection::vec(one, 1..25).prop_map(|all| {
        let story = |(id, (lines, about, named, marks))| story(id, lines, about, named, &marks);
        all.into_iter().enumerate().map(story).collect()
    })
}

/// One label that is asked for, of a key that some have and with values that some have under it.
fn label() -> impl Strategy<Value = LabelFilter> {
    (0..LABELS.len(), prop::sample::subsequence((0..LABELS.len()).collect::<Vec<_>>(), 0..=2)).prop_map(
        |(key, values)| {
            let values = values.into_iter().map(|value| LABELS[value].1.to_owned()).collect();
            LabelFilter { key: LABELS[key].0.to_owned(), values }
        },
    )
}

fn filters() -> impl Strategy<Value = ArticleFilter> {
    let some = |texts: &'static [&'static str]| {
        prop::sample::subsequence(texts.to_vec(), 0..=2).prop_map(|t| t.into_iter().map(str::to_owned).collect())
    };
    let ids = prop::option::of(prop::collection::vec(0..30usize, 1..20));
    let ends = (prop::option::of(0..4i64), prop::option::of(1..5i64));
    // Few ask for all at once: nothing would pass.
    let seldom = |texts: &'static [&'static str]| prop_oneof![3 => Just(Vec::new()), 1 => some(texts)];
    let labels = prop_oneof![2 => Just(Vec::new()), 2 => prop::collection::vec(label(), 1..3)];
    let tiers = prop_oneof![3 => Just(Vec::new()), 1 => prop::sample::subsequence(TIERS.to_vec(), 1..=2)];
    let marks = (seldom(&AUTHORS), labels, seldom(&MODELS), tiers);
    (ids, some(&OUTLETS[..2]), some(&LANGUAGES[..2]), ends, marks).prop_map(
        |(ids, outlets, languages, (from, until), (authors, labels, models, tiers))| {
            let ids = ids.unwrap_or_default().into_iter().map(|id| format!("a{id}")).collect();
            ArticleFilter { ids, outlets, authors, languages, labels, models, tiers, from, until, ..Default::default() }
        },
    )
}

fn passes(filter: &ArticleFilter, story: &AnalyzedArticle) -> bool {
    let article = &story.article;
    let at = article.published_at;
    (filter.ids.is_empty() || filter.ids.contains(&article.id))
        && (filter.outlets.is_empty() || filter.outlets.contains(&article.outlet))
        && (filter.languages.is_empty() || filter.languages.contains(&article.language))
        // One without letters or digits folds to nothing, as does an empty one, which names nobody.
        && (filter.authors.is_empty() || article.authors.iter().any(|author| !author.is_empty()
            && filter.authors.iter().any(|one| one == author || author == "★" && one.is_empty())))
        && filter.labels.iter().all(|label| {
            let value = article.labels.get(&label.key);
            value.is_some_and(|value| label.values.is_empty() || label.values.contains(value))
        })
        && (filter.models.is_empty() || filter.models.contains(&story.analysis.model))
        && (filter.tiers.is_empty() || filter.tiers.contains(&story.analysis.tier))
        && filter.from.is_none_or(|from| at.is_some_and(|at| at >= from))
        && filter.until.is_none_or(|until| at.is_some_and(|at| at < until))
}

#[track_caller]
fn check<T>(count: usize, size: usize, page: Page<T>) {
    assert_eq!(page.total, Total { count: count as u64, exact: true });
    assert_eq!((page.hits.len(), page.next.is_some()), (count.min(size), count > size));
}

/// Pages of all orders, put together, are the list sorted by hand.
fn check_orders(engine: &Embedded, kept: &[Kept], filter: &ArticleFilter) {
    use ArticleOrder::{EarliestUpdated, LatestUpdated, NewestPublished, OldestPublished};
    for order in [NewestPublished, OldestPublished, LatestUpdated, EarliestUpdated] {
        let mut query = ArticleQuery { filter: filter.clone(), order, page: first(4) };
        let mut found = Vec::new();
        let mut expected: Vec<&Kept> = kept.iter().filter(|kept| passes(filter, &kept.story)).collect();
        loop {
            let page = engine.articles(&query, &Interrupt::default()).unwrap();
            assert_eq!(page.total, Total { count: expected.len() as u64, exact: true });
            found.extend(page.hits.into_iter().map(|hit| hit.article.id.clone()));
            query.page.after = page.next;
            if query.page.after.is_none() {
                break;
            }
        }
        let moment = |kept: &Kept| match order {
            NewestPublished | OldestPublished => kept.story.article.published_at,
            LatestUpdated | EarliestUpdated => kept.story.article.version.updated,
        };
        expected.sort_by_key(|kept| match order {
            NewestPublished | LatestUpdated => Reverse((moment(kept), kept.seq)),
            OldestPublished | EarliestUpdated => {
                Reverse((Some(moment(kept).map_or(i64::MIN, |at| -at)), u64::MAX - kept.seq))
            }
        });
        assert_eq!(found, expected.iter().map(|kept| kept.story.article.id.clone()).collect::<Vec<_>>(), "{order:?}");
    }
}

fn check_all(engine: &Embedded, kept: &[Kept], filter: &ArticleFilter, size: usize) {
    let now = Interrupt::default();
    let passing = || kept.iter().map(|kept| &kept.story).filter(|story| passes(filter, story));
    let page = || first(size);
    let query = ArticleQuery { filter: filter.clone(), order: ArticleOrder::default(), page: page() };
    let found = engine.articles(&query, &now).unwrap();
    let mut newest: Vec<_> = passing().map(|story| story.article.published_at).collect();
    newest.sort_by_key(|at| Reverse(*at));
    newest.truncate(size);
    assert_eq!(found.hits.iter().map(|hit| hit.article.published_at).collect::<Vec<_>>(), newest);
    check(passing().count(), size, found);
    let count = passing().map(|story| story.analysis.sentences.len()).sum();
    for expr in [Expr::All, word("harbour")] {
        let query = SentenceQuery { filter: filter.clone(), page: page(), ..sentence_query(expr) };
        check(count, size, engine.sentences(&query, &now).unwrap());
    }
    let query = QuoteQuery { filter: filter.clone(), page: page(), ..quote_query(Expr::All) };
    let count = passing().map(|story| story.analysis.quotes.len()).sum();
    check(count, size, engine.quotes(&query, &now).unwrap());
    for forms in [vec![], vec![MentionForm::Pronoun], vec![MentionForm::Pronoun, MentionForm::Name]] {
        let counts = |form: MentionForm| forms.is_empty() || forms.contains(&form);
        let mentions = passing().flat_map(|story| &story.analysis.mentions);
        let count = mentions.filter(|mention| counts(mention.form)).count();
        let entity = EntityId::of(EntityType::Person, NAME);
        let query = MentionQuery { entity, forms: forms.clone(), filter: filter.clone(), page: page() };
        check(count, size, engine.mentions(&query, &now).unwrap());
    }
    let count = usize::from(kept.iter().any(|kept| !kept.story.analysis.entities.is_empty()));
    let query = EntityQuery { name: "kremov".into(), kinds: vec![], page: page() };
    check(count, size, engine.entities(&query, &now).unwrap());
}

/// Puts them and notes as what they stand.
fn put_all(engine: &Embedded, mut stories: Vec<AnalyzedArticle>) -> Vec<Kept> {
    let receipts = write_all(engine, stories.iter().map(|story| Write::Put(Box::new(story.clone()), None)).collect());
    for (story, receipt) in stories.iter_mut().zip(&receipts) {
        story.article.version = receipt.version.unwrap();
    }
    stories.into_iter().zip(receipts).map(|(story, receipt)| Kept { story, seq: receipt.seq }).collect()
}

/// Another title, or only another analysis, which is no new version.
fn changed(story: &AnalyzedArticle) -> AnalyzedArticle {
    let mut story = story.clone();
    match story.analysis.tier {
        // By a model that none of them is by: another analysis by the same model is none.
        Tier::Fast => (story.analysis.model, story.analysis.tier) = ("test-4".into(), Tier::Accurate),
        Tier::Accurate => story.article.title.push('s'),
    }
    story
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// With articles without a sentence, which the store alone can count, and without such.
    #[test]
    fn totals_are_those_of_a_count_by_hand(
        stories in prop_oneof![stories(0..4), stories(1..4)],
        filters in prop::collection::vec(filters(), 6),
        gone in 0..25usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let mut kept = Vec::new();
        // What comes together is of one moment.
        for some in stories.chunks(7) {
            kept.extend(put_all(&engine, some.to_vec()));
        }
        if gone < kept.len() {
            delete(&engine, &kept.remove(gone).story.article.id);
        }
        let places = (0..kept.len()).step_by(5).rev();
        let again = places.map(|place| changed(&kept.remove(place).story)).collect();
        kept.extend(put_all(&engine, again));
        for filter in filters.into_iter().chain([ArticleFilter::default()]) {
            for size in [1, 5, 100] {
                check_all(&engine, &kept, &filter, size);
            }
            check_orders(&engine, &kept, &filter);
        }
    }
}

/// Where counting on would take long, the total is a lower bound, and the same at any page size.
#[test]
fn a_count_that_stops_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let writes =
        (0..60).map(|id| Write::Put(Box::new(story(id, 40, (0, 0, None), true, &Marks::default())), None)).collect();
    write_all(&engine, writes);
    for size in [1, 5, 1_000] {
        let query = MentionQuery {
            entity: EntityId::of(EntityType::Person, NAME),
            forms: vec![MentionForm::Pronoun],
            filter: ArticleFilter::default(),
            page: first(size),
        };
        let total = engine.mentions(&query, &Interrupt::default()).unwrap().total;
        assert_eq!(total, Total { count: 1_000, exact: false }, "{size}");
        let both = Expr::Bool { must: vec![], should: vec![word("harbour"), word("spoke")], must_not: vec![] };
        let query = SentenceQuery { page: first(size), ..sentence_query(both) };
        let total = engine.sentences(&query, &Interrupt::default()).unwrap().total;
        assert_eq!(total, Total { count: 1_000, exact: false }, "{size}");
    }
}
