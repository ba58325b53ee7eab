//! Totals are those of a count by hand, under any filter and at any page size.

use proptest::prelude::*;
use sayso_document::{EntityType, MentionForm};
use sayso_index::query::{
    ArticleFilter, ArticleOrder, ArticleQuery, EntityQuery, Expr, MentionQuery, QuoteQuery, SentenceQuery,
};
use sayso_index::{AnalyzedArticle, Embedded, Engine, EntityId, Interrupt, Page, Total, Write};

use crate::samples::*;

const OUTLETS: [&str; 3] = ["Varda Courier", "Tamm Évening", ""];
const LANGUAGES: [&str; 3] = ["en", "fr", ""];
const NAME: &str = "Iven Kremov";

/// An article of some sentences, or none, with a mention in some and a quote.
fn story(id: usize, lines: usize, about: (usize, usize, Option<i64>), named: bool) -> AnalyzedArticle {
    let body = vec![format!("{NAME} spoke of the harbour."); lines].join("\n");
    let mut made = article(&format!("a{id}"), &body);
    if lines == 0 {
        made.analysis.sentences.clear();
    }
    let (outlet, language, day) = about;
    (made.article.outlet, made.article.language) = (OUTLETS[outlet].into(), LANGUAGES[language].into());
    made.article.published_at = day;
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
    let one = (lines, about, any::<bool>());
    prop::collection::vec(one, 1..25).prop_map(|all| {
        let story = |(id, (lines, about, named))| story(id, lines, about, named);
        all.into_iter().enumerate().map(story).collect()
    })
}

fn filters() -> impl Strategy<Value = ArticleFilter> {
    let some = |texts: &'static [&'static str]| {
        prop::sample::subsequence(texts.to_vec(), 0..=2).prop_map(|t| t.into_iter().map(str::to_owned).collect())
    };
    let ids = prop::option::of(prop::collection::vec(0..30usize, 1..20));
    let ends = (prop::option::of(0..4i64), prop::option::of(1..5i64));
    (ids, some(&OUTLETS[..2]), some(&LANGUAGES[..2]), ends).prop_map(|(ids, outlets, languages, (from, until))| {
        let ids = ids.unwrap_or_default().into_iter().map(|id| format!("a{id}")).collect();
        ArticleFilter { ids, outlets, languages, from, until, ..ArticleFilter::default() }
    })
}

fn passes(filter: &ArticleFilter, story: &AnalyzedArticle) -> bool {
    let article = &story.article;
    let at = article.published_at;
    (filter.ids.is_empty() || filter.ids.contains(&article.id))
        && (filter.outlets.is_empty() || filter.outlets.contains(&article.outlet))
        && (filter.languages.is_empty() || filter.languages.contains(&article.language))
        && filter.from.is_none_or(|from| at.is_some_and(|at| at >= from))
        && filter.until.is_none_or(|until| at.is_some_and(|at| at < until))
}

#[track_caller]
fn check<T>(count: usize, size: usize, page: Page<T>) {
    assert_eq!(page.total, Total { count: count as u64, exact: true });
    assert_eq!((page.hits.len(), page.next.is_some()), (count.min(size), count > size));
}

fn check_all(engine: &Embedded, stories: &[AnalyzedArticle], filter: &ArticleFilter, size: usize) {
    let now = Interrupt::default();
    let passing = || stories.iter().filter(|story| passes(filter, story));
    let page = || first(size);
    let query = ArticleQuery { filter: filter.clone(), order: ArticleOrder::default(), page: page() };
    let found = engine.articles(&query, &now).unwrap();
    let mut newest: Vec<_> = passing().map(|story| story.article.published_at).collect();
    newest.sort_by_key(|at| std::cmp::Reverse(*at));
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
    let count = usize::from(stories.iter().any(|story| !story.analysis.entities.is_empty()));
    let query = EntityQuery { name: "kremov".into(), kinds: vec![], page: page() };
    check(count, size, engine.entities(&query, &now).unwrap());
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
        write_all(&engine, stories.iter().map(|story| Write::Put(Box::new(story.clone()), None)).collect());
        let mut stories = stories;
        if gone < stories.len() {
            delete(&engine, &stories.remove(gone).article.id);
        }
        for filter in filters.into_iter().chain([ArticleFilter::default()]) {
            for size in [1, 5, 100] {
                check_all(&engine, &stories, &filter, size);
            }
        }
    }
}

/// Where counting on would take long, the total is a lower bound, and the same at any page size.
#[test]
fn a_count_that_stops_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let writes = (0..60).map(|id| Write::Put(Box::new(story(id, 40, (0, 0, None), true)), None)).collect();
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
