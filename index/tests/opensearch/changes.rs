//! Changes: the same as on the embedded engine, and decided between nodes of the service.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc;
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sayso_document::{Analysis, Document, Tier};
use sayso_index::opensearch::{Client, OpenSearch, OpenSearchOptions};
use sayso_index::query::ArticleFilter;
use sayso_index::{
    AnalyzedArticle, Article, Change, Embedded, EmbeddedOptions, Engine, Error, ErrorKind, Interrupt, Kept, Progress,
    Receipt, Result, Wanted, Write,
};
use serde_json::json;

use crate::cluster::{Cluster, shared};

/// The moment for both engines, in microseconds.
static NOW: AtomicI64 = AtomicI64::new(0);

/// Makes a change, and waits until it is searchable.
pub(crate) fn change(engine: &dyn Engine, write: Write) -> Result<Receipt> {
    let (sender, steps) = mpsc::channel();
    engine.write(write, Box::new(move |step| sender.send(step).unwrap()));
    match steps.recv().unwrap() {
        Progress::Durable(durable) => match steps.recv().unwrap() {
            Progress::Searchable(receipt) if receipt == durable => Ok(receipt),
            other => panic!("{other:?} after {durable:?}"),
        },
        Progress::Failed(error) => Err(error),
        other => panic!("{other:?} comes first"),
    }
}

/// An article with this id and text, analysed by a model of this tier.
pub(crate) fn article(id: &str, body: &str, tier: Tier) -> AnalyzedArticle {
    let article = Article { id: id.into(), body: body.into(), ..Article::default() };
    let sentences = Document::new(body).sentences().to_vec();
    let model = format!("{tier:?}-1");
    AnalyzedArticle { article, analysis: Analysis { sentences, tier, model, ..Analysis::default() } }
}

pub(crate) fn put(id: &str, body: &str) -> Write {
    Write::Put(Box::new(article(id, body, Tier::Fast)), None)
}

fn open(options: OpenSearchOptions) -> OpenSearch {
    OpenSearch::open(options).unwrap()
}

/// A change that makes sense to both engines in the same state.
#[derive(Clone, Debug)]
enum Step {
    /// Puts one of three articles with one of two texts; with a condition that holds, or one that does not.
    Put { id: u8, text: u8, tier: Tier, first: bool, etag: Option<bool> },
    /// Replaces its analysis, if it still has its present number, or never had.
    Reanalyzed { id: u8, tier: Tier, stale: bool },
    /// Wants an analysis of all that there is.
    Want(Tier),
    /// Deletes it.
    Delete { id: u8, etag: Option<bool> },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tier = || prop_oneof![Just(Tier::Fast), Just(Tier::Accurate)];
    let etag = || prop_oneof![3 => Just(None), 1 => any::<bool>().prop_map(Some)];
    let put = (0..3_u8, 0..2_u8, tier(), any::<bool>(), etag()).prop_map(|(id, text, tier, first, etag)| Step::Put {
        id,
        text,
        tier,
        first,
        etag,
    });
    let reanalyzed =
        (0..3_u8, tier(), prop::bool::weighted(0.2)).prop_map(|(id, tier, stale)| Step::Reanalyzed { id, tier, stale });
    let delete = (0..3_u8, etag()).prop_map(|(id, etag)| Step::Delete { id, etag });
    let step = prop_oneof![5 => put, 2 => reanalyzed, 1 => tier().prop_map(Step::Want), 2 => delete];
    prop::collection::vec(step, 30)
}

