//! Versions of articles: what makes a new one, what they tell, and changes that are made to one version only.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc;

use sayso_document::Tier;
use sayso_index::{
    AnalyzedArticle, Change, Embedded, EmbeddedOptions, Engine, Error, ErrorKind, Progress, Receipt, Version, Wanted,
    Write,
};

use crate::samples::*;

/// An engine whose clock stands where the test sets it.
fn open_at(dir: &Path, now: fn() -> i64) -> Embedded {
    Embedded::open(dir, EmbeddedOptions { now, ..EmbeddedOptions::default() }).unwrap()
}

/// Hands in all at once and waits for the last word on each.
fn outcomes(engine: &Embedded, writes: Vec<Write>) -> Vec<Result<Receipt, Error>> {
    let told: Vec<_> = writes
        .into_iter()
        .map(|write| {
            let (sender, receiver) = mpsc::channel();
            let heard = move |progress| match progress {
                Progress::Durable(_) => {}
                Progress::Searchable(receipt) => sender.send(Ok(receipt)).unwrap(),
                Progress::Delayed(_, error) | Progress::Failed(error) => sender.send(Err(error)).unwrap(),
            };
            engine.write(write, Box::new(heard));
            receiver
        })
        .collect();
    told.into_iter().map(|told| told.recv().unwrap()).collect()
}

fn put_if(article: &AnalyzedArticle, etag: Option<u64>) -> Write {
    Write::Put(Box::new(article.clone()), etag)
}

fn version(engine: &Embedded, id: &str) -> Version {
    engine.article(id).unwrap().unwrap().article.version
}

#[test]
fn a_version_changes_with_what_the_client_put_and_with_nothing_else() {
    static NOW: AtomicI64 = AtomicI64::new(1_000);
    let dir = tempfile::tempdir().unwrap();
    let engine = open_at(dir.path(), || NOW.load(Ordering::Relaxed));
    let one = article("a", "Talks.");
    // What is handed in as the version means nothing.
    let mut marked = one.clone();
    marked.article.version = Version { revision: 9, created: Some(1), updated: Some(2), etag: 3, text: 4 };
    let created = put(&engine, &marked);
    let first = created.version.unwrap();
    assert_eq!((first.revision, first.created, first.updated), (1, Some(1_000), Some(1_000)));
    assert_eq!(version(&engine, "a"), first);

    NOW.store(2_000, Ordering::Relaxed);
    assert_eq!(put(&engine, &one), Receipt { change: Change::Unchanged, ..created });
    let mut other = one.clone();
    other.analysis.model = "test-2".into();
    let put_again = put(&engine, &other);
    assert_eq!((put_again.change, put_again.version), (Change::Replaced, Some(first)), "another analysis, put");
    (other.analysis.model, other.analysis.tier) = ("test-3".into(), Tier::Accurate);
    let reanalyzed = write(&engine, Write::Reanalyzed(Box::new(other.clone()), put_again.seq));
    assert_eq!((reanalyzed.change, reanalyzed.version), (Change::Replaced, Some(first)), "another analysis, later");
    assert_eq!(write(&engine, Write::Reanalyzed(Box::new(one.clone()), reanalyzed.seq)).version, Some(first));
    assert_eq!(write(&engine, Write::Want(vec![reanalyzed.seq], Tier::Accurate)).version, None);

    let mut labelled = one.clone();
    labelled.article.labels = [("desk".into(), "home".into())].into();
    let second = put(&engine, &labelled).version.unwrap();
    assert_eq!((second.revision, second.created, second.updated), (2, Some(1_000), Some(2_000)));
    assert_eq!(second.text, first.text, "the body is the same");
    assert_eq!(engine.article("a").unwrap().unwrap().article.labels, labelled.article.labels);
    // The clock is set back.
    NOW.store(500, Ordering::Relaxed);
    let third = put(&engine, &article("a", "Terms.")).version.unwrap();
    assert_eq!((third.revision, third.created, third.updated), (3, Some(1_000), Some(2_000)));
    assert_ne!(third.text, first.text);
    assert_eq!(put(&engine, &one).version.unwrap().revision, 4, "the same content once more is a version of its own");
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(version(&engine, "a").revision, 4);
    assert_eq!((delete(&engine, "a").version, delete(&engine, "a").version), (None, None));
}

