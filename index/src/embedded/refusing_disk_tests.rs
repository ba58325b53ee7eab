//! A disk that refuses what is written, for whatever reason: nothing acknowledged is lost, and the engine goes on when the disk does.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use sayso_document::Analysis;

use super::simulated_disk::SimulatedDisk;
use super::*;
use crate::{Article, Change};

/// Puts an article and waits until every read sees it.
fn put(engine: &Embedded, id: &str) -> Result<Change> {
    let (sender, receiver) = mpsc::channel();
    let progress = move |progress| match progress {
        Progress::Durable(_) => {}
        Progress::Searchable(receipt) => sender.send(Ok(receipt.change)).unwrap(),
        Progress::Delayed(_, error) | Progress::Failed(error) => sender.send(Err(error)).unwrap(),
    };
    let article = Article { id: id.into(), body: "Talks.".into(), ..Article::default() };
    engine.write(
        Write::Put(Box::new(AnalyzedArticle { article, analysis: Analysis::default() }), None),
        Box::new(progress),
    );
    receiver.recv().unwrap()
}

/// Waits for what the engine does of its own accord.
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came to this: {what}");
}

#[test]
fn a_disk_that_is_full_read_only_or_broken_refuses_and_loses_nothing() {
    use io::ErrorKind::{Other, PermissionDenied, ReadOnlyFilesystem, StorageFull};
    for fault in [StorageFull, ReadOnlyFilesystem, PermissionDenied, Other] {
        let disk = SimulatedDisk::new(1);
        let engine = Embedded::open_on(Arc::new(disk.power()), EmbeddedOptions::default()).unwrap();
        put(&engine, "a").unwrap();

        disk.refuse(Some(fault));
        for _ in 0..2 {
            assert_eq!(put(&engine, "b").map_err(|error| error.kind()), Err(ErrorKind::Storage), "{fault}");
        }
        disk.refuse(None);
        // The store opens again with the first write after the failure, which may itself be refused.
        put(&engine, "b").or_else(|_| put(&engine, "b")).unwrap();
        assert!(engine.article("a").unwrap().is_some());
        assert!(engine.article("b").unwrap().is_some());
        assert_eq!(engine.status().unwrap().articles, 2);
        drop(engine);
        let checked = check::check(&disk.power(), &Interrupt::default()).unwrap();
        assert!(checked.is_well() && checked.articles == 2, "{fault}: {checked:?}");
    }
}

#[test]
fn a_disk_that_takes_the_store_but_no_index_delays_and_loses_nothing() {
    let disk = SimulatedDisk::new(1);
    let engine = Embedded::open_on(Arc::new(disk.power()), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    disk.refuse_indexes(Some(io::ErrorKind::StorageFull));
    assert_eq!(put(&engine, "b").map_err(|error| error.kind()), Err(ErrorKind::NotSearchable));
    assert!(engine.health().index_fault.is_some());
    assert_eq!(engine.status().unwrap().articles, 1, "the old view");
    disk.refuse_indexes(None);
    eventually("the indexes follow again", || engine.health() == Health::default());
    assert_eq!(engine.status().unwrap().articles, 2);
}

#[test]
fn indexes_that_cannot_be_written_at_the_start_are_told_before_anybody_writes() {
    let disk = SimulatedDisk::new(1);
    put(&Embedded::open_on(Arc::new(disk.power()), EmbeddedOptions::default()).unwrap(), "a").unwrap();
    disk.refuse_indexes(Some(io::ErrorKind::PermissionDenied));
    let engine = Embedded::open_on(Arc::new(disk.power()), EmbeddedOptions::default()).unwrap();
    let told = engine.health().index_fault.unwrap();
    assert!(told.contains("chown"), "{told}");
    assert_eq!(engine.status().unwrap().articles, 1, "reads go on");
    assert_eq!(put(&engine, "b").map_err(|error| error.kind()), Err(ErrorKind::NotSearchable));
    assert!(engine.health().index_fault.is_some());
    disk.refuse_indexes(None);
    eventually("the indexes follow again", || engine.health() == Health::default());
    assert_eq!(engine.status().unwrap().articles, 2);
}

#[test]
fn a_file_system_that_becomes_read_only_is_told_and_reads_go_on() {
    let disk = SimulatedDisk::new(1);
    let engine = Embedded::open_on(Arc::new(disk.power()), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    for (failed, id) in [(false, "b"), (true, "c")] {
        disk.refuse(Some(io::ErrorKind::ReadOnlyFilesystem));
        if failed {
            // As when the write that fails is what makes the system refuse all others.
            engine.store.reopen().unwrap();
        }
        let refused = put(&engine, id).unwrap_err();
        assert!(refused.kind() == ErrorKind::Storage && refused.to_string().contains("read-only"), "{refused}");
        assert!(engine.health().refuses_articles.is_some() && engine.health().refuses_deletes.is_some());
        eventually("reads go on", || engine.health().store_fault.is_none());
        assert!(engine.article("a").unwrap().is_some());
        assert!(engine.article(id).unwrap().is_none());
        engine.reindex(&Interrupt::default()).unwrap_err();

        disk.refuse(None);
        eventually("the file system can be written again", || engine.health() == Health::default());
        eventually("articles are taken in", || put(&engine, id).is_ok());
        engine.reindex(&Interrupt::default()).unwrap();
    }
    drop(engine);
    let checked = check::check(&disk.power(), &Interrupt::default()).unwrap();
    assert!(checked.is_well() && checked.articles == 3, "{checked:?}");
}

#[test]
fn indexes_are_not_made_anew_while_the_store_is_closed() {
    let disk = SimulatedDisk::new(1);
    let engine = Embedded::open_on(Arc::new(disk.power()), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    disk.refuse(Some(io::ErrorKind::Other));
    let _ = put(&engine, "b").unwrap_err();
    let error = engine.reindex(&Interrupt::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    disk.refuse(None);
    eventually("the store is open again", || engine.health() == Health::default());
}