/// The change of a step, where these articles stand.
fn write_of(step: &Step, stands: &[Kept]) -> Write {
    let id = |id: u8| ["a", "b/ä", "c"][usize::from(id)];
    let standing = |name: &str| stands.iter().find(|kept| kept.article.article.id == name);
    let etag = |name: &str, holds: &Option<bool>| {
        holds.map(|holds| match standing(name) {
            Some(kept) if holds => kept.article.article.version.etag,
            _ => 1,
        })
    };
    match step {
        Step::Put { id: at, text, tier, first, etag: holds } => {
            let (name, body) = (id(*at), ["Ferries sail. They do.", "No ferry sails."][usize::from(*text)]);
            let (new, etag) = (Box::new(article(name, body, *tier)), etag(name, holds));
            let wanted = Wanted { tier: Tier::Accurate, model: "Accurate-1".into() };
            if *first { Write::PutFirst(new, wanted, etag) } else { Write::Put(new, etag) }
        }
        Step::Reanalyzed { id: at, tier, stale } => match standing(id(*at)) {
            Some(kept) => {
                let new = article(id(*at), &kept.article.article.body, *tier);
                Write::Reanalyzed(Box::new(new), kept.seq - u64::from(*stale))
            }
            None => Write::Reanalyzed(Box::new(article(id(*at), "Gone.", *tier)), 1),
        },
        Step::Want(tier) => Write::Want(stands.iter().map(|kept| kept.seq).collect(), *tier),
        Step::Delete { id: at, etag: holds } => Write::Delete(id(*at).into(), etag(id(*at), holds)),
    }
}

/// All that an engine holds.
pub(crate) fn all(
    export: impl FnOnce(&mut dyn FnMut(Kept) -> Result<()>, &Interrupt) -> Result<sayso_index::Exported>,
) -> Vec<Kept> {
    let mut found = Vec::new();
    let exported = export(
        &mut |kept| {
            found.push(kept);
            Ok(())
        },
        &Interrupt::default(),
    );
    assert_eq!(exported.unwrap().articles, found.len() as u64);
    found
}

