//! Articles that wait for another analysis: the marks are durable, and a newer text always has the last word.

use std::collections::BTreeSet;

use sayso_document::Tier;
use sayso_index::query::{ArticleFilter, LabelFilter};
use sayso_index::{AnalyzedArticle, Change, Embedded, Engine, Interrupt, Receipt, Wanted, Write};

use crate::samples::*;

/// The article, analysed on this tier.
fn read(tier: Tier, mut article: AnalyzedArticle) -> AnalyzedArticle {
    article.analysis.tier = tier;
    article.analysis.model = if tier == Tier::Fast { "fast-1" } else { "slow-1" }.into();
    article
}

fn wanted() -> Wanted {
    Wanted { tier: Tier::Accurate, model: "slow-1".into() }
}

fn put_first(engine: &Embedded, id: &str, body: &str) -> Receipt {
    write(engine, Write::PutFirst(Box::new(read(Tier::Fast, article(id, body))), wanted(), None))
}

/// The ids of the articles that wait, and the numbers they stand under.
fn waiting(engine: &Embedded) -> Vec<(String, u64)> {
    let pending = engine.pending(Tier::Accurate, &BTreeSet::new(), 100).unwrap();
    assert_eq!(engine.status().unwrap().pending, pending.len() as u64);
    pending.into_iter().map(|one| (one.article.id, one.seq)).collect()
}

/// Gives the article under a number the analysis that it waits for.
fn upgrade(engine: &Embedded, id: &str, body: &str, seq: u64) -> Change {
    write(engine, Write::Reanalyzed(Box::new(read(Tier::Accurate, article(id, body))), seq)).change
}

fn tier_of(engine: &Embedded, id: &str) -> Option<Tier> {
    engine.article(id).unwrap().map(|article| article.analysis.tier)
}

#[test]
fn an_article_waits_until_it_has_its_analysis() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let first = put_first(&engine, "a", "Talks.");
    put_first(&engine, "b", "Terms.");
    assert_eq!(waiting(&engine), [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let taken = BTreeSet::from([1]);
    assert_eq!(engine.pending(Tier::Accurate, &taken, 1).unwrap()[0].seq, 2);
    assert_eq!(engine.pending(Tier::Fast, &BTreeSet::new(), 9).unwrap(), [], "none waits for so little");
    assert_eq!(upgrade(&engine, "a", "Talks.", first.seq), Change::Replaced);
    assert_eq!((tier_of(&engine, "a"), tier_of(&engine, "b")), (Some(Tier::Accurate), Some(Tier::Fast)));
    assert_eq!(waiting(&engine), [("b".to_owned(), 2)]);
    assert_eq!(engine.status().unwrap().articles, 2);
}

#[test]
fn marks_survive_reopening_and_go_with_the_article() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    put_first(&engine, "a", "Talks.");
    put_first(&engine, "b", "Terms.");
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(waiting(&engine).len(), 2);
    delete(&engine, "a");
    assert_eq!(waiting(&engine), [("b".to_owned(), 2)]);
    put(&engine, &read(Tier::Accurate, article("b", "Terms.")));
    assert_eq!(waiting(&engine), []);
}

#[test]
fn a_newer_text_is_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let old = put_first(&engine, "a", "Talks.").seq;
    let new = put_first(&engine, "a", "War.").seq;
    assert_eq!(upgrade(&engine, "a", "Talks.", old), Change::NotFound);
    assert_eq!(engine.article("a").unwrap().unwrap().article.body, "War.");
    assert_eq!(waiting(&engine), [("a".to_owned(), new)]);
    delete(&engine, "a");
    assert_eq!(upgrade(&engine, "a", "War.", new), Change::NotFound);
    assert_eq!(engine.article("a").unwrap(), None, "what was deleted stays so");
    // The same in one transaction.
    let writes = vec![
        Write::PutFirst(Box::new(read(Tier::Fast, article("b", "One."))), wanted(), None),
        Write::Put(Box::new(read(Tier::Fast, article("b", "Two."))), None),
        Write::Reanalyzed(Box::new(read(Tier::Accurate, article("b", "One."))), 4),
    ];
    let changes: Vec<_> = write_all(&engine, writes).iter().map(|receipt| receipt.change).collect();
    assert_eq!(changes, [Change::Created, Change::Replaced, Change::NotFound]);
    assert_eq!(waiting(&engine), []);
}

