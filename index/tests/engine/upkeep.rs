//! What keeps an engine in good order: copies of it, indexes built anew while it works, and a store made smaller.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sayso_document::{EntityType, Tier};
use sayso_index::query::{ArticleQuery, PageRequest};
use sayso_index::{
    AnalyzedArticle, Embedded, EmbeddedOptions, Engine, Error, ErrorKind, Exported, Interrupt, Kept, Wanted, Write,
};

use crate::samples::*;

fn told(number: usize) -> AnalyzedArticle {
    let one = article(&format!("a{number}"), &format!("Harbour {number} closed.\nBero Tamm left."));
    with_quote(with_entity(one, EntityType::Person, &["Bero Tamm"], &[]), "left", Some(0))
}

fn export(engine: &Embedded) -> (Exported, Vec<Kept>) {
    let mut kept = Vec::new();
    let take = &mut |one: Kept| {
        kept.push(Kept::from_bytes(&one.to_bytes()?)?);
        Ok(())
    };
    let exported = engine.export(take, &Interrupt::default()).unwrap();
    (exported, kept)
}

/// Everything that an engine answers.
fn answers(engine: &Embedded) -> String {
    let mut status = engine.status().unwrap();
    (status.disk_bytes, status.pinned_views) = (0, 0);
    let mut all = format!("{status:?}");
    let mut query = ArticleQuery { page: PageRequest { size: 3, after: None }, ..ArticleQuery::default() };
    loop {
        let page = engine.articles(&query, &Interrupt::default()).unwrap();
        all += &format!("{:?} {:?}", page.hits, page.total);
        query.page.after = page.next;
        if query.page.after.is_none() {
            break;
        }
    }
    all += &format!("{:?}", search(engine, &sentence_query(word("harbour"))));
    all += &format!("{:?}", engine.quotes(&quote_query(word("left")), &Interrupt::default()).unwrap().hits);
    all
}

#[test]
fn a_copy_answers_like_its_original_and_goes_on_where_that_stopped() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = open(dir.path());
    for number in 0..10 {
        put(&engine, &told(number));
    }
    let wanted = Wanted { tier: Tier::Accurate, model: "better".into() };
    write(&engine, Write::PutFirst(Box::new(told(3)), wanted, None));
    delete(&engine, "a5");
    let mut replaced = told(2);
    replaced.article.title = "Another".into();
    put(&engine, &replaced);
    let (exported, kept) = export(&engine);
    assert_eq!((exported.articles, exported.sentences, exported.quotes, exported.damaged), (9, 18, 9, 0));
    // So that deleted documents are in no index, and statistics are the same.
    engine.reindex(&Interrupt::default()).unwrap();
    Embedded::restore(other.path(), &exported, &mut kept.into_iter().map(Ok)).unwrap();
    // The indexes are still to be made, which is no fault.
    let checked = Embedded::check(other.path(), &Interrupt::default()).unwrap();
    assert!(checked.is_well() && checked.unbuilt && checked.articles == 9, "{checked:?}");
    let copy = open(other.path());
    assert_eq!(answers(&copy), answers(&engine));
    assert_eq!(copy.status().unwrap().pending, 1);
    assert_eq!(put(&copy, &told(20)).seq, put(&engine, &told(20)).seq);
}

#[test]
fn a_copy_that_is_not_whole_is_not_made() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = open(dir.path());
    for number in 0..4 {
        put(&engine, &told(number));
    }
    let (exported, kept) = export(&engine);
    let failing = Err(Error::new(ErrorKind::Storage, "it ended"));
    let copies: [(Vec<_>, ErrorKind); 4] = [
        (kept[1..].iter().cloned().map(Ok).collect(), ErrorKind::Corrupt),
        (kept.iter().rev().cloned().map(Ok).collect(), ErrorKind::Corrupt),
        (kept.iter().chain(&kept[..1]).cloned().map(Ok).collect(), ErrorKind::Corrupt),
        (kept.iter().cloned().map(Ok).chain([failing]).collect(), ErrorKind::Storage),
    ];
    for (articles, kind) in copies {
        let error = Embedded::restore(other.path(), &exported, &mut articles.into_iter()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(std::fs::read_dir(other.path()).unwrap().next().is_none(), "{error}");
    }
    let into_itself = Embedded::restore(dir.path(), &exported, &mut kept.into_iter().map(Ok)).unwrap_err();
    assert_eq!(into_itself.kind(), ErrorKind::InUse);
}