#[test]
fn both_engines_decide_alike() {
    let Some(cluster) = shared() else { return };
    let now = || NOW.load(Ordering::Relaxed);
    let config = Config { cases: 3, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let ran = runner.run(&steps(), |steps| {
        let folder = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(folder.path(), EmbeddedOptions { now, ..EmbeddedOptions::default() }).unwrap();
        let engine = open(OpenSearchOptions { now, ..cluster.options() });
        let mut stands = Vec::new();
        for step in steps {
            NOW.fetch_add(1_000, Ordering::Relaxed);
            let write = write_of(&step, &stands);
            let told = |outcome: Result<Receipt>| outcome.map_err(|error: Error| (error.kind(), error.to_string()));
            let [expected, found] = [&embedded as &dyn Engine, &engine].map(|one| told(change(one, write.clone())));
            prop_assert_eq!(found, expected, "{:?}", step);
            stands = all(|take, interrupt| embedded.export(take, interrupt));
            prop_assert_eq!(&all(|take, interrupt| engine.export(take, interrupt)), &stands, "{:?}", step);
        }
        let (found, expected) = (engine.status().unwrap(), embedded.status().unwrap());
        prop_assert_eq!(
            [found.articles, found.sentences, found.quotes, found.pending, found.durable_seq],
            [expected.articles, expected.sentences, expected.quotes, expected.pending, expected.durable_seq]
        );
        for kept in &stands {
            let id = &kept.article.article.id;
            prop_assert_eq!(engine.article(id).unwrap(), Some(kept.article.clone()));
        }
        prop_assert!(engine.article("nowhere").unwrap().is_none());
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn changes_in_one_bulk_build_upon_each_other() {
    let Some(cluster) = shared() else { return };
    let engine = open(cluster.options());
    let (sender, steps) = mpsc::channel();
    for round in 0..10 {
        for id in ["a", "b"] {
            let (sender, body) = (sender.clone(), format!("Round {round}."));
            engine.write(put(id, &body), Box::new(move |step| sender.send((id, step)).unwrap()));
        }
    }
    drop(sender);
    let mut revisions = Vec::new();
    for (id, step) in steps {
        if let Progress::Searchable(receipt) = step {
            revisions.push((id, receipt.version.unwrap().revision));
        } else {
            assert!(matches!(step, Progress::Durable(_)), "{step:?}");
        }
    }
    revisions.sort_unstable();
    let expected: Vec<_> = ["a", "b"].iter().flat_map(|&id| (1..=10).map(move |revision| (id, revision))).collect();
    assert_eq!(revisions, expected);
    assert_eq!(engine.article("a").unwrap().unwrap().article.body, "Round 9.");
}

#[test]
fn between_two_nodes_one_is_first() {
    let Some(cluster) = shared() else { return };
    let options = cluster.options();
    let nodes = [open(options.clone()), open(options.clone())];
    // Without a condition, both go in, one after the other.
    let receipts: Vec<Receipt> = thread::scope(|scope| {
        let running: Vec<_> = (nodes.iter().enumerate())
            .map(|(number, node)| {
                let puts = move || {
                    (0..10).map(|at| change(node, put("a", &format!("{number}-{at}"))).unwrap()).collect::<Vec<_>>()
                };
                scope.spawn(puts)
            })
            .collect();
        running.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    let mut revisions: Vec<u64> = receipts.iter().map(|receipt| receipt.version.unwrap().revision).collect();
    revisions.sort_unstable();
    assert_eq!(revisions, (1..=20).collect::<Vec<_>>());
    assert_eq!(receipts.iter().filter(|receipt| receipt.change == Change::Created).count(), 1);
    // With the same condition, one goes in, and the other hears why it does not.
    let etag = nodes[0].article("a").unwrap().unwrap().article.version.etag;
    let outcomes: Vec<Result<Receipt>> = thread::scope(|scope| {
        let running: Vec<_> = (nodes.iter().zip(["left", "right"]))
            .map(|(node, body)| {
                let write = Write::Put(Box::new(article("a", body, Tier::Fast)), Some(etag));
                scope.spawn(move || change(node, write))
            })
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let refused: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert_eq!(refused.len(), 1, "{outcomes:?}");
    assert_eq!(refused[0].kind(), ErrorKind::Stale);
}

#[test]
fn an_article_that_waits_is_claimed_by_one_node() {
    let Some(cluster) = shared() else { return };
    static CLOCK: AtomicI64 = AtomicI64::new(0);
    let now = || CLOCK.load(Ordering::Relaxed);
    let options = OpenSearchOptions { now, ..cluster.options() };
    let nodes = [open(options.clone()), open(options)];
    let wanted = Wanted { tier: Tier::Accurate, model: "Accurate-1".into() };
    let ids: Vec<String> = (0..12).map(|number| number.to_string()).collect();
    for id in &ids {
        let new = Box::new(article(id, "Ferries sail.", Tier::Fast));
        change(&nodes[0], Write::PutFirst(new, wanted.clone(), None)).unwrap();
    }
    let claim = |node: &OpenSearch, taken: &BTreeSet<u64>, most| node.pending(Tier::Accurate, taken, most).unwrap();
    assert!(nodes[0].pending(Tier::Fast, &BTreeSet::new(), 100).unwrap().is_empty());
    let taken: BTreeSet<u64> = thread::scope(|scope| {
        let claims = nodes.each_ref().map(|node| scope.spawn(move || claim(node, &BTreeSet::new(), 5)));
        claims.map(|claims| claims.join().unwrap()).iter().flatten().map(|one| one.seq).collect()
    });
    let rest = claim(&nodes[1], &taken, 100);
    // Nobody got what another has, and nothing was left out.
    assert_eq!(rest.len() + taken.len(), ids.len());
    assert!(claim(&nodes[0], &BTreeSet::new(), 100).is_empty());
    // What nobody finished is free again when the claims end.
    CLOCK.fetch_add(600_000_000, Ordering::Relaxed);
    assert_eq!(claim(&nodes[0], &BTreeSet::new(), 100).len(), ids.len());
    let done = Write::Reanalyzed(Box::new(article(&rest[0].article.id, "Ferries sail.", Tier::Accurate)), rest[0].seq);
    assert_eq!(change(&nodes[1], done).unwrap().change, Change::Replaced);
    CLOCK.fetch_add(600_000_000, Ordering::Relaxed);
    assert_eq!(claim(&nodes[0], &BTreeSet::new(), 100).len(), ids.len() - 1);
}

#[test]
fn articles_with_an_older_analysis_are_found_alike() {
    let Some(cluster) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let embedded = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    let engine = open(cluster.options());
    for (id, tier) in [("a", Tier::Fast), ("b", Tier::Accurate), ("c", Tier::Fast), ("d", Tier::Fast)] {
        for one in [&embedded as &dyn Engine, &engine] {
            change(one, Write::Put(Box::new(article(id, "Ferries sail.", tier)), None)).unwrap();
        }
    }
    for one in [&embedded as &dyn Engine, &engine] {
        change(one, Write::Want(vec![3], Tier::Accurate)).unwrap();
    }
    let filters = [ArticleFilter::default(), ArticleFilter { ids: vec!["a".into(), "b".into()], ..Default::default() }];
    for (models, tier, after) in [
        (vec!["Accurate-1".into()], Tier::Accurate, 0),
        (vec!["Accurate-1".into()], Tier::Accurate, 1),
        (vec!["Accurate-1".into(), "Fast-1".into()], Tier::Accurate, 0),
        (Vec::new(), Tier::Fast, 0),
    ] {
        for filter in &filters {
            let found = engine.outdated(&models, tier, filter, after, &Interrupt::default()).unwrap();
            let expected = embedded.outdated(&models, tier, filter, after, &Interrupt::default()).unwrap();
            assert_eq!(found, expected, "{models:?} {tier:?} {filter:?} after {after}");
        }
    }
}

#[test]
fn a_full_disk_and_a_lost_index_are_told() {
    let Some(cluster) = shared() else { return };
    let options = cluster.options();
    let engine = open(options.clone());
    let (client, calm) = (Client::new(options.clone()).unwrap(), Interrupt::default());
    let index = format!("{}articles-000001", options.prefix);
    change(&engine, put("a", "Ferries sail.")).unwrap();
    let block = |on: bool| {
        let body = json!({ "index.blocks.read_only_allow_delete": on.then_some(true) });
        client.put(&format!("{index}/_settings"), &body, &calm).unwrap();
    };
    block(true);
    let full = change(&engine, put("b", "No.")).unwrap_err();
    assert_eq!(full.kind(), ErrorKind::Full, "{full}");
    assert!(engine.article("a").unwrap().is_some());
    assert!(open(options.clone()).health().refuses_articles.unwrap().contains(&index));
    block(false);
    assert_eq!(change(&engine, put("b", "No.")).unwrap().change, Change::Created);
    assert_eq!(open(options.clone()).health(), Default::default());
    client.delete(&index, None, &calm).unwrap();
    for error in [
        engine.article("a").unwrap_err(),
        engine.status().unwrap_err(),
        change(&engine, put("c", "No.")).unwrap_err(),
        OpenSearch::open(options.clone()).err().unwrap(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains(&format!("{}articles", options.prefix)), "{error}");
    }
}

#[test]
fn nothing_acknowledged_is_lost_with_a_node() {
    let Some(mut cluster) = Cluster::start(3) else { return };
    let engine = open(cluster.options());
    for at in 0..10 {
        change(&engine, put(&at.to_string(), "Ferries sail.")).unwrap();
    }
    // Writes go on while the node dies, and after.
    let acknowledged = thread::scope(|scope| {
        let engine = &engine;
        let writing = scope.spawn(move || {
            (10..60).filter(|at| change(engine, put(&at.to_string(), "Ferries sail.")).is_ok()).collect::<Vec<_>>()
        });
        cluster.kill(1);
        writing.join().unwrap()
    });
    // None was refused: what failed was tried again, at another node.
    assert_eq!(acknowledged, (10..60).collect::<Vec<_>>());
    for at in 0..60 {
        assert!(engine.article(&at.to_string()).unwrap().is_some(), "{at}");
    }
    assert_eq!(all(|take, interrupt| engine.export(take, interrupt)).len(), 60);
}