#[test]
fn no_two_lives_of_an_id_share_an_etag() {
    let dir = tempfile::tempdir().unwrap();
    // The clock stands still: within a group of changes it does, anyway.
    let engine = open_at(dir.path(), || 0);
    let mut etags = BTreeSet::new();
    let round = || [put_if(&article("a", "Talks."), None), Write::Delete("a".into(), None)];
    for round in [round(), round()].map(Vec::from).into_iter().chain([round().into_iter().chain(round()).collect()]) {
        etags.extend(write_all(&engine, round).iter().filter_map(|receipt| Some(receipt.version?.etag)));
    }
    assert_eq!(etags.len(), 4);
}

#[test]
fn a_change_of_one_version_is_made_to_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let (one, two) = (article("a", "Talks."), article("a", "Terms."));
    let stale = |write: Write| {
        let before = engine.status().unwrap();
        let error = outcomes(&engine, vec![write]).remove(0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale, "{error}");
        assert_eq!(engine.status().unwrap().durable_seq, before.durable_seq);
        error.to_string()
    };
    let missing = "there is no article \"a\"; the change expects the etag 0000000000000001";
    let wanted = || Wanted { tier: Tier::Accurate, model: "slow-1".into() };
    assert_eq!(stale(put_if(&one, Some(1))), missing);
    assert_eq!(stale(Write::PutFirst(Box::new(one.clone()), wanted(), Some(1))), missing);
    assert_eq!(stale(Write::Delete("a".into(), Some(1))), missing);

    let first = put(&engine, &one).version.unwrap();
    let second = write(&engine, put_if(&two, Some(first.etag))).version.unwrap();
    assert_eq!((second.revision, stands(&engine, "a")), (2, Some(two.clone())));
    let other =
        format!("article \"a\" has the etag {:016x}; the change expects the etag {:016x}", second.etag, first.etag);
    assert_eq!(stale(put_if(&one, Some(first.etag))), other);
    assert_eq!(stale(put_if(&two, Some(first.etag))), other, "also where it would change nothing");
    assert_eq!(stale(Write::PutFirst(Box::new(one.clone()), wanted(), Some(first.etag))), other);
    assert_eq!(stale(Write::Delete("a".into(), Some(first.etag))), other);
    assert_eq!(engine.status().unwrap().pending, 0);
    let waits = Write::PutFirst(Box::new(two.clone()), wanted(), Some(second.etag));
    assert_eq!(write(&engine, waits).version, Some(second));
    assert_eq!((engine.status().unwrap().pending, stands(&engine, "a")), (1, Some(two)));
    assert_eq!(write(&engine, Write::Delete("a".into(), Some(second.etag))).change, Change::Deleted);
    assert_eq!(
        stale(Write::Delete("a".into(), Some(second.etag))),
        missing.replace("0000000000000001", &format!("{:016x}", second.etag))
    );
}

#[test]
fn of_changes_of_the_same_version_one_is_made_and_the_others_of_the_group_are_too() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let etag = put(&engine, &article("a", "Talks.")).version.unwrap().etag;
    let mut writes: Vec<_> = (0..20).map(|n| put_if(&article("a", &format!("Round {n}.")), Some(etag))).collect();
    writes.push(put_if(&article("b", "Terms."), None));
    writes.push(Write::Delete("a".into(), Some(etag)));
    let kinds: Vec<_> = outcomes(&engine, writes)
        .into_iter()
        .map(|outcome| outcome.map(|receipt| receipt.change).map_err(|error| error.kind()))
        .collect();
    assert_eq!((kinds[0], kinds[20]), (Ok(Change::Replaced), Ok(Change::Created)));
    assert!(kinds[1..20].iter().chain(&kinds[21..]).all(|kind| *kind == Err(ErrorKind::Stale)), "{kinds:?}");
    assert_eq!(stands(&engine, "a"), Some(article("a", "Round 0.")));
    assert_eq!(engine.status().unwrap().articles, 2);
}