#[test]
fn an_export_is_one_state_and_ends_when_it_is_told_to() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    for number in 0..6 {
        put(&engine, &told(number));
    }
    let mut seen = Vec::new();
    let take = &mut |one: Kept| {
        // What is written in the meantime is not in it.
        delete(&engine, "a5");
        put(&engine, &told(100 + seen.len()));
        seen.push(one.article.article.id);
        Ok(())
    };
    engine.export(take, &Interrupt::default()).unwrap();
    assert_eq!(seen, ["a0", "a1", "a2", "a3", "a4", "a5"]);
    let gone = Interrupt::default();
    gone.cancelled.store(true, Ordering::Relaxed);
    let error = engine.export(&mut |_| Ok(()), &gone).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn indexes_are_built_anew_while_articles_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Arc::new(open(dir.path()));
    for number in 0..20 {
        put(&engine, &told(number));
    }
    let query = ArticleQuery { page: PageRequest { size: 3, after: None }, ..ArticleQuery::default() };
    let page = engine.articles(&query, &Interrupt::default()).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writing = std::thread::spawn({
        let (engine, stop) = (Arc::clone(&engine), Arc::clone(&stop));
        move || {
            let mut number = 20;
            while !stop.load(Ordering::Relaxed) {
                put(&engine, &told(number));
                delete(&engine, &format!("a{}", number - 20));
                number += 1;
            }
            number
        }
    });
    for _ in 0..2 {
        engine.reindex(&Interrupt::default()).unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    let number = writing.join().unwrap();
    let ids: std::collections::BTreeSet<_> =
        search(&engine, &sentence_query(word("harbour"))).iter().map(|hit| hit.article.id.clone()).collect();
    assert_eq!(ids, (number - 20..number).map(|number| format!("a{number}")).collect());
    // The page key names a view of the indexes from before.
    let next = ArticleQuery { page: PageRequest { size: 3, after: page.next }, ..query };
    let second = engine.articles(&next, &Interrupt::default()).unwrap();
    assert_eq!((second.hits.len(), second.total.count), (3, 20));
    assert!(!dir.path().join("rebuilding").exists());
    let before = answers(&engine);
    drop(engine);
    let engine = open(dir.path());
    assert!(engine.opened().rebuilt.is_empty() && engine.opened().replayed == 0, "{:?}", engine.opened());
    assert_eq!(answers(&engine), before);
}

#[test]
fn a_new_index_repairs_what_the_old_one_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    for number in 0..5 {
        put(&engine, &told(number));
    }
    let before = answers(&engine);
    std::fs::create_dir(dir.path().join("rebuilding")).unwrap();
    std::fs::write(dir.path().join("rebuilding/rest"), "of a process that was killed").unwrap();
    engine.reindex(&Interrupt::default()).unwrap();
    assert_eq!(answers(&engine), before);
}

#[test]
fn compacting_gives_room_back_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let large = |number| {
        let mut one = told(number);
        one.article.url = "x".repeat(20_000);
        Write::Put(Box::new(one), None)
    };
    write_all(&engine, (0..200).map(large).collect());
    write_all(&engine, (0..200).filter(|n| n % 20 > 0).map(|n| Write::Delete(format!("a{n}"), None)).collect());
    assert_eq!(Embedded::compact(dir.path()).unwrap_err().kind(), ErrorKind::InUse);
    // Indexes that still hold what was deleted drop it when they are opened, which changes scores.
    engine.reindex(&Interrupt::default()).unwrap();
    let before = answers(&engine);
    drop(engine);
    let sizes = Embedded::compact(dir.path()).unwrap();
    assert!(sizes.after < sizes.before, "{sizes:?}");
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    assert!(engine.opened().rebuilt.is_empty(), "{:?}", engine.opened());
    assert_eq!(answers(&engine), before);
    let nothing = tempfile::tempdir().unwrap();
    let error = Embedded::compact(nothing.path()).unwrap_err();
    assert!(error.to_string().contains("there is no store"), "{error}");
}

#[test]
fn small_segments_are_merged_when_nothing_is_written_and_answers_stay() {
    let dir = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { tidy_after: Duration::ZERO, ..EmbeddedOptions::default() };
    let engine = Embedded::open(dir.path(), options).unwrap();
    for number in 0..6 {
        put(&engine, &told(number));
    }
    delete(&engine, "a1");
    let before = answers(&engine);
    let segments = || {
        let meta = std::fs::read_to_string(dir.path().join("sentences/meta.json")).unwrap();
        meta.matches("\"segment_id\"").count()
    };
    assert!(segments() > 1);
    let start = Instant::now();
    while segments() > 1 {
        assert!(start.elapsed() < Duration::from_secs(60), "{} segments are not merged", segments());
        assert_eq!(answers(&engine), before);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(answers(&engine), before);
    drop(engine);
    assert_eq!(answers(&open(dir.path())), before);
}