#[test]
fn a_lesser_analysis_of_the_same_article_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let first = put(&engine, &read(Tier::Accurate, article("a", "Talks.")));
    assert_eq!(put(&engine, &read(Tier::Fast, article("a", "Talks."))), Receipt { change: Change::Unchanged, ..first });
    assert_eq!(put_first(&engine, "a", "Talks.").change, Change::Unchanged);
    assert_eq!((tier_of(&engine, "a"), waiting(&engine)), (Some(Tier::Accurate), vec![]));
    let newer = Wanted { model: "slow-2".into(), ..wanted() };
    let again = Write::PutFirst(Box::new(read(Tier::Fast, article("a", "Talks."))), newer, None);
    assert_eq!(write(&engine, again).change, Change::Unchanged);
    assert_eq!(waiting(&engine), [("a".to_owned(), 1)], "the analysis that stands is by an older model");
    assert_eq!(put(&engine, &read(Tier::Fast, article("a", "War."))).change, Change::Replaced, "another text");
}

#[test]
fn an_unchanged_article_may_begin_to_wait_and_does_not_cease_to() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let fast = read(Tier::Fast, article("a", "Talks."));
    put(&engine, &fast);
    assert_eq!(put_first(&engine, "a", "Talks.").change, Change::Unchanged);
    assert_eq!(waiting(&engine).len(), 1);
    assert_eq!(put(&engine, &fast).change, Change::Unchanged);
    drop(engine);
    assert_eq!(waiting(&open(dir.path())).len(), 1);
}

#[test]
fn what_is_not_up_to_date_is_found_and_marked() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let puts = (0..4100).map(|n| {
        let tier = if n % 2 == 0 { Tier::Fast } else { Tier::Accurate };
        Write::Put(Box::new(read(tier, article(&format!("a{n}"), "Talks."))), None)
    });
    write_all(&engine, puts.collect());
    let models = ["slow-1".to_owned()];
    let all = ArticleFilter::default();
    let (mut after, mut found) = (Some(0), Vec::new());
    while let Some(from) = after {
        let some = engine.outdated(&models, Tier::Accurate, &all, from, &Interrupt::default()).unwrap();
        found.extend(some.seqs);
        after = some.next;
    }
    assert_eq!((found.len(), found[..3].to_vec()), (2050, vec![1, 3, 5]));
    delete(&engine, "a0");
    write(&engine, Write::Want(found, Tier::Accurate));
    assert_eq!(engine.status().unwrap().pending, 2049, "what went meanwhile is not waited for");
    let again = engine.outdated(&models, Tier::Accurate, &all, 0, &Interrupt::default()).unwrap();
    assert_eq!(again.seqs, [] as [u64; 0], "what waits already is not found again");
}

#[test]
fn of_what_is_not_up_to_date_a_part_can_be_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    for number in 0..4 {
        let mut one =
            read(if number < 3 { Tier::Fast } else { Tier::Accurate }, article(&format!("a{number}"), "Talks."));
        one.article.authors = vec![if number % 2 == 0 { "Bero Tamm" } else { "Ansa Orlek" }.into()];
        one.article.labels = [("desk".into(), number.to_string())].into();
        one.article.published_at = Some(number);
        put(&engine, &one);
    }
    let none = ArticleFilter::default;
    let label = |values: &[&str]| {
        let values = values.iter().map(|value| (*value).into()).collect();
        ArticleFilter { labels: vec![LabelFilter { key: "desk".into(), values }], ..none() }
    };
    let cases: [(ArticleFilter, &[u64]); 9] = [
        (none(), &[1, 2, 3]),
        (ArticleFilter { ids: vec!["a1".into(), "a3".into()], ..none() }, &[2]),
        (ArticleFilter { authors: vec!["béro tamm".into()], ..none() }, &[1, 3]),
        (ArticleFilter { from: Some(1), ..none() }, &[2, 3]),
        (ArticleFilter { until: Some(1), ..none() }, &[1]),
        (label(&[]), &[1, 2, 3]),
        (label(&["1", "3"]), &[2]),
        (ArticleFilter { models: vec!["slow-1".into()], ..none() }, &[]),
        (ArticleFilter { tiers: vec![Tier::Fast], ..label(&["0"]) }, &[1]),
    ];
    for (filter, expected) in cases {
        let found = engine.outdated(&["slow-1".into()], Tier::Accurate, &filter, 0, &Interrupt::default()).unwrap();
        assert_eq!((found.seqs, found.next), (expected.to_vec(), None), "{filter:?}");
    }
}
